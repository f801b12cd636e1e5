"""Lets the shares of several units meet in one point where only their corners face each other, as at a crossing.

A triangle between three corners has no outline in it, and a few short bits of outline about rounded or doubled
corners make no frontage either. Where such triangles lie side by side between different units, the shares would touch
along a line through them, and units that only see each other across the corner would become neighbours.
"""

import numpy as np
import pandas as pd

from pipeline.graph.links import numbered
from pipeline.repair.cutting import shares_of
from pipeline.repair.triangles import UNKNOWN, Triangles

SHORT_FRONT = 0.5
"""Bits of outline between two crossings are no frontage where they are shorter than so much of the way across."""


def meet_at_crossings(
    triangles: Triangles, label: np.ndarray, centre: np.ndarray, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Move the centres (m,) of triangles and the middles (m, 3) of their sides to the middle of their crossing.

    A crossing that is too crooked for its shares to meet in one point stays as it is.
    """
    bare = (triangles.beyond == UNKNOWN).all(axis=1)
    sides = _parting_sides(triangles, label)
    loose = bare | _short_fronts(triangles, sides)
    sides = sides[loose[sides["triangle"]] & loose[sides["other"]]]
    crossing = numbered(len(bare), sides[["triangle", "other"]].to_numpy())
    real = np.bincount(crossing[bare], minlength=len(bare))[crossing] > 1
    sides = sides[real[sides["triangle"]]]
    at = (sides["triangle"].to_numpy(), sides["side"].to_numpy())
    point = pd.Series(middle[at]).groupby(crossing[at[0]]).mean().reindex(crossing).to_numpy()
    moved_centre, moved_middle = np.where(bare & real, point, centre), middle.copy()
    moved_middle[at] = point[at[0]]
    folded = _folded(triangles, label, moved_centre, moved_middle)
    spoilt = np.isin(crossing, crossing[folded & real])
    return np.where(spoilt, centre, moved_centre), np.where(spoilt[:, None], middle, moved_middle)


def _parting_sides(triangles: Triangles, label: np.ndarray) -> pd.DataFrame:
    """List the inner sides whose ends are of two units: triangle, side, other (the triangle beyond), length."""
    triangle, side = np.nonzero(triangles.next >= 0)
    left, right = (side + 1) % 3, (side + 2) % 3
    other = triangles.next[triangle, side]
    apart = label[triangle, left] != label[triangle, right]
    pair = np.minimum(triangle, other) * len(label) + np.maximum(triangle, other)
    # The two triangles may see the ends of their side differently, where a fan is parted.
    apart = np.isin(pair, pair[apart])
    length = np.abs(triangles.corner[triangle, left] - triangles.corner[triangle, right])
    table = pd.DataFrame({"triangle": triangle, "side": side, "other": other, "length": length})
    return table[apart]


def _short_fronts(triangles: Triangles, sides: pd.DataFrame) -> np.ndarray:
    """Find the triangles with one side on an outline that lie in a row of such, short against the way across."""
    outlined = triangles.beyond != UNKNOWN
    single = outlined.sum(axis=1) == 1
    across = sides[single[sides["triangle"]]]
    rows = across[single[across["other"]]]
    row = numbered(len(single), rows[["triangle", "other"]].to_numpy())
    step = np.abs(triangles.corner[:, [1, 2, 0]] - triangles.corner[:, [2, 0, 1]])
    front = np.bincount(row[single], weights=(step * outlined).sum(axis=1)[single], minlength=len(single))
    way = across.groupby(row[across["triangle"]])["length"].min().reindex(np.arange(len(single))).to_numpy()
    return single & (front <= SHORT_FRONT * np.nan_to_num(way))[row]


def _folded(triangles: Triangles, label: np.ndarray, centre: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Say which triangles (m,) would have a share that lies over another."""
    folded = np.zeros(len(centre), dtype=bool)
    for count in (0, 1):
        ring, _, triangle = shares_of(triangles, label, centre, middle, count)
        for last in (2, 3):
            a, b = ring[:, last - 1] - ring[:, 0], ring[:, last] - ring[:, 0]
            folded[triangle[a.real * b.imag < a.imag * b.real]] = True
    return folded
