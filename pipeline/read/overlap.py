"""Finds, for each unit, the polygon of another layer that it shares the largest area with."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def largest_overlap(shapes: gpd.GeoSeries, polygons: gpd.GeoDataFrame, column: str) -> pd.Series:
    """Value of `column` of the polygon that covers most of each shape; "" where none does.

    Both in one CRS in metres. Gives str on the index of `shapes`. Broken geometries are mended on a copy first.
    """
    inner = _sound(shapes.array)
    outer = _sound(polygons.geometry.array)
    left, right = shapely.STRtree(outer).query(inner, predicate="intersects")
    shared = _shared_area(inner, outer, left, right)
    pairs = pd.DataFrame({"shape": left, "polygon": right, "area": shared})
    pairs = pairs[pairs["area"] > 0].sort_values(["shape", "area", "polygon"], ascending=[True, False, True])
    best = pairs.drop_duplicates("shape")
    found = np.full(len(shapes), "", dtype="object")
    found[best["shape"]] = polygons[column].to_numpy(dtype="object")[best["polygon"]]
    return pd.Series(found, index=shapes.index, dtype="str")


def _sound(shapes: gpd.array.GeometryArray) -> np.ndarray:
    geometries = np.asarray(shapes, dtype="object")
    broken = ~(shapely.is_valid(geometries) | shapely.is_missing(geometries))
    if broken.any():
        geometries = geometries.copy()
        geometries[broken] = shapely.make_valid(geometries[broken])
    return geometries


def _shared_area(inner: np.ndarray, outer: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Shared area of each pair, in m²; where a shape has one candidate any number > 0 will do, which is far quicker."""
    alone = np.bincount(left, minlength=len(inner))[left] == 1
    points = shapely.point_on_surface(inner[left[alone]])
    inside = np.zeros(len(left), dtype="bool")
    inside[alone] = shapely.intersects(points, outer[right[alone]])
    area = np.ones(len(left))
    area[~inside] = shapely.area(shapely.intersection(inner[left[~inside]], outer[right[~inside]]))
    return area
