"""Lawful moves of one state: what may leave its part, alone or with what hangs on it, and what a move changes."""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.search.board import Board, State

FIXED = -1
"""Answer of `leaving`: the unit may not leave."""


@compiled
def state_of(board: Board, labels: np.ndarray, parts: int) -> State:
    """Make the state of labels (n, taken as they are, to be changed in place), with room for `parts` parts."""
    n, communities = len(labels), len(board.office)
    size, members, at_home = np.zeros(parts, np.int64), np.zeros(parts, np.int64), np.zeros(parts, np.int64)
    for unit in range(n):
        part = labels[unit]
        size[part] += board.counts[unit]
        members[part] += 1
        if part < communities and board.today[unit] == part:
            at_home[part] += 1
    zero = np.zeros(1, np.int64)
    return State(
        labels, size, members, at_home, np.zeros(n, np.int64), zero, np.zeros(n, np.int64), np.zeros(n, np.int64)
    )


@compiled
def off(board: Board, households: int) -> int:
    """Households of one part outside the limits."""
    if households < board.lower:
        return board.lower - households
    return max(0, households - board.upper)


@compiled
def may_be(board: Board, unit: int, part: int) -> bool:
    """Whether the masks let a unit be in a part."""
    row = unit if len(board.allowed) > 1 else 0
    return board.allowed[row, min(part, len(board.office))]


@compiled
def holds_office(board: Board, state: State, unit: int) -> bool:
    """Whether a unit is the office of the community that it belongs to."""
    label = state.labels[unit]
    return label < len(board.office) and board.office[label] == unit


@compiled
def put(board: Board, state: State, unit: int, part: int) -> None:
    """Put a unit into a part."""
    left, home = state.labels[unit], board.today[unit]
    state.labels[unit] = part
    state.size[left] -= board.counts[unit]
    state.size[part] += board.counts[unit]
    state.members[left] -= 1
    state.members[part] += 1
    if left == home:
        state.at_home[left] -= 1
    if part == home:
        state.at_home[part] += 1


@compiled
def touches(board: Board, state: State, unit: int, part: int) -> bool:
    """Whether a unit has a neighbour in a part."""
    found = False
    for place in range(board.ptr[unit], board.ptr[unit + 1]):
        found |= state.labels[board.near[place]] == part
    return found


@compiled
def border_change(board: Board, state: State, unit: int, part: int) -> int:
    """Border cost that appears when a unit goes to a part."""
    left, change = state.labels[unit], 0
    for place in range(board.ptr[unit], board.ptr[unit + 1]):
        if board.cost[place] != 0:
            then = state.labels[board.near[place]]
            if then == left:
                change += board.cost[place]
            elif then == part:
                change -= board.cost[place]
    return change


@compiled
def moved_change(board: Board, state: State, unit: int, part: int) -> int:
    """Moved households that appear when a unit goes to a part."""
    home = board.today[unit]
    return board.counts[unit] * (int(part != home) - int(state.labels[unit] != home))


@compiled
def _reach(board: Board, state: State, first: int, without: int) -> int:
    """Mark what hangs on unit `first` inside its part, one unit left out; how many there are (listed in `ahead`)."""
    label, now = state.labels[first], state.clock[0]
    state.mark[first] = now
    state.ahead[0] = first
    seen, done = 1, 0
    while done < seen:
        unit = state.ahead[done]
        done += 1
        for place in range(board.ptr[unit], board.ptr[unit + 1]):
            other = board.near[place]
            if state.labels[other] == label and other != without and state.mark[other] != now:
                state.mark[other] = now
                state.ahead[seen] = other
                seen += 1
    return seen


