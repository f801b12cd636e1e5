"""Repair keeps its promises on any drawing: no land lost, no false neighbours, nothing touched that is sound."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from jittered import WEST, area_of, cells, grid, jittered, lines_of, units_of
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.affinity import translate

from pipeline.errors import problems_table
from pipeline.graph import adjacency
from pipeline.repair import repair_area
from pipeline.results import Area
from pipeline.schema import columns

LONG_M = 10.0
"""Neighbours that share more than this must not be lost."""


def drawing(seed: int, kind: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw a sound map and the same map as digitised: corners moved by up to 1 m, some units shifted, one left out."""
    random = np.random.default_rng(seed)
    sound = grid(4, 3) if kind == "grid" else cells(14, random)
    moved = jittered(sound, 0.7, random)
    for unit in random.choice(len(moved), 2, replace=False):
        moved[unit] = translate(moved[unit], *random.uniform(-0.3, 0.3, 2))
    kept = np.arange(len(sound)) != 5
    usable = kept & shapely.is_valid(moved)
    return units_of(sound[usable]), units_of(moved[usable])


def borders(units: gpd.GeoDataFrame) -> pd.Series:
    """Give the length of the common border of each pair of units."""
    edges = adjacency(units)
    edges = edges[edges["kind"] == "border"]
    return pd.Series(edges["border_m"].to_numpy(), index=pd.MultiIndex.from_frame(edges[["a", "b"]]))


def near_length(units: gpd.GeoDataFrame, a: str, b: str, within_m: float) -> float:
    """Measure the outline of a that lies within a distance of b."""
    shapes = units.geometry
    return shapely.length(shapely.intersection(shapes[a].boundary, shapes[b].buffer(within_m)))


drawings = given(seed=st.integers(0, 10_000), kind=st.sampled_from(["grid", "cells"]))
few = settings(max_examples=12)


@drawings
@few
def test_land_is_neither_lost_nor_made_up(seed: int, kind: str) -> None:
    _, drawn = drawing(seed, kind)
    area = repair_area(area_of(drawn))
    before, after = shapely.area(shapely.union_all(drawn.geometry.array)), area.units.area.sum()
    rows = area.repairs[area.repairs["done"] & area.repairs["kind"].isin(["gap", "snap"])]
    overlaps = shapely.area(shapely.intersection(rows.geometry.array, shapely.union_all(drawn.geometry.array))).sum()
    closed = rows["area_m2"].sum() - overlaps
    assert abs(after - before - closed) < 1e-4 * before
    assert abs(after - shapely.area(shapely.union_all(area.units.geometry.array))) < 0.01


@drawings
@few
def test_units_keep_their_keys_order_and_counts(seed: int, kind: str) -> None:
    _, drawn = drawing(seed, kind)
    repaired = repair_area(area_of(drawn)).units
    pd.testing.assert_frame_equal(drawn.drop(columns="geometry"), repaired.drop(columns="geometry"))
    assert list(drawn.columns) == list(repaired.columns)
    assert drawn.crs == repaired.crs


@drawings
@few
def test_the_result_is_a_coverage(seed: int, kind: str) -> None:
    _, drawn = drawing(seed, kind)
    repaired = repair_area(area_of(drawn)).units
    assert repaired.is_valid.all()
    assert not repaired.is_empty.any()
    assert shapely.coverage_is_valid(repaired.geometry.array)


@drawings
@few
def test_nobody_becomes_a_neighbour_who_was_none(seed: int, kind: str) -> None:
    sound, drawn = drawing(seed, kind)
    area = repair_area(area_of(drawn))
    land = shapely.union_all(area.units.geometry.array)
    open_land = land.envelope.buffer(50).difference(land)
    true = borders(sound)
    for (a, b), length in borders(area.units).items():
        # beside open land a corner may stay a border of less than two metres: to draw it together would open a notch
        beside = max(area.units.geometry[[a, b]].distance(open_land)) < 2
        assert (a, b) in true or (beside and length < 2)
        assert near_length(drawn, a, b, area.settings.repair.gap_m) >= length / 2


@drawings
@few
def test_true_neighbours_are_not_lost(seed: int, kind: str) -> None:
    sound, drawn = drawing(seed, kind)
    found = borders(repair_area(area_of(drawn)).units)
    true = borders(sound)
    assert set(true[true > LONG_M].index) <= set(found.index)


@drawings
@few
def test_a_second_repair_changes_nothing(seed: int, kind: str) -> None:
    _, drawn = drawing(seed, kind)
    once = repair_area(area_of(drawn))
    twice = repair_area(area_of(once.units))
    assert shapely.equals_identical(once.units.geometry.array, twice.units.geometry.array).all()
    assert not twice.repairs["done"].any()


