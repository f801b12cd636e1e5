"""Columns are found by the section's mapping, else by their usual names, else by their values."""

from pathlib import Path

import pandas as pd
import pytest
from small_area import read_layers, small_table, small_units

from pipeline.read.columns.headings import plain
from pipeline.read.columns.recognition import recognise
from pipeline.read.columns.usual import SYNONYMS
from pipeline.read.sheets import column_letter
from pipeline.schema import MEASURE_COLUMNS, columns


@pytest.mark.parametrize(
    ("role", "seen", "expected"),
    [
        ("units", ["小区编号", "常住户数", "所属社区", "街道"], ["unit_id", "households", "community", "subdistrict"]),
        ("units", ["Unit ID", "HOUSEHOLDS", "Community"], ["unit_id", "households", "community"]),
        ("households", ["社区名称", "户数(户)", "办公用房面积(㎡)"], ["community", "households", "floor_m2"]),
        ("communities", ["名称", "街镇", "社区代码"], ["community", "subdistrict", "code"]),
        ("roads", ["路名", "highway"], ["name", "road_class"]),
    ],
)
def test_usual_names_are_recognised(role: str, seen: list[str], expected: list[str]) -> None:
    chosen = recognise(role, seen, {}).chosen
    assert dict(zip(expected, seen, strict=True)) == chosen


def test_the_mapping_of_the_section_goes_before_the_usual_name() -> None:
    chosen = recognise("units", ["unit_id", "households", "现状户数"], {"households": "现状户数"}).chosen
    assert {"unit_id": "unit_id", "households": "现状户数"} == chosen


@pytest.mark.parametrize(
    ("measure", "expected"), [("常住户", "常住户数"), ("户籍户", "户籍户数"), ("住宅套数", "套数")]
)
def test_households_are_the_column_of_the_rule_sets_measure(measure: str, expected: str) -> None:
    found = recognise("units", ["套数", "户籍户数", "常住户数"], {}, measure)
    assert (expected, "measure") == (found.guesses["households"].theirs, found.guesses["households"].how)
    assert MEASURE_COLUMNS[measure] == found.measure


def test_a_column_serves_once() -> None:
    chosen = recognise("communities", ["社区", "名称"], {}).chosen
    assert {"community": "社区"} == chosen


def test_guesses_are_noted_in_one_row_and_own_names_are_none() -> None:
    rows = recognise("units", ["unit_id", "常住户", "社区"], {}, source="units.gpkg").rows
    assert [("note", "households = 常住户, community = 社区.")] == [(row["severity"], row["detail"]) for row in rows]
    assert [] == recognise("units", ["unit_id", "households", "community"], {}).rows


def test_names_that_a_shapefile_cut_are_recognised() -> None:
    chosen = recognise("units", ["unit_id", "subdistric", "常住户", "社区名"], {}, short=True).chosen
    assert {"unit_id": "unit_id", "subdistrict": "subdistric", "households": "常住户", "community": "社区名"} == chosen


def test_every_column_that_is_recognised_has_a_place_in_the_schema() -> None:
    assert set(SYNONYMS["units"]) == {*columns("units"), *MEASURE_COLUMNS.values()}
    assert set(SYNONYMS["communities"]) == set(columns("communities"))


@pytest.mark.parametrize("role", SYNONYMS)
def test_no_usual_name_stands_for_two_columns_of_a_section(role: str) -> None:
    names = [plain(name) for usual in SYNONYMS[role].values() for name in {plain(name) for name in usual}]
    assert sorted(set(names)) == sorted(names)


def test_letters_of_columns_go_on_after_z() -> None:
    assert ["Z", "AA", "AZ", "BA", "ZZ", "AAA"] == [column_letter(number) for number in (25, 26, 51, 52, 701, 702)]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        *(("户数·常住", "resident_households"), ("户数_户籍户", "registered_households"), ("人口·常住", "population")),
        *(("其中:常住户", "resident_households"), ("户数·其中：实有户数", "occupied_households")),
        *(("户数（户籍）", "registered_households"), ("住宅套数(套)", "dwellings"), ("人口·合计", "population")),
        *(("基本情况·社区名称", "community"), ("2、社区\n代码", "code"), ("办公用房·面积(㎡)", "floor_m2")),
        *(("网格·数量", "grids"), ("区域服务中心", "subdistrict"), ("社区名称*", "community")),
    ],
)
def test_headings_in_levels_with_units_and_marks_are_read(heading: str, column: str) -> None:
    found = recognise("households", [heading], {}, "常住户")
    expected = "households" if column == "resident_households" else column
    assert {expected: heading} == found.chosen


@pytest.mark.parametrize("heading", ["低保·户数", "户籍人口", "常住人口(万人)", "户数(套)", "党员·人数", "负责人·姓名"])
def test_headings_that_say_something_else_are_not_taken(heading: str) -> None:
    assert {} == recognise("households", [heading], {}).chosen


