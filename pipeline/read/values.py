"""Turns values as they stand in files into text, counts, figures and yes/no, and names those that cannot be."""

import unicodedata
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.read.sources import Rows, Source, faults
from pipeline.schema import MEASURE_COLUMNS

TEXTS = ("unit_id", "name", "community", "subdistrict", "code", "road_class", "kind", "state", "premises_state", "use")
COUNTS = ("households", "population", *MEASURE_COLUMNS.values())
FIGURES = (
    *("workers", "floor_m2", "grids", "compounds", "waiting_households", "workload_matters", "farthest_walk_m"),
    *("detached_parts", "expected_parts", "buildings", "floors"),
)
YES_NO = ("anchor", "protected")

MAX_COUNT = 100_000_000
"""Larger than the count of any place; what lies above is a code or a slip."""

YES = {"true", "1", "yes", "y", "t", "是", "有", "√", "✓", "真"}
STATES = {
    "usable": ("usable", "可用", "可使用", "在用", "已用", "使用中", "已启用", "正常使用", "正常"),
    "decorating": ("decorating", "装修", "装修中", "正在装修"),
    "building": ("building", "在建", "建设中", "正在建设"),
    "none": ("none", "未落实", "无", "没有", "待落实"),
}


def typed(source: Source) -> tuple[Source, Rows]:
    """Give every column its type: text str ("" if blank), counts Int64, figures float64, yes/no bool.

    Errors: counts that are not numbers, not whole, or negative (with their cell or feature); figures that are not
    numbers are warnings and become NaN. Blank counts become NA; whether they are needed is for the join to say.
    """
    table = source.table.copy()
    rows: Rows = []
    refused: dict[str, pd.Index] = {}
    for column in [name for name in table.columns if name != "geometry"]:
        if column in TEXTS:
            table[column] = as_text(table[column])
        elif column in YES_NO:
            table[column] = as_text(table[column]).str.lower().isin(YES)
        else:
            table[column], found = _number_column(source, column)
            rows += found
            refused[column] = table.index[table[column].isna() & (as_text(source.table[column]) != "")]
    for column in {"state", "premises_state"} & set(table.columns):
        table[column], found = _state_column(replace(source, table=table), column)
        rows += found
    return replace(source, table=table, refused=refused), rows


def as_text(values: pd.Series) -> pd.Series:
    """Text of each value, "" where blank; whole numbers lose their ".0", as spreadsheets put it on.

    >>> as_text(pd.Series([1.0, " a ", None, 7], dtype="object")).tolist()
    ['1', 'a', '', '7']
    """
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        text = values.astype("str").where(values.notna(), "")
    elif isinstance(values.dtype, pd.StringDtype):
        text = values.fillna("").str.strip()
    else:
        text = values.map(_text)
    return text.astype("str")


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def look_up(keys: pd.Series, told: pd.Series | dict[str, str]) -> pd.Series:
    """Text that is told of each key, "" where nothing is; an empty table makes no difference to the type."""
    return keys.map(told).astype("object").fillna("").astype("str")


def as_number(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Number of each value (float64, NaN where blank) and where it is not one (bool).

    Full-width digits, blanks inside and thousands separators are read as meant.
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("Float64").astype("float64")
        return number, np.isinf(number)
    text = as_text(values).map(lambda value: unicodedata.normalize("NFKC", value))
    text = text.str.replace(r"[,，\s]", "", regex=True)
    number = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
    bad = (text != "") & ~np.isfinite(number)
    return number.where(~bad), bad


def _number_column(source: Source, column: str) -> tuple[pd.Series, Rows]:
    raw = source.table[column]
    number, bad = as_number(raw)
    if column not in COUNTS:
        advice = "Write a number or leave it blank; it is taken as unknown."
        return number, faults("warning", source, raw[bad], column, "not a number", f"{column} is not a number", advice)
    large = number.abs() > MAX_COUNT
    whole = number.isna() | (number == number.round())
    rows = faults(
        *("error", source, raw[large], column, "not a number", f"{column} is larger than any count can be"),
        "Correct the cell; a code may stand in the column of counts.",
    )
    rows += faults(
        *("error", source, raw[bad], column, "not a number", f"{column} is not a number"),
        "Write the count as a whole number (0 if nobody lives there).",
    )
    rows += faults(
        *("error", source, raw[~whole], column, "fractional count", f"{column} is not a whole number"),
        f"Round it in the file, or map {column} to the column that holds whole counts.",
    )
    rows += faults(
        *("error", source, raw[number < 0], column, "negative count", f"{column} is negative"),
        "Correct the count; it must be 0 or more.",
    )
    return number.where(whole & ~large).round().astype("Int64"), rows


def _state_column(source: Source, column: str) -> tuple[pd.Series, Rows]:
    known = {word: state for state, words in STATES.items() for word in words}
    text = source.table[column].str.lower()
    state = look_up(text, known).replace("", "none")
    odd = source.table.loc[~text.isin([*known, ""]), column]
    advice = "Use 可用, 装修, 在建 or 未落实; it is taken as 未落实."
    return state, faults(
        "warning", source, odd, column, "unknown state", "The state of the premises is not known", advice
    )
