"""Reads crossings: bridges and underpasses, as a layer of any shapes or as a table of points."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.read.columns.usual import SYNONYMS
from pipeline.read.sheets import read_plain
from pipeline.read.sources import Source, Unreadable, ranges
from pipeline.settings import LayerSection

PLACES = {
    "x": ("lon", "lng", "longitude", "经度", "东经", "横坐标", "x坐标"),
    "y": ("lat", "latitude", "纬度", "北纬", "纵坐标", "y坐标"),
}
"""Columns of a table that say where a point is, east (x) and north (y)."""


def make_crossings(sources: Mapping[str, Source]) -> gpd.GeoDataFrame | None:
    """Make the crossings table: name and geometry, in the CRS of the source; None where there are none."""
    table = sources["crossings"].table if "crossings" in sources else None
    if not isinstance(table, gpd.GeoDataFrame):
        return None
    table = table[~(table.geometry.isna() | table.geometry.is_empty)]
    named = table.assign(name=table.get("name", ""))
    return named[["name", table.geometry.name]].astype({"name": "str"}).reset_index(drop=True)


def read_points(path: Path, section: LayerSection) -> Source:
    """Read a table of points under its own names: in degrees (CGCS2000) where all are, else without a CRS.

    Raises Unreadable where a column or a number is missing.
    """
    named = {ours: [section.mapped[ours]] if ours in section.mapped else names for ours, names in PLACES.items()}
    named |= {"name": [*SYNONYMS["crossings"]["name"], section.mapped.get("name", "name")]}
    source = read_plain(path, section.layer, "crossings", named)
    lacking = [name for name in PLACES if name not in source.table]
    if lacking:
        raise Unreadable(f"It has no column {' and '.join(lacking)}; write x and y, or 经度 and 纬度")
    numbers = {name: pd.to_numeric(source.table[name], errors="coerce").astype("float64") for name in PLACES}
    bad = source.table.index[numbers["x"].isna() | numbers["y"].isna()]
    if len(bad):
        rows = ", ".join(f"{first}" + (f"–{last}" if last > first else "") for first, last in ranges(bad))
        raise Unreadable(f"Rows {rows} have no x or y that is a number")
    degrees = bool((numbers["x"].abs() <= 180).all() and (numbers["y"].abs() <= 90).all())
    names = source.table["name"] if "name" in source.table else pd.Series("", index=source.table.index)
    points = gpd.points_from_xy(numbers["x"], numbers["y"])
    crs = "EPSG:4490" if degrees and not section.crs else None  # else as layers without a system are placed
    table = gpd.GeoDataFrame({"name": names}, geometry=points, index=source.table.index, crs=crs)
    return Source("crossings", source.label, table, ("name",), {})
