"""Which unit can belong to which community in any plan that moves no more than a known one: a cut that loses nothing.

A unit that joins community c is connected to what c keeps, inside c; so every unit on some path from c's territory of
today to it moves to c as well. Let path(u, c) be the fewest households on such a path. A plan that puts u in c moves
at least each of these, where `surplus` of a community is what it has above the upper limit and must give away:

- path(u, c);
- the surplus of all communities, and on top of it the households on the path that come from communities without any;
- where no community may vanish: what all other communities lack to the lower limit, and path(u, c) into c.

A pair whose bound exceeds the moved households of a plan at hand is in no better plan. New communities have no
territory of today; nothing is said of them.
"""

import heapq
from collections.abc import Sequence

import numpy as np

from pipeline.partition.ground import Ground


def affordable(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    *,
    lower: int,
    upper: int,
    moved: int,
    none_vanish: bool,
) -> np.ndarray:
    """Tell for each unit (n) and community of today (C) whether a plan that moves at most `moved` may join them.

    Valid for plans in which every community is inside [lower, upper]. `offices`: unit of each community's office or
    -1 where it is not known.
    """
    communities = len(offices)
    sizes = np.bincount(today, ground.households, communities)
    surplus, lack = np.maximum(0, sizes - upper), np.maximum(0, lower - sizes)
    spared = np.where(surplus[today] > 0, 0, ground.households)
    allowed = np.zeros((len(ground), communities), bool)
    for community, office in enumerate(offices):
        home = today == community
        starts = [office] if office >= 0 else np.flatnonzero(home).tolist()
        path = _fewest(ground, np.where(home, 0, ground.households), starts)
        extra = _fewest(ground, np.where(home, 0, spared), starts)
        least = np.maximum(path, surplus.sum() + extra)
        if none_vanish:
            least = np.maximum(least, np.maximum(path, lack[community]) + lack.sum() - lack[community])
        allowed[:, community] = (least <= moved) | home
    return allowed


def _fewest(ground: Ground, price: np.ndarray, starts: Sequence[int]) -> np.ndarray:
    """Cheapest way from any of `starts` to each unit, the price of the unit included (Dijkstra)."""
    cheapest = np.full(len(ground), np.inf)
    ahead = [(0, unit) for unit in starts]
    cheapest[list(starts)] = 0
    prices = price.tolist()
    while ahead:
        so_far, unit = heapq.heappop(ahead)
        if so_far > cheapest[unit]:
            continue
        for other in ground.near[unit]:
            reached = so_far + prices[other]
            if reached < cheapest[other]:
                cheapest[other] = reached
                heapq.heappush(ahead, (reached, other))
    return cheapest
