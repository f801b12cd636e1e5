"""Every lawful part that costs little at given prices: found without missing one, in whole numbers throughout.

A table says for each state of the sweep and each count of households still wanted what finishing the part costs at
least; counts are put in drawers, and a drawer stands for the cheapest count in it. Going forwards with exact counts and
turning back wherever the table says no, the search walks little but to the parts it is to find.
"""

import numpy as np

from pipeline.partition.columns.frontier import DEAD, DONE, Frontier
from pipeline.partition.compiled import compiled

TABLE = 20_000_000
"""Entries of the table: states times drawers."""
FEWEST_DRAWERS, MOST_DRAWERS = 48, 1024
"""Drawers of household counts."""
ROOM = 1 << 29
"""Scaled costs and prices stay below it, so that their sums fit the table's 32 bits."""
NEVER = np.int32(1 << 30)
"""Entry of the table for what cannot be finished."""


class Pricing:
    """The sweep of one ground, ready to look up parts of connected units with households in [lower, upper]."""

    def __init__(self, frontier: Frontier, households: np.ndarray, lower: int, upper: int):
        self.frontier, self.households, self.lower, self.upper = frontier, households, lower, upper
        states = len(frontier.within)
        drawers = min(MOST_DRAWERS, max(FEWEST_DRAWERS, TABLE // max(1, states)), upper + 1)
        self.width = upper // drawers + 1
        self.table = np.empty((states, upper // self.width + 1), np.int32)
        self.scale, self.prices = 1, np.zeros(len(households), np.int64)
        dearest = np.maximum(frontier.rim_within, frontier.rim_without)
        self.dearest = int(np.maximum.reduceat(dearest, frontier.first[:-1]).sum())

    def set_prices(self, prices: np.ndarray) -> None:
        """Take prices (n) of the units, in the rims' measure; they are rounded to whole numbers of 1 / `scale`.

        Any prices prove something, so prices without measure are cut off. Rims must sum to less than `ROOM`.
        """
        most = (ROOM - self.dearest - 1) / len(prices)
        prices = prices.clip(-most, most)
        self.scale = max(1, ROOM // (int(np.ceil(np.abs(prices).sum())) + self.dearest + 1))
        self.prices = np.rint(prices * self.scale).astype(np.int64)
        f = self.frontier
        _fill(
            f.order,
            f.first,
            f.without,
            f.within,
            f.rim_without,
            f.rim_within,
            self.households,
            self.prices,
            self.scale,
            self.upper - self.lower,
            self.width,
            self.table,
        )

    @property
    def least(self) -> int:
        """What no lawful part costs less than: scaled rim less prices."""
        return int(self.table[0, self.upper // self.width])

    def below(self, limit: int, most: int, steps: int) -> tuple[np.ndarray, np.ndarray, bool]:
        """Parts whose scaled rim less prices is at most `limit`: members (m, n) bool, their costs (m), whether all.

        Stops at `most` parts or after `steps` steps; then there may be others.
        """
        f = self.frontier
        members = np.zeros((most, len(self.households)), np.bool_)
        costs = np.zeros(most, np.int64)
        found, complete = _walk(
            f.order,
            f.without,
            f.within,
            f.rim_without,
            f.rim_within,
            self.households,
            self.prices,
            self.scale,
            self.upper,
            self.upper - self.lower,
            self.width,
            self.table,
            limit,
            members,
            costs,
            steps,
        )
        return members[:found], costs[:found], complete


@compiled
def _fill(  # type: ignore[no-untyped-def]
    order, first, without, within, rim_without, rim_within, households, prices, scale, slack, width, table
):
    """Fill the table backwards; drawer d holds the counts d x width .. (d + 1) x width - 1 still wanted for `upper`.

    A part is lawful when what is wanted in the end is at most `slack`.
    """
    drawers = table.shape[1]
    last = min(drawers - 1, slack // width)
    for step in range(len(order) - 1, -1, -1):
        unit = order[step]
        # Counts of one drawer less the unit's lie in two neighbouring drawers, or in one.
        near, far = households[unit] // width, -((-households[unit]) // width)
        for state in range(first[step], first[step + 1]):
            row = table[state]
            after, rim = without[state], np.int32(rim_without[state] * scale)
            if after >= 0:
                rest = table[after]
                for d in range(drawers):
                    row[d] = min(NEVER, rest[d] + rim)
            else:
                for d in range(drawers):
                    row[d] = NEVER
                if after == DONE:
                    for d in range(last + 1):
                        row[d] = rim
            after, rim = within[state], np.int32(rim_within[state] * scale - prices[unit])
            if after >= 0:
                rest = table[after]
                for d in range(near, drawers):
                    least = rest[d - near]
                    if d >= far:
                        least = min(least, rest[d - far])
                    if least < NEVER:
                        row[d] = min(row[d], least + rim)
            elif after == DONE:
                for d in range(near, min(drawers, last + far + 1)):
                    row[d] = min(row[d], rim)


@compiled
def _walk(  # type: ignore[no-untyped-def]
    order,
    without,
    within,
    rim_without,
    rim_within,
    households,
    prices,
    scale,
    upper,
    slack,
    width,
    table,
    limit,
    members,
    costs,
    steps,
):
    """Write down the parts that cost at most `limit`; how many, and whether these are all."""
    n = len(order)
    state, wanted, cost = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    tried, joined = np.zeros(n + 1, np.int64), np.zeros(n, np.bool_)
    wanted[0] = upper
    found, at = 0, 0
    if table[0, upper // width] > limit:
        return 0, True
    while at >= 0:
        if tried[at] == 2:
            at -= 1
            continue
        joins = tried[at] == 0
        tried[at] += 1
        unit = order[at]
        if joins:
            after, now = within[state[at]], cost[at] + rim_within[state[at]] * scale - prices[unit]
            rest = wanted[at] - households[unit]
        else:
            after, now, rest = without[state[at]], cost[at] + rim_without[state[at]] * scale, wanted[at]
        if after == DEAD or rest < 0:
            continue
        if after == DONE:
            if rest <= slack and now <= limit:
                if found == len(costs):
                    return found, False
                for place in range(at):
                    members[found, order[place]] = joined[place]
                members[found, unit] = joins
                costs[found] = now
                found += 1
            continue
        if now + table[after, rest // width] > limit:
            continue
        steps -= 1
        if steps < 0:
            return found, False
        joined[at] = joins
        at += 1
        state[at], wanted[at], cost[at], tried[at] = after, rest, now, 0
    return found, True
