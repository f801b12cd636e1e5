"""A lower bound of the compliance problem without the exact programme: arithmetic, and households flowing as a liquid.

Valid for every plan, whatever it creates and abolishes, because each row below holds for all of them. Take a plan with
at most O households outside and D communities created and abolished; s_c are the households of community c today,
m[a, c] those that go from a's territory of today to community c, n[a] those that go to new communities.

- Islands: a part is connected, so it lies in one island (connected units, joined where one community has several).
- Size: s_c - what leaves + what comes lies in [lower, upper] but for what is outside, and is 0 where c is abolished;
  new communities together hold between lower and upper times their number, island by island.
- Whole units: what leaves a is a sum of households of some of a's units, so at least the smallest such sum that covers
  what a has above the limit; where nothing is created, one of these units lies beside another community.
- Ways: a unit of a in c is connected to c's territory of today inside c. The units between, which belong neither to a
  nor to c today, go to c too: at least `way[a, c]`, the fewest households on such a path. What comes to c is at most
  upper + O, so m[a, c] <= room[a, c] with the way taken off, and the rest that comes to c is at least
  way[a, c] * m[a, c] / room[a, c] (both sides 0 where m is 0; the way in full where it is not, as m <= room).
- A plan known: a pair of unit and community that only plans with more moved households hold may be left out; the bound
  is then that of the plans that move no more, or the known plan's own number.

Numbers of communities are whole and households are let flow in fractions, which only makes the least sum smaller.
"""

import heapq
import math
from collections.abc import Sequence

import numpy as np

from pipeline.partition.ground import Ground
from pipeline.partition.islands import islands_of, least_outside
from pipeline.partition.model import INFINITY, lower_bound

TOLERANCE = 1e-6
"""What is taken off the solver's numbers before they are rounded up."""
Row = tuple[float, float, dict[int, float]]


def relaxed(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    *,
    lower: int,
    upper: int,
    found: tuple[int, int, int],
    allowed: np.ndarray | None = None,
) -> tuple[int, int, int]:
    """Lower bounds of (households outside, created + abolished, moved households), minimised in this order.

    `found`: these numbers of a plan at hand. A number is bounded for the plans that equal `found` in those before it;
    after the first bound that lies below `found` nothing is known, and the rest is 0. `allowed` (n, C) bool: pairs of
    unit and community that a plan as good as `found` may hold; others count for nothing.
    """
    islands = islands_of(ground, today, len(offices))
    outside = least_outside(ground, islands, lower, upper)
    if outside < found[0]:
        return outside, 0, 0
    flow = _Flow(ground, today, offices, islands, lower, upper, found[0])
    for changed in range(flow.least_changed(), found[1]):
        if flow.least_moved(changed, None) < INFINITY:
            return found[0], changed, 0
    least = flow.least_moved(found[1], allowed)
    return found[0], found[1], found[2] if least > found[2] else max(0, math.ceil(least - TOLERANCE))


