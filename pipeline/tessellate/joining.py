"""Joins pieces that share a border until none is too small."""

import heapq

import numpy as np
import pandas as pd

WELL_FILLED = 0.25
"""A unit with a smaller part of the most households than this joins a neighbour even if both together exceed it."""


def joined(size: np.ndarray, borders: pd.DataFrame, *, enough: float, most: float = np.inf) -> np.ndarray:
    """Join pieces until each group has `enough`, or no neighbour with which it stays within `most`.

    `size` (n,): households, area, or whatever is wanted, adding up. `borders`: a, b, length of the pieces that touch,
    where several rows of one pair add up. The smallest group joins first, to the neighbour with the longest shared
    border. Ties go to the piece that comes first. Gives the group of each piece (n,), named by its first piece.
    """
    sizes = size.astype("float64").tolist()
    near: list[dict[int, float]] = [{} for _ in sizes]
    for a, b, length in zip(*(borders[column].tolist() for column in ("a", "b", "length")), strict=True):
        if a != b:
            near[a][b] = near[b][a] = near[a].get(b, 0.0) + length
    group = list(range(len(sizes)))
    waiting = [(value, piece) for piece, value in enumerate(sizes) if value < enough]
    heapq.heapify(waiting)
    while waiting:
        value, piece = heapq.heappop(waiting)
        if group[piece] != piece or sizes[piece] != value:  # it has joined another, or grown, since
            continue
        fitting = [(-length, other) for other, length in near[piece].items() if value + sizes[other] <= most]
        if not fitting:
            continue
        kept, gone = sorted((piece, min(fitting)[1]))
        _merge(near, kept, gone)
        group[gone] = kept
        sizes[kept] += sizes[gone]
        if sizes[kept] < enough:
            heapq.heappush(waiting, (sizes[kept], kept))
    for piece, first in enumerate(group):  # a piece joins an earlier one, whose group is settled when it is its turn
        group[piece] = group[first]
    return np.array(group, dtype="int64")


def _merge(near: list[dict[int, float]], kept: int, gone: int) -> None:
    """Let one group take over the borders of another."""
    for other, length in near[gone].items():
        del near[other][gone]
        if other != kept:
            near[kept][other] = near[other][kept] = near[kept].get(other, 0.0) + length
    near[gone] = {}


def filled(households: np.ndarray, borders: pd.DataFrame, most: float) -> np.ndarray:
    """Join pieces to groups of up to about `most` households, none of them nearly empty if it has a neighbour."""
    first = joined(households, borders, enough=most, most=most)
    between = borders.assign(a=first[borders["a"].to_numpy()], b=first[borders["b"].to_numpy()])
    held = np.bincount(first, households, minlength=len(households))
    return joined(held, between, enough=most * WELL_FILLED)[first]
