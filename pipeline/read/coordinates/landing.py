"""Where layers lie on the earth, and which of them lie together: how one layer confirms the system of another."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.read.coordinates.claims import Claim, ordered
from pipeline.read.coordinates.guess import Guess
from pipeline.read.coordinates.systems import lonlat

AROUND_KM = 2.0
"""A layer lies together with another where most of it lies within the other's box, grown by its own diagonal (layers
of neighbouring subdistricts do not overlap) and this much."""

TOGETHER = 0.5
"""Share of a layer's points that must lie there. A wrong zone is 200 km off or more."""

SAME_PLACE = 0.01
"""Degrees within which two candidates are one: datums move places less than that."""

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Footing:
    """Points of a layer on the earth, degrees."""

    places: np.ndarray

    @cached_property
    def box(self) -> np.ndarray:
        """West, south, east, north of nearly all points: one feature that slipped away does not stretch it."""
        low, high = np.quantile(self.places, [0.02, 0.98], axis=0, method="nearest")
        return np.array([*low, *high])

    @cached_property
    def grown(self) -> np.ndarray:
        """The box grown by its diagonal and AROUND_KM on every side."""
        west, south, east, north = self.box
        narrow = max(0.1, float(np.cos(np.radians((south + north) / 2))))
        across = float(np.hypot((east - west) * narrow, north - south)) + AROUND_KM / KM_PER_DEGREE
        return self.box + across * np.array([-1 / narrow, -1, 1 / narrow, 1])

    def share_in(self, other: "Footing") -> float:
        """Share of the points that lie in the grown box of another layer."""
        west, south, east, north = other.grown
        lon, lat = self.places.T
        return float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())


def footing(claim: Claim, guess: Guess | None = None) -> Footing | None:
    """Place a layer by the system it is believed in, or by a guess; None where there is nothing to place."""
    crs, swapped = (claim.crs, claim.swapped) if guess is None else (guess.crs, guess.swapped)
    if crs is None or not len(claim.xy):
        return None
    places = lonlat(crs, ordered(claim.xy, swapped))
    places = places[np.isfinite(places).all(axis=1)]
    return Footing(places) if len(places) else None


def together(one: Footing, other: Footing) -> float:
    """How much of one layer lies with another, 0 to 1; roads of a whole city lie with the units of a district."""
    return max(one.share_in(other), other.share_in(one))


def distance_km(one: Footing, other: Footing) -> float:
    """Distance between the middles of two layers, km."""
    (west, south), (east, north) = np.median(one.places, axis=0), np.median(other.places, axis=0)
    narrow = float(np.cos(np.radians((south + north) / 2)))
    return float(np.hypot((east - west) * narrow, north - south)) * KM_PER_DEGREE


def clusters(footings: dict[int, Footing]) -> list[list[int]]:
    """Group layers that lie together, directly or through others; each group sorted, in order of its first layer."""
    left, groups = list(footings), []
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [key for key in left if together(footings[member], footings[key]) >= TOGETHER]
            group += near
            left = [key for key in left if key not in near]
        groups.append(sorted(group))
    return groups


def landings(claim: Claim, found: list[Guess], ground: Footing) -> list[tuple[Guess, float]]:
    """Guesses that bring a layer to where the others lie, with the share of it there, one for each place."""
    landed: list[tuple[Guess, float]] = []
    places: list[np.ndarray] = []
    for guess in found:
        own = footing(claim, guess)
        share = together(own, ground) if own is not None else 0.0
        if own is None or share < TOGETHER:
            continue
        middle = np.median(own.places, axis=0)
        if all(np.abs(middle - other).max() > SAME_PLACE for other in places):
            places.append(middle)
            landed.append((guess, share))
    return landed
