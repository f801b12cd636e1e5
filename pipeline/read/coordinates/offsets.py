"""The offsets of Chinese web maps, GCJ-02 and BD-09: there, back, and off a layer that was traced on such a map.

Formulas: the commonly published GCJ-02 formula (Krasovsky 1940 ellipsoid) and the commonly published BD-09 formula on
top of it. Neither is official, both agree with the maps to about a metre. The true side is WGS 84, which stands for
CGCS2000 here (they differ by less than a metre). All arrays are longitude and latitude in degrees.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

from pipeline.errors import problem
from pipeline.read.coordinates.datums import is_modern
from pipeline.read.coordinates.systems import CGCS2000, centres, in_metres, lonlat
from pipeline.read.sources import Rows, Source

OFFSETS = ("GCJ-02", "BD-09")

SEMI_MAJOR, ECCENTRICITY_2 = 6378245.0, 0.00669342162296594323
"""Krasovsky 1940: semi-major axis in m, squared eccentricity."""

WHERE_LON, WHERE_LAT = (72.004, 137.8347), (0.8293, 55.8271)
"""Box outside which the formula adds no offset."""

ROUNDS = 12
"""Rounds of the inverse. Each takes the error down by a factor of about 100; five reach 1e-10°."""

EARTH = Geod(ellps="WGS84")


def to_offset(lon: np.ndarray, lat: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a GCJ-02 or BD-09 map shows a true place; outside the box of the formula, the place itself."""
    lon, lat = np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    east, north = _shown(lon, lat, kind)
    inside = _inside(lon, lat)
    return np.where(inside, east, lon), np.where(inside, north, lat)


def from_offset(lon: np.ndarray, lat: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Find the true place of what a GCJ-02 or BD-09 map shows, by iteration to less than 1e-9° (0.1 mm)."""
    lon, lat = np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    inside = _inside(lon, lat)
    east, north = lon.copy(), lat.copy()
    for _ in range(ROUNDS):
        shown_lon, shown_lat = _shown(east, north, kind)
        step_lon, step_lat = np.where(inside, lon - shown_lon, 0.0), np.where(inside, lat - shown_lat, 0.0)
        east, north = east + step_lon, north + step_lat
        if max(np.abs(step_lon).max(initial=0.0), np.abs(step_lat).max(initial=0.0)) < 1e-11:
            break
    return east, north


def shift_at(lon: float, lat: float, kind: str) -> tuple[float, float]:
    """Length (m) and azimuth (degrees clockwise from north) of the offset at a true place.

    >>> [round(value) for value in shift_at(111.66, 40.81, "GCJ-02")]
    [588, 76]
    >>> [round(value) for value in shift_at(111.66, 40.81, "BD-09")]
    [1370, 55]
    """
    east, north = to_offset(np.array([lon]), np.array([lat]), kind)
    azimuth, _, length = EARTH.inv(lon, lat, float(east[0]), float(north[0]))
    return float(length), float(azimuth % 360)


def _inside(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return (lon >= WHERE_LON[0]) & (lon <= WHERE_LON[1]) & (lat >= WHERE_LAT[0]) & (lat <= WHERE_LAT[1])


def _shown(lon: np.ndarray, lat: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = _gcj02(lon, lat)
    return _bd09(lon, lat) if kind == "BD-09" else (lon, lat)


def _gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add the GCJ-02 offset: a polynomial plus sines in metres-like units, turned to degrees on the ellipsoid."""
    x, y, sin, pi = lon - 105.0, lat - 35.0, np.sin, np.pi
    both = 20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (both + 20.0 * sin(pi * x) + 40.0 * sin(pi * x / 3)) * 2 / 3
    east += (150.0 * sin(pi * x / 12) + 300.0 * sin(pi * x / 30)) * 2 / 3
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (both + 20.0 * sin(pi * y) + 40.0 * sin(pi * y / 3)) * 2 / 3
    north += (160.0 * sin(pi * y / 12) + 320.0 * sin(pi * y / 30)) * 2 / 3
    flat = 1.0 - ECCENTRICITY_2 * sin(np.radians(lat)) ** 2
    meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY_2) / flat**1.5
    parallel = SEMI_MAJOR / np.sqrt(flat) * np.cos(np.radians(lat))
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _bd09(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add what BD-09 adds to GCJ-02: a small turn and stretch, and 0.0065° and 0.006°."""
    wave = np.pi * 3000.0 / 180.0
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * wave)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def without_offset(source: Source, kind: str) -> tuple[Source, Rows]:
    """Bring a layer that was traced on a GCJ-02 or BD-09 map back to its true place, whatever system it claims.

    Its coordinates are unprojected, freed of the offset, and projected again; where the claimed system is no metric
    one on a modern datum the result is in CGCS2000 degrees (EPSG:4490).
    """
    shapes = source.table
    own = shapes.crs
    places = lonlat(own, centres(shapes))
    moved = _moved_back(shapes.set_geometry(shapes.to_crs(own.geodetic_crs).geometry), kind)
    table = moved.to_crs(own) if in_metres(own) and is_modern(own) else moved
    lon, lat = np.median(places, axis=0)
    true = from_offset(np.array([lon]), np.array([lat]), kind)
    length, azimuth = shift_at(float(true[0][0]), float(true[1][0]), kind)
    detail = (
        f"area.toml says it was traced on a {kind} map; it was moved back by {length:.0f} m towards "
        f"{(azimuth + 180) % 360:.0f}° (figures for its middle)."
    )
    row = problem("note", source.role, "offset converted", detail, "Nothing to do.", id=kind, source=source.label)
    return replace(source, table=table), [row]


def _moved_back(shapes: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    def back(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(from_offset(xy[:, 0], xy[:, 1], kind))

    geometry = gpd.GeoSeries(shapely.transform(shapes.geometry.array, back), index=shapes.index, crs=CGCS2000)
    return shapes.set_geometry(geometry)


def offset_of(crs: str, offset: str) -> tuple[str, str]:
    """Read the keys crs and offset of a section: crs = "GCJ-02" means degrees (EPSG:4490) with that offset.

    >>> offset_of("BD-09", ""), offset_of("EPSG:4546", "GCJ-02")
    (('EPSG:4490', 'BD-09'), ('EPSG:4546', 'GCJ-02'))
    """
    return ("EPSG:4490", crs) if crs in OFFSETS else (crs, offset)
