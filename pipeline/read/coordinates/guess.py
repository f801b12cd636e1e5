"""Guesses a coordinate system from the range that coordinates lie in: degrees, zone numbers, metres, swapped axes."""

from dataclasses import dataclass

import numpy as np
from pyproj import CRS

from pipeline.read.coordinates.systems import CHINA_LAT, CHINA_LON, central_meridian

MOSTLY = 0.9
"""Share of a layer's points that must lie in a range; a few slips of the pen do not hide what the rest says."""

NORTHING = (1.9e6, 6.0e6)
"""Northings of the Chinese mainland and Hainan, m (latitude 17° to 54°)."""

EASTING = (1.6e5, 8.4e5)
"""Eastings without zone number, m: 500 km ± half the widest 6-degree zone."""


@dataclass(frozen=True)
class Family:
    """EPSG codes of one Chinese datum: geographic, zones 25–45 and meridians 75°–135° of 3°, zones 13–23 of 6°."""

    name: str
    geographic: int
    zones_3: int
    meridians_3: int
    zones_6: int


FAMILIES = (
    Family("CGCS2000", 4490, 4513, 4534, 4491),
    Family("Xian 1980", 4610, 2349, 2370, 2327),
    Family("Beijing 1954", 4214, 2401, 2422, 21413),
)

PROVINCES = {
    "11": (115.4, 117.5), "12": (116.7, 118.1), "13": (113.4, 119.9), "14": (110.2, 114.6), "15": (97.2, 126.1),
    "21": (118.8, 125.8), "22": (121.6, 131.3), "23": (121.2, 135.1), "31": (120.8, 122.0), "32": (116.3, 121.9),
    "33": (118.0, 123.0), "34": (114.9, 119.6), "35": (115.8, 120.7), "36": (113.6, 118.5), "37": (114.8, 122.7),
    "41": (110.3, 116.6), "42": (108.3, 116.1), "43": (108.8, 114.3), "44": (109.7, 117.3), "45": (104.5, 112.1),
    "46": (108.6, 111.1), "50": (105.3, 110.2), "51": (97.4, 108.5), "52": (103.6, 109.6), "53": (97.5, 106.2),
    "54": (78.4, 99.1), "61": (105.5, 111.3), "62": (92.3, 108.8), "63": (89.4, 103.1), "64": (104.3, 107.7),
    "65": (73.4, 96.4),
}  # fmt: skip
"""West and east longitude of each province, roughly, by the first two digits of its code. Only the order of
candidates rests on it."""


@dataclass(frozen=True)
class Guess:
    """A system that coordinates may be in. `certain`: the numbers leave no other one, the datum aside."""

    crs: CRS
    swapped: bool
    certain: bool
    why: str


def family_of(crs: CRS | None) -> Family | None:
    """Family of the Chinese datum that a system rests on, None where it is no Chinese one."""
    datum = crs.geodetic_crs.to_epsg() if crs is not None and crs.geodetic_crs is not None else None
    return next((family for family in FAMILIES if family.geographic == datum), None)


def guesses(xy: np.ndarray, family: Family | None = None) -> list[Guess]:
    """List the systems whose range points (n, 2) lie in, also with their axes swapped (X north, Y east).

    Those of one datum, CGCS2000 where none is given: the numbers do not tell it. Degrees inside China and zone numbers
    are certain; metres without a zone number give every 3-degree meridian.
    """
    found: list[Guess] = []
    family = family or FAMILIES[0]
    for swapped in (False, True) if len(xy) else ():
        x, y = (xy[:, ::-1] if swapped else xy).T
        found += [*_degrees(x, y, swapped, family), *_zoned(x, y, swapped, family), *_metres(x, y, swapped, family)]
    return found


def by_province(found: list[Guess], code: str) -> list[Guess]:
    """Put the guesses whose central meridian lies nearest to the province of a division code first."""
    if code[:2] not in PROVINCES:
        return found
    west, east = PROVINCES[code[:2]]

    def away(guess: Guess) -> tuple[float, float]:
        meridian = central_meridian(guess.crs)
        if meridian is None:
            return 0.0, 0.0
        return max(0.0, west - 1.5 - meridian, meridian - east - 1.5), abs(meridian - (west + east) / 2)

    return sorted(found, key=away)


def in_province(guess: Guess, code: str) -> bool:
    """Tell whether the zone of a guess touches the province of a division code; true where that is not known."""
    meridian = central_meridian(guess.crs)
    if code[:2] not in PROVINCES or meridian is None:
        return True
    west, east = PROVINCES[code[:2]]
    return west - 1.5 <= meridian <= east + 1.5


def _mostly(test: np.ndarray) -> bool:
    return bool(test.mean() >= MOSTLY)


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return (values >= limits[0]) & (values <= limits[1])


def _degrees(x: np.ndarray, y: np.ndarray, swapped: bool, family: Family) -> list[Guess]:
    if not _mostly(_within(x, CHINA_LON) & _within(y, CHINA_LAT)):
        return []
    return [Guess(CRS.from_epsg(family.geographic), swapped, True, "its coordinates are degrees inside China")]


def _zoned(x: np.ndarray, y: np.ndarray, swapped: bool, family: Family) -> list[Guess]:
    """Eastings that start with the number of their zone: 13–23 of 6 degrees, 25–45 of 3 degrees."""
    zone = int(np.median(x // 1e6)) if np.isfinite(x).all() else 0
    if not _mostly(_within(x - zone * 1e6, EASTING) & _within(y, NORTHING)):
        return []
    if 25 <= zone <= 45:
        width, code = 3, family.zones_3 + zone - 25
    elif 13 <= zone <= 23:
        width, code = 6, family.zones_6 + zone - 13
    else:
        return []
    why = f"its eastings start with {zone}, the number of a {width}-degree zone"
    return [Guess(CRS.from_epsg(code), swapped, True, why)]


def _metres(x: np.ndarray, y: np.ndarray, swapped: bool, family: Family) -> list[Guess]:
    if not _mostly(_within(x, EASTING) & _within(y, NORTHING)):
        return []
    why = "its coordinates are metres without a zone number"
    return [Guess(CRS.from_epsg(family.meridians_3 + step), swapped, False, why) for step in range(21)]
