"""What could be traded for what: measured, named, said; and alternatives that a planner would see as others."""

import pandas as pd
import pytest
from propose.decision_rows import decided
from propose.decision_rows import row as ruled
from propose.small_places import connected
from propose.test_pareto import BUSY, RICH, small

from pipeline.propose.alternatives import alternatives_of
from pipeline.propose.capped import capped_solver
from pipeline.propose.compliance import draft_compliance
from pipeline.propose.comply import comply, task_of
from pipeline.propose.differ import LEAST_SHARE, differing_share
from pipeline.propose.front import CRITERIA, front_of
from pipeline.propose.pareto import Point, Trace, trace
from pipeline.results import Front, Solution
from pipeline.rules import load_rules
from pipeline.settings import SolveSection

RULES = load_rules().model_copy(update={"lower": 1000, "upper": 3000})
TRACED = SolveSection(front=True, seconds=600)
PLACES = [*RICH[:6], *BUSY[:3]]


def fronted(seed: int, reach: float | None = 1.5) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, Front]:
    units, edges = small(seed)
    first = comply(units, edges, lower=1000, upper=3000, seconds=600)
    solver = capped_solver(task_of(units, edges, lower=1000, upper=3000), first.plan, 0)
    return units, edges, first.plan, front_of(units, edges, trace(solver, first, reach=reach), first.plan, "compliance")


@pytest.mark.parametrize("seed", PLACES)
def test_no_point_is_beaten_by_another_and_one_is_the_chosen_plan(seed):
    _, _, chosen, front = fronted(seed)
    table = front.table
    values = table[CRITERIA].to_numpy(float)
    for row, one in zip(table.itertuples(), values, strict=True):
        beaten = ((values <= one).all(axis=1) & (values < one).any(axis=1)).any()
        assert row.chosen or not beaten
    assert table["chosen"].sum() == 1
    assert front.plans["s", int(table.loc[table["chosen"], "point"].item())].equals(chosen)


@pytest.mark.parametrize("seed", PLACES)
def test_the_numbers_of_a_point_are_those_of_its_plan(seed):
    units, edges, _, front = fronted(seed)
    today = units["community"]
    for row in front.table.itertuples():
        plan = front.plans[row.subdistrict, row.point].loc[units.index]
        i, j = (edges[end].map(plan) for end in ("a", "b"))
        inside = edges["a"].map(today) == edges["b"].map(today)
        sizes = units["households"].groupby(plan).sum()
        assert row.changed == len(set(plan) ^ set(today))
        assert row.moved_households == units.loc[plan != today, "households"].sum()
        assert row.border_cost == pytest.approx(edges.loc[inside & (i != j), "border_cost"].sum())
        assert row.compactness == edges.loc[i != j, "border_m"].sum()
        assert row.imbalance == pytest.approx((sizes - sizes.mean()).abs().sum(), abs=0.06)
        assert sizes.between(1000, 3000).all()
        assert all(connected(set(mine.index), edges) for _, mine in plan.groupby(plan))


def measured(units: pd.DataFrame, edges: pd.DataFrame, plans: list[pd.Series], levels: list[tuple]) -> pd.DataFrame:
    """The table of hand-made points, the first of them chosen."""
    points = tuple(
        Point(*one, Solution(plan, "optimal"), balanced=False) for plan, one in zip(plans, levels, strict=True)
    )
    return front_of(units, edges, Trace(points, True), plans[0], "compliance").table


def row_of_four() -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = pd.Index(["u1", "u2", "u3", "u4"], name="unit_id")
    units = pd.DataFrame({"households": [1000, 120, 1000, 1500], "community": [*"aaab"], "subdistrict": "s"}, ids)
    edges = pd.DataFrame({"a": ["u1", "u2", "u3"], "b": ["u2", "u3", "u4"], "border_m": [10.0, 20.0, 30.0]})
    return units, edges


def test_the_trade_is_said_in_one_sentence():
    units, edges = row_of_four()
    plans = [pd.Series([*"aabb"], units.index), pd.Series([*"abbb"], units.index)]
    table = measured(units, edges, plans, [(0, 4000, 4300), (0, 4120, 2580)])
    assert table["label"].tolist() == ["最少划转", "边界最省"]
    assert table["sentence"].iloc[1] == "多划转120户（+3%）可使新增边界成本减少40%（430米→258米）。"
    assert table["sentence"].iloc[0].startswith("采用方案：新设或撤销0个社区，划转4000户，新增边界成本430米，")


