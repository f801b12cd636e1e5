"""The checker of finished plans: good plans pass, and every breach planted is found."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from pipeline.errors import PlanRefused
from pipeline.graph import adjacency
from pipeline.rules import RuleSet, load_rules
from pipeline.schema import columns
from pipeline.synthetic import toy_city
from pipeline.verify import refuse, verify_plan

RULES = load_rules()
TOY = toy_city()
EDGES = adjacency(TOY)
LEFT = {"A": "拆分条件不具备", "D": "无可合并的社区"}
"""A (5,400 households) and D (700) are outside the limits today."""


def breaches(plan: pd.Series, **given: object) -> list[tuple[str, str]]:
    """Check a plan of the toy city; give problem and id of each breach."""
    options = {"left": LEFT, **given}
    edges = options.pop("edges", EDGES)
    found = verify_plan(TOY, edges, plan, RULES, **options)  # type: ignore[arg-type]
    return list(zip(found["problem"], found["id"], strict=True))


def changed(**units: str) -> pd.Series:
    """Make the plan of today with some units elsewhere."""
    return TOY["community"].where(~TOY.index.isin(list(units)), TOY.index.map(units))


def test_the_plan_of_today_passes() -> None:
    assert [] == breaches(TOY["community"])


def test_a_split_and_a_merge_pass() -> None:
    plan = changed(u5="甲新设1", u6="甲新设1", u8="C", u12="C")
    assert [] == breaches(plan, left={})


def test_breaches_come_as_a_table_of_problems() -> None:
    found = verify_plan(TOY, EDGES, TOY["community"], RULES, left={})
    assert columns("problems.csv") == list(found.columns)
    assert {"error"} == set(found["severity"])


def test_a_unit_left_out_is_found() -> None:
    found = breaches(TOY["community"].drop("u9"))
    assert [("unit missing", "u9"), ("households differ", "")] == found


def test_a_unit_that_does_not_exist_is_found() -> None:
    plan = pd.concat([TOY["community"], pd.Series({"u99": "A"})])
    assert [("unknown unit", "u99")] == breaches(plan)


def test_a_unit_given_twice_is_found() -> None:
    plan = pd.concat([TOY["community"], pd.Series({"u1": "A"})])
    assert [("unit twice", "u1"), ("households differ", "")] == breaches(plan)


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_unit_without_the_name_of_a_community_is_found(name: str | None) -> None:
    plan = TOY["community"].astype(object).where(TOY.index != "u9", name)
    assert [("no community", "u9")] == breaches(plan)


def test_a_community_in_two_subdistricts_is_found() -> None:
    assert [("crosses subdistricts", "C")] == breaches(changed(u11="C"))


def test_a_community_may_cross_subdistricts_where_that_is_the_task() -> None:
    assert [] == breaches(changed(u11="C"), crossing_subdistricts=True)


def test_a_community_in_two_parts_is_found() -> None:
    """u9 between A and B goes to 甲新设1 with u2; the two do not touch."""
    found = breaches(changed(u9="甲新设1", u2="甲新设1"))
    assert [("not contiguous", "甲新设1"), ("pieces on the map", "甲新设1")] == found


def test_households_that_differ_are_told_with_their_figures() -> None:
    found = verify_plan(TOY, EDGES, TOY["community"].drop("u9"), RULES, left=LEFT)
    assert "have 9500 households, the units 10200 (-700)" in found["detail"].iloc[-1]


def test_a_community_outside_the_limits_of_which_nothing_is_said_is_found() -> None:
    assert [("limits broken unsaid", "D")] == breaches(TOY["community"], left={"A": "拆分条件不具备", "D": " "})


def test_the_limits_are_inclusive() -> None:
    units = TOY.assign(households=[500, 500, 1500, 1500, 0, 0, 0, 0, 1000, 0, 0, 2000])
    found = verify_plan(units, EDGES, units["community"], RULES, left={})
    assert [] == found["id"].tolist()


def test_a_name_that_leaves_all_its_units_is_found() -> None:
    """D takes the place of A; nothing of D is left where it was."""
    names = {"A": "D", "D": "C"}
    found = breaches(TOY["community"].replace(names), left={"D": "拆分条件不具备"}, crossing_subdistricts=True)
    assert [("name moved", "D")] == found


def test_a_name_that_leaves_its_office_is_found() -> None:
    """u1 holds the office of A."""
    found = breaches(changed(u1="甲新设1", u5="甲新设1"))
    assert [("office lost", "A")] == found


def test_a_name_may_stay_with_any_unit_where_no_office_is_known() -> None:
    units = TOY.drop(columns="anchor")
    plan = changed(u1="甲新设1", u5="甲新设1")
    assert [] == verify_plan(units, EDGES, plan, RULES, left=LEFT)["id"].tolist()


def test_a_row_of_the_adjacency_table_without_its_unit_is_found() -> None:
    edges = EDGES.assign(b=EDGES["b"].replace("u12", "u99"))
    assert ("unknown unit in edges", "") in breaches(TOY["community"], edges=edges)


def link(kind: str, a: str, b: str) -> pd.DataFrame:
    """Add a link to the adjacency table of the toy city."""
    row = EDGES.iloc[[0]].assign(a=a, b=b, kind=kind, border_m=0.0, border_cost=0.0)
    return pd.concat([EDGES, row], ignore_index=True)


def test_an_inherited_link_between_two_communities_is_found() -> None:
    edges = link("inherited", "u2", "u9")
    plan = changed(u9="甲新设1", u2="甲新设1")
    assert [("false inherited", ""), ("new detached part", "甲新设1")] == breaches(plan, edges=edges)


def test_an_inherited_link_of_a_community_in_one_part_is_no_leave_to_cut_it() -> None:
    """u1 and u6 of A touch in a point; A is one part today."""
    edges = link("inherited", "u1", "u6")
    plan = changed(u1="甲新设1", u6="甲新设1", u2="甲新设2", u5="甲新设2")
    assert ("new detached part", "甲新设1") in breaches(plan, edges=edges)


def test_a_bridge_between_two_subdistricts_is_found() -> None:
    assert [("false bridge", "")] == breaches(TOY["community"], edges=link("bridge", "u1", "u12"))


def test_a_border_row_that_the_map_does_not_bear_out_is_found() -> None:
    edges = link("border", "u2", "u9")
    assert [("pieces on the map", "甲新设1")] == breaches(changed(u9="甲新设1", u2="甲新设1"), edges=edges)


# --- detached parts -------------------------------------------------------------------------------------------


def row_of_units(communities: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make units of 1,000 households side by side, one letter each; a space is a gap of one unit's width."""
    places = [(place, name) for place, name in enumerate(communities) if name != " "]
    table = {
        "households": 1000,
        "community": [name for _, name in places],
        "subdistrict": "甲",
    }
    ids = [f"u{number}" for number in range(1, len(places) + 1)]
    units = gpd.GeoDataFrame(table, index=ids, geometry=[box(x, 0, x + 1, 1) for x, _ in places], crs="EPSG:4525")
    units.geometry = units.scale(100, 100, origin=(0, 0))
    return units, adjacency(units)


