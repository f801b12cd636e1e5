"""Sets up the workbook: formats, page set-up for A4 across, titles, column widths and row heights for Chinese text."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.dossier.headline import provenance, title_of
from pipeline.dossier.maps.imprint import DISCLAIMER
from pipeline.dossier.maps.style import STATUS_FILL
from pipeline.dossier.marks import marks
from pipeline.results import Result
from pipeline.schema import FAR_OVER, STATUS_ZH, WITHIN

FIXED_DATE = datetime(2000, 1, 1)
BODY_FONT, HEAD_FONT = "宋体", "黑体"
LINE_HEIGHT = 14.0
HEAD_FILL, SUM_FILL, RULE = "#e7e6e1", "#f3f2ee", "#8c8c8c"

_BODY = {"font_name": BODY_FONT, "font_size": 10, "valign": "vcenter", "border": 1, "border_color": RULE}
_HEAD = _BODY | {"font_name": HEAD_FONT, "bg_color": HEAD_FILL, "align": "center", "text_wrap": True}
_NUMBERS = {
    "count": "#,##0_ ",
    "area": "0.00_ ",
    "metres": "#,##0_ ",
    "tenth": "#,##0.0_ ",
    "ratio": "0.000_ ",
    "share": "0.0%_ ",
}
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"font_name": HEAD_FONT, "font_size": 16, "align": "center", "valign": "vcenter"},
    "note": {"font_name": BODY_FONT, "font_size": 10, "valign": "vcenter", "text_wrap": True},
    "quiet": {"font_name": BODY_FONT, "font_size": 9, "font_color": "#555555", "valign": "vcenter", "text_wrap": True},
    "lead": {"font_name": HEAD_FONT, "font_size": 14, "align": "center", "valign": "vcenter"},
    "section": {"font_name": HEAD_FONT, "font_size": 12, "valign": "vcenter"},
    "head": _HEAD,
    "text": _BODY,
    "middle": _BODY | {"align": "center", "text_wrap": True},
    "long": _BODY | {"text_wrap": True},
    "prose": _BODY | {"text_wrap": True},
    "status": _BODY | {"align": "center"},
    "alert": _BODY | {"bold": True, "font_color": "#a3150f"},
    **{kind: _BODY | {"num_format": form} for kind, form in _NUMBERS.items()},
    **{
        f"sum_{kind}": _BODY | {"num_format": form, "bold": True, "bg_color": SUM_FILL}
        for kind, form in _NUMBERS.items()
    },
    "sum_text": _BODY | {"bold": True, "bg_color": SUM_FILL, "align": "center"},
}


@dataclass(frozen=True)
class Book:
    """An open workbook with its formats by name, and what every sheet says of itself."""

    workbook: xlsxwriter.Workbook
    formats: Mapping[str, Format]
    bands: Mapping[str, Format]
    provenance: str
    footer: str


def open_book(path: Path, result: Result) -> Book:
    """Open a workbook that writes text as text; the caller closes it."""
    workbook = xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    area = result.area.settings.area
    workbook.set_properties(
        {"title": title_of(result, "社区规模调整方案"), "author": area.drafted_by, "created": FIXED_DATE}
    )
    workbook.set_size(2400, 1400)
    bands = {
        STATUS_ZH[status]: workbook.add_format({"bg_color": fill, "bold": status == FAR_OVER})
        for status, fill in STATUS_FILL.items()
        if status != WITHIN
    }
    formats = {name: workbook.add_format(properties) for name, properties in FORMATS.items()}
    mark = "；".join(marks(result)) or DISCLAIMER.removeprefix("示意图：本图")
    name = title_of(result, "社区规模调整").replace("&", "&&")
    footer = f'&L&"{BODY_FONT}"&9{name[:60]}&C&9第 &P 页 共 &N 页&R&"{BODY_FONT}"&9{mark}'
    return Book(workbook, formats, bands, "；".join([*marks(result), provenance(result)]), footer)


def add_page(book: Book, name: str, title: str, widths: Sequence[float], *, notes: Sequence[str] = ()) -> Worksheet:
    """Add a sheet with title, notes and provenance on top, set to print on A4 across, one page wide."""
    page = book.workbook.add_worksheet(name)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    page.set_footer(book.footer)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    across(book, page, 0, title, "title", widths, least=30)
    for row, note in enumerate(notes, start=1):
        across(book, page, row, note, "note", widths)
    across(book, page, len(notes) + 1, book.provenance, "quiet", widths)
    return page


def across(
    book: Book, page: Worksheet, row: int, text: str, look: str, widths: Sequence[float], *, least: float = 18
) -> None:
    """Write one text over the whole width of the sheet, as many lines high as it needs."""
    size = FORMATS[look]["font_size"] / 10
    height = max(least, lines(text, sum(widths) / size) * LINE_HEIGHT * size + 4)
    page.set_row(row, height)
    if len(widths) > 1:
        page.merge_range(row, 0, row, len(widths) - 1, "", book.formats[look])
    page.write_string(row, 0, text, book.formats[look])


def write_cell(book: Book, page: Worksheet, row: int, column: int, value: object, look: str) -> None:
    """Write a value by its type: numbers as numbers, anything else as text, missing values as blanks."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        page.write_blank(row, column, None, book.formats[look])
    elif isinstance(value, str | bool):
        page.write_string(row, column, str(value), book.formats[look])
    else:
        number = float(value)  # type: ignore[arg-type]
        page.write_number(row, column, number, book.formats[number_look(number) if look == "decimal" else look])


def number_look(number: float) -> str:
    """Choose the format of a free number by its size: whole, one decimal, or three below ten.

    >>> [number_look(83.0), number_look(21.34), number_look(0.612)]
    ['count', 'tenth', 'ratio']
    """
    if number.is_integer():
        return "count"
    return "ratio" if abs(number) < 10 else "tenth"


def mark_bands(book: Book, page: Worksheet, first_row: int, column: int, last_row: int) -> None:
    """Colour the band names of a column; the colours follow when a cell is edited."""
    for name, look in book.bands.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": look}
        page.conditional_format(first_row, column, max(first_row, last_row), column, rule)


def text_width(text: object) -> int:
    """Width of a text in columns of a plain character; a Chinese character takes two.

    >>> text_width("社区A")
    5
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in str(text))


def lines(text: object, width: float) -> int:
    """Number of lines that a text takes in a column of the given width.

    >>> lines("一二三四五", 6)
    2
    """
    room = max(width - 1, 2)
    return sum(max(1, math.ceil(text_width(part) / room)) for part in str(text).split("\n"))
