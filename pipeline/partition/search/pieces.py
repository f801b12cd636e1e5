"""Finds the connected pieces of parts and joins loose ones to parts beside them."""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.search.board import Board, State
from pipeline.partition.search.moves import may_be, put, state_of

HOME, OFFICE = 1 << 50, 1 << 52
"""Added to the households of a piece that holds a unit of today, or the office: it stays before any other."""


@compiled
def pieces_of(board: Board, labels: np.ndarray) -> np.ndarray:
    """Number (n) of the connected piece of its part that each unit lies in, in the order of their first units."""
    piece = np.full(len(labels), -1, np.int64)
    ahead = np.zeros(len(labels), np.int64)
    found = 0
    for first in range(len(labels)):
        if piece[first] >= 0:
            continue
        piece[first] = found
        ahead[0] = first
        count = 1
        while count > 0:
            count -= 1
            unit = ahead[count]
            for place in range(board.ptr[unit], board.ptr[unit + 1]):
                other = board.near[place]
                if piece[other] < 0 and labels[other] == labels[unit]:
                    piece[other] = found
                    ahead[count] = other
                    count += 1
        found += 1
    return piece


@compiled
def joined(board: Board, start: np.ndarray, parts: int) -> np.ndarray:
    """Give every piece of a part but the main one to the part beside it with fewest households.

    The main piece holds the office, or else a unit of today where there is one, then most households. A piece stays
    where no part beside it may take it.
    """
    state = state_of(board, start.copy(), parts)
    while True:
        piece = pieces_of(board, state.labels)
        main = _main_pieces(board, state, piece, parts)
        given = False
        for unit in range(len(start)):
            if main[state.labels[unit]] != piece[unit]:
                into = _taker(board, state, piece, piece[unit])
                if into >= 0:
                    for member in range(len(start)):
                        if piece[member] == piece[unit]:
                            put(board, state, member, into)
                    given = True
                    break
        if not given:
            return state.labels


@compiled
def _main_pieces(board: Board, state: State, piece: np.ndarray, parts: int) -> np.ndarray:
    """Number (P) of the piece of each part that stays, -1 for a part not in use."""
    worth = np.zeros(len(piece), np.int64)
    has_home = np.zeros(len(piece), np.bool_)
    main = np.full(parts, -1, np.int64)
    for unit in range(len(piece)):
        number, label = piece[unit], state.labels[unit]
        worth[number] += board.counts[unit]
        if label < len(board.office):
            if board.office[label] == unit:
                worth[number] += OFFICE
            elif board.office[label] < 0 and board.today[unit] == label and not has_home[number]:
                has_home[number] = True
                worth[number] += HOME
    for unit in range(len(piece)):
        number, label = piece[unit], state.labels[unit]
        if main[label] < 0 or worth[number] > worth[main[label]]:
            main[label] = number
    return main


@compiled
def _taker(board: Board, state: State, piece: np.ndarray, number: int) -> int:
    """The part beside a piece with fewest households that may take all of it, or -1."""
    into = -1
    for unit in range(len(piece)):
        if piece[unit] != number:
            continue
        for place in range(board.ptr[unit], board.ptr[unit + 1]):
            part = state.labels[board.near[place]]
            if part == state.labels[unit] or part == into:
                continue
            if into >= 0 and (state.size[part], part) > (state.size[into], into):
                continue
            allowed = True
            for member in range(len(piece)):
                allowed &= piece[member] != number or may_be(board, member, part)
            if allowed:
                into = part
    return into
