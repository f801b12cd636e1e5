"""Messy layers, each read right or refused: lines for areas, heights, missing files, names in GBK, points, labels."""

import hashlib
from pathlib import Path

import messy_layers as messy
import pandas as pd
import pytest
from small_area import TOTALS, all_problems, found, read, small_units

from pipeline.results import Area

FIGURES = ["severity", "source", "detail"]


def read_untouched(folder: Path) -> tuple[Area, pd.DataFrame]:
    """Read and check an area; every file must be the same before and after, and none may appear."""
    before = hashed(folder)
    area = read(folder)
    problems = all_problems(area)
    assert before == hashed(folder)
    return area, problems


def hashed(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def told(problems: pd.DataFrame, name: str) -> list[list[str]]:
    """Give severity, source and detail of the problems of one name."""
    return problems.loc[problems["problem"] == name, FIGURES].to_numpy().tolist()


def areas(area: Area) -> list[int]:
    return [round(value) for value in area.units.area]


def test_case_18_closed_lines_become_areas_and_a_gap_is_told(tmp_path: Path) -> None:
    messy.case_18_lines(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [40_000, 20_000, 20_000] == areas(area)
    assert [] == found(problems)
    gap = "1 lines whose ends nearly meet (within 0.50 m) were closed to areas."
    assert [
        ["warning", "communities.gpkg feature 2", gap],
        ["note", "communities.gpkg features 1, 3", "2 closed lines were taken as the outlines of areas."],
    ] == told(problems, "outlines closed")


def test_case_18_a_line_that_does_not_close_is_refused_with_its_feature(tmp_path: Path) -> None:
    messy.case_18_an_open_line(tmp_path)
    _, problems = read_untouched(tmp_path)
    assert ["not a polygon"] == found(problems)
    assert "features 3 (u3)" in problems.loc[0, "detail"]


def test_case_18_rings_without_their_last_corner_are_closed_and_told(tmp_path: Path) -> None:
    messy.case_18_unclosed_rings(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert [10_000] * 8 == areas(area)
    assert [] == found(problems)
    detail = "The rings of 2 features were not closed; first and last corner were joined."
    assert [["warning", "units.geojson features 2, 5", detail]] == told(problems, "outlines closed")


def test_case_18_a_network_of_border_lines_is_cut_into_areas_named_by_labels(tmp_path: Path) -> None:
    messy.case_18_a_network_of_borders(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [40_000, 20_000, 20_000] == areas(area)
    detail = "7 border lines were cut into 3 areas. 1 pieces of line bound no area, with a length of 58."
    assert [["warning", "communities.gpkg", detail]] == told(problems, "outlines from lines")


def test_case_22_heights_and_measures_are_left_out(tmp_path: Path) -> None:
    messy.case_22_heights_and_measures(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert not area.units.geometry.has_z.any()
    assert not area.units.geometry.has_m.any()
    assert small_units().geometry.geom_equals(area.units.geometry.reset_index(drop=True)).all()
    assert [] == found(problems)


def test_case_25_a_missing_shx_is_made_anew_elsewhere(tmp_path: Path) -> None:
    messy.case_25_no_shx(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    detail = "The .shx file is missing; it was made anew in a temporary folder from the .shp."
    assert [["note", "units.shp", detail]] == told(problems, "missing companion")
    assert {"area.toml", "units.shp", "units.dbf", "units.prj", "units.cpg"} == set(area.inputs)


def test_case_26_a_zip_with_gbk_names_is_read_by_the_name_of_its_layer(tmp_path: Path) -> None:
    messy.case_26_zip_with_gbk_names(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert ["玉泉区.zip 单元.shp"] == area.reconciliation["source"].tolist()
    assert [] == found(problems)
    assert {"area.toml", "玉泉区.zip"} == set(area.inputs)


def test_case_31_points_of_communities_are_refused_where_there_are_no_units(tmp_path: Path) -> None:
    messy.case_31_points(tmp_path, units=False)
    _, problems = read_untouched(tmp_path)
    assert ["not a polygon"] == found(problems)
    assert "communities.gpkg features 1–3" == problems.loc[0, "source"]
    advice = "Give polygons, or [units] that name their community. Points that only name polygons belong under labels."
    assert advice == problems.loc[0, "advice"]


def test_case_31_points_of_communities_give_their_table_where_units_name_their_community(tmp_path: Path) -> None:
    messy.case_31_points(tmp_path, units=True)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [5, 4, 3] == area.communities["workers"].tolist()
    detail = "3 features are points: they give no outlines, only their table is used."
    assert [["warning", "communities.gpkg features 1–3", detail]] == told(problems, "points for polygons")


def test_case_32_labels_name_the_areas_in_which_they_stand(tmp_path: Path) -> None:
    messy.case_32_labels(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [] == found(problems)
    several = "Several labels stand in 1 areas; the one nearest to the middle was taken: 甲社区 (not 大召寺)."
    assert [["warning", "communities.gpkg feature 1", several]] == told(problems, "several labels")
    outside = "1 labels stand in no area and were left out: 区外社区."
    assert [["warning", "labels.shp feature 5", outside]] == told(problems, "label outside")
    assert {"labels.shp", "labels.dbf"} < set(area.inputs)


def test_case_32_texts_of_cad_name_the_closed_lines_around_them(tmp_path: Path) -> None:
    messy.case_32_labels_in_cad(tmp_path)
    area, problems = read_untouched(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [40_000, 20_000, 20_000] == areas(area)
    assert [] == found(problems)
    joined = "3 of 3 areas got their name from the labels of communities.dxf 注记."
    assert [["note", "communities.dxf", joined]] == told(problems, "labels joined")


@pytest.mark.parametrize("missing", ["甲社区", "丙社区"])
def test_case_32_an_area_without_label_is_told_and_not_named(tmp_path: Path, missing: str) -> None:
    messy.case_32_labels(tmp_path)
    labels = messy.labels([name for name in TOTALS if name != missing])
    for path in tmp_path.glob("labels.*"):
        path.unlink()
    labels.to_file(tmp_path / "labels.shp", encoding="utf-8")
    _, problems = read_untouched(tmp_path)
    assert [["warning", "No label stands in 1 areas without a name."]] == [
        row[::2] for row in told(problems, "no label")
    ]
