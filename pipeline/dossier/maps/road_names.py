"""Places the names of roads, waters and railways along their lines."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.dossier.maps.labels import Board, Placed, Setting, size_m
from pipeline.schema import ROAD_CLASSES

SIZE = 5.6


def name_lines(
    lines: gpd.GeoDataFrame, frame: tuple[float, float, float, float], scale: float, *, taken: Iterable[Placed] = ()
) -> list[Placed]:
    """Find a place for the name of each named line (schema.LINES), once per name, the greatest roads first.

    Names that would touch a label taken before are left out.
    """
    board = Board(frame, [label.box for label in taken])
    placed = []
    for name, shape in _by_name(lines).items():
        found = _along(name, shape, board, scale)
        if found is not None:
            placed.append(found)
            board.taken.append(found.box)
    return placed


def _by_name(lines: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Line work of each name, railways and waters first, then roads by class."""
    named = lines[lines["name"].fillna("").astype(str) != ""]
    named = named[named.geom_type.isin(["LineString", "MultiLineString"])]
    if not len(named):
        return named.geometry
    rank = named["road_class"].map({name: number for number, name in enumerate(ROAD_CLASSES)}).fillna(-1)
    order = rank.groupby(named["name"]).min().sort_values(kind="stable").index
    return named.dissolve("name").geometry.reindex(order)


def _along(name: str, shape: BaseGeometry, board: Board, scale: float) -> Placed | None:
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    parts = shapely.get_parts(merged)
    run_m = max(size_m(Setting(name, SIZE), scale)[0], size_m(_stacked(name), scale)[1])
    for part in parts[np.argsort(-shapely.length(parts))]:
        if part.length < run_m * 1.1:
            return None
        for share in (0.5, 0.3, 0.7, 0.15, 0.85, 0.4, 0.6, 0.22, 0.78):
            middle = part.length * share
            ends = (shapely.line_interpolate_point(part, middle + side * run_m / 2) for side in (-1, 1))
            (x0, y0), (x1, y1) = (end.coords[0] for end in ends)
            if np.hypot(x1 - x0, y1 - y0) < run_m * 0.9:
                continue
            setting, angle = _upright(name, float(np.degrees(np.arctan2(y1 - y0, x1 - x0))))
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            box = _turned(x, y, *size_m(setting, scale), angle)
            if board.free(np.array([box]))[0]:
                return Placed(name, setting, x, y, box, angle=angle)
    return None


def _stacked(name: str) -> Setting:
    return Setting("\n".join(name), SIZE)


def _upright(name: str, angle: float) -> tuple[Setting, float]:
    """Set a name so that its characters stand: along a flat line in a row, along a steep one from top to bottom."""
    angle = (angle + 90) % 180 - 90
    if abs(angle) <= 55:
        return Setting(name, SIZE), angle
    return _stacked(name), angle - 90 if angle > 0 else angle + 90


def _turned(x: float, y: float, width: float, height: float, angle: float) -> tuple[float, float, float, float]:
    """Box around a rectangle turned by an angle."""
    cos, sin = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    half_x, half_y = (width * cos + height * sin) / 2, (width * sin + height * cos) / 2
    return float(x - half_x), float(y - half_y), float(x + half_x), float(y + half_y)