class _Flow:
    """The rows that all plans satisfy which leave at most `outside` households outside the limits."""

    def __init__(
        self,
        ground: Ground,
        today: np.ndarray,
        offices: Sequence[int],
        islands: np.ndarray,
        lower: int,
        upper: int,
        outside: int,
    ):
        self.ground, self.today, self.offices, self.islands = ground, today, offices, islands
        self.lower, self.upper, self.outside = lower, upper, outside
        self.communities = len(offices)
        self.size = np.bincount(today, ground.households, self.communities).astype(np.int64)
        self.island = np.zeros(self.communities, int)
        self.island[today] = islands
        self.way = self._ways()
        i, j = ground.ends.reshape(-1, 2).T
        self.rim = np.zeros(len(ground), bool)
        self.rim[np.concatenate([i, j])[np.tile(today[i] != today[j], 2)]] = True

    def least_changed(self) -> int:
        """Communities that must appear or vanish for the number in each island to fit the limits."""
        least = 0
        for island in range(int(self.islands.max(initial=-1)) + 1):
            total = int(self.ground.households[self.islands == island].sum())
            number = int((self.island == island).sum())
            fewest = max(1, math.ceil((total - self.outside) / self.upper))
            most = max(1, (total + self.outside) // self.lower)
            least += max(0, fewest - number, number - most)
        return least

    def _ways(self) -> np.ndarray:
        """Fewest households (C, C) between the territories of two communities; infinite where there is no way."""
        way = np.full((self.communities, self.communities), np.inf)
        for into in range(self.communities):
            for source, least in _between(self.ground, self.today, into).items():
                way[source, into] = least
        np.fill_diagonal(way, np.inf)
        return way

    def least_moved(self, changed: int, allowed: np.ndarray | None) -> float:
        """Lower bound of moved households in plans with at most `changed` changes; infinite where there is none.

        `allowed` (n, C) bool: pairs of unit and community that the plans may hold (None: all).
        """
        held = self._held(allowed, changed)
        sources, targets = np.nonzero((held > 0) & np.isfinite(self.way))
        flows, c = len(sources), self.communities
        islands = int(self.islands.max(initial=-1)) + 1
        kept, fresh = flows, flows + c  # kept: 1 where a community survives; fresh: households to new communities
        below, above, new = flows + 2 * c, flows + 3 * c, flows + 4 * c
        columns = new + islands
        price = np.zeros(columns)
        price[:flows] = 1
        price[fresh : fresh + c] = 1
        limits = np.zeros((columns, 2))
        room = np.minimum(held[sources, targets], self.upper + self.outside - self.way[sources, targets])
        limits[:flows, 1] = np.maximum(0, room)
        limits[kept : kept + c, 1] = 1
        limits[fresh : fresh + c, 1] = self.size
        limits[below:new, 1] = self.outside
        limits[new:, 1] = changed
        whole = np.zeros(columns, bool)
        whole[kept : kept + c] = whole[new:] = True
        if changed == 0:
            limits[kept : kept + c, 0] = 1
            whole[:] = False
        rows: list[Row] = [
            (-INFINITY, changed - c, dict.fromkeys(range(new, columns), 1.0) | {kept + k: -1.0 for k in range(c)}),
        ]
        for community in range(c):
            gone = dict.fromkeys(np.flatnonzero(sources == community).tolist(), 1.0) | {fresh + community: 1.0}
            come = dict.fromkeys(np.flatnonzero(targets == community).tolist(), 1.0)
            net = dict.fromkeys(gone, -1.0) | come
            size, stays = int(self.size[community]), kept + community
            rows.append((-size, INFINITY, net | {stays: -float(self.lower), below + community: 1.0}))
            rows.append((-INFINITY, -size, net | {stays: -float(self.upper), above + community: -1.0}))
            rows.append((size, INFINITY, gone | {stays: float(size)}))  # abolished: all of it leaves
            rows.append((self._least_leaving(community, changed), size, gone))
            most = float(self.upper + self.outside)
            rows.append((-INFINITY, 0, come | {stays: -most}))
            rows += self._ways_filled(community, sources, targets, room)
        if self.outside:
            rows.append((-INFINITY, self.outside, dict.fromkeys(range(below, new), 1.0)))
        else:
            limits[below:new, 1] = 0
        for island in range(islands):
            into = {fresh + k: 1.0 for k in np.flatnonzero(self.island == island).tolist()}
            rows.append((-self.outside, INFINITY, into | {new + island: -float(self.lower)}))
            rows.append((-INFINITY, 0, into | {new + island: -float(self.upper + self.outside)}))
        return lower_bound(price, limits, whole, rows)

    def _held(self, allowed: np.ndarray | None, changed: int) -> np.ndarray:
        """Households (C, C) of one community's territory that may go to another."""
        held = np.repeat(self.size[:, None], self.communities, axis=1).astype(float)
        if allowed is not None:
            held[:] = 0
            np.add.at(held, self.today, allowed * self.ground.households[:, None])
        for community, office in enumerate(self.offices):
            if office >= 0 and changed == 0:
                held[community] = np.minimum(held[community], self.size[community] - self.ground.households[office])
        np.fill_diagonal(held, 0)
        return held

    def _least_leaving(self, community: int, changed: int) -> int:
        """Smallest sum of households of whole units that covers what a community has above the limit."""
        surplus = int(self.size[community]) - self.upper - self.outside
        if surplus <= 0:
            return 0
        counts, rim = (values[self.today == community] for values in (self.ground.households, self.rim))
        reach, with_rim = 1, 0  # bit k: k households are a sum, of any units, of some with one at the rim
        for count, outer in zip(counts.tolist(), rim.tolist(), strict=True):
            with_rim |= with_rim << count | (reach << count if outer else 0)
            reach |= reach << count
        sums = (with_rim if changed == 0 else reach) >> surplus
        return surplus + (sums & -sums).bit_length() - 1 if sums else int(self.size[community])

    def _ways_filled(self, into: int, sources: np.ndarray, targets: np.ndarray, room: np.ndarray) -> list[Row]:
        """Rows that ask for the households on the way wherever units come from a community that is not beside."""
        rows: list[Row] = []
        coming = np.flatnonzero(targets == into).tolist()
        for column in coming:
            way = self.way[sources[column], into]
            if way > 0 and room[column] > 0:
                rest = {other: 1.0 for other in coming if other != column}
                rows.append((0, INFINITY, rest | {column: -float(way / room[column])}))
        return rows


def _between(ground: Ground, today: np.ndarray, into: int) -> dict[int, int]:
    """Fewest households between a community and each other one, those of the two left out (Dijkstra)."""
    counts = ground.households.tolist()
    label = today.tolist()
    starts = np.flatnonzero(today == into).tolist()
    cheapest = dict.fromkeys(starts, 0)
    ahead = [(0, unit) for unit in starts]
    found: dict[int, int] = {}
    while ahead:
        so_far, unit = heapq.heappop(ahead)
        if so_far > cheapest[unit]:
            continue
        for other in ground.near[unit]:
            if label[other] != into:
                found[label[other]] = min(so_far, found.get(label[other], so_far))
            reached = so_far + (counts[other] if label[other] != into else 0)
            if reached < cheapest.get(other, reached + 1):
                cheapest[other] = reached
                heapq.heappush(ahead, (reached, other))
    return found
