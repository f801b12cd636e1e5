"""Tables as planners hold them are read right, or refused with the cell and what to do."""

from datetime import date
from pathlib import Path

import messy_sheets as messy
import pandas as pd
import pytest
from small_area import TOTALS, all_problems, found, read

from pipeline.errors import listed
from pipeline.read.opening import open_parts
from pipeline.read.sources import Source, joined
from pipeline.results import Area
from pipeline.settings import load_settings

SHEET = "households.xlsx 台账"


def opened(folder: Path) -> tuple[Source, list[dict[str, str]]]:
    """Open the table of counts alone, with what was found."""
    parts, rows = open_parts(load_settings(folder), "households", "常住户")
    assert parts, rows
    return joined(parts, "households.xlsx"), rows


def table_of(folder: Path) -> Source:
    """Open the table of counts alone."""
    return opened(folder)[0]


def problem_of(area: Area, name: str) -> pd.Series:
    """Give the one problem of a name."""
    rows = area.problems[area.problems["problem"] == name]
    assert 1 == len(rows), listed(area.problems)
    return rows.iloc[0]


def assert_read_right(area: Area) -> None:
    """The counts of all communities equal the truth and nothing stops the run."""
    assert [] == found(area.problems), listed(area.problems)
    assert TOTALS == area.communities["households"].to_dict()


