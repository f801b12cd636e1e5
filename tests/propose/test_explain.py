"""What stands in the way and what would do: against an oracle that lists every way to divide a small place."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose.decision_rows import decided, row
from propose.small_places import connected, place

from pipeline.decisions import none_decided
from pipeline.partition.ground import ground_of
from pipeline.propose import explain, explained, propose_compliance, propose_principle, relaxations
from pipeline.propose.explain.divide import divided
from pipeline.propose.explain.limits import least_amount
from pipeline.propose.explain.problem import Trials, Verdict
from pipeline.rules import RuleSet, load_rules
from pipeline.settings import SolveSection

SOLVE = SolveSection(seconds=20)


def tight(lower: int = 1000, upper: int = 1300) -> RuleSet:
    """Limits so near to one another that few places can keep to them."""
    return load_rules(
        {"split_needs_overload": False, "lower": lower, "upper": upper, "split_over": upper, "merge_under": lower}
    )


def divisions(units: pd.DataFrame, edges: pd.DataFrame) -> list[list[int]]:
    """Sizes of the parts, for every way to divide the units into connected parts."""
    counts = units["households"].to_dict()
    found = []
    for parts in groupings(list(units.index)):
        if all(connected(set(part), edges) for part in parts):
            found.append([sum(counts[unit] for unit in part) for part in parts])
    return found


def groupings(ids: list[str]) -> Iterator[list[list[str]]]:
    """Every way to put things into groups."""
    if not ids:
        yield []
        return
    first, *rest = ids
    for parts in groupings(rest):
        yield [[first], *parts]
        for place_of in range(len(parts)):
            yield [*parts[:place_of], [first, *parts[place_of]], *parts[place_of + 1 :]]


def lowest_upper(ways: list[list[int]], lower: int, least_parts: int = 1) -> int | None:
    return min((max(sizes) for sizes in ways if min(sizes) >= lower and len(sizes) >= least_parts), default=None)


def highest_lower(ways: list[list[int]], upper: int, least_parts: int = 1) -> int | None:
    best = max((min(sizes) for sizes in ways if max(sizes) <= upper and len(sizes) >= least_parts), default=0)
    return best or None


def small(seed: int, mean: int = 500, width: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    units, edges = place(seed, width, 2, communities=2, mean=mean)
    return units, edges.assign(kind="border", allowed=True, along_name="")


def why(units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, decisions: pd.DataFrame | None = None):
    """Propose the compliance plan and explain what it leaves outside."""
    decisions = none_decided() if decisions is None else decisions
    proposal = propose_compliance(units, edges, rules, SOLVE, decisions=decisions)
    found = relaxations(units, edges, {"compliance": proposal}, rules, SOLVE, decisions)
    return explained(proposal, found, decisions, units), found


def of_kind(found: explain.Explanation, kind: str) -> pd.DataFrame:
    return found.relaxations[found.relaxations["kind"] == kind]


@given(seed=st.integers(0, 10_000), lower=st.integers(200, 1500), spread=st.integers(0, 800))
@settings(max_examples=60)
def test_dividing_by_trying_every_way_agrees_with_a_list_of_all_ways(seed, lower, spread):
    units, edges = small(seed, mean=400, width=3)
    ground = ground_of(units, edges)
    parts = divided(ground, lower=lower, upper=lower + spread)
    possible = any(min(sizes) >= lower and max(sizes) <= lower + spread for sizes in divisions(units, edges))
    assert bool(parts) == possible
    named = [set(ground.ids[part]) for part in parts]
    assert all(connected(part, edges) for part in named)
    assert sorted(unit for part in named for unit in part) == (sorted(units.index) if possible else [])
    sums = [int(units.loc[sorted(part), "households"].sum()) for part in named]
    assert all(lower <= count <= lower + spread for count in sums)


def test_dividing_is_left_open_when_the_steps_are_used_up():
    units, edges = small(3)
    assert divided(ground_of(units, edges), lower=400, upper=5000, steps=0) is None
    assert divided(ground_of(units, edges), lower=400, upper=5000)


@pytest.mark.parametrize("seed", range(12))
def test_the_least_moves_of_both_limits_are_those_of_a_list_of_all_ways(seed):
    units, edges = small(seed, mean=[450, 700, 300][seed % 3])
    ways = divisions(units, edges)
    # No way keeps to these limits, unless the total does not suffice for anything.
    rules = tight(1000, max(1000, (lowest_upper(ways, 1000) or 1001) - 1 - 40 * (seed % 4)))
    proposal, found = why(units, edges, rules)
    assert proposal.subdistricts["objective"].iloc[0][0] > 0
    raised, cut = of_kind(found, "raise upper").iloc[0], of_kind(found, "cut lower").iloc[0]
    assert lowest_upper(ways, rules.lower) == (None if pd.isna(raised["limit"]) else raised["limit"])
    assert highest_lower(ways, rules.upper) == (None if pd.isna(cut["limit"]) else cut["limit"])
    for change in (raised, cut):
        does = change["feasible"] == "yes"
        assert (True, does) == (bool(change["least"]), pd.notna(change["amount"]))
        assert does is ("已验算，已证明为最小" in change["sentence"])
        assert does is ("不能达标" not in change["sentence"])


@pytest.mark.parametrize("seed", [0, 4, 7])
def test_the_plan_under_the_limit_that_is_named_leaves_nobody_outside_and_moves_what_was_said(seed):
    units, edges = small(seed, mean=450)
    rules = tight(1000, (lowest_upper(divisions(units, edges), 1000) or 0) - 1)
    _, found = why(units, edges, rules)
    raised = of_kind(found, "raise upper").iloc[0]
    again = propose_compliance(units, edges, tight(1000, int(raised["limit"])), SOLVE)
    assert again.left == {}
    assert again.subdistricts["objective"].iloc[0][2] == raised["moved_households"]


def test_nothing_is_solved_where_every_community_comes_inside(monkeypatch):
    units, edges = small(0, mean=450)
    rules = tight(500, 5000)
    proposal = propose_compliance(units, edges, rules, SOLVE)
    assert proposal.left == {}

    def never(*_):
        raise AssertionError("solved")

    monkeypatch.setattr(explain.problem, "solved", never)
    monkeypatch.setattr(explain.problem, "divided", never)
    found = relaxations(units, edges, {"compliance": proposal}, rules, SOLVE, none_decided())
    assert (0, 0) == (len(found.obstructions), len(found.relaxations))


def test_the_same_problem_is_explained_the_same_twice():
    units, edges = small(6, mean=450)
    (one, first), (two, second) = (why(units, edges, tight()) for _ in range(2))
    assert one.left == two.left
    pd.testing.assert_frame_equal(first.relaxations, second.relaxations)
    pd.testing.assert_frame_equal(first.obstructions, second.obstructions)


def line_of_units(*households: int, community: str = "c0") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units u0, u1, ... in a row, each with 100 m of border to the next, all of one community."""
    ids = [f"u{number}" for number in range(len(households))]
    units = pd.DataFrame(
        {"households": households, "community": community, "subdistrict": "甲街道", "anchor": False},
        index=pd.Index(ids, name="unit_id"),
    )
    edges = pd.DataFrame({"a": ids[:-1], "b": ids[1:], "border_m": 100.0, "border_cost": 100.0, "barrier": False})
    blank = dict.fromkeys(("along", "along_name", "road_class"), "")
    return units, edges.assign(kind="border", allowed=True, **blank)


