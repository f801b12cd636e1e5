"""Checks the counts: none is negative, which are unknown, which are 0 or too large for the rules."""

import geopandas as gpd

from pipeline.check.rows import Rows, listing, unit_faults
from pipeline.errors import problem
from pipeline.results import Area


def check_counts(units: gpd.GeoDataFrame) -> Rows:
    """Find negative counts; note units without population."""
    rows = []
    for column in ("households", "population"):
        negative = (units[column] < 0).fillna(False).to_numpy(dtype="bool")
        rows += unit_faults(units, negative, "negative count", f"have negative {column}", "Counts are 0 or more.")
    unknown = units["population"].isna()
    if unknown.any():
        said = "No unit has" if unknown.all() else f"{unknown.sum()} of {len(units)} units have no"
        detail = f"{said} population; indicators that need it are not judged there."
        advice = "Add the column population (常住人口) where it is known."
        rows.append(problem("note", "units", "units without population", detail, advice))
    return rows


def check_sizes(area: Area) -> Rows:
    """Find units above the upper limit of the rules, and units and communities without households."""
    rows = []
    units, upper = area.units, area.rules.upper
    large = (units["households"] > upper).to_numpy()
    if large.any():
        shown = listing(f"{unit} ({count})" for unit, count in units.loc[large, "households"].items())
        detail = f"{large.sum()} units have more than {upper} households: {shown}."
        advice = (
            "A unit is never cut: their communities cannot be brought within the limits. Divide the units if possible."
        )
        rows.append(problem("warning", "units", "unit above upper limit", detail, advice))
    bare = units.index[units["households"] == 0]
    # where counts could not be read they stand as 0, and that was said
    if len(bare) and not (area.problems["severity"] == "error").any():
        detail = f"{len(bare)} units have no households: {listing(bare)}."
        advice = "Nothing to do if nobody lives there."
        rows.append(problem("note", "units", "units without households", detail, advice))
    empty = area.communities.index[area.communities["households"] == 0]
    if len(empty):
        detail = f"{len(empty)} communities have no households: {listing(empty)}."
        rows.append(problem("warning", "communities", "community without households", detail, "Check their counts."))
    return rows
