"""Crossings as layers and tables, and the tables of edited edges as they come back from a spreadsheet."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from small_area import (
    CRS,
    SIDE,
    SOUTH,
    WEST,
    found,
    read,
    read_layers,
    small_units,
    write_layers,
    write_sheet,
    write_toml,
)

from pipeline.errors import InputError
from pipeline.settings import load_settings


def bridge() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"桥名": ["解放桥"]}, geometry=[Point(WEST + 2 * SIDE, SOUTH + 50)], crs=CRS)


def with_section(folder: Path, name: str, **values: object) -> Path:
    sections = write_layers(folder, units=small_units())
    write_toml(folder, {**sections, name: values})
    return folder


def test_a_layer_of_crossings_is_read_with_its_names(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), crossings=bridge())
    assert area.crossings is not None
    assert (["解放桥"], bridge().geometry.tolist()) == (
        area.crossings["name"].tolist(),
        area.crossings.geometry.tolist(),
    )


@pytest.mark.parametrize("name", ["通道.csv", "通道.xlsx"])
def test_a_table_of_points_in_degrees_lands_where_the_layer_does(tmp_path: Path, name: str) -> None:
    place = bridge().to_crs("EPSG:4490").geometry[0]
    write_sheet(pd.DataFrame({"名称": ["解放桥"], "经度": [place.x], "纬度": [place.y]}), tmp_path / name)
    area = read(with_section(tmp_path, "crossings", path=name))
    assert area.crossings is not None
    assert area.crossings.geometry[0].distance(bridge().geometry[0]) < 0.01
    assert ["解放桥"] == area.crossings["name"].tolist()


def test_a_table_of_points_without_places_is_refused(tmp_path: Path) -> None:
    write_sheet(pd.DataFrame({"名称": ["解放桥"]}), tmp_path / "通道.csv")
    problems = read(with_section(tmp_path, "crossings", path="通道.csv")).problems
    assert ["unreadable file"] == found(problems)
    assert "经度" in problems["detail"].iloc[0]


def test_the_barriers_section_goes_over_the_rules(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    write_toml(
        tmp_path,
        {**sections, "rules.barriers": {"water": "priced", "railway": "ignore"}, "barriers": {"water": "forbidden"}},
    )
    assert {"water": "forbidden", "railway": "ignore"} == load_settings(tmp_path).rules["barriers"]


def test_a_class_of_barriers_that_is_not_known_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Did you mean railway\?"):
        load_settings(with_section(tmp_path, "barriers", railways="forbidden"))


def test_a_workbook_under_chinese_headings_is_read_as_the_export_is(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"单元甲": ["u1"], "单元乙": ["u2"], "类别": ["角点"], "可以跨越": ["是"], "边界系数": [0.5], "说明": ["有门"]}
    )
    write_sheet(table, tmp_path / "edits.xlsx")
    edits = read(with_section(tmp_path, "adjacency", path="edits.xlsx")).edits
    assert edits is not None
    expected = {"a": "u1", "b": "u2", "kind": "corner", "allowed": True, "factor": 0.5, "why": "有门", "computed": ""}
    assert expected == {name: edits.loc[0, name] for name in expected}


@pytest.mark.parametrize(("name", "problem"), [("none.csv", "missing file"), ("units.gpkg", "unreadable file")])
def test_a_table_of_edges_that_cannot_be_used_is_an_error(tmp_path: Path, name: str, problem: str) -> None:
    assert [problem] == found(read(with_section(tmp_path, "adjacency", path=name)).problems)
