"""Communities are cut along the lines that run through them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_area import communities, line, rectangle, roads

from pipeline.tessellate.enclosures import enclosures


def cut(
    *lines, drawn: gpd.GeoDataFrame | None = None, least_m2: float = 1000, reach_m: float = 0.5
) -> gpd.GeoDataFrame:
    drawn = communities() if drawn is None else drawn
    shapes = roads(*lines).geometry if lines else gpd.GeoSeries([], crs=drawn.crs)
    return enclosures(drawn.set_index("community").geometry, shapes, reach_m=0.5, least_m2=least_m2)


def areas(table: gpd.GeoDataFrame, community: str = "甲社区") -> list[int]:
    return sorted(table[table["community"] == community].area.round().astype(int))


WHOLE, HALF = 360_000, 180_000
MIDDLE = line((300, -50), (300, 650))


def test_a_line_through_a_community_cuts_it_in_two():
    assert [HALF, HALF] == areas(cut(MIDDLE))


def test_without_lines_a_community_is_one_piece():
    assert [WHOLE] == areas(cut())


def test_a_line_that_ends_inside_cuts_nothing():
    assert [WHOLE] == areas(cut(line((300, -50), (300, 400))))


@pytest.mark.parametrize(("end", "found"), [(599.8, [HALF, HALF]), (598, [WHOLE])])
def test_a_line_that_ends_just_before_the_border_reaches_it(end, found):
    assert found == areas(cut(line((300, -50), (300, end))))


def test_a_ring_inside_a_community_cuts_out_what_it_encloses():
    ring = line((200, 200), (400, 200), (400, 400), (200, 400), (200, 200))
    assert [40_000, WHOLE - 40_000] == areas(cut(ring))


def test_a_strip_between_two_lanes_joins_what_it_has_the_longest_border_with():
    bent = line((308, -50), (308, 100), (304, 300), (308, 650))
    assert len(areas(cut(MIDDLE, bent))) == 2


def test_a_strip_between_a_road_and_the_border_beside_it_is_no_piece_of_its_own():
    found = cut(line((595, -50), (595, 650)))
    assert [WHOLE] == areas(found)
    assert [HALF] == areas(found, "乙社区")


@pytest.mark.parametrize(("least_m2", "pieces"), [(8000, 2), (10_001, 1)])
def test_a_small_piece_joins_its_neighbour(least_m2, pieces):
    corner = line((100, -50), (100, 100), (-50, 100))
    assert pieces == len(areas(cut(corner, least_m2=least_m2)))


def test_parts_of_a_community_that_lie_apart_are_pieces_of_their_own():
    drawn = communities()
    drawn.loc[1, "geometry"] = shapely.union_all([rectangle(600, 0, 900, 600), rectangle(1000, 0, 1100, 100)])
    assert [10_000, HALF] == areas(cut(drawn=drawn), "乙社区")


def test_pieces_share_every_corner_also_across_the_border_of_communities():
    found = cut(MIDDLE, line((-50, 300), (600, 310)), line((250, -50), (470, 650), (800, 333)))
    assert shapely.coverage_is_valid(found.geometry.array)


def test_where_communities_overlap_both_keep_the_overlap_as_a_piece_of_its_own():
    drawn = communities()
    drawn.loc[1, "geometry"] = rectangle(500, 0, 900, 600)
    assert [60_000, 300_000] == areas(cut(drawn=drawn))
    assert [60_000, 180_000] == areas(cut(drawn=drawn), "乙社区")


def test_the_order_and_direction_of_lines_changes_nothing():
    lines = [MIDDLE, line((-50, 300), (950, 310)), line((250, -50), (470, 650))]
    one, other = cut(*lines), cut(*(shape.reverse() for shape in reversed(lines)))
    assert one["community"].tolist() == other["community"].tolist()
    assert np.array_equal(one.to_wkb()["geometry"], other.to_wkb()["geometry"])
