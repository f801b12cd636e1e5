"""Reads an area: opens its files, joins counts to shapes, and tells every fault with file, sheet, row or feature.

The rooms, in the order they are used: opening (sheets and layers, columns, cells, coordinates), names, units (outlines
by overlap, buildings), joins, offices, communities, lines, forecast. Files are only ever read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from pipeline.errors import problems_table
from pipeline.read.buildings import make_buildings
from pipeline.read.communities import communities_table
from pipeline.read.coordinates import find_offsets
from pipeline.read.crossings import make_crossings
from pipeline.read.decisions import make_decisions, with_declared_parts
from pipeline.read.edits import read_edits
from pipeline.read.forecast import make_forecast
from pipeline.read.joins.by_name import is_per_compound, with_unit_ids
from pipeline.read.joins.join import join_counts
from pipeline.read.joins.plausible import Remarked, implausible
from pipeline.read.joins.traces import trace_counts
from pipeline.read.lines import make_lines
from pipeline.read.names.homonyms import keep_apart
from pipeline.read.names.spelling import one_spelling, remarked
from pipeline.read.offices import anchors, make_premises, shown_premises
from pipeline.read.opening import hashes, open_sources
from pipeline.read.outlines import make_outlines
from pipeline.read.sources import Rows, Source
from pipeline.read.units import draw_units, placed, two_parents, with_parents
from pipeline.results import Area
from pipeline.rules import RuleSet
from pipeline.schema import columns
from pipeline.settings import Settings

__all__ = ["read_area"]


@dataclass(frozen=True)
class _Places:
    """The joined tables of an area."""

    units: gpd.GeoDataFrame
    communities: pd.DataFrame
    premises: gpd.GeoDataFrame | None
    reconciliation: list[dict[str, object]]
    rows: Rows
    counts: pd.DataFrame | None = None


def read_area(settings: Settings, rules: RuleSet, *, report: Callable[[str], None] | None = None) -> Area:
    """Read and join everything that area.toml names.

    Content faults are never raised: they stand in `Area.problems` (severity error), with empty tables where nothing
    could be read, so that one message can list them all. `report` gets a line for each step.
    """
    tell = report if report is not None else lambda _: None
    opened = open_sources(settings, rules, tell)
    sources, rows = one_spelling(opened.sources)
    sources, found = keep_apart(sources)
    rows += found
    offsets, suspected = find_offsets(sources, settings)
    tell("joining counts to shapes")
    usable = "units" in sources or (settings.units is None and "communities" in sources)
    places = _join(sources, rules.measure, remarked(opened.sources)) if usable else _nothing(opened.crs)
    lines, found = make_lines(sources, rules, opened.crs)
    buildings, more = make_buildings(sources)
    edits, told = read_edits(settings)
    decisions, faulty = make_decisions(sources, places.units, places.communities) if usable else (None, [])
    forecast, books, awry = make_forecast(places.units, places.communities, sources, settings, rules)
    return Area(
        settings=settings,
        rules=rules,
        units=places.units,
        communities=with_declared_parts(places.communities, decisions),
        lines=lines,
        premises=places.premises,
        problems=problems_table([*opened.rows, *rows, *suspected, *places.rows, *found, *more, *told, *faulty, *awry]),
        reconciliation=_books([*places.reconciliation, *books]),
        inputs=hashes(settings),
        outlines=make_outlines(sources),
        buildings=buildings,
        crossings=make_crossings(sources),
        edits=edits,
        counts=places.counts,
        decisions=decisions,
        columns=pd.DataFrame(
            [row for source in sources.values() for row in source.columns], columns=columns("columns.csv"), dtype="str"
        ),
        offsets=offsets,
        forecast=forecast,
    )


def _join(sources: dict[str, Source], measure: str, remarks: Remarked) -> _Places:
    """Draw the units, find their parents, give them their counts and anchors; `remarks`: see `names.remarked`."""
    bare = draw_units(sources)
    sources, named = _named_compounds(bare.units, sources)
    drawn = with_parents(bare, sources)
    joined = join_counts(drawn.units, drawn.source, sources, measure)
    premises, found = make_premises(joined.units, sources)
    anchor, more = anchors(joined.units, premises, drawn.source)
    counted = joined.units["households"].fillna(0).astype("int64")
    units = joined.units.assign(anchor=anchor, households=counted)
    rows = [*named, *drawn.rows, *joined.rows, *two_parents(units, sources), *found, *more]
    communities = communities_table(units, sources, premises)
    counts = trace_counts(units, communities, drawn, joined.told, sources)
    rows += implausible(communities, counts, remarks)
    return _Places(
        units.set_index("unit_id"), communities, shown_premises(premises), joined.reconciliation, rows, counts
    )


def _named_compounds(units: gpd.GeoDataFrame, sources: dict[str, Source]) -> tuple[dict[str, Source], Rows]:
    """Find the units that a table per compound speaks of by name."""
    table = sources.get("households")
    if table is None or "units" not in sources or not is_per_compound(table, units):
        return sources, []
    table, rows = with_unit_ids(table, placed(units, sources))
    return {**sources, "households": table}, rows


def _nothing(crs: object | None) -> _Places:
    """Make empty tables, for an area whose units cannot be read."""
    types = {"households": "int64", "population": "Int64", "anchor": "bool"}
    empty = {name: pd.Series(dtype=types.get(name, "str")) for name in columns("units")}
    units = gpd.GeoDataFrame(pd.DataFrame(empty), geometry=gpd.GeoSeries([], crs=crs), crs=crs).set_index("unit_id")
    communities = communities_table(units.reset_index(), {}, None)
    return _Places(units, communities, None, [], [])


def _books(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Make the reconciliation table (schema.RECONCILIATION); sums that were not read are NA."""
    table = pd.DataFrame(rows, columns=columns("reconciliation.csv"))
    return table.astype(dict.fromkeys(columns("reconciliation.csv")[3:], "Int64"))
