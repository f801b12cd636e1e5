"""Where a community may extend: forbidden barriers, crossings, corners, and what becomes of communities cut in two."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from pipeline.errors import InputError
from pipeline.flag import merge_candidates
from pipeline.graph import adjacency, community_borders, components, counted, drawn_adjacency
from pipeline.propose import propose_compliance
from pipeline.rules import RuleSet, load_rules
from pipeline.settings import SolveSection
from pipeline.synthetic import toy_city, toy_lines
from pipeline.verify import verify_plan

CRS = "EPSG:4525"
SHUT = {"barriers": {"water": "forbidden"}}


def row_of_units(
    *communities: str, households: int = 800, gap_after: int | None = None, subdistrict: str = "甲"
) -> gpd.GeoDataFrame:
    """Make squares of 200 m from west to east, u0, u1, …; a gap of 30 m after the one named."""
    ids = pd.Index([f"u{number}" for number in range(len(communities))], name="unit_id", dtype="str")
    west = [200 * n + (30 if gap_after is not None and n > gap_after else 0) for n in range(len(communities))]
    table = pd.DataFrame({"community": communities, "subdistrict": subdistrict, "households": households}, index=ids)
    table["anchor"] = ~table["community"].duplicated()
    return gpd.GeoDataFrame(table, geometry=[box(x, 0, x + 200, 200) for x in west], crs=CRS)


def river(x: float, *, kind: str = "water", road_class: str = "", name: str = "黄河") -> gpd.GeoDataFrame:
    line = LineString([(x, -100), (x, 300)])
    return gpd.GeoDataFrame({"kind": [kind], "name": [name], "road_class": [road_class]}, geometry=[line], crs=CRS)


def crossing(x: float, y: float, name: str = "解放桥") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [name]}, geometry=[Point(x, y)], crs=CRS)


def rules(**given: object) -> RuleSet:
    return load_rules(dict(given))


def said(edges: pd.DataFrame, kind: str = "border") -> dict[tuple[str, str], tuple[bool, str]]:
    rows = edges[edges["kind"] == kind]
    return {(a, b): (ok, why) for a, b, ok, why in zip(rows["a"], rows["b"], rows["allowed"], rows["why"], strict=True)}


def names(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["severity"], row["problem"]) for row in rows]


# --- classes of barriers --------------------------------------------------------------------------------------


def test_without_a_word_of_barriers_everything_but_corners_is_allowed() -> None:
    edges = adjacency(toy_city(), toy_lines())
    assert {True: {"border"}, False: {"corner"}} == edges.groupby("allowed")["kind"].agg(set).to_dict()


def test_a_forbidden_barrier_shuts_the_border_and_names_its_line_and_class() -> None:
    found = adjacency(row_of_units("A", "B", "C"), river(200), rules(**SHUT))
    assert {("u0", "u1"): (False, "沿黄河（水系），禁止跨越，无通道"), ("u1", "u2"): (True, "")} == said(found)


@pytest.mark.parametrize(
    ("told", "barrier", "allowed"), [("ignore", False, True), ("priced", True, True), ("forbidden", True, False)]
)
def test_each_class_of_road_is_what_the_rules_say(told: str, barrier: bool, allowed: bool) -> None:
    lines = river(200, kind="road", road_class="primary", name="大街")
    edge = adjacency(row_of_units("A", "B"), lines, rules(barriers={"primary": told})).iloc[0]
    assert (barrier, allowed) == (edge["barrier"], edge["allowed"])


def test_the_class_of_a_road_goes_before_the_kinds_that_are_barriers() -> None:
    lines = river(200, kind="road", road_class="expressway")
    told = rules(barriers={"expressway": "ignore"})
    assert [False] == adjacency(row_of_units("A", "B"), lines, told)["barrier"].tolist()


def test_a_forbidden_river_is_named_though_a_railway_runs_beside_it() -> None:
    lines = pd.concat([river(200), river(203, kind="railway", name="京包线")], ignore_index=True)
    assert "沿黄河（水系），禁止跨越，无通道" == adjacency(row_of_units("A", "B"), lines, rules(**SHUT)).iloc[0]["why"]


def test_a_class_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="no class of lines is called rivers"):
        rules(barriers={"rivers": "forbidden"})


def test_the_price_of_a_class_of_road_can_be_overridden() -> None:
    lines = river(200, kind="road", road_class="primary")
    edge = adjacency(row_of_units("A", "B"), lines, rules(factor_road={"primary": 0.05})).iloc[0]
    assert pytest.approx(200 * 0.05) == edge["border_cost"]


# --- crossings ------------------------------------------------------------------------------------------------


def test_a_crossing_near_the_barrier_opens_the_border_and_is_named() -> None:
    edges, rows = drawn_adjacency(row_of_units("A", "B"), river(200), rules(**SHUT), crossings=crossing(210, 240))
    assert {("u0", "u1"): (True, "沿黄河（水系），禁止跨越，有通道：解放桥")} == said(edges)
    assert ([True], []) == (edges["crossing"].tolist(), rows)


def test_a_road_across_opens_the_border() -> None:
    road = gpd.GeoDataFrame(
        {"kind": ["road"], "name": [""], "road_class": [""]}, geometry=[LineString([(100, 50), (300, 50)])], crs=CRS
    )
    lines = pd.concat([river(200), road], ignore_index=True)
    found = adjacency(row_of_units("A", "B"), lines, rules(**SHUT))
    assert {("u0", "u1"): (True, "沿黄河（水系），禁止跨越，有道路跨越")} == said(found)


def test_a_crossing_too_far_away_changes_nothing_and_is_told() -> None:
    edges, rows = drawn_adjacency(row_of_units("A", "B"), river(200), rules(**SHUT), crossings=crossing(260, 100))
    assert [False] == edges["allowed"].tolist()
    assert [("note", "crossing without barrier")] == names(rows)
    near, _ = drawn_adjacency(
        row_of_units("A", "B"), river(200), rules(**SHUT), crossings=crossing(260, 100), within_m=70
    )
    assert [True] == near["allowed"].tolist()


def test_a_crossing_of_a_priced_barrier_is_a_crossing_too() -> None:
    edges, _ = drawn_adjacency(row_of_units("A", "B"), river(200), crossings=crossing(200, 100))
    assert [(True, "沿黄河（水系），有通道：解放桥")] == list(said(edges).values())
    assert [True] == community_borders(edges, row_of_units("A", "B")["community"])["crossing"].tolist()


def test_no_bridge_leads_over_a_forbidden_river_that_lies_between_the_units() -> None:
    units = row_of_units("A", "B", gap_after=0)
    shut, _ = drawn_adjacency(units, river(215), rules(**SHUT))
    opened, _ = drawn_adjacency(units, river(215), rules(**SHUT), crossings=crossing(215, 90))
    assert {("u0", "u1"): (False, "相隔黄河（水系），禁止跨越，无通道")} == said(shut, "bridge")
    assert {("u0", "u1"): (True, "相隔黄河（水系），禁止跨越，有通道：解放桥")} == said(opened, "bridge")


def two_banks() -> gpd.GeoDataFrame:
    """Make three squares on each side of a river 30 m wide that narrows to 10 m at the north."""
    west = [box(0, 200 * n, 200, 200 * n + 200) for n in range(3)]
    east = [box(210 if n == 2 else 230, 200 * n, 430, 200 * n + 200) for n in range(3)]
    ids = pd.Index([f"{side}{n}" for side in "we" for n in range(3)], name="unit_id", dtype="str")
    table = pd.DataFrame({"community": ["W"] * 3 + ["E"] * 3, "subdistrict": "甲"}, index=ids)
    return gpd.GeoDataFrame(table, geometry=west + east, crs=CRS)


def test_a_bridge_over_a_forbidden_river_is_led_to_the_crossing() -> None:
    water = river(205).assign(geometry=[LineString([(205, -100), (205, 700)])])
    plain, _ = drawn_adjacency(two_banks(), water)
    led, rows = drawn_adjacency(two_banks(), water, rules(**SHUT), crossings=crossing(215, 90))
    assert [] == rows
    assert [("e2", "w1")] == list(said(plain, "bridge"))
    assert {("e0", "w0"): (True, "相隔黄河（水系），禁止跨越，有通道：解放桥")} == said(led, "bridge")


def test_a_bridge_over_a_forbidden_river_is_led_to_the_road_across() -> None:
    water = river(205).assign(geometry=[LineString([(205, -100), (205, 700)])])
    road = gpd.GeoDataFrame(
        {"kind": ["road"], "name": [""], "road_class": [""]}, geometry=[LineString([(100, 300), (330, 300)])], crs=CRS
    )
    led = adjacency(two_banks(), pd.concat([water, road], ignore_index=True), rules(**SHUT))
    assert {("e1", "w1"): (True, "相隔黄河（水系），禁止跨越，有通道：道路跨越处")} == said(led, "bridge")


# --- communities that straddle --------------------------------------------------------------------------------


def test_a_community_that_straddles_a_forbidden_barrier_stays_legal_and_is_told() -> None:
    units = row_of_units("A", "A", "B", households=1500)
    edges, rows = drawn_adjacency(units, river(200), rules(**SHUT))
    assert {("u0", "u1"): (False, "沿黄河（水系），禁止跨越，无通道"), ("u1", "u2"): (True, "")} == said(edges)
    assert [("u0", "u1")] == list(said(edges, "inherited"))
    assert [("note", "community cut by barrier")] == names(rows)
    assert [] == verify_plan(units, edges, units["community"], load_rules(), left={})["detail"].tolist()


def test_no_plan_may_straddle_anew() -> None:
    units = row_of_units("A", "B", "B", households=1000)
    edges = adjacency(units, river(200), rules(**SHUT))
    plan = pd.Series("B", index=units.index)
    assert ["not contiguous"] == verify_plan(units, edges, plan, load_rules(), left={})["problem"].tolist()


def test_a_border_that_is_shut_still_costs() -> None:
    units = row_of_units("A", "A", "B")
    open_, shut = (adjacency(units, river(200), rules(**told)) for told in ({}, SHUT))
    assert counted(open_)["border_cost"].sum() == counted(shut)["border_cost"].sum() > 0


def test_communities_on_two_sides_of_a_forbidden_barrier_may_not_merge() -> None:
    units = row_of_units("A", "B")
    communities = units[["subdistrict", "households"]].set_axis(pd.Index(["A", "B"], name="community"))
    found = [
        merge_candidates(communities, community_borders(edges, units["community"]), load_rules())
        for edges in (adjacency(units), adjacency(units, river(200), rules(**SHUT)))
    ]
    assert [[True, True], [False, False]] == [table["allowed"].tolist() for table in found]
    assert found[1]["reason"].str.contains("共有边界不得跨越").all()


def test_the_compliance_plan_does_not_cross_a_forbidden_barrier() -> None:
    """A small community between two: without the river the west gives a unit to it; with it, it joins the east."""
    units = row_of_units("A", "A", "A", "B", "C", "C", households=800)
    told = [rules(lower=1000, upper=3000, **given) for given in ({}, SHUT)]
    lines = river(600)
    plans = []
    for one in told:
        edges, _ = drawn_adjacency(units, lines, one)
        proposal = propose_compliance(units, counted(edges), one, SolveSection(seconds=5))
        assert [] == verify_plan(units, edges, proposal.plan, one, left=proposal.left)["detail"].tolist()
        plans.append(proposal.plan)
    assert plans[0]["u2"] == plans[0]["u3"] != plans[0]["u1"]
    assert plans[1]["u2"] != plans[1]["u3"] == plans[1]["u5"]


def test_a_subdistrict_that_a_forbidden_barrier_parts_is_solved_all_the_same() -> None:
    """u0 alone beyond the river is too small and has nowhere to go: it stays outside, the rest is put right."""
    units = row_of_units("A", "B", "B", "B", "B", households=800)
    told = rules(lower=1000, upper=3000, **SHUT)
    edges, _ = drawn_adjacency(units, river(200), told)
    proposal = propose_compliance(units, counted(edges), told, SolveSection(seconds=5))
    assert ["A"] == list(proposal.left)
    assert [] == verify_plan(units, edges, proposal.plan, told, left=proposal.left)["detail"].tolist()
    assert components(units.index, *(edges[edges["allowed"]][end] for end in "ab")).tolist() == [0, 1, 1, 1, 1]


# --- corners --------------------------------------------------------------------------------------------------


def test_contacts_in_a_point_are_corners_with_their_length_and_reason() -> None:
    shapes = [box(0, 0, 100, 100), box(100, 100, 200, 200), box(99.4, 100, 100, 300)]
    ids = pd.Index(["a", "b", "c"], name="unit_id", dtype="str")
    table = pd.DataFrame({"community": ["A", "B", "C"], "subdistrict": ["甲", "乙", "丙"]}, index=ids)
    found = adjacency(gpd.GeoDataFrame(table, geometry=shapes, crs=CRS))
    assert {
        ("a", "b"): (False, "仅角点相接（0.0米）"),
        ("a", "c"): (False, "仅角点相接（0.6米）"),
    } == said(found, "corner")


def test_corners_are_not_what_a_plan_is_made_on() -> None:
    edges = adjacency(toy_city(), toy_lines())
    assert {"border"} == set(counted(edges)["kind"])
    assert "corner" in set(edges["kind"])
