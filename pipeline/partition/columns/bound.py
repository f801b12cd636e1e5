"""The stages of a proof by whole parts: bound by the linear programme, then choose among all parts within the gap."""

import time
from dataclasses import dataclass, replace

import numpy as np

from pipeline.partition.columns.choice import cheapest_choice
from pipeline.partition.columns.frontier import frontier_of
from pipeline.partition.columns.pricing import ROOM, Pricing
from pipeline.partition.columns.starts import annealed_plans
from pipeline.partition.ground import Ground, pieces
from pipeline.partition.solver import Cover

TRUST = 0.7
"""Share of the prices trusted so far in the prices tried."""
CLOSE = 0.05
"""The programme is solved when the open part of the gap between bound and plan is less than this share."""
WARY = 1e-6
"""Tolerance of the solver's numbers."""
NEAR = 0.001
"""It is also solved when its open part is less than this share of its price."""
A_TURN = 300
"""Columns added in one turn."""
LOOKED_UP = 2000
"""Parts looked up at once: where there are more, it is looked again for cheaper ones."""
MOST_COLUMNS = 400_000
"""Parts within the gap among which the last choice is made."""
STEPS = 100_000_000
"""Steps of one search, some seconds."""
CHOICE_STEPS = 3_000_000_000
"""Parts looked at in one choice, some seconds."""


@dataclass(frozen=True)
class ColumnBound:
    """Labels (n) of the best plan known or None, its cost `value` (infinity), the proved lower `bound`.

    `proved`: the plan is the cheapest; without labels: there is no plan. Costs are whole numbers in Ground.cost's unit.
    """

    labels: np.ndarray | None
    value: float
    bound: float
    proved: bool


def column_bound(
    ground: Ground,
    parts: int,
    lower: int,
    upper: int,
    start_labels: np.ndarray | None = None,
    until: float = np.inf,
    *,
    seed: int = 0,
) -> ColumnBound:
    """Cheapest plan of exactly `parts` connected parts with households in [lower, upper]; cost: that of its cut edges.

    `start_labels` (n): a lawful plan to begin with; `until`: time.monotonic to stop at. Bounds are computed in whole
    numbers. Raises ValueError where `start_labels` is not lawful.
    """
    proof = _Proof(ground, parts, lower, upper)
    if start_labels is not None and not proof.take(start_labels):
        raise ValueError("The plan to begin with has broken parts, too many or few, or households outside the limits.")
    total = int(ground.households.sum())
    if not 1 <= parts <= len(ground) or not parts * lower <= total <= parts * upper:
        proof.bound = np.inf
        return proof.outcome()
    for labels in annealed_plans(ground, parts, lower, upper, seed) if time.monotonic() < until else ():
        proof.take(labels)
    before = proof.outcome()
    if time.monotonic() < until and 4 * int(ground.cost.sum()) < ROOM and (frontier := frontier_of(ground)) is not None:
        pricing = Pricing(frontier, ground.households, lower, upper)
        proof.choose(proof.relax(pricing, until), until)
    after = proof.outcome()
    if after.proved or time.monotonic() < until:
        return after
    # What the clock happened to allow is not what another machine would find.
    return replace(after, labels=before.labels, value=before.value)