def problems_of(today: str, after: str) -> list[str]:
    units, edges = row_of_units(today)
    plan = pd.Series(list(after), index=units.index)
    left = dict.fromkeys(after, "规模不在本例考虑之内")
    return verify_plan(units, edges, plan, RULES, left=left)["problem"].tolist()


@pytest.mark.parametrize(
    ("today", "after"),
    [
        pytest.param("AABBA", "AABBA", id="a detached part stays detached"),
        pytest.param("AABBA", "AABBB", id="a detached part joins its neighbour"),
        pytest.param("AABBA", "AABBN", id="a detached part becomes a community"),
        pytest.param("AABAA", "ANBNN", id="a detached part takes a unit of the main part with it"),
        pytest.param("AA BB", "AAAA", id="a merge over a bridge"),
        pytest.param("AAABAC", "AAABCC", id="a detached part changes hands"),
    ],
)
def test_detachment_that_exists_passes(today: str, after: str) -> None:
    assert [] == problems_of(today, after)


@pytest.mark.parametrize(
    ("today", "after"),
    [
        pytest.param("AAABB", "ABABB", id="a unit taken out of the middle"),
        pytest.param("AABBC", "AABBA", id="a unit taken from beyond a neighbour"),
        pytest.param("AABBAA", "NABBAN", id="both far ends, not linked"),
    ],
)
def test_detachment_that_the_plan_makes_is_found(today: str, after: str) -> None:
    assert "not contiguous" in problems_of(today, after)


