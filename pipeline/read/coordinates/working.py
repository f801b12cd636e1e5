"""Chooses the system a run measures in, and brings every layer into it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from pipeline.errors import problem
from pipeline.read.coordinates.datums import ballpark
from pipeline.read.coordinates.systems import (
    CHINA_LAT,
    CHINA_LON,
    METRES_ADVICE,
    bounds,
    central_meridian,
    centres,
    crs_name,
    full_name,
    in_metres,
    lonlat,
    parse_crs,
    same_crs,
    usual,
)
from pipeline.read.sources import Rows, Source

FAR_FROM_MERIDIAN = 3.0
"""Degrees from the central meridian beyond which a transverse projection is no longer the one made for the place."""


def working_crs(given: str, shapes: gpd.GeoDataFrame | None, section: str, label: str) -> tuple[CRS | None, Rows]:
    """Choose the CRS of the run: the area's, else that of the leading layer, else a metric one that fits it.

    `shapes` is the leading layer (units or communities), None where there is none with a CRS. Areas are never taken
    from degrees or Web Mercator; a projection made for another place is a warning.
    """
    named, rows = parse_crs(given, "area")
    if named is not None and not in_metres(named):
        kind = "in degrees" if named.is_geographic else "not a projection for measuring in metres"
        detail = f"crs = {given!r} is {kind}."
        rows.append(problem("error", "area", "CRS not in metres", detail, METRES_ADVICE, id="crs"))
        return None, rows
    if shapes is None or shapes.crs is None or rows:
        return named, rows
    if named is not None:
        return named, _far(named, shapes, "area", "")
    if in_metres(shapes.crs):
        return shapes.crs, _far(shapes.crs, shapes, section, label)
    return _chosen(shapes, section, label)


def _chosen(shapes: gpd.GeoDataFrame, section: str, label: str) -> tuple[CRS | None, Rows]:
    """Choose a metric system for a layer in degrees or Web Mercator."""
    chosen = estimated_crs(shapes)
    if chosen is None:
        detail = f"No metric system fits coordinates in {crs_name(shapes.crs)} with bounds {bounds(shapes)}."
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
        return CRS.from_epsg(4534 + min(20, max(0, round((lon - 75) / 3))))
    return drawn.estimate_utm_crs()


def _far(crs: CRS, shapes: gpd.GeoDataFrame, section: str, label: str) -> Rows:
    """Warn where the data lies far from the central meridian and outside the area that the system is made for."""
    meridian = central_meridian(crs)
    places = lonlat(shapes.crs, centres(shapes))
    if meridian is None or not len(places) or not np.isfinite(places).all():
        return []
    lon, lat = np.median(places, axis=0)
    made_for = usual(crs).area_of_use
    if abs(lon - meridian) <= FAR_FROM_MERIDIAN or (made_for is not None and made_for.west <= lon <= made_for.east):
        return []
    stretch = (math.radians(lon - meridian) * math.cos(math.radians(lat))) ** 2 / 2
    detail = (
        f"{full_name(crs)} has its central meridian at {meridian:g}°, the data lies at {lon:.1f}°: lengths come out "
        f"about {stretch:.2%} too long, areas twice that."
    )
    near = estimated_crs(shapes)
    advice = f'Write crs = "{crs_name(near)}" under [area].' if near is not None else METRES_ADVICE
    return [problem("warning", section, "central meridian far", detail, advice, id="crs", source=label)]


def in_one_crs(parts: list[Source]) -> tuple[list[Source], Rows]:
    """Bring the layers among the parts of one section to the CRS of the first that has one; tables stay.

    A layer whose system was refused is counted to it as well: its error is told already, and the run stops there.
    """
    layers = [part for part in parts if isinstance(part.table, gpd.GeoDataFrame)]
    common = next((part.table.crs for part in layers if part.table.crs is not None), None)
    if common is None:
        return parts, []
    brought, rows = [], []
    for part in parts:
        if isinstance(part.table, gpd.GeoDataFrame):
            part, found = _brought(part, common)
            rows += found
        brought.append(part)
    return brought, rows


def _brought(part: Source, crs: CRS) -> tuple[Source, Rows]:
    own = part.table.crs
    if own is None or same_crs(own, crs):
        return replace(part, table=part.table.set_crs(crs, allow_override=True)), []
    return replace(part, table=part.table.to_crs(crs)), ballpark(part, crs)


def to_working(sources: Mapping[str, Source], crs: CRS) -> tuple[dict[str, Source], Rows]:
    """Bring every layer into the working CRS; a layer whose coordinates do not survive that is an error."""
    brought, rows = {}, []
    for role, source in sources.items():
        brought[role] = source
        if not isinstance(source.table, gpd.GeoDataFrame) or source.table.crs is None:
            continue
        brought[role], found = _brought(source, crs)
        rows += found
        lost = ~_finite(brought[role].table) & _finite(source.table)
        if lost.any():
            detail = f"{lost.sum()} features do not fit {crs_name(source.table.crs)} (bounds {bounds(source.table)})."
            advice = f"The file is probably in another system: set crs under [{role}]."
            rows.append(problem("error", role, "CRS does not fit", detail, advice, source=source.label))
    return brought, rows


def _finite(shapes: gpd.GeoDataFrame) -> Any:
    return np.isfinite(shapely.bounds(shapes.geometry.array)).all(axis=1)