def test_a_plan_with_more_changes_that_moves_less_is_said_the_other_way_round():
    units, edges = row_of_four()
    plans = [pd.Series([*"aabb"], units.index), pd.Series([*"aacb"], units.index)]
    table = measured(units, edges, plans, [(0, 1000, 0), (1, 900, 0)])
    assert table["label"].tolist() == ["变动最少", "最少划转"]  # more communities are not a better balance
    assert table["sentence"].iloc[1] == "多新设或撤销1个社区可少划转100户（−10%）。"


def test_the_point_farthest_below_the_line_between_the_ends_is_the_one_between():
    units, edges = row_of_four()
    plans = [pd.Series([*names], units.index) for names in ("aaab", "aabb", "abbb", "bbbb")]
    table = measured(units, edges, plans, [(0, 100, 1000), (0, 110, 900), (0, 120, 300), (0, 200, 200)])
    assert dict(zip(table["moved_households"], table["label"], strict=True))[120].startswith("折中")


@pytest.mark.parametrize("seed", RICH[:4])
def test_the_same_place_gives_the_same_front_however_its_rows_lie(seed):
    units, edges = small(seed)
    turned = draft_compliance(units.iloc[::-1], edges.iloc[::-1], RULES, TRACED).front
    front = draft_compliance(units, edges, RULES, TRACED).front
    assert front is not None
    assert turned is not None
    pd.testing.assert_frame_equal(front.table[CRITERIA], turned.table[CRITERIA])
    again = draft_compliance(units, edges, RULES, TRACED).front
    pd.testing.assert_frame_equal(front.table, again.table)
    assert all(front.plans[key].equals(again.plans[key]) for key in front.plans)


@pytest.mark.parametrize("seed", PLACES)
def test_alternatives_really_differ_from_the_plan_and_from_one_another(seed):
    units, _, chosen, front = fronted(seed, reach=None)
    others = alternatives_of(units, chosen, units.index, front, 0.0, 3)
    plans = [chosen, *(one.solution.plan for one in others)]
    for at, one in enumerate(plans):
        for other in plans[at + 1 :]:
            one, other = one.loc[units.index], other.loc[units.index]
            moved = [set(units.loc[plan != units["community"], "community"]) for plan in (one, other)]
            share = units.loc[one != other, "households"].sum() / units["households"].sum()
            assert share >= LEAST_SHARE or moved[0] != moved[1]
    assert len({one.label for one in others}) == len(others)


def test_a_rich_place_has_alternatives_for_its_case():
    drafts = draft_compliance(*small(110), RULES, TRACED).drafts
    assert [len(draft.alternatives) for draft in drafts] == [3]
    assert drafts[0].alternatives[0].label.startswith("边界最省（划转825户，新增边界成本55米）")
    for one in drafts[0].alternatives:
        assert set(drafts[0].plan.index) <= set(one.solution.plan.index)


def test_no_alternatives_are_kept_where_none_are_wanted():
    drafts = draft_compliance(*small(110), RULES, SolveSection(front=True, seconds=600, alternatives=0)).drafts
    assert [draft.alternatives for draft in drafts] == [[]]


@pytest.mark.parametrize(("front", "seed"), [(False, 110), (True, 101)])
def test_nothing_is_traced_where_it_is_not_wanted_or_nothing_changes(front, seed):
    assert draft_compliance(*small(seed), RULES, SolveSection(front=front, seconds=600)).front is None


def test_plans_that_only_swap_the_names_of_new_communities_do_not_differ():
    homes = pd.Series([300, 200, 500], index=["u1", "u2", "u3"])
    one = pd.Series(["a", "new1", "new2"], homes.index)
    other = pd.Series(["a", "new2", "new1"], homes.index)
    assert differing_share(homes, one, other, {"new1", "new2"}) == 0
    assert differing_share(homes, one, other, set()) == pytest.approx(0.7)


def test_every_point_keeps_to_what_is_decided():
    units, edges = small(100)
    free = draft_compliance(units, edges, RULES, TRACED).front
    assert {plan["u08"] for plan in free.plans.values()} == {"c0", "c1"}  # stays in the chosen plan, moves in others
    pins = decided(ruled("pin", communities=units.at["u08", "community"], units="u08"))
    bound = draft_compliance(units, edges, RULES, TRACED, pins).front
    assert len(bound.plans) >= 2
    assert {plan["u08"] for plan in bound.plans.values()} == {units.at["u08", "community"]}
