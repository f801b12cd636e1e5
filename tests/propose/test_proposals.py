"""What the two strategies propose for whole areas: on the toy city and on random places."""

import pandas as pd
import pytest
from propose.small_places import place

from pipeline.flag import flag_communities, merge_candidates
from pipeline.graph import adjacency, community_borders
from pipeline.propose import propose_compliance, propose_principle
from pipeline.propose.plan import changes_between, names_of_parts
from pipeline.rules import load_rules
from pipeline.settings import SolveSection
from pipeline.synthetic import toy_city, toy_lines

RULES = load_rules({"split_needs_overload": False})
SOLVE = SolveSection(seconds=20)


@pytest.fixture(scope="module")
def toy():
    """Units, edges, flags and neighbours of the toy city."""
    units = toy_city()
    edges = adjacency(units, toy_lines(), RULES)
    communities = units.groupby("community").agg(
        households=("households", "sum"), population=("population", "sum"), subdistrict=("subdistrict", "first")
    )
    neighbours = merge_candidates(communities, community_borders(edges, units["community"]), RULES)
    return units, edges, flag_communities(communities, neighbours, RULES), neighbours


@pytest.fixture(scope="module")
def principle(toy):
    units, edges, flags, neighbours = toy
    return propose_principle(units, edges, flags, neighbours, RULES, SOLVE)


@pytest.fixture(scope="module")
def compliance(toy):
    units, edges, *_ = toy
    return propose_compliance(units, edges, RULES, SOLVE)


def test_the_toy_city_is_split_once_and_merged_once(principle):
    cases = principle.cases[["case_id", "kind", "communities_before", "communities_after", "moved_households", "proof"]]
    assert cases.values.tolist() == [
        ["原则-01", "merge", "C、D", "C", 700, "optimal"],
        ["原则-02", "split", "A", "A、甲新设1", 2600, "optimal"],
    ]
    assert principle.left == {}


def test_the_part_with_the_office_keeps_the_name(toy, principle):
    units, *_ = toy
    assert principle.plan["u1"] == "A"
    assert units.loc["u1", "anchor"]


def test_a_split_has_alternatives_that_differ_from_it_and_from_one_another(principle):
    plans = [principle.plan, *(one.solution.plan for one in principle.alternatives["原则-02"])]
    forms = {tuple(plan.loc[["u1", "u2", "u5", "u6"]]) for plan in plans}
    assert len(forms) == len(plans) >= 2


def test_the_compliance_plan_of_the_toy_city_is_proved(compliance):
    numbers = compliance.subdistricts.set_index("name")[["proof", "objective"]]
    # 甲: A has 5400 households and B 2100, so two communities cannot hold 7500; 乙: D lacks 300 households.
    assert numbers.loc["甲", "objective"][:2] == [0, 1]
    assert numbers.loc["乙", "objective"][:3] == [0, 0, 500]
    assert numbers["proof"].tolist() == ["optimal", "optimal"]


@pytest.mark.parametrize("strategy", ["principle", "compliance"])
def test_the_plan_is_the_same_on_any_number_of_jobs(toy, strategy):
    units, edges, flags, neighbours = toy
    if strategy == "principle":
        one, two = (propose_principle(units, edges, flags, neighbours, RULES, SOLVE, jobs=n) for n in (1, 2))
    else:
        one, two = (propose_compliance(units, edges, RULES, SOLVE, jobs=n) for n in (1, 2))
    pd.testing.assert_series_equal(one.plan, two.plan)
    pd.testing.assert_frame_equal(one.cases.drop(columns="seconds"), two.cases.drop(columns="seconds"))


def test_communities_left_outside_are_named_with_a_reason():
    units, edges = place(3, 4, 2, communities=1, mean=200)
    units = units.assign(households=100)
    proposal = propose_compliance(units, edges.assign(kind="border"), RULES, SOLVE)
    assert list(proposal.left) == ["c0"]
    assert "共800户，不足下限1000户，差200户" in proposal.left["c0"]


def test_a_split_that_cannot_be_is_a_case_with_its_reason():
    units, edges = place(3, 2, 2, communities=1)
    units = units.assign(households=[3900, 100, 100, 100])
    flags = pd.DataFrame(
        [["c0", "s", 4200, "far_over", "split", "条", "c0共4200户。"]],
        columns=["community", "subdistrict", "households", "status", "action", "clause", "reason"],
    )
    neighbours = pd.DataFrame(
        columns=["community", "neighbour", "combined", "border_m", "allowed", "warning", "reason"]
    )
    proposal = propose_principle(units, edges, flags, neighbours, RULES, SOLVE)
    case = proposal.cases.iloc[0]
    assert (case["kind"], case["proof"], case["communities_after"]) == ("split", "infeasible", "c0")
    assert "有3900户，超过上限3000户" in case["reason"]
    assert "有3900户" in proposal.left["c0"]


def test_groups_that_exchange_units_are_one_case_and_the_rest_is_none():
    before = pd.Series(list("AABBCCDDE"), [f"u{i}" for i in range(9)])
    after = pd.Series(["A", "N", "B", "B", "C", "D", "D", "D", "D"], before.index)
    changes = changes_between(before, after)
    assert [(change.kind, change.before, change.after) for change in changes] == [
        ("split", ("A",), ("A", "N")),
        ("regroup", ("C", "D", "E"), ("C", "D")),
    ]


def test_without_an_office_the_part_with_most_households_keeps_the_name():
    units = pd.DataFrame({"households": [10, 20, 70], "anchor": False}, index=["u1", "u2", "u3"])
    parts = pd.Series([0, 0, 1], units.index)
    assert names_of_parts(units, parts, "A", ["new"]).tolist() == ["new", "new", "A"]
