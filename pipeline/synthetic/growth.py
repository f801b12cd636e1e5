"""Grow contiguous parts of a wanted size over a graph of places, along the lines that people take for borders."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

EASE = {"water": 0.05, "railway": 0.08, "expressway": 0.06, "trunk": 0.15, "primary": 0.25, "secondary": 0.55}
"""Cost of a metre of border along such a line; 1 for everything else."""

BORDER_COST_M = 15_000.0
"""Metres of border in open ground that weigh as much as one part twice its size."""


@dataclass(frozen=True)
class Places:
    """A graph to grow parts on: place, centre, size of each; `neighbours[i]`: {place: cost of the border in metres}."""

    centres: np.ndarray
    sizes: np.ndarray
    neighbours: list[dict[int, float]]


def places(centres: np.ndarray, sizes: np.ndarray, borders: pd.DataFrame) -> Places:
    """Make the graph from borders a, b, border_m, along between places numbered 0, 1, 2, ..."""
    neighbours: list[dict[int, float]] = [{} for _ in range(len(centres))]
    costs = borders["border_m"] * borders["along"].map(EASE).fillna(1.0)
    for a, b, cost in zip(borders["a"].tolist(), borders["b"].tolist(), costs.tolist(), strict=True):
        if a != b:
            neighbours[a][b] = neighbours[b][a] = neighbours[a].get(b, 0.0) + cost
    return Places(np.asarray(centres, float), np.asarray(sizes, float), neighbours)


def grow(graph: Places, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Part (0, 1, ...) of every place: contiguous, sizes about in proportion to `shares`, short and natural borders."""
    wanted = shares / shares.sum() * graph.sizes.sum()
    label = _spread(graph, _seeds(graph, len(shares), rng), wanted)
    return _smooth(graph, label, wanted)


def contiguous(graph: Places, members: set[int]) -> bool:
    """Tell whether some places hang together."""
    if not members:
        return False
    reached, open_ends = set(), [min(members)]
    while open_ends:
        place = open_ends.pop()
        if place not in reached:
            reached.add(place)
            open_ends.extend(other for other in graph.neighbours[place] if other in members)
    return len(reached) == len(members)


def _seeds(graph: Places, number: int, rng: np.random.Generator) -> list[int]:
    """Places spread evenly over the graph: k-means on the centres, then the place nearest to each mean."""
    centres = graph.centres
    means = centres[rng.choice(len(centres), number, replace=False, p=graph.sizes / graph.sizes.sum())]
    for _ in range(25):
        nearest = _distances(centres, means).argmin(axis=1)
        for part in range(number):
            inside = nearest == part
            if inside.any():
                means[part] = np.average(centres[inside], axis=0, weights=graph.sizes[inside])
    seeds: list[int] = []
    for mean in means:
        order = np.hypot(*(centres - mean).T).argsort(kind="stable")
        seeds.append(next(int(place) for place in order if int(place) not in seeds))
    return seeds


def _distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None, :] - others[None, :, :]).transpose(2, 0, 1))


def _spread(graph: Places, seeds: list[int], wanted: np.ndarray) -> np.ndarray:
    """Let the part that is farthest below its size take its nearest free neighbour, until nothing is free."""
    label = np.full(len(graph.centres), -1)
    label[seeds] = np.arange(len(seeds))
    held = graph.sizes[seeds].copy()
    far = _distances(graph.centres, graph.centres[seeds])
    growing = set(range(len(seeds)))
    while growing and (label < 0).any():
        part = min(growing, key=lambda p: (held[p] / wanted[p], p))
        free = {
            other
            for place in np.flatnonzero(label == part).tolist()
            for other in graph.neighbours[place]
            if label[other] < 0
        }
        if not free:
            growing.remove(part)
            continue
        taken = min(free, key=lambda place: (far[place, part], place))
        label[taken] = part
        held[part] += graph.sizes[taken]
    return label


def _smooth(graph: Places, label: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Hand places over one by one while that brings sizes nearer to what is wanted or makes borders cheaper."""
    label = label.copy()
    held = np.bincount(label, weights=graph.sizes, minlength=len(wanted))
    for _ in range(40):
        handed = 0
        for place in range(len(label)):
            target = _better_part(graph, label, held, wanted, place)
            if target is not None:
                held[label[place]] -= graph.sizes[place]
                held[target] += graph.sizes[place]
                label[place] = target
                handed += 1
        if not handed:
            break
    return label


def _better_part(graph: Places, label: np.ndarray, held: np.ndarray, wanted: np.ndarray, place: int) -> int | None:
    """Part that a place had better belong to, None where it is best left."""
    own, size = int(label[place]), graph.sizes[place]
    pull: dict[int, float] = {}
    for other, cost in graph.neighbours[place].items():
        pull[int(label[other])] = pull.get(int(label[other]), 0.0) + cost
    best, best_gain = None, 1e-9
    for part in sorted(pull.keys() - {own}):
        gain = (pull[part] - pull.get(own, 0.0)) / BORDER_COST_M
        for moved, change in ((own, -size), (part, size)):
            gain += (held[moved] / wanted[moved] - 1) ** 2 - ((held[moved] + change) / wanted[moved] - 1) ** 2
        if gain > best_gain:
            best, best_gain = part, gain
    rest = set(np.flatnonzero(label == own).tolist()) - {place}
    return best if best is not None and contiguous(graph, rest) else None
