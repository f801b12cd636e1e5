"""A small area without units: two communities, two roads through them, and rows of buildings.

0        300       600       900 m
+---------+---------+---------+ 600      甲社区: the two western columns, 4200 households
|  甲     |   甲    |   乙    |          乙社区: the eastern column, 1500 households
+---------+---------+---------+ 300      roads: x = 300 and y = 300, both across the whole area
|  甲     |   甲    |   乙    |
+---------+---------+---------+ 0
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box
from small_area import CRS, SOUTH, WEST, read_layers

from pipeline.results import Area
from pipeline.tessellate import tessellate_area


def rectangle(left: float, bottom: float, right: float, top: float) -> Any:
    """Draw a rectangle, in metres from the lower left of the area."""
    return box(WEST + left, SOUTH + bottom, WEST + right, SOUTH + top)


def line(*corners: tuple[float, float]) -> LineString:
    """Draw a line, in metres from the lower left of the area."""
    return LineString([(WEST + x, SOUTH + y) for x, y in corners])


def point(x: float, y: float) -> Point:
    """Draw a point, in metres from the lower left of the area."""
    return Point(WEST + x, SOUTH + y)


def communities() -> gpd.GeoDataFrame:
    """Make the two communities with their counts."""
    table = pd.DataFrame({"community": ["甲社区", "乙社区"], "subdistrict": "东街道"})
    table = table.assign(households=[4200, 1500], population=[10_000, 3_001])
    return gpd.GeoDataFrame(table, geometry=[rectangle(0, 0, 600, 600), rectangle(600, 0, 900, 600)], crs=CRS)


def roads(*lines: LineString) -> gpd.GeoDataFrame:
    """Make the two roads, or others."""
    lines = lines or (line((300, -50), (300, 650)), line((-50, 300), (950, 300)))
    return gpd.GeoDataFrame({"road_class": ["secondary"] * len(lines)}, geometry=list(lines), crs=CRS)


def buildings(columns: Iterable[int] = range(9), rows: Iterable[int] = range(12)) -> gpd.GeoDataFrame:
    """Make rows of equal buildings of 6 floors, 60 m x 15 m, every 100 m and every 50 m."""
    places = [(column, row) for column in columns for row in rows]
    shapes = [rectangle(100 * c + 20, 50 * r + 15, 100 * c + 80, 50 * r + 30) for c, r in places]
    return gpd.GeoDataFrame({"floors": [6.0] * len(shapes)}, geometry=shapes, crs=CRS)


def made(folder: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> tuple[Area, Area]:
    """Read the area of some layers and make its units; give it before and after."""
    area = read_layers(folder, **layers)
    return area, tessellate_area(area)


def shapes_of(area: Area) -> np.ndarray:
    """The polygons of the units."""
    return np.asarray(area.units.geometry.array, dtype="object")
