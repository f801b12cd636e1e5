"""Writes dossier/summary.xlsx: its sheets in Chinese, ready to print, every text a text and never a formula.

The file's own date is fixed, so equal results give equal bytes.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from pipeline.dossier import data_sheets, sheets, verdict_sheets
from pipeline.dossier.book import LINE_HEIGHT, Book, add_page, lines, mark_bands, open_book, text_width, write_cell
from pipeline.dossier.comparison import ROW, SIDES, TOTAL, comparison
from pipeline.dossier.forecast_sheet import forecast_sheet
from pipeline.dossier.overview import write_overview
from pipeline.dossier.sheets import COUNT, LONG, NO_ROWS, PROSE, STATUS, TEXT, Sheet
from pipeline.results import Result
from pipeline.schema import STRATEGY_ZH

HEAD_ROW = 3
WRAPPED_WIDTH = {LONG: 28.0, PROSE: 54.0}
SHORT_MAX = 26.0
COMPARED = ("name", "households", "population", "area_km2", "status")
COMPARED_KINDS = ("text", "count", "count", "area", "status")
COMPARED_WIDTHS = (6.0, 24.0, *(20.0, 9.0, 10.0, 9.0, 7.0), 8.0, *(20.0, 9.0, 10.0, 9.0, 7.0), 26.0)


def write_workbook(result: Result, folder: Path) -> None:
    """Write summary.xlsx into `folder`; sheets on which there is nothing to say are left out."""
    book = open_book(folder / "summary.xlsx", result)
    with closing(book.workbook):
        write_overview(book, result)
        for make in (sheets.today_sheet, verdict_sheets.measures_sheet, verdict_sheets.near_sheet, sheets.cases_sheet):
            write_sheet(book, make(result))
        write_comparison(book, result)
        for make in (
            sheets.moves_sheet,
            forecast_sheet,
            sheets.neighbours_sheet,
            sheets.numbers_sheet,
            sheets.reconciliation_sheet,
            data_sheets.read_sheet,
            data_sheets.repairs_sheet,
            data_sheets.offsets_sheet,
            sheets.problems_sheet,
            sheets.basis_sheet,
        ):
            write_sheet(book, make(result))


def write_sheet(book: Book, sheet: Sheet | None) -> None:
    """Write a plain sheet: headings, rows with their kinds, the sums, filters, frozen headings; nothing for None."""
    if sheet is None:
        return
    table = sheet.table
    widths = _widths(sheet)
    page = add_page(book, sheet.name, sheet.title, widths, notes=[sheet.note])
    page.set_row(HEAD_ROW, _height(list(table.columns), widths, range(len(widths))))
    for column, label in enumerate(table.columns):
        page.write_string(HEAD_ROW, column, str(label), book.formats["head"])
    wrapped = [place for place, label in enumerate(table.columns) if sheet.kinds.get(str(label)) in WRAPPED_WIDTH]
    first, last = HEAD_ROW + 1, HEAD_ROW + len(table)
    for row, values in enumerate(table.itertuples(index=False), start=first):
        page.set_row(row, _height(values, widths, wrapped))
        for column, (label, value) in enumerate(zip(table.columns, values, strict=True)):
            write_cell(book, page, row, column, value, sheet.kinds.get(str(label), TEXT))
    if table.empty:
        write_cell(book, page, first, 0, NO_ROWS, TEXT)
    if sheet.sums and len(table):
        _write_sums(book, page, sheet, last + 1)
    for place, label in enumerate(table.columns):
        if sheet.kinds.get(str(label)) == STATUS:
            mark_bands(book, page, first, place, last)
    page.autofilter(HEAD_ROW, 0, max(first, last), len(table.columns) - 1)
    page.repeat_rows(HEAD_ROW)
    page.freeze_panes(first, _frozen(sheet))


def _frozen(sheet: Sheet) -> int:
    """Columns that stay in sight: up to the community, where there is one."""
    names = list(sheet.table.columns)
    return names.index("社区") + 1 if "社区" in names else 1


def _widths(sheet: Sheet) -> list[float]:
    """Column widths from the contents: wrapped columns up to a fixed width, headings may take two or three lines."""
    widths = []
    for label, values in sheet.table.items():
        longest = max((text_width(_shown(value)) for value in values), default=0)
        kind = sheet.kinds.get(str(label), TEXT)
        if kind in WRAPPED_WIDTH:
            widths.append(min(max(longest + 2, text_width(label) + 4, 12), WRAPPED_WIDTH[kind]))
        else:
            widths.append(min(max(longest + 2, min(text_width(label) + 3, 9)), SHORT_MAX))
    return widths


def _shown(value: object) -> str:
    """The value about as a cell shows it."""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _height(values: Sequence[object], widths: Sequence[float], wrapped: Iterable[int]) -> float:
    """Row height in points that shows every line of the wrapped cells."""
    most = max((lines(values[place], widths[place]) for place in wrapped), default=1)
    return most * LINE_HEIGHT + 4


def _write_sums(book: Book, page: Worksheet, sheet: Sheet, row: int) -> None:
    for column, label in enumerate(sheet.table.columns):
        if label in sheet.sums:
            total = sheet.table[label].sum(min_count=1)
            write_cell(book, page, row, column, total, f"sum_{sheet.kinds.get(str(label), COUNT)}")
        else:
            write_cell(book, page, row, column, "合计" if column == 1 else "", "sum_text")


# --- before and after -------------------------------------------------------------------------------------------


def write_comparison(book: Book, result: Result) -> None:
    """Write the before-after table (表2) with merged headings, a line for every group, subtotals and a total."""
    strategy = STRATEGY_ZH[result.strategy]
    table = comparison(result, result.strategy)
    note = f"{strategy}；小计、合计的社区数、户数、人口、面积在调整前后分别平衡（社区数之差等于新设减撤销）。"
    page = add_page(book, "调整前后对照", "表2 调整前后对照表", COMPARED_WIDTHS, notes=[note])
    _write_comparison_head(book, page, result.area.rules.measure)
    first = HEAD_ROW + 2
    for place, row in enumerate(table.to_dict("records")):
        _write_compared(book, page, first + place, row)
    _merge_groups(book, page, table, first)
    for column in (6, 12):
        mark_bands(book, page, first, column, first + len(table) - 1)
    page.repeat_rows(HEAD_ROW, HEAD_ROW + 1)
    page.freeze_panes(first, 3)


def _write_comparison_head(book: Book, page: Worksheet, measure: str) -> None:
    head = book.formats["head"]
    for column, label in ((0, "序号"), (1, "街道/镇/中心"), (7, "调整方式"), (13, "备注")):
        page.merge_range(HEAD_ROW, column, HEAD_ROW + 1, column, label, head)
    for column, label in ((2, "调整前"), (8, "调整后")):
        page.merge_range(HEAD_ROW, column, HEAD_ROW, column + 4, label, head)
        for place, name in enumerate(("社区", measure, "常住人口", "面积km²", "判定")):
            page.write_string(HEAD_ROW + 1, column + place, name, head)


def _write_compared(book: Book, page: Worksheet, line: int, row: dict[str, object]) -> None:
    """Write one line; a side without a community shows a dash."""
    plain = row["level"] == ROW
    look = "" if plain else "sum_"
    page.set_row(line, max(1, lines(row["note"], COMPARED_WIDTHS[-1])) * LINE_HEIGHT + 4)
    heading = {ROW: row["subdistrict"], TOTAL: "合计"}.get(str(row["level"]), f"{row['subdistrict']} 小计")
    write_cell(book, page, line, 0, row["number"] if plain else "", "middle" if plain else "sum_text")
    write_cell(book, page, line, 1, heading, "text" if plain else "sum_text")
    write_cell(book, page, line, 7, row["way"], "middle" if plain else "sum_text")
    write_cell(book, page, line, 13, row["note"], "long" if plain else "sum_text")
    for column, side in zip((2, 8), SIDES, strict=True):
        missing = pd.isna(row[f"name_{side}"])
        for place, (name, kind) in enumerate(zip(COMPARED, COMPARED_KINDS, strict=True)):
            value = row.get(f"{name}_{side}")
            if missing or (not plain and kind == "status"):
                write_cell(book, page, line, column + place, "—" if plain else "", "middle" if plain else "sum_text")
            else:
                text_kind = kind in ("text", "status")
                write_cell(book, page, line, column + place, value, "sum_text" if look and text_kind else look + kind)


def _merge_groups(book: Book, page: Worksheet, table: pd.DataFrame, first: int) -> None:
    """Join the number, the way and the note of a group over its lines."""
    rows = table[table["level"] == ROW]
    for number, group in rows.groupby("number"):
        if len(group) > 1:
            top, bottom = first + int(group.index[0]), first + int(group.index[-1])
            note = str(group["note"].iloc[0])
            page.merge_range(top, 0, bottom, 0, int(number), book.formats["middle"])
            page.merge_range(top, 7, bottom, 7, group["way"].iloc[0], book.formats["middle"])
            page.merge_range(top, 13, bottom, 13, note, book.formats["long"])
            each = max(LINE_HEIGHT + 4, (lines(note, COMPARED_WIDTHS[-1]) * LINE_HEIGHT + 4) / len(group))
            for line in range(top, bottom + 1):
                page.set_row(line, each)
