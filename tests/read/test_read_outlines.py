"""Polygons of communities and subdistricts are kept as given, and what is declared of them is not summed."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point
from small_area import CRS, read_layers, small_communities, small_units, square


def test_outlines_are_kept_by_section_with_their_names_and_what_is_declared(tmp_path: Path) -> None:
    communities = small_communities().assign(expected_parts=[1, 2, 1])
    subdistricts = gpd.GeoDataFrame({"街道": ["东街道"]}, geometry=[square(0, 0, 3, 2)], crs=CRS).to_crs(4490)
    area = read_layers(tmp_path, units=small_units(), communities=communities, subdistricts=subdistricts)
    kept = {role: [name for name in layer if name != "geometry"] for role, layer in area.outlines.items()}
    expected = {"communities": ["community", "subdistrict", "expected_parts"], "subdistricts": ["subdistrict"]}
    assert expected == kept
    assert {area.units.crs} == {layer.crs for layer in area.outlines.values()}
    assert abs(area.outlines["subdistricts"].area.sum() - 60_000) < 1


def test_names_of_outlines_are_spelled_as_those_of_units(tmp_path: Path) -> None:
    communities = small_communities().replace({"community": {"甲社区": "甲社区居委会"}})
    area = read_layers(tmp_path, units=small_units(), communities=communities)
    assert set(area.communities.index) == set(area.outlines["communities"]["community"])


def test_points_are_no_outlines(tmp_path: Path) -> None:
    communities = small_communities()
    communities.geometry = [Point(shape.centroid) for shape in communities.geometry]
    area = read_layers(tmp_path, units=small_units(), communities=communities)
    assert area.outlines["communities"].empty


def test_parts_declared_on_each_polygon_of_a_community_are_not_summed(tmp_path: Path) -> None:
    communities = small_communities().assign(expected_parts=[2, 1, 1])
    halves = pd.concat([communities, communities.iloc[[0]]], ignore_index=True)
    halves.geometry = [square(0, 0, 1, 2), *communities.geometry[1:], square(1, 0, 1, 2)]
    area = read_layers(tmp_path, units=small_units(), communities=halves)
    assert 2 == area.communities.at["甲社区", "expected_parts"]


def test_units_without_community_follow_the_buildings_in_them(tmp_path: Path) -> None:
    units = small_units().drop(columns=["community", "subdistrict"])
    units.geometry = [
        square(1.4, 0) if unit == "u3" else shape for unit, shape in zip(units["unit_id"], units.geometry, strict=True)
    ]
    layers = {"units": units, "communities": small_communities()}
    area = read_layers(tmp_path, **layers)
    assert "甲社区" == area.units.at["u3", "community"]
    buildings = gpd.GeoDataFrame(
        {"层数": [3, 9]}, geometry=[square(1.6, 0.4, 0.2, 0.2), square(2.1, 0.4, 0.2, 0.2)], crs=CRS
    )
    area = read_layers(tmp_path, **layers, buildings=buildings)
    assert "乙社区" == area.units.at["u3", "community"]
    assert "乙社区" != area.units.at["u2", "community"]