def test_all_measures_are_found_beside_the_one_in_use() -> None:
    found = recognise("households", ["常住户数", "户籍户数", "实有户数", "住宅套数"], {}, "户籍户")
    expected = {
        "households": "户籍户数",
        "resident_households": "常住户数",
        "occupied_households": "实有户数",
        "dwellings": "住宅套数",
    }
    assert (expected, "registered_households") == (found.chosen, found.measure)


@pytest.mark.parametrize(
    ("mapped", "measure"),
    [({"households": "户籍户数"}, "registered_households"), ({"resident_households": "总户"}, "resident_households")],
)
def test_a_settled_measure_is_kept_for_what_it_is(mapped: dict[str, str], measure: str) -> None:
    found = recognise("households", ["户籍户数", "总户"], mapped)
    assert (next(iter(mapped.values())), measure) == (found.chosen["households"], found.measure)


def test_names_that_gbk_cut_are_recognised_unless_two_columns_may_be_meant() -> None:
    found = recognise("communities", ["社区居", "统计用区划", "办公用"], {}, short=True)
    assert {"community": ("社区居", "cut name"), "code": ("统计用区划", "cut name")} == {
        ours: (guess.theirs, guess.how) for ours, guess in found.guesses.items()
    }


def test_a_cut_name_is_not_taken_where_the_values_speak_against_it() -> None:
    table = pd.DataFrame({"行政区": ["玉泉区", "玉泉区", "玉泉区"]})
    found = recognise("communities", ["行政区"], {}, short=True, values=table.__getitem__)
    assert {} == found.chosen


VALUES = pd.DataFrame(
    {
        "单位": ["大召社区", "三里营社区（筹）", "昭君路居委会"],
        "上级": ["大南街街道", "小黑河镇", "桥靠区域服务中心"],
        "编": ["150104001001", "1.50104001002E+11", "15010400100311121"],
    }
)


def test_columns_that_no_name_fits_are_guessed_by_their_values_and_the_guess_is_told() -> None:
    found = recognise("households", list(VALUES), {}, values=VALUES.__getitem__)
    assert {"community": "单位", "subdistrict": "上级", "code": "编"} == found.chosen
    assert {"values"} == {guess.how for guess in found.guesses.values()}
    assert "3 of 3 values end in 社区 or 居委会" == found.guesses["community"].evidence
    assert {("note", "column guessed from values")} == {(row["severity"], row["problem"]) for row in found.rows}


def test_two_columns_that_look_alike_are_both_left() -> None:
    table = VALUES[["单位"]].assign(旧单位=VALUES["单位"])
    found = recognise("households", list(table), {}, values=table.__getitem__)
    assert ({}, ["columns alike"]) == (found.chosen, [row["problem"] for row in found.rows])


@pytest.mark.parametrize(("other", "severity"), [("10", "note"), ("11", "warning")])
def test_of_two_columns_that_may_be_meant_it_is_told_which_was_taken(other: str, severity: str) -> None:
    table = pd.DataFrame({"总户数": [other], "户数": ["10"]})
    found = recognise("units", list(table), {}, values=table.__getitem__)
    assert ({"households": "户数"}, {"总户数": "households"}) == (found.chosen, found.rivals)
    row = found.rows[-1]
    assert (severity, "columns alike") == (row["severity"], row["problem"])
    assert row["detail"].startswith("户数 was taken for households; 总户数 could be households too and was not taken")
    assert 'households = "总户数" under [units]' in row["advice"]


def test_the_columns_of_every_file_are_listed_with_their_evidence(tmp_path: Path) -> None:
    table = small_table().assign(负责人姓名="张三", 备注="无", 户籍户数=[1, 2, 3])
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert columns("columns.csv") == list(area.columns)
    listed = area.columns[area.columns["section"] == "households"].set_index("theirs")
    expected = [
        ("subdistrict", "A", "name", "usual name 街道; first values: 东街道、西街道"),
        ("community", "B", "name", "usual name 社区名称; first values: 甲社区、乙社区、丙社区"),
        ("households", "C", "measure", "usual name 常住户数; first values: 1400、1000、1200"),
        ("workers", "D", "name", "usual name 社区工作者; first values: 5、4、3"),
        ("", "E", "dropped", "data of persons"),
        ("", "F", "unused", ""),
        ("registered_households", "G", "name", "usual name 户籍户数; first values: 1、2、3"),
    ]
    assert expected == list(listed[["column", "place", "how", "evidence"]].itertuples(index=False, name=None))
    assert "张三" not in area.columns.to_csv()


def test_a_column_that_is_settled_wrongly_is_not_guessed_instead() -> None:
    found = recognise("units", ["户数", "常住户", "社区"], {"households": "户籍", "community": "居委"})
    assert {"resident_households": "常住户"} == found.chosen
    assert ["missing column", "missing column"] == [row["problem"] for row in found.rows if row["severity"] == "error"]