@compiled
def _ring_holds(board: Board, state: State, unit: int) -> bool:
    """Whether the neighbours of a unit in its part hang together without it: first by themselves, then by any way."""
    label = state.labels[unit]
    low, high = board.ptr[unit], board.ptr[unit + 1]
    first, wanted = -1, 0
    state.clock[0] += 1
    ring = state.clock[0]
    for place in range(low, high):
        other = board.near[place]
        if state.labels[other] == label:
            state.mark[other] = ring
            wanted += 1
            first = other
    if wanted < 2:
        return True
    state.clock[0] += 1
    met = state.clock[0]
    state.mark[first] = met
    state.ahead[0] = first
    seen, done = 1, 0
    while done < seen:
        other = state.ahead[done]
        done += 1
        for place in range(board.ptr[other], board.ptr[other + 1]):
            beyond = board.near[place]
            if state.mark[beyond] == ring:
                state.mark[beyond] = met
                state.ahead[seen] = beyond
                seen += 1
    if seen == wanted:
        return True
    state.clock[0] += 1
    _reach(board, state, first, unit)
    for place in range(low, high):
        other = board.near[place]
        if state.labels[other] == label and state.mark[other] != state.clock[0]:
            return False
    return True


@compiled
def leaves_alone(board: Board, state: State, unit: int) -> bool:
    """Whether a unit may leave its part: the rest stays whole and keeps its office, or else a unit of today."""
    label = state.labels[unit]
    if holds_office(board, state, unit) or state.members[label] < 2:
        return False
    at_home = label < len(board.office) and board.office[label] < 0 and board.today[unit] == label
    if at_home and state.at_home[label] < 2:
        return False
    return _ring_holds(board, state, unit)


@compiled
def leaving(board: Board, state: State, unit: int) -> int:
    """Units that leave when this one does, itself and what it alone ties to its part: listed in `group`, or FIXED."""
    if holds_office(board, state, unit):
        return FIXED
    if leaves_alone(board, state, unit):
        state.group[0] = unit
        return 1
    label = state.labels[unit]
    main = _main_neighbour(board, state, unit)
    if main < 0:
        return FIXED
    state.clock[0] += 1
    _reach(board, state, main, unit)
    kept = state.clock[0]
    state.group[0] = unit
    state.mark[unit] = kept
    taken, done = 1, 0
    while done < taken:
        member = state.group[done]
        done += 1
        for place in range(board.ptr[member], board.ptr[member + 1]):
            other = board.near[place]
            if state.labels[other] == label and state.mark[other] != kept:
                if holds_office(board, state, other):
                    return FIXED
                state.mark[other] = kept
                state.group[taken] = other
                taken += 1
    return taken


@compiled
def _main_neighbour(board: Board, state: State, unit: int) -> int:
    """The neighbour of a unit that holds what the part keeps: its office, or else most households and a home unit."""
    label = state.labels[unit]
    old = label < len(board.office)
    if old and board.office[label] >= 0 and state.labels[board.office[label]] == label:
        return board.office[label]
    found, most = -1, -1
    state.clock[0] += 1
    for place in range(board.ptr[unit], board.ptr[unit + 1]):
        first = board.near[place]
        if state.labels[first] != label or state.mark[first] == state.clock[0]:
            continue
        households, home = 0, 0
        for k in range(_reach(board, state, first, unit)):
            member = state.ahead[k]
            households += board.counts[member]
            home += int(board.today[member] == label)
        if households > most and (home > 0 or not old):
            found, most = first, households
    return found


@compiled
def group_change(board: Board, state: State, taken: int, part: int) -> tuple[int, int, int]:
    """Households, moved households and border cost that go with the first `taken` units of `group` to a part.

    The households are -1 where the masks forbid it.
    """
    state.clock[0] += 1
    now = state.clock[0]
    for k in range(taken):
        state.mark[state.group[k]] = now
    households, moved, border = 0, 0, 0
    left = state.labels[state.group[0]]
    for k in range(taken):
        unit = state.group[k]
        if not may_be(board, unit, part):
            return -1, 0, 0
        households += board.counts[unit]
        moved += moved_change(board, state, unit, part)
        for place in range(board.ptr[unit], board.ptr[unit + 1]):
            other = board.near[place]
            if board.cost[place] != 0 and state.mark[other] != now:
                if state.labels[other] == left:
                    border += board.cost[place]
                elif state.labels[other] == part:
                    border -= board.cost[place]
    return households, moved, border
