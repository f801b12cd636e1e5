"""The arrays of a search: what stays the same (`Board`), what every move changes (`State`), and the worth of labels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.partition.ground import Ground


class Board(NamedTuple):
    """What stays the same during a search. n units, C communities of today.

    `ptr` (n + 1) and `near`: neighbours of unit u are near[ptr[u]:ptr[u + 1]]. `cost` beside `near`: border cost that
    appears when the two are parted (0 where they are apart today). `counts` (n): households. `today` (n): community.
    `office` (C): unit or -1. `allowed` (n or 1, C + 1): unit may be in a community, in the last column in a new one;
    one row speaks for all units.
    """

    ptr: np.ndarray
    near: np.ndarray
    cost: np.ndarray
    counts: np.ndarray
    today: np.ndarray
    office: np.ndarray
    allowed: np.ndarray
    lower: int
    upper: int


class State(NamedTuple):
    """What a search changes: labels (n); households, units, and units of today of each part (P); and working space.

    `mark` (n) holds the number of the look-round that came by last, `clock` (1) that of the latest.
    """

    labels: np.ndarray
    size: np.ndarray
    members: np.ndarray
    at_home: np.ndarray
    mark: np.ndarray
    clock: np.ndarray
    ahead: np.ndarray
    group: np.ndarray


class Worth(NamedTuple):
    """What is minimised, in this order. `barred`: units where the masks forbid them. Border cost in decimetres."""

    barred: int
    outside: int
    changed: int
    moved: int
    border: int


def board_of(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    lower: int,
    upper: int,
    may: np.ndarray | None,
    fresh: np.ndarray | None,
) -> Board:
    """Make the board of a problem; the masks as in `improve`."""
    n, communities = len(ground), len(offices)
    # Only what is allowed joins units; the cost of a border that may not be crossed is left to whoever asked.
    open_ = np.array([b in ground.near[a] for a, b in ground.ends.reshape(-1, 2).tolist()], np.bool_)
    i, j = ground.ends.reshape(-1, 2)[open_].T
    one, two = np.concatenate([i, j]).astype(np.int64), np.concatenate([j, i]).astype(np.int64)
    order = np.lexsort((two, one))
    cost = np.where(today[i] == today[j], ground.cost[open_], 0).astype(np.int64)
    allowed = np.ones((1 if may is None and fresh is None else n, communities + 1), np.bool_)
    if may is not None:
        allowed[:, :communities] = may
    if fresh is not None:
        allowed[:, communities] = fresh
    return Board(
        ptr=np.searchsorted(one[order], np.arange(n + 1)).astype(np.int64),
        near=two[order],
        cost=np.concatenate([cost, cost])[order],
        counts=ground.households.astype(np.int64),
        today=np.ascontiguousarray(today, np.int64),
        office=np.array(offices, np.int64),
        allowed=allowed,
        lower=int(lower),
        upper=int(upper),
    )


def worth_of(board: Board, labels: np.ndarray) -> Worth:
    """Worth of labels (n), in whole numbers."""
    communities = len(board.office)
    parts = max(communities, int(labels.max(initial=-1)) + 1)
    size = np.bincount(labels, board.counts, parts).astype(np.int64)
    used = np.bincount(labels, minlength=parts) > 0
    off = np.maximum(0, np.maximum(board.lower - size, size - board.upper))[used].sum()
    changed = (~used[:communities]).sum() + used[communities:].sum()
    apart = np.repeat(labels, np.diff(board.ptr)) != labels[board.near]
    rows = np.arange(len(labels)) if len(board.allowed) > 1 else 0
    barred = (~board.allowed[rows, np.minimum(labels, communities)]).sum()
    moved = board.counts[labels != board.today].sum()
    return Worth(int(barred), int(off), int(changed), int(moved), int(board.cost[apart].sum()) // 2)
