"""Joins counts to shapes: from a table per unit or per community, else from the layers themselves.

A table is the newer count: what it says replaces what the layer says. Totals in and out are the same, or an error
says where the difference went.
"""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.columns.measured import missing_households
from pipeline.read.joins.books import LISTED, Book, Joined, book, listed
from pipeline.read.joins.by_community import join_by_community
from pipeline.read.joins.by_unit import is_per_unit, join_by_unit
from pipeline.read.names.proposals import did_you_mean
from pipeline.read.sources import Rows, Source, faults, place


def join_counts(
    units: gpd.GeoDataFrame, drawn_from: Source, sources: Mapping[str, Source], measure: str = "常住户"
) -> Joined:
    """Give the units their counts: from the table, else from their own layer, else from the communities layer.

    `measure`: the household measure of the rule set, named where no column counts it.
    """
    books, rows, told = [_layer_book(units, drawn_from)], [], None
    if "communities" in sources and drawn_from.role != "communities":
        books.append(_communities_book(units, sources["communities"]))
        rows += _without_polygon(units, sources["communities"])
    table = sources.get("households")
    if table is not None and "households" not in table.table and units["households"].isna().all():
        rows.append(missing_households(table, measure, "Name the column of counts that the rule set means."))
    elif table is not None:
        joined = join_by_unit(units, table) if is_per_unit(table) else join_by_community(units, table, sources)
        units, rows, told = joined.units, rows + joined.rows, joined.told
        books += joined.reconciliation
    elif "communities" in sources and "households" in sources["communities"].table and units["households"].isna().any():
        joined = join_by_community(units, sources["communities"], sources)
        units, rows, told = joined.units, rows + joined.rows, joined.told
        books[-1] = joined.reconciliation[0]
    elif "communities" in sources and drawn_from.role != "communities":
        rows += _other_counts(units, sources["communities"])
    rows += _without_counts(units, drawn_from, rows, measure)
    books[0] = books[0] | _out(units, books)
    return Joined(units, books, rows, told)


def _layer_book(units: gpd.GeoDataFrame, source: Source) -> Book:
    counted = units["households"].notna().any()
    return book(source, matched=len(units), sums=(int(units["households"].sum()) if counted else pd.NA, pd.NA))


def _out(units: gpd.GeoDataFrame, books: list[Book]) -> Book:
    """Sum of the units after the join; NA where another source replaced what the layer counted by another sum."""
    final = int(units["households"].sum())
    replaced = any(row["households_out"] is not pd.NA for row in books[1:])
    if books[0]["households_in"] is pd.NA or (replaced and final != books[0]["households_in"]):
        return {}
    return {"households_out": final}


def _communities_book(units: gpd.GeoDataFrame, source: Source) -> Book:
    if "community" not in source.table:
        return book(source)
    named, here = set(units["community"]) - {""}, source.table["community"]
    return book(
        source,
        joined_by="name",
        matched=int(here.isin(named).sum()),
        unmatched_here=int((~here.isin(named)).sum()),
        unmatched_there=len(named - set(here)),
        many_to_one=int((here.duplicated(keep=False) & (here != "")).sum()),
    )


def _without_polygon(units: gpd.GeoDataFrame, source: Source) -> Rows:
    """Note communities whose extent follows from their units alone, and polygons that no unit names."""
    if "community" not in source.table:
        return []
    named = [name for name in units["community"].unique() if name]
    new = [name for name in named if name not in set(source.table["community"])]
    bare = [name for name in source.table["community"].unique() if name and name not in set(named)]
    rows = []
    if new:
        detail = f"{len(new)} communities have no polygon; their extent follows from their units: {listed(new)}"
        hints = [f"{name}: {hint}" for name in new[:LISTED] if (hint := did_you_mean(name, bare))]
        advice = " ".join(["Nothing to do if they are new; else correct the name.", *hints])
        rows.append(problem("note", source.role, "community without polygon", detail, advice, source=source.label))
    if bare:
        detail = f"{len(bare)} polygons stand for communities that no unit belongs to: {listed(bare)}"
        advice = "Correct the name, add their units, or remove the polygons of communities that are no more."
        rows.append(problem("warning", source.role, "community without units", detail, advice, source=source.label))
    return rows


def _other_counts(units: gpd.GeoDataFrame, source: Source) -> Rows:
    """Warn where the layer of communities counts other households than their units, whose counts are used."""
    if not {"community", "households"} <= set(source.table.columns):
        return []
    named = source.table[source.table["community"] != ""]
    told = named.groupby("community")["households"].sum(min_count=1).dropna()
    used = units.groupby("community")["households"].sum()
    both = pd.DataFrame({"told": told, "used": used}).dropna()
    differing = both[both["told"] != both["used"]]
    if differing.empty:
        return []
    pairs = (f"{row.Index} {row.told} (its units {row.used})" for row in differing.itertuples())
    detail = f"The polygons of {len(differing)} communities count other households than their units: {listed(pairs)}"
    advice = "The counts of the units are used. Find out which are right: they may be of another date or measure."
    return [problem("warning", source.role, "counts differ", detail, advice, source=source.label)]


def _without_counts(units: gpd.GeoDataFrame, source: Source, rows: Rows, measure: str) -> Rows:
    """Find units that have no count in the end."""
    lacking = units["households"].isna()
    lacking &= ~units.index.isin(source.refused.get("households", pd.Index([])))
    if not lacking.any() or any(row["severity"] == "error" and row["problem"] in _EXPLAINS for row in rows):
        return []
    if "households" not in source.table and lacking.all():
        return [missing_households(source, measure, "Or give a table of counts under [households].")]
    named = units.loc[lacking & (units["community"] != "")]
    communities = named["community"].unique()
    advice = "Count them in the layer (households), or add them to the table of [households]."
    if "households" in source.table:
        blank = pd.Series(None, index=units.index[lacking], dtype="object")
        return faults(
            "error", source, blank, "households", "shapes without counts", "The unit has no household count", advice
        )
    detail = f"{lacking.sum()} units in {len(communities)} communities have no count: {listed(communities)}"
    where = place(source, units.index[lacking])
    return [problem("error", source.role, "shapes without counts", detail, advice, source=where)]


_EXPLAINS = ("missing column",)
"""Errors after which every unit lacks its count; one message is enough."""
