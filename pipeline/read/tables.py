"""Reads sheets: xlsx, xls and ods through calamine, csv as UTF-8 or GB18030, attribute tables of layers.

Every value keeps its row number and its column letter, so that a fault can be named as a cell.
"""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
from python_calamine import CalamineError, CalamineWorkbook

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
TEXTS = (".csv", ".tsv", ".txt")
HEADER_WITHIN = 10
"""The header is looked for in so many rows from the top; titles may stand above it."""

Score = Callable[[Sequence[str]], int]


class Unreadable(Exception):
    """A file that cannot be opened as what its name says; the text says why."""


def is_sheet(path: Path) -> bool:
    """Tell whether a file is a table without shapes, by its name."""
    return path.suffix.lower() in WORKBOOKS + TEXTS


def read_sheet(path: Path, sheet: str | None, score: Score) -> tuple[pd.DataFrame, dict[str, str], str]:
    """Read one sheet: its rows under their header, the letter of each column, and the sheet's name ("" for csv).

    `score` counts how many columns a row of names would give: it picks the header row and, where no sheet is named,
    the sheet. Values stay as they are in the file (str, int, float, bool, None); the index is the row number.
    Raises Unreadable.
    """
    if path.suffix.lower() in TEXTS:
        return (*_under_header(_csv_rows(path), score), "")
    if not is_sheet(path):
        return (*_attributes(path, sheet), sheet or "")
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"It is not a workbook that can be read: {error}") from error
    if sheet is not None and sheet not in book.sheet_names:
        raise Unreadable(f"There is no sheet {sheet!r}; sheets: {', '.join(book.sheet_names)}")
    names = [sheet] if sheet is not None else list(book.sheet_names)
    tables = {name: _under_header(_sheet_rows(book, name), score) for name in names}
    best = max(tables, key=lambda name: (score(list(tables[name][0].columns)), len(tables[name][0])))
    return (*tables[best], best)


def _sheet_rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError:  # a chart sheet
        return []
    return rows


def _csv_rows(path: Path) -> list[list[Any]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable("The text is neither UTF-8 nor GB18030; save it as CSV UTF-8") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=head.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _attributes(path: Path, layer: str | None) -> tuple[pd.DataFrame, dict[str, str]]:
    try:
        table = pyogrio.read_dataframe(path, layer=layer, read_geometry=False, use_arrow=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Unreadable(f"It is neither a workbook, a csv nor a layer: {error}") from error
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table, {}


def _under_header(rows: list[list[Any]], score: Score) -> tuple[pd.DataFrame, dict[str, str]]:
    """Find the header row and put the rows below it under its names; wholly empty rows are left out."""
    candidates = range(min(HEADER_WITHIN, len(rows)))
    header = max(candidates, key=lambda number: (score(_header_names(rows[number])), -number), default=0)
    if not rows:
        return pd.DataFrame(), {}
    width = max(len(row) for row in rows)
    names = _header_names(rows[header], width)
    body, numbers = [], []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        if any(value is not None and str(value).strip() for value in row):
            body.append([*row, *[None] * (width - len(row))])
            numbers.append(number)
    table = pd.DataFrame(body, columns=names, index=pd.Index(numbers, dtype="int64"), dtype="object")
    return table, {name: column_letter(position) for position, name in enumerate(names)}


def _header_names(row: Sequence[Any], width: int | None = None) -> list[str]:
    """Name every column, once: a blank or repeated name gets its letter."""
    names: list[str] = []
    for position in range(width if width is not None else len(row)):
        value = row[position] if position < len(row) else None
        name = "" if value is None else str(value).strip()
        names.append(name if name and name not in names else f"{name}({column_letter(position)})")
    return names


def column_letter(position: int) -> str:
    """Letter of a column counted from 0, as spreadsheets write it.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
