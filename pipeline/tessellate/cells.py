"""Divides an enclosure between its buildings: each takes the ground that is nearest to it (enclosed tessellation)."""

import numpy as np
import shapely

from pipeline.graph.borders import boundary_segments
from pipeline.tessellate.joining import filled
from pipeline.tessellate.mesh import GRID_M, borders, faces, holders, on_grid, together

SPACING_M = 10.0
"""Distance of the points that stand for a building's outline; borders midway between buildings are true to about
SPACING_M² / (8 x distance), less than a metre between buildings 15 m apart."""


def divided(enclosure: shapely.Polygon, buildings: np.ndarray, households: np.ndarray, most: float) -> np.ndarray:
    """Divide an enclosure into contiguous polygons of up to about `most` households, along lines midway between
    buildings; the enclosure alone where that cannot be done.

    `buildings` (n,): polygons or points whose middle lies in the enclosure; `households` (n,): how many live in each,
    fractions allowed.
    """
    cells = nearest_ground(enclosure, buildings)
    building, cell = holders(cells, buildings)
    building, once = np.unique(building, return_index=True)  # a middle on a border is in two cells: the first has it
    held = np.bincount(cell[once], households[building], minlength=len(cells))
    group = filled(held, borders(cells), most)
    return together(cells, group)


def nearest_ground(enclosure: shapely.Polygon, buildings: np.ndarray) -> np.ndarray:
    """Cut an enclosure into the ground nearest to each building, by the Voronoi diagram of points on the outlines.

    Cells share every corner and fill the enclosure. A building has several cells where others cut up its ground, and
    none where it lies under another. After Fleischmann et al., Morphological tessellation, Computers, Environment and
    Urban Systems 80 (2020).
    """
    origin = np.floor(shapely.bounds(enclosure)[:2])
    xy, building = shapely.get_coordinates(shapely.segmentize(buildings, SPACING_M), return_index=True)
    xy, first = np.unique((xy - origin).round(3), axis=0, return_index=True)
    if len(xy) < 2:
        return np.array([enclosure], dtype="object")
    around = shapely.buffer(shapely.transform(shapely.envelope(enclosure), lambda corners: corners - origin), 1.0)
    diagram = shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=around, ordered=True)
    seams = _between(shapely.get_parts(diagram), building[first]) + np.tile(origin, 2)
    cells = faces(np.append(shapely.linestrings(seams.reshape(-1, 2, 2)), shapely.boundary(enclosure)))
    return cells[np.unique(holders(np.array([enclosure], dtype="object"), cells)[0])]


def _between(grounds: np.ndarray, building: np.ndarray) -> np.ndarray:
    """Find the segments (n, 4) between the grounds of points of different buildings.

    Corners are rounded first: where points lie on one circle, as on rows of equal buildings, the diagram has corners
    and spikes of some nanometres. A segment that has no twin for that reason is kept; it cuts a cell, which is joined
    again, where a missing one would leave a hole in a seam.
    """
    segments = boundary_segments(grounds)
    corners = on_grid(segments.ends)
    order = np.lexsort(corners.T[::-1])
    corners, own = corners[order], building[segments.owner[order]]
    starts = np.flatnonzero(np.append(True, (corners[1:] != corners[:-1]).any(axis=1)))
    alone = np.diff(starts, append=len(own)) == 1
    apart = np.minimum.reduceat(own, starts) != np.maximum.reduceat(own, starts)
    ends = corners[starts]
    long = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return ends[long & (alone | apart)] * GRID_M
