"""Coordinate systems: their names, which are the same, which measure in metres, and what they make of points."""

import math

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from pipeline.errors import problem
from pipeline.read.sources import Rows

WEB_MERCATOR = CRS.from_epsg(3857)
CGCS2000 = CRS.from_epsg(4490)
CHINA_LON, CHINA_LAT = (73.0, 135.5), (3.0, 54.0)
METRES_ADVICE = 'Name a projected system in metres, for example crs = "EPSG:4546" (CGCS2000, 3° zone of 111°E).'

SAMPLED = 500
"""Features that stand for a layer when its coordinates are judged."""


def parse_crs(text: str, section: str) -> tuple[CRS | None, Rows]:
    """Read a CRS as area.toml names it; an unknown one is an error."""
    if not text:
        return None, []
    try:
        return CRS.from_user_input(text), []
    except CRSError:
        detail = f"crs = {text!r} is not a known coordinate system."
        return None, [problem("error", section, "unknown CRS", detail, METRES_ADVICE, id="crs")]


def usual(crs: CRS) -> CRS:
    """Give the EPSG system that a written one stands for (an ESRI .prj has other names and axes), else itself."""
    code = crs.to_epsg()
    return CRS.from_epsg(code) if code else crs


def same_crs(one: CRS, other: CRS) -> bool:
    """Compare two systems; the order of axes does not matter, since coordinates are always read as x, y."""
    return bool(one.equals(other, ignore_axis_order=True) or usual(one).equals(usual(other), ignore_axis_order=True))


def crs_name(crs: CRS) -> str:
    """Name a system shortly: its EPSG code, else its name."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.name)


def full_name(crs: CRS) -> str:
    """Name a system by its EPSG code and its name, where it has both."""
    return f"{crs_name(crs)} ({usual(crs).name})" if crs.to_epsg() else str(crs.name)


def in_metres(crs: CRS) -> bool:
    """Tell whether lengths and areas may be measured in a system: projected, in metres, not Web Mercator."""
    metres = crs.is_projected and all(abs(axis.unit_conversion_factor - 1) < 1e-9 for axis in crs.axis_info[:2])
    return metres and not same_crs(crs, WEB_MERCATOR)


def centres(shapes: gpd.GeoDataFrame) -> np.ndarray:
    """Middle of the bounds of up to SAMPLED features, evenly chosen: array (n, 2), finite."""
    west, south, east, north = shapely.bounds(np.asarray(shapes.geometry.array, dtype="object")).T
    xy = np.column_stack([(west + east) / 2, (south + north) / 2])
    xy = xy[np.isfinite(xy).all(axis=1)]
    return xy[np.unique(np.linspace(0, len(xy) - 1, min(SAMPLED, len(xy))).astype("int64"))] if len(xy) else xy


def lonlat(crs: CRS, xy: np.ndarray) -> np.ndarray:
    """Longitude and latitude (degrees, Greenwich, the system's own datum) of points (n, 2); inf where there is none."""
    degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = degrees.transform(xy[:, 0], xy[:, 1])
    origin = crs.prime_meridian
    east = math.degrees(origin.longitude * float(origin.unit_conversion_factor)) if origin is not None else 0.0
    return np.column_stack([lon + east, lat])


def central_meridian(crs: CRS) -> float | None:
    """Longitude of the central meridian of a transverse Mercator (Gauss–Kruger, UTM) system, degrees; else None."""
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return next((float(item.value) for item in operation.params if item.name == "Longitude of natural origin"), None)


def bounds(shapes: gpd.GeoDataFrame) -> str:
    """Write the bounds of a layer."""
    return ", ".join(f"{value:.6g}" for value in shapes.total_bounds)
