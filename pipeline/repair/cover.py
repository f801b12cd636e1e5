"""Mends what units have in common: overlaps, gaps and fragments, only where the drawing is at fault."""

import logging
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import HAIRLINE_M, cut_into_faces, sides_of, with_corners
from pipeline.repair.chords import Chords, find_chords
from pipeline.repair.fragments import join_fragments
from pipeline.repair.ground import Drawing, Ground
from pipeline.repair.log import Row, change
from pipeline.repair.middle import divide
from pipeline.repair.openings import Openings, at_ends, end_corners, find_openings
from pipeline.repair.overlaps import give_overlaps

log = logging.getLogger("pipeline")


ROUNDS = 5
"""Times that a drawing is gone through at most."""


class Mended(NamedTuple):
    """Shapes (n,) after the repair, and the account of it."""

    shapes: np.ndarray
    rows: list[Row]


def mend_cover(drawing: Drawing, lines: gpd.GeoDataFrame) -> Mended:
    """Mend overlaps, gaps, strips and fragments of sound polygons; shapes that no fault touches stay bit by bit.

    Where the mouth of a gap was closed, a narrow notch may be left outside it: it is looked at again until nothing is
    found, so that a second repair has nothing to do.
    """
    shapes = drawing.shapes
    rows: list[Row] = []
    for _ in range(ROUNDS):
        mended = _mended_once(drawing._replace(shapes=shapes), lines)
        shapes, rows = mended.shapes, [row for row in rows if row.done] + mended.rows
        if not any(row.done for row in mended.rows):
            break
    return Mended(shapes, rows)


def _mended_once(drawing: Drawing, lines: gpd.GeoDataFrame) -> Mended:
    chords = find_chords(drawing.shapes, max(drawing.gap_m, drawing.limits.strips_m))
    working = _at_fault(drawing.shapes, chords)
    if not len(working):
        return Mended(drawing.shapes, [])
    try:
        mended = _mend(drawing, working, chords, lines, exact=True)
        if shapely.is_valid(mended.shapes).all():
            return mended
    except shapely.GEOSException:
        # Lines that meet at very small angles can cross when corners go back from the grid to their own places.
        log.info("corners stay on the grid of the faces")
    return _mend(drawing, np.arange(len(drawing.shapes)), chords, lines, exact=False)


def _at_fault(shapes: np.ndarray, chords: Chords) -> np.ndarray:
    """Find the units (positions) whose edges break the coverage or that stand near others, and all that touch them."""
    fault = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    fault[chords.ends.ravel()] = True
    touching = shapely.STRtree(shapes).query(shapes[fault], predicate="intersects")[1]
    return np.unique(touching)


def _mend(drawing: Drawing, working: np.ndarray, chords: Chords, lines: gpd.GeoDataFrame, *, exact: bool) -> Mended:
    marks = np.concatenate([chords.lines, chords.stubs])
    ground = Ground(*cut_into_faces(drawing.shapes, working, marks, exact=exact))
    sides = sides_of(ground.faces)
    ground, rows = give_overlaps(ground, sides, drawing)
    openings = find_openings(ground, sides, drawing, lines)
    left_out = at_ends(ground, sides, openings)
    ground = Ground(
        with_corners(ground.faces, end_corners(ground, sides, openings, drawing.limits.snap_m)), ground.covers
    )
    ground, more = _divided(ground, openings, left_out, drawing)
    rows += more
    ground, more = join_fragments(ground, sides_of(ground.faces), drawing)
    rows += more
    if not any(row.done for row in rows) and not _mismatched(drawing.shapes[working]):
        return Mended(drawing.shapes, rows)
    shapes = _put_together(ground, drawing, working)
    return Mended(_as_drawn_where_possible(shapes, drawing.shapes, working), rows)


def _mismatched(shapes: np.ndarray) -> bool:
    return not shapely.coverage_is_valid(shapes)


def _divided(ground: Ground, openings: Openings, left_out: pd.MultiIndex, drawing: Drawing) -> tuple[Ground, list[Row]]:
    """Divide the openings between the units around; the account says how much each got."""
    if not len(openings.faces):
        return ground, []
    owner = ground.owner()
    around = np.flatnonzero(owner >= 0)
    land = ground.faces[openings.faces]
    shares = divide(land, openings.opening, ground.faces[around], owner[around], left_out)
    kept = np.setdiff1d(np.arange(len(ground.faces)), openings.faces)
    place = np.full(len(ground.faces), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    covers = ground.covers.assign(face=place[ground.covers["face"]])
    added = pd.DataFrame({"face": len(kept) + np.arange(len(shares.shapes)), "unit": shares.owner})
    faces = with_corners(ground.faces[kept], shares.corners)
    fresh = Ground(np.concatenate([faces, shares.shapes]), pd.concat([covers, added], ignore_index=True))
    gained = pd.DataFrame({"opening": shares.opening, "unit": shares.owner})
    gained["area"] = shapely.area(shares.shapes)
    return fresh, _rows(openings, gained.groupby(["opening", "unit"])["area"].sum(), drawing)


def _rows(openings: Openings, gained: pd.Series, drawing: Drawing) -> list[Row]:
    limit = {"gap": f"gap_m = {drawing.limits.gap_m:g}", "strip": f"strips_m = {drawing.limits.strips_m:g}"}
    rows = []
    for opening, got in gained.groupby("opening"):
        width, kind = float(openings.width_m[opening]), str(openings.kind[opening])
        if width > HAIRLINE_M:
            ids = drawing.ids[got.index.get_level_values("unit")]
            after = "; ".join(f"{unit} got {area:.1f} m²" for unit, area in zip(ids, got, strict=True))
            text = ("land of no unit", after, f"not wider than {limit[kind]}, divided down its middle")
            rows.append(change(kind, ids, openings.shapes[opening], *text, width_m=width))
    return rows


def _put_together(ground: Ground, drawing: Drawing, working: np.ndarray) -> np.ndarray:
    """Unite the faces of each working unit; gives all shapes (n,)."""
    shapes = drawing.shapes.copy()
    covers = ground.covers[ground.covers["unit"].isin(working)].sort_values(["unit", "face"])
    for unit, faces in covers.groupby("unit")["face"]:
        shapes[unit] = shapely.coverage_union_all(ground.faces[faces.to_numpy()])
    return shapes


def _as_drawn_where_possible(fresh: np.ndarray, drawn: np.ndarray, working: np.ndarray) -> np.ndarray:
    """Put back the shapes as they were drawn where nothing changed but the order of corners, or corners on a line.

    A corner on a line that a neighbour needs stays.
    """
    same = np.zeros(len(fresh), dtype=bool)
    same[working] = shapely.hausdorff_distance(fresh[working], drawn[working]) <= HAIRLINE_M
    same[working] &= np.abs(shapely.area(fresh[working]) - shapely.area(drawn[working])) <= HAIRLINE_M
    shapes = np.where(same, drawn, fresh)
    wanted = same & ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    return np.where(wanted, fresh, shapes)