def test_a_unit_above_the_upper_limit_is_named_and_the_limit_is_raised_to_it():
    units, edges = line_of_units(3400, 900, 600, 700)
    proposal, found = why(units, edges, tight(1000, 3000))
    assert ["unit above upper"] == found.obstructions["kind"].tolist()
    assert "u0有3400户，超过上限3000户" in found.obstructions["sentence"].iloc[0]
    assert 3400 == of_kind(found, "raise upper")["limit"].iloc[0]
    assert ["no"] == of_kind(found, "cut lower")["feasible"].tolist()
    # 13 % more is no small change, but nothing else does.
    ends = "最小的放宽：将上限放宽至3400户即可（已验算，已证明为最小）。"
    assert all(sentence.endswith(ends) for sentence in proposal.left.values())
    assert len(proposal.left) >= 1


def test_a_total_below_the_lower_limit_lowers_it_to_the_total():
    units, edges = line_of_units(300, 300, 200)
    _, found = why(units, edges, tight(1000, 3000))
    assert ["total below lower"] == found.obstructions["kind"].tolist()
    assert "共800户，不足下限1000户，差200户" in found.obstructions["sentence"].iloc[0]
    assert ["no", "yes"] == found.relaxations["feasible"].tolist()
    assert 800 == of_kind(found, "cut lower")["limit"].iloc[0]


