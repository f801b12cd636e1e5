"""Carries out what a section says of its system: an offset of web maps, parameters of a datum, control points."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from pipeline.errors import problem
from pipeline.read.coordinates.datums import seven_parameters
from pipeline.read.coordinates.offsets import offset_of, without_offset
from pipeline.read.coordinates.plane import (
    BadPoints,
    Similarity,
    fitted,
    four_parameters,
    must_agree,
    read_points,
)
from pipeline.read.coordinates.systems import METRES_ADVICE, centres, crs_name, in_metres
from pipeline.read.coordinates.working import estimated_crs
from pipeline.read.sources import Rows, Source
from pipeline.settings import LayerSection

FAR_M = 1000.0
"""A layer that lies further from its control points than this and ten times their extent is not what they speak of."""


@dataclass(frozen=True)
class Whither:
    """Where moved layers go: the working CRS that area.toml names (None where it names none), and the area's folder."""

    crs: CRS | None
    folder: Path


def moves_in_plane(section: LayerSection) -> bool:
    """Tell whether a section leads straight into the plane of the working CRS, whatever system its file is in."""
    return bool(section.control_points) or len(section.helmert) == 4


def checked(section: LayerSection, role: str, whither: Whither) -> Rows:
    """Find what cannot be: several ways at once, parameters of the wrong number, a plane without a name."""
    rows = []
    _, offset = offset_of(section.crs, section.offset)
    ways = [name for name, given in (("control_points", section.control_points), ("offset", offset)) if given]
    ways += ["helmert"] if section.helmert else []
    if len(ways) > 1:
        detail = f"{' and '.join(ways)} are both given; one of them brings the layer home, not both."
        rows.append(problem("error", role, "bad value", detail, "Keep one of them.", id=ways[-1]))
    if section.helmert and len(section.helmert) not in (4, 7):
        detail = f"helmert has {len(section.helmert)} numbers; 4 or 7 are needed."
        advice = "Write [dx, dy, rotation, scale] or [dx, dy, dz, rx, ry, rz, scale]."
        rows.append(problem("error", role, "bad value", detail, advice, id="helmert"))
    if moves_in_plane(section) and (whither.crs is None or not in_metres(whither.crs)):
        detail = "Control points and 4 parameters lead into the working CRS, and [area] names none in metres."
        rows.append(problem("error", "area", "no working CRS", detail, METRES_ADVICE, id="crs"))
    return rows


def moved(source: Source, section: LayerSection, whither: Whither) -> tuple[Source, Rows]:
    """Move one layer as its section says; as it is where the section says nothing, or where it cannot be done."""
    _, offset = offset_of(section.crs, section.offset)
    shapes = source.table
    if section.control_points:
        return _by_points(source, section, whither)
    if len(section.helmert) == 4 and whither.crs is not None:
        return _by_four(source, section, whither.crs)
    if shapes.crs is None or not len(centres(shapes)):
        return source, []
    if offset:
        return without_offset(source, offset)
    if len(section.helmert) == 7:
        return _by_seven(source, section, whither.crs)
    return source, []


def _by_seven(source: Source, section: LayerSection, target: CRS | None) -> tuple[Source, Rows]:
    own = source.table.crs
    target = target if target is not None else estimated_crs(source.table)
    if target is None:
        return source, []
    detail = f"It was brought from {crs_name(own)} to {crs_name(target)} by the 7 parameters of area.toml."
    row = problem("note", source.role, "datum parameters", detail, "Nothing to do.", id="helmert", source=source.label)
    return seven_parameters(source, section.helmert, target), [row]


def _by_four(source: Source, section: LayerSection, target: CRS) -> tuple[Source, Rows]:
    if _in_degrees(source.table):
        detail = "4 parameters move coordinates in metres, those of this file are degrees."
        advice = "Give 7 parameters, or a file in metres."
        return source, [problem("error", source.role, "bad value", detail, advice, id="helmert", source=source.label)]
    dx, dy, rotation, scale = section.helmert
    detail = f"It was moved into {crs_name(target)} by the 4 parameters of area.toml, from coordinates as in the file."
    row = problem("note", source.role, "datum parameters", detail, "Nothing to do.", id="helmert", source=source.label)
    return _placed(source, four_parameters(dx, dy, rotation, scale), target), [row]


def _by_points(source: Source, section: LayerSection, whither: Whither) -> tuple[Source, Rows]:
    """Move a layer by its control points; refuse points that do not agree, or that are not of this layer."""
    try:
        points = read_points(whither.folder / section.control_points)
        xy, to = points[["x", "y"]].to_numpy(), points[["to_x", "to_y"]].to_numpy()
        move, left = fitted(xy, to)
        must_agree(points, move, left, section.control_points)
        _must_be_near(source.table, xy)
    except BadPoints as error:
        advice = "Mend the table: x, y as in the file (x east, y north), to_x, to_y in the working CRS."
        return source, [
            problem(
                "error", source.role, "control points refused", f"{error}.", advice, id="control_points",
                source=source.label,
            )
        ]  # fmt: skip
    if whither.crs is None:
        return source, []
    return _placed(source, move, whither.crs), [_fit_row(source, move, left, section.control_points)]


def _fit_row(source: Source, move: Similarity, left: np.ndarray, name: str) -> dict[str, str]:
    said = f"scale {move.scale_ppm:+.1f} ppm, rotation {move.rotation_seconds:+.2f}″"
    if len(left) < 3:
        detail = f"It was moved by the 2 points of {name} ({said}); nothing checks them."
        return problem(
            "warning", source.role, "control points", detail, "Give 3 points or more.", id="control_points",
            source=source.label,
        )  # fmt: skip
    rms = float(np.sqrt((left**2).mean()))
    detail = f"It was moved by the {len(left)} points of {name} ({said}); {rms:.2f} m are left at them on average, "
    detail += f"{left.max():.2f} m at most."
    return problem(
        "note", source.role, "control points", detail, "Nothing to do.", id="control_points", source=source.label
    )


def _must_be_near(shapes: gpd.GeoDataFrame, points: np.ndarray) -> None:
    places = centres(shapes)
    if not len(places):
        return
    low, high, middle = points.min(axis=0), points.max(axis=0), np.median(places, axis=0)
    away = float(np.hypot(*np.maximum(0.0, np.maximum(low - middle, middle - high))))
    if away > max(FAR_M, 10 * float(np.hypot(*(high - low)))):
        raise BadPoints(
            f"The control points (x, y about {low[0]:.0f}, {low[1]:.0f}) lie {away / 1000:.0f} km from the layer "
            f"(about {middle[0]:.0f}, {middle[1]:.0f}): they are in another system or have their axes swapped"
        )


def _in_degrees(shapes: gpd.GeoDataFrame) -> bool:
    xy = centres(shapes)
    return bool(len(xy)) and bool((np.abs(xy) <= [180, 90]).all())


def _placed(source: Source, move: Similarity, target: CRS) -> Source:
    shapes = source.table
    geometry = gpd.GeoSeries(shapely.transform(shapes.geometry.array, move.moved), index=shapes.index, crs=target)
    return replace(source, table=shapes.set_geometry(geometry))
