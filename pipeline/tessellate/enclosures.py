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
    """
    polygons = np.asarray(communities.array, dtype="object")
    mesh = faces(np.concatenate([shapely.boundary(polygons), _prolonged(_crossing(lines, polygons), reach_m)]))
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


def _prolonged(lines: np.ndarray, reach_m: float) -> np.ndarray:
    """Add to the lines a straight end of `reach_m` wherever no other line begins or ends at theirs."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    last = np.append(first[1:], len(xy)) - 1
    ends, before = np.concatenate([first, last]), np.concatenate([first + 1, last - 1])
    along = xy[ends] - xy[before]
    length = np.hypot(*along.T)
    _, where, often = np.unique(xy[ends].round(3), axis=0, return_inverse=True, return_counts=True)
    free = (often[where.ravel()] == 1) & (length > 0)
    beyond = xy[ends][free] + along[free] / length[free, None] * reach_m
    return np.concatenate([lines, shapely.linestrings(np.stack([xy[ends][free], beyond], axis=1))])


def _sizes(pieces: np.ndarray) -> np.ndarray:
    """Area of each piece in m², 0 where it is nowhere wider than LEAST_WIDTH_M."""
    narrow = shapely.is_empty(shapely.buffer(pieces, -LEAST_WIDTH_M / 2))
    return np.where(narrow, 0.0, shapely.area(pieces))
