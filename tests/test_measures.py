"""Measures of shape on shapes whose values are known."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, affinity, box

from pipeline.measures import area_km2, convex_hull_ratio, dissolved, polsby_popper, reock, width_m

COMPACTNESS = [polsby_popper, reock, convex_hull_ratio]
SQUARE = box(0, 0, 100, 100)
CIRCLE = Point(0, 0).buffer(100, quad_segs=256)
ROD = box(0, 0, 400, 100)
TWO_PARTS = MultiPolygon([box(0, 0, 100, 100), box(200, 0, 300, 100)])


def value(measure, shape) -> float:
    return measure(GeoSeries([shape])).iloc[0]


def test_area_is_given_in_square_kilometres():
    assert value(area_km2, box(0, 0, 3000, 500)) == 1.5


@pytest.mark.parametrize("measure", COMPACTNESS)
def test_a_circle_is_as_compact_as_can_be(measure):
    assert value(measure, CIRCLE) == pytest.approx(1.0, abs=1e-4)


def test_a_square_has_a_polsby_popper_of_a_quarter_pi():
    assert value(polsby_popper, SQUARE) == pytest.approx(np.pi / 4)


def test_a_square_has_a_reock_of_two_over_pi():
    assert value(reock, SQUARE) == pytest.approx(2 / np.pi)


def test_a_long_shape_is_less_compact_than_a_square():
    assert (value(polsby_popper, ROD), value(reock, ROD)) < (value(polsby_popper, SQUARE), value(reock, SQUARE))


def test_a_convex_shape_fills_its_hull():
    assert value(convex_hull_ratio, ROD) == pytest.approx(1.0)


def test_a_hull_is_drawn_around_all_parts():
    assert value(convex_hull_ratio, TWO_PARTS) == pytest.approx(2 / 3)


@pytest.mark.parametrize("measure", [*COMPACTNESS, area_km2])
def test_a_measure_keeps_the_index(measure):
    index = pd.Index(["甲", "乙"], name="community")
    assert measure(GeoSeries([SQUARE, ROD], index=index)).index.equals(index)


@pytest.mark.parametrize("measure", COMPACTNESS)
def test_an_empty_shape_has_no_compactness(measure):
    assert np.isnan(value(measure, Polygon()))


@pytest.mark.parametrize("measure", COMPACTNESS)
@given(
    width=st.floats(1, 1000),
    height=st.floats(1, 1000),
    angle=st.floats(0, 360),
    east=st.floats(0, 4e7),
)
def test_moving_and_turning_a_shape_changes_nothing(measure, width, height, angle, east):
    shape = box(0, 0, width, height)
    moved = affinity.translate(affinity.rotate(shape, angle), east, 4.5e6)
    assert value(measure, moved) == pytest.approx(value(measure, shape), rel=1e-4)


def test_groups_are_dissolved_into_one_shape_each():
    squares = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 1), box(1, 0, 2, 1)], index=["u1", "u2", "u3"], crs=4525)
    by = pd.Series(["b", "a", "b"], index=squares.index, name="community")
    expected = GeoSeries([box(5, 0, 6, 1), box(0, 0, 2, 1)], index=pd.Index(["a", "b"], name="community"), crs=4525)
    joined = dissolved(squares, by)
    assert joined.index.equals(expected.index)
    assert joined.crs == expected.crs
    assert joined.geom_equals(expected).all()


def test_groups_are_matched_by_unit_and_not_by_position():
    squares = GeoSeries([box(0, 0, 1, 1), box(1, 0, 3, 1)], index=["u1", "u2"])
    by = pd.Series({"u2": "large", "u1": "small"})
    assert dissolved(squares, by).area.to_dict() == {"large": 2.0, "small": 1.0}


def test_units_that_overlap_are_not_counted_twice():
    overlapping = GeoSeries([box(0, 0, 2, 1), box(1, 0, 3, 1)], index=["u1", "u2"])
    assert dissolved(overlapping, pd.Series("a", index=overlapping.index)).area.to_dict() == {"a": 3.0}


def test_dissolving_agrees_with_geopandas():
    frame = gpd.GeoDataFrame(
        {"community": list("aabb")}, geometry=[box(x, 0, x + 1, 1 + x) for x in range(4)], index=list("wxyz")
    )
    joined = dissolved(frame.geometry, frame["community"])
    assert joined.geom_equals(frame.dissolve("community").geometry).all()


def test_exact_copies_are_dissolved_into_one() -> None:
    shapes = GeoSeries([box(0, 0, 1, 1), box(0, 0, 1, 1), box(2, 0, 3, 1)], index=["a", "b", "c"])
    assert {"x": 1.0, "y": 1.0} == dissolved(shapes, pd.Series({"a": "x", "b": "x", "c": "y"})).area.to_dict()


def test_the_width_of_a_strip_is_its_own_and_that_of_a_square_its_side() -> None:
    strip = affinity.rotate(box(0, 0, 500, 3), 30)
    bent = box(0, 0, 500, 3).union(box(0, 0, 3, 500))
    assert [3.0, 7.0] == width_m(GeoSeries([strip, box(0, 0, 7, 7)])).round(6).tolist()
    assert 3.0 == pytest.approx(width_m(GeoSeries([bent])).item(), rel=0.01)
    assert 5.0 < width_m(GeoSeries([Point(0, 0).buffer(4)])).item() < 8.0
