"""Cuts communities along the roads, waters and railways that run through them into enclosures (blocks)."""

import geopandas as gpd
import numpy as np
import shapely

from pipeline.tessellate.joining import joined
from pipeline.tessellate.mesh import borders, faces, holders, together

LEAST_WIDTH_M = 10.0
"""A strip that is nowhere wider, as between two lanes or a road and the border beside it, is no block of its own."""


def enclosures(
    communities: gpd.GeoSeries, lines: gpd.GeoSeries, *, reach_m: float, least_m2: float
) -> gpd.GeoDataFrame:
    """Cut communities along lines: `community` and polygon of each enclosure, from north-west to south-east.

    `communities`: polygons by name; `lines` in the same CRS. Lines that end within `reach_m` of another or of the
    border reach it; other ends that dangle are ignored. What is smaller than `least_m2`, or nowhere wider than
    LEAST_WIDTH_M, joins the neighbour in its community with the longest shared border. Enclosures share every corner.
    Where communities overlap, the overlap is a piece of its own in both.
    """
    polygons = np.asarray(communities.array, dtype="object")
    crossing = _crossing(lines, polygons)
    mesh = faces(np.concatenate([shapely.boundary(polygons), crossing, _reaching(crossing, reach_m)]))
    face, owner = holders(polygons, mesh)
    pieces = mesh[face]
    group = joined(_sizes(pieces), borders(pieces, within=owner), enough=least_m2)
    first = np.unique(group)
    names = communities.index.to_numpy()[owner[first]]
    return gpd.GeoDataFrame({"community": names}, geometry=together(pieces, group), crs=communities.crs)


def _crossing(lines: gpd.GeoSeries, polygons: np.ndarray) -> np.ndarray:
    """Take the lines that have a part in any of the polygons."""
    shapes = shapely.get_parts(np.asarray(lines.array, dtype="object"))
    return shapes[np.unique(shapely.STRtree(shapes).query(polygons, predicate="intersects")[1])]


def _reaching(lines: np.ndarray, reach_m: float) -> np.ndarray:
    """Draw straight on by `reach_m` wherever a line ends and no other begins or ends at the same place."""
    ends, inner = (shapely.get_point(lines, [[place] for place in places]).ravel() for places in ((0, -1), (1, -2)))
    xy = shapely.get_coordinates(ends)
    along = xy - shapely.get_coordinates(inner)
    length = np.hypot(*along.T)
    _, where, often = np.unique(xy.round(3), axis=0, return_inverse=True, return_counts=True)
    free = (often[where.ravel()] == 1) & (length > 0)
    beyond = xy[free] + along[free] / length[free, None] * reach_m
    return shapely.linestrings(np.stack([xy[free], beyond], axis=1))


def _sizes(pieces: np.ndarray) -> np.ndarray:
    """Area of each piece in m², 0 where it is nowhere wider than LEAST_WIDTH_M."""
    narrow = shapely.is_empty(shapely.buffer(pieces, -LEAST_WIDTH_M / 2))
    return np.where(narrow, 0.0, shapely.area(pieces))
