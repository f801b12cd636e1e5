"""Checks the tables of an area, whoever made them: keys, parents, counts, shapes, and how they nest.

All problems are given as one table; nothing is raised here and nothing is changed. What reading has already reported
is not said twice.
"""

import pandas as pd

from pipeline.check.counts import check_counts, check_sizes
from pipeline.check.keys import check_keys
from pipeline.check.nesting import check_nesting
from pipeline.check.overlapping import check_overlaps
from pipeline.check.parents import check_parents, check_two_subdistricts
from pipeline.check.parts import check_parts, check_unit_parts
from pipeline.check.rows import Rows, file_of
from pipeline.check.same import check_same_shapes, same_shapes
from pipeline.check.shapes import check_outlines, check_shapes, check_tiny
from pipeline.coverage import usable
from pipeline.errors import problem, problems_table
from pipeline.measures import dissolved
from pipeline.results import Area
from pipeline.schema import OFFSET

__all__ = ["check_area"]


def check_area(area: Area) -> pd.DataFrame:
    """Find every fault of the tables of an area (schema.PROBLEMS_CSV), beyond what `area.problems` holds.

    Errors stop a run: duplicate keys, negative counts, units without parents, communities in two subdistricts, shapes
    that are missing, broken or no polygons, no CRS, no units. Warnings and notes do not.
    """
    known = set(zip(area.problems["problem"], area.problems["id"], strict=True))
    if area.units.empty:
        return problems_table([] if (area.problems["severity"] == "error").any() else [_no_units(area)])
    rows = [
        *check_keys(area.units),
        *check_counts(area.units),
        *check_parents(area.units, known),
        *check_two_subdistricts(area.units),
        *check_shapes(area.units),
        *check_outlines(area),
        *check_sizes(area),
        *_geometry(area),
    ]
    source = _units_file(area)
    fresh = [row | {"source": row["source"] or source} for row in rows if (row["problem"], row["id"]) not in known]
    if "negative count" in {name for name, _ in known}:
        fresh = [row for row in fresh if row["problem"] != "negative count"]
    return problems_table(fresh)


def _geometry(area: Area) -> Rows:
    """Check what the shapes of units and the polygons of communities and subdistricts are to one another."""
    units = area.units.iloc[usable(area.units)]
    placed = units[units["community"] != ""]
    unions = dissolved(placed.geometry, placed["community"])
    twice = same_shapes(area.units)
    return [
        *check_tiny(units),
        *check_same_shapes(area.units, twice),
        *check_overlaps(area.units, twice),
        *check_parts(units, unions, area.communities),
        *check_unit_parts(units),
        *_after_offset(check_nesting(area, units, unions), area.problems),
    ]


def _after_offset(rows: Rows, found: pd.DataFrame) -> Rows:
    """Say less of how layers nest while one of them seems to lie off: that follows from it, and is not to be mended."""
    if not ((found["problem"] == OFFSET) & (found["severity"] == "warning")).any():
        return rows
    first = "Settle the suspected map offset first; this may follow from it."
    return [row | {"severity": "note", "advice": first} if row["severity"] == "warning" else row for row in rows]


def _units_file(area: Area) -> str:
    return file_of(area.settings, "units", "communities")


def _no_units(area: Area) -> dict[str, str]:
    return problem(
        "error", "units", "empty layer", "The area has no units.", "Check the layer of units.", source=_units_file(area)
    )
