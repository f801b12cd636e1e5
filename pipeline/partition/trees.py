"""Quick partitions from random spanning trees: starts for the exact search, and answers where there is no time for it.

A spanning tree of connected units falls into connected parts wherever it is cut.
"""

import numpy as np

from pipeline.partition.ground import Ground


def tree_split(
    ground: Ground, parts: int, lower: int, upper: int, *, cost: np.ndarray, tries: int = 60, seed: int = 0
) -> np.ndarray | None:
    """Cheapest of `tries` random partitions into `parts` connected parts within [lower, upper]; None if none was met.

    `cost` (m): price of cutting each edge. Labels (n) start at 0, in no particular order.
    """
    rng = np.random.default_rng(seed)
    best, least = None, np.inf
    for _ in range(tries):
        labels = _cut_tree(ground, parts, lower, upper, cost, rng)
        if labels is None:
            continue
        price = cost[labels[ground.ends[:, 0]] != labels[ground.ends[:, 1]]].sum()
        if price < least:
            best, least = labels, price
    return best


def _cut_tree(
    ground: Ground, parts: int, lower: int, upper: int, cost: np.ndarray, rng: np.random.Generator
) -> np.ndarray | None:
    """Grow one random tree that keeps dear edges uncut, and take parts off its ends, the cheapest first."""
    parent, order = _spanning_tree(ground, rng.exponential(size=len(cost)) * (cost + 1.0))
    if len(order) < len(ground):
        return None
    labels = np.full(len(ground), -1)
    total = int(ground.households.sum())
    for part in range(parts - 1):
        left = parts - 1 - part
        below = np.where(labels < 0, ground.households, 0)
        for unit in reversed(order[1:]):
            below[parent[unit]] += below[unit]
        low, high = max(lower, total - left * upper), min(upper, total - left * lower)
        ends = [unit for unit in order[1:] if labels[unit] < 0 and low <= below[unit] <= high]
        if not ends:
            return None
        chosen = int(rng.choice(ends))
        total -= int(below[chosen])
        inside = np.zeros(len(ground), bool)
        for unit in order:
            inside[unit] = unit == chosen or (unit != order[0] and inside[parent[unit]])
        labels[inside & (labels < 0)] = part
    labels[labels < 0] = parts - 1
    return labels if lower <= total <= upper else None


def _spanning_tree(ground: Ground, liking: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Tree of the most liked edges (Prim); parent of each unit, and the units from the root outwards."""
    near: list[list[tuple[int, float]]] = [[] for _ in range(len(ground))]
    for (i, j), like in zip(ground.ends.tolist(), liking.tolist(), strict=True):
        if j in ground.near[i]:  # an edge that is not allowed has a price and joins nothing
            near[i].append((j, like))
            near[j].append((i, like))
    parent = np.full(len(ground), -1)
    pull = np.full(len(ground), -np.inf)
    pull[0] = np.inf
    outside = np.ones(len(ground), bool)
    order: list[int] = []
    while True:
        unit = int(np.where(outside, pull, -np.inf).argmax())
        if not outside[unit] or pull[unit] == -np.inf:
            return parent, order
        outside[unit] = False
        order.append(unit)
        for other, like in near[unit]:
            if outside[other] and like > pull[other]:
                pull[other], parent[other] = like, unit
