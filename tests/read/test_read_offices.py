"""Premises tell where offices stand and how large they are."""

from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely import Point
from small_area import CRS, SIDE, SOUTH, WEST, found, read_layers, small_units, write_layers, write_sheet, write_toml
from small_area import read as read_folder


def premises(*rows: tuple[Any, ...]) -> gpd.GeoDataFrame:
    """Make premises from (community, floor area, state, column, row): they stand in the middle of that square."""
    points = [Point(WEST + (column + 0.5) * SIDE, SOUTH + (row + 0.5) * SIDE) for *_, column, row in rows]
    table = {"社区": [row[0] for row in rows], "建筑面积": [row[1] for row in rows], "状态": [row[2] for row in rows]}
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def test_the_unit_in_which_the_office_stands_is_the_anchor(tmp_path: Path) -> None:
    offices = premises(("甲社区", 300, "可用", 1, 0), ("乙社区", 300, "可用", 2, 1))
    area = read_layers(tmp_path, units=small_units(), premises=offices)
    assert ["u2", "u7"] == area.units.index[area.units["anchor"]].tolist()


def test_an_office_in_another_community_is_no_anchor_and_is_noted(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), premises=premises(("甲社区", 300, "可用", 2, 0)))
    assert not area.units["anchor"].any()
    assert "office outside" in found(area.problems, "note")


def test_premises_without_a_community_belong_to_where_they_stand(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), premises=premises((None, 300, "可用", 3, 1)))
    assert (["u8"], ["丙社区"]) == (
        area.units.index[area.units["anchor"]].tolist(),
        area.premises["community"].tolist(),
    )


def test_of_several_premises_the_most_usable_then_the_largest_is_the_anchor(tmp_path: Path) -> None:
    rows = [("甲社区", 900, "在建", 0, 0), ("甲社区", 200, "可用", 1, 0), ("甲社区", 300, "可用", 0, 1)]
    area = read_layers(tmp_path, units=small_units(), premises=premises(*rows))
    assert ["u5"] == area.units.index[area.units["anchor"]].tolist()
    assert (1400.0, "usable") == tuple(area.communities.loc["甲社区", ["floor_m2", "premises_state"]])


def test_the_column_anchor_goes_before_the_premises(tmp_path: Path) -> None:
    units = small_units().assign(anchor=["是", "否", "", "", "", "", "", ""])
    area = read_layers(tmp_path, units=units, premises=premises(("甲社区", 300, "可用", 1, 0)))
    assert ["u1"] == area.units.index[area.units["anchor"]].tolist()


def test_of_several_marked_units_of_a_community_the_first_is_taken_with_a_warning(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units().assign(anchor=[True, True, *[False] * 6]))
    assert ["u1"] == area.units.index[area.units["anchor"]].tolist()
    assert ["several anchors"] == found(area.problems, "warning")


def test_premises_of_an_unknown_community_are_warned_of(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), premises=premises(("丁社区", 300, "可用", 1, 0)))
    assert ["unknown community"] == found(area.problems, "warning")


def test_premises_may_be_a_table_without_shapes(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    table = premises(("甲社区", 300, "装修", 1, 0)).drop(columns="geometry")
    write_sheet(table, tmp_path / "premises.xlsx")
    write_toml(tmp_path, {**sections, "premises": {"path": "premises.xlsx"}})
    area = read_folder(tmp_path)
    assert (300.0, "decorating") == tuple(area.communities.loc["甲社区", ["floor_m2", "premises_state"]])
    assert area.premises is None