@pytest.mark.parametrize("sound", [grid(5, 4), cells(30, np.random.default_rng(3))], ids=["grid", "cells"])
def test_a_sound_drawing_comes_back_as_it_is(sound: np.ndarray) -> None:
    area = area_of(units_of(sound))
    repaired = repair_area(area)
    assert repaired.units is area.units
    assert repaired.repairs.empty
    assert columns("repairs.csv") == [name for name in repaired.repairs.columns if name != "geometry"]
    assert repaired.problems.empty


def test_units_far_from_a_fault_stay_bit_by_bit() -> None:
    shapes = grid(6, 1)
    shapes[0] = translate(shapes[0], 1.0, 0.0)
    repaired = repair_area(area_of(units_of(shapes))).units
    assert shapely.equals_identical(repaired.geometry.array[2:], shapes[2:]).all()


@pytest.fixture
def halves() -> np.ndarray:
    """Two squares side by side."""
    return grid(2, 1)


def repaired_rows(shapes: list[Polygon] | np.ndarray, **repair: object) -> tuple[Area, pd.DataFrame]:
    area = repair_area(area_of(units_of(np.array(shapes, dtype="object")), **repair))
    return area, area.repairs


def test_an_overlap_goes_to_the_unit_that_it_borders_longer(halves: np.ndarray) -> None:
    cape = shapely.union(halves[0], translate(box(99, 40, 110, 42), WEST, 4_518_000))
    area, rows = repaired_rows([cape, halves[1]])
    assert ["overlap"] == rows["kind"].tolist()
    assert "u002 has it" == rows["after"].iloc[0]
    assert 10_000 == round(area.units.area.iloc[1])


def test_an_overlap_wider_than_the_limit_stays(halves: np.ndarray) -> None:
    area, rows = repaired_rows([halves[0], translate(halves[1], -10, 0)])
    assert [("overlap", False)] == list(zip(rows["kind"], rows["done"], strict=True))
    assert [10_000, 10_000] == area.units.area.round().tolist()


def test_a_unit_is_never_left_with_nothing(halves: np.ndarray) -> None:
    sliver = translate(box(98, 0, 100, 100), WEST, 4_518_000)
    area, _ = repaired_rows([halves[0], sliver])
    assert [9_800, 200] == area.units.area.round().tolist()


def test_an_open_gap_is_closed_and_a_wide_one_stays(halves: np.ndarray) -> None:
    _, narrow = repaired_rows([halves[0], translate(halves[1], 2, 0)])
    assert [("gap", True, 200.0)] == list(zip(narrow["kind"], narrow["done"], narrow["area_m2"], strict=True))
    area, wide = repaired_rows([halves[0], translate(halves[1], 5, 0)])
    assert wide.empty
    assert borders(area.units).empty


def test_a_corner_between_two_units_is_no_gap(halves: np.ndarray) -> None:
    lower = translate(halves[0], 0, -100)
    slanting = shapely.segmentize(Polygon([(0, 0), (100, 0), (200, -60), (200, 100), (0, 100)]), 1.0)
    area, rows = repaired_rows([shapely.segmentize(lower, 1.0), translate(slanting, WEST, 4_518_000)])
    assert rows[rows["done"]].empty
    assert 10_000 == round(area.units.area.iloc[0])


def test_units_across_a_corner_meet_in_one_point() -> None:
    shapes = grid(2, 2)
    middle = np.array([WEST + 100, 4_518_100])
    corner = {0: (1, 1), 1: (-1, 0), 2: (0, -1), 3: (-1, -1)}
    for unit, (east, north) in corner.items():
        xy = shapely.get_coordinates(shapes[unit])
        at = (xy == middle).all(axis=1)
        shapes[unit] = Polygon(np.where(at[:, None], middle + np.array([east, north]), xy))
    area, rows = repaired_rows(shapes)
    assert {("u001", "u002"), ("u001", "u003"), ("u002", "u004"), ("u003", "u004")} == set(borders(area.units).index)
    assert shapely.coverage_is_valid(area.units.geometry.array)
    assert "a corner that mending drew out" in " ".join(rows["before"])


def test_slivers_along_one_border_share_a_row(halves: np.ndarray) -> None:
    random = np.random.default_rng(1)
    wavy = jittered(shapely.segmentize(halves, 10.0), 0.1, random)
    _, rows = repaired_rows(wavy)
    assert ["snap"] == rows["kind"].tolist()
    assert "u001、u002" == rows["ids"].iloc[0]


