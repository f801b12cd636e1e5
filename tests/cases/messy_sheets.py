"""Writes the messy tables that planners hold: each function writes the files of one case into a folder.

All are of the small area (see small_area.py): 东街道 with 甲社区 (1400 households) and 乙社区 (1000), 西街道 with
丙社区 (1200). Each community is one unit without a count, so every count comes from the table.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from small_area import small_communities, write_toml

ROWS = [["东街道", "甲社区", 1400], ["东街道", "乙社区", 1000], ["西街道", "丙社区", 1200]]
HEADER = ["街道", "社区名称", "常住户数"]

Sheet = Any
"""A sheet of xlsxwriter."""


def write_units(folder: Path, *without: str) -> None:
    """Write one unit for each community; `without`: columns that it does not have."""
    units = small_communities().assign(unit_id=["u1", "u2", "u3"])
    units.drop(columns=["code", *without]).to_parquet(folder / "units.parquet")


def write_area(folder: Path, table: str, **settings: str) -> None:
    """Write the units without counts and an area.toml that names the table."""
    write_units(folder)
    write_toml(folder, {"units": {"path": "units.parquet"}, "households": {"path": table, **settings}})


def write_book(path: Path, sheets: dict[str, Callable[[Sheet], None]], hidden: Sequence[str] = ()) -> None:
    """Write a workbook; each sheet by a function."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, fill in sheets.items():
            sheet = book.add_worksheet(name)
            fill(sheet)
            if name in hidden:
                sheet.hide()


def in_rows(rows: Sequence[Sequence[Any]]) -> Callable[[Sheet], None]:
    """Fill a sheet row by row from A1; None leaves a cell blank."""

    def fill(sheet: Sheet) -> None:
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if value is not None:
                    sheet.write(number, position, value)

    return fill


def write_table(folder: Path, rows: Sequence[Sequence[Any]], name: str = "台账") -> None:
    """Write an area whose table has these rows, from A1."""
    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {name: in_rows(rows)})


