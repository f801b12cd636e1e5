"""Finds the unit or the community that each row of a forecast speaks of, and in which form the row is written."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.forecast.forms import WIDE, forms_of
from pipeline.read.joins.by_community import named_rows
from pipeline.read.joins.by_name import is_per_compound, with_unit_ids
from pipeline.read.names.proposals import did_you_mean
from pipeline.read.sources import Rows, Source, faults, missing_column, place

KEYS = ("unit_id", "name", "community", "code")


def place_rows(source: Source, units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> tuple[pd.DataFrame, Rows]:
    """Say of each row its `level` (unit or community), `key`, `by` what it was found, and its `form`.

    `units`: schema.UNITS, indexed by unit_id. Index: row numbers. A row goes by its unit_id, else by the name of its
    compound, else by code or name of its community; `key` is "" where that finds nothing, which is an error. Where most
    names are none of units, as those of projects may be, a row with a community goes by that.
    """
    table = source.table
    if not set(KEYS) & set(table.columns):
        where = missing_column(source, "unit_id", "Rows are joined by unit_id, by the compound's name or by community.")
        return _nowhere(table), [where]
    blank = pd.Series("", index=table.index, dtype="str")
    unit_id, name = table.get("unit_id", blank), table.get("name", blank)
    community, how = named_rows(source, sources)
    by_id = unit_id != ""
    by_name = ~by_id & (name != "")
    if by_name.any() and not is_per_compound(_rows_of(source, by_name), units):
        by_name &= community == ""
    named, rows = _by_name(source, by_name, units)
    by_community = ~by_id & ~by_name & (community != "")
    placed = pd.DataFrame(
        {
            "level": pd.Series("unit", index=table.index).where(~by_community, "community"),
            "key": unit_id.where(by_id, named.where(by_name, community.where(by_community, ""))),
            "by": pd.Series("unit_id", index=table.index).where(by_id, how.where(by_community, "name")),
            "form": forms_of(table),
        },
        index=table.index,
    ).astype("str")
    known = {"unit": set(units.index), "community": set(units["community"]) - {""}}
    there = [key in known[level] for level, key in zip(placed["level"], placed["key"], strict=True)]
    strange = (placed["key"] != "") & ~pd.Series(there, index=table.index, dtype="bool")
    rows += _strange(source, placed[strange], known)
    said = blank[~(by_id | by_name | by_community)]
    advice = "Write the unit_id, the compound's name or the community, or remove the row."
    rows += faults("error", source, said, "", "counts without shape", "The row does not say what it is about", advice)
    rows += _repeated(source, placed[~strange])
    return placed.assign(key=placed["key"].where(~strange, "")), rows


def _nowhere(table: pd.DataFrame) -> pd.DataFrame:
    placed = pd.DataFrame({"level": "unit", "key": "", "by": ""}, index=table.index)
    return placed.assign(form=forms_of(table)).astype("str")


def _rows_of(source: Source, here: pd.Series) -> Source:
    """Some rows of a source that do not say a unit_id."""
    return replace(source, table=source.table[here].drop(columns="unit_id", errors="ignore"))


def _by_name(source: Source, here: pd.Series, units: gpd.GeoDataFrame) -> tuple[pd.Series, Rows]:
    """Find the units of the rows that name a compound; "" where the name finds none or several."""
    found = pd.Series("", index=source.table.index, dtype="str")
    if not here.any():
        return found, []
    named, rows = with_unit_ids(_rows_of(source, here), units.reset_index())
    found[here] = named.table["unit_id"]
    return found, rows


def _strange(source: Source, placed: pd.DataFrame, known: Mapping[str, set[str]]) -> Rows:
    """Say which rows speak of units or communities that the map does not have."""
    rows: Rows = []
    for level, column in (("unit", "unit_id"), ("community", "community")):
        values = placed.loc[placed["level"] == level, "key"]
        written = column if column in source.table else "code"
        advice = f"Correct the {column}, or add its shape to the layer (0 households where nobody lives yet)."
        told = faults(
            *("error", source, values, written, "counts without shape"),
            f"The forecast speaks of a {level} that the map does not have",
            advice,
        )
        if level == "community":
            hints = [did_you_mean(row["id"], sorted(known[level])) if row["id"] else "" for row in told]
            told = [row | {"advice": f"{hint} {advice}".strip()} for row, hint in zip(told, hints, strict=True)]
        rows += told
    return rows


def _repeated(source: Source, placed: pd.DataFrame) -> Rows:
    """Find units and communities that have several rows of a column for each year."""
    wide = placed[(placed["form"] == WIDE) & (placed["key"] != "")]
    column = next((name for name in KEYS if name in source.table), "")
    return told_again(source, wide["key"] + wide["level"].map({"unit": "", "community": " (community)"}), column)


def told_again(source: Source, said: pd.Series, column: str) -> Rows:
    """Make an error for everything that several rows say, with their cells; `said`: what each says, by row number."""
    again = said[said.duplicated(keep=False)]
    return [
        problem(
            *("error", "forecast", "forecast told twice", f"{what} has {len(rows)} rows.", "Keep one of them."),
            id=what,
            source=place(source, rows.index, column),
        )
        for what, rows in again.groupby(again, sort=False)
    ]
