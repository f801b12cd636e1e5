"""What a check prints: every section in its order, nothing cut off, and nothing where there is nothing to say."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from findings import SHEET, column_rows, found_check, offset
from rich.console import Console

from pipeline.dossier.terminal import print_check
from pipeline.errors import problem, problems_table
from pipeline.results import Checked, Result
from pipeline.schema import columns

TITLES = [
    *("Columns", "Coordinate systems", "Counts joined to shapes", "Shapes mended and left", "Offsets of layers"),
    *("Measures of households", "Near a limit", "Problems"),
]


def printed(checked: Checked, width: int = 120) -> list[str]:
    file = io.StringIO()
    print_check(checked, Console(file=file, width=width, markup=False, highlight=False, emoji=False))
    return [" ".join(line.split()) for line in file.getvalue().splitlines()]


@pytest.fixture(scope="module")
def checked(result: Result) -> Checked:
    return found_check(result)


@pytest.fixture(scope="module")
def lines(checked: Checked) -> list[str]:
    return printed(checked)


def test_the_sections_stand_in_their_order(lines: list[str]) -> None:
    assert TITLES == [line for line in lines if line in TITLES]


def test_an_area_without_findings_has_no_section_for_them(result: Result) -> None:
    area = replace(result.area, problems=result.area.problems.iloc[:0])
    found = [line for line in printed(Checked(area)) if line in TITLES]
    assert ["Coordinate systems", "Counts joined to shapes", "Measures of households", "Problems"] == found


def test_a_column_is_told_with_the_name_in_the_file_its_place_and_the_evidence(lines: list[str]) -> None:
    assert f"[households] {SHEET}" in lines
    assert "community = 社区居 (B) cut name 社区居委会, 10 bytes" in lines


def test_columns_that_are_not_used_and_personal_data_are_named(lines: list[str]) -> None:
    assert "not used: 备注" in lines
    assert "personal data, not kept: 身份证号 (G)" in lines


def test_sheets_that_agree_are_told_together(checked: Checked) -> None:
    rows = column_rows()
    sheets = [rows[rows["section"] == "households"].assign(source=f"households.xlsx {name}") for name in "甲乙"]
    found = replace(checked, area=replace(checked.area, columns=pd.concat(sheets, ignore_index=True)))
    assert ["[households] households.xlsx 甲, households.xlsx 乙"] == [
        line
        for line in printed(found)
        if "[households] households.xlsx " in line and "22,753" not in line and "东三" not in line
    ]


def test_a_note_on_a_coordinate_system_is_told_there_and_not_again(checked: Checked) -> None:
    note = problem("note", "roads", "coordinate system", "EPSG:4490, said by the file.", "", source="roads.shp")
    found = replace(checked, area=replace(checked.area, problems=problems_table([note])))
    lines = printed(found)
    assert ["roads roads.shp: EPSG:4490, said by the file."] == [line for line in lines if "EPSG:4490" in line]
    assert "0 errors, 0 warnings, 1 note (1 of them above)" in lines


def test_the_reconciliation_gives_rows_and_households(lines: list[str]) -> None:
    assert "[households] households.xlsx 12 12 name 0 0 22,753 22,753" in lines


def test_rows_that_share_a_shape_are_counted_where_there_are_any(checked: Checked) -> None:
    books = checked.area.reconciliation.assign(many_to_one=2)
    lines = printed(replace(checked, area=replace(checked.area, reconciliation=books)))
    assert "[households] households.xlsx 12 12 name 0 0 2 22,753 22,753" in lines


def test_counts_are_told_by_what_was_done_to_them(lines: list[str]) -> None:
    assert "4 counts: 1 as written; 2 read; 1 scaled." in lines


def test_repairs_are_counted_by_kind_with_the_largest_and_those_left_come_last(lines: list[str]) -> None:
    place = lines.index("Shapes mended and left")
    assert [
        "mended gap 2 240 m² r1: u000、u001, 200 m²; longest shared border",
        "mended ring 1 0 m² r3: u000, 0 m²; rings crossed",
        "left overlap 1 2,700 m² r4: u003、u004, 2,700 m²; wider than repair.overlap_m, 3 m",
    ] == lines[place + 2 : place + 5]


def test_of_a_piece_between_many_units_the_first_are_named(checked: Checked) -> None:
    repairs = checked.area.repairs
    assert repairs is not None
    ids = "、".join(f"U{number:02}" for number in range(1, 41))
    area = replace(checked.area, repairs=repairs.assign(ids=ids))
    text = " ".join(printed(replace(checked, area=area)))
    assert "U01、U02、U03、U04、U05 and 35 more" in text
    assert "U06" not in text


def test_a_layer_that_looks_shifted_is_told(lines: list[str]) -> None:
    assert any(line.startswith("communities: looks shifted (GCJ-02)") for line in lines)


def test_a_layer_that_was_brought_back_is_told(checked: Checked) -> None:
    area = replace(checked.area, offsets=(replace(offset(checked.area), converted=True),))
    assert "communities: was brought back from GCJ-02." in printed(replace(checked, area=area))


def test_verdicts_that_differ_by_measure_are_counted_and_named(lines: list[str]) -> None:
    assert "常住户 used 12 22,753 3" in lines
    assert "户籍户 11 20,528 4 1" in lines
    assert "东一 东街街道 1,622 within 户籍户 940 under, merge" in lines


def test_communities_near_a_limit_are_told_with_what_lies_beyond(lines: list[str]) -> None:
    assert "西四 西河街道 960 -40 -4.2% lower, merge_under 1,000 under → within" in lines


def test_a_long_list_says_where_the_rest_is(checked: Checked) -> None:
    assert checked.near is not None
    many = pd.concat([checked.near] * 8, ignore_index=True)
    assert "… and 6 more; --out DIR writes all of them to near-limits.csv." in printed(replace(checked, near=many))


def test_without_verdicts_the_reason_is_said(result: Result) -> None:
    assert "No verdict is given while the input has errors." in printed(Checked(result.area))


def test_a_warning_is_printed_with_place_and_advice_and_an_error_is_only_counted(result: Result) -> None:
    rows = [problem("error", "units", "no shape", "No shape.", "Draw it."), *result.area.problems.to_dict("records")]
    lines = printed(Checked(replace(result.area, problems=problems_table(rows))))
    assert "1 error, 1 warning, 0 notes" in lines
    assert "warning [households] households.xlsx!户数!B4 东三: 东三 appears twice. Keep one." in lines
    assert not any("No shape." in line for line in lines)


def test_a_problem_without_a_place_is_printed_with_its_section_alone(result: Result) -> None:
    rows = [problem("note", "units", "blocks large", "28 units are large.", "Give the roads inside them.")]
    lines = printed(Checked(replace(result.area, problems=problems_table(rows))))
    assert "note [units]: 28 units are large. Give the roads inside them." in lines


def test_empty_logs_print_nothing_but_that_there_is_nothing_to_mend(checked: Checked) -> None:
    area = checked.area
    assert area.repairs is not None
    empty = replace(
        area, columns=pd.DataFrame(columns=columns("columns.csv")), counts=pd.DataFrame(columns=columns("counts.csv")),
        repairs=area.repairs.iloc[:0], offsets=(),
    )  # fmt: skip
    lines = printed(replace(checked, area=empty))
    assert "Nothing was found to mend." in lines
    assert not {"Columns", "Offsets of layers"} & set(lines)


@pytest.mark.parametrize("width", [100, 120])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_cut(checked: Checked, width: int) -> None:
    file = io.StringIO()
    console = Console(file=file, width=width, markup=False, highlight=False, emoji=False)
    print_check(checked, console)
    assert [] == [line for line in file.getvalue().splitlines() if Console().measure(line).maximum > width]
    assert "…" not in file.getvalue()


def test_a_name_that_looks_like_markup_is_printed_as_it_is(checked: Checked) -> None:
    assert checked.near is not None
    near = checked.near.assign(community="[bold]东六[/bold]")
    assert any("[bold]东六[/bold]" in line for line in printed(replace(checked, near=near)))
