"""Traces every count to where it stands: file, sheet and cell or feature, the text there, and what was done to it.

One row for every count of every unit and community as it is used (schema.COUNTS_CSV). A count comes from the layer
that the units were drawn from, from the row of a table, or from its community's total, which is then its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.read.cells.values import COUNTS, NEEDED, as_text
from pipeline.read.joins.books import Told
from pipeline.read.joins.by_community import named_rows
from pipeline.read.joins.by_unit import is_per_unit
from pipeline.read.sources import Source, places
from pipeline.read.units import Drawn
from pipeline.schema import columns

BY = {"households": "by area", "population": "by households"}
"""What a total is spread by where the units have no counts of their own."""


@dataclass(frozen=True)
class _Cells:
    """Where counts stand, indexed by the thing counted: value, the text as written, the place."""

    value: pd.Series
    written: pd.Series
    source: pd.Series


def trace_counts(
    units: pd.DataFrame, communities: pd.DataFrame, drawn: Drawn, told: Told | None, sources: Mapping[str, Source]
) -> pd.DataFrame:
    """Make schema.COUNTS_CSV: units in their order, then communities, for each column in turn.

    `units`: as joined, indexed as `drawn.units`; counts that are not known have no row. `told`: the source that
    replaced the counts of the layer.
    """
    parts = [_of_units(units, column, drawn, told) for column in COUNTS if column in units]
    of_units = {part["column"].iloc[0]: part for part in parts if len(part)}
    for column in [column for column in COUNTS if column in communities]:
        tellers = _tellers(column, told, sources)
        parts.append(_of_communities(communities, units, column, tellers, of_units.get(column)))
    kept = [part[part["value"].notna()] for part in parts]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=columns("counts.csv"))
    return table[columns("counts.csv")].astype({"value": "Int64"})


# --- units ----------------------------------------------------------------------------------------------------


def _of_units(units: pd.DataFrame, column: str, drawn: Drawn, told: Told | None) -> pd.DataFrame:
    """Trace one column of the units: the layer's own count, else what replaced it."""
    own = _own_cells(drawn, column)
    trace = pd.DataFrame({"written": own.written, "source": own.source, "reading": _read_as(own.value, own.written)})
    if told is not None and column in told.source.table and drawn.source is not told.source:
        if told.level == "unit":
            cells = _cells(told.source, column, told.rows)
            trace = _replaced(trace, cells, cells.value.reindex(units.index).notna())
        elif column in NEEDED:
            trace = _from_total(trace, units, column, own.value, _totals(told, column))
    return _rows("unit", units["unit_id"], column, units[column], trace)


def _from_total(trace: pd.DataFrame, units: pd.DataFrame, column: str, own: pd.Series, total: _Cells) -> pd.DataFrame:
    """Trace counts that the total of a community gave: to its only unit whole, to others by shares of it."""
    of = units["community"]
    changed = of.isin(total.value.index) & (units[column] != own).fillna(True).astype("bool")
    written, source = (of.map(texts).astype("str").fillna("") for texts in (total.written, total.source))
    by_unit = _Cells(of.map(total.value).astype("Int64"), written, source)
    alone = of.groupby(of).transform("size") == 1
    trace = _replaced(trace, by_unit, changed & alone)
    before = own.groupby(of).transform("sum").where(own.notna().groupby(of).transform("all"), 0)
    scaled = changed & ~alone & (before > 0)
    whole = "its share of " + by_unit.value.astype("str") + " of " + of
    scaling = "scaled from " + own.astype("str") + ": " + whole + " (" + by_unit.source + "), by largest remainder"
    trace = trace.assign(reading=trace["reading"].where(~scaled, scaling))
    spread = changed & ~alone & ~scaled
    spreading = f"spread {BY[column]}: " + whole + ", by largest remainder"
    return _replaced(trace, by_unit, spread).assign(reading=lambda filled: filled["reading"].where(~spread, spreading))


def _own_cells(drawn: Drawn, column: str) -> _Cells:
    """Read the cells of the layer that the units were drawn from; polygons of one community were joined."""
    numbers = drawn.units.index.to_series()
    if column not in drawn.source.table:
        blank = pd.Series("", index=drawn.units.index, dtype="str")
        return _Cells(pd.Series(pd.NA, index=blank.index, dtype="Int64"), blank, blank)
    cells = _cells(drawn.source, column, numbers)
    if len(drawn.units) == len(drawn.source.table):
        return cells
    key = drawn.source.table["community"]
    joined = _joined(drawn.source, column, key)
    several = drawn.units["community"].map(key.value_counts()).fillna(1) > 1
    by_name = drawn.units["community"]
    return _Cells(
        drawn.units[column],
        cells.written.where(~several, by_name.map(joined.written)),
        cells.source.where(~several, by_name.map(joined.source)),
    )