def test_case_01_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    messy.titles_above_the_header(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    assert [] == found(area.problems, "warning")
    assert [4, 5, 6] == table_of(tmp_path).table.index.tolist()


@pytest.mark.parametrize(
    "write",
    [messy.two_levels_merged, messy.three_levels_merged, messy.two_levels_as_text, messy.units_below_the_names],
)
def test_case_02_the_levels_of_a_header_are_joined_to_one_name(tmp_path: Path, write) -> None:
    write(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    registered = table_of(tmp_path).table.set_index("community")["registered_households"]
    assert {name: count + 7 for name, count in TOTALS.items()} == registered.to_dict()


def test_case_02_the_joined_name_is_the_one_that_is_shown_and_mapped(tmp_path: Path) -> None:
    messy.three_levels_merged(tmp_path)
    expected = (
        "街道",
        "社区名称",
        *(f"基本情况·{what}·{kind}" for what in ("户数", "人口") for kind in ("户籍", "常住")),
    )
    assert expected == table_of(tmp_path).seen
    messy.write_area(tmp_path, "households.xlsx", households="基本情况·户数·户籍")
    assert {name: count + 7 for name, count in TOTALS.items()} == read(tmp_path).communities["households"].to_dict()


def test_case_03_a_cell_merged_down_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    messy.parents_merged_down(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    assert ["东街道", "东街道", "西街道"] == area.communities["subdistrict"].tolist()


@pytest.mark.parametrize("name", ["households.csv", "households.xlsx"])
def test_case_03_a_true_blank_stays_blank(tmp_path: Path, name: str) -> None:
    messy.parents_left_blank(tmp_path, name)
    assert ["东街道", "", "西街道"] == table_of(tmp_path).table["subdistrict"].tolist()
    problems = all_problems(read(tmp_path))
    row = problems[problems["problem"] == "units without subdistrict"].iloc[0]
    assert "error" == row["severity"]
    assert "乙社区" in row["detail"] or "u2" in row["detail"]


def test_case_03_a_count_merged_over_two_communities_is_refused(tmp_path: Path) -> None:
    messy.one_count_for_two_rows(tmp_path)
    row = problem_of(read(tmp_path), "merged number")
    assert ("error", f"{SHEET}!C2:C3") == (row["severity"], row["source"])
    assert "One cell of 常住户数 is merged over rows 2 to 3." == row["detail"]
    assert "Unmerge it and give each row its own number." == row["advice"]


@pytest.mark.parametrize("where", messy.SUMS)
def test_case_04_rows_of_sums_are_left_out_and_kept_as_totals(tmp_path: Path, where: str) -> None:
    messy.sums_among_the_rows(tmp_path, where)
    area = read(tmp_path)
    assert_read_right(area)
    assert [] == found(area.problems, "warning"), listed(area.problems)
    expected = {"below": [4, 6, 7], "first": [2, 3, 6], "named": [5, 6, 7], "elsewhere": [5]}[where]
    totals = table_of(tmp_path).totals
    assert totals is not None
    assert expected == totals.index.tolist()
    assert f"{len(expected)} totals agree with the rows they stand for." == problem_of(area, "totals agree")["detail"]
    left = {"below": "rows 4, 6–7", "first": "rows 2–3, 6", "named": "rows 5–7", "elsewhere": "row 5"}[where]
    assert f"totals ({left})." in problem_of(area, "rows left out")["detail"]


def test_case_05_footers_are_left_out_and_named_by_their_rows(tmp_path: Path) -> None:
    messy.footers_below_the_rows(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    detail = problem_of(area, "rows left out")["detail"]
    assert "These rows are no data and were left out: notes and signatures (rows 6–9)." == detail
    assert not area.problems["detail"].str.contains("王五|13812345678").any()


WRITTEN = [
    (1000, "", ""),
    ("1000", "", ""),
    ("１０００", "", ""),
    ("　1000　", "", ""),
    ("１ ０ ０ ０", "", ""),
    ("1,000", "", ""),
    ("1，000", "", ""),
    ("'1000", "", ""),
    ("1000.0", "", ""),
    ("1 000", "note", "number converted"),
    ("1000户", "note", "number converted"),
    ("1000 户", "note", "number converted"),
    ("0.1万", "note", "number converted"),
    ("约1000", "warning", "approximate count"),
    ("约1000户", "warning", "approximate count"),
    ("1000+", "warning", "approximate count"),
    ("1000以上", "warning", "approximate count"),
    ("近1000", "warning", "approximate count"),
    ("1000余户", "warning", "approximate count"),
]
"""Ways to write 1000, and what is said of them."""


def the_row(rows: list[dict[str, str]], name: str) -> dict[str, str]:
    """Give the one row of a name."""
    found = [row for row in rows if row["problem"] == name]
    assert 1 == len(found), rows
    return found[0]


@pytest.mark.parametrize(("written", "severity", "name"), WRITTEN)
def test_case_06_a_count_is_read_as_it_is_meant(tmp_path: Path, written: object, severity: str, name: str) -> None:
    messy.one_count_written(tmp_path, written)
    source, rows = opened(tmp_path)
    assert TOTALS == source.table.set_index("community")["households"].to_dict()
    if name:
        row = the_row(rows, name)
        assert (severity, f"{SHEET}!C3") == (row["severity"], row["source"])
        assert repr(written) in row["detail"]
    else:
        assert not [row for row in rows if "C3" in row["source"]]
    assert source.written is not None
    assert written == source.written.at[3, "households"]


@pytest.mark.parametrize("written", ["—", "－", "——", "/", "无", "暂无"])
def test_case_06_what_stands_for_unknown_is_not_taken_for_0(tmp_path: Path, written: str) -> None:
    messy.one_count_written(tmp_path, written)
    source, rows = opened(tmp_path)
    assert [False, True, False] == source.table["households"].isna().tolist()
    note = the_row(rows, "written as unknown")
    assert ("note", f"{SHEET}!C3") == (note["severity"], note["source"])
    assert f"1 values of households are taken as unknown, not as 0: {written!r}." == note["detail"]


def test_case_06_an_unknown_count_of_a_community_stops_the_run(tmp_path: Path) -> None:
    messy.one_count_written(tmp_path, "无")
    row = problem_of(read(tmp_path), "blank count")
    assert ("error", "乙社区", f"{SHEET}!C3") == (row["severity"], row["id"], row["source"])
    assert "Write the count (0 if nobody lives there)." == row["advice"]


@pytest.mark.parametrize("written", ["一千", "900-1000", "1000或1100", "10,00", "10 00", "1000\n200", True])
def test_case_06_what_could_mean_two_numbers_is_refused_with_its_cell(tmp_path: Path, written: object) -> None:
    messy.one_count_written(tmp_path, written)
    row = the_row(opened(tmp_path)[1], "not a number")
    assert ("error", "乙社区", f"{SHEET}!C3") == (row["severity"], row["id"], row["source"])
    assert f"households is not a number (found: {written!r})." == row["detail"]


def test_case_06_a_count_that_became_a_date_is_refused_with_the_number_it_holds(tmp_path: Path) -> None:
    messy.a_count_turned_into_a_date(tmp_path, date(1902, 9, 26))
    row = problem_of(read(tmp_path), "date instead of number")
    assert ("error", "乙社区", f"{SHEET}!C3") == (row["severity"], row["id"], row["source"])
    assert "households was turned into a date (found: '1902-09-26, which as a number is 1000')." == row["detail"]
    assert row["advice"].startswith("Format the cell as a number and type it again.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_text_file_is_read_in_its_encoding_with_a_title_above(tmp_path: Path, encoding: str, mark: str) -> None:
    messy.write_csv(tmp_path, [["示例区社区户数表,2026年"], messy.HEADER, *messy.ROWS], encoding, mark)
    assert TOTALS == table_of(tmp_path).table.set_index("community")["households"].to_dict()


def test_excels_unicode_text_is_read(tmp_path: Path) -> None:
    messy.write_csv(tmp_path, [messy.HEADER, *messy.ROWS], "utf-16", "\t")
    assert_read_right(read(tmp_path))


def test_case_09_a_sheet_for_each_subdistrict_is_read_and_hidden_ones_are_named(tmp_path: Path) -> None:
    messy.a_sheet_for_each_subdistrict(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    assert "Read: 东街道 (2 rows), 表三 (1 rows)." in problem_of(area, "sheets read")["detail"]
    assert "1 hidden sheets were not read: 2024年." == problem_of(area, "hidden sheets")["detail"]
    source = table_of(tmp_path)
    assert ["东街道", "东街道", "西街道"] == source.table["subdistrict"].tolist()
    assert ["households.xlsx 东街道", "households.xlsx 表三"] == [part.label for part in source.parts]
    told = area.problems.loc[area.problems["problem"] == "subdistrict from sheet", "detail"].tolist()
    assert [
        "No column of subdistricts: the rows are taken for 东街道, from the sheet's name.",
        "No column of subdistricts: the rows are taken for 西街道, from its title.",
    ] == told


def test_case_09_a_hidden_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    messy.a_sheet_for_each_subdistrict(tmp_path)
    messy.write_area(tmp_path, "households.xlsx", layer="2024年")
    assert {name: count - 100 for name, count in TOTALS.items()} == read(tmp_path).communities["households"].to_dict()


def test_case_09_sheets_copied_under_one_another_are_parted_by_their_titles(tmp_path: Path) -> None:
    messy.sheets_copied_under_one_another(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    assert [] == found(area.problems, "warning"), listed(area.problems)
    assert ["东街道", "东街道", "西街道"] == table_of(tmp_path).table["subdistrict"].tolist()
    detail = problem_of(area, "rows left out")["detail"]
    assert detail == (
        "These rows are no data and were left out: totals (rows 5, 11), notes and signatures (rows 6, 12), "
        "headings (row 8), repeated headers (row 9)."
    )
    assert "2 totals agree with the rows they stand for." == problem_of(area, "totals agree")["detail"]


def test_case_09_sheets_that_count_the_same_are_refused(tmp_path: Path) -> None:
    messy.two_years_in_one_book(tmp_path)
    row = problem_of(read(tmp_path), "sheets repeat")
    assert ("error", "households.xlsx") == (row["severity"], row["source"])
    assert row["detail"].startswith("Sheets 2025 and 2026 have 3 rows with the same community: ")
    assert 'Say which sheet counts: layer = "its name" under [households].' == row["advice"]


def test_case_10_formulas_without_results_and_errors_are_refused_with_their_cells(tmp_path: Path) -> None:
    messy.formulas_without_results(tmp_path)
    area = read(tmp_path)
    rows = area.problems[area.problems["problem"].isin(["formula without value", "sheet error"])]
    assert [
        ("error", "乙社区", f"{SHEET}!C3"),
        ("error", "丙社区", f"{SHEET}!C4"),
        ("warning", "", f"{SHEET}!C5"),
    ] == sorted(rows[["severity", "id", "source"]].itertuples(index=False, name=None), key=lambda row: row[2])
    unsaved = rows[rows["source"] == f"{SHEET}!C3"].iloc[0]
    assert "households is a formula whose result is not in the file (found: '=SUM(E3:F3)')." == unsaved["detail"]
    assert "Open the file in Excel or WPS and save it, so that results are stored." == unsaved["advice"]
    assert "found: '#REF!'" in rows[rows["source"] == f"{SHEET}!C4"].iloc[0]["detail"]


def test_case_10_formulas_with_results_are_counts_like_others(tmp_path: Path) -> None:
    messy.formulas_with_results(tmp_path)
    area = read(tmp_path)
    assert [] == found(area.problems)
    assert TOTALS | {"乙社区": 0} == area.communities["households"].to_dict()


def test_case_11_counts_of_different_dates_are_warned_of_with_their_sheets(tmp_path: Path) -> None:
    messy.counts_of_dates(tmp_path, "社区户数（截至2026年3月31日）", "注：数据日期：2025-12")
    area = read(tmp_path)
    assert_read_right(area)
    row = problem_of(area, "dates differ")
    assert "warning" == row["severity"]
    listing = "2025-12 (households.xlsx 西街道); 2026-03-31 (households.xlsx 东街道)"
    assert f"The counts of [households] are of different dates: {listing}." == row["detail"]


def test_case_11_a_day_in_the_quarter_is_the_same_date_and_may_be_printed(tmp_path: Path) -> None:
    messy.counts_of_dates(tmp_path, "2026年一季度社区户数", "截至2026年3月31日")
    row = problem_of(read(tmp_path), "date of counts")
    assert "note" == row["severity"]
    assert 'Write date = "2026-03-31" under [area] to have it printed.' == row["advice"]


def test_case_16_personal_data_is_dropped_and_said_so(tmp_path: Path) -> None:
    messy.personal_data(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    row = problem_of(area, "personal data")
    assert ("warning", SHEET) == (row["severity"], row["source"])
    expected = (
        "3 columns of personal data were left out: 社区负责人 (by its header)、社区负责人电话 (by its header)、"
        "备注 (identity numbers stand in it). Nothing of them is kept or written."
    )
    assert expected == row["detail"]
    source = table_of(tmp_path)
    assert ("社区负责人", "社区负责人电话", "备注") == source.dropped
    assert ("街道", "社区名称", "常住户数", "社区工作者", "网格员", "门牌号") == source.seen
    assert [5.0, 5.0, 5.0] == area.communities["workers"].tolist()
    kept = " ".join([area.problems.to_csv(), area.communities.to_csv(), source.table.to_csv()])
    assert not any(text in kept for text in (*messy.IDENTITIES, *messy.MOBILES, "张三丰"))


def test_case_35_totals_that_differ_are_told_with_both_figures(tmp_path: Path) -> None:
    messy.totals_that_differ(tmp_path)
    area = read(tmp_path)
    assert_read_right(area)
    rows = area.problems[area.problems["problem"] == "totals differ"]
    assert {"warning"} == set(rows["severity"])
    assert [f"{SHEET}!C4", f"{SHEET}!C7"] == rows["source"].tolist()
    assert [
        f"小计 says 2450 households, but the 2 rows it stands for ({SHEET}!C2:C3) add up to 2400: it says 50 more.",
        f"合计 says 3650 households, but the 3 rows it stands for ({SHEET}!C2:C3, C5) add up to 3600: it says 50 more.",
    ] == rows["detail"].tolist()
    assert "1 totals agree with the rows they stand for." == problem_of(area, "totals agree")["detail"]
