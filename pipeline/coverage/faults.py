"""Finds broken outlines, overlaps, gaps and parts of units."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage.planar import HAIRLINE_M
from pipeline.coverage.widths import widths

MAX_OVERLAP_M2 = 1.0
"""Overlaps up to this area are drawing noise."""

POLYGONS = (3, 6)


def usable(units: gpd.GeoDataFrame) -> np.ndarray:
    """Find the positions of units whose shapes can be measured: valid polygons that are not empty."""
    shapes = units.geometry.array
    sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & np.isin(shapely.get_type_id(shapes), POLYGONS)
    return np.flatnonzero(sound)


def invalid_rings(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find polygons whose outlines cross or touch themselves: position, id, reason; the place as geometry (points)."""
    shapes = np.asarray(units.geometry.array, dtype="object")
    polygons = np.isin(shapely.get_type_id(shapes), POLYGONS) & ~shapely.is_empty(shapes)
    broken = np.flatnonzero(polygons & ~shapely.is_valid(shapes))
    said = pd.Series(shapely.is_valid_reason(shapes[broken]), dtype="str").str.extract(r"^(.*?)\[(\S+) (\S+?)\]$")
    place = shapely.points(said[1].astype(float), said[2].astype(float)) if len(broken) else []
    table = {"position": broken, "id": units.index.to_numpy()[broken], "reason": said[0].to_numpy()}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(place, crs=units.crs), crs=units.crs)


def overlaps(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find pairs of units that overlap by more than MAX_OVERLAP_M2: a, b (unit_id), area_m2, largest first.

    The geometry is what both cover. Only polygons whose edges break the coverage can overlap, which spares nearly
    all intersections.
    """
    positions = usable(units)
    shapes = np.asarray(units.geometry.array, dtype="object")[positions]
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    left, right = shapely.STRtree(shapes).query(shapes[suspect], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspect[left], right]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    both = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    ids = units.index.to_numpy()[positions]
    table = pd.DataFrame({"a": ids[pairs[:, 0]], "b": ids[pairs[:, 1]], "area_m2": shapely.area(both)})
    table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(both, crs=units.crs), crs=units.crs)
    table = table[table["area_m2"] > MAX_OVERLAP_M2]
    return table.sort_values("area_m2", ascending=False, kind="stable").reset_index(drop=True)


def gaps(units: gpd.GeoDataFrame, most_m2: float = np.inf) -> gpd.GeoDataFrame:
    """Find enclosed land that belongs to no unit, up to `most_m2`: ids (units around, joined by 、), area_m2, width_m.

    The geometry is the gap. Sorted by size, largest first.
    """
    shapes = np.asarray(units.geometry.array, dtype="object")[usable(units)]
    if not len(shapes):
        return _gaps_table(shapes, units)
    union = shapely.coverage_union_all if shapely.coverage_is_valid(shapes) else shapely.union_all
    west, south, east, north = shapely.total_bounds(shapes)
    frame = shapely.box(west - 1, south - 1, east + 1, north + 1)
    holes = shapely.get_parts(shapely.difference(frame, union(shapes)))
    area = shapely.area(holes)
    enclosed = ~shapely.intersects(holes, shapely.boundary(frame))
    wide = 2 * area > HAIRLINE_M * shapely.length(holes)
    holes = holes[enclosed & wide & (area <= most_m2)]
    return _gaps_table(holes[np.argsort(-shapely.area(holes), kind="stable")], units)


def _gaps_table(holes: np.ndarray, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = {"ids": _around(holes, units), "area_m2": shapely.area(holes), "width_m": widths(holes)}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(holes, crs=units.crs), crs=units.crs)


def _around(shapes: np.ndarray, units: gpd.GeoDataFrame) -> list[str]:
    """Name the units that touch each shape."""
    all_shapes = np.asarray(units.geometry.array, dtype="object")
    piece, unit = shapely.STRtree(all_shapes).query(shapes, predicate="dwithin", distance=HAIRLINE_M)
    ids = units.index.to_numpy()
    return ["、".join(sorted(map(str, ids[unit[piece == number]]))) for number in range(len(shapes))]


def parts(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find the parts of units that lie in several: id, part (0 is the largest), area_m2; the part as geometry."""
    shapes = np.asarray(units.geometry.array, dtype="object")
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    pieces, owner = shapely.get_parts(shapes[several], return_index=True)
    table = pd.DataFrame({"id": units.index.to_numpy()[several][owner], "area_m2": shapely.area(pieces)})
    order = np.lexsort((-table["area_m2"], owner))
    table = table.iloc[order].reset_index(drop=True)
    table.insert(1, "part", table.groupby(owner[order]).cumcount())
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(pieces[order], crs=units.crs), crs=units.crs)
