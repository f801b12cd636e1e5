"""Shares of shapes in polygons are right by area and by floor area, for any layout."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from pipeline.shares import area_shares, floor_area, home_shares

CRS = "EPSG:4546"


def layer(**shapes: Polygon) -> gpd.GeoDataFrame:
    """Make a layer of named polygons."""
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def shares_of(table: pd.DataFrame) -> list[tuple[int, str, float]]:
    """List shape, name and share."""
    return list(zip(table["shape"], table["name"], table["share"].round(6), strict=True))


HALVES = layer(west=box(0, 0, 10, 10), east=box(10, 0, 20, 10))


def test_a_shape_across_a_line_has_a_share_on_either_side() -> None:
    shapes = gpd.GeoSeries([box(0, 0, 10, 10), box(8, 0, 12, 10), box(9, 0, 13, 10), box(50, 0, 60, 10)], crs=CRS)
    expected = [(0, "west", 1.0), (1, "west", 0.5), (1, "east", 0.5), (2, "west", 0.25), (2, "east", 0.75)]
    assert expected == shares_of(area_shares(shapes, HALVES, "name"))


def test_polygons_of_one_name_count_together() -> None:
    twice = layer(a=box(0, 0, 10, 10), b=box(10, 0, 20, 10), c=box(0, 10, 10, 20)).replace({"name": {"c": "a"}})
    shapes = gpd.GeoSeries([box(0, 5, 20, 15)], crs=CRS)
    assert [(0, "a", 0.5), (0, "b", 0.25)] == shares_of(area_shares(shapes, twice, "name"))


def test_overlapping_polygons_each_have_their_share() -> None:
    both = layer(all=box(0, 0, 20, 10), east=box(5, 0, 20, 10))
    shapes = gpd.GeoSeries([box(0, 0, 10, 10)], crs=CRS)
    assert [(0, "all", 1.0), (0, "east", 0.5)] == shares_of(area_shares(shapes, both, "name"))


def test_broken_shapes_are_measured_as_mended() -> None:
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    table = area_shares(gpd.GeoSeries([bow], crs=CRS), HALVES, "name")
    assert [(0, "west", 1.0)] == shares_of(table)
    assert [50.0] == table["area_m2"].tolist()


@settings(max_examples=30)
@given(st.lists(st.tuples(*[st.integers(0, 18)] * 2, *[st.integers(1, 6)] * 2), min_size=1, max_size=8))
def test_shares_are_those_of_plain_intersections(boxes: list[tuple[int, int, int, int]]) -> None:
    shapes = gpd.GeoSeries([box(x, y, x + width, y + height) for x, y, width, height in boxes], crs=CRS)
    table = area_shares(shapes, HALVES, "name").set_index(["shape", "name"])["share"]
    for at, shape in enumerate(shapes):
        for name, polygon in zip(HALVES["name"], HALVES.geometry, strict=True):
            assert shape.intersection(polygon).area / shape.area == pytest.approx(table.get((at, name), 0.0))


def test_buildings_decide_only_for_shapes_that_hold_some_and_are_divided() -> None:
    shapes = gpd.GeoSeries([box(8, 0, 18, 10), box(8, 0, 18, 10).buffer(0.1), box(0, 0, 4, 4)], crs=CRS)
    towers = gpd.GeoDataFrame({"floors": [3.0, 1.0]}, geometry=[box(8, 4, 9, 5), box(12, 4, 13, 5)], crs=CRS)
    table = home_shares(shapes, HALVES, "name", towers)
    assert [(0, "west", 0.75), (0, "east", 0.25)] == shares_of(table)[:2]
    assert (2, "west", 1.0) == shares_of(table)[-1]
    assert [True, True, True, True, False] == table["by_floor"].tolist()


def test_buildings_outside_of_all_polygons_lower_the_shares() -> None:
    shapes = gpd.GeoSeries([box(15, 0, 25, 10)], crs=CRS)
    towers = gpd.GeoDataFrame(geometry=[box(16, 4, 17, 5), box(22, 4, 23, 5)], crs=CRS)
    assert [(0, "east", 0.5)] == shares_of(home_shares(shapes, HALVES, "name", towers))


def test_points_count_alike() -> None:
    points = gpd.GeoDataFrame(geometry=[Point(9, 1), Point(11, 1), Point(12, 1), Point(13, 1)], crs=CRS)
    shapes = gpd.GeoSeries([box(2, 0, 14, 10)], crs=CRS)
    assert [(0, "west", 0.25), (0, "east", 0.75)] == shares_of(home_shares(shapes, HALVES, "name", points))


def test_floor_area_is_as_told_else_from_floors_else_the_footprint() -> None:
    table = {"floors": [6.0, 6.0, np.nan, np.nan], "floor_m2": [500.0, np.nan, np.nan, np.nan]}
    shapes = [box(0, 0, 10, 10)] * 3 + [Point(0, 0)]
    assert [500.0, 600.0, 100.0, 1.0] == floor_area(gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)).tolist()


def test_no_shapes_and_no_polygons_give_an_empty_table() -> None:
    none = gpd.GeoSeries([], crs=CRS)
    assert area_shares(none, HALVES, "name").empty
    assert home_shares(HALVES.geometry, HALVES.iloc[:0], "name", None).empty
