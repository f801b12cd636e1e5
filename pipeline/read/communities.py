"""Makes the table of today's communities: sums over their units, and what layers and tables say of each."""

from collections.abc import Mapping

import pandas as pd

from pipeline.read.cells.values import COUNTS, FIGURES, YES_NO
from pipeline.read.joins.by_community import named_rows
from pipeline.read.joins.by_unit import is_per_unit
from pipeline.read.sources import Source
from pipeline.schema import MEASURE_COLUMNS, columns

OF_COMMUNITIES = [name for name in columns("communities") if name not in columns("units")]
"""Columns that are told of a community, not summed from its units."""

DECLARED = ("expected_parts",)
"""Figures that each row of a community repeats for the whole of it: they are not summed."""


def communities_table(
    units: pd.DataFrame, sources: Mapping[str, Source], premises: pd.DataFrame | None
) -> pd.DataFrame:
    """Make schema.COMMUNITIES, indexed by community, in order of first appearance in `units`.

    What a table says goes before what the layer says, both before what is summed from premises. Columns that no source
    has are left out (code excepted).
    """
    placed = units[units["community"] != ""]
    grouped = placed.groupby("community", sort=False)
    table = grouped.agg(subdistrict=("subdistrict", "first"), households=("households", "sum"))
    # the sum of a community with an uncounted unit is not known
    population = grouped["population"].agg(lambda values: values.sum(skipna=False)) if len(placed) else None
    table["population"] = pd.Series(population, index=table.index, dtype="Int64")
    told = [*_told(sources, premises), _summed_measures(placed)]
    for column in OF_COMMUNITIES:
        parts = [part[column].reindex(table.index) for part in told if column in part]
        if parts:
            table[column] = _first_known(parts)
    if "code" not in table:
        table["code"] = pd.Series("", index=table.index, dtype="str")
    return table[[name for name in columns("communities") if name in table]]


def _summed_measures(units: pd.DataFrame) -> pd.DataFrame:
    """Sum the measures of households that units have; a community with an uncounted unit has no sum."""
    measures = [name for name in MEASURE_COLUMNS.values() if name in units]
    grouped = units.groupby("community", sort=False)[measures]
    return grouped.sum().astype("Int64").where(grouped.count().eq(grouped.size(), axis="index"))


def _first_known(parts: list[pd.Series]) -> pd.Series:
    """Take each value from the first part that has it."""
    values = parts[0]
    for part in parts[1:]:
        values = values.where(values.notna(), part)
    if values.name in YES_NO:
        return values.fillna(False).astype("bool")
    return values if values.name in (*COUNTS, *FIGURES) else values.fillna("").astype("str")


def _told(sources: Mapping[str, Source], premises: pd.DataFrame | None) -> list[pd.DataFrame]:
    """List what is said of communities, first to be believed first; each part indexed by community."""
    parts = []
    if "households" in sources and not is_per_unit(sources["households"]):
        parts.append(_by_name(sources["households"], sources))
    if "communities" in sources:
        parts.append(_by_name(sources["communities"], sources))
    if premises is not None and len(premises):
        named = premises[premises["community"] != ""]
        best = named.sort_values("rank", kind="stable").groupby("community")["state"].first()
        floor = named.groupby("community")["floor_m2"].sum(min_count=1)
        parts.append(pd.DataFrame({"floor_m2": floor, "premises_state": best}))
    return parts


def _by_name(source: Source, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Bring the rows of a source to one per community: figures summed, yes if any, else the first that is told."""
    community, _ = named_rows(source, sources)
    rows = source.table[community != ""]
    grouped = rows.groupby(community[community != ""], sort=False)
    table = pd.DataFrame(index=grouped.size().index)
    for column in OF_COMMUNITIES:
        if column not in rows:
            continue
        if column in DECLARED:
            table[column] = grouped[column].max()
        elif column in (*COUNTS, *FIGURES):
            table[column] = grouped[column].sum(min_count=1)
        elif column in YES_NO:
            table[column] = grouped[column].any()
        else:
            table[column] = rows[column].where(rows[column] != "").groupby(community[community != ""]).first()
    return table
