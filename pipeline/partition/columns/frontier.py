"""A sweep over the units that meets every connected set of them: the states that its front can be in.

Units are taken one by one. The front are the units taken that still have a neighbour to come; a state says which of
them belong to the part and which of those hang together already. Two beginnings of a part in one state can be finished
in the same ways, so all connected sets are the paths through a small graph of states (Simpath, Knuth 2011, 7.1.4).
"""

from dataclasses import dataclass

import numpy as np
from numba import types
from numba.typed import Dict

from pipeline.partition.compiled import compiled
from pipeline.partition.ground import Ground

MOST_STATES = 1_500_000
"""States kept; a ground whose fronts need more is given up."""
WIDEST = 15
"""Units that a front may have: a state has four bits for each."""
DEAD, DONE = -1, -2
"""In place of the next state: the set can never be connected; it is connected and complete."""


@dataclass(frozen=True)
class Frontier:
    """The sweep of a ground of n units and the S states of its fronts.

    `order` (n): units as they are taken. `first` (n + 1): the states before the i-th unit are first[i]..first[i+1]-1;
    state 0 is the beginning. `without`, `within` (S): the next state when the unit stays outside or joins the part, or
    DEAD or DONE. `rim_without`, `rim_within` (S): cost of the edges that this cuts.
    """

    order: np.ndarray
    first: np.ndarray
    without: np.ndarray
    within: np.ndarray
    rim_without: np.ndarray
    rim_within: np.ndarray


def frontier_of(ground: Ground) -> Frontier | None:
    """Sweep a ground in an order with small fronts; None where even so there are too many states."""
    order = sweep_order(ground)
    start, other, cost, joined = flat_rows(ground)
    if max(_fronts(order, start, other), default=0) > WIDEST:
        return None
    found = _spread(order, start, other, cost, joined, MOST_STATES)
    return Frontier(order, *found) if len(found[0]) else None


def sweep_order(ground: Ground) -> np.ndarray:
    """Order of the units (n) with small fronts: from every unit once, always take the unit that leaves the smallest."""
    best, least = np.arange(len(ground)), np.inf
    start, other, _, _ = flat_rows(ground)
    near = [set(other[start[unit] : start[unit + 1]].tolist()) for unit in range(len(ground))]
    for begin in range(len(ground)):
        order, price = _greedy(near, begin, least)
        if price < least:
            best, least = np.array(order), price
    return best


def _greedy(near: list[set[int]], begin: int, limit: float) -> tuple[list[int], float]:
    """An order from `begin` and the sum of 3^front over its units; given up (infinity) when above `limit`."""
    to_come = [len(row) for row in near]
    since: dict[int, int] = {}
    order: list[int] = []
    taken, beside, price = set[int](), {begin}, 0.0
    while len(order) < len(near):
        if not beside:
            beside = {next(unit for unit in range(len(near)) if unit not in taken)}

        unit = min(beside, key=lambda each: (*_growth(near[each], since, to_come, to_come[each] == 0), each))
        order.append(unit)
        taken.add(unit)
        since[unit] = len(order)
        for other in near[unit]:
            to_come[other] -= 1
        beside = (beside | near[unit]) - taken
        price += 3.0 ** len(since)
        if price >= limit:
            return order, np.inf
        since = {unit: place for unit, place in since.items() if to_come[unit] > 0}
    return order, price


def _growth(beside: set[int], since: dict[int, int], to_come: list[int], leaves: bool) -> tuple[int, int]:
    """How a front changes by a unit with these neighbours: units released, negative, and the step of its oldest."""
    at_front = [other for other in beside if other in since]
    return -sum(to_come[other] == 1 for other in at_front) - leaves, min((since[v] for v in at_front), default=0)


def _fronts(order: np.ndarray, start: np.ndarray, other: np.ndarray) -> list[int]:
    """Units of the front, before each unit of the order."""
    place = np.argsort(order)
    last = np.array([place[other[start[unit] : start[unit + 1]]].max(initial=-1) for unit in range(len(order))], int)
    return [int((last[order[:step]] >= step).sum()) for step in range(len(order))]


