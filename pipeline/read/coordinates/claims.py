"""What is said of a layer's coordinate system by area.toml and by its file, and whether its numbers can be so."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from pyproj import CRS

from pipeline.read.coordinates.guess import MOSTLY, Guess, family_of, guesses
from pipeline.read.coordinates.systems import centres, in_metres, lonlat, usual
from pipeline.read.sources import Source

BEYOND_USE = 6.0
"""Degrees beyond the area that a system is made for in which its coordinates are still believed: people stretch zones,
and whether that is right is for the other layers to say."""

ASSUMED_BY_FORMAT = (".geojson", ".json", ".kml", ".kmz")
"""Formats that GDAL takes for WGS 84 although the file does not say so."""


@dataclass(frozen=True)
class Claim:
    """One part of a section, its coordinates, and what is said of them.

    `xy`: points that stand for it (n, 2), as in the file. `named`: by area.toml, `said`: by the file. `crs`: believed
    so far, None where unknown or where the numbers refute it; `swapped`: its axes have to be swapped. `certain`: its
    numbers tell their system by themselves (degrees, zone number).
    """

    role: str
    label: str
    xy: np.ndarray
    named: CRS | None
    said: CRS | None
    crs: CRS | None
    swapped: bool
    certain: bool
    why: str

    @property
    def stated(self) -> CRS | None:
        """The system that counts: area.toml's, else the file's."""
        return self.named if self.named is not None else self.said


def claim(source: Source, named: CRS | None) -> Claim:
    """Judge one layer by itself."""
    shapes: gpd.GeoDataFrame = source.table
    xy = centres(shapes)
    said = usual(shapes.crs) if shapes.crs is not None else None
    if said is not None and _assumed(source.label) and not fits(said, xy):
        said = None
    stated = named if named is not None else said
    ranges = guesses(xy, family_of(stated))
    crs, swapped, why = _believed(xy, stated, ranges)
    certain = any(guess.certain and guess.swapped == swapped for guess in ranges) and crs is not None
    return Claim(source.role, source.label, xy, named, said, crs, swapped, certain, why)


def _believed(xy: np.ndarray, stated: CRS | None, ranges: list[Guess]) -> tuple[CRS | None, bool, str]:
    """What is stated if the numbers can be so, perhaps with swapped axes; else what they tell for certain."""
    if stated is not None:
        if fits(stated, xy):
            return stated, False, ""
        return (stated, True, "") if fits(stated, xy[:, ::-1]) else (None, False, "")
    certain = [guess for guess in ranges if guess.certain]
    if len(certain) == 1:
        return certain[0].crs, certain[0].swapped, certain[0].why
    return None, False, ""


def fits(crs: CRS, xy: np.ndarray) -> bool:
    """Tell whether coordinates (n, 2) can be in a system: on the earth, and near where the system is used."""
    if not len(xy):
        return True
    if not crs.is_geographic and (np.abs(xy) <= [180, 90]).mean() >= MOSTLY:
        return False  # degrees; as metres they would lie at the origin of the system, which many systems allow
    lon, lat = lonlat(crs, xy).T
    use = usual(crs).area_of_use
    west, south, east, north = (use.west, use.south, use.east, use.north) if use is not None else (-180, -90, 180, 90)
    near = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
    near &= (lat >= south - BEYOND_USE) & (lat <= north + BEYOND_USE)
    if west <= east:  # else it spans the date line, and longitudes say little
        near &= (lon >= west - BEYOND_USE) & (lon <= east + BEYOND_USE)
    return bool(near.mean() >= MOSTLY)


def told_by(one: Claim) -> str:
    """Say how the system of a layer is known, as the end of a sentence."""
    if one.named is not None:
        return "from area.toml"
    if one.said is not None:
        return "from its .prj" if ".shp" in one.label.lower() else "as the file says"
    return f"inferred: {one.why}"


def candidates(one: Claim, ground: list[Claim], working: CRS | None) -> list[Guess]:
    """Systems that a doubtful layer may be in: its file's own, those of the other layers, those of its range.

    Each as given and with swapped axes, where its coordinates can be so.
    """
    known = [(one.said, "it is what its file names")] if one.said is not None else []
    known += [(one.named, "it is what area.toml names")] if one.named is not None else []
    known += [(other.crs, f"it is that of {other.label}") for other in ground if other.crs is not None]
    known += [(working, "it is the working CRS")] if working is not None and in_metres(working) else []
    both = [Guess(crs, swapped, False, why) for swapped in (False, True) for crs, why in known]
    ranges = guesses(one.xy, family_of(one.stated))
    return [guess for guess in [*both, *ranges] if fits(guess.crs, ordered(one.xy, guess.swapped))]


def ordered(xy: np.ndarray, swapped: bool) -> np.ndarray:
    """Points with x first, whichever order they stand in."""
    return xy[:, ::-1] if swapped else xy


def _assumed(label: str) -> bool:
    return any(ending in label.lower() for ending in ASSUMED_BY_FORMAT)
