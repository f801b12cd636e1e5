"""Divides open land down the middle between the units around it.

The land is cut into triangles (constrained Delaunay), and each triangle across the middle of its inner sides: the
chordal axis (Prasad 1997, Morphological analysis of shapes, CNLS Newsletter 139). What lies at a unit's outline, or
at its corner, goes to this unit, so that units get a common border only where they face each other. Where corners
of several units face each other with no outline between them, as at a crossing of roads, their shares meet in one
point: corner to corner is no neighbourhood.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.repair.corners import corner_owners
from pipeline.repair.crossings import meet_at_crossings
from pipeline.repair.cutting import shares_of
from pipeline.repair.ground import united
from pipeline.repair.triangles import UNKNOWN, Triangles, cut_into_triangles

SMOOTH_M = 0.2
"""Corners of a new border that enclose less than the square of this with those beside them are left out."""


class Shares(NamedTuple):
    """Pieces of land with the unit that gets each: shapes (k,), owner (k,), opening (k,) that each is of.

    `corners` (as in coverage.with_corners) are those that the faces around need, where shares of two units meet on
    the side of a third.
    """

    shapes: np.ndarray
    owner: np.ndarray
    opening: np.ndarray
    corners: pd.DataFrame


def divide(
    land: np.ndarray, opening: np.ndarray, around: np.ndarray, owner: np.ndarray, left_out: pd.MultiIndex
) -> Shares:
    """Divide polygons of open land (m,) between the units around; `around` (n,) are faces and `owner` (n,) theirs.

    `opening` (m,) numbers what the land is part of. Land and faces share their corners exactly. `left_out` (opening,
    unit) get nothing along their sides.
    Land that touches no unit along a line goes by its corners.
    """
    triangles = cut_into_triangles(land, opening, around, owner, left_out)
    label = corner_owners(triangles, around, owner)
    middle = (triangles.corner[:, [1, 2, 0]] + triangles.corner[:, [2, 0, 1]]) / 2
    centre = triangles.corner.mean(axis=1)
    centre, middle = meet_at_crossings(triangles, label, centre, middle)
    tables = [shares_of(triangles, label, centre, middle, count) for count in range(4)]
    ring, owner, triangle = (np.concatenate(parts) for parts in zip(*tables, strict=True))
    # A share whose corners have all been moved to one point, or to two, encloses nothing.
    real = (np.diff(np.sort(ring[:, :4], axis=1), axis=1) != 0).sum(axis=1) >= 2
    shapes = shapely.polygons(np.stack([ring[real].real, ring[real].imag], axis=-1))
    shapes = shapely.remove_repeated_points(shapes, 0.0)
    return _smoothed(shapes, owner[real], triangles.opening[triangle[real]], _meeting_on_sides(triangles, middle))


def _smoothed(shapes: np.ndarray, owner: np.ndarray, opening: np.ndarray, corners: pd.DataFrame) -> Shares:
    """Unite what one unit gets of one opening, and draw the borders between shares with few corners.

    Land that no unit could be found for is left out: it stays as it is.
    """
    group = pd.DataFrame({"opening": opening, "owner": owner}).groupby(["opening", "owner"]).ngroup().to_numpy()
    number, whole = united(shapes, group, np.flatnonzero(owner != UNKNOWN))
    first = pd.Series(np.arange(len(group))).groupby(group).first().reindex(number).to_numpy()
    plain = shapely.coverage_simplify(whole, SMOOTH_M, simplify_boundary=False)
    parts, of = shapely.get_parts(plain, return_index=True)
    return Shares(parts, owner[first][of], opening[first][of], corners)


def _meeting_on_sides(triangles: Triangles, middle: np.ndarray) -> pd.DataFrame:
    """List the middles of barred sides as corners to be set on the faces beyond."""
    triangle, side = np.nonzero(triangles.barred)
    points = [triangles.corner[triangle, (side + step) % 3] for step in (1, 2)] + [middle[triangle, side]]
    names = ("x0", "y0", "x1", "y1", "x", "y")
    return pd.DataFrame(dict(zip(names, (part for point in points for part in (point.real, point.imag)), strict=True)))
