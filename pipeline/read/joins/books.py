"""Keeps the books of a join: what came in, what found its place, and where the households went."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source, faults
from pipeline.schema import columns

Book = dict[str, object]

LISTED = 12
"""Names listed in one sentence."""


@dataclass(frozen=True)
class Told:
    """Which rows of a source told the counts. `level` unit: `rows` gives the row number by the index of the units;
    `level` community: `rows` gives the community by row number."""

    source: Source
    level: str
    rows: pd.Series


@dataclass(frozen=True)
class Joined:
    """Units with their counts (Int64, NA where none was found), the books and the problems.

    `reconciliation`: rows of schema.RECONCILIATION. `told`: the source that replaced what the layer counts, None where
    none did.
    """

    units: gpd.GeoDataFrame
    reconciliation: list[Book]
    rows: Rows
    told: Told | None = None


def book(
    source: Source,
    *,
    joined_by: str = "",
    matched: int = 0,
    unmatched_here: int = 0,
    unmatched_there: int = 0,
    many_to_one: int = 0,
    sums: tuple[object, object] = (pd.NA, pd.NA),
) -> Book:
    """Make one row of schema.RECONCILIATION; `sums`: households in and out, NA where the source gives none."""
    values = (source.label, source.role, joined_by, len(source.table), matched, unmatched_here, unmatched_there)
    return dict(zip(columns("reconciliation.csv"), (*values, many_to_one, *sums), strict=True))


def sums(table: pd.DataFrame, units: pd.DataFrame) -> tuple[object, object]:
    """Households in a table and in the units it speaks of."""
    if "households" not in table:
        return pd.NA, pd.NA
    return int(table["households"].sum()), int(units["households"].sum())


def totals_differ(source: Source, book: Book, lost: pd.DataFrame, rows: Rows) -> Rows:
    """Say where households went, if the sums in and out differ."""
    if book["households_in"] is pd.NA or book["households_in"] == book["households_out"]:
        return []
    if (
        source.table["households"].isna().any()
    ):  # cells that could not be read, reported already, leave no sum to compare
        return []
    unplaced = int(lost["households"].sum())
    detail = (
        f"{book['households_in']} households are in the table, {book['households_out']} arrived at the shapes; "
        f"{unplaced} are in rows without shape."
    )
    if unplaced + int(str(book["households_out"])) != book["households_in"]:
        others = dict.fromkeys(row["problem"] for row in rows if row["severity"] == "error")
        detail += f" The rest is due to: {', '.join(others)}." if others else ""
    advice = "Mend the other problems of this table; no household may get lost."
    return [problem("error", source.role, "household totals differ", detail, advice, source=source.label)]


def blank_counts(source: Source, known: pd.Series) -> Rows:
    """Find rows that have their shape but no count (a blank cell, not one that was refused already)."""
    if "households" not in source.table:
        return []
    refused = source.refused.get("households", pd.Index([]))
    blank = source.table["households"].isna() & known & ~source.table.index.isin(refused)
    values = pd.Series(None, index=source.table.index[blank], dtype="object")
    advice = "Write the count (0 if nobody lives there)."
    return faults("error", source, values, "households", "blank count", "households is blank", advice)


def listed(names: Iterable[str], most: int = LISTED) -> str:
    """Write names as a sentence's end, at most so many of them."""
    written = [str(name) for name in names]
    more = f" and {len(written) - most} more" if len(written) > most else ""
    return "、".join(written[:most]) + more + "."