def write_csv(folder: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8", mark: str = ",") -> None:
    """Write an area whose table is a text file of these rows."""
    write_area(folder, "households.csv")
    text = "\n".join(mark.join("" if value is None else str(value) for value in row) for row in rows)
    (folder / "households.csv").write_bytes(text.encode(encoding))


def titles_above_the_header(folder: Path) -> None:
    """Case 1: a title over all columns, then who filled it in, when, and the unit of the figures."""

    def fill(sheet: Sheet) -> None:
        sheet.merge_range("A1:C1", "示例区社区基本情况统计表")
        sheet.write_row("A2", ["填表单位：示例区民政局", "填表日期：2026年4月9日", "单位：户"])
        for number, row in enumerate([HEADER, *ROWS], start=3):
            sheet.write_row(f"A{number}", row)

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def two_levels_merged(folder: Path) -> None:
    """Case 2: 户数 is merged over 常住 and 户籍, the other names are merged down beside them."""

    def fill(sheet: Sheet) -> None:
        sheet.merge_range("A1:D1", "示例区社区户数统计表")
        sheet.merge_range("A2:A3", "街道")
        sheet.merge_range("B2:B3", "社区名称")
        sheet.merge_range("C2:D2", "户数（户）")
        sheet.write_row("C3", ["户籍", "常住"])
        for number, (street, name, count) in enumerate(ROWS, start=4):
            sheet.write_row(f"A{number}", [street, name, count + 7, count])

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def three_levels_merged(folder: Path) -> None:
    """Case 2: three levels, with a row of units and a row of column numbers below."""

    def fill(sheet: Sheet) -> None:
        sheet.merge_range("A1:A3", "街道")
        sheet.merge_range("B1:B3", "社区\n名称")
        sheet.merge_range("C1:F1", "基本情况")
        sheet.merge_range("C2:D2", "户数")
        sheet.merge_range("E2:F2", "人口")
        sheet.write_row("C3", ["户籍", "常住", "户籍", "常住"])
        sheet.write_row("A4", ["甲", "乙", 1, 2, 3, 4])
        for number, (street, name, count) in enumerate(ROWS, start=5):
            sheet.write_row(f"A{number}", [street, name, count + 7, count, 3 * count, 2 * count])

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def two_levels_as_text(folder: Path) -> None:
    """Case 2: the same saved as csv, where merged cells are blanks."""
    head = [["街道", "社区名称", "户数", "", "人口"], ["", "", "户籍", "常住", "常住"]]
    write_csv(folder, [*head, *([a, b, n + 7, n, 2 * n] for a, b, n in ROWS)])


def units_below_the_names(folder: Path) -> None:
    """Case 2: the row below the header says the unit of each column."""
    head = [["街道", "社区名称", "常住户数", "户籍户数"], [None, None, "（户）", "（户）"]]
    write_table(folder, [*head, *([a, b, n, n + 7] for a, b, n in ROWS)])


def parents_merged_down(folder: Path) -> None:
    """Case 3: 街道 is merged down over its communities; the units do not tell their subdistrict."""

    def fill(sheet: Sheet) -> None:
        sheet.write_row("A1", HEADER)
        for number, (_, name, count) in enumerate(ROWS, start=2):
            sheet.write_row(f"B{number}", [name, count])
        sheet.merge_range("A2:A3", "东街道")
        sheet.write("A4", "西街道")

    write_area(folder, "households.xlsx")
    write_units(folder, "subdistrict")
    write_book(folder / "households.xlsx", {"台账": fill})


def parents_left_blank(folder: Path, name: str) -> None:
    """Case 3: 街道 stands in the first of its rows only and is not merged: a true blank, which nothing may fill."""
    rows = [HEADER, ROWS[0], [None, *ROWS[1][1:]], ROWS[2]]
    write_csv(folder, rows) if name.endswith(".csv") else write_table(folder, rows)
    write_units(folder, "subdistrict")


def one_count_for_two_rows(folder: Path) -> None:
    """Case 3: the count is merged over two communities; whose it is nobody can tell."""

    def fill(sheet: Sheet) -> None:
        sheet.write_row("A1", HEADER)
        for number, (street, name, count) in enumerate(ROWS, start=2):
            sheet.write_row(f"A{number}", [street, name, count])
        sheet.merge_range("C2:C3", 2400)

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


SUMS = {
    "below": [HEADER, *ROWS[:2], ["东街道", "小计", 2400], ROWS[2], ["西街道", "小 计", 1200], ["总　计", None, 3600]],
    "first": [HEADER, ["全区", "3个", 3600], ["小计", None, 2400], *ROWS[:2], ["小计", None, 1200], ROWS[2]],
    "named": [HEADER, *ROWS, ["东街道小计", None, 2400], ["西街道小计", None, 1200], ["全区合计：", None, 3600]],
    "elsewhere": [["序号", *HEADER], *([n + 1, *row] for n, row in enumerate(ROWS)), ["合 计", None, None, 3600]],
}
"""Case 4: sums below their rows, above them, named, and with the word in a column of its own."""


def sums_among_the_rows(folder: Path, where: str) -> None:
    """Case 4: rows of 小计, 合计, 总计 and 全区."""
    write_table(folder, SUMS[where])


def footers_below_the_rows(folder: Path) -> None:
    """Case 5: notes, and who filled the form in with their telephone."""
    footers = [
        ["注：户数为常住户。"],
        ["2.丙社区含在建小区。"],
        ["单位负责人：张三", "审核人：李四", None],
        ["填表人：王五", "联系电话：", 13812345678],
    ]
    write_table(folder, [HEADER, *ROWS, [], *footers])


def one_count_written(folder: Path, written: object) -> None:
    """Case 6: the count of 乙社区 is written in some way."""

    def fill(sheet: Sheet) -> None:
        in_rows([HEADER, ROWS[0], [*ROWS[1][:2], None], ROWS[2]])(sheet)
        if isinstance(written, str):
            sheet.write_string("C3", written)
        elif written is not None:
            sheet.write("C3", written)

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def a_count_turned_into_a_date(folder: Path, day: date) -> None:
    """Case 6: the spreadsheet shows the count of 乙社区 as a day."""
    write_area(folder, "households.xlsx")
    with xlsxwriter.Workbook(str(folder / "households.xlsx")) as book:
        sheet = book.add_worksheet("台账")
        in_rows([HEADER, *ROWS])(sheet)
        sheet.write_datetime("C3", day, book.add_format({"num_format": "yyyy/m/d"}))


def a_sheet_for_each_subdistrict(folder: Path) -> None:
    """Case 9: one sheet per 街道 without a column of it, an explanation in front, an old sheet hidden."""
    sheets = {
        "填表说明": in_rows([["各街道户数见以后各表"], ["每个社区一行"]]),
        "东街道": in_rows([["社区户数统计表"], HEADER[1:], *(row[1:] for row in ROWS[:2])]),
        "表三": in_rows([["示例区西街道社区户数统计表"], HEADER[1:], ROWS[2][1:]]),
        "2024年": in_rows([HEADER, *([a, b, n - 100] for a, b, n in ROWS)]),
    }
    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", sheets, hidden=["2024年"])


def sheets_copied_under_one_another(folder: Path) -> None:
    """Case 9: the tables of two 街道 under one another, each with its title, its header, its sum and its signature."""
    blocks = []
    for street, rows in (("东街道", ROWS[:2]), ("西街道", ROWS[2:])):
        total = sum(row[2] for row in rows)
        blocks += [
            [f"{street}社区基本情况表"],
            HEADER[1:],
            *(row[1:] for row in rows),
            ["合计", total],
            ["填表人：王五"],
            [],
        ]
    write_table(folder, blocks)


def two_years_in_one_book(folder: Path) -> None:
    """Case 9: two sheets count the same communities."""
    write_area(folder, "households.xlsx")
    old = [HEADER, *([a, b, n - 100] for a, b, n in ROWS)]
    write_book(folder / "households.xlsx", {"2025": in_rows(old), "2026": in_rows([HEADER, *ROWS])})


def formulas_without_results(folder: Path) -> None:
    """Case 10: one count is a formula that no spreadsheet has calculated, one an error; the sum is uncalculated."""

    def fill(sheet: Sheet) -> None:
        in_rows([HEADER, *ROWS])(sheet)
        sheet.write_formula("C3", "=SUM(E3:F3)", value="")
        sheet.write_formula("C4", "=#REF!+1", value="#REF!")
        sheet.write("A5", "合计")
        sheet.write_formula("C5", "=SUM(C2:C4)", value="")

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def formulas_with_results(folder: Path) -> None:
    """Case 10: counts that are formulas with their results, one of them 0, are counts like others."""

    def fill(sheet: Sheet) -> None:
        in_rows([HEADER, *ROWS])(sheet)
        sheet.write_formula("C2", "=700*2", value=1400)
        sheet.write_formula("C3", "=1-1", value=0)

    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", {"台账": fill})


def counts_of_dates(folder: Path, east: str, west: str) -> None:
    """Case 11: each subdistrict's sheet says its date in its title or its notes."""
    sheets = {
        "东街道": in_rows([[east], HEADER[1:], *(row[1:] for row in ROWS[:2])]),
        "西街道": in_rows([["社区户数"], HEADER[1:], ROWS[2][1:], [west]]),
    }
    write_area(folder, "households.xlsx")
    write_book(folder / "households.xlsx", sheets)


IDENTITIES = ["11010519491231002X", "150104198001010017", "310112198605120014"]
MOBILES = ["13812345678", "15947112233", "18604718899"]


def personal_data(folder: Path) -> None:
    """Case 16: names, telephones and identity numbers of persons, one column of them under another name."""
    names = ["张三丰", "李四光", "王五行"]
    head = [*HEADER, "社区负责人", "社区负责人电话", "备注", "社区工作者", "网格员", "门牌号"]
    rows = [
        [*row, name, mobile, identity, 5, 4, f"大召前街{number}号"]
        for number, (row, name, mobile, identity) in enumerate(zip(ROWS, names, MOBILES, IDENTITIES, strict=True))
    ]
    write_table(folder, [head, *rows])


def totals_that_differ(folder: Path) -> None:
    """Case 35: the sum of one subdistrict and that of all say more than their rows."""
    sums = [["东街道", "小计", 2450], ROWS[2], ["西街道", "小计", 1200], ["合计", None, 3650]]
    write_table(folder, [HEADER, *ROWS[:2], *sums])
