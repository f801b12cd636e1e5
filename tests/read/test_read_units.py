"""Units find their community and subdistrict; without units the communities take their place."""

from pathlib import Path

import geopandas as gpd
from small_area import (
    COMMUNITY,
    SUBDISTRICT,
    TOTALS,
    all_problems,
    found,
    read_layers,
    small_communities,
    small_table,
    small_units,
    square,
)


def test_units_without_the_column_lie_in_the_community_that_covers_most_of_them(tmp_path: Path) -> None:
    units = small_units().drop(columns=["community", "subdistrict"])
    units.loc[1, "geometry"] = square(1, 0, 1.4, 1)  # reaches into 乙社区
    area = read_layers(tmp_path, units=units, communities=small_communities())
    assert COMMUNITY == area.units["community"].tolist()
    assert [SUBDISTRICT[name] for name in COMMUNITY] == area.units["subdistrict"].tolist()
    assert [] == found(area.problems)


def test_only_units_whose_community_is_blank_are_placed_by_overlap(tmp_path: Path) -> None:
    units = small_units()
    units.loc[0, "community"] = None
    units.loc[5, "community"] = "乙社区"  # inside the polygon of 甲社区, but told otherwise
    area = read_layers(tmp_path, units=units, communities=small_communities())
    assert ["甲社区", "乙社区"] == area.units.loc[["u1", "u6"], "community"].tolist()


def test_a_unit_outside_every_polygon_has_no_community(tmp_path: Path) -> None:
    units = small_units().drop(columns=["community", "subdistrict"])
    area = read_layers(tmp_path, units=units, communities=small_communities().head(2))
    assert ["units without community", "units without subdistrict"] == found(all_problems(area))


def test_subdistricts_come_from_their_own_layer_where_nothing_else_tells_them(tmp_path: Path) -> None:
    shapes = [square(0, 0, 3, 2), square(3, 0, 1, 2)]
    subdistricts = gpd.GeoDataFrame({"街道名称": ["东街道", "西街道"]}, geometry=shapes, crs=small_units().crs)
    area = read_layers(tmp_path, units=small_units().drop(columns="subdistrict"), subdistricts=subdistricts)
    assert SUBDISTRICT == area.communities["subdistrict"].to_dict()


def test_subdistricts_come_from_the_table_of_communities(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units().drop(columns="subdistrict"), households=small_table())
    assert SUBDISTRICT == area.communities["subdistrict"].to_dict()
    assert [] == found(area.problems)


def test_without_units_each_community_is_one_unit_with_a_warning(tmp_path: Path) -> None:
    area = read_layers(tmp_path, communities=small_communities(), households=small_table())
    assert list(SUBDISTRICT) == area.units.index.tolist()
    assert TOTALS == area.units["households"].to_dict()
    assert ["no units"] == found(area.problems, "warning")


def test_several_polygons_of_a_community_become_one_unit(tmp_path: Path) -> None:
    communities = small_units().drop(columns=["unit_id", "name"])
    area = read_layers(tmp_path, communities=communities)
    assert TOTALS == area.units["households"].to_dict()
    assert [40_000, 20_000, 20_000] == area.units.area.round().tolist()
    assert [] == found(all_problems(area))
