"""Cuts the plane along lines into faces that share every corner, and puts faces together again."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.graph.borders import boundary_segments

GRID_M = 0.0001
"""Corners are rounded to a tenth of a millimetre, so that lines meet where they cross. A community of 1 km² loses or
gains some 0.1 m² by it."""


def faces(lines: np.ndarray) -> np.ndarray:
    """Find the polygons that lines (n,) enclose, in order from north-west to south-east; ends that dangle are ignored.

    Faces share every corner. The order of the lines makes no difference.
    """
    merged = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))  # fewer lines are noded sooner
    noded = shapely.union_all(shapely.get_parts(merged), grid_size=GRID_M)
    found = shapely.normalize(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    return found[in_order(found)]


def in_order(shapes: np.ndarray) -> np.ndarray:
    """Positions of shapes (n,) from north-west to south-east; of several on one spot the smallest first."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(3).T
    return np.lexsort([shapely.area(shapes), x, (x - y).round(3)])


def holders(polygons: np.ndarray, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair each shape with the polygons that hold it (a point inside it): positions of shapes and of polygons.

    A shape in several polygons, which overlap then, is in several pairs. Sorted by shape, then polygon.
    """
    points = shapely.point_on_surface(shapes)
    shape, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.lexsort([polygon, shape])
    return shape[order], polygon[order]


class Twins(NamedTuple):
    """Segments of positive length that two polygons have in common: positions of both (n,), ends (n, 4) on the grid."""

    first: np.ndarray
    second: np.ndarray
    ends: np.ndarray


def twins(polygons: np.ndarray, within: np.ndarray | None = None) -> Twins:
    """Find the segments that polygons have in common corner by corner, in one group only where `within` (n,) is given.

    Polygons of one group must not overlap.
    """
    segments = boundary_segments(polygons)
    corners = on_grid(segments.ends)
    groups = np.zeros(len(polygons), dtype="int64") if within is None else within
    keys = np.column_stack([groups[segments.owner], corners])
    order = np.lexsort(keys.T[::-1])
    same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
    first, second = segments.owner[order[:-1][same]], segments.owner[order[1:][same]]
    ends = corners[order[:-1][same]]
    real = (first != second) & (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return Twins(np.minimum(first, second)[real], np.maximum(first, second)[real], ends[real] * GRID_M)


def on_grid(ends: np.ndarray) -> np.ndarray:
    """Write segments (n, 4) in whole steps of the grid, the end that comes first (by x, then y) in front."""
    steps = np.rint(ends / GRID_M).astype("int64")
    swap = (steps[:, 0] > steps[:, 2]) | ((steps[:, 0] == steps[:, 2]) & (steps[:, 1] > steps[:, 3]))
    steps[swap] = steps[swap][:, [2, 3, 0, 1]]
    return steps


def borders(polygons: np.ndarray, within: np.ndarray | None = None) -> pd.DataFrame:
    """Measure the borders that polygons share (see `twins`): a, b (positions, a < b), length in metres."""
    shared = twins(polygons, within)
    length = np.hypot(*(shared.ends[:, 2:] - shared.ends[:, :2]).T)
    pairs, pair = np.unique(np.column_stack([shared.first, shared.second]), axis=0, return_inverse=True)
    return pd.DataFrame({"a": pairs[:, 0], "b": pairs[:, 1], "length": np.bincount(pair.ravel(), length, len(pairs))})


def together(shapes: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Unite the faces of each group (any integers), groups in ascending order."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    united = [shapely.coverage_union_all(members) for members in np.split(shapes[order], starts)]
    return shapely.normalize(np.array(united, dtype="object"))
