"""Reads an area: opens its files, joins counts to shapes, and tells every fault with file, sheet, row or feature.

The rooms, in the order they are used: opening (layers, tables, columns, values, coordinates), names, units (overlap),
join (apportion), offices, communities, lines. Files are only ever read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from pipeline.errors import problems_table
from pipeline.read.communities import communities_table
from pipeline.read.coordinates import find_offsets
from pipeline.read.join import join_counts
from pipeline.read.lines import make_lines
from pipeline.read.names import one_spelling
from pipeline.read.offices import anchors, make_premises, shown_premises
from pipeline.read.opening import hashes, open_sources
from pipeline.read.sources import Rows, Source
from pipeline.read.units import draw_units, two_parents, with_parents
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


def read_area(settings: Settings, rules: RuleSet, *, report: Callable[[str], None] | None = None) -> Area:
    """Read and join everything that area.toml names.

    Content faults are never raised: they stand in `Area.problems` (severity error), with empty tables where nothing
    could be read, so that one message can list them all. `report` gets a line for each step.
    """
    tell = report if report is not None else lambda _: None
    opened = open_sources(settings, rules, tell)
    sources, rows = one_spelling(opened.sources)
    offsets, suspected = find_offsets(sources, settings)
    tell("joining counts to shapes")
    usable = "units" in sources or (settings.units is None and "communities" in sources)
    places = _join(sources) if usable else _nothing(opened.crs)
    lines, found = make_lines(sources, rules, opened.crs)
    return Area(
        settings=settings,
        rules=rules,
        units=places.units,
        communities=places.communities,
        lines=lines,
        premises=places.premises,
        problems=problems_table([*opened.rows, *rows, *suspected, *places.rows, *found]),
        reconciliation=_books(places.reconciliation),
        inputs=hashes(settings),
        offsets=offsets,
    )


def _join(sources: dict[str, Source]) -> _Places:
    """Draw the units, find their parents, give them their counts and anchors."""
    drawn = with_parents(draw_units(sources), sources)
    joined = join_counts(drawn.units, drawn.source, sources)
    premises, found = make_premises(joined.units, sources)
    anchor, more = anchors(joined.units, premises, drawn.source)
    counted = joined.units["households"].fillna(0).astype("int64")
    units = joined.units.assign(anchor=anchor, households=counted)
    rows = [*drawn.rows, *joined.rows, *two_parents(units, sources), *found, *more]
    communities = communities_table(units, sources, premises)
    return _Places(units.set_index("unit_id"), communities, shown_premises(premises), joined.reconciliation, rows)


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
