"""Moves points as hypotheses of an offset say, and estimates a constant shift that no known offset explains."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer

from pipeline.read.coordinates.evidence import Array, Evidence, typical
from pipeline.read.coordinates.offsets import EARTH, OFFSETS, WHERE_LAT, WHERE_LON, from_offset, to_offset

AS_GIVEN, ANOTHER = "as given", "another shift"

STARTS_M = (100.0,)
"""Radii of the rings of starting points from which a shift is looked for; old datums lie 50 to 150 m off."""

STEPS = 5
"""Steps of the search from each start; each solves for the shift that brings the points onto the lines nearest now."""


@dataclass(frozen=True)
class Hypothesis:
    """A way in which a layer lies shifted: a named offset, or a constant `shift` (east, north in m)."""

    name: str
    shift: tuple[float, float] = (0.0, 0.0)


class Ground:
    """The plane of the working CRS and the way from it to degrees and back."""

    def __init__(self, crs: CRS, middle: tuple[float, float]):
        self.middle = np.array([middle])
        self._degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)

    def lonlat(self, xy: Array) -> tuple[Array, Array]:
        """Degrees of points in the plane."""
        lon, lat = self._degrees.transform(*xy.T)
        return lon, lat

    def named(self) -> list[Hypothesis]:
        """Hypotheses that apply here: as given, and the offsets of web maps where they are used."""
        (lon,), (lat,) = self.lonlat(self.middle)
        in_china = WHERE_LON[0] <= lon <= WHERE_LON[1] and WHERE_LAT[0] <= lat <= WHERE_LAT[1]
        return [Hypothesis(AS_GIVEN), *(Hypothesis(kind) for kind in (OFFSETS if in_china else ()))]

    def shown(self, xy: Array, how: Hypothesis) -> Array:
        """Where a layer that is shifted so shows true points."""
        if how.name in OFFSETS:
            return self._plane(*to_offset(*self.lonlat(xy), how.name))
        return xy + np.array(how.shift)

    def true(self, xy: Array, how: Hypothesis) -> Array:
        """Where points are that a layer shows which is shifted so."""
        if how.name in OFFSETS:
            return self._plane(*from_offset(*self.lonlat(xy), how.name))
        return xy - np.array(how.shift)

    def length_azimuth(self, how: Hypothesis) -> tuple[float, float]:
        """Length (m) and azimuth (degrees clockwise from true north) of a shift at the middle of the area."""
        shown = self.shown(self.middle, how)
        (lon, to_lon), (lat, to_lat) = self.lonlat(np.vstack([self.middle, shown]))
        azimuth, _, length = EARTH.inv(lon, lat, to_lon, to_lat)
        return float(length), float(azimuth % 360) if length > 0 else 0.0

    def _plane(self, lon: Array, lat: Array) -> Array:
        return np.column_stack(self._degrees.transform(lon, lat, direction="INVERSE"))


def estimated(evidence: list[Evidence], layers: frozenset[str]) -> Hypothesis | None:
    """Constant shift of `layers` that brings their borders onto the lines of the others; None without such lines.

    Of every two points one is used to find it, the other to choose among the starts, so that a shift that suits a few
    points by chance does not win.
    """
    on_lines = [one for one in evidence if one.kind in ("borders", "lines")]
    if not on_lines:
        return None
    best, least = None, np.inf
    for start in _starts(evidence, layers):
        shift = _descended(on_lines, layers, start)
        left = float(
            np.mean([typical(one.reach(one.points[1::2] - _sign(one, layers) * shift), one.keep) for one in on_lines])
        )
        if left < least - 1e-6:
            best, least = shift, left
    return Hypothesis(ANOTHER, (float(best[0]), float(best[1]))) if best is not None else None


def _starts(evidence: list[Evidence], layers: frozenset[str]) -> Iterator[Array]:
    """Start from where shapes of one name lie in the other layer, else from rings around where the layer is."""
    yield np.zeros(2)
    middles = [one for one in evidence if one.kind == "middles"]
    for one in middles:
        assert one.onto is not None
        yield _sign(one, layers) * np.median(one.points - one.onto(one.points), axis=0)
    for radius in STARTS_M if not middles else ():
        for turn in np.arange(8) * np.pi / 4:
            yield radius * np.array([np.sin(turn), np.cos(turn)])


def _sign(one: Evidence, layers: frozenset[str]) -> int:
    """The points themselves are shifted, or the shapes that they should lie on: then the points go the other way."""
    return 1 if one.a in layers else -1


def _descended(on_lines: list[Evidence], layers: frozenset[str], start: Array) -> Array:
    """Shift at which the nearest share of points lies on its lines, by least squares along the normals."""
    shift = start
    for _ in range(STEPS):
        normals, gaps = [], []
        for one in on_lines:
            sign = _sign(one, layers)
            moved = one.points[::2] - sign * shift
            assert one.onto is not None
            away = one.onto(moved) - moved
            length = np.hypot(*away.T)
            near = np.argsort(length)[: max(2, round(one.keep * len(length)))]
            near = near[length[near] > 1e-9]
            normals.append(sign * away[near] / length[near, None])
            gaps.append(length[near])
        matrix, left = np.vstack(normals), np.concatenate(gaps)
        if len(left) < 3:
            break
        step = np.linalg.lstsq(matrix, -left, rcond=None)[0]
        shift = shift + step
        if np.hypot(*step) < 0.01:
            break
    return shift
