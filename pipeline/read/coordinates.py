"""Coordinate systems: which one a layer has, which one the run works in, and bringing all layers into it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source

WEB_MERCATOR = CRS.from_epsg(3857)
CHINA_LON, CHINA_LAT = (73.5, 135.0), (3.0, 54.0)
METRES_ADVICE = 'Name a projected system in metres, for example crs = "EPSG:4546" (CGCS2000, 3° zone of 111°E).'


def parse_crs(text: str, section: str) -> tuple[CRS | None, Rows]:
    """Read a CRS as area.toml names it; an unknown one is an error."""
    if not text:
        return None, []
    try:
        return CRS.from_user_input(text), []
    except CRSError:
        detail = f"crs = {text!r} is not a known coordinate system."
        return None, [problem("error", section, "unknown CRS", detail, METRES_ADVICE, id="crs")]


def with_crs(shapes: gpd.GeoDataFrame, given: str, section: str, label: str) -> tuple[gpd.GeoDataFrame, Rows]:
    """Give a layer the CRS that its section names, else keep the file's own; error when there is neither."""
    named, rows = parse_crs(given, section)
    if named is not None:
        if shapes.crs is not None and not same_crs(shapes.crs, named):
            detail = f"The file says {crs_name(shapes.crs)}, area.toml says {crs_name(named)}; area.toml is followed."
            rows.append(
                problem("note", section, "CRS overridden", detail, "Remove crs if the file is right.", source=label)
            )
        return shapes.set_crs(named, allow_override=True), rows
    if shapes.crs is None and not rows:
        detail = "The file does not say its coordinate system."
        advice = f'Add crs = "EPSG:…" under [{section}] with the system it was made in (a .prj file may be missing).'
        rows.append(problem("error", section, "no CRS", detail, advice, source=label))
    return shapes, rows


def same_crs(one: CRS, other: CRS) -> bool:
    """Compare two systems; the order of axes does not matter, since coordinates are always read as x, y."""
    return bool(one.equals(other, ignore_axis_order=True))


def crs_name(crs: CRS) -> str:
    """Name a system shortly: its EPSG code, else its name."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.name)


def in_metres(crs: CRS) -> bool:
    """Tell whether lengths and areas may be measured in a system: projected, in metres, not Web Mercator."""
    metres = crs.is_projected and all(abs(axis.unit_conversion_factor - 1) < 1e-9 for axis in crs.axis_info[:2])
    return metres and not same_crs(crs, WEB_MERCATOR)


def working_crs(given: str, shapes: gpd.GeoDataFrame | None, section: str, label: str) -> tuple[CRS | None, Rows]:
    """Choose the CRS of the run: the area's, else that of the leading layer, else a metric one that fits it.

    `shapes` is the leading layer (units or communities), None where there is none with a CRS.
    """
    named, rows = parse_crs(given, "area")
    if named is not None:
        if in_metres(named):
            return named, rows
        detail = (
            f"crs = {given!r} is {'in degrees' if named.is_geographic else 'not a projection for measuring in metres'}."
        )
        rows.append(problem("error", "area", "CRS not in metres", detail, METRES_ADVICE, id="crs"))
        return None, rows
    if shapes is None or shapes.crs is None or rows:
        return None, rows
    if in_metres(shapes.crs):
        return shapes.crs, rows
    chosen = estimated_crs(shapes)
    if chosen is None:
        detail = f"No metric system fits coordinates in {crs_name(shapes.crs)} with bounds {_bounds(shapes)}."
        return None, [problem("error", section, "CRS does not fit", detail, METRES_ADVICE, source=label)]
    found = "degrees" if shapes.crs.is_geographic else "a system that does not measure metres"
    detail = f"Coordinates are in {found} ({crs_name(shapes.crs)}); they were brought to {crs_name(chosen)}."
    advice = f'Write crs = "{crs_name(chosen)}" under [area] if that is right, or the system you use.'
    return chosen, [problem("warning", section, "CRS chosen", detail, advice, source=label)]


def estimated_crs(shapes: gpd.GeoDataFrame) -> CRS | None:
    """Find a metric CRS: in China the CGCS2000 3-degree Gauss–Kruger zone (EPSG:4534–4554), elsewhere UTM."""
    drawn = shapes[~(shapes.geometry.is_empty | shapes.geometry.isna())]
    if drawn.empty:
        return None
    west, south, east, north = drawn.to_crs(4326).total_bounds
    if not np.isfinite([west, south, east, north]).all() or max(abs(west), abs(east)) > 180 or abs(north) > 84:
        return None
    lon, lat = (west + east) / 2, (south + north) / 2
    if CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]:
        return CRS.from_epsg(4534 + round((lon - 75) / 3))
    return drawn.estimate_utm_crs()


def in_one_crs(parts: list[Source]) -> list[Source]:
    """Bring the layers among the parts of one section to the CRS of the first that has one; tables stay."""
    placed = [isinstance(part.table, gpd.GeoDataFrame) and part.table.crs is not None for part in parts]
    if not any(placed):
        return parts
    common = parts[placed.index(True)].table.crs
    return [
        replace(part, table=part.table.to_crs(common)) if known else part
        for part, known in zip(parts, placed, strict=True)
    ]


def to_working(sources: Mapping[str, Source], crs: CRS) -> tuple[dict[str, Source], Rows]:
    """Bring every layer into the working CRS; a layer whose coordinates do not survive that is an error."""
    brought, rows = {}, []
    for role, source in sources.items():
        brought[role] = source
        if not isinstance(source.table, gpd.GeoDataFrame) or source.table.crs is None:
            continue
        own = source.table.crs
        table = source.table.set_crs(crs, allow_override=True) if same_crs(own, crs) else source.table.to_crs(crs)
        lost = ~_finite(table) & _finite(source.table)
        if lost.any():
            detail = f"{lost.sum()} features do not fit {crs_name(own)} (bounds {_bounds(source.table)})."
            advice = f"The file is probably in another system: set crs under [{role}]."
            rows.append(problem("error", role, "CRS does not fit", detail, advice, source=source.label))
        brought[role] = replace(source, table=table)
    return brought, rows


def _finite(shapes: gpd.GeoDataFrame) -> Any:
    return np.isfinite(shapely.bounds(shapes.geometry.array)).all(axis=1)


def _bounds(shapes: gpd.GeoDataFrame) -> str:
    return ", ".join(f"{value:.6g}" for value in shapes.total_bounds)