def test_a_total_between_two_numbers_of_communities_is_called_so():
    units, edges = line_of_units(*[100] * 18)
    _, found = why(units, edges, tight(1000, 1500))
    assert ["arithmetic gap"] == found.obstructions["kind"].tolist()
    assert "1800户分为1个社区则超过上限1500户，分为2个则不足下限1000户" in found.obstructions["sentence"].iloc[0]
    limits = found.relaxations.set_index("kind")["limit"]
    assert (1800, 900) == (limits["raise upper"], limits["cut lower"])


def test_units_behind_a_single_unit_are_called_a_pocket():
    units, edges = line_of_units(600, 700, 1200, 1200)
    _, found = why(units, edges, tight(1000, 1250))
    assert "u0只经u1与其他单元相连，单独不足下限1000户，与u1合计1300户又超过上限1250户" in set(
        found.obstructions["sentence"]
    )


def behind(edges: pd.DataFrame, **lines: tuple[str, str]) -> pd.DataFrame:
    """Shut the border between each pair of units, along a water of the name given."""
    edges = edges.copy()
    for name, (a, b) in lines.items():
        here = (edges["a"] == a) & (edges["b"] == b)
        edges.loc[here, ["along", "along_name", "barrier", "allowed"]] = ["water", name, True, False]
    return edges


def test_a_pocket_behind_a_river_is_named_and_the_river_is_opened_where_the_plan_needs_it():
    units, edges = line_of_units(400, 800, 700, 600)
    units = units.assign(community=["c1", "c0", "c0", "c0"])
    proposal, found = why(units, behind(edges, 小黑河=("u0", "u1")), tight(1000, 3000))
    pocket = found.obstructions.iloc[0]
    assert ("pocket", "u0", 400) == (pocket["kind"], pocket["what"], pocket["households"])
    assert "u0共400户，被小黑河（水系）隔开，不足下限1000户" == pocket["sentence"]
    opened = of_kind(found, "open border").iloc[0]
    assert ("yes", 1, "小黑河（水系）（u0—u1）") == (opened["feasible"], opened["amount"], opened["what"])
    assert opened["smallest"]
    assert all("最小的放宽：允许跨越小黑河（水系）（u0—u1）即可" in sentence for sentence in proposal.left.values())


def test_two_rivers_are_opened_together_where_neither_alone_does():
    units, edges = line_of_units(400, 1200, 400)
    units = units.assign(community=["c1", "c0", "c2"])
    _, found = why(units, behind(edges, 东河=("u0", "u1"), 西河=("u1", "u2")), tight(1000, 3000))
    opened = of_kind(found, "open border")
    assert [("yes", 2)] == list(zip(opened["feasible"], opened["amount"], strict=True))
    assert {"东河", "西河"} == {name for name in ("东河", "西河") if name in opened["what"].iloc[0]}


