"""Strict descent: every single move and every pair of moves that hang together is tried until none makes labels better.

A pair is a unit that goes to a part and a second one that leaves that part, or takes the first one's place.
"""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.search.board import Board, State
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
)


@compiled
def polish(board: Board, start: np.ndarray, parts: int, draw: np.ndarray, work: int) -> np.ndarray:
    """Move units in `draw` while that makes labels better; `work`: pairs looked at, at the most. No part vanishes.

    Better: fewer barred units, then households outside, moved households, border cost.
    """
    state = state_of(board, start.copy(), parts)
    done = 0
    while True:
        while _singles(board, state, draw):
            pass
        looked = _pairs(board, state, draw, work - done)
        done += abs(looked)
        if looked < 0 or done >= work:
            return state.labels


@compiled
def _singles(board: Board, state: State, draw: np.ndarray) -> bool:
    """Take every single move, with what hangs on the unit, that makes labels better; whether there was one."""
    better = False
    for unit in draw:
        for place in range(board.ptr[unit], board.ptr[unit + 1]):
            left, part = state.labels[unit], state.labels[board.near[place]]
            if left == part or not may_be(board, unit, part):
                continue
            taken = leaving(board, state, unit)
            if taken < 1:
                break
            count, moved, border = group_change(board, state, taken, part)
            if count < 0:
                continue
            outside = off(board, state.size[left] - count) - off(board, state.size[left])
            outside += off(board, state.size[part] + count) - off(board, state.size[part])
            barred = 0
            for k in range(taken):
                barred -= int(not may_be(board, state.group[k], left))
            if (barred, outside, moved, border) < (0, 0, 0, 0):
                for k in range(taken):
                    put(board, state, state.group[k], part)
                better = True
    return better


@compiled
def _pairs(board: Board, state: State, draw: np.ndarray, work: int) -> int:
    """Take the first pair of moves from each unit that makes labels better.

    Returns the number of pairs looked at, negative where none was better.
    """
    looked, better = 0, False
    for unit in draw:
        if looked > work:
            break
        left = state.labels[unit]
        for place in range(board.ptr[unit], board.ptr[unit + 1]):
            part = state.labels[board.near[place]]
            if part == left or not may_be(board, unit, part) or not leaves_alone(board, state, unit):
                continue
            barred = -int(not may_be(board, unit, left))
            outside = -off(board, state.size[left]) - off(board, state.size[part])
            moved, border = moved_change(board, state, unit, part), border_change(board, state, unit, part)
            put(board, state, unit, part)
            looked += len(draw)
            if _answered(board, state, draw, unit, left, part, (barred, outside, moved, border)):
                better = True
                break
            put(board, state, unit, left)
    return looked if better else -looked - 1


@compiled
def _answered(
    board: Board, state: State, draw: np.ndarray, first: int, left: int, part: int, sofar: tuple[int, int, int, int]
) -> bool:
    """Find and take a second move that makes the pair better; the first one is made, `sofar` is what it changed.

    The households outside in `sofar` are without those that `left` and `part` have now.
    """
    for second in draw:
        source = state.labels[second]
        if second == first or (source != part and source == left):
            continue
        for place in range(board.ptr[second], board.ptr[second + 1]):
            target = state.labels[board.near[place]]
            if target == source or (source != part and target != left) or not may_be(board, second, target):
                continue
            count = board.counts[second]
            barred = sofar[0] - int(not may_be(board, second, source))
            outside = sofar[1]
            for changed in (left, part):
                size = state.size[changed]
                size += count * (int(changed == target) - int(changed == source))
                outside += off(board, size)
            if source not in (left, part):
                outside += off(board, state.size[source] - count) - off(board, state.size[source])
            if target not in (left, part):
                outside += off(board, state.size[target] + count) - off(board, state.size[target])
            moved = sofar[2] + moved_change(board, state, second, target)
            if (barred, outside, moved) > (0, 0, 0):
                continue
            border = sofar[3] + border_change(board, state, second, target)
            if (barred, outside, moved, border) < (0, 0, 0, 0) and leaves_alone(board, state, second):
                put(board, state, second, target)
                return True
    return False
