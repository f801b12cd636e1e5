"""Reads sheets as planners keep them: workbooks, text files, attribute tables of layers.

The rooms, in the order they are used: workbook (formulas) or texts give a grid; header and body (totals, notes, merged
cells) make rows of it; sheet makes a source of them (parent, the date); choice says which sheets are read together.
Every value keeps its row number and its column letter, so that a fault can be named as a cell.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import problem
from pipeline.read.sheets.attributes import read_attributes
from pipeline.read.sheets.choice import choose_sheets
from pipeline.read.sheets.grid import Grid, column_letter
from pipeline.read.sheets.header import HEADER_WITHIN, Choose
from pipeline.read.sheets.sheet import read_grid
from pipeline.read.sheets.texts import looks_like_table, read_text
from pipeline.read.sheets.workbook import is_workbook, open_workbook
from pipeline.read.sources import Rows, Source, Unreadable

__all__ = ["column_letter", "is_sheet", "read_plain", "read_sheets"]

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
TEXTS = (".csv", ".tsv", ".txt")


def is_sheet(path: Path) -> bool:
    """Tell whether a file is a table without shapes, by its name."""
    return path.suffix.lower() in WORKBOOKS + TEXTS


def read_sheets(path: Path, layer: str | None, role: str, choose: Choose) -> tuple[list[Source], Rows]:
    """Read the sheets of a file that tell counts, each as a source under its own column names, with what was found.

    `layer`: the one sheet to read; without it all that can be seen and serve. `choose` finds our columns among names:
    it tells the header row and the sheets. Values stay as they are in the file; the index is the row number; rows that
    are no data are left out, sums are in `Source.totals`. No source where two sheets count the same. Raises Unreadable.
    """
    if not is_sheet(path):
        return [read_attributes(path, layer, role)], []
    grids, rows = _grids(path, layer, role)
    sheets = [read_grid(grid, path.name, role, choose) for grid in grids]
    chosen, found = choose_sheets(sheets, path.name, role)
    return [sheet.source for sheet in chosen], [*rows, *found, *(row for sheet in chosen for row in sheet.rows)]


def read_plain(path: Path, layer: str | None, role: str, names: Mapping[str, Sequence[str]]) -> Source:
    """Read one sheet whose header is known: our columns (`names`: ours -> theirs) as they stand, blank cells None.

    The header is the first row with most of the names; without `layer` the sheet with most of them is read. The index
    is the row number. Raises Unreadable where a sheet has none of the names.
    """
    known = {name.lower(): ours for ours, theirs in names.items() for name in (ours, *theirs)}
    best: tuple[int, Grid, int] | None = None
    for grid in _grids(path, layer, role)[0]:
        for number, row in grid.cells.head(HEADER_WITHIN).iterrows():
            count = len({known[text] for text in map(_lower, row) if text in known})
            if count and (best is None or count > best[0]):
                best = (count, grid, int(number))
    if best is None:
        raise Unreadable(f"It has no header with {', '.join(names)}")
    _, grid, number = best
    positions = {
        known[text]: place
        for place, text in reversed([*enumerate(map(_lower, grid.cells.loc[number]))])
        if text in known
    }
    rows = grid.cells.loc[number + 1 :, list(positions.values())].set_axis(list(positions), axis="columns")
    letters = {ours: column_letter(place) for ours, place in positions.items()}
    return Source(role, f"{path.name} {grid.name}".strip(), rows.dropna(how="all"), tuple(positions), letters)


def _lower(value: object) -> str:
    return "" if value is None else str(value).strip().lower()


def _grids(path: Path, layer: str | None, role: str) -> tuple[list[Grid], Rows]:
    """Open a file by what it holds; a workbook's hidden sheets are left alone unless one is asked for."""
    content = path.read_bytes()
    if not is_workbook(content):
        return [_text_grid(path, content)], []
    book = open_workbook(content)
    if layer is not None:
        if layer not in book.sheets:
            raise Unreadable(f"There is no sheet {layer!r}; sheets: {', '.join(book.sheets)}")
        return [book.grid(layer)], []
    seen = [name for name, shown in book.sheets.items() if shown]
    hidden = [name for name, shown in book.sheets.items() if not shown]
    if not seen:
        raise Unreadable(f"It has no sheet that can be seen; hidden: {', '.join(hidden) or 'none'}")
    rows = []
    if hidden:
        detail = f"{len(hidden)} hidden sheets were not read: {', '.join(hidden)}."
        advice = f'To read one, write layer = "its name" under [{role}].'
        rows.append(problem("note", role, "hidden sheets", detail, advice, source=path.name))
    return [book.grid(name) for name in seen], rows


def _text_grid(path: Path, content: bytes) -> Grid:
    """Read a text file; one that is named as a workbook (an export named .xls) must at least look like a table."""
    if path.suffix.lower() in TEXTS:
        return read_text(content)
    try:
        grid = read_text(content)
    except Unreadable as error:
        raise Unreadable(f"It is no workbook. {error}") from error
    if not looks_like_table(grid):
        raise Unreadable("It is no workbook, and its text is no table")
    return grid
