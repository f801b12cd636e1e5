"""Checks the tables of an area, whoever made them: keys, parents, counts, shapes; gives all problems as a table.

Nothing is raised here and nothing is changed. What reading has already reported is not said twice.
"""

import pandas as pd

from pipeline.check.counts import check_counts, check_sizes
from pipeline.check.keys import check_keys
from pipeline.check.overlapping import check_overlaps, overlaps
from pipeline.check.parents import check_parents, check_two_subdistricts
from pipeline.check.parts import check_parts
from pipeline.check.shapes import check_shapes
from pipeline.errors import problem, problems_table
from pipeline.results import Area

__all__ = ["check_area", "overlaps"]


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
        *check_sizes(area),
        *check_overlaps(area.units),
        *check_parts(area.units),
    ]
    source = _units_file(area)
    fresh = [row | {"source": row["source"] or source} for row in rows if (row["problem"], row["id"]) not in known]
    if "negative count" in {name for name, _ in known}:
        fresh = [row for row in fresh if row["problem"] != "negative count"]
    return problems_table(fresh)


def _units_file(area: Area) -> str:
    section = area.settings.units or area.settings.communities
    if section is None:
        return ""
    return section.path if isinstance(section.path, str) else ", ".join(section.path)


def _no_units(area: Area) -> dict[str, str]:
    return problem(
        "error", "units", "empty layer", "The area has no units.", "Check the layer of units.", source=_units_file(area)
    )
