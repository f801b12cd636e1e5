"""Measures many plans of one ground at once: what moves, what the borders cost, how compact and even the parts are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.partition.ground import DECIMETRES, Ground

AT_ONCE = 250
"""Plans measured at once: more would only take memory."""

NUMBERS = (
    "communities",
    "moved_households",
    "new_border_cost",
    "border_m",
    "cut_edges",
    "barrier_crossings",
    "polsby_popper_sum",
    "deviation_sum",
)
"""Columns of `measured`. They can be added over subdistricts: means are left to whoever knows the sums."""


@dataclass(frozen=True)
class Shapes:
    """What plans are measured by beside the ground: `today` (n) community of each unit, 0..; `area` (n, m²) and
    `perimeter` (n, m) of each unit; `border` (m, m) of each edge."""

    today: np.ndarray
    area: np.ndarray
    perimeter: np.ndarray
    border: np.ndarray


def measured(ground: Ground, labels: np.ndarray, shapes: Shapes) -> np.ndarray:
    """Measure plans (draws, n; parts numbered in the order of their first units): float (draws, len(NUMBERS)).

    Moved households: names given so that most stay (`matching`). New border cost, in metres: edges cut inside a
    community of today. Polsby-Popper: 4 pi area / perimeter², the perimeter being that of the units less twice the
    borders inside. Deviation: |households - mean| over the parts.
    """
    from pipeline.partition.recom import matching  # here, since it takes a second to load

    names = int(shapes.today.max()) + 1
    kept = matching.kept_households(labels, ground.households, shapes.today, names, ground.anchor)
    found = np.empty((len(labels), len(NUMBERS)))
    found[:, 1] = ground.households.sum() - kept
    for start, plans in _chunks(labels):
        rows = slice(start, start + len(plans))
        found[rows, [0]] = plans.max(axis=1, keepdims=True) + 1
        found[rows, 2:6] = _borders(ground, plans, shapes)
        found[rows, 6:] = _parts(ground, plans, shapes)
    return found


def _chunks(labels: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, len(labels), AT_ONCE):
        yield start, labels[start : start + AT_ONCE].astype(np.int64)


def _borders(ground: Ground, plans: np.ndarray, shapes: Shapes) -> np.ndarray:
    """New border cost, length of all borders, edges cut and barriers crossed, (draws, 4)."""
    i, j = ground.ends.T
    draw, edge = np.nonzero(plans[:, i] != plans[:, j])
    inside = shapes.today[i] == shapes.today[j]
    shared = shapes.border > 0  # bridges and inherited links are no borders
    barrier = (ground.barrier & shared).astype(float)
    weights = (ground.cost / DECIMETRES * inside, shapes.border, shared.astype(float), barrier)
    # One after the other: the same plan gives the same sum to the last digit, whatever is measured beside it.
    sums = np.column_stack([np.bincount(draw, weight[edge], len(plans)) for weight in weights])
    sums[:, 3] = barrier.sum() - sums[:, 3]
    return sums


def _parts(ground: Ground, plans: np.ndarray, shapes: Shapes) -> np.ndarray:
    """Sums over the parts of Polsby-Popper and of the deviation from the mean, (draws, 2)."""
    i, j = ground.ends.T
    draws, most = len(plans), int(plans.max()) + 1
    place = plans + np.arange(draws)[:, None] * most

    def over_parts(values: np.ndarray) -> np.ndarray:
        every = np.broadcast_to(values, plans.shape).ravel()
        return np.bincount(place.ravel(), every, draws * most).reshape(draws, most)

    draw, edge = np.nonzero(plans[:, i] == plans[:, j])
    inside = np.bincount(place[draw, i[edge]], shapes.border[edge], draws * most).reshape(draws, most)
    perimeter = over_parts(shapes.perimeter) - 2 * inside
    used = np.arange(most) <= plans.max(axis=1, keepdims=True)
    round_ = np.divide(4 * np.pi * over_parts(shapes.area), perimeter**2, out=np.zeros_like(perimeter), where=used)
    size = over_parts(ground.households.astype(float))
    mean = size.sum(axis=1, keepdims=True) / used.sum(axis=1, keepdims=True)
    return np.column_stack([round_.sum(axis=1), (np.abs(size - mean) * used).sum(axis=1)])
