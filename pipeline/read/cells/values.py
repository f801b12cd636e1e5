"""Turns values as they stand in files into text, counts, figures and yes/no, and names those that cannot be."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.numerals import (
    APPROXIMATE,
    CONVERTED,
    DATE,
    ERROR,
    ERRORS,
    FORMULA,
    NO_NUMBER,
    UNKNOWN,
    read_numbers,
    serial_number,
)
from pipeline.read.sources import EXAMPLES, TOTAL, Rows, Source, faults, place, shown
from pipeline.schema import MEASURE_COLUMNS

TEXTS = (
    *("unit_id", "name", "community", "subdistrict", "code", "road_class", "kind", "state", "premises_state", "use"),
    *("decision", "units", "communities", "new_name", "reason", "by", "date"),
    *("year", "occupancy"),
)
COUNTS = ("households", "population", *MEASURE_COLUMNS.values())
NEEDED = ("households", "population")
"""Counts that a run uses; a bad value in another measure of households is a warning and becomes unknown."""
FIGURES = (
    *("workers", "floor_m2", "grids", "compounds", "waiting_households", "workload_matters", "farthest_walk_m"),
    *("detached_parts", "expected_parts", "buildings", "floors", "parts", "new_dwellings"),
)
YES_NO = ("anchor", "protected")

MAX_COUNT = 100_000_000
"""Larger than the count of any place; what lies above is a code or a slip."""

REFUSED = (NO_NUMBER, DATE, ERROR, FORMULA)
"""Ways in which a value is no number."""

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
    `totals` are typed alike, their faults are warnings. `written` keeps the counts as they stand in the file.
    """
    table, refused, rows = _typed_table(source, source.table)
    totals = None
    if source.totals is not None:
        totals, _, found = _typed_table(source, source.totals)
        rows += [row | {"severity": "warning"} for row in found if row["severity"] == "error"]
    written = source.table[[column for column in table.columns if column in COUNTS]].astype("object")
    return replace(source, table=table, refused=refused, totals=totals, written=written), rows


def _typed_table(source: Source, raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.Index], Rows]:
    """Type the rows of a source, or its totals; give also the rows that each column of numbers refused."""
    source = replace(source, table=raw)
    table = raw.copy()
    rows: Rows = []
    refused: dict[str, pd.Index] = {}
    for column in [name for name in table.columns if name != "geometry"]:
        if column in (*TEXTS, TOTAL):
            table[column] = as_text(table[column])
            rows += _text_faults(source, table[column])
        elif column in YES_NO:
            table[column] = as_text(table[column]).str.lower().isin(YES)
        else:
            table[column], refused[column], found = _number_column(source, column)
            rows += found
    for column in [name for name in ("state", "premises_state") if name in table]:
        table[column], found = _state_column(replace(source, table=table), column)
        rows += found
    return table, refused, rows


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
    """Number of each value (float64, NaN where blank) and where it is not one (bool); see `numerals.read_numbers`."""
    read = read_numbers(values)
    return read["number"], read["how"].isin(REFUSED)


def _number_column(source: Source, column: str) -> tuple[pd.Series, pd.Index, Rows]:
    raw = source.table[column]
    read = read_numbers(raw)
    number, how = read["number"], read["how"]
    rows = _refused(source, column, how) + _not_literal(source, column, read)
    if column not in COUNTS:
        return number, raw.index[how.isin(REFUSED)], rows
    severity = "error" if column in NEEDED else "warning"
    large = number.abs() > MAX_COUNT
    whole = number.isna() | (number == number.round())
    rows += faults(
        *(severity, source, raw[large], column, "not a number", f"{column} is larger than any count can be"),
        "Correct the cell; a code may stand in the column of counts.",
    )
    rows += faults(
        *(severity, source, raw[~whole], column, "fractional count", f"{column} is not a whole number"),
        f"Round it in the file, or map {column} to the column that holds whole counts.",
    )
    rows += faults(
        *(severity, source, raw[number < 0], column, "negative count", f"{column} is negative"),
        "Correct the count; it must be 0 or more.",
    )
    usable = whole & ~large & ((column in NEEDED) | ~(number < 0))
    return number.where(usable).round().astype("Int64"), raw.index[how.isin(REFUSED) | ~usable], rows


