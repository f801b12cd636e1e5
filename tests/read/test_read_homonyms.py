"""Communities of one name in two subdistricts are kept apart where a register lists both.

丙社区 of 西街道 is called 甲社区 here: the register lists 甲社区 of 东街道 (u1, u2, u5, u6) and of 西街道 (u4, u8).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from small_area import SUBDISTRICT, found, read_layers, small_communities, small_table, small_units, square, unit_table

EAST, WEST = "甲社区（东街道）", "甲社区（西街道）"
COUNTS = {EAST: 1400, "乙社区": 1000, WEST: 1200}


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    column = "community" if "community" in table else "社区名称"
    return table.assign(**{column: table[column].replace("丙社区", "甲社区")})


def test_units_are_told_by_their_own_subdistrict(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=renamed(small_units()), households=renamed(small_table()))
    assert ([], COUNTS) == (found(area.problems), area.communities["households"].to_dict())
    assert ["东街道", "东街道", "西街道"] == area.communities["subdistrict"].tolist()
    note = area.problems[area.problems["problem"] == "homonyms"].iloc[0]
    assert ("note", True) == (note["severity"], f"甲社区: {EAST}、{WEST}" in note["detail"])


@pytest.mark.parametrize("layer", ["communities", "subdistricts"])
def test_units_without_subdistrict_are_told_by_the_polygon_they_lie_in(tmp_path: Path, layer: str) -> None:
    layers = {"units": renamed(small_units()).drop(columns="subdistrict"), "households": renamed(small_table())}
    polygons = {
        "communities": renamed(small_communities()),
        "subdistricts": gpd.GeoDataFrame(
            {"subdistrict": ["东街道", "西街道"]}, geometry=[square(0, 0, 3, 2), square(3, 0, 1, 2)], crs="EPSG:4546"
        ),
    }
    area = read_layers(tmp_path, **layers, **{layer: polygons[layer]})
    assert ([], COUNTS) == (found(area.problems), area.communities["households"].to_dict())


def test_a_table_that_writes_the_subdistrict_in_brackets_is_read(tmp_path: Path) -> None:
    table = small_table().drop(columns="街道")
    table["社区名称"] = ["甲居委会（东街道办事处）", "乙社区", "甲社区(西街道)"]
    communities = renamed(small_communities())
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities, households=table)
    assert ([], COUNTS) == (found(area.problems), area.communities["households"].to_dict())


def test_a_table_without_subdistricts_is_joined_by_code(tmp_path: Path) -> None:
    table = renamed(small_table()).drop(columns="街道").assign(社区代码=small_communities()["code"])
    communities = renamed(small_communities())
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities, households=table)
    assert ([], COUNTS) == (found(area.problems), area.communities["households"].to_dict())


def test_a_table_that_does_not_say_which_is_refused_with_both_names(tmp_path: Path) -> None:
    table = renamed(small_table()).drop(columns="街道")
    communities = renamed(small_communities())
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities, households=table)
    error = area.problems[area.problems["problem"] == "name of several communities"].iloc[0]
    assert ("error", "甲社区", "households.xlsx Sheet1!A2, A4") == (error["severity"], error["id"], error["source"])
    assert f"Write its subdistrict or code, or its whole name: {EAST} or {WEST}." == error["advice"]


def test_a_table_per_unit_is_told_by_its_units(tmp_path: Path) -> None:
    table = unit_table().assign(社区=renamed(small_units())["community"])
    communities = renamed(small_communities())
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities, households=table)
    assert ([], []) == (found(area.problems), found(area.problems, "warning"))
    assert {name: count + 10 * {EAST: 4, "乙社区": 2, WEST: 2}[name] for name, count in COUNTS.items()} == (
        area.communities["households"].to_dict()
    )


def test_premises_are_told_by_where_they_stand(tmp_path: Path) -> None:
    office = gpd.GeoDataFrame({"社区": ["甲社区"]}, geometry=[square(3, 0).centroid], crs="EPSG:4546")
    communities = renamed(small_communities())
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities, premises=office)
    assert ([WEST], ["u4"]) == (area.premises["community"].tolist(), area.units.index[area.units["anchor"]].tolist())
    assert isinstance(area.premises.geometry.iloc[0], Point)


def test_polygons_of_communities_alone_are_kept_apart(tmp_path: Path) -> None:
    communities = renamed(small_communities()).assign(households=[1400, 1000, 1200])
    area = read_layers(tmp_path, communities=communities)
    assert ([], COUNTS) == (found(area.problems), area.communities["households"].to_dict())


def test_without_a_register_a_name_in_two_subdistricts_is_an_error(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=renamed(small_units()))
    assert ["community in two subdistricts"] == found(area.problems)


def test_one_code_under_two_subdistricts_is_one_community_across_the_line(tmp_path: Path) -> None:
    communities = renamed(small_communities()).assign(code=["150104001001", "150104001002", "150104001001"])
    area = read_layers(tmp_path, units=renamed(small_units()), communities=communities)
    assert ["community in two subdistricts"] == found(area.problems)
    assert set(SUBDISTRICT.values()) == set(area.units["subdistrict"])
