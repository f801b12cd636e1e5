"""Drawings as hand digitising makes them: sound maps whose polygons were each drawn a little apart from the others."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import MultiPoint, Polygon, box

from pipeline.errors import problems_table
from pipeline.results import Area
from pipeline.rules import load_rules
from pipeline.settings import AreaSection, LayerSection, RepairSection, Settings

CRS = "EPSG:4546"
WEST, SOUTH = 554_000.0, 4_518_000.0


def grid(columns: int, rows: int, side: float = 100.0) -> np.ndarray:
    """Draw squares, row by row from the lower left."""
    at = [(WEST + side * i, SOUTH + side * j) for j in range(rows) for i in range(columns)]
    return np.array([box(x, y, x + side, y + side) for x, y in at], dtype="object")


def cells(count: int, random: np.random.Generator) -> np.ndarray:
    """Draw the Voronoi cells of random points in a square, about 100 m wide each, with corners to the millimetre."""
    side = 100 * count**0.5
    points = MultiPoint(np.array([WEST, SOUTH]) + random.uniform(0, side, (count, 2)))
    frame = box(WEST, SOUTH, WEST + side, SOUTH + side)
    drawn = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame, ordered=True))
    return shapely.set_precision(shapely.intersection(drawn, frame), 0.001)


def jittered(shapes: np.ndarray, amount: float, random: np.random.Generator) -> np.ndarray:
    """Move every corner of every polygon by itself, by up to `amount` metres each way."""
    moved = [Polygon(*_moved_rings(shape, amount, random)) for shape in shapes]
    return np.array(moved, dtype="object")


def _moved_rings(part: Polygon, amount: float, random: np.random.Generator) -> tuple[Any, list[Any]]:
    rings = [np.asarray(ring.coords)[:-1] for ring in (part.exterior, *part.interiors)]
    moved = [ring + random.uniform(-amount, amount, ring.shape) for ring in rings]
    return moved[0], moved[1:]


def units_of(shapes: np.ndarray, communities: list[str] | None = None) -> gpd.GeoDataFrame:
    """Make a table of units u001, u002, ... of the shapes."""
    count = len(shapes)
    table = pd.DataFrame(
        {
            "name": "",
            "households": [10 * number for number in range(1, count + 1)],
            "population": pd.array([25] * count, dtype="Int64"),
            "community": communities or "甲社区",
            "subdistrict": "东街道",
            "anchor": False,
        },
        index=pd.Index([f"u{number:03d}" for number in range(1, count + 1)], name="unit_id"),
    )
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=CRS)


def lines_of(**ways: list[Any]) -> gpd.GeoDataFrame:
    """Make a table of lines by kind; each is named by its kind."""
    shapes = [(kind, shape) for kind, drawn in ways.items() for shape in drawn]
    table = {name: [kind for kind, _ in shapes] for name in ("kind", "name")}
    table |= {"road_class": "", "barrier": False}
    return gpd.GeoDataFrame(table, geometry=[shape for _, shape in shapes], crs=CRS)


def area_of(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame | None = None, **repair: object) -> Area:
    """Make an area of units and lines, with settings of [repair]."""
    settings = Settings(
        area=AreaSection(name="试点"), units=LayerSection(path="units.gpkg"), repair=RepairSection(**repair)
    )
    return Area(
        settings=settings,
        rules=load_rules(),
        units=units,
        communities=pd.DataFrame(),
        lines=lines_of() if lines is None else lines,
        premises=None,
        problems=problems_table([]),
        reconciliation=pd.DataFrame(),
        inputs={},
    )