# --- communities ----------------------------------------------------------------------------------------------


def _of_communities(
    communities: pd.DataFrame, units: pd.DataFrame, column: str, tellers: list[_Cells], of_units: pd.DataFrame | None
) -> pd.DataFrame:
    """Trace one column of the communities: a row of theirs where one told it, else the sum of their units."""
    names = communities.index.to_series()
    counted = units["community"].value_counts().reindex(names.index, fill_value=0)
    summed = "summed from its " + counted.astype("str") + " units"
    trace = pd.DataFrame({"written": "", "source": "", "reading": summed})
    if of_units is not None:  # the only unit of a community has its trace
        only = of_units.set_axis(units["community"].to_numpy())[["written", "source", "reading"]]
        only = only[~only.index.duplicated()].reindex(names.index)
        trace = trace.where(counted != 1, only)
    for cells in reversed(tellers):
        value = cells.value.reindex(names.index)
        trace = _replaced(trace, cells, (value == communities[column]).fillna(False).astype("bool"))
    return _rows("community", names, column, communities[column], trace)


def _tellers(column: str, told: Told | None, sources: Mapping[str, Source]) -> list[_Cells]:
    """List what tells a count of communities, first to be believed first."""
    if column in NEEDED:
        by_community = told is not None and told.level == "community" and column in told.source.table
        return [_totals(told, column)] if told is not None and by_community else []
    found = []
    for role in ("households", "communities"):
        source = sources.get(role)
        if source is not None and column in source.table and not (role == "households" and is_per_unit(source)):
            community, _ = named_rows(source, sources)
            found.append(_joined(source, column, community[community != ""]))
    return found


def _totals(told: Told, column: str) -> _Cells:
    return _joined(told.source, column, told.rows)


# --- cells ----------------------------------------------------------------------------------------------------


def _cells(source: Source, column: str, rows: pd.Series) -> _Cells:
    """Read cells of a column. `rows`: row number by the thing counted, which is the index of what is given."""
    numbers = rows.to_numpy()
    value = pd.Series(source.table[column].reindex(numbers).to_numpy(), index=rows.index, dtype="Int64")
    if source.written is not None and column in source.written:
        raw = source.written[column].reindex(numbers)
        written = as_text(raw)
    else:
        written = value.astype("str").where(value.notna(), "")
    text = pd.Series(written.to_numpy(), index=rows.index, dtype="str")
    return _Cells(value, text, pd.Series(places(source, numbers, column), index=rows.index, dtype="str"))


def _joined(source: Source, column: str, community: pd.Series) -> _Cells:
    """Read the counts of communities, several cells of one together. `community`: by row number."""
    cells = _cells(source, column, community.index.to_series())
    told = cells.value.notna()
    by = community[told]
    value, written, where = (
        series[told].groupby(by, sort=False) for series in (cells.value, cells.written, cells.source)
    )
    return _Cells(value.sum(), written.agg(" + ".join), where.agg("; ".join))


def _read_as(value: pd.Series, written: pd.Series) -> pd.Series:
    """Say how a text was read where it is not just the number: `read “1.2万” as 12000`."""
    number = value.astype("str").where(value.notna(), "")
    several = written.str.contains(" + ", regex=False)
    said = ("read “" + written + "” as " + number).where(~several, "summed: " + written)
    return said.where(written != number, "").astype("str")


def _replaced(trace: pd.DataFrame, cells: _Cells, here: pd.Series) -> pd.DataFrame:
    """Put the trace of other cells in the place of some rows."""
    told = {"written": cells.written, "source": cells.source, "reading": _read_as(cells.value, cells.written)}
    filled = {name: trace[name].where(~here, values.reindex(trace.index)) for name, values in told.items()}
    return trace.assign(**filled)


def _rows(level: str, names: pd.Series, column: str, value: pd.Series, trace: pd.DataFrame) -> pd.DataFrame:
    counted = {"level": level, "id": names.to_numpy(), "column": column, "value": value.to_numpy()}
    return pd.DataFrame(counted | {name: trace[name].to_numpy() for name in ("written", "source", "reading")})
