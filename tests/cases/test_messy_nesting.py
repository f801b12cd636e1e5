"""Layers that do not nest are read right, and what does not fit is told with households, shares and m²."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from messy_nesting import (
    case_19_detached_and_holes,
    case_28_outline_and_union,
    case_29_community_across,
    case_33_straddling,
    same_shape_twice,
)
from small_area import TOTALS, all_problems, found, read

from pipeline.check import check_area
from pipeline.graph import adjacency
from pipeline.results import Area
from pipeline.shares import floor_area


def told(problems: pd.DataFrame, name: str) -> list[tuple[str, str, str]]:
    """List the rows of one problem: severity, id, detail."""
    rows = problems[problems["problem"] == name]
    return list(zip(rows["severity"], rows["id"], rows["detail"], strict=True))


def unexpected(problems: pd.DataFrame, *names: str) -> list[str]:
    """List problems that are none of these, and not about columns and coordinate systems either."""
    return [name for name in problems["problem"] if name not in (*names, "columns recognised", "coordinate system")]


def with_buildings(area: Area, folder: Path) -> Area:
    """Give an area the buildings of its folder."""
    layer = gpd.read_file(folder / "buildings.gpkg").rename(columns={"层数": "floors"})
    return replace(area, buildings=layer.assign(floor_m2=floor_area(layer)))


def test_case_19_declared_parts_and_holes_are_legal_and_counted(tmp_path: Path) -> None:
    case_19_detached_and_holes(tmp_path)
    area = read(tmp_path)
    problems = all_problems(area)
    assert {"甲社区": 1500, "乙社区": 2000, "丙社区": 1200} == area.communities["households"].to_dict()
    assert [] == unexpected(problems, "unit in several parts")
    assert [("note", "", "1 units have parts that lie more than 100 m apart: p1 (200 m).")] == told(
        problems, "unit in several parts"
    )
    edges = adjacency(area.units, area.lines, area.rules)
    borders = edges[edges["kind"] == "border"]
    assert 400.0 == borders.loc[(borders["a"] == "a2") & (borders["b"] == "b1"), "border_m"].item()


def test_case_19_more_parts_than_declared_are_told_with_what_lies_in_them(tmp_path: Path) -> None:
    case_19_detached_and_holes(tmp_path, parts_of_a=1)
    problems = all_problems(read(tmp_path))
    detail = "甲社区 lies in 2 parts, 1 declared. Besides the main part: a2 (300 households, 10000 m²)."
    assert [("warning", "甲社区", detail)] == told(problems, "detached parts")
    assert [] == unexpected(problems, "detached parts", "unit in several parts")


def test_case_19_fewer_parts_than_declared_are_a_fault_of_the_declaration(tmp_path: Path) -> None:
    case_19_detached_and_holes(tmp_path, parts_of_a=3)
    problems = all_problems(read(tmp_path))
    assert [("note", "甲社区", "甲社区 lies in 2 parts, 3 declared.")] == told(problems, "parts joined")
    assert [] == unexpected(problems, "parts joined", "unit in several parts")


def test_case_19_parts_without_a_declaration_are_a_note(tmp_path: Path) -> None:
    case_19_detached_and_holes(tmp_path, parts_of_a=None)
    problems = all_problems(read(tmp_path))
    assert [("note", "", "1 communities lie in several parts: 甲社区 (2 parts).")] == told(problems, "detached parts")


def test_case_28_land_without_community_is_told_and_noise_is_summed(tmp_path: Path) -> None:
    case_28_outline_and_union(tmp_path)
    area = read(tmp_path)
    problems = all_problems(area)
    block = "no community covers 16000 m² (80 m wide, at 554440, 4518100) of it"
    noise = "narrower than 5 m or smaller than 100 m², make 400 m² in all: drawing noise."
    assert [
        ("warning", "西街道", f"The outline of 西街道 differs by 44.44%: {block}."),
        ("note", "", f"Slivers along the outlines of subdistricts, {noise}"),
    ] == told(problems, "subdistrict outline differs")
    assert [] == unexpected(problems, "subdistrict outline differs")
    assert {"subdistricts.gpkg"} == set(problems.loc[problems["layer"] == "subdistricts", "source"])
    assert TOTALS == area.communities["households"].to_dict()


def test_case_29_a_community_across_the_line_is_told_once_with_its_units(tmp_path: Path) -> None:
    case_29_community_across(tmp_path)
    area = read(tmp_path)
    problems = all_problems(area)
    detail = (
        "乙社区 lies with 12000 m² (60%) beyond the line of its subdistrict 东街道, 12000 m² in 西街道. "
        "Units there: u3, u7 (1000 households)."
    )
    name = "community crosses the subdistrict line"
    assert [("warning", "乙社区", detail)] == told(problems, name)
    assert [] == unexpected(problems, name)
    assert TOTALS == area.communities["households"].to_dict()


def test_case_33_a_straddling_compound_goes_to_its_largest_share_and_is_listed(tmp_path: Path) -> None:
    case_33_straddling(tmp_path)
    area = read(tmp_path)
    problems = all_problems(area)
    expected = {"c1": "甲社区", "c2": "甲社区", "c3": "乙社区", "c4": "乙社区", "c5": "丙社区"}
    assert expected == area.units["community"].to_dict()
    detail = "c1 (400 households) stands under 甲社区; it lies by area in: 甲社区 60%, 乙社区 40%."
    assert [("warning", "c1", detail)] == told(problems, "unit straddles")
    assert ["unit straddles"] == found(problems, "warning")
    assert told(problems, "community by overlap")[0][2].endswith("[communities], by largest overlap.")


def test_case_33_buildings_decide_by_floor_area_where_a_compound_has_some(tmp_path: Path) -> None:
    case_33_straddling(tmp_path, with_buildings=True)
    area = with_buildings(read(tmp_path), tmp_path)
    assert "乙社区" == area.units.at["c1", "community"]
    assert area.problems["detail"].str.endswith("1 of them by the floor area of the buildings inside.").any()
    shares = "by floor area of the buildings inside in: 乙社区 90%, 甲社区 10%."
    assert [("warning", "c1", f"c1 (400 households) stands under 乙社区; it lies {shares}")] == told(
        check_area(area), "unit straddles"
    )


def test_the_same_shape_twice_with_the_same_households_is_refused(tmp_path: Path) -> None:
    same_shape_twice(tmp_path)
    problems = all_problems(read(tmp_path))
    detail = (
        "u3 (300 households) and u9 (300 households) have the same shape (features 3 and 9): "
        "its households are counted twice."
    )
    assert [("error", "u9", detail)] == told(problems, "same shape twice")
    assert [] == unexpected(problems, "same shape twice")


def test_the_same_shape_twice_with_other_households_is_for_the_planner_to_judge(tmp_path: Path) -> None:
    same_shape_twice(tmp_path, households=310)
    problems = all_problems(read(tmp_path))
    detail = "u3 (300 households) and u9 (310 households) have the same shape (features 3 and 9)."
    assert [("warning", "u9", detail)] == told(problems, "same shape twice")
    assert [] == unexpected(problems, "same shape twice")
