"""An enclosure is divided between its buildings."""

import numpy as np
import pytest
import shapely
from drawn_area import line, point, rectangle
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tessellate.cells import divided, nearest_ground

GROUND = rectangle(0, 0, 100, 100)


def parts(*buildings, households: list[float] | None = None, most: float = 300, enclosure=GROUND) -> np.ndarray:
    counts = np.array(households if households is not None else [200.0] * len(buildings))
    return divided(enclosure, np.array(buildings, dtype="object"), counts, most)


def test_the_border_of_two_buildings_runs_midway_between_them():
    west, east = parts(rectangle(10, 20, 30, 80), rectangle(60, 20, 80, 80))
    assert (45, 45) == (round(shapely.area(west) / 100), 100 - round(shapely.area(east) / 100))
    assert shapely.hausdorff_distance(shapely.intersection(west, east), line((45, 0), (45, 100))) < 0.001


def test_buildings_that_fit_together_share_a_unit():
    assert len(parts(rectangle(10, 20, 30, 80), rectangle(60, 20, 80, 80), households=[100, 200])) == 1


def test_a_tall_building_has_a_unit_of_its_own_and_the_shed_beside_it_none():
    tower, house, shed = rectangle(10, 10, 30, 90), rectangle(60, 60, 80, 90), rectangle(60, 10, 62, 12)
    found = parts(tower, house, shed, households=[400, 290, 1])
    assert len(found) == 2


@pytest.mark.parametrize(
    "buildings",
    [
        [rectangle(10, 10, 30, 30)],
        [point(20, 20)],
        [rectangle(10, 10, 30, 30)] * 2,
        [point(20, 20)] * 3,
    ],
)
def test_what_cannot_be_divided_stays_whole(buildings):
    (whole,) = parts(*buildings)
    assert whole.equals(GROUND)


def test_buildings_may_be_points():
    assert [5000, 5000] == [round(area) for area in shapely.area(parts(point(25, 50), point(75, 50)))]


def test_buildings_that_touch_are_told_apart():
    assert len(parts(rectangle(10, 10, 50, 30), rectangle(50, 10, 90, 30))) == 2


def test_an_enclosure_with_a_hole_keeps_it():
    ring = shapely.difference(GROUND, rectangle(40, 40, 60, 60))
    found = parts(*(rectangle(x, y, x + 20, y + 10) for x in (10, 70) for y in (10, 80)), enclosure=ring)
    assert len(found) == 4
    assert shapely.area(found).sum() == pytest.approx(9600)


@st.composite
def settlements(draw):
    """Draw buildings on a raster, so that many lie on one circle, touch, overlap or coincide."""
    place = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 4), st.integers(0, 4))
    boxes = draw(st.lists(place, min_size=1, max_size=25))
    return [rectangle(10 * x, 10 * y, 10 * x + 5 * w + 2, 10 * y + 5 * h + 2) for x, y, w, h in boxes]


@settings(deadline=None)
@given(settlements())
def test_cells_fill_the_enclosure_hang_together_and_share_every_corner(buildings):
    cells = nearest_ground(GROUND, np.array(buildings, dtype="object"))
    assert (shapely.get_type_id(cells) == 3).all()
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(10_000, rel=1e-9)


@settings(deadline=None)
@given(settlements())
def test_parts_fill_the_enclosure_and_hang_together(buildings):
    found = parts(*buildings, households=[120.0] * len(buildings))
    assert (shapely.get_type_id(found) == 3).all()
    assert shapely.coverage_is_valid(found)
    assert shapely.area(found).sum() == pytest.approx(10_000, rel=1e-9)
