"""Columns are found by the section's mapping, else by their usual names."""

import pytest

from pipeline.read.columns import SYNONYMS, plain, recognise
from pipeline.read.sheets import column_letter
from pipeline.schema import columns


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
    chosen, _ = recognise(role, seen, {})
    assert dict(zip(expected, seen, strict=True)) == chosen


def test_the_mapping_of_the_section_goes_before_the_usual_name() -> None:
    chosen, _ = recognise("units", ["unit_id", "households", "现状户数"], {"households": "现状户数"})
    assert {"unit_id": "unit_id", "households": "现状户数"} == chosen


@pytest.mark.parametrize(
    ("measure", "expected"), [("常住户", "常住户数"), ("户籍户", "户籍户数"), ("住宅套数", "套数")]
)
def test_households_are_the_column_of_the_rule_sets_measure(measure: str, expected: str) -> None:
    chosen, _ = recognise("units", ["套数", "户籍户数", "常住户数"], {}, measure)
    assert {"households": expected} == chosen


def test_a_column_serves_once() -> None:
    chosen, _ = recognise("communities", ["社区", "名称"], {})
    assert {"community": "社区"} == chosen


def test_guesses_are_noted_in_one_row_and_own_names_are_none() -> None:
    _, rows = recognise("units", ["unit_id", "常住户", "社区"], {}, source="units.gpkg")
    assert [("note", "households = 常住户, community = 社区.")] == [(row["severity"], row["detail"]) for row in rows]
    assert [] == recognise("units", ["unit_id", "households", "community"], {})[1]


def test_names_that_a_shapefile_cut_are_recognised() -> None:
    chosen, _ = recognise("units", ["unit_id", "subdistric", "常住户", "社区名"], {}, short=True)
    assert {"unit_id": "unit_id", "subdistrict": "subdistric", "households": "常住户", "community": "社区名"} == chosen


def test_every_column_that_is_recognised_has_a_place_in_the_schema() -> None:
    assert set(SYNONYMS["units"]) == set(columns("units"))
    assert set(SYNONYMS["communities"]) == set(columns("communities"))


@pytest.mark.parametrize("role", SYNONYMS)
def test_no_usual_name_stands_for_two_columns_of_a_section(role: str) -> None:
    names = [plain(name) for usual in SYNONYMS[role].values() for name in {plain(name) for name in usual}]
    assert sorted(set(names)) == sorted(names)


def test_letters_of_columns_go_on_after_z() -> None:
    assert ["Z", "AA", "AZ", "BA", "ZZ", "AAA"] == [column_letter(number) for number in (25, 26, 51, 52, 701, 702)]
