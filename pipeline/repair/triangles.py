"""Cuts open land into triangles and says what lies beyond each of their sides."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import sides_of

UNKNOWN = -1
"""No unit."""


class Triangles(NamedTuple):
    """Corners (m, 3) as complex numbers, counter-clockwise; side k lies opposite corner k.

    `beyond` (m, 3): the unit on a side, or UNKNOWN. `next` (m, 3): the triangle on a side, or -1. `barred` (m, 3):
    true on sides of units that get nothing.
    """

    corner: np.ndarray
    beyond: np.ndarray
    next: np.ndarray
    opening: np.ndarray
    barred: np.ndarray


def cut_into_triangles(
    land: np.ndarray, opening: np.ndarray, around: np.ndarray, owner: np.ndarray, left_out: pd.MultiIndex
) -> Triangles:
    """Cut the land into triangles and find what lies beyond each of their sides; parameters as in `middle.divide`."""
    shapes, of = shapely.get_parts(shapely.constrained_delaunay_triangles(land), return_index=True)
    shapes = shapely.orient_polygons(shapes)
    corner = np.ascontiguousarray(shapely.get_coordinates(shapes)).view(np.complex128).reshape(-1, 4)[:, :3]
    sides = sides_of(np.concatenate([shapes, around]))
    # The sides of the triangles come first, three to each, from corner 0 to 1, 1 to 2, 2 to 0: opposite 2, 0, 1.
    other = sides["other"].to_numpy()[: 3 * len(shapes)].reshape(-1, 3)[:, [1, 2, 0]]
    inner = (other >= 0) & (other < len(shapes))
    outer = other >= len(shapes)
    beyond = np.full(other.shape, UNKNOWN)
    beyond[outer] = owner[other[outer] - len(shapes)]
    barred = pd.MultiIndex.from_arrays([np.repeat(opening[of], 3), beyond.ravel()]).isin(left_out).reshape(-1, 3)
    return Triangles(corner, np.where(barred, UNKNOWN, beyond), np.where(inner, other, -1), opening[of], barred)
