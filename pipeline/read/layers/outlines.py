"""Makes areas of what was drawn as lines: rings are closed to polygons, networks of border lines are cut into faces.

What is no area in the end stays as it is, for the check to refuse. Polygons are not touched, broken ones neither.
"""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source, place

CLOSE_M = 1.0
"""Ends of a line as near as this are one corner, m ..."""

CLOSE_SHARE = 0.01
"""... or as near as this part of the line's length."""

_DEGREE_M = 111_000.0
_LINES = (1, 2, 5)
_AREAS = (3, 6)
_COLLECTION = 7


def closed(source: Source) -> tuple[Source, Rows]:
    """Close the line rings of a layer to polygons and take the areas out of mixed collections; say which."""
    shapes = np.asarray(source.table.geometry.array, dtype="object")
    kinds = shapely.get_type_id(shapes)
    odd = np.flatnonzero(np.isin(kinds, (*_LINES, _COLLECTION)))
    if not len(odd):
        return source, []
    drawn = shapes.copy()
    gaps = np.zeros(len(shapes))
    for position in odd:
        drawn[position], gaps[position] = _area(shapes[position], _metre(source.table))
    made = np.isin(shapely.get_type_id(drawn), _AREAS) & np.isin(kinds, _LINES)
    if not made.any():
        return _with_shapes(source, drawn), []
    source = _with_shapes(source, drawn)
    return source, _told(source, made & (gaps == 0)) + _told(source, made & (gaps > 0), gaps / _metre(source.table))


def _told(source: Source, made: np.ndarray, gaps_m: np.ndarray | None = None) -> Rows:
    """Say which lines were taken as outlines; a gap that was closed may hide a corner that is missing."""
    if not made.any():
        return []
    detail = f"{made.sum()} closed lines were taken as the outlines of areas."
    where = place(source, source.table.index[made])
    if gaps_m is None:
        return [problem("note", source.role, "outlines closed", detail, "Nothing to do.", source=where)]
    detail = f"{made.sum()} lines whose ends nearly meet (within {gaps_m[made].max():.2f} m) were closed to areas."
    return [problem("warning", source.role, "outlines closed", detail, "Check their outlines.", source=where)]


def is_area(table: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features are polygons."""
    return np.isin(shapely.get_type_id(table.geometry.array), _AREAS)


def is_line(table: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features are lines."""
    return np.isin(shapely.get_type_id(table.geometry.array), _LINES)


def is_point(table: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features are points."""
    return np.isin(shapely.get_type_id(table.geometry.array), (0, 4))


def _with_shapes(source: Source, shapes: np.ndarray) -> Source:
    table = source.table.set_geometry(gpd.GeoSeries(shapes, index=source.table.index, crs=source.table.crs))
    return replace(source, table=table)


def _metre(table: gpd.GeoDataFrame) -> float:
    """Length of one metre in the unit of the coordinates, which are degrees where all of them could be."""
    bounds = table.total_bounds
    degrees = bool(np.isfinite(bounds).all() and (np.abs(bounds) <= [180, 90, 180, 90]).all())
    return 1 / _DEGREE_M if degrees else 1.0


def _area(shape: Any, metre: float) -> tuple[Any, float]:
    """Make an area of a line whose parts are all rings, or of a collection that holds areas; give the widest gap."""
    if shape.geom_type == "GeometryCollection":
        areas = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
        if areas:
            return (areas[0] if len(areas) == 1 else shapely.MultiPolygon(shapely.get_parts(areas).tolist())), 0.0
        return shape, 0.0
    lines = shapely.get_parts(shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape)
    gaps = [_gap(line, metre) for line in lines]
    if not len(lines) or any(gap is None for gap in gaps):
        return shape, 0.0
    rings = [shapely.Polygon(shapely.get_coordinates(line)) for line in lines]
    return (rings[0] if len(rings) == 1 else shapely.MultiPolygon(rings)), max(gap or 0.0 for gap in gaps)


def _gap(line: Any, metre: float) -> float | None:
    """Distance between the ends of a line that is a ring; None where it is none."""
    points = shapely.get_coordinates(line)
    if len(np.unique(points, axis=0)) < 3:
        return None
    gap = float(np.hypot(*(points[0] - points[-1])))
    return gap if gap <= max(CLOSE_M * metre, CLOSE_SHARE * line.length) else None


def faces(source: Source, names: gpd.GeoDataFrame, label: str) -> tuple[Source, Rows]:
    """Cut a network of border lines into faces; each is numbered like the label point that lies in it.

    `names`: points with `text`, in the CRS of the lines, printed as `label`. Faces without a label follow after all
    numbers. Lines that bound no face are told.
    """
    table = source.table
    lines = table.geometry.array[is_line(table)]
    polygons, cuts, dangles, invalid = shapely.polygonize_full(
        shapely.get_parts(shapely.union_all(shapely.force_2d(lines)))
    )
    found = shapely.get_parts(polygons)
    if not len(found):
        return source, []
    points, which = shapely.STRtree(found).query(names.geometry.array, predicate="intersects")
    numbers = np.full(len(found), 0)
    numbers[which[::-1]] = names.index.to_numpy()[points[::-1]]
    bare = (numbers == 0) | pd.Index(numbers).duplicated()  # a label on a border stands in two
    numbers[bare] = max(int(names.index.max()), 0) + 1 + np.arange(bare.sum())
    drawn = gpd.GeoDataFrame(geometry=gpd.GeoSeries(found, index=pd.Index(numbers), crs=table.crs)).sort_index()
    shown = f"{source.label} (faces numbered as {label})"
    detail = f"{is_line(table).sum()} border lines were cut into {len(found)} areas."
    loose = sum(len(shapely.get_parts(part)) for part in (cuts, dangles, invalid))
    if loose:
        detail += f" {loose} pieces of line bound no area, with a length of {_length(cuts, dangles, invalid):.0f}."
    advice = "Check the areas on the map; draw lines until they meet where two areas became one."
    row = problem("warning", source.role, "outlines from lines", detail, advice, source=source.label)
    return replace(source, label=shown, table=drawn), [row]


def _length(*pieces: Any) -> float:
    return float(sum(shapely.length(part) for part in pieces))
