"""Opens workbooks: xlsx, xls, xlsb, ods and WPS's et, by what they hold and not by the ending of their name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from pipeline.read.sheets.formulas import unseen
from pipeline.read.sheets.grid import Grid, Merge, make_grid
from pipeline.read.sources import Unreadable

_BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08")
"""First bytes of a zip archive (xlsx, xlsb, ods), of a compound file (xls, et) and of a bare xls."""


def is_workbook(content: bytes) -> bool:
    """Tell by the first bytes whether a file is a workbook."""
    return content.startswith(_BEGINNINGS)


@dataclass(frozen=True)
class Workbook:
    """A workbook that was opened; cells are read sheet by sheet. `content`: the bytes of the file."""

    content: bytes
    _book: CalamineWorkbook

    @cached_property
    def sheets(self) -> dict[str, bool]:
        """Names of the sheets of cells in their order, and whether each can be seen."""
        shown = SheetVisibleEnum.Visible
        sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        return {sheet.name: sheet.visible == shown for sheet in sheets}

    def grid(self, name: str) -> Grid:
        """Read the cells of a sheet. Errors and formulas without a result stand as text, #REF! or =SUM(C2:C9)."""
        try:
            sheet = self._book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
        except CalamineError as error:
            raise Unreadable(f"Sheet {name} cannot be read: {error}") from error
        merges = sorted(sheet.merged_cell_ranges or [])
        places = [Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in merges]
        return make_grid(name, _with(rows, unseen(self.content, name)), places)


def open_workbook(content: bytes) -> Workbook:
    """Open a workbook; raises Unreadable."""
    try:
        return Workbook(content, CalamineWorkbook.from_filelike(BytesIO(content)))
    except PasswordError as error:
        raise Unreadable("It is protected by a password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"It is not a workbook that can be read: {error}") from error


def _with(rows: Sequence[Sequence[Any]], cells: Mapping[tuple[int, int], str]) -> Sequence[Sequence[Any]]:
    """Put text into cells that read as blank; the rows may end before them."""
    if not cells:
        return rows
    filled: list[list[Any]] = [list(row) for row in rows]
    for (number, position), text in sorted(cells.items()):
        filled += [[] for _ in range(number - len(filled))]
        row = filled[number - 1]
        row += [None] * (position + 1 - len(row))
        row[position] = text
    return filled
