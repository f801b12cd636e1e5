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

from pipeline.graph.links import numbered
from pipeline.repair.corners import corner_owners
from pipeline.repair.ground import united
from pipeline.repair.triangles import UNKNOWN, Triangles, cut_into_triangles

SMOOTH_M = 0.2
"""Corners of a new border that enclose less than the square of this with those beside them are left out."""


class Shares(NamedTuple):
    """Pieces of land with the unit that gets each: shapes (k,), owner (k,), land (k,): position of what was divided.

    `corners` (as in coverage.with_corners) are those that the faces around need, where shares of two units meet on
    the side of a third.
    """

    shapes: np.ndarray
    owner: np.ndarray
    land: np.ndarray
    corners: pd.DataFrame


def divide(land: np.ndarray, around: np.ndarray, owner: np.ndarray, left_out: pd.MultiIndex) -> Shares:
    """Divide polygons of open land (m,) between the units around; `around` (n,) are faces and `owner` (n,) theirs.

    Land and faces share their corners exactly. `left_out` (position of the land, unit) get nothing along their sides.
    Land that touches no unit along a line goes by its corners.
    """
    triangles = cut_into_triangles(land, around, owner, left_out)
    label = corner_owners(triangles, around, owner)
    middle = (triangles.corner[:, [1, 2, 0]] + triangles.corner[:, [2, 0, 1]]) / 2
    centre = triangles.corner.mean(axis=1)
    centre, middle = _contracted(triangles, label, centre, middle)
    tables = [_pieces(triangles, label, centre, middle, count) for count in range(4)]
    ring, owner, triangle = (np.concatenate(parts) for parts in zip(*tables, strict=True))
    # A share whose corners have all been moved to one point, or to two, encloses nothing.
    real = (np.diff(np.sort(ring[:, :4], axis=1), axis=1) != 0).sum(axis=1) >= 2
    shapes = shapely.polygons(np.stack([ring[real].real, ring[real].imag], axis=-1))
    shapes = shapely.remove_repeated_points(shapes, 0.0)
    return _smoothed(shapes, owner[real], triangles.land[triangle[real]], _meeting_on_sides(triangles, middle))


def _smoothed(shapes: np.ndarray, owner: np.ndarray, land: np.ndarray, corners: pd.DataFrame) -> Shares:
    """Unite what one unit gets of one land, and draw the borders between shares with few corners.

    Land that no unit could be found for is left out: it stays as it is.
    """
    group = pd.DataFrame({"land": land, "owner": owner}).groupby(["land", "owner"]).ngroup().to_numpy()
    number, whole = united(shapes, group, np.flatnonzero(owner != UNKNOWN))
    first = pd.Series(np.arange(len(group))).groupby(group).first().reindex(number).to_numpy()
    plain = shapely.coverage_simplify(whole, SMOOTH_M, simplify_boundary=False)
    parts, of = shapely.get_parts(plain, return_index=True)
    return Shares(parts, owner[first][of], land[first][of], corners)


def _meeting_on_sides(triangles: Triangles, middle: np.ndarray) -> pd.DataFrame:
    """List the middles of barred sides as corners to be set on the faces beyond."""
    triangle, side = np.nonzero(triangles.barred)
    points = [triangles.corner[triangle, (side + step) % 3] for step in (1, 2)] + [middle[triangle, side]]
    names = ("x0", "y0", "x1", "y1", "x", "y")
    return pd.DataFrame(dict(zip(names, (part for point in points for part in (point.real, point.imag)), strict=True)))


def _contracted(
    triangles: Triangles, label: np.ndarray, centre: np.ndarray, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Let the shares meet in one point where triangles without any outline lie side by side between several units."""
    bare = (triangles.beyond == UNKNOWN).all(axis=1)
    triangle, side = np.nonzero(triangles.next >= 0)
    other = triangles.next[triangle, side]
    apart = label[triangle, (side + 1) % 3] != label[triangle, (side + 2) % 3]
    pair = np.minimum(triangle, other) * len(bare) + np.maximum(triangle, other)
    # The two triangles may see the ends of their side differently, where a fan is parted.
    both = bare[triangle] & bare[other] & np.isin(pair, pair[apart])
    if not both.any():
        return centre, middle
    triangle, side, other = triangle[both], side[both], other[both]
    cluster = numbered(len(bare), np.column_stack([triangle, other]))
    mean = pd.Series(middle[triangle, side]).groupby(cluster[triangle]).mean()
    moved_centre, moved_middle = centre.copy(), middle.copy()
    moved = mean.reindex(cluster).to_numpy()
    inside = ~np.isnan(moved.real)
    moved_centre[inside] = moved[inside]
    moved_middle[triangle, side] = moved_centre[triangle]
    folded = bare & inside & (_corner_areas(triangles.corner, moved_centre, moved_middle) < 0).any(axis=1)
    spoilt = np.isin(cluster, cluster[folded])
    return np.where(spoilt, centre, moved_centre), np.where(spoilt[:, None], middle, moved_middle)


def _corner_areas(corner: np.ndarray, centre: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Twice the signed areas (m, 6) of the halves of the shares at the corners; negative where a share is folded."""
    halves = []
    for k in range(3):
        for side in ((k + 2) % 3, (k + 1) % 3):
            a, b = middle[:, side] - corner[:, k], centre - corner[:, k]
            turn = a.real * b.imag - a.imag * b.real
            halves.append(turn if side == (k + 2) % 3 else -turn)
    return np.column_stack(halves)


Cut = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rings (k, corners) as complex numbers, their owners (k,), their triangles (k,)."""


def _pieces(triangles: Triangles, label: np.ndarray, centre: np.ndarray, middle: np.ndarray, count: int) -> Cut:
    """Cut the triangles that have `count` sides on outlines."""
    outlined = triangles.beyond != UNKNOWN
    at = np.flatnonzero(outlined.sum(axis=1) == count)
    # Turned so that the side that differs from the others is opposite corner 0.
    first = (outlined[at] if count == 1 else ~outlined[at]).argmax(axis=1)
    order = (first[:, None] + np.arange(3)) % 3
    corner, mid, beyond, own = (
        table[at[:, None], order] for table in (triangles.corner, middle, triangles.beyond, label)
    )
    c0, c1, c2 = corner.T
    if count == 0:
        cuts = [(corner[:, k], mid[:, (k + 2) % 3], centre[at], mid[:, (k + 1) % 3]) for k in range(3)]
        owners = list(own.T)
    elif count == 1:
        cuts = [(c1, c2, mid[:, 1], mid[:, 2]), (c0, mid[:, 2], mid[:, 1], c0)]
        owners = [beyond[:, 0], own[:, 0]]
    elif count == 2:
        cuts, owners = [(c0, c1, mid[:, 0], c0), (c0, mid[:, 0], c2, c0)], [beyond[:, 2], beyond[:, 1]]
    else:
        inner = _incentre(corner)
        cuts = [(corner[:, (k + 1) % 3], corner[:, (k + 2) % 3], inner, inner) for k in range(3)]
        owners = list(beyond.T)
    rings = np.concatenate([np.stack([*cut, cut[0]], axis=-1) for cut in cuts])
    return rings, np.concatenate(owners), np.tile(at, len(cuts))


def _incentre(corner: np.ndarray) -> np.ndarray:
    """Give the middle of the inscribed circle of triangles (m, 3): as far from each side."""
    side = np.abs(corner[:, [1, 2, 0]] - corner[:, [2, 0, 1]])
    return (side * corner).sum(axis=1) / side.sum(axis=1)
