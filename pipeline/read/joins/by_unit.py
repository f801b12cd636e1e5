"""Joins a table with a row per unit: its counts replace those of the layer."""

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import COUNTS
from pipeline.read.joins.books import Joined, Told, blank_counts, book, listed, sums, totals_differ
from pipeline.read.joins.by_name import unit_in_two_communities
from pipeline.read.sources import Rows, Source, faults, place


def is_per_unit(source: Source) -> bool:
    """Tell whether a table has a row per unit; otherwise it has rows of communities."""
    return "unit_id" in source.table and bool((source.table["unit_id"] != "").any())


def join_by_unit(units: gpd.GeoDataFrame, source: Source) -> Joined:
    """Replace the units' counts by those of the table's rows of the same unit_id."""
    table = source.table
    known = table["unit_id"].isin(units["unit_id"])
    rows = _unit_row_faults(source, known)
    told = table[known].drop_duplicates("unit_id").set_index("unit_id")
    filled = units.copy()
    for column in [column for column in COUNTS if column in table]:
        before = units[column] if column in units else pd.Series(pd.NA, index=units.index, dtype="Int64")
        filled[column] = units["unit_id"].map(told[column]).astype("Int64").fillna(before)
    spoken = units["unit_id"].isin(told.index)
    silent = ~spoken & units["households"].notna()
    if silent.any():
        detail = f"{silent.sum()} units have no row in {source.label} and keep the layer's count: " + listed(
            units.loc[silent, "unit_id"]
        )
        rows.append(
            problem("warning", "units", "count kept", detail, "Add their rows to the table.", source=source.label)
        )
    row = book(
        source,
        joined_by="name" if "unit_id" in source.refused else "unit_id",  # see by_name, which fills it
        matched=int(known.sum()),
        unmatched_here=int((~known).sum()),
        unmatched_there=int((~spoken).sum()),
        many_to_one=int(table["unit_id"].duplicated(keep=False).sum()),
        sums=sums(table, filled[spoken]),
    )
    rows += totals_differ(source, row, table.loc[~known], rows)
    numbers = table.index.to_series()[known].groupby(table["unit_id"]).first()
    return Joined(filled, [row], rows, Told(source, "unit", units["unit_id"].map(numbers).dropna().astype("int64")))


def _unit_row_faults(source: Source, known: pd.Series) -> Rows:
    """Find rows of a table per unit that are repeated, without a shape or without a count."""
    ids = source.table["unit_id"]
    told = ids.index.isin(source.refused.get("unit_id", pd.Index([])))
    rows = faults(
        *("error", source, ids[~known & (ids != "")], "unit_id", "counts without shape"),
        "The table counts a unit that the layer does not have",
        "Add its shape to the layer, or correct its unit_id.",
    )
    rows += faults(
        *("error", source, ids[(ids == "") & ~told], "unit_id", "counts without shape", "The row has no unit_id"),
        "Write the unit_id, or remove the row.",
    )
    for unit, repeated in ids[(ids != "") & ids.duplicated(keep=False)].groupby(ids, sort=False):
        detail, advice = f"{unit} has {len(repeated)} rows.", "Keep one row for each unit."
        where = place(source, repeated.index, "unit_id")
        said = source.table.get("community", pd.Series("", index=ids.index))[repeated.index]
        if said.nunique() > 1:
            rows.append(unit_in_two_communities(source, str(unit), said.to_dict(), f"{unit} once"))
            continue
        rows.append(problem("error", source.role, "duplicate unit ids", detail, advice, id=unit, source=where))
    return rows + blank_counts(source, known)