def test_a_river_that_does_not_help_is_said_not_to():
    units, edges = line_of_units(400, 3400, 1200)
    units = units.assign(community=["c0", "c0", "c1"])
    _, found = why(units, behind(edges, 东河=("u1", "u2")), tight(1000, 3000))
    opened = of_kind(found, "open border").iloc[0]
    assert ("no", "允许跨越东河（水系）（逐条及两条一起）仍不能达标（已证明）") == (
        opened["feasible"],
        opened["sentence"],
    )


def test_only_the_borders_that_the_plan_needs_are_opened():
    units, edges = small(1, mean=300)
    # A river along the whole of the middle: the upper row of four units lies behind it.
    ids = {name: number for number, name in enumerate(sorted(units.index))}
    across = (edges["a"].map(ids) < 4) & (edges["b"].map(ids) >= 4)
    edges.loc[across, ["along", "along_name", "allowed"]] = ["water", "大河", False]
    units = units.assign(households=[200] * 4 + [400] * 4, community=["c0"] * 4 + ["c1"] * 4)
    links = {(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)}
    rows = [{"a": f"u0{i}", "b": f"u0{j}", "border_m": 10.0, "border_cost": 10.0, "barrier": False} for i, j in links]
    plain = pd.DataFrame(rows).assign(kind="border", allowed=True, along="", along_name="", road_class="")
    edges = pd.concat([edges[across], plain], ignore_index=True)
    _, found = why(units, edges, tight(1000, 3000))
    opened = of_kind(found, "open border").iloc[0]
    assert ("yes", 1) == (opened["feasible"], opened["amount"])
    assert across.sum() > 1


def test_a_small_subdistrict_is_joined_to_its_neighbour_and_both_are_solved_as_one():
    units, edges = line_of_units(300, 300, 900, 800, 700)
    units = units.assign(subdistrict=["甲街道"] * 2 + ["乙街道"] * 3, community=["c0", "c0", "d0", "d0", "d0"])
    proposal, found = why(units, edges, tight(1000, 2500))
    joined = of_kind(found, "join subdistrict").iloc[0]
    assert ("甲街道", "乙街道", "yes") == (joined["subdistrict"], joined["what"], joined["feasible"])
    ways = divisions(units, edges)
    assert any(min(sizes) >= 1000 and max(sizes) <= 2500 for sizes in ways)
    # 600 households of 甲 need one community with u2 at least; those two cross the line.
    assert 600 == joined["amount"]
    assert joined["smallest"]
    assert "与乙街道统筹划分即可，600户跨街道（已验算）" in proposal.left["c0"]


def test_a_neighbour_that_cannot_help_is_said_so():
    units, edges = line_of_units(300, 300, 100)
    units = units.assign(subdistrict=["甲街道", "甲街道", "乙街道"], community=["c0", "c0", "d0"])
    _, found = why(units, edges, tight(1000, 2500))
    assert ["no", "no"] == of_kind(found, "join subdistrict")["feasible"].tolist()


def test_a_lock_that_stands_in_the_way_is_named_and_dropped():
    units, edges = line_of_units(600, 900, 700)
    units = units.assign(community=["c0", "c1", "c1"])
    decisions = decided(row("lock", "c0"), row("rename", "甲街道新设1", new_name="新"))
    proposal, found = why(units, edges, tight(1000, 2500), decisions)
    assert {"decision"} == set(found.obstructions["kind"])
    dropped = of_kind(found, "drop decision").iloc[0]
    assert ("yes", 1) == (dropped["feasible"], dropped["amount"])
    assert "取消“c0人工决定锁定社区（规划）”即可（已验算）" == dropped["sentence"]
    assert dropped["smallest"]
    assert proposal.left["c0"].endswith("最小的放宽：取消“c0人工决定锁定社区（规划）”即可（已验算）。")


