"""Makes the lines that borders may follow: roads by class, waters, railways, and which of them are barriers."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.cells.values import look_up
from pipeline.read.sources import Rows, Source
from pipeline.rules import RuleSet, barring_of

KIND_OF = {"roads": "road", "water": "water", "railways": "railway"}

KIND_WORDS = {
    "road": ("road", "roads", "street", "highway", "道路", "公路", "街道", "路"),
    "water": ("water", "river", "stream", "canal", "waterway", "drain", "水系", "河流", "河道", "水域", "渠", "湖"),
    "railway": ("railway", "rail", "railways", "light_rail", "铁路", "铁道", "轨道"),
}
"""Values of a `kind` column; a layer with several kinds gives each section its own."""

CLASS_WORDS = {
    "expressway": ("expressway", "motorway", "motorway_link", "快速路", "高速", "高速公路", "高速路", "城市快速路"),
    "trunk": ("trunk", "trunk_link", "国道", "干线", "干线公路", "一级公路"),
    "primary": ("primary", "primary_link", "主干路", "主干道", "城市主干路", "省道", "二级公路"),
    "secondary": ("secondary", "secondary_link", "次干路", "次干道", "城市次干路", "县道", "三级公路"),
    "tertiary": ("tertiary", "tertiary_link", "支路", "城市支路", "乡道", "四级公路", "unclassified"),
    "residential": (
        *("residential", "living_street", "service", "街巷", "街坊路", "小区路", "内部路", "巷", "村道", "胡同"),
    ),
    "path": (
        *("path", "footway", "cycleway", "pedestrian", "track", "steps", "bridleway", "小路", "步道", "人行道"),
        *("自行车道", "绿道"),
    ),
}
"""Usual Chinese and OpenStreetMap words for the classes of schema.ROAD_CLASSES."""

UNKNOWN_CLASS = "residential"
"""Class of a road whose class is not told: the lowest that traffic uses, so that no main road is made up."""

_KIND = {word: kind for kind, words in KIND_WORDS.items() for word in words}
_CLASS = {word: name for name, words in CLASS_WORDS.items() for word in words}


def make_lines(sources: Mapping[str, Source], rules: RuleSet, crs: object | None) -> tuple[gpd.GeoDataFrame, Rows]:
    """Join roads, waters and railways to one table (schema.LINES), single lines in the working CRS."""
    parts, rows = [], []
    for role in KIND_OF:
        if role in sources:
            part, found = _lines_of(sources[role])
            parts.append(part)
            rows += found
    if not parts:
        return empty_lines(crs), rows
    lines = pd.concat(parts, ignore_index=True)
    barrier = barring_of(lines["kind"], lines["road_class"], rules) != "ignore"
    lines = lines.assign(barrier=barrier)[["kind", "name", "road_class", "barrier", "geometry"]]
    return gpd.GeoDataFrame(lines, geometry="geometry", crs=crs), rows


def empty_lines(crs: object | None) -> gpd.GeoDataFrame:
    """Make a lines table without lines."""
    types = {"kind": "str", "name": "str", "road_class": "str", "barrier": "bool"}
    table = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _lines_of(source: Source) -> tuple[gpd.GeoDataFrame, Rows]:
    """Take the lines of one section: those of its kind, polygons as their outlines, nothing else."""
    kind = KIND_OF[source.role]
    table, rows = _of_kind(source, kind)
    table, found = _as_lines(table, source)
    rows += found
    lines = table.assign(kind=kind, name=table.get("name", ""))
    if kind == "road":
        lines, found = _classed(lines, source)
        rows += found
    else:
        lines = lines.assign(road_class="")
    lines = lines[["kind", "name", "road_class", "geometry"]]
    return lines.astype({"kind": "str", "name": "str", "road_class": "str"}), rows


def _of_kind(source: Source, kind: str) -> tuple[gpd.GeoDataFrame, Rows]:
    """Choose the rows of a mixed layer that are of the section's kind; a word for a class of road means a road."""
    if "kind" not in source.table:
        return source.table, []
    words = source.table["kind"].str.lower()
    known = look_up(words, _KIND).where(~words.isin(_CLASS), "road")
    if not (known != "").any():
        return source.table, []
    chosen = source.table[(known == kind) | (known == "")]
    if known.nunique() == 1 or len(chosen) == len(source.table):
        return chosen, []
    detail = f"{len(chosen)} of {len(source.table)} lines are taken, by the kinds {_list(words[chosen.index])}."
    return chosen, [problem("note", source.role, "kinds chosen", detail, "Nothing to do.", source=source.label)]


def _as_lines(table: gpd.GeoDataFrame, source: Source) -> tuple[gpd.GeoDataFrame, Rows]:
    """Turn polygons into outlines and several lines of one feature into single ones; drop what is neither."""
    shapes = np.asarray(table.geometry.array, dtype="object").copy()
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    shapes[polygonal] = shapely.boundary(shapes[polygonal])
    single = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs)).explode(index_parts=False)
    linear = single.geom_type.isin(("LineString", "LinearRing")) & ~single.geometry.is_empty
    rows = []
    if (~linear).any():
        detail = f"{(~linear).sum()} features are neither lines nor polygons and were left out."
        rows.append(problem("warning", source.role, "not lines", detail, "Check the layer.", source=source.label))
    return single[linear], rows


def _classed(lines: gpd.GeoDataFrame, source: Source) -> tuple[gpd.GeoDataFrame, Rows]:
    """Normalise the class of roads; where only the kind tells it (cycleway), that is used."""
    told = pd.Series("", index=lines.index, dtype="str")
    for column in ("kind", "road_class"):
        if column in source.table:
            words = source.table[column].reindex(lines.index).str.lower()
            own = look_up(words, _CLASS)
            told = own.where(own != "", told)
    unknown = told == ""
    rows = []
    if unknown.any():
        column = "road_class" if "road_class" in source.table else ""
        words = f" (found: {_list(lines.loc[unknown, column])})" if column else ""
        detail = f"The class of {unknown.sum()} roads is not known{words}; they count as {UNKNOWN_CLASS}."
        advice = f"Known classes: {', '.join(CLASS_WORDS)} and their usual Chinese names."
        rows.append(problem("note", source.role, "road class unknown", detail, advice, source=source.label))
    return lines.assign(road_class=told.where(~unknown, UNKNOWN_CLASS)), rows


def _list(words: pd.Series) -> str:
    shown = [word or "blank" for word in dict.fromkeys(words)]
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "")
