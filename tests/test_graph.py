"""The adjacency table: borders against a slow oracle, what they run along, links, and borders between communities."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, affinity, box

from pipeline.graph import adjacency, community_borders, components
from pipeline.rules import load_rules
from pipeline.schema import columns
from pipeline.synthetic import toy_city, toy_lines

CRS = "EPSG:4525"
RULES = load_rules()


def make_units(shapes: list, community: object = "A", subdistrict: object = "甲") -> gpd.GeoDataFrame:
    ids = pd.Index([f"u{number:03d}" for number in range(len(shapes))], name="unit_id", dtype="str")
    levels = {"community": community, "subdistrict": subdistrict}
    return gpd.GeoDataFrame(pd.DataFrame(levels, index=ids), geometry=shapes, crs=CRS)


def make_lines(*rows: tuple) -> gpd.GeoDataFrame:
    table = pd.DataFrame([row[:4] for row in rows], columns=columns("lines"))
    return gpd.GeoDataFrame(table, geometry=[LineString(row[4]) for row in rows], crs=CRS)


def borders(edges: pd.DataFrame) -> dict[tuple[str, str], float]:
    rows = edges[edges["kind"] == "border"]
    return {(a, b): round(m, 3) for a, b, m in zip(rows["a"], rows["b"], rows["border_m"], strict=True)}


def links(edges: pd.DataFrame, kind: str) -> list[tuple[str, str]]:
    rows = edges[edges["kind"] == kind]
    return list(zip(rows["a"], rows["b"], strict=True))


def by_intersection(units: gpd.GeoDataFrame, least_m: float = 1.0) -> dict[tuple[str, str], float]:
    """The oracle: intersect the boundaries of every two units that meet."""
    shapes = units.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = {}
    for i, j in zip(first, second, strict=True):
        a, b = units.index[i], units.index[j]
        length = shapely.intersection(shapes[i].boundary, shapes[j].boundary).length
        if a < b and length > least_m:
            found[a, b] = round(length, 3)
    return found


# --- maps -----------------------------------------------------------------------------------------------------


@st.composite
def cut_maps(draw: st.DrawFn) -> list[Polygon]:
    """Cut a square again and again: rectangles whose corners lie inside the sides of others."""
    shapes = [(0, 0, 1000, 1000)]
    for _ in range(draw(st.integers(0, 14))):
        x0, y0, x1, y1 = shapes.pop(draw(st.integers(0, len(shapes) - 1)))
        share = draw(st.integers(2, 8)) / 10
        if x1 - x0 > y1 - y0:
            middle = round(x0 + share * (x1 - x0))
            shapes += [(x0, y0, middle, y1), (middle, y0, x1, y1)]
        else:
            middle = round(y0 + share * (y1 - y0))
            shapes += [(x0, y0, x1, middle), (x0, middle, x1, y1)]
    return [box(*shape) for shape in shapes]


@st.composite
def cell_maps(draw: st.DrawFn) -> list[Polygon | MultiPolygon]:
    """Dissolve the cells of a 6 x 6 grid by random labels: holes, islands and multipart units."""
    labels = draw(st.lists(st.integers(0, 9), min_size=36, max_size=36))
    cells = pd.Series([box(n % 6 * 10, n // 6 * 10, n % 6 * 10 + 10, n // 6 * 10 + 10) for n in range(36)])
    return [shapely.union_all(group.to_numpy()) for label, group in cells.groupby(labels) if label != 9] or [cells[0]]


@st.composite
def voronoi_maps(draw: st.DrawFn) -> list[Polygon]:
    """Draw Voronoi cells: slanting borders of any length."""
    place = st.tuples(st.integers(0, 1000), st.integers(0, 1000))
    points = draw(st.lists(place, min_size=3, max_size=25, unique=True))
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box(0, 0, 1000, 1000))
    return list(shapely.get_parts(cells)) or [box(0, 0, 1, 1)]


@settings(max_examples=30)
@given(cut_maps() | cell_maps())
def test_borders_equal_those_found_by_intersecting_every_pair(shapes: list) -> None:
    units = make_units(shapes)
    assert by_intersection(units) == borders(adjacency(units))


@settings(max_examples=30)
@given(voronoi_maps())
def test_borders_of_slanting_cells_equal_those_found_by_intersecting(shapes: list) -> None:
    units = make_units(shapes)
    expected, found = by_intersection(units, 0.0), borders(adjacency(units, least_m=0.0))
    # Corners at acute angles may add some centimetres within the snapping distance, and no neighbour.
    real = {pair: length for pair, length in expected.items() if length > 0.5}
    assert real == {pair: pytest.approx(found.get(pair), abs=0.4) for pair in real}
    assert {} == {pair: length for pair, length in found.items() if pair not in real and length > 1.0}


@settings(max_examples=30)
@given(cut_maps(), st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(shapes: list, random: object) -> None:
    units = make_units(shapes)
    shuffled = units.sample(frac=1, random_state=random.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(adjacency(units), adjacency(shuffled))


@settings(max_examples=30)
@given(cut_maps(), st.integers(-3, 3), st.integers(-3, 3))
def test_small_gaps_and_overlaps_part_no_neighbours(shapes: list, right: int, up: int) -> None:
    """Every second unit is moved by up to 3 cm."""
    moved = [
        affinity.translate(shape, right / 100, up / 100) if number % 2 else shape for number, shape in enumerate(shapes)
    ]
    expected, found = by_intersection(make_units(shapes), 2.0), borders(adjacency(make_units(moved)))
    assert expected == {pair: pytest.approx(found.get(pair), abs=0.3) for pair in expected}


@settings(max_examples=30)
@given(cell_maps(), st.lists(st.integers(0, 3), min_size=9, max_size=9), st.lists(st.integers(0, 1), min_size=4))
def test_every_subdistrict_and_community_is_connected_in_the_table(shapes: list, names: list, above: list) -> None:
    community = [names[number] for number in range(len(shapes))]
    units = make_units(shapes, [f"c{name}" for name in community], [f"s{above[name]}" for name in community])
    edges = adjacency(units)
    for level in ("subdistrict", "community"):
        parts = {
            name: int(components(ids, edges["a"], edges["b"]).max()) + 1
            for name, ids in units.groupby(level).groups.items()
        }
        assert dict.fromkeys(parts, 1) == parts


# --- shapes ---------------------------------------------------------------------------------------------------


def test_the_table_is_as_the_schema_says() -> None:
    edges = adjacency(toy_city(), toy_lines())
    assert columns("edges") == list(edges.columns)
    assert (edges["a"] < edges["b"]).all()
    pd.testing.assert_frame_equal(edges, edges.sort_values(["a", "b"], ignore_index=True))


def test_one_unit_and_no_units_give_an_empty_table() -> None:
    units = make_units([box(0, 0, 1, 1)])
    assert ([], []) == (list(adjacency(units)["a"]), list(adjacency(units.iloc[:0], toy_lines())["a"]))


def test_units_that_meet_in_a_point_are_not_neighbours() -> None:
    units = make_units([box(0, 0, 10, 10), box(10, 10, 20, 20)])
    assert {} == borders(adjacency(units))


def test_a_border_no_longer_than_least_m_is_a_corner_touch() -> None:
    units = make_units([box(0, 0, 10, 10), box(9, 10, 20, 20)])
    assert ({}, {("u000", "u001"): 1.0}) == (borders(adjacency(units)), borders(adjacency(units, least_m=0.9)))


def test_a_unit_in_the_hole_of_another_has_its_whole_outline_as_border() -> None:
    inside = box(10, 10, 20, 20)
    units = make_units([box(0, 0, 30, 30) - inside, inside])
    assert {("u000", "u001"): 40.0} == borders(adjacency(units))


def test_a_gap_wider_than_the_snapping_distance_is_a_gap() -> None:
    units = make_units([box(0, 0, 10, 10), box(10.3, 0, 20, 10)])
    assert ({}, {("u000", "u001"): 10.0}) == (borders(adjacency(units)), borders(adjacency(units, snap_m=0.5)))


def test_units_on_top_of_one_another_are_neighbours() -> None:
    units = make_units([box(0, 0, 10, 10)] * 3)
    assert {("u000", "u001"): 40.0, ("u000", "u002"): 40.0, ("u001", "u002"): 40.0} == borders(adjacency(units))


def test_units_given_are_left_as_they_were() -> None:
    units = toy_city()
    adjacency(units, toy_lines())
    pd.testing.assert_frame_equal(toy_city(), units)


# --- links ----------------------------------------------------------------------------------------------------


def test_parts_of_a_subdistrict_are_bridged_over_the_shortest_way() -> None:
    row = [box(x, 0, x + 10, 10) for x in (0, 10, 50, 60, 300)]
    edges = adjacency(make_units(row, ["A", "A", "B", "B", "C"]))
    assert [("u001", "u002"), ("u003", "u004")] == links(edges, "bridge")
    assert [0.0, 0.0] == edges.loc[edges["kind"] == "bridge", "border_cost"].tolist()


def test_parts_of_different_subdistricts_are_not_bridged() -> None:
    units = make_units([box(0, 0, 10, 10), box(50, 0, 60, 10)], ["A", "B"], ["甲", "乙"])
    assert [] == links(adjacency(units), "bridge")


def test_a_detached_part_of_a_community_is_joined_to_the_nearest_of_the_rest() -> None:
    row = [box(x, 0, x + 10, 10) for x in (0, 10, 20, 30)]
    edges = adjacency(make_units(row, ["A", "A", "B", "A"]))
    assert [("u001", "u003")] == links(edges, "inherited")


def test_many_islands_far_apart_are_joined_by_a_tree_of_least_length() -> None:
    shapes = [box(x, 0, x + 10, 10) for x in np.cumsum(np.random.default_rng(1).permutation(np.arange(20, 320)))]
    edges = adjacency(make_units(shapes))
    assert list(pairwise(f"u{number:03d}" for number in range(300))) == links(edges, "bridge")


def test_a_unit_without_a_shape_stays_alone() -> None:
    assert [] == list(adjacency(make_units([box(0, 0, 10, 10), Polygon()]))["a"])


# --- what borders run along -----------------------------------------------------------------------------------


def two_units() -> gpd.GeoDataFrame:
    """Two units left and right of a border from (200, 0) to (200, 200)."""
    return make_units([box(0, 0, 200, 200), box(200, 0, 400, 200)])


def the_border(*rows: tuple, units: gpd.GeoDataFrame | None = None) -> dict:
    found = adjacency(two_units() if units is None else units, make_lines(*rows), RULES).iloc[0]
    return found[["along", "along_name", "road_class", "barrier", "crossing", "factor"]].to_dict()


OPEN = {"along": "", "along_name": "", "road_class": "", "barrier": False, "crossing": False, "factor": 1.0}
RIVER = {**OPEN, "along": "water", "along_name": "小河", "barrier": True, "factor": RULES.factor_barrier}
RIVER_LINE = ("water", "小河", "", True, [(205, -100), (205, 300)])


def test_a_border_runs_along_a_road_close_by_at_the_price_of_its_class() -> None:
    road = ("road", "大街", "primary", False, [(190, -50), (212, 300)])
    expected = {**OPEN, "along": "road", "along_name": "大街", "road_class": "primary", "factor": 0.3}
    assert expected == the_border(road)


def test_a_border_does_not_run_along_a_road_that_covers_less_than_half_of_it() -> None:
    assert the_border(("road", "大街", "primary", False, [(200, -50), (200, 90)])) == OPEN


def test_a_border_does_not_run_along_roads_that_cross_it() -> None:
    roads = [("road", "", "residential", False, [(100, y), (300, y)]) for y in range(10, 200, 20)]
    assert the_border(*roads) == OPEN


def test_a_short_border_does_not_run_along_a_road_that_crosses_it() -> None:
    units = make_units([box(0, 0, 200, 20), box(200, 0, 400, 20)])
    assert OPEN == the_border(("road", "", "residential", False, [(100, 10), (300, 10)]), units=units)


def test_a_jagged_border_runs_along_a_straight_road() -> None:
    steps = [(100 + 5 * (n // 2 + n % 2), 5 * (n // 2)) for n in range(60)]
    units = make_units([Polygon([(0, 0), *steps, (0, 145)]), Polygon([(400, 0), *steps, (400, 145)])])
    road = ("road", "斜街", "tertiary", False, [(80, -22), (290, 188)])
    assert the_border(road, units=units)["along_name"] == "斜街"


def test_a_river_comes_before_the_road_on_its_bank() -> None:
    assert the_border(RIVER_LINE, ("road", "河滨路", "primary", False, [(200, -50), (200, 300)])) == RIVER


def test_the_better_road_comes_before_the_lane_beside_it() -> None:
    lane = ("road", "小巷", "residential", False, [(200, -50), (200, 300)])
    assert the_border(lane, ("road", "大街", "primary", False, [(190, -50), (190, 300)]))["along_name"] == "大街"


def test_water_that_is_no_barrier_costs_as_open_ground() -> None:
    ditch = ("water", "水渠", "", False, [(205, -100), (205, 300)])
    assert {**OPEN, "along": "water", "along_name": "水渠"} == the_border(ditch)


def test_without_a_barrier_column_the_rules_say_what_a_barrier_is() -> None:
    lines = make_lines(RIVER_LINE).drop(columns="barrier")
    assert [True] == adjacency(two_units(), lines, RULES)["barrier"].tolist()


def test_the_cost_of_a_border_is_its_length_times_the_factor() -> None:
    edges = adjacency(two_units(), make_lines(RIVER_LINE), RULES)
    assert [20.0] == edges["border_cost"].tolist()


def test_a_road_across_the_river_makes_a_crossing() -> None:
    assert {**RIVER, "crossing": True} == the_border(RIVER_LINE, ("road", "桥", "", False, [(100, 50), (300, 60)]))


def test_a_road_cut_where_it_meets_the_river_makes_a_crossing() -> None:
    halves = [("road", "", "", False, [(100, 50), (205, 50)]), ("road", "", "", False, [(205, 50), (300, 50)])]
    assert {**RIVER, "crossing": True} == the_border(RIVER_LINE, *halves)


def test_roads_that_end_at_the_river_make_no_crossing() -> None:
    ends = [("road", "", "", False, [(100, 50), (205, 50)]), ("road", "", "", False, [(205, 150), (300, 150)])]
    assert the_border(RIVER_LINE, *ends) == RIVER


def test_a_bridge_beyond_the_border_makes_no_crossing() -> None:
    assert the_border(RIVER_LINE, ("road", "桥", "", False, [(100, 260), (300, 260)])) == RIVER


def test_a_road_across_a_border_on_open_ground_is_no_crossing() -> None:
    assert the_border(("road", "大街", "primary", False, [(100, 50), (300, 50)])) == OPEN


def test_the_bank_of_a_water_given_as_a_polygon_is_a_line_too() -> None:
    lake = gpd.GeoDataFrame({"kind": ["water"], "barrier": [True]}, geometry=[box(205, -50, 300, 300)], crs=CRS)
    assert [True] == adjacency(two_units(), lake, RULES)["barrier"].tolist()


# --- communities and components -------------------------------------------------------------------------------


def test_borders_between_communities_are_summed_over_their_units() -> None:
    units = toy_city()
    found = community_borders(adjacency(units, toy_lines(), RULES), units["community"])
    expected = pd.DataFrame(
        {
            "a": ["A", "A", "B", "B", "C"],
            "b": ["B", "C", "C", "D", "D"],
            "border_m": [1000.0, 1000.0, 500.0, 500.0, 1000.0],
            "barrier_m": [0.0, 1000.0, 0.0, 0.0, 0.0],
            "crossing": [False, True, False, False, False],
            "allowed": True,
            "by_hand": False,
        }
    )
    pd.testing.assert_frame_equal(expected.astype({"a": "str", "b": "str"}), found)


def test_a_plan_of_one_community_has_no_borders() -> None:
    units = toy_city()
    found = community_borders(adjacency(units), pd.Series("A", index=units.index))
    assert (0, ["a", "b", "border_m", "barrier_m", "crossing", "allowed", "by_hand"]) == (
        len(found),
        list(found.columns),
    )


def test_components_are_numbered_by_first_appearance() -> None:
    ids = pd.Index(["e", "d", "c", "b", "a"])
    assert [0, 1, 1, 0, 2] == components(ids, pd.Series(["b", "c"]), pd.Series(["e", "d"])).tolist()


def test_edges_that_leave_the_ids_join_nothing() -> None:
    found = components(pd.Index(["a", "b"]), pd.Series(["a", "b"]), pd.Series(["x", "x"]))
    assert [0, 1] == found.tolist()


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_what_a_search_from_each_unit_finds(size: int, pairs: list) -> None:
    reach = {unit: {unit} for unit in range(size)}
    for a, b in pairs:
        if a < size and b < size and reach[a] is not reach[b]:
            reach[a] |= reach[b]
            for unit in reach[b]:
                reach[unit] = reach[a]
    firsts = sorted({min(group) for group in reach.values()})
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    found = components(pd.RangeIndex(size), ends[:, 0], ends[:, 1])
    assert [firsts.index(min(reach[unit])) for unit in range(size)] == found.tolist()
