"""Broken drawings are mended and logged, or left and listed, exactly so."""

from pathlib import Path

import messy_coverage as cases
import pytest
import shapely

from pipeline.graph import adjacency
from pipeline.results import Area
from pipeline.workflow import check


def rows(area: Area, kind: str, *, done: bool = True) -> list[tuple[str, float]]:
    """Give ids and area of the repairs of a kind."""
    found = area.repairs[(area.repairs["kind"] == kind) & (area.repairs["done"] == done)]
    return [(row.ids, round(row.area_m2, 1)) for row in found.itertuples()]


def neighbours(area: Area) -> dict[tuple[str, str], int]:
    """Give the length of the common border of each pair of neighbours."""
    edges = adjacency(area.units, area.lines, area.rules)
    borders = edges[edges["kind"] == "border"]
    return {(row.a, row.b): round(row.border_m) for row in borders.itertuples()}


def problems(area: Area, severity: str) -> list[str]:
    return area.problems.loc[area.problems["severity"] == severity, "problem"].tolist()


def test_case_17_narrow_overlaps_and_gaps_are_mended_and_logged(tmp_path: Path) -> None:
    cases.case_17_overlaps_and_gaps(tmp_path)
    area = check(tmp_path)
    assert [("u1、u2", 199.2)] == rows(area, "overlap")
    assert "2 units" in area.repairs.loc[area.repairs["kind"] == "overlap", "before"].iloc[0]
    assert shapely.coverage_is_valid(area.units.geometry.array)
    expected = {("u1", "u2"), ("u1", "u3"), ("u2", "u4"), ("u3", "u4")}
    assert expected == set(neighbours(area))
    assert neighbours(area)["u3", "u4"] >= 99
    assert [] == problems(area, "error")
    assert [] == problems(area, "warning")
    assert "shapes mended" in problems(area, "note")


def test_case_17_a_gap_is_divided_down_its_middle(tmp_path: Path) -> None:
    cases.case_17_overlaps_and_gaps(tmp_path)
    area = check(tmp_path)
    shapes = area.units.geometry
    assert shapes["u3"].contains(cases.point(99.9, 150))
    assert shapes["u4"].contains(cases.point(100.1, 150))


def test_case_17_a_compound_drawn_twice_is_left_and_listed(tmp_path: Path) -> None:
    cases.case_17_drawn_twice(tmp_path)
    area = check(tmp_path)
    assert [("u1、u2", 6000.0)] == rows(area, "overlap", done=False)
    assert ["shapes left", "overlaps"] == problems(area, "warning")
    assert [10_000, 10_000] == area.units.area.round().tolist()


def test_case_18_broken_outlines_are_mended_and_logged(tmp_path: Path) -> None:
    cases.case_18_broken_outlines(tmp_path)
    area = check(tmp_path)
    assert ["u1", "u2", "u3"] == [ids for ids, _ in rows(area, "ring")]
    assert area.units.is_valid.all()
    assert shapely.coverage_is_valid(area.units.geometry.array)
    assert [] == problems(area, "error")
    assert 4 == len(neighbours(area))


def test_case_18_a_bow_tie_is_mended_and_warned_of(tmp_path: Path) -> None:
    cases.case_18_bow_tie(tmp_path)
    area = check(tmp_path)
    assert ["u1"] == [ids for ids, _ in rows(area, "ring")]
    assert 5000 == round(area.units.loc["u1"].geometry.area)
    assert "outlines doubtful" in problems(area, "warning")
    assert [] == problems(area, "error")


def test_case_18_without_repair_a_bow_tie_stops_the_run(tmp_path: Path) -> None:
    cases.case_18_bow_tie(tmp_path, "[repair]\nenabled = false")
    area = check(tmp_path)
    assert ["invalid shape"] == problems(area, "error")
    assert ["u1"] == [ids for ids, _ in rows(area, "ring", done=False)]


def test_case_20_real_gaps_stay_and_a_slit_is_closed(tmp_path: Path) -> None:
    cases.case_20_real_gaps(tmp_path)
    area = check(tmp_path)
    assert [("u2、u3", 100.0)] == [(ids, area) for ids, area in rows(area, "gap")]
    assert [3600.0] == [area for _, area in rows(area, "gap", done=False)]
    assert ("u1", "u2") not in neighbours(area)
    assert ("u2", "u3") in neighbours(area)
    assert any("water 小河" in text for text in area.repairs["before"])


def test_case_27_strips_along_roads_are_left_and_told_with_the_line_to_write(tmp_path: Path) -> None:
    cases.case_27_road_edges(tmp_path)
    area = check(tmp_path)
    apart = area.problems[area.problems["problem"] == "units apart"]
    assert ["warning", "warning"] == apart["severity"].tolist()
    details = sorted(apart["detail"])
    assert "4 units stand apart in 2 pairs along road 人民路, 24 m." == details[0]
    assert "4 units stand apart in 2 pairs along road 建设街, 16 m." == details[1]
    assert apart["advice"].str.contains("strips_m = 30").any()
    assert {} == neighbours(area)


@pytest.mark.parametrize("skew", [0.0, 3.0])
def test_case_27_strips_are_divided_down_the_middle_without_diagonal_neighbours(tmp_path: Path, skew: float) -> None:
    cases.case_27_road_edges(tmp_path, 40, skew=skew)
    area = check(tmp_path)
    assert {("u1", "u2"), ("u1", "u3"), ("u2", "u4"), ("u3", "u4")} == set(neighbours(area))
    assert ["u1、u2、u3、u4"] == [ids for ids, _ in rows(area, "strip")]
    assert shapely.coverage_is_valid(area.units.geometry.array)
    middle = area.units.geometry["u3"].intersection(area.units.geometry["u4"])
    assert abs(shapely.get_x(shapely.centroid(middle)) - cases.WEST - 112) < 1
    strips = area.problems.loc[area.problems["problem"] == "shapes mended", "detail"].iloc[0]
    assert "which is no repair" in strips
