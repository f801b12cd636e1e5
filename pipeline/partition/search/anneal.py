"""Simulated annealing of a fixed set of parts: single units, what hangs on them, swaps and chains of two.

A step that makes the plan worse is taken with a chance that shrinks, while the price of a household outside the limits
grows from little more than one moved household to many: what is outside travels along chains of communities, each of
which moves as much. All numbers are whole, so that every machine takes the same steps.
"""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.search.board import Board, State
from pipeline.partition.search.chance import EXPONENTIAL, below, seeded
from pipeline.partition.search.moves import (
    border_change,
    group_change,
    leaves_alone,
    leaving,
    may_be,
    moved_change,
    off,
    put,
    state_of,
    touches,
)

FINE = 200
"""Decimetres of new border that weigh as much as one moved household: the border decides between equals."""
SOME = 16
"""A part outside the limits is priced as if it were this share of a mean unit further outside: none is left over."""
CHAINS = 3
"""One step in so many tries two units at once."""
TRIES = 48
"""Units looked at to find a second one in the part that takes the first."""


@compiled
def anneal(
    board: Board,
    start: np.ndarray,
    parts: int,
    draw: np.ndarray,
    heats: np.ndarray,
    prices: np.ndarray,
    steps: int,
    number: int,
) -> np.ndarray:
    """Take `steps` chance steps at each of the `heats` (households), with the units in `draw`; the best labels met.

    `prices`: moved households that one household outside is worth at each heat. No part vanishes or appears. The best
    are those with fewest barred units, then households outside, moved households, border cost.
    """
    state = state_of(board, start.copy(), parts)
    best = start.copy()
    seed = seeded(number)
    barred, outside, moved, border = 0, 0, 0, 0
    least = (0, 0, 0, 0)
    some = board.counts.sum() // max(1, len(start)) // SOME
    for stage in range(len(heats)):
        heat, price = heats[stage] * FINE, prices[stage]
        for _ in range(steps):
            unit = draw[below(seed, len(draw))]
            low, high = board.ptr[unit], board.ptr[unit + 1]
            if low == high:
                continue
            left = state.labels[unit]
            part = state.labels[board.near[low + below(seed, high - low)]]
            if part == left or not may_be(board, unit, part):
                continue
            count = board.counts[unit]
            moved_by = moved_change(board, state, unit, part)
            border_by = border_change(board, state, unit, part)
            barred_by = -int(not may_be(board, unit, left))
            bar = (heat * EXPONENTIAL[below(seed, 4096)]) >> 16
            was = off(board, state.size[left]) + off(board, state.size[part])
            strain = -_strain(board, state.size[left], some) - _strain(board, state.size[part], some)
            if below(seed, CHAINS) == 0:
                second, onward = _second(board, state, draw, unit, part, seed)
                if second < 0:
                    continue
                back = board.counts[second]
                less, more, rest = state.size[left] - count, state.size[part] + count - back, 0
                if onward == left:
                    less += back
                else:
                    rest = state.size[onward]
                    strain += _strain(board, rest + back, some) - _strain(board, rest, some)
                    rest = off(board, rest + back) - off(board, rest)
                outside_by = off(board, less) + off(board, more) + rest - was
                strain += _strain(board, less, some) + _strain(board, more, some)
                moved_by += moved_change(board, state, second, onward)
                barred_by -= int(not may_be(board, second, part))
                rough = FINE * (price * strain + moved_by)
                if barred_by == 0 and rough > bar + 4 * FINE * count:
                    continue
                if not leaves_alone(board, state, unit):
                    continue
                put(board, state, unit, part)
                border_by += border_change(board, state, second, onward)
                worse = rough + border_by
                if (
                    (barred_by < 0 or worse <= bar)
                    and touches(board, state, second, onward)
                    and leaves_alone(board, state, second)
                ):
                    put(board, state, second, onward)
                else:
                    put(board, state, unit, left)
                    continue
            else:
                less, more = state.size[left] - count, state.size[part] + count
                outside_by = off(board, less) + off(board, more) - was
                by = strain + _strain(board, less, some) + _strain(board, more, some)
                worse = FINE * (price * by + moved_by) + border_by
                if worse <= bar or barred_by < 0:
                    taken = leaving(board, state, unit)
                elif below(seed, 8) == 0:
                    taken = leaving(board, state, unit)
                    if taken == 1:
                        continue
                else:
                    continue
                if taken < 1:
                    continue
                if taken > 1:
                    count, moved_by, border_by = group_change(board, state, taken, part)
                    if count < 0:
                        continue
                    less, more = state.size[left] - count, state.size[part] + count
                    outside_by = off(board, less) + off(board, more) - was
                    by = strain + _strain(board, less, some) + _strain(board, more, some)
                    barred_by = 0
                    for k in range(taken):
                        barred_by -= int(not may_be(board, state.group[k], left))
                    worse = FINE * (price * by + moved_by) + border_by
                    if worse > bar and barred_by == 0:
                        continue
                for k in range(taken):
                    put(board, state, state.group[k], part)
            barred += barred_by
            outside += outside_by
            moved += moved_by
            border += border_by
            if (barred, outside, moved, border) < least:
                least = (barred, outside, moved, border)
                best[:] = state.labels
    return best


@compiled
def _strain(board: Board, households: int, least: int) -> int:
    """What a part outside the limits is priced by: its households outside, and `least` on top of them."""
    outside = off(board, households)
    return outside + least if outside > 0 else 0


@compiled
def _second(board: Board, state: State, draw: np.ndarray, first: int, part: int, seed: np.ndarray) -> tuple[int, int]:
    """A chance unit of `part` and another part beside it that it may go to; -1, -1 where none was met."""
    for _ in range(TRIES):
        unit = draw[below(seed, len(draw))]
        if state.labels[unit] != part:
            continue
        low, high = board.ptr[unit], board.ptr[unit + 1]
        if low == high:
            continue
        onward = state.labels[board.near[low + below(seed, high - low)]]
        if onward != part and unit != first and may_be(board, unit, onward):
            return unit, onward
    return -1, -1
