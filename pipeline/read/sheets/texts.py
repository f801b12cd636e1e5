"""Reads tables saved as text: csv, tsv and txt in UTF-8, GB18030 or UTF-16, whatever parts their columns."""

import codecs
import csv
import io
from collections import Counter

from pipeline.read.sheets.grid import Grid, make_grid
from pipeline.read.sources import Unreadable

DELIMITERS = ",\t;|"
SNIFFED = 50
"""So many rows tell the delimiter."""

_END = "\x03"
"""Put behind a text when it is read: a row of its own, unless a quotation mark is open."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Encoding by the mark a file begins with; Excel's "Unicode 文本" is UTF-16 with tabs."""


def read_text(content: bytes) -> Grid:
    """Read a table saved as text; cells are str, numbers too. Raises Unreadable."""
    text = decoded(content)
    ended = text if text.endswith(("\n", "\r")) else f"{text}\n"
    try:
        rows = list(csv.reader(io.StringIO(f"{ended}{_END}", newline=""), delimiter=delimiter(text)))
    except csv.Error as error:
        raise Unreadable(f"It is not a table saved as text: {error}") from error
    if rows.pop() != [_END]:  # it was taken into a cell, with all rows before it
        number = text[: text.rindex('"')].count("\n") + 1
        raise Unreadable(f"A quotation mark is opened and not closed, so that rows run together; look at line {number}")
    return make_grid("", [[_unwrapped(cell) for cell in row] for row in rows])


def _unwrapped(cell: str) -> str:
    """Take off the formula by which exports keep a code's leading zeros: ="015010"."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def decoded(content: bytes) -> str:
    """Decode without loss: by the mark at the beginning, else as UTF-8 if every byte fits, else as GB18030.

    UTF-8 goes first because GB18030 takes nearly everything, but Chinese text in GB18030 is never valid UTF-8 for long.
    Raises Unreadable.
    """
    marked = [encoding for mark, encoding in _MARKS.items() if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if text.lstrip().lower().startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")):
            raise Unreadable("It is a web page under the name of a table; open it in Excel or WPS and save it as .xlsx")
        return text
    raise Unreadable("The text is neither UTF-8 nor GB18030 nor marked as UTF-16; save it as CSV UTF-8")


def delimiter(text: str) -> str:
    """Find what parts the columns: what gives most rows the same number of cells; titles above do not count.

    >>> delimiter("玉泉区社区统计表,2026年\\n社区\\t户数\\t备注\\n大召\\t1,200\\t\\n")
    '\\t'
    """
    return max(DELIMITERS, key=lambda mark: _evenness(text, mark))


def looks_like_table(grid: Grid) -> bool:
    """Tell whether a text that does not say it is a table is one: two rows or more with two cells or more."""
    return int((grid.cells.notna().sum(axis="columns") > 1).sum()) > 1


def _evenness(text: str, mark: str) -> tuple[int, int]:
    """Count the rows that have the commonest number of cells above one, and give that number."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        widths = Counter(len(row) for row, _ in zip(lines, range(SNIFFED), strict=False) if len(row) > 1)
    except csv.Error:
        return 0, 0
    return max(((rows, width) for width, rows in widths.items()), default=(0, 0))
