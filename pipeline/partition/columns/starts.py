"""Plans to begin with: parts grown at random, then single units moved between them as it cools (simulated annealing).

The limits may be narrow beside the units' households, so steps may leave them, at a price.
"""

import numpy as np

from pipeline.partition.columns.frontier import flat_rows
from pipeline.partition.compiled import compiled
from pipeline.partition.ground import Ground

RUNS = 6
"""Plans tried."""
STEPS = 20_000
"""Steps of one run for each unit."""
HOT, COLD = 3.0, 0.15
"""Temperatures to begin and end with, in costs of a mean edge."""
OUTSIDE_PRICE = 60.0
"""Price of all households of a mean part outside the limits, in costs of a mean edge."""


def annealed_plans(ground: Ground, parts: int, lower: int, upper: int, seed: int = 0) -> list[np.ndarray]:
    """Labels (n) of some plans of connected parts, those within the limits alone, the cheapest first."""
    start, other, cost, joined = flat_rows(ground)
    mean = max(1.0, float(cost.mean())) if len(cost) else 1.0
    outside = OUTSIDE_PRICE * mean * parts / max(1, int(ground.households.sum()))
    found = []
    for run in range(RUNS):
        labels = _grown(ground, parts, np.random.default_rng([seed, run]))
        if labels is None:
            continue
        best, off, cut = _anneal(
            start, other, cost, joined, ground.households, lower, upper, labels, STEPS * len(ground), HOT * mean,
            COLD * mean, outside, seed * RUNS + run,
        )  # fmt: skip
        if off == 0:
            found.append((int(cut), run, best))
    return [labels for _, _, labels in sorted(found, key=lambda plan: plan[:2])]


def _grown(ground: Ground, parts: int, rng: np.random.Generator) -> np.ndarray | None:
    """Connected parts grown from random units, always the smallest; None where a unit is out of their reach."""
    labels = np.full(len(ground), -1)
    labels[rng.choice(len(ground), parts, replace=False)] = np.arange(parts)
    sizes = np.array([ground.households[labels == part].sum() for part in range(parts)])
    while (labels < 0).any():
        for part in np.argsort(sizes, kind="stable"):
            beside = [v for unit in np.flatnonzero(labels == part) for v in ground.near[unit] if labels[v] < 0]
            if beside:
                unit = rng.choice(beside)
                labels[unit] = part
                sizes[part] += ground.households[unit]
                break
        else:
            return None
    return labels


@compiled
def _anneal(  # type: ignore[no-untyped-def]
    start, other, cost, joined, households, lower, upper, labels, steps, hot, cold, outside, seed
):
    """Labels of the best plan met from `labels`, its households outside the limits, its cost."""
    np.random.seed(seed)
    n, parts = len(labels), labels.max() + 1
    size, count = np.zeros(parts, np.int64), np.zeros(parts, np.int64)
    cut = 0
    for unit in range(n):
        size[labels[unit]] += households[unit]
        count[labels[unit]] += 1
        for e in range(start[unit], start[unit + 1]):
            if other[e] > unit and labels[other[e]] != labels[unit]:
                cut += cost[e]
    off = 0
    for part in range(parts):
        off += max(0, lower - size[part], size[part] - upper)
    best, least_off, least = labels.copy(), off, cut
    seen, ahead, mark = np.zeros(n, np.int64), np.zeros(n, np.int64), 0
    heat, cooling = hot, (cold / hot) ** (1.0 / max(1, steps))
    for _ in range(steps):
        heat *= cooling
        unit = np.random.randint(n)
        if start[unit] == start[unit + 1]:
            continue
        towards = np.random.randint(start[unit], start[unit + 1])
        left, part = labels[unit], labels[other[towards]]
        if left == part or count[left] == 1 or not joined[towards]:
            continue
        more = 0
        for e in range(start[unit], start[unit + 1]):
            if labels[other[e]] == left:
                more += cost[e]
            elif labels[other[e]] == part:
                more -= cost[e]
        a, b, moved = size[left], size[part], households[unit]
        off_more = max(0, lower - a + moved, a - moved - upper) - max(0, lower - a, a - upper)
        off_more += max(0, lower - b - moved, b + moved - upper) - max(0, lower - b, b - upper)
        worse = more + outside * off_more
        if worse > 0 and np.random.random() >= np.exp(-worse / heat):
            continue
        # The rest of the part that is left must hang together.
        top, met = 0, 0
        mark += 1
        seen[unit] = mark
        for e in range(start[unit], start[unit + 1]):
            if joined[e] and labels[other[e]] == left:
                ahead[0], top, met = other[e], 1, 1
                seen[other[e]] = mark
                break
        while top > 0:
            top -= 1
            here = ahead[top]
            for e in range(start[here], start[here + 1]):
                there = other[e]
                if joined[e] and labels[there] == left and seen[there] != mark:
                    seen[there] = mark
                    ahead[top] = there
                    top += 1
                    met += 1
        if met != count[left] - 1:
            continue
        labels[unit] = part
        size[left] -= moved
        size[part] += moved
        count[left] -= 1
        count[part] += 1
        off += off_more
        cut += more
        if off < least_off or (off == least_off and cut < least):
            least_off, least = off, cut
            best[:] = labels
    return best, least_off, least