def test_accepted_communities_want_no_change():
    units, edges = line_of_units(600, 900, 700)
    units = units.assign(community=["c0", "c1", "c1"])
    proposal, found = why(units, edges, tight(1000, 2500), decided(row("accept", "c0")))
    assert found.relaxations.empty
    assert "最小的放宽" not in proposal.left["c0"]


def split_of(units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, decisions: pd.DataFrame | None = None):
    """Ask for a split of c0 and explain why there is none."""
    decisions = none_decided() if decisions is None else decisions
    flags = pd.DataFrame(
        [["c0", "甲街道", int(units["households"].sum()), "far_over", "split", "条", "c0须拆分。"]],
        columns=["community", "subdistrict", "households", "status", "action", "clause", "reason"],
    )
    none = pd.DataFrame(columns=["community", "neighbour", "combined", "border_m", "allowed", "warning", "reason"])
    proposal = propose_principle(units, edges, flags, none, rules, SOLVE, decisions=decisions)
    found = relaxations(units, edges, {"principle": proposal}, rules, SOLVE, decisions)
    return explained(proposal, found, decisions, units), found


@pytest.mark.parametrize("seed", range(4))
def test_the_least_moves_of_the_limits_for_a_split_are_those_of_a_list_of_all_ways(seed):
    units, edges = small(20 + seed, mean=500)
    units = units.assign(community="c0", subdistrict="甲街道")
    ways = divisions(units, edges)
    upper = lowest_upper(ways, 1000, least_parts=2)
    assert upper is not None
    rules = tight(1000, upper - 1)
    proposal, found = split_of(units, edges, rules)
    raised, cut = of_kind(found, "raise upper").iloc[0], of_kind(found, "cut lower").iloc[0]
    assert (upper, True) == (raised["limit"], raised["least"])
    assert highest_lower(ways, rules.upper, least_parts=2) == (None if pd.isna(cut["limit"]) else cut["limit"])
    chosen = found.relaxations[found.relaxations["smallest"]]
    assert proposal.left["c0"].endswith(f"。最小的放宽：{chosen['sentence'].iloc[0]}。")


def test_a_pin_that_a_split_cannot_keep_is_named_and_dropped():
    units, edges = line_of_units(900, 1600, 1700, 600)
    # u3 may not leave the part with the office in u0, which would then hold all of c0.
    units = units.assign(community="c0", anchor=[True, False, False, False])
    pin = decided(row("pin", "c0", "u3"))
    proposal, found = split_of(units, edges, tight(1000, 3000), pin)
    assert "infeasible" == proposal.cases["proof"].iloc[0]
    assert ["decision"] == found.obstructions["kind"].tolist()
    dropped = of_kind(found, "drop decision").iloc[0]
    assert ("yes", "“u3→c0人工决定固定单元（规划）”") == (dropped["feasible"], dropped["what"])
    assert proposal.left["c0"].endswith("最小的放宽：取消“u3→c0人工决定固定单元（规划）”即可（已验算）。")


def test_a_split_of_a_single_unit_has_no_change_that_does():
    units, edges = line_of_units(4200)
    proposal, found = split_of(units, edges[:0], tight(1000, 3000))
    assert {"no"} == set(found.relaxations["feasible"])
    assert "最小的放宽" not in proposal.left["c0"]


@given(least=st.integers(1, 400), hints=st.lists(st.integers(-50, 500), max_size=3), unknown=st.integers(0, 30))
def test_the_least_amount_is_found_among_verdicts_of_which_some_stay_open(least, hints, unknown):
    def tried(amount: int) -> Verdict:
        if amount >= least:
            return Verdict(True)
        return Verdict(None if amount >= least - unknown else False)

    trials = Trials(SOLVE, np.inf, 100)
    found = least_amount(tried, lambda _: 1_000, range(1, 401), hints, trials)
    assert least == found.amount
    assert found.proved == (least == 1 or unknown == 0)
