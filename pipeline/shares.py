"""Measures how much of each shape lies in each named polygon of another layer: by area or by floor area."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

WHOLE = 1 - 1e-9
"""A share above it is all of the shape; what is missing is rounding."""


def area_shares(shapes: gpd.GeoSeries, polygons: gpd.GeoDataFrame, column: str) -> pd.DataFrame:
    """Share of the area of each shape that lies in the polygons of each name; rows only where there is some.

    Both in one CRS in metres; `column` holds the names, and polygons of one name count together. Gives shape (position
    in `shapes`), name, area_m2, share (0 to 1), by shape and in order of the polygons. Broken shapes are mended on a
    copy first.
    """
    inner, outer = sound(shapes.array), sound(polygons.geometry.array)
    shapely.prepare(outer)
    polygon, shape = shapely.STRtree(inner).query(outer, predicate="intersects")
    area = _shared_area(outer[polygon], inner[shape])
    pairs = pd.DataFrame({"shape": shape, "polygon": polygon, "area_m2": area})
    pairs = pairs[pairs["area_m2"] > 0].sort_values(["shape", "polygon"])
    pairs["name"] = polygons[column].to_numpy(dtype="object")[pairs["polygon"]]
    table = pairs.groupby(["shape", "name"], sort=False, as_index=False)["area_m2"].sum()
    table["share"] = (table["area_m2"] / shapely.area(inner)[table["shape"]]).clip(upper=1.0)
    return table


def _shared_area(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Shared area of each pair, m²; only pairs whose borders cross are intersected, the rest is far quicker to tell."""
    covered = shapely.covers(outer, inner)
    crossing = ~covered
    crossing[crossing] = ~shapely.touches(outer[crossing], inner[crossing])
    area = np.where(covered, shapely.area(inner), 0.0)
    area[crossing] = shapely.area(shapely.intersection(outer[crossing], inner[crossing]))
    return area


def home_shares(
    shapes: gpd.GeoSeries, polygons: gpd.GeoDataFrame, column: str, buildings: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Share of the homes of each shape in the polygons of each name: of the floor area of the buildings in it, where a
    shape that does not lie in one polygon holds any; else of its area.

    `buildings` as in `results.Area` (see `floor_area`). Gives the table of `area_shares` with another column, by_floor:
    true where `share` is of floor area; such shares may be 0, and those of a shape make less than 1 where buildings
    stand outside of all polygons.
    """
    table = area_shares(shapes, polygons, column).assign(by_floor=False)
    if buildings is None or buildings.empty:
        return table
    divided = table["share"] < WHOLE
    some = np.unique(table.loc[divided, "shape"])
    floors = _floor_shares(shapes.iloc[some], polygons, column, buildings)
    floors["shape"] = some[floors["shape"]]
    here = table["shape"].isin(floors["shape"])
    counted = table.merge(floors, on=["shape", "name"], how="left")["floor_share"].fillna(0.0).to_numpy()
    return table.assign(share=table["share"].where(~here, counted), by_floor=here)


def _floor_shares(
    shapes: gpd.GeoSeries, polygons: gpd.GeoDataFrame, column: str, buildings: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Share of the floor area in each shape by polygon (shape, name, floor_share); a building stands at one point."""
    floor = floor_area(buildings).to_numpy()
    points = shapely.point_on_surface(sound(buildings.geometry.array))
    shape, building = shapely.STRtree(points).query(sound(shapes.array), predicate="intersects")
    outer = sound(polygons.geometry.array)
    inside, polygon = shapely.STRtree(outer).query(points[building], predicate="intersects")
    names = pd.Series(polygons[column].to_numpy(dtype="object")[polygon], index=inside)
    names = names[~names.index.duplicated()].reindex(range(len(shape)))
    placed = pd.DataFrame({"shape": shape, "name": names.to_numpy(), "floor": floor[building]})
    total = placed.groupby("shape")["floor"].sum()
    table = placed.groupby(["shape", "name"], as_index=False)["floor"].sum()
    table = table[table["shape"].map(total) > 0]
    return table.assign(floor_share=table["floor"] / table["shape"].map(total))[["shape", "name", "floor_share"]]


def floor_area(buildings: gpd.GeoDataFrame) -> pd.Series:
    """Floor area of each building, m²: as told (`floor_m2`), else footprint x `floors`, else the footprint; a point has
    a footprint of 1 m², so that among points each counts alike.

    >>> shape = shapely.box(0, 0, 10, 10)
    >>> floor_area(gpd.GeoDataFrame({"floors": [6.0, np.nan]}, geometry=[shape, shape])).tolist()
    [600.0, 100.0]
    """
    footprint = buildings.geometry.area.where(lambda area: area > 0, 1.0)
    unknown = pd.Series(np.nan, index=buildings.index)
    floors = buildings.get("floors", unknown).astype("float64").fillna(1.0)
    return buildings.get("floor_m2", unknown).astype("float64").fillna(footprint * floors)


def sound(shapes: gpd.array.GeometryArray | np.ndarray) -> np.ndarray:
    """Mend broken polygons, on a copy, to polygons; gives an array of geometries."""
    geometries = np.asarray(shapes, dtype="object")
    broken = ~(shapely.is_valid(geometries) | shapely.is_missing(geometries))
    if broken.any():
        geometries = geometries.copy()
        geometries[broken] = shapely.make_valid(geometries[broken], method="structure", keep_collapsed=False)
    return geometries
