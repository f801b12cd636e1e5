"""Finds the open land between units that is to be divided: gaps, and strips along roads where they are asked for."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import owner_sides, widths
from pipeline.repair.ground import Drawing, Ground, clusters, united

MOST_MOUTH = 0.2
"""Open land whose mouths are more than so much of its outline is a corner of the drawing, not a gap: between two
outlines that meet at 90 degrees it is 0.41, at 30 degrees 0.2."""

MOST_WIDENING = 1.5
"""Where gaps or strips cross, the open land is wider than each of them, at most by so much."""

LEAST_LENGTH = 3.0
"""A strip is so much longer than wide; what is more compact is a plot or a pond."""

SHORT_END = 1.5
"""A unit whose sides at a gap are not longer than so many times its width stands at an end of the gap."""

QUARTERED = 8.0
"""A side so much longer than its opening is wide gets corners at its quarters, so that a wedge is divided evenly."""

NEAR_ROAD_M = 5.0
"""A strip has a road in it, or so near beside it."""


class Openings(NamedTuple):
    """Faces to be divided (positions), the opening of each, its width; shapes, widths and kinds of the openings."""

    faces: np.ndarray
    opening: np.ndarray
    face_m: np.ndarray
    shapes: np.ndarray
    width_m: np.ndarray
    kind: np.ndarray


def find_openings(ground: Ground, sides: pd.DataFrame, drawing: Drawing, lines: gpd.GeoDataFrame) -> Openings:
    """Find the gaps up to gap_m, then among the rest the strips along roads up to strips_m."""
    covered = np.zeros(len(ground.faces), dtype=bool)
    covered[ground.covers["face"]] = True
    gaps = _openings(ground, sides, covered, np.flatnonzero(~covered), drawing, "gap")
    if drawing.limits.strips_m <= drawing.gap_m:
        return gaps
    rest = np.setdiff1d(np.flatnonzero(~covered), gaps.faces)
    rest = rest[~_crossed(ground.faces[rest], lines[lines["kind"] != "road"], 0.0)]
    strips = _openings(ground, sides, covered, rest, drawing, "strip")
    along = 2 * strips.width_m * LEAST_LENGTH <= shapely.length(strips.shapes)
    roads = lines[lines["kind"] == "road"]
    if len(roads):
        along &= _crossed(strips.shapes, roads, NEAR_ROAD_M)
    strips = _only(strips, along)
    both = zip(gaps, strips._replace(opening=strips.opening + len(gaps.shapes)), strict=True)
    return Openings(*(np.concatenate(tables) for tables in both))


def _openings(
    ground: Ground, sides: pd.DataFrame, covered: np.ndarray, faces: np.ndarray, drawing: Drawing, kind: str
) -> Openings:
    """Find the openings of one kind among faces: those no wider than its limit, joined where they touch."""
    limit_m = drawing.gap_m if kind == "gap" else drawing.limits.strips_m
    snap_m, wider_chords = drawing.limits.snap_m, drawing.limits.strips_m > drawing.gap_m
    face_m = widths(ground.faces[faces], limit_m)
    narrow, face_m = faces[face_m <= limit_m], face_m[face_m <= limit_m]
    member = np.full(len(covered), -1, dtype=np.int64)
    member[narrow] = 0
    group = clusters(len(covered), sides, member)
    number, shapes = united(ground.faces, group, narrow)
    opening = np.searchsorted(number, group[narrow])
    mouth = sides[(member[sides["face"]] == 0) & ~_closed(sides["other"].to_numpy(), covered | (member == 0))]
    at = np.searchsorted(number, group[mouth["face"]])
    mouths = np.bincount(at, weights=mouth["length"], minlength=len(shapes))
    width = np.zeros(len(shapes))
    np.maximum.at(width, opening, face_m)
    if wider_chords:  # they cut what is wide into narrow faces
        width = widths(shapes, snap_m)
    real = (mouths <= MOST_MOUTH * shapely.length(shapes)) & (width <= MOST_WIDENING * limit_m)
    return _only(Openings(narrow, opening, face_m, shapes, width, np.full(len(shapes), kind, dtype="object")), real)


def _closed(beyond: np.ndarray, closing: np.ndarray) -> np.ndarray:
    """Say of each side whether a face that closes the opening lies beyond it."""
    return (beyond >= 0) & closing[beyond]


def _only(openings: Openings, kept: np.ndarray) -> Openings:
    """Keep some openings, renumbered."""
    taken = kept[openings.opening]
    renumbered = np.cumsum(kept) - 1
    faces, face_m = openings.faces[taken], openings.face_m[taken]
    shapes, width, kind = (table[kept] for table in openings[3:])
    return Openings(faces, renumbered[openings.opening[taken]], face_m, shapes, width, kind)


def _crossed(shapes: np.ndarray, lines: gpd.GeoDataFrame, near_m: float) -> np.ndarray:
    """Say which shapes have one of the lines within `near_m`."""
    crossed = np.zeros(len(shapes), dtype=bool)
    if len(shapes) and len(lines):
        _, shape = shapely.STRtree(shapes).query(lines.geometry.to_numpy(), predicate="dwithin", distance=near_m)
        crossed[shape] = True
    return crossed


def end_corners(ground: Ground, sides: pd.DataFrame, openings: Openings, snap_m: float) -> pd.DataFrame:
    """Find where long sides of openings need a corner, as far from their ends as the opening is wide.

    Without it the unit at the short end of a long gap would reach far between the units on its long sides. Columns as
    in `coverage.with_corners`.
    """
    width = pd.Series(openings.face_m, index=openings.faces)
    outline = sides["face"].isin(openings.faces) & sides["other"].isin(ground.covers["face"])
    long = sides[outline].assign(width=lambda table: table["face"].map(width))
    long = long[long["length"] > LEAST_LENGTH * long["width"]]
    share = (long["width"] / long["length"]).to_numpy()
    quarters = (long["length"] > QUARTERED * long["width"]) & (long["width"] > snap_m)
    tables = [_on(long, share), _on(long, 1 - share), *(_on(long[quarters], part) for part in (0.25, 0.5, 0.75))]
    return pd.concat(tables, ignore_index=True)


def at_ends(ground: Ground, sides: pd.DataFrame, openings: Openings) -> pd.MultiIndex:
    """Find the units that stand at the end of a gap between others: pairs (opening, unit).

    They get nothing of it, or they would push in between the two that face each other. Where fewer than two units
    have longer sides, as in the hole between four corners, nobody stands at an end.
    """
    place = pd.Series(np.arange(len(openings.faces)), index=openings.faces)
    own = owner_sides(sides[sides["face"].isin(openings.faces)], ground.owner())
    own["opening"] = openings.opening[place.reindex(own["face"])]
    length = own.groupby(["opening", "unit"], as_index=False)["length"].sum()
    gap = openings.kind[length["opening"]] == "gap"
    short = gap & (length["length"] <= SHORT_END * openings.width_m[length["opening"]]).to_numpy()
    long = length["opening"].map((~pd.Series(short)).groupby(length["opening"].to_numpy()).sum())
    return pd.MultiIndex.from_frame(length.loc[short & (long >= 2).to_numpy(), ["opening", "unit"]])


def _on(sides: pd.DataFrame, share: np.ndarray | float) -> pd.DataFrame:
    """Set a point on each side, at a share of its way."""
    x, y = (sides[f"{axis}0"] + share * (sides[f"{axis}1"] - sides[f"{axis}0"]) for axis in ("x", "y"))
    return sides[["x0", "y0", "x1", "y1"]].assign(x=x, y=y)
