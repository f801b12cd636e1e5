"""The stages of a proof by whole parts: bound by the linear programme, then choose among all parts within the gap."""

import time
from dataclasses import dataclass

import numpy as np

from pipeline.partition.columns.frontier import frontier_of
from pipeline.partition.columns.pricing import ROOM, Pricing
from pipeline.partition.columns.starts import annealed_plans
from pipeline.partition.ground import Ground, pieces
from pipeline.partition.model import Cover, choose_cover

TRUST = 0.7
"""Share of the prices trusted so far in the prices tried."""
CLOSE = 0.02
"""The programme is solved when the open part of the gap between bound and plan is less than this share."""
A_TURN = 300
"""Columns added in one turn."""
LOOKED_UP = 2000
"""Parts looked up in one turn: more are not needed, the cheapest half is looked up again."""
MOST_COLUMNS = 400_000
"""Parts within the gap among which the last choice is made."""
STEPS = 200_000_000
"""Steps of one search, some seconds."""


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
    elif 2 * int(ground.cost.sum()) < ROOM // 2 and (frontier := frontier_of(ground)) is not None:
        for labels in annealed_plans(ground, parts, lower, upper, seed) if time.monotonic() < until else ():
            proof.take(labels)
        proof.relax(Pricing(frontier, ground.households, lower, upper), until)
        proof.choose(until)
    return proof.outcome()


class _Proof:
    """What is known of one problem so far."""

    def __init__(self, ground: Ground, parts: int, lower: int, upper: int):
        self.ground, self.parts, self.lower, self.upper = ground, parts, lower, upper
        self.labels: np.ndarray | None = None
        self.value, self.bound = np.inf, 0.0
        self.known: dict[bytes, np.ndarray] = {}
        self.pricing: Pricing | None = None
        self.turns = 0
        self.dear = float(2 * int(ground.cost.sum()) + 1)
        self.least = 0  # no part costs less at the pricing's prices (scaled rim less prices)

    def outcome(self) -> ColumnBound:
        """What is proved now."""
        bound = min(self.bound, self.value)
        return ColumnBound(self.labels, self.value, bound, self.bound >= self.value)

    def take(self, labels: np.ndarray) -> bool:
        """Keep a plan where it is the best so far, and its parts; whether it is lawful."""
        labels = np.unique(labels, return_inverse=True)[1]
        rows = np.array([labels == part for part in range(int(labels.max()) + 1)])
        sizes = rows @ self.ground.households
        lawful = len(rows) == self.parts and sizes.min() >= self.lower and sizes.max() <= self.upper
        if not lawful or any(len(pieces(self.ground, np.flatnonzero(row).tolist())) > 1 for row in rows):
            return False
        value = int(self.rims(rows).sum()) // 2
        if value < self.value:
            self.labels, self.value = labels, value
        self.fresh(rows)
        return True

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

    def relax(self, pricing: Pricing, until: float) -> None:
        """Solve the linear programme over all lawful parts, and raise the bound on the way."""
        forbidding = float(min(2 * int(self.ground.cost.sum()) + 1, ROOM // (2 * len(self.ground))))
        cover = Cover(len(self.ground), self.parts, forbidding)
        rows = np.array(list(self.known.values()), bool).reshape(-1, len(self.ground))
        cover.add(rows, self.rims(rows).tolist())
        self.pricing = pricing
        # The prices trusted so far, of the units and of a part: those that prove most (Wentges 1997).
        worth = min(self.value, forbidding) * 2
        trusted = np.append(self.ground.households * (worth / max(1, self.ground.households.sum())), 0.0)
        trusted[-1] = self.price_at(trusted[:-1])
        proved = trusted[:-1].sum() + self.parts * trusted[-1]
        while (answer := cover.relax(until)) is not None:
            price, asked = answer
            if self.bound >= min(self.value, np.ceil(price / 2 - 1e-6)) or price - proved <= CLOSE * (worth - proved):
                break
            tried = TRUST * trusted + (1 - TRUST) * asked
            pricing.set_prices(tried[:-1])
            # No part is cheaper than the trusted prices say, so what is cheaper here lacks in the programme.
            found = self.lacking(int(np.floor(tried[-1] * pricing.scale)) - 1)
            reached = (self.with_prices(self.least * self.parts)) / pricing.scale
            if reached > proved:
                proved, trusted = reached, np.append(pricing.prices, self.least) / pricing.scale
            found = self.fresh(found)
            cover.add(found, self.rims(found).tolist())
            self.turns += 1
        self.price_at(trusted[:-1])

    def price_at(self, prices: np.ndarray) -> float:
        """Take prices of the units; what a part costs at least."""
        assert self.pricing is not None
        self.pricing.set_prices(prices)
        self.lacking(int(np.floor(self.dear * self.pricing.scale)))
        return self.least / self.pricing.scale

    def lacking(self, limit: int) -> np.ndarray:
        """The cheapest parts that cost at most `limit`; raises the bound by what no part is cheaper than."""
        assert self.pricing is not None
        while True:
            found, costs, complete = self.pricing.below(limit, LOOKED_UP, STEPS)
            if complete or not len(found):
                break
            limit = min(limit - 1, int(np.quantile(costs, 0.1)))
        self.least = max(self.pricing.least, min(costs, default=limit + 1)) if complete else self.pricing.least
        self.raise_bound(self.with_prices(self.least * self.parts))
        return found[np.argsort(costs, kind="stable")[:A_TURN]]

    def with_prices(self, costs: int) -> int:
        """Scaled and doubled cost of a plan whose parts cost `costs` together at the pricing's prices."""
        assert self.pricing is not None
        return int(self.pricing.prices.sum()) + int(costs)

    def raise_bound(self, doubled: int) -> None:
        """Every plan's scaled and doubled cost is at least `doubled`, and its cost is whole."""
        assert self.pricing is not None
        self.bound = max(self.bound, -(-doubled // (2 * self.pricing.scale)))

    def choose(self, until: float) -> None:
        """Look up all parts that a better plan could hold, and choose the best plan among them."""
        pricing = self.pricing
        assert pricing is not None
        step = 0
        while self.bound < self.value and time.monotonic() < until:
            aim = int(min(self.bound + step, self.value - 1))
            # In a plan of cost `aim` or less, each part leaves the others at least `least` each.
            limit = 2 * aim * pricing.scale - self.with_prices(self.least * (self.parts - 1))
            found, _, complete = pricing.below(limit, MOST_COLUMNS, STEPS)
            if not complete:
                return
            chosen, bound = choose_cover(found, self.rims(found).tolist(), self.parts, until=until)
            if chosen is not None:
                self.take(np.argmax(found[chosen], axis=0))
            # Plans that cost `aim` or less are all among these parts.
            self.bound = max(self.bound, min(float(aim + 1), np.ceil(bound / 2 - 1e-3)))
            if bound / 2 < aim + 0.5 and self.bound < self.value:
                return
            step = 2 * step + 1
