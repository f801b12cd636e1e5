"""The same proposals for any map: units with counts, the groups they form today, and limits; no area, no rule set.

Communities and households are one case of it. Tracts made of block groups, school zones of blocks or beats of cells are
others: whatever is a group of touching units whose count must lie within two limits.
"""

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem, problems_table, raise_errors
from pipeline.graph import adjacency
from pipeline.propose.rename import with_names
from pipeline.results import Proposal
from pipeline.rules import load_rules
from pipeline.settings import SolveSection

EVERYWHERE = "all"
"""The outer group where none is given."""


def adjust(
    units: gpd.GeoDataFrame,
    *,
    lower: int,
    upper: int,
    counts: str = "households",
    plan: str = "community",
    within: str | None = None,
    anchor: str | None = None,
    edges: pd.DataFrame | None = None,
    new_name: str = "{within} new {number}",
    seconds: float = 60.0,
    seed: int = 0,
    jobs: int = 1,
    report: Callable[[str], None] | None = None,
) -> Proposal:
    """Bring every group of units within [lower, upper] with the least change, as far as that is possible.

    `units`: polygons in a CRS in metres, on a unique index, one row each, with these columns: `counts` (whole, >= 0),
    `plan` (the group of today), `within` (the outer group that no plan crosses; none: the whole map is one), `anchor`
    (true in the unit that its group never loses; none: a group keeps at least one of its units). `edges`: an adjacency
    table (schema.EDGES) where the map's own is not wanted. `seconds`: limit for one outer group.

    Minimised in this order in every outer group: counts outside the limits; groups created and abolished; counts moved
    to another group; metres of new border. The proposal's `plan` is a Series over the index; `subdistricts` has
    proof, objective, bound and gap of every outer group; `left` names the groups that stay outside, with why. Raises
    InputError where columns are missing, counts are no whole numbers, or a group lies in two outer groups.
    """
    from pipeline.propose import propose_compliance  # the package imports this module

    named = _named(units, counts, plan, within, anchor)
    rules = load_rules({"lower": lower, "upper": upper, "merge_under": lower, "split_over": upper})
    if edges is None:
        edges = adjacency(named, rules=rules)
    solve = SolveSection(seconds=seconds, seed=seed)
    proposal = propose_compliance(named, edges, rules, solve, jobs=jobs, report=report)
    proposal = with_names(proposal, _fresh(proposal, named, new_name), named["community"])
    return _on_index(proposal, units)


def _named(units: gpd.GeoDataFrame, counts: str, plan: str, within: str | None, anchor: str | None) -> gpd.GeoDataFrame:
    """Bring the table to the names of `pipeline.schema.UNITS`; every fault is told."""
    rows = []
    missing = [name for name in (counts, plan, within, anchor) if name is not None and name not in units.columns]
    for name in missing:
        known = ", ".join(str(column) for column in units.columns)
        rows.append(problem("error", "units", "missing column", f"No column {name}.", f"Columns: {known}.", id=name))
    if not units.index.is_unique:
        twice = str(units.index[units.index.duplicated()][0])
        rows.append(
            problem("error", "units", "duplicate unit ids", f"{twice} is there twice.", "Make the index unique.")
        )
    if not units.crs or units.crs.is_geographic:
        advice = "Use units.to_crs(...) with a system in metres."
        rows.append(problem("error", "units", "no CRS", f"The CRS is {units.crs}.", advice))
    raise_errors(problems_table(rows))
    numbers = pd.to_numeric(units[counts], errors="coerce")
    odd = units.index[(numbers.isna() | (numbers < 0) | (numbers % 1 != 0)).to_numpy()]
    if len(odd):
        detail = f"{counts} of {len(odd)} units is no whole number of 0 or more, such as {units.loc[odd[0], counts]!r}."
        rows.append(problem("error", "units", "bad value", detail, "Round or fill them first.", id=str(odd[0])))
    for name in [plan] if within is None else [plan, within]:
        blank = units.index[units[name].isna().to_numpy()]
        if len(blank):
            detail = f"{name} of {len(blank)} units is blank."
            rows.append(problem("error", "units", "bad value", detail, "Give every unit a group.", id=str(blank[0])))
    outer = pd.Series(EVERYWHERE, units.index) if within is None else units[within]
    crossing = outer.groupby(units[plan]).nunique()
    for name in crossing.index[crossing > 1]:
        detail = f"{plan} {name} lies in {crossing[name]} of {within}."
        rows.append(problem("error", "units", "bad value", detail, f"Split it at the line of {within}.", id=str(name)))
    raise_errors(problems_table(rows))
    return gpd.GeoDataFrame(
        {
            "households": numbers.astype("int64").to_numpy(),
            "community": units[plan].astype("str").to_numpy(),
            "subdistrict": outer.astype("str").to_numpy(),
            "anchor": False if anchor is None else units[anchor].fillna(False).astype(bool).to_numpy(),
        },
        geometry=units.geometry.to_numpy(),
        index=pd.Index(units.index.astype("str"), name="unit_id"),
        crs=units.crs,
    )


def _fresh(proposal: Proposal, units: gpd.GeoDataFrame, pattern: str) -> dict[str, str]:
    """Names of the created groups by `pattern`, numbered inside their outer group."""
    home = units["subdistrict"].groupby(proposal.plan.reindex(units.index)).first()
    taken, names = set(units["community"]), {}
    number: dict[str, int] = {}
    for name in sorted(set(proposal.plan) - taken, key=lambda new: (str(home[new]), len(new), new)):
        outer = str(home[name])
        while (called := pattern.format(within=outer, number=number.setdefault(outer, 1))) in taken:
            number[outer] += 1
        names[name] = called
        taken.add(called)
    return names


def _on_index(proposal: Proposal, units: gpd.GeoDataFrame) -> Proposal:
    """Put the plan back on the index that was given, whatever its type."""
    plan = proposal.plan.reindex(units.index.astype("str")).set_axis(units.index)
    return replace(proposal, plan=plan)
