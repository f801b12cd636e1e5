"""What a planner decided is kept: arrays for the search, the principle plan kind by kind, splits under decisions."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from propose.decision_rows import decided, row
from propose.small_places import _split_value, best_change, connected, place, with_offices

from pipeline.decisions import with_declared
from pipeline.flag import decided_candidates, decided_flags, flag_communities, merge_candidates
from pipeline.graph import adjacency, community_borders
from pipeline.partition.ground import ground_of
from pipeline.propose import propose_compliance, propose_principle, renamed
from pipeline.propose.decided import decided_of, honours, smallest_at_odds
from pipeline.propose.split import Wanted, split_ground
from pipeline.rules import load_rules
from pipeline.settings import SolveSection
from pipeline.synthetic import toy_city, toy_lines
from pipeline.verify import verify_decisions, verify_plan

RULES = load_rules({"split_needs_overload": False})
SOLVE = SolveSection(seconds=10)
UNITS = toy_city()
"""甲: A (u1 u2 u5 u6, 5400 households, office in u1) and B (2100); 乙: C (2000) and D (700)."""
EDGES = adjacency(UNITS, toy_lines(), RULES)
DIVISIBLE = UNITS.assign(households=UNITS["households"].where(UNITS["community"] != "B", [1000] * 12))
"""B has three units of 1000 households: within the limits, and it can be split."""
LIGHT = UNITS.assign(households=UNITS["households"].where(UNITS["community"] != "A", [1050] * 12))
"""A has four units of 1050 households."""


def communities(units: pd.DataFrame = UNITS) -> pd.DataFrame:
    return units.groupby("community").agg(
        households=("households", "sum"), population=("population", "sum"), subdistrict=("subdistrict", "first")
    )


def flagged(decisions: pd.DataFrame, units: pd.DataFrame = UNITS, today: pd.DataFrame | None = None):
    today = communities(units) if today is None else today
    pairs = merge_candidates(today, community_borders(EDGES, units["community"]), RULES)
    neighbours = decided_candidates(pairs, decisions)
    return decided_flags(flag_communities(today, neighbours, RULES), today, decisions, RULES), neighbours


def principle(*rows: dict[str, object], units: pd.DataFrame = UNITS):
    """Propose the principle plan; it must pass both checks."""
    decisions = decided(*rows)
    flags, neighbours = flagged(decisions, units)
    proposal = propose_principle(units, EDGES, flags, neighbours, RULES, SOLVE, decisions=decisions)
    assert verify_plan(units, EDGES, proposal.plan, RULES, left=proposal.left).empty
    assert verify_decisions(units, proposal.plan, decisions).empty
    return proposal


def groups(proposal) -> list[tuple[str, str, str]]:
    return list(proposal.cases[["kind", "communities_before", "communities_after"]].itertuples(index=False, name=None))


def test_without_decisions_the_toy_city_has_a_split_and_a_merge():
    assert [("merge", "C、D", "C"), ("split", "A", "A、甲新设1")] == groups(principle())


@pytest.mark.parametrize("kind", ["lock", "protect", "accept"])
def test_a_community_that_stays_as_it_is_has_no_case_and_says_why(kind):
    proposal = principle(row(kind, "A"), row(kind, "D"))
    assert [] == groups(proposal)
    assert {"A", "D"} == set(proposal.left)
    assert all("人工决定" in reason and "（规划）" in reason for reason in proposal.left.values())


def test_a_split_that_is_forbidden_is_listed_with_the_decision():
    proposal = principle(row("forbid split", "A"))
    assert [("merge", "C、D", "C")] == groups(proposal)
    assert proposal.left["A"].endswith("；人工决定禁止拆分（规划）")


def test_a_merge_that_is_forbidden_is_listed_with_the_decision():
    for named in ("C、D", "D"):
        proposal = principle(row("forbid merge", named))
        assert [("split", "A", "A、甲新设1")] == groups(proposal)
        assert f"C相邻但{named}人工决定禁止合并（规划）" in proposal.left["D"]


def test_a_split_that_is_forced_is_a_case_though_the_size_is_within_the_limits():
    proposal = principle(row("force split", "B"), units=DIVISIBLE)
    case = proposal.cases[proposal.cases["communities_before"] == "B"].iloc[0]
    assert ("split", "B、甲新设2", "optimal") == (case["kind"], case["communities_after"], case["proof"])
    assert "人工决定必须拆分（规划）" in case["reason"]


def test_a_forced_split_has_the_number_of_parts_decided():
    proposal = principle(row("force split", "A", parts=3))
    assert {"A", "甲新设1", "甲新设2"} == set(proposal.plan[UNITS["community"] == "A"])


def test_a_forced_split_without_a_solution_stops_with_its_row():
    from pipeline.errors import InputError

    units = UNITS.assign(households=UNITS["households"].where(UNITS["community"] != "B", [0] * 12))
    units.loc[units.index[units["community"] == "B"][0], "households"] = 2100
    with pytest.raises(InputError, match=r"必须拆分 B \(row 2\): no such split was found"):
        principle(row("force split", "B"), units=units)


def test_a_merge_that_is_forced_keeps_the_name_of_the_larger_or_the_one_named():
    small = UNITS.assign(households=UNITS["households"].where(~UNITS["community"].isin(["A", "B"]), 500))
    for more, stays in (({}, "A"), ({"new_name": "B"}, "B")):
        proposal = principle(row("force merge", "A、B", **more), units=small)
        assert ("merge", "A、B", stays) in groups(proposal)
        assert {stays} == set(proposal.plan[UNITS["community"].isin(["A", "B"])])
        assert (
            "人工决定必须合并（规划）：将A、B合并"
            in proposal.cases.set_index("communities_before").at["A、B", "reason"]
        )


def test_a_unit_pinned_elsewhere_is_a_transfer_and_stays_there_through_a_split():
    proposal = principle(row("pin", "A", "u9"), units=LIGHT)
    assert [("transfer", "A、B", "A、B"), ("split", "A", "A、甲新设1")] == [
        case for case in groups(proposal) if "A" in case[1]
    ]
    assert "A" == proposal.plan["u9"] == proposal.plan["u1"]
    assert 700 == proposal.cases.set_index("kind").at["transfer", "moved_households"]


@pytest.mark.parametrize("unit", ["u2", "u5", "u6"])
@pytest.mark.parametrize("kind", ["pin", "protect"])
def test_a_unit_that_must_stay_lies_with_the_office_after_a_split(kind, unit):
    named = "A" if kind == "pin" else ""
    proposal = principle(row(kind, named, unit))
    assert "A" == proposal.plan[unit] == proposal.plan["u1"]
    plans = [one.solution.plan for one in proposal.alternatives.get("原则-02", [])]
    assert all("A" == plan[unit] for plan in plans)


def test_enough_units_pinned_away_make_a_split_needless():
    assert ("split", "A", "A、甲新设1") in groups(principle(units=LIGHT))
    proposal = principle(row("pin", "B", "u5"), units=LIGHT)
    assert [("transfer", "A、B", "A、B")] == [case for case in groups(proposal) if "A" in case[1]]
    assert "B3150户，人工决定调整后不在1000—3000户以内。" == proposal.left["B"]


def test_a_protected_community_is_locked_like_a_decision():
    today = communities().assign(protected=[True, False, False, False])
    decisions = with_declared(None, today)
    assert [("lock", "A")] == list(decisions[["decision", "communities"]].itertuples(index=False, name=None))
    flags, _ = flagged(decisions, today=today)
    flag = flags.set_index("community").loc["A"]
    assert ("none", True) == (flag["action"], flag["reason"].endswith("；属历史/商业保留区，维持现状"))


def test_declared_parts_become_decisions_unless_a_decision_says_more():
    today = communities().assign(expected_parts=[2.0, np.nan, 3.0, 0.0])
    found = with_declared(decided(row("parts", "C", parts=1)), today)
    assert [("C", 1), ("A", 2)] == list(found[["communities", "parts"]].itertuples(index=False, name=None))


def test_a_decided_name_is_written_everywhere_and_only_there():
    proposal = principle()
    names = decided(row("rename", "甲街道新设1", new_name="x"), row("rename", "甲新设1", new_name="锦绣社区"))
    named = renamed(proposal, names, UNITS["community"])
    assert {"A", "B", "C", "锦绣社区"} == set(named.plan)
    case = named.cases.set_index("communities_before").loc["A"]
    assert "A、锦绣社区" == case["communities_after"]
    assert ("锦绣社区（" in case["reason"], "新设1" in case["reason"]) == (True, False)
    plans = [one.solution.plan for others in named.alternatives.values() for one in others]
    assert plans
    assert not any("甲新设1" in set(plan) for plan in plans)


def test_a_name_that_the_plan_has_already_is_refused():
    with pytest.raises(ValueError, match="not unique"):
        renamed(principle(), decided(row("rename", "甲新设1", new_name="B")), UNITS["community"])


def test_one_name_that_begins_another_is_not_mistaken_for_it():
    from pipeline.propose.rename import _said

    sentence = _said("甲新设1（10户）、甲新设12（20户）", ["甲新设1", "甲新设12"], {"甲新设1": "锦绣社区"})
    assert "锦绣社区（10户）、甲新设12（20户）" == sentence


KINDS = [
    row("lock", "A"), row("accept", "A"), row("protect", "", "u2"), row("pin", "A", "u2"), row("forbid split", "A"),
    row("force split", "B"), row("force merge", "C、D"), row("forbid merge", "C、D"),
]  # fmt: skip


@pytest.mark.parametrize("one", KINDS, ids=lambda one: one["decision"])
def test_the_compliance_plan_keeps_to_every_kind(one):
    decisions = decided(one)
    proposal = propose_compliance(DIVISIBLE, EDGES, RULES, SOLVE, decisions=decisions)
    assert verify_decisions(DIVISIBLE, proposal.plan, decisions).empty
    assert verify_plan(DIVISIBLE, EDGES, proposal.plan, RULES, left=proposal.left).empty


@pytest.mark.parametrize("seed", [0, 2, 4, 5, 6])
def test_the_compliance_plan_around_a_lock_is_what_trying_every_plan_finds(seed):
    units, edges = place(400 + seed, 3, 3, communities=3, mean=400)
    edges = edges.assign(kind="border")
    limits = load_rules({"lower": 700, "upper": 1500, "merge_under": 700, "split_over": 1500})
    rest = units[units["community"] != "c1"]
    assert connected(set(rest.index), edges)
    inside = edges[edges["a"].isin(rest.index) & edges["b"].isin(rest.index)]
    size = int(units.loc[units["community"] == "c1", "households"].sum())
    off = max(0, 700 - size, size - 1500)
    best = best_change(rest, inside, 700, 1500)
    for kind, counted in (("lock", off), ("accept", 0)):
        proposal = propose_compliance(units, edges, limits, SOLVE, decisions=decided(row(kind, "c1")))
        found = proposal.subdistricts.iloc[0]
        assert ("optimal", [best[0] + counted, *best[1:]]) == (found["proof"], found["objective"])
        assert (proposal.plan == "c1").tolist() == (units["community"] == "c1").tolist()


# --- the arrays ---------------------------------------------------------------------------------------------------


def arrays(*rows: dict[str, object]):
    units, edges = place(1, 4, 3, communities=3)
    return units, decided_of(units, decided(*rows), edges.assign(kind="border"))


def test_nothing_decided_binds_nothing():
    _, found = arrays()
    assert not found.binding
    assert (("c0", "c1", "c2"), (12, 3)) == (found.communities, found.may.shape)


def test_a_lock_closes_a_community_both_ways():
    units, found = arrays(row("lock", "c1"))
    mine = (units.sort_index()["community"] == "c1").to_numpy()
    assert (found.may[:, 1] == mine).all()
    assert not found.may[mine][:, [0, 2]].any()
    assert (found.fresh == ~mine).all()
    assert (1,) == found.kept


def test_an_accepted_community_is_locked_and_excused():
    _, locked = arrays(row("lock", "c1"))
    _, accepted = arrays(row("accept", "c1"))
    assert (accepted.may == locked.may).all()
    assert ((), (1,)) == (locked.excused, accepted.excused)


def test_a_forced_merge_lets_one_community_stand_for_all():
    units, found = arrays(row("force merge", "c0、c2", new_name="c2"))
    mine = units.sort_index()["community"].isin(["c0", "c2"]).to_numpy()
    assert ((0,), (2,)) == (found.vanish, found.kept)
    assert [set(np.flatnonzero(mine))] == [set(group) for group in found.together]
    assert (found.may[mine] == [False, False, True]).all()


def test_contradictions_show_as_units_that_may_belong_nowhere():
    _, found = arrays(row("pin", "c0", "u00"), row("pin", "c1", "u00"))
    assert not found.may[0].any()
    assert not found.fresh[0]


def test_a_declared_community_takes_over_no_link_of_others():
    units, edges = place(1, 4, 3, communities=3)
    other = units.index[units["community"] == "c2"][:2]
    link = {"a": other[0], "b": other[1], "kind": "inherited", "border_m": 0.0, "border_cost": 0.0, "barrier": False}
    edges = pd.concat([edges.assign(kind="border"), pd.DataFrame([link])], ignore_index=True)
    found = decided_of(units, decided(row("parts", "c0", parts=2)), edges)
    i, j = (units.index.sort_values().get_loc(unit) for unit in other)
    assert ((0, i, j),) == found.own_links


@given(seed=st.integers(0, 2000))
def test_the_arrays_and_the_independent_check_say_the_same_of_any_plan(seed):
    """Two readings of the decisions that share no code, on random plans near today's."""
    rng = np.random.default_rng(seed)
    units, edges = place(seed % 7, 4, 3, communities=3)
    units = with_offices(units, seed) if seed % 2 else units
    some = rng.choice(units.index, 2, replace=False).tolist()
    kinds = [
        row("pin", "c0", some[0]), row("lock", "c1"), row("accept", "c2"), row("forbid split", "c0"),
        row("force split", "c0"), row("force split", "c1", parts=3), row("forbid merge", "c0、c1"),
        row("forbid merge", "c2"), row("force merge", "c0、c1", new_name="c0"), row("protect", "", some[1]),
    ]  # fmt: skip
    decisions = decided(kinds[rng.integers(len(kinds))])
    ids = units.index.sort_values()
    names = ["c0", "c1", "c2", "s新设1", "s新设2"]
    today = pd.Series(units["community"].loc[ids]).map(names.index).to_numpy()
    labels = np.where(rng.random(len(ids)) < 0.15, rng.integers(0, 5, len(ids)), today)
    labels = np.where(rng.random() < 0.3, np.array([0, 0, 2, 3, 4])[labels], labels)
    plan = pd.Series([names[label] for label in labels], index=ids)
    found = decided_of(units, decisions, edges.assign(kind="border"))
    assert honours(found, today, labels) == verify_decisions(units, plan, decisions).empty


