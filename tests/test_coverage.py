"""Faults of a drawing are found as tables with their places; widths and faces are measured right."""

import numpy as np
import pandas as pd
import pytest
import shapely
from jittered import CRS, WEST, grid, lines_of, units_of
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from pipeline import coverage

SOUTH = 4_518_000.0


def test_a_broken_outline_is_found_with_its_place() -> None:
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    found = coverage.invalid_rings(units_of(np.array([grid(1, 1)[0], bow], dtype="object")))
    assert [(1, "u002", "Self-intersection")] == list(zip(found["position"], found["id"], found["reason"], strict=True))
    assert Point(5, 5) == found.geometry.iloc[0]
    assert coverage.invalid_rings(units_of(grid(2, 1))).empty


def test_overlaps_carry_what_both_units_cover() -> None:
    shapes = grid(2, 1)
    shapes[1] = translate(shapes[1], -3, 0)
    found = coverage.overlaps(units_of(shapes))
    assert ["u001", "u002", 300.0] == found.loc[0, ["a", "b", "area_m2"]].tolist()
    assert shapely.equals(found.geometry.iloc[0], box(WEST + 97, SOUTH, WEST + 100, SOUTH + 100))
    assert CRS == found.crs


def test_gaps_are_enclosed_land_of_no_unit() -> None:
    ring = np.delete(grid(3, 3), 4)
    found = coverage.gaps(units_of(ring))
    assert [10_000.0] == found["area_m2"].tolist()
    assert [100.0] == found["width_m"].round().tolist()
    assert "u001、u002、u003、u004、u005、u006、u007、u008" == found.loc[0, "ids"]
    assert coverage.gaps(units_of(ring), most_m2=9_999).empty
    assert coverage.gaps(units_of(np.delete(grid(3, 3), 3))).empty


def test_an_island_in_a_gap_is_not_part_of_it() -> None:
    inside = box(WEST + 140, SOUTH + 140, WEST + 160, SOUTH + 160)
    found = coverage.gaps(units_of(np.array([*np.delete(grid(3, 3), 4), inside], dtype="object")))
    assert [9_600.0] == found["area_m2"].tolist()


def test_parts_are_listed_largest_first() -> None:
    first, second = grid(2, 1)
    crumb = box(WEST - 10, SOUTH, WEST - 5, SOUTH + 5)
    found = coverage.parts(units_of(np.array([MultiPolygon([crumb, first]), second], dtype="object")))
    assert [("u001", 0, 10_000.0), ("u001", 1, 25.0)] == list(
        zip(found["id"], found["part"], found["area_m2"], strict=True)
    )


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        (box(0, 0, 50, 2), 2.0),
        (box(0, 0, 4, 4), 4.0),
        (Polygon([(0, 0), (30, 0), (30, 30), (29, 30), (29, 1), (0, 1)]), 1.17),
    ],
)
def test_the_width_is_that_of_the_largest_circle_inside(shape: Polygon, width: float) -> None:
    assert coverage.widths(np.array([shape]))[0] == pytest.approx(width, abs=0.25)
    assert coverage.is_narrow(np.array([shape]), width + 0.3).all()
    assert not coverage.is_narrow(np.array([shape]), width - 0.3).any()


def test_a_bound_stands_for_the_width_where_it_is_enough() -> None:
    triangle = Polygon([(0, 0), (10, 0), (0, 1)])
    assert coverage.widths(np.array([triangle]), 1.0)[0] == pytest.approx(0.995, abs=0.01)
    assert coverage.widths(np.array([triangle]))[0] == pytest.approx(0.95, abs=0.1)


def test_faces_know_the_units_that_cover_them() -> None:
    shapes = grid(2, 1)
    shapes[1] = translate(shapes[1], -3, 0)
    faces = coverage.cut_into_faces(shapes, np.arange(2), np.array([], dtype="object"))
    assert [1, 1, 2] == sorted(faces.owners())
    assert 19_700 == pytest.approx(shapely.area(faces.shapes).sum())


def test_faces_keep_the_corners_of_the_drawing_to_the_last_bit() -> None:
    shapes = shapely.transform(grid(3, 1), lambda xy: xy + 0.123456789)
    faces = coverage.cut_into_faces(shapes, np.arange(3), np.array([], dtype="object"))
    drawn = {tuple(xy) for xy in shapely.get_coordinates(shapes)}
    assert drawn == {tuple(xy) for xy in shapely.get_coordinates(faces.shapes)}


def test_sides_tell_what_lies_beyond() -> None:
    sides = coverage.sides_of(grid(2, 1))
    assert 8 == len(sides)
    assert [(0, 1), (1, 0)] == [(row.face, row.other) for row in sides.itertuples() if row.other >= 0]
    summed = coverage.owner_sides(sides, np.array([5, 6]))
    assert [(0, 6, 100.0), (1, 5, 100.0)] == list(summed.itertuples(index=False, name=None))


def test_corners_are_set_on_every_polygon_of_a_side() -> None:
    x = WEST + 100
    corner = pd.DataFrame({"x0": [x], "y0": [SOUTH + 100], "x1": [x], "y1": [SOUTH], "x": [x], "y": [SOUTH + 30]})
    cut = coverage.with_corners(grid(2, 1), corner)
    assert [6, 6] == shapely.get_num_coordinates(cut).tolist()
    assert shapely.coverage_is_valid(cut)
    assert shapely.equals(cut, grid(2, 1)).all()


def test_strips_name_the_road_and_their_width() -> None:
    shapes = [grid(2, 1)[0], translate(grid(2, 1)[1], 18, 0)]
    way = LineString([(WEST + 109, SOUTH - 50), (WEST + 109, SOUTH + 150)])
    found = coverage.strips(units_of(np.array(shapes)), lines_of(road=[way]), 3.0)
    assert [("u001", "u002", 18.0, "road")] == list(
        zip(found["a"], found["b"], found["width_m"], found["along"], strict=True)
    )
    assert 100 == pytest.approx(found.loc[0, "length_m"])
    assert coverage.strips(units_of(np.array(shapes)), lines_of(), 20.0).empty
    assert coverage.strips(units_of(grid(2, 1)), lines_of(road=[way]), 3.0).empty


def test_units_with_a_common_border_do_not_stand_apart() -> None:
    bay = Polygon([(0, 0), (100, 0), (100, 50), (85, 50), (85, 100), (0, 100)])
    shapes = np.array([translate(bay, WEST, SOUTH), grid(2, 1)[1]], dtype="object")
    assert coverage.strips(units_of(shapes), lines_of(), 3.0).empty
