"""Sheets: cells, text files, headers, rows, sums, subdistricts and the choice among sheets."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.read.cells.totals import check_totals
from pipeline.read.cells.values import typed
from pipeline.read.columns.recognition import recognised
from pipeline.read.sheets import read_sheets
from pipeline.read.sheets.formulas import unseen
from pipeline.read.sheets.grid import Grid, Merge, make_grid
from pipeline.read.sheets.header import find_header
from pipeline.read.sheets.sheet import FROM_SHEET, Sheet, read_grid
from pipeline.read.sheets.texts import decoded, delimiter, read_text
from pipeline.read.sources import Source, Unreadable

HEAD = ["街道", "社区", "户数"]


def choose(names):
    return recognised("households", list(names), {}, "常住户")


def grid_of(*rows, merges=(), name="表一") -> Grid:
    """Make a sheet of rows from A1."""
    return make_grid(name, rows, merges)


def sheet_of(*rows, merges=(), name="表一", file="h.xlsx") -> Sheet:
    """Read a sheet of rows from A1."""
    return read_grid(grid_of(*rows, merges=merges, name=name), file, "households", choose)


def names_of(*rows, merges=()) -> tuple[str, ...]:
    """Names of the columns of a sheet."""
    return find_header(grid_of(*rows, merges=merges), choose).names


def read_file(path: Path, layer: str | None = None) -> tuple[list[Source], list[dict[str, str]]]:
    """Read the sheets of a file as a table of counts."""
    return read_sheets(path, layer, "households", choose)


def test_a_header_without_merged_cells_is_told_by_the_names_under_blanks() -> None:
    rows = [["社区", "户数", None, "人口"], [None, "户籍", "常住", "常住"], ["甲", 1, 2, 3]]
    assert ("社区", "户数·户籍", "户数·常住", "人口·常住") == names_of(*rows)


def test_a_blank_under_a_header_does_not_make_the_first_row_of_data_a_level() -> None:
    rows = [["社区", "户数", None], ["甲社区", "无", "新设"], ["乙社区", 5, None]]
    assert ("社区", "户数", "(C)") == names_of(*rows)


def test_a_header_merged_across_for_looks_does_not_swallow_a_row_of_data() -> None:
    rows = [["社区", "户数", "备注", None], ["甲社区", 4, "新设", None], ["乙社区", 5, None, None]]
    assert ("社区", "户数", "备注", "备注(D)") == names_of(*rows, merges=[Merge(1, 2, 1, 3)])


def test_a_title_merged_over_some_columns_is_no_level_of_the_header() -> None:
    rows = [["社区户数表", None, None], ["街道", "社区", "户数"], ["东", "甲", 1]]
    assert tuple(HEAD) == names_of(*rows, merges=[Merge(1, 0, 1, 1)])


def test_a_repeated_or_blank_name_gets_its_letter() -> None:
    assert ("社区", "户数", "户数(C)", "(D)") == names_of(["社区", "户数", "户数", None], ["甲", 1, 2, 3])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["社区", "户数·常住", "户数·户籍"], {"households": "户数·常住", "registered_households": "户数·户籍"}),
        (["社区", "人口·常住", "户数·合计"], {"households": "户数·合计", "population": "人口·常住"}),
        (["社区", "2025年·常住户", "2026年·常住户"], {}),
    ],
)
def test_joined_names_are_recognised_unless_two_mean_the_same(names: list[str], expected: dict[str, str]) -> None:
    assert {"community": "社区", **expected} == choose(names)


def test_only_merged_cells_are_filled_down_and_numbers_never() -> None:
    rows = [HEAD, ["东", "甲", 9], [None, "甲", None], [None, "丙", 1], [None, "丁", 2]]
    sheet = sheet_of(*rows, merges=[Merge(2, 0, 3, 0), Merge(2, 2, 3, 2)])
    table = sheet.source.table
    assert ["东", "东", None, None] == [None if pd.isna(value) else value for value in table["街道"]]
    assert [True, False, True, True] == table["户数"].notna().tolist()
    assert [] == [row for row in sheet.rows if row["problem"] == "merged number"]


def test_sums_are_known_wherever_the_word_stands_and_a_remark_makes_none() -> None:
    rows = [[*HEAD, "备注"], ["东", "甲", 1, "合计"], ["合  计", "2个社区", 3, None], ["东", "乙", 2, None]]
    source = sheet_of(*rows).source
    assert source.totals is not None
    assert [[2, 4], [3]] == [source.table.index.tolist(), source.totals.index.tolist()]


def test_a_community_whose_name_begins_like_a_note_is_data() -> None:
    rows = [["社区", "户数"], ["注册路社区", 5], ["单位一号院", 6], ["说明", 7]]
    assert [2, 3] == sheet_of(*rows).source.table.index.tolist()


def test_a_row_of_column_numbers_is_left_out_and_small_counts_are_not() -> None:
    head = ["街道", "社区", "户数", "人口"]
    assert [3] == sheet_of(head, ["甲", "乙", 1, 2], ["东", "甲", 3, 4]).source.table.index.tolist()
    assert [2, 3] == sheet_of(head, ["东", "甲", 1, 2], ["东", "乙", 3, 4]).source.table.index.tolist()


def test_what_is_left_out_is_told_by_its_rows_without_its_text() -> None:
    rows = [HEAD, ["东", "甲", 1], ["填表人：张三", None, 13812345678]]
    told = [row["detail"] for row in sheet_of(*rows).rows]
    assert ["These rows are no data and were left out: notes and signatures (row 3)."] == told


@pytest.mark.parametrize(
    ("name", "title", "file", "expected"),
    [
        ("大召街道", "社区户数表", "h.xlsx", "大召街道"),
        ("Sheet1", "玉泉区大召街道社区户数表", "h.xlsx", "大召街道"),
        ("Sheet1", "填表单位：小黑河镇", "h.xlsx", "小黑河镇"),
        ("", "社区户数表", "大召街道.csv", "大召街道"),
        ("Sheet1", "玉泉区社区户数表", "h.xlsx", None),
        ("Sheet1", "玉泉区各街道社区户数表", "社区服务中心.xlsx", None),
    ],
)
def test_a_sheet_without_subdistricts_takes_the_one_it_is_about(name, title, file, expected) -> None:
    sheet = sheet_of([title], ["社区", "户数"], ["甲", 1], name=name, file=file)
    told = sheet.source.table[FROM_SHEET].iloc[0] if FROM_SHEET in sheet.source.table else None
    assert expected == told
    severities = [row["severity"] for row in sheet.rows if row["problem"] == "subdistrict from sheet"]
    assert ([] if expected is None else ["note"]) == severities


def test_a_sheet_whose_name_and_title_differ_is_warned_of() -> None:
    sheet = sheet_of(["昭君路街道社区户数表"], ["社区", "户数"], ["甲", 1], name="大召街道")
    row = next(row for row in sheet.rows if row["problem"] == "subdistrict from sheet")
    assert ("warning", True) == (row["severity"], "The sheet's title says 昭君路街道." in row["detail"])


def test_a_column_of_subdistricts_goes_before_the_sheets_name() -> None:
    assert FROM_SHEET not in sheet_of(HEAD, ["西街道", "甲", 1], name="东街道").source.table


def totals_of(*rows, merges=()) -> list[tuple[str, str]]:
    """Severity and cell of what the sums of a sheet give."""
    sheet = sheet_of(*rows, merges=merges)
    ours = {theirs: column for column, theirs in sheet.chosen.items()}
    source = sheet.source
    assert source.totals is not None
    letters = {ours[name]: letter for name, letter in source.letters.items() if name in ours}
    renamed = Source(
        "households",
        "t",
        source.table[[*ours]].rename(columns=ours),
        letters=letters,
        totals=source.totals.rename(columns=ours),
    )
    return [(row["severity"], row["source"]) for row in check_totals(typed(renamed)[0])]


def test_a_sum_that_is_not_calculated_or_blank_is_not_compared() -> None:
    assert [] == totals_of(HEAD, ["东", "甲", 1], ["合计", None, None])


def test_a_sum_of_the_subdistrict_it_names_is_compared_wherever_it_stands() -> None:
    rows = [HEAD, ["东街道", "甲", 1], ["西街道", "乙", 2], ["东街道", "丙", 4], ["东街道小计", None, 5]]
    assert [("note", "t")] == totals_of(*rows)
    assert [("warning", "t!C5")] == totals_of(*rows[:4], ["东街道小计", None, 7])


def test_several_sums_called_the_same_stand_for_the_rows_above_each() -> None:
    rows = [HEAD, ["东", "甲", 1], ["东", "乙", 2], ["合计", None, 3], ["西", "丙", 4], ["合计", None, 5]]
    assert [("warning", "t!C6"), ("note", "t")] == totals_of(*rows)


def test_a_difference_says_how_many_rows_have_no_number() -> None:
    sheet = sheet_of(HEAD, ["东", "甲", 1], ["东", "乙", None], ["合计", None, 3])
    ours = {theirs: column for column, theirs in sheet.chosen.items()}
    table, totals = sheet.source.table.rename(columns=ours), sheet.source.totals
    assert totals is not None
    source, _ = typed(Source("households", "t", table, totals=totals.rename(columns=ours)))
    assert "it says 2 more. 1 of these rows have no number." in check_totals(source)[0]["detail"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_is_decoded_without_loss_or_refused(encoding: str) -> None:
    text = "街道,社区\n东街道,㐂社区"
    if encoding == "utf-16-le":  # without its mark nothing says what it is
        with pytest.raises(Unreadable, match="neither UTF-8 nor GB18030"):
            decoded(text.encode(encoding))
    else:
        assert text == decoded(text.encode(encoding))


def test_the_delimiter_is_that_of_the_rows_and_not_of_the_title() -> None:
    assert "\t" == delimiter("户数表,2026年,一季度\n社区\t户数\n甲\t1,200\n乙\t1,300")
    assert "," == delimiter('表;一\n社区,户数\n甲,"1,200"\n')


def test_codes_that_an_export_wrote_as_formulas_are_read_as_text() -> None:
    assert [["社区代码", "户数"], ["015010", "5"]] == read_text(
        '社区代码,户数\n="015010",5\n'.encode()
    ).cells.values.tolist()


def test_a_web_page_named_as_a_workbook_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "h.xls").write_text("<html><table><tr><td>社区</td></tr></table></html>", "utf-8")
    with pytest.raises(Unreadable, match="web page"):
        read_file(tmp_path / "h.xls")


def write_book(path: Path, fill) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        fill(book.add_worksheet("表一"))


@pytest.mark.parametrize("name", ["h.et", "h.xls", "h.xlsx", "h.ods"])
def test_a_workbook_is_read_by_what_it_holds_and_not_by_its_name(tmp_path: Path, name: str) -> None:
    write_book(
        tmp_path / name,
        lambda sheet: sheet.write_column("A1", ["社区", "甲社区"]) + sheet.write_column("B1", ["户数", 5]),
    )
    (source,), _ = read_file(tmp_path / name)
    assert [["甲社区", 5]] == source.table.values.tolist()


def test_a_text_table_named_as_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "h.xls").write_bytes("社区\t户数\n甲社区\t5\n".encode("gb18030"))
    (source,), _ = read_file(tmp_path / "h.xls")
    assert [["甲社区", "5"]] == source.table.values.tolist()


def test_errors_and_formulas_without_result_stand_where_a_blank_was(tmp_path: Path) -> None:
    def fill(sheet) -> None:
        sheet.write_formula("A1", "=1+1", value="")
        sheet.write_formula("B2", "=1/0", value="#DIV/0!")
        sheet.write_formula("C3", "=1-1", value=0)

    write_book(tmp_path / "h.xlsx", fill)
    content = (tmp_path / "h.xlsx").read_bytes()
    assert {(1, 0): "=1+1", (2, 1): "#DIV/0!"} == unseen(content, "表一")
    assert {} == unseen(content, "no such sheet")
    assert {} == unseen(b"no archive", "表一")


def test_a_formula_whose_result_is_an_empty_text_is_a_blank(tmp_path: Path) -> None:
    cells = {
        '<c r="A1" t="str"><f>IF(1,"","")</f><v></v></c>': {},
        '<c r="A1"><f t="shared" si="0"/></c>': {(1, 0): "=…"},
        '<c r="A1"><f>B1</f><v/></c>': {(1, 0): "=B1"},
        '<c r="A1"><f>B1</f><v>7</v></c>': {},
    }
    write_book(tmp_path / "h.xlsx", lambda sheet: sheet.write("A1", 1))
    for cell, expected in cells.items():
        changed = tmp_path / "changed.xlsx"
        with zipfile.ZipFile(tmp_path / "h.xlsx") as old, zipfile.ZipFile(changed, "w") as new:
            for name in old.namelist():
                text = old.read(name)
                new.writestr(name, text.replace(b'<c r="A1"><v>1</v></c>', cell.encode()))
        assert expected == unseen(changed.read_bytes(), "表一"), cell


def book_of(path: Path, **sheets) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def test_sheets_of_another_kind_of_thing_are_not_read_with_the_rest(tmp_path: Path) -> None:
    communities = [["社区", "街道", "户数"], ["甲社区", "东街道", 5]]
    book_of(tmp_path / "h.xlsx", 社区=communities, 小区=[["小区编号", "户数"], ["u1", 5]], 空=[])
    (source,), rows = read_file(tmp_path / "h.xlsx")
    assert "h.xlsx 社区" == source.label
    assert ["Read: 社区 (1 rows). Not read: 小区."] == [
        row["detail"] for row in rows if row["problem"] == "sheets read"
    ]


def test_the_same_name_in_two_subdistricts_is_no_repeated_sheet(tmp_path: Path) -> None:
    rows = [["社区", "户数"], ["新华社区", 5]]
    book_of(tmp_path / "h.xlsx", 东街道=rows, 西街道=rows)
    assert 2 == len(read_file(tmp_path / "h.xlsx")[0])
    book_of(tmp_path / "h.xlsx", 甲表=rows, 乙表=rows)
    sources, found = read_file(tmp_path / "h.xlsx")
    assert ([], ["sheets repeat"]) == (sources, [row["problem"] for row in found if row["severity"] == "error"])


def test_a_book_with_hidden_sheets_only_is_refused_with_their_names(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "h.xlsx")) as book:
        book.add_worksheet("旧").very_hidden()
        book.add_chartsheet("图").activate()
    with pytest.raises(Unreadable, match="It has no sheet that can be seen; hidden: 旧"):
        read_file(tmp_path / "h.xlsx")


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    write_book(tmp_path / "h.xlsx", lambda sheet: sheet.write("A1", 1))
    with pytest.raises(Unreadable, match="There is no sheet '表二'; sheets: 表一"):
        read_file(tmp_path / "h.xlsx", "表二")


COUNTS = st.lists(st.lists(st.integers(0, 9999), min_size=1, max_size=4), min_size=1, max_size=4)
"""Counts of the communities of each subdistrict."""


@settings(max_examples=60)
@given(counts=COUNTS, titles=st.integers(0, 3), deep=st.booleans(), sums=st.sampled_from(["", "above", "below"]))
def test_whatever_stands_around_the_rows_their_counts_are_read_and_sums_agree(counts, titles, deep, sums) -> None:
    rows: list[list[object]] = [[f"第{number}行标题", None, None, None] for number in range(titles)]
    merges = []
    if deep:
        rows += [["街道", "社区", "户数", None], [None, None, "常住", "户籍"]]
        at = len(rows)
        merges += [Merge(at - 1, 0, at, 0), Merge(at - 1, 1, at, 1), Merge(at - 1, 2, at - 1, 3)]
    else:
        rows.append(["街道", "社区", "常住户", "户籍户"])
    for number, group in enumerate(counts):
        first = len(rows) + 1
        body: list[list[object]] = [
            [None, f"{number}-{place}社区", count, 2 * count] for place, count in enumerate(group)
        ]
        total = [[None, "小计", sum(group), 2 * sum(group)]]
        rows += {"": body, "above": [*total, *body], "below": [*body, *total]}[sums]
        rows[first - 1][0] = f"{number}号街道"
        merges += [Merge(first, 0, len(rows), 0)] if len(rows) > first else []
    rows += [
        ["合 计", None, sum(map(sum, counts)), 2 * sum(map(sum, counts))],
        ["填表人：王五", None, None, 13812345678],
    ]
    sheet = sheet_of(*rows, merges=merges)
    table = sheet.source.table.rename(columns={theirs: ours for ours, theirs in sheet.chosen.items()})
    assert [count for group in counts for count in group] == table["households"].tolist()
    assert [f"{number}号街道" for number, group in enumerate(counts) for _ in group] == table["subdistrict"].tolist()
    assert {"note"} == {severity for severity, _ in totals_of(*rows, merges=merges)}


def test_a_sum_of_the_compounds_of_a_community_is_no_compound() -> None:
    head = ["街道", "社区", "小区", "户数"]
    rows = [["东", "甲", "一号院", 1], ["东", "甲", "二号院", 2], ["东", "甲", "小计", 3]]
    rows += [["东", "乙", "三号院", 4], ["东", "乙", "小计", 4], ["合计", None, None, 7]]
    source = sheet_of(head, *rows).source
    assert source.totals is not None
    assert [[2, 3, 5], [4, 6, 7]] == [source.table.index.tolist(), source.totals.index.tolist()]


def test_the_sum_of_a_community_is_compared_with_its_own_rows() -> None:
    head = ["街道", "社区", "小区", "户数"]
    rows = [["东", "甲", "一号院", 1], ["东", "甲", "二号院", 2], ["东", "甲", "小计", 3]]
    rows += [["东", "乙", "三号院", 4], ["东", "乙", "小计", 5]]
    assert [("warning", "t!D6"), ("note", "t")] == totals_of(head, *rows)


def test_a_number_behind_the_word_of_a_sum_is_no_name() -> None:
    source = sheet_of(HEAD, ["东", "甲", 1], ["东", "乙", 2], ["合计", 2.0, 3]).source
    assert [2, 3] == source.table.index.tolist()


def test_a_row_with_name_and_count_is_data_whatever_remark_stands_before_them() -> None:
    rows = [["以上为老旧小区", "甲", 1], ["截至2025年底", "乙", "2"], [None, "丙", 3], ["说明1", "共3个", None]]
    assert [2, 3, 4] == sheet_of(["备注", "社区", "户数"], *rows).source.table.index.tolist()


@pytest.mark.parametrize(("row", "severity"), [("甲,1,200,", "error"), ("甲,1200,,见附表", "warning")])
def test_a_row_of_text_with_more_cells_than_the_header_is_told(tmp_path: Path, row: str, severity: str) -> None:
    (tmp_path / "h.csv").write_text(f"社区,户数\n{row}\n乙,1300\n", "utf-8")
    assert [severity] == [found["severity"] for found in read_file(tmp_path / "h.csv")[1]]


def test_a_heading_that_is_numbered_names_its_subdistrict() -> None:
    sheet = sheet_of(["社区", "户数"], ["一、东街道"], ["甲", 1], ["（二）西街道"], ["乙", 2])
    assert ["东街道", "西街道"] == sheet.source.table[FROM_SHEET].tolist()


def test_sums_beside_cells_that_are_merged_down_are_known() -> None:
    rows = [["东", "甲", "一号院", 1], [None, None, "二号院", 2], [None, None, "小 计", 3], ["合计", None, None, 3]]
    merges = [Merge(2, 0, 4, 0), Merge(2, 1, 4, 1), Merge(5, 0, 5, 2)]
    source = sheet_of(["街道", "社区", "小区", "户数"], *rows, merges=merges).source
    assert source.totals is not None
    assert [[2, 3], [4, 5]] == [source.table.index.tolist(), source.totals.index.tolist()]


def test_a_quotation_mark_that_is_not_closed_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="line 2"):
        read_text('社区,户数,备注\n甲,1,"未闭合\n乙,2,\n'.encode())
    assert 2 == len(read_text('社区,备注\n甲,"两\n行"'.encode()).cells)


def test_a_sheet_of_blanks_is_empty_and_blank_rows_above_a_header_are_no_matter() -> None:
    assert sheet_of([None, None]).source.table.empty
    assert [13] == sheet_of(*[[None] * 3] * 11, HEAD, ["东", "甲", 1]).source.table.index.tolist()