def test_a_crumb_beyond_the_neighbour_joins_it(halves: np.ndarray) -> None:
    crumb = translate(box(198, 20, 202, 24), WEST, 4_518_000)
    scattered = MultiPolygon([halves[0], crumb])
    area, rows = repaired_rows([scattered, halves[1]])
    assert 1 == shapely.get_num_geometries(area.units.geometry.iloc[0])
    assert {"overlap", "fragment"} >= set(rows["kind"])
    assert rows["done"].all()


def test_a_large_detached_part_is_legal(halves: np.ndarray) -> None:
    scattered = MultiPolygon([halves[0], translate(halves[0], 300, 0)])
    area, rows = repaired_rows([scattered, translate(halves[1], 0.2, 0)])
    assert 2 == shapely.get_num_geometries(area.units.geometry.iloc[0])
    assert ["snap"] == rows["kind"].tolist()


def test_ties_go_to_the_smaller_key() -> None:
    first, second = grid(2, 1)
    area, rows = repaired_rows(
        [shapely.union(first, translate(first, 1, 0)), shapely.union(second, translate(second, -1, 0))]
    )
    assert ["u001 has it"] == rows["after"].tolist()
    assert [10_100, 9_900] == area.units.area.round().tolist()


def test_strips_are_closed_along_roads_only() -> None:
    parted = [shape if number < 2 else translate(shape, 20, 0) for number, shape in enumerate(grid(4, 1))]
    way = [LineString([(WEST + 210, 4_517_900), (WEST + 210, 4_518_200)])]
    for kind, closed in (("road", True), ("water", False)):
        area = repair_area(area_of(units_of(np.array(parted)), lines_of(**{kind: way}), strips_m=30.0))
        assert closed == (("u002", "u003") in borders(area.units).index)
    without = repair_area(area_of(units_of(np.array(parted)), lines_of(road=way)))
    assert ["units apart"] == without.problems["problem"].tolist()
    assert "strips_m = 30" in without.problems["advice"].iloc[0]


def test_strips_along_many_roads_are_told_in_one_sentence_with_one_width_for_all() -> None:
    parted = np.array([translate(shape, 20 * number, 0) for number, shape in enumerate(grid(8, 1))])
    middles = [WEST + 100 * number + 20 * (number - 1) + 10 for number in range(1, 8)]
    ways = lines_of(road=[LineString([(x, 4_517_900), (x, 4_518_200)]) for x in middles])
    area = repair_area(area_of(units_of(parted), ways.assign(name=[f"{number}路" for number in range(1, 8)])))
    (told,) = area.problems.to_dict("records")
    assert told["detail"].startswith("8 units stand apart along 7 roads: road 1路, 20 m, ")
    assert told["detail"].endswith(" and 2 more.")
    assert "strips_m = 30 under [repair]" in told["advice"]
    assert 7 == len(area.repairs)


def test_a_plot_that_nobody_owns_is_no_strip() -> None:
    shapes = np.delete(grid(3, 3, 25.0), 4)
    area = repair_area(area_of(units_of(shapes), strips_m=40.0))
    assert [("gap", False, 625.0)] == [(row.kind, row.done, row.area_m2) for row in area.repairs.itertuples()]
    assert 200 * 25 == area.units.area.sum()


def test_without_repair_faults_are_listed_and_nothing_is_changed(halves: np.ndarray) -> None:
    given_units = units_of(np.array([halves[0], translate(halves[1], -2, 0)]))
    area = repair_area(area_of(given_units, enabled=False))
    assert area.units is given_units
    assert [("overlap", False, 200.0)] == [(row.kind, row.done, row.area_m2) for row in area.repairs.itertuples()]


def test_areas_without_units_or_shapes_come_through() -> None:
    units = units_of(np.array([None, *grid(2, 1)], dtype="object"))
    assert repair_area(area_of(units)).repairs.empty
    assert repair_area(area_of(units.iloc[:0])).repairs.empty


def test_nothing_that_was_given_is_changed(halves: np.ndarray) -> None:
    area = area_of(units_of(np.array([halves[0], translate(halves[1], -2, 0)])))
    before = area.units.copy(deep=True)
    repair_area(area)
    assert before.equals(area.units)
    assert problems_table([]).equals(area.problems)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_an_outline_with_a_corner_that_has_no_place_is_doubtful(lost: float) -> None:
    corners = [(WEST, 4_518_000), (lost, 4_518_100), (WEST + 100, 4_518_100), (WEST + 100, 4_518_000)]
    found = repair_area(area_of(units_of([Polygon(corners)])))
    assert "outlines doubtful" in found.problems["problem"].tolist()
    assert found.repairs["area_m2"].notna().all()
