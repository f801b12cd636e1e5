"""Reads the counts of a forecast that are told year by year: a column for each year, or a row for each year."""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.read.columns.years import is_year_column, year_counted
from pipeline.read.forecast.forms import BLANK, LONG, WIDE
from pipeline.read.forecast.rows import told_again
from pipeline.read.forecast.years import year_in
from pipeline.read.joins.books import listed
from pipeline.read.sources import Rows, Source, faults, place


def told_counts(source: Source, placed: pd.DataFrame, base: int) -> tuple[pd.DataFrame, Rows]:
    """List the counts that are told: level, key, year, households (whole, half a household counts up).

    `placed`: as `place_rows` gives it. Counts of the base year are listed too, for comparison; those before it are not.
    Errors: negative counts, a row of a year without a year, one year told twice. A blank cell is told: the count
    before it holds.
    """
    here = placed[placed["key"] != ""]
    wide, rows = _of_columns(source, here[here["form"] == WIDE])
    long, found = _of_rows(source, here[here["form"] == LONG])
    rows += found
    nothing = source.table.index[(placed["form"] == BLANK) & (placed["key"] != "")]
    if len(nothing):
        detail = f"{len(nothing)} rows say no households of any year and no dwellings; today's count is kept."
        where = place(source, nothing)
        rows.append(problem("warning", "forecast", "forecast blank", detail, "Fill them in.", source=where))
    told = pd.concat([wide, long], ignore_index=True)
    early = told[told["year"] < base]
    if len(early):
        detail = f"Figures of {', '.join(map(str, sorted(set(early['year']))))} lie before the base year {base}."
        rows.append(problem("note", "forecast", "forecast year", detail, "They are not used.", source=source.label))
    return told[told["year"] >= base].reset_index(drop=True), rows


def _of_columns(source: Source, placed: pd.DataFrame) -> tuple[pd.DataFrame, Rows]:
    """Read the rows with a column for each year."""
    years = [column for column in source.table.columns if is_year_column(column)]
    parts, rows, blank = [_told(placed.iloc[:0], pd.Series(dtype="float64"), 0)], [], 0
    for column in years:
        values = source.table.loc[placed.index, column].astype("float64")
        rows += _negative(source, values, column)
        blank += int(values.isna().sum())
        said = values.dropna()
        parts.append(_told(placed.loc[said.index], said, year_counted(column)))
    if blank:
        detail = f"{blank} cells of the years are blank: the count before them is kept."
        rows.append(problem("warning", "forecast", "forecast blank", detail, "Fill them in.", source=source.label))
    return pd.concat(parts, ignore_index=True), rows


def _of_rows(source: Source, placed: pd.DataFrame) -> tuple[pd.DataFrame, Rows]:
    """Read the rows of one year each."""
    if placed.empty:
        return _told(placed, pd.Series(dtype="float64"), 0), []
    table = source.table.loc[placed.index]
    year = table["year"].map(year_in).astype("Int64")
    advice = "Write a year such as 2030."
    rows = faults("error", source, table.loc[year.isna(), "year"], "year", "forecast year", "This is no year", advice)
    said = placed[year.notna()]
    told = _told(said, table.loc[said.index, "households"].astype("float64"), year.dropna().astype("int64"))
    names = told["key"] + " in " + told["year"].astype("str")
    return told, [*rows, *told_again(source, names.set_axis(said.index), "year")]


def _told(placed: pd.DataFrame, households: pd.Series, year: int | pd.Series) -> pd.DataFrame:
    whole = np.floor(households.to_numpy(dtype="float64") + 0.5).astype("int64")
    years = year.to_numpy() if isinstance(year, pd.Series) else year
    table = pd.DataFrame({"level": placed["level"].to_numpy(), "key": placed["key"].to_numpy()}, dtype="str")
    return table.assign(year=years, households=whole).astype({"year": "int64", "households": "int64"})


def _negative(source: Source, values: pd.Series, column: str) -> Rows:
    advice = "Correct the count; it must be 0 or more."
    return faults("error", source, values[values < 0], column, "negative count", f"{column} is negative", advice)


def base_differs(source: Source, placed: pd.DataFrame, told: pd.DataFrame, units: gpd.GeoDataFrame, base: int) -> Rows:
    """Warn where the forecast counts other households in the base year than those that are there today.

    A column of households beside the columns of years counts today's, too.
    """
    wide = placed[(placed["form"] == WIDE) & (placed["key"] != "")]
    if "households" in source.table and len(wide):
        beside = source.table.loc[wide.index, "households"].dropna().astype("float64")
        told = pd.concat([told, _told(wide.loc[beside.index], beside, base)], ignore_index=True)
    said = told[told["year"] == base].drop_duplicates(["level", "key"])
    today = {"unit": units["households"], "community": units.groupby("community")["households"].sum()}
    pairs = [
        (row.key, int(row.households), int(today[row.level][row.key]))
        for row in said.itertuples(index=False)
        if int(row.households) != int(today[row.level][row.key])
    ]
    if not pairs:
        return []
    listing = listed(f"{key} {forecast} (today {now})" for key, forecast, now in pairs)
    detail = f"The forecast counts other households in {base} than there are today in {len(pairs)} cases: {listing}"
    advice = "Today's counts are used for that year. Find out why they differ: later years may rest on other figures."
    return [problem("warning", "forecast", "forecast differs", detail, advice, source=source.label)]
