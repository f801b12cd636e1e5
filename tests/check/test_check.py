"""The check finds every fault of an area's tables, whoever made them."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Polygon, union_all
from small_area import found, read_layers, small_units, square

from pipeline.check import check_area
from pipeline.coverage import overlaps
from pipeline.errors import problem, problems_table
from pipeline.results import Area


@pytest.fixture
def area(tmp_path: Path) -> Area:
    """Read the small area."""
    return read_layers(tmp_path, units=small_units())


def with_units(area: Area, units: gpd.GeoDataFrame) -> Area:
    """Give an area other units."""
    return replace(area, units=units)


def with_values(area: Area, column: str, **values: object) -> Area:
    """Change values of one column, by unit."""
    units = area.units.copy()
    for unit, value in values.items():
        units.loc[unit, column] = value
    return with_units(area, units)


def test_a_sound_area_gives_an_empty_table(area: Area) -> None:
    assert check_area(area).empty


def test_duplicate_keys_are_found(area: Area) -> None:
    problems = check_area(with_units(area, pd.concat([area.units, area.units.iloc[[2]]])))
    assert "duplicate unit ids" == problems.loc[0, "problem"]
    assert "unit_id u3 stands at features 3, 9." == problems.loc[0, "detail"]


@pytest.mark.parametrize("column", ["households", "population"])
def test_negative_counts_are_found(area: Area, column: str) -> None:
    problems = check_area(with_values(area, column, u2=-1))
    assert ["negative count"] == found(problems)
    assert f"1 units have negative {column}: features 2 (u2)." == problems.loc[0, "detail"]


@pytest.mark.parametrize("column", ["community", "subdistrict"])
def test_units_without_parent_are_found(area: Area, column: str) -> None:
    problems = check_area(with_values(area, column, u2=""))
    assert f"units without {column}" in found(problems)


def test_a_community_in_two_subdistricts_is_found_with_its_units(area: Area) -> None:
    problems = check_area(with_values(area, "subdistrict", u2="西街道"))
    expected = "Community 甲社区 lies in 2 subdistricts: 东街道 (u1, u5, u6); 西街道 (u2)."
    assert expected == problems.loc[0, "detail"]


def test_what_reading_reported_is_not_said_twice(area: Area) -> None:
    crossing = with_values(area, "subdistrict", u2="西街道")
    assert check_area(replace(crossing, problems=check_area(crossing))).empty


def test_no_units_are_an_error_unless_reading_said_why(area: Area) -> None:
    empty = with_units(area, area.units.iloc[:0])
    assert ["empty layer"] == found(check_area(empty))
    assert check_area(replace(empty, problems=check_area(empty))).empty


def test_overlaps_are_counted_with_the_largest(area: Area) -> None:
    shapes = {"u1": square(0, 0, 1.5, 1), "u7": square(1.99, 1, 1.01, 1)}
    moved = area.units.assign(geometry=[shapes.get(unit, shape) for unit, shape in area.units.geometry.items()])
    pairs = overlaps(moved)
    assert [("u1", "u2", 5000), ("u6", "u7", 100)] == [(row.a, row.b, round(row.area_m2)) for row in pairs.itertuples()]
    problems = check_area(with_units(area, moved))
    assert ["overlaps"] == found(problems, "warning")
    assert "2 pairs of units overlap by more than 1 m², most: u1 and u2 (5000 m²)" in problems.loc[0, "detail"]


def test_a_unit_inside_another_overlaps_it(area: Area) -> None:
    moved = area.units.assign(geometry=[square(0, 0, 4, 2), *area.units.geometry.iloc[1:]])
    assert 7 == len(overlaps(moved))


def test_overlaps_of_less_than_a_square_metre_are_drawing_noise(area: Area) -> None:
    shapes = {"u1": square(0, 0, 1.00005, 1)}
    moved = area.units.assign(geometry=[shapes.get(unit, shape) for unit, shape in area.units.geometry.items()])
    assert overlaps(moved).empty


def test_a_community_in_several_parts_is_noted(area: Area) -> None:
    problems = check_area(with_values(area, "community", u5="乙社区"))
    notes = problems[problems["severity"] == "note"]
    assert ["1 communities lie in several parts: 乙社区 (2 parts)."] == notes["detail"].tolist()


def test_parts_that_meet_in_a_corner_are_apart(area: Area) -> None:
    problems = check_area(with_values(area, "community", u5="丙社区", u2="乙社区", u6="丙社区"))
    assert "乙社区" not in "".join(problems.loc[problems["problem"] == "detached parts", "detail"])
    corner = check_area(with_values(area, "community", u2="丁社区", u7="丁社区"))
    assert "丁社区 (2 parts)" in "".join(corner.loc[corner["problem"] == "detached parts", "detail"])


def test_a_unit_above_the_upper_limit_is_warned_of(area: Area) -> None:
    problems = check_area(with_values(area, "households", u2=3001))
    assert ["unit above upper limit"] == found(problems, "warning")
    assert "1 units have more than 3000 households: u2 (3001)." == problems.loc[0, "detail"]


def test_a_community_without_households_is_warned_of(area: Area) -> None:
    communities = area.communities.assign(households=[0, 1000, 1200])
    assert ["community without households"] == found(check_area(replace(area, communities=communities)), "warning")


def test_units_without_population_are_noted(area: Area) -> None:
    problems = check_area(with_values(area, "population", u2=pd.NA))
    assert ["1 of 8 units have no population; indicators that need it are not judged there."] == problems[
        "detail"
    ].tolist()


def test_checking_changes_nothing(area: Area) -> None:
    before = area.units.copy(deep=True)
    check_area(area)
    assert before.equals(area.units)
    assert union_all(before.geometry).equals(union_all(area.units.geometry))


def test_units_without_households_are_noted(area: Area) -> None:
    problems = check_area(with_values(area, "households", u2=0, u7=0))
    assert ["2 units have no households: u2, u7."] == problems["detail"].tolist()
    assert ["units without households"] == found(problems, "note")


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (square(5, 0, 0.009, 0.009), "0.8 m², 0.9 m wide, 200 households"),
        (square(5, 0, 3, 0.015), "450.0 m², 1.5 m wide, 200 households"),
    ],
)
def test_leftovers_of_drawing_are_warned_of(area: Area, shape: Polygon, said: str) -> None:
    moved = area.units.assign(geometry=[shape if unit == "u2" else old for unit, old in area.units.geometry.items()])
    problems = check_area(with_units(area, moved))
    tiny = problems[problems["problem"] == "tiny units"]
    assert [("warning", "u2", f"u2 is hardly a place: {said}.")] == list(
        zip(tiny["severity"], tiny["id"], tiny["detail"], strict=True)
    )


@pytest.mark.parametrize(("apart", "told"), [(1, 0), (3, 1)])
def test_a_unit_in_parts_far_apart_is_noted(area: Area, apart: int, told: int) -> None:
    halves = union_all([square(0, 5), square(1 + apart, 5)])
    moved = area.units.assign(geometry=[halves if unit == "u1" else old for unit, old in area.units.geometry.items()])
    assert told == list(check_area(with_units(area, moved))["problem"]).count("unit in several parts")


def test_an_exact_copy_is_found_and_not_called_an_overlap(area: Area) -> None:
    far = area.units.iloc[[0, 0]].set_axis(["x1", "x2"]).assign(geometry=[square(9, 9)] * 2, households=[30, 40])
    problems = check_area(with_units(area, pd.concat([area.units, far])))
    assert ["same shape twice"] == found(problems, "warning")
    assert ["x2"] == problems.loc[problems["problem"] == "same shape twice", "id"].tolist()
    near = area.units.iloc[[0]].set_axis(["x1"]).assign(geometry=[square(0, 0, 1.01, 1)])
    problems = check_area(with_units(area, pd.concat([area.units, near])))
    assert ["same shape twice"] == found(problems)
    overlapping = "".join(problems.loc[problems["problem"] == "overlaps", "detail"])
    assert "x1 and u2" in overlapping or "u2 and x1" in overlapping
    assert "u1 and x1" not in overlapping


def test_units_that_lie_half_on_one_another_are_no_copies(area: Area) -> None:
    moved = area.units.assign(geometry=[square(0, 0, 1.9, 1), *area.units.geometry.iloc[1:]])
    assert "same shape twice" not in check_area(with_units(area, moved))["problem"].tolist()


@pytest.mark.parametrize(
    ("declared", "severity", "detail"),
    [
        (2, "", ""),
        (1, "warning", "乙社区 lies in 2 parts, 1 declared. Besides the main part: u5 (500 households, 10000 m²)."),
        (3, "note", "乙社区 lies in 2 parts, 3 declared."),
    ],
)
def test_parts_are_held_against_those_declared(area: Area, declared: int, severity: str, detail: str) -> None:
    divided = with_values(area, "community", u5="乙社区")
    communities = divided.communities.assign(expected_parts=[float("nan"), declared, 1.0])
    problems = check_area(replace(divided, communities=communities))
    expected = [(severity, "乙社区", detail)] if severity else []
    assert expected == list(zip(problems["severity"], problems["id"], problems["detail"], strict=True))


def test_reading_errors_are_not_followed_by_units_without_households(area: Area) -> None:
    bare = with_values(area, "households", u2=0)
    error = problems_table([problem("error", "units", "not a number", "", "")])
    assert "units without households" not in check_area(replace(bare, problems=error))["problem"].tolist()
