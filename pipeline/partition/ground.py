"""The adjacency graph of the units of one problem, as arrays that a solver can use."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

DECIMETRES = 10
"""Border costs are counted in whole decimetres, so that equal costs are equal and levels can be compared exactly."""


@dataclass(frozen=True)
class Ground:
    """Units 0..n-1 of one problem and their m edges.

    `households` (n) int64; `anchor` (n) bool; `ends` (m, 2) int; `cost` (m) int64, decimetres of border x factor;
    `barrier` (m) bool; `near`: neighbours of each unit, over edges that are allowed: the others only cost.
    """

    ids: pd.Index
    households: np.ndarray
    anchor: np.ndarray
    ends: np.ndarray
    cost: np.ndarray
    barrier: np.ndarray
    near: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.ids)


def ground_of(units: pd.DataFrame, edges: pd.DataFrame) -> Ground:
    """Make the ground of some units (any subset) from the edges whose both ends are among them.

    Units are taken in the order of their ids, so the same units give the same ground however their rows lie. Every edge
    keeps its row in `ends`; one that is not `allowed` (a table without that column allows all) makes no neighbours.
    """
    ids = units.index.sort_values()
    a, b = ids.get_indexer(edges["a"]), ids.get_indexer(edges["b"])
    inside = (a >= 0) & (b >= 0)
    ends = np.column_stack([a[inside], b[inside]])
    allowed = edges["allowed"].to_numpy(bool)[inside] if "allowed" in edges else np.ones(len(ends), bool)
    near: list[set[int]] = [set() for _ in range(len(ids))]
    for i, j in ends[allowed].tolist():
        near[i].add(j)
        near[j].add(i)
    rows = units.loc[ids]
    return Ground(
        ids=ids,
        households=rows["households"].to_numpy(np.int64),
        anchor=rows["anchor"].to_numpy(bool) if "anchor" in rows else np.zeros(len(ids), bool),
        ends=ends,
        cost=np.rint(edges["border_cost"].to_numpy(float)[inside] * DECIMETRES).astype(np.int64),
        barrier=edges["barrier"].to_numpy(bool)[inside],
        near=tuple(tuple(sorted(row)) for row in near),
    )


def pieces(ground: Ground, members: Iterable[int]) -> list[list[int]]:
    """Connected pieces of some units, each sorted, in the order of their smallest unit."""
    left = set(members)
    found = []
    for first in sorted(left):
        if first not in left:
            continue
        left.discard(first)
        piece, ahead = [first], [first]
        while ahead:
            for unit in ground.near[ahead.pop()]:
                if unit in left:
                    left.discard(unit)
                    piece.append(unit)
                    ahead.append(unit)
        found.append(sorted(piece))
    return found


def separator(ground: Ground, piece: list[int], other: int) -> list[int]:
    """Smallest set of the units around `piece` that keeps it apart from the unit `other`.

    Of all neighbours of the piece only those count that `other` can reach without passing through another of them.
    """
    inside = set(piece)
    around = {unit for member in piece for unit in ground.near[member]} - inside
    seen, ahead, touched = {other}, [other], set()
    while ahead:
        for unit in ground.near[ahead.pop()]:
            if unit in around:
                touched.add(unit)
            elif unit not in seen and unit not in inside:
                seen.add(unit)
                ahead.append(unit)
    return sorted(touched)
