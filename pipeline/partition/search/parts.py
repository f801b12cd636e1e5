"""Makes parts appear and vanish: a new one grown from a unit, one given to its neighbours, loose pieces joined."""

import numpy as np

from pipeline.partition.search.board import Board
from pipeline.partition.search.compiled import below, compiled, seeded
from pipeline.partition.search.moves import holds_office, leaving, may_be, off, put, state_of


@compiled
def dissolve(board: Board, start: np.ndarray, parts: int, label: int, number: int) -> np.ndarray:
    """Give the units of a part to the parts around it, by chance but first to those with fewest households.

    Units that no other part may take keep the label.
    """
    state = state_of(board, start.copy(), parts)
    seed = seeded(number)
    mean = max(1, board.counts.sum() // len(board.counts))
    while state.members[label] > 0:
        found, into, least = -1, -1, 0
        for unit in range(len(state.labels)):
            if state.labels[unit] != label:
                continue
            for place in range(board.ptr[unit], board.ptr[unit + 1]):
                part = state.labels[board.near[place]]
                if part == label or not may_be(board, unit, part):
                    continue
                price = state.size[part] + below(seed, 4 * mean + 1)
                if board.today[unit] == part:
                    price -= board.upper
                if found < 0 or price < least:
                    found, into, least = unit, part, price
        if found < 0:
            break
        put(board, state, found, into)
    return state.labels


@compiled
def sprout(board: Board, start: np.ndarray, parts: int, first: int, label: int, target: int, number: int) -> np.ndarray:
    """Grow part `label`, so far empty, from unit `first` until it has `target` households or nothing may join it.

    It takes first from parts above the limits. Labels without the part where `first` may not leave.
    """
    state = state_of(board, start.copy(), parts)
    seed = seeded(number)
    mean = max(1, board.counts.sum() // len(board.counts))
    if not _taken(board, state, first, label):
        return state.labels
    refused = np.zeros(len(start), np.bool_)
    while state.size[label] < target:
        found, least = -1, 0
        for unit in range(len(start)):
            if state.labels[unit] != label:
                continue
            for place in range(board.ptr[unit], board.ptr[unit + 1]):
                other = board.near[place]
                left = state.labels[other]
                if left == label or refused[other] or holds_office(board, state, other):
                    continue
                price = off(board, state.size[left] - board.counts[other]) - off(board, state.size[left])
                price += below(seed, mean + 1)
                if found < 0 or price < least:
                    found, least = other, price
        if found < 0:
            break
        if not _taken(board, state, found, label):
            refused[found] = True
    return state.labels


@compiled
def _taken(board: Board, state: tuple, unit: int, label: int) -> bool:
    """Put a unit and what hangs on it into a part, where that is lawful and not too much."""
    taken = leaving(board, state, unit)
    households = 0
    for k in range(taken):
        if not may_be(board, state.group[k], label):
            return False
        households += board.counts[state.group[k]]
    if taken < 1 or (taken > 1 and state.size[label] + households > board.upper):
        return False
    for k in range(taken):
        put(board, state, state.group[k], label)
    return True


@compiled
def joined(board: Board, start: np.ndarray, parts: int) -> np.ndarray:
    """Give every piece of a part but the main one to the neighbouring part with fewest households.

    The main piece holds the office, or else a unit of today where there is one, then most households. A piece stays
    where no part beside it may take it.
    """
    state = state_of(board, start.copy(), parts)
    n = len(start)
    piece = np.zeros(n, np.int64)
    for _ in range(n):
        piece[:] = -1
        number = 0
        value = np.zeros(n, np.int64)
        first = np.zeros(n, np.int64)
        most = np.full(parts, -1, np.int64)
        for unit in range(n):
            if piece[unit] >= 0:
                continue
            label = state.labels[unit]
            piece[unit] = number
            first[number] = unit
            state.ahead[0] = unit
            seen, done = 1, 0
            while done < seen:
                member = state.ahead[done]
                done += 1
                value[number] += board.counts[member]
                if label < len(board.office):
                    if board.office[label] == member:
                        value[number] += 4 << 50
                    elif board.office[label] < 0 and board.today[member] == label:
                        value[number] |= 1 << 50
                for place in range(board.ptr[member], board.ptr[member + 1]):
                    other = board.near[place]
                    if piece[other] < 0 and state.labels[other] == label:
                        piece[other] = number
                        state.ahead[seen] = other
                        seen += 1
            if most[label] < 0 or value[number] > value[most[label]]:
                most[label] = number
            number += 1
        changed = False
        for loose in range(number):
            label = state.labels[first[loose]]
            if most[label] == loose:
                continue
            into = -1
            for unit in range(n):
                if piece[unit] != loose:
                    continue
                for place in range(board.ptr[unit], board.ptr[unit + 1]):
                    part = state.labels[board.near[place]]
                    if part != label and (into < 0 or (state.size[part], part) < (state.size[into], into)):
                        if _piece_may(board, piece, loose, part):
                            into = part
            if into >= 0:
                for unit in range(n):
                    if piece[unit] == loose:
                        put(board, state, unit, into)
                changed = True
                break
        if not changed:
            break
    return state.labels


@compiled
def _piece_may(board: Board, piece: np.ndarray, number: int, part: int) -> bool:
    """Whether the masks let all units of a piece be in a part."""
    for unit in range(len(piece)):
        if piece[unit] == number and not may_be(board, unit, part):
            return False
    return True