class _Proof:
    """What is known of one problem so far."""

    def __init__(self, ground: Ground, parts: int, lower: int, upper: int):
        self.ground, self.parts, self.lower, self.upper = ground, parts, lower, upper
        self.labels: np.ndarray | None = None
        self.value, self.bound = np.inf, 0.0
        self.known: dict[bytes, np.ndarray] = {}

    def outcome(self) -> ColumnBound:
        """What is proved now."""
        return ColumnBound(self.labels, self.value, min(self.bound, self.value), self.bound >= self.value)

    def take(self, labels: np.ndarray) -> bool:
        """Keep a plan where it is the best so far, and its parts; whether it is lawful."""
        labels = np.unique(labels, return_inverse=True)[1]
        rows = np.array([labels == part for part in range(int(labels.max()) + 1)])
        sizes = rows @ self.ground.households
        lawful = len(rows) == self.parts and sizes.min() >= self.lower and sizes.max() <= self.upper
        if not lawful or any(len(pieces(self.ground, np.flatnonzero(row).tolist())) > 1 for row in rows):
            return False
        value = float(int(self.rims(rows).sum()) // 2)
        if value < self.value:
            self.labels, self.value = labels, value
        self.fresh(rows)
        return True

    def raise_bound(self, bound: float) -> None:
        """No plan costs less than `bound`; there is none where that is more than all edges together."""
        self.bound = max(self.bound, bound if bound <= self.ground.cost.sum() else np.inf)

    def rims(self, rows: np.ndarray) -> np.ndarray:
        """Cost of the edges from each set (m, n) bool to what is outside."""
        ends = self.ground.ends
        return (rows[:, ends[:, 0]] != rows[:, ends[:, 1]]) @ self.ground.cost

    def fresh(self, rows: np.ndarray) -> np.ndarray:
        """Those of the sets (m, n) that were not known; they are now."""
        new = {row.tobytes(): row for row in rows}
        new = {key: row for key, row in new.items() if key not in self.known}
        self.known |= new
        return np.array(list(new.values()), bool).reshape(-1, len(self.ground))

    def relax(self, pricing: Pricing, until: float) -> "_Prices":
        """Solve the linear programme over all lawful parts, raising the bound on the way; the prices that prove most.

        Each turn tries a mixture of the prices trusted so far and those that the programme asks for (Wentges 1997).
        """
        dearest = 2 * int(self.ground.cost.sum()) + 1
        cover = Cover(len(self.ground), self.parts, float(min(dearest, ROOM // (2 * len(self.ground)))))
        rows = np.array(list(self.known.values()), bool).reshape(-1, len(self.ground))
        cover.add(rows, self.rims(rows).tolist())
        worth = 0.0 if np.isinf(self.value) else 2 * self.value
        pricing.set_prices(self.ground.households * (worth / max(1, int(self.ground.households.sum()))))
        trusted, _ = self.look_up(pricing, dearest * pricing.scale)
        while (answer := cover.relax(until)) is not None:
            price, asked = answer
            enough = max(CLOSE * (worth - trusted.proved), NEAR * price)
            if self.bound >= min(self.value, np.ceil(price / 2 - WARY)) or price - trusted.proved <= enough:
                break
            tried = TRUST * np.append(trusted.units, trusted.part) + (1 - TRUST) * asked
            pricing.set_prices(tried[:-1])
            # By the trusted prices no part is cheaper than `part`, so one that is cheaper here is new to the programme.
            prices, found = self.look_up(pricing, int(np.floor(tried[-1] * pricing.scale)) - 1)
            found = self.fresh(found)
            if not len(found) and prices.proved <= trusted.proved:
                break  # all that rounding, or the steps of one search, allow
            if prices.proved > trusted.proved:
                trusted = prices
            cover.add(found, self.rims(found).tolist())
        pricing.set_prices(trusted.units)
        return self.look_up(pricing, int(np.floor(trusted.part * pricing.scale)) + 1)[0]

    def look_up(self, pricing: Pricing, limit: int) -> tuple["_Prices", np.ndarray]:
        """What the prices just set prove, and some of the cheapest parts (m, n) of those that cost at most `limit`."""
        while True:
            found, costs, complete = pricing.below(limit, LOOKED_UP, STEPS)
            if complete or len(found) < LOOKED_UP:  # all of them, or the steps ran out
                break
            limit = min(limit - 1, int(np.quantile(costs, 0.1)))
        least = max(pricing.least, min(costs.tolist(), default=limit + 1)) if complete else pricing.least
        prices = _Prices(pricing, least, self.parts)
        self.raise_bound(float(-(-prices.doubled // (2 * pricing.scale))))  # every plan costs that much, and is whole
        return prices, found[np.argsort(costs, kind="stable")[:A_TURN]]

    def choose(self, prices: "_Prices", until: float) -> None:
        """Look up all parts that a better plan could hold, and choose the best plan among them."""
        pricing, step = prices.pricing, 0
        while self.bound < self.value and time.monotonic() < until:
            aim = int(min(self.bound + step, self.value - 1, float(self.ground.cost.sum())))
            # In a plan of cost `aim` or less, no part can cost more than what the others leave when they cost least.
            limit = 2 * aim * pricing.scale - prices.doubled + prices.least
            found, costs, complete = pricing.below(limit, MOST_COLUMNS, STEPS)
            if not complete:
                return
            most = 2 * aim * pricing.scale - int(pricing.prices.sum())
            chosen, proved = cheapest_choice(found, costs, self.parts, most, CHOICE_STEPS)
            if chosen is not None:
                self.take(np.argmax(found[chosen], axis=0))
            if not proved:
                return
            # All plans of cost `aim` or less are among these parts.
            self.raise_bound(min(float(aim + 1), self.value))
            step = 2 * step + 1


class _Prices:
    """Prices of units at which no part costs less than `least`, scaled; `doubled`: so much costs every plan, twice."""

    def __init__(self, pricing: Pricing, least: int, parts: int):
        self.pricing, self.least = pricing, least
        self.doubled = int(pricing.prices.sum()) + least * parts
        self.units, self.part = pricing.prices / pricing.scale, least / pricing.scale
        self.proved = self.doubled / pricing.scale