def test_the_smallest_set_at_odds_is_found_by_leaving_out():
    decisions = decided(row("lock", "a"), row("pin", "a", "u"), row("lock", "b"), row("pin", "b", "u"))
    found = smallest_at_odds(decisions, lambda rows: (rows["decision"] == "pin").sum() < 2)
    assert ["row 3", "row 5"] == found["source"].tolist()


# --- splits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_a_split_under_decisions_is_what_trying_every_split_finds(seed):
    units, edges = place(300 + seed, 3, 3, mean=500)
    units = with_offices(units, seed)
    ground = ground_of(units, edges)
    rng = np.random.default_rng(seed)
    together, with_root = tuple(rng.choice(9, 2, replace=False).tolist()), (int(rng.integers(9)),)
    wanted = Wanted(1000, 3000, 2, together=(together,), with_root=with_root)
    office = int(ground.anchor.argmax())
    values = []
    for labels in itertools.product((0, 1), repeat=9):
        labels = np.array(labels)
        sizes = np.bincount(labels, ground.households, 2)
        fits = (sizes >= 1000).all() and (sizes <= 3000).all()
        if labels[office] == 0 and fits and wanted.allows(labels):
            values.append(_split_value(units, edges, labels, 2))
    values = [value for value in values if value is not None]
    solution = split_ground(ground, wanted, seconds=10)
    if values:
        assert "optimal" == solution.proof
        assert min(values) == tuple(round(value, 3) for value in solution.objective)
        labels = solution.plan.to_numpy()
        assert labels[together[0]] == labels[together[1]]
        assert 0 == labels[with_root[0]]
    else:
        assert ("infeasible", True) == (solution.proof, "满足人工决定" in solution.note)
