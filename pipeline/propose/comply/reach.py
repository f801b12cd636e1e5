"""What each community can keep, take and give in any plan that moves no more than so many households: loses nothing.

A community above the limit gives away its surplus in every plan, one below takes what it lacks. What a plan moves
beyond the sum of these least amounts is shared by all of them, so each community gives and takes at most its own
least amount and that rest. Out of it follow the sets of its own units that a community can keep (`keeping`), from them
sharper least amounts, and which unit can belong to which community: a unit that joins community c is connected inside c
to what c keeps, so every unit on some path from c's territory of today to it moves to c as well. Each makes the others
sharper; they are repeated until nothing changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.propose.comply.task import Task

WIDEST = 62
"""Most units of a community that fit a bitmask."""
LISTED = 100_000
"""Most sets of one community that are listed."""
TURNS = 5
WEIGHED = 12
"""Most regions of which disjoint ones are looked for."""
MANY = 1 << 40


@dataclass(frozen=True)
class Bounds:
    """What the plans looked for satisfy: most households `outside` in all, most `moved` (None: any number), most
    communities that vanish, fewest that are created. `regions`: sets of communities (C) bool and the fewest households
    that they give away together."""

    outside: int
    moved: int | None
    vanished: int
    created: int
    regions: tuple[tuple[np.ndarray, int], ...] = ()


@dataclass(frozen=True)
class Reach:
    """What such plans can hold: pairs `allowed` (n, P); by community the sets it keeps (None: not listed) as bitmasks
    over its units in their order; `take` (C) most households it takes; `give` (C) fewest it gives away; `stays` (C)
    bool: it cannot vanish; `least`: fewest moved households. `possible` is False where there is no such plan."""

    allowed: np.ndarray
    kept: tuple[np.ndarray | None, ...]
    take: np.ndarray
    give: np.ndarray
    stays: np.ndarray
    least: int
    possible: bool


def reach_of(task: Task, bounds: Bounds, within: np.ndarray | None = None) -> Reach:
    """Work out what the plans within `bounds` can hold; `within` (n, P) bool: pairs to look at, all where None."""
    return _Reaching(task, bounds, task.may if within is None else task.may & within).settled()


class _Reaching:
    """Least and most amounts while they are made sharper."""

    def __init__(self, task: Task, bounds: Bounds, allowed: np.ndarray):
        self.task, self.bounds, self.allowed = task, bounds, allowed.copy()
        c, sizes = task.communities, task.sizes
        excused = task.excused[:c]
        self.low = np.where(excused, 0, task.lower - bounds.outside)
        self.high = np.where(excused, MANY, task.upper + bounds.outside)
        self.moved = MANY if bounds.moved is None else bounds.moved
        self.homes = [np.flatnonzero(task.today == k) for k in range(c)]
        self.stays = np.full(c, bounds.vanished <= len(task.decided.vanish)) | (sizes > self.moved)
        self.stays[list(task.decided.kept)] = True
        self.stays[list(task.decided.vanish)] = False
        self.give = np.maximum(0, sizes - self.high)
        self.give[list(task.decided.vanish)] = sizes[list(task.decided.vanish)]
        self.take = np.where(self.stays, np.maximum(0, self.low - sizes), 0)
        self.most_give, self.most_take = sizes.copy(), np.full(c, MANY)
        self.kept: list[np.ndarray | None] = [None] * c
        self.leaves = np.ones(len(task.ground), bool)
        near = task.ground.near
        self.ptr = np.concatenate([[0], np.cumsum([len(row) for row in near])]).astype(np.int64)
        self.near = np.array([other for row in near for other in row], np.int64)
        self.masks = [self._masks(home) for home in self.homes]
        self.possible = True

    def settled(self) -> Reach:
        self._fix_offices()
        for _ in range(TURNS):
            before = (self.allowed.sum(), self.give.sum(), self.take.sum(), self.most_take.sum())
            self._share()
            self._keep()
            if not self.possible:
                break
            if self.bounds.moved is not None:
                self._pairs()
            if before == (self.allowed.sum(), self.give.sum(), self.take.sum(), self.most_take.sum()):
                break
        self.possible &= bool(self.allowed.any(axis=1).all()) and self._least() <= self.moved
        return Reach(
            self.allowed, tuple(self.kept), self.most_take, self.give, self.stays, self._least(), self.possible
        )

    def _least(self) -> int:
        created = max(0, self.task.lower - self.bounds.outside) * self.bounds.created
        return int(max(self.give.sum() + beyond(self.bounds.regions, self.give), self.take.sum() + created))

    def _fix_offices(self) -> None:
        for community, office in enumerate(self.task.offices):
            if self.stays[community] and office >= 0:
                self.allowed[office, np.arange(self.task.parts) != community] = False

    def _share(self) -> None:
        """Set what each community gives and takes at most, out of what the others give and take at least."""
        sizes = self.task.sizes
        created = max(0, self.task.lower - self.bounds.outside) * self.bounds.created
        for _ in range(3):
            self.take = np.where(self.stays, np.maximum(self.take, self.low + self.give - sizes), self.take)
            self.give = np.maximum(self.give, self.take + sizes - self.high)
            rest = self.moved - self.give.sum() - self._elsewhere()
            self.most_give = np.minimum(self.most_give, rest + self.give)
            self.most_take = np.minimum(self.most_take, self.moved - self.take.sum() - created + self.take)
            self.most_take = np.minimum(self.most_take, np.maximum(0, self.most_give + self.high - sizes))
            gives = self.most_take + sizes - self.low
            self.most_give = np.minimum(self.most_give, np.where(self.stays, gives, np.maximum(gives, sizes)))
        self.stays |= (sizes > self.most_give) & ~np.isin(np.arange(len(sizes)), self.task.decided.vanish)
        self._fix_offices()
        self.possible &= bool((self.most_give >= self.give).all() and (self.most_take >= self.take).all())

    def _elsewhere(self) -> np.ndarray:
        """What regions without a community (C) give beyond the least amounts of their communities."""
        if not self.bounds.regions:
            return np.zeros(len(self.give), np.int64)
        return np.array([
            beyond([region for region in self.bounds.regions if not region[0][c]], self.give)
            for c in range(len(self.give))
        ])  # fmt: skip

    def _masks(self, home: np.ndarray) -> np.ndarray:
        place = {unit: at for at, unit in enumerate(home.tolist())}
        if len(home) > WIDEST:
            return np.zeros(0, np.int64)
        return np.array([sum(1 << place[v] for v in self.task.ground.near[u] if v in place) for u in place], np.int64)

    def _keep(self) -> None:
        """List what each community can keep; units that are in every such set never leave."""
        found = np.zeros(LISTED, np.int64)
        for community, home in enumerate(self.homes):
            own = self.allowed[home, community]
            self.leaves[home] = self.allowed[home].sum(axis=1) > own
            if len(home) > WIDEST or self.bounds.moved is None:
                continue
            sets = self._sets(community, home, own, found)
            if sets is None:
                continue
            self.kept[community] = sets
            if len(sets) == 0:
                if self.stays[community]:
                    self.possible = False
                    return
                self.allowed[:, community] = False
                continue
            weights = _weights(sets, self.task.ground.households[home])
            self.give[community] = max(self.give[community], self.task.sizes[community] - weights.max())
            always, ever = int(np.bitwise_and.reduce(sets)), int(np.bitwise_or.reduce(sets))
            bits = np.arange(len(home))
            if self.stays[community]:
                held = home[(always >> bits) & 1 == 1]
                self.leaves[held] = False
                self.allowed[np.ix_(held, np.arange(self.task.parts) != community)] = False
            self.allowed[home[(ever >> bits) & 1 == 0], community] = False

    def _sets(self, community: int, home: np.ndarray, own: np.ndarray, found: np.ndarray) -> np.ndarray | None:
        size, counts = int(self.task.sizes[community]), self.task.ground.households[home]
        low, high = size - int(self.most_give[community]), size - int(self.give[community])
        bits = [1 << at for at in range(len(home))]
        banned = sum(bit for bit, stays in zip(bits, own.tolist(), strict=True) if not stays)
        must = sum(bit for bit, leaves in zip(bits, self.leaves[home].tolist(), strict=True) if not leaves)
        office = self.task.offices[community]
        if office >= 0:
            must |= bits[int(np.searchsorted(home, office))]
        if must & banned:
            return found[:0].copy()
        seeds = sum(bit for bit, unit in zip(bits, home.tolist(), strict=True) if self._touches(unit, community))
        from pipeline.propose.comply.keeping import kept_sets  # here, since the compiler takes a second to load

        near = self.masks[community]
        if must:
            count = kept_sets(near, counts, must, banned, seeds, low, high, found)
            return None if count < 0 else found[:count].copy()
        every = []
        for at in np.argsort(-counts, kind="stable").tolist():
            if not (banned >> at) & 1:
                count = kept_sets(near, counts, bits[at], banned, seeds, low, high, found)
                if count < 0:
                    return None
                every.append(found[:count].copy())
            banned |= bits[at]
        sets = np.concatenate([*every, found[:0]])
        return sets if len(sets) <= LISTED else None

    def _touches(self, unit: int, community: int) -> bool:
        """Whether a unit of today has a neighbour from outside that the community may take."""
        return any(
            self.task.today[other] != community and self.allowed[other, community]
            for other in self.task.ground.near[unit]
        )

    def _pairs(self) -> None:
        """Leave out the pairs of unit and community whose path costs more than is left."""
        from pipeline.propose.comply.keeping import fewest

        task, c = self.task, self.task.communities
        counts = np.repeat(task.ground.households[:, None], c, axis=1)
        spared = np.where(self.give[task.today] > 0, 0, task.ground.households)[:, None]
        home = task.today[:, None] == np.arange(c)
        open_to = self.allowed[:, :c] & (home | self.leaves[:, None])
        starts = home & self.allowed[:, :c]
        counts, spared = np.where(home, 0, counts), np.where(home, 0, spared)
        path, extra, both = (
            fewest(self.ptr, self.near, np.ascontiguousarray(price), open_to, starts)
            for price in (counts, spared, counts + spared)
        )
        rest = self.moved - self.give.sum()
        slack = np.maximum(0, self.high - task.sizes) + self.give - np.maximum(0, task.sizes - self.high)
        fits = (path <= self.most_take) & (extra + np.maximum(0, path - slack) <= rest) & (both - slack <= rest)
        self.allowed[:, :c] &= home | fits
        lonely = ~self.leaves
        self.allowed[lonely] &= np.column_stack([home, np.zeros((len(home), task.slots), bool)])[lonely]


def _weights(sets: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Households of each set."""
    weights = np.zeros(len(sets), np.int64)
    for at, count in enumerate(counts.tolist()):
        weights += ((sets >> at) & 1) * count
    return weights


def beyond(regions: Sequence[tuple[np.ndarray, int]], give: np.ndarray) -> int:
    """Most that disjoint regions are known to give beyond the least amounts `give` (C) of their communities."""
    worth = sorted(
        ((least - int(give[members].sum()), at) for at, (members, least) in enumerate(regions)), reverse=True
    )
    sets = [(more, sum(1 << int(c) for c in np.flatnonzero(regions[at][0]))) for more, at in worth if more > 0]
    return _best_family(sets[:WEIGHED], 0)


def _best_family(sets: Sequence[tuple[int, int]], covered: int) -> int:
    if not sets:
        return 0
    (more, mask), others = sets[0], sets[1:]
    best = _best_family(others, covered)
    return best if mask & covered else max(best, more + _best_family(others, covered | mask))