def flat_rows(ground: Ground) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Units that share an edge, as flat rows: start of each unit's row (n + 1), the other units, cost, whether joined.

    Edges that are not allowed cost where they are cut, and join nothing.
    """
    price: list[dict[int, int]] = [{} for _ in range(len(ground))]
    for (i, j), cost in zip(ground.ends.tolist(), ground.cost.tolist(), strict=True):
        for one, two in ((i, j), (j, i)):
            price[one][two] = price[one].get(two, 0) + cost
    start = np.concatenate([[0], np.cumsum([len(row) for row in price])]).astype(np.int64)
    other = np.array([unit for row in price for unit in row], np.int64)
    joined = np.array([v in ground.near[unit] for unit, row in enumerate(price) for v in row], bool)
    return start, other, np.array([cost for row in price for cost in row.values()], np.int64), joined


Spread = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@compiled
def _spread(
    order: np.ndarray, start: np.ndarray, other: np.ndarray, cost: np.ndarray, joined: np.ndarray, most: int
) -> Spread:
    """All states, unit by unit, as the fields of a Frontier after `order`; empty ones where there are too many."""
    n = len(order)
    none = np.empty(0, np.int64)
    first = np.zeros(n + 1, np.int64)
    without, within = np.empty(most, np.int64), np.empty(most, np.int64)
    rim_without, rim_within = np.empty(most, np.int64), np.empty(most, np.int64)
    to_come = start[1:] - start[:-1]
    front, width = np.zeros(WIDEST + 1, np.int64), 0
    piece, renamed = np.zeros(WIDEST + 1, np.int64), np.zeros(WIDEST + 2, np.int64)
    codes = np.zeros(1, np.int64)
    first[1:] = 1
    for step in range(n):
        unit = order[step]
        touch, beside = np.zeros(WIDEST + 1, np.int64), np.zeros(WIDEST + 1, np.bool_)
        for at in range(width):
            for e in range(start[unit], start[unit + 1]):
                if other[e] == front[at]:
                    touch[at], beside[at] = cost[e], joined[e]
        for e in range(start[unit], start[unit + 1]):
            to_come[other[e]] -= 1
        front[width] = unit
        stays = np.zeros(WIDEST + 1, np.bool_)
        for at in range(width + 1):
            stays[at] = to_come[front[at]] > 0
        known = Dict.empty(types.int64, types.int64)
        fresh = np.empty(2 * len(codes), np.int64)
        base = first[step + 1]
        for number in range(len(codes)):
            state = first[step] + number
            for joins in range(2):
                rim, most_pieces = 0, 0
                for at in range(width):
                    piece[at] = (codes[number] >> (4 * at)) & 15
                    most_pieces = max(most_pieces, piece[at])
                    if (piece[at] > 0) != (joins == 1):
                        rim += touch[at]
                piece[width] = 0
                if joins == 1:
                    most_pieces += 1
                    piece[width] = most_pieces
                    for at in range(width):
                        if beside[at] and piece[at] > 0:
                            old = piece[at]
                            for place in range(width):
                                if piece[place] == old:
                                    piece[place] = most_pieces
                pieces, open_pieces = 0, 0
                for name in range(1, most_pieces + 1):
                    there, open_still = False, False
                    for at in range(width + 1):
                        if piece[at] == name:
                            there = True
                            open_still = open_still or stays[at]
                    pieces += there
                    open_pieces += open_still
                if pieces > open_pieces:  # a piece has lost touch with the front: nothing can be joined to it any more
                    following = DONE if pieces == 1 else DEAD
                elif step == n - 1:
                    following = DEAD
                else:
                    renamed[:] = 0
                    names, code, place = 0, 0, 0
                    for at in range(width + 1):
                        if stays[at]:
                            if piece[at] > 0:
                                if renamed[piece[at]] == 0:
                                    names += 1
                                    renamed[piece[at]] = names
                                code |= renamed[piece[at]] << (4 * place)
                            place += 1
                    if code in known:
                        following = known[code]
                    else:
                        following = base + len(known)
                        if following >= most:
                            return none, none, none, none, none
                        fresh[len(known)] = code
                        known[code] = following
                if joins == 1:
                    within[state], rim_within[state] = following, rim
                else:
                    without[state], rim_without[state] = following, rim
        place = 0
        for at in range(width + 1):
            if stays[at]:
                front[place] = front[at]
                place += 1
        width = place
        codes = fresh[: len(known)].copy()
        if step + 2 <= n:
            first[step + 2 :] = base + len(codes)
    total = first[n]
    return first, without[:total].copy(), within[:total].copy(), rim_without[:total].copy(), rim_within[:total].copy()