def test_a_unit_of_several_parts_explains_its_own_pieces() -> None:
    units, _ = row_of_units("AAB")
    far = MultiPolygon([units.geometry["u1"], box(900, 900, 950, 950)])
    units.geometry = [far, *units.geometry[1:]]
    plan = pd.Series(["A", "A", "A"], index=units.index)
    assert [] == verify_plan(units, adjacency(units), plan, RULES, left={})["problem"].tolist()


# --- any plan -------------------------------------------------------------------------------------------------

SIDE = 6
ANY_SIZE: RuleSet = load_rules({"lower": 1, "merge_under": 1, "upper": 9999, "split_over": 9999})


def grid() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    cells = [(n % SIDE, n // SIDE) for n in range(SIDE * SIDE)]
    ids = [f"u{x}{y}" for x, y in cells]
    table = {"households": 10, "community": ids, "subdistrict": "甲"}
    shapes = [box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x, y in cells]
    units = gpd.GeoDataFrame(table, index=ids, geometry=shapes, crs="EPSG:4525")
    return units, adjacency(units)


GRID, GRID_EDGES = grid()


def touching(unit: str) -> list[str]:
    x, y = int(unit[1]), int(unit[2])
    near = [f"u{x + dx}{y + dy}" for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    return [other for other in near if other in GRID.index]


@st.composite
def contiguous_plans(draw: st.DrawFn) -> pd.Series:
    """Grow communities from some seeds, each step taking a unit that touches; named after their seeds."""
    plan = {
        seed: seed for seed in draw(st.lists(st.sampled_from(list(GRID.index)), min_size=1, max_size=6, unique=True))
    }
    while open_units := sorted(
        unit for unit in GRID.index if unit not in plan and any(t in plan for t in touching(unit))
    ):
        unit = draw(st.sampled_from(open_units))
        plan[unit] = draw(st.sampled_from([plan[other] for other in touching(unit) if other in plan]))
    return pd.Series(plan)[list(GRID.index)]


@settings(max_examples=30)
@given(contiguous_plans())
def test_any_contiguous_plan_passes(plan: pd.Series) -> None:
    assert [] == verify_plan(GRID, GRID_EDGES, plan, ANY_SIZE, left={})["detail"].tolist()


@settings(max_examples=30)
@given(contiguous_plans(), st.data())
def test_a_unit_moved_to_a_community_that_it_does_not_touch_is_found(plan: pd.Series, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(list(GRID.index)))
    far = sorted(set(plan) - {plan[other] for other in touching(unit)} - {plan[unit], unit})
    assume(far)
    moved = plan.where(plan.index != unit, data.draw(st.sampled_from(far)))
    found = verify_plan(GRID, GRID_EDGES, moved, ANY_SIZE, left={})
    assert "not contiguous" in found["problem"].tolist()


# --- refusing -------------------------------------------------------------------------------------------------


def test_a_plan_without_breaches_is_not_refused() -> None:
    assert refuse(verify_plan(TOY, EDGES, TOY["community"], RULES, left=LEFT)) is None


def test_a_refusal_lists_every_breach() -> None:
    found = verify_plan(TOY, EDGES, TOY["community"], RULES, left={})
    with pytest.raises(PlanRefused, match=r"(?s)A has 5400 households.*D has 700 households"):
        refuse(found)
