"""Makes parts appear and vanish: a new one grown from a unit, one given to the parts around it."""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.search.board import Board, State
from pipeline.partition.search.chance import below, seeded
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
def _taken(board: Board, state: State, unit: int, label: int) -> bool:
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