def _refused(source: Source, column: str, how: pd.Series) -> Rows:
    """Name the values that are no numbers; of figures that are not counts they are taken as unknown."""
    wrong = {kind: source.table.loc[how == kind, column] for kind in REFUSED}
    if column in NEEDED:
        severity, advice = "error", "Write the count as a whole number (0 if nobody lives there)."
    else:
        severity, advice = "warning", "Write a number or leave it blank; it is taken as unknown."
    dates = wrong[DATE].map(_dated)
    again = f"Format the cell as a number and type it again. {advice}"
    return [
        *faults(severity, source, wrong[NO_NUMBER], column, "not a number", f"{column} is not a number", advice),
        *faults(severity, source, dates, column, "date instead of number", f"{column} was turned into a date", again),
        *_sheet_faults(severity, source, wrong[ERROR], wrong[FORMULA], column),
    ]


def _sheet_faults(severity: str, source: Source, errors: pd.Series, formulas: pd.Series, column: str) -> Rows:
    """Name cells that hold an error of the spreadsheet, and formulas whose result is not in the file."""
    rows = faults(
        *(severity, source, errors, column, "sheet error", f"{column} is an error of the sheet"),
        "Mend the formula, or type its value.",
    )
    return rows + faults(
        *(severity, source, formulas, column, "formula without value"),
        f"{column} is a formula whose result is not in the file",
        "Open the file in Excel or WPS and save it, so that results are stored.",
    )


def _dated(value: Any) -> str:
    number = serial_number(value)
    return str(value) if number is None else f"{value:%Y-%m-%d}, which as a number is {number}"


def _not_literal(source: Source, column: str, read: pd.DataFrame) -> Rows:
    """Warn of figures that are not exact; note those that were read by their unit, and what stands for unknown."""
    raw, how = source.table[column], read["how"]
    rows = faults(
        *("warning", source, raw[how == APPROXIMATE], column, "approximate count"),
        f"{column} is not exact; the number written is taken",
        "Ask for the exact number: near a limit the verdict may turn on it.",
    )
    converted, unknown = raw[how == CONVERTED], raw[how == UNKNOWN]
    if len(converted):
        numbers = [f"{number:.10g}" for number in read.loc[converted.index, "number"]]
        pairs = [f"{shown(value)} = {number}" for value, number in zip(converted, numbers, strict=True)]
        detail = f"{len(converted)} values of {column} were read from how they are written: {_examples(pairs)}."
        advice, where = "Nothing to do if they are meant so.", place(source, converted.index, column)
        rows.append(problem("note", source.role, "number converted", detail, advice, source=where))
    if len(unknown):
        detail = f"{len(unknown)} values of {column} are taken as unknown, not as 0: {_examples(map(shown, unknown))}."
        advice, where = "Write 0 where there is none.", place(source, unknown.index, column)
        rows.append(problem("note", source.role, "written as unknown", detail, advice, source=where))
    return rows


def _examples(texts: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(texts))[:EXAMPLES])


def _text_faults(source: Source, values: pd.Series) -> Rows:
    """Name errors and formulas without result in a sheet's column of text, where they would be taken for a name."""
    if not source.letters:
        return []
    errors, formulas = values[values.isin(ERRORS)], values[values.str.startswith("=")]
    return _sheet_faults("error", source, errors, formulas, str(values.name))


def _state_column(source: Source, column: str) -> tuple[pd.Series, Rows]:
    known = {word: state for state, words in STATES.items() for word in words}
    text = source.table[column].str.lower()
    state = look_up(text, known).replace("", "none")
    odd = source.table.loc[~text.isin([*known, ""]), column]
    advice = "Use 可用, 装修, 在建 or 未落实; it is taken as 未落实."
    return state, faults(
        "warning", source, odd, column, "unknown state", "The state of the premises is not known", advice
    )
