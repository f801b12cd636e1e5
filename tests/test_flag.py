"""Flags: each condition passing and failing, exact limits, and sentences that bear the figures."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.flag import (
    CONDITIONS,
    flag_communities,
    merge_candidates,
    merge_conditions,
    overload_verdicts,
    split_verdicts,
)
from pipeline.graph import adjacency, community_borders
from pipeline.rules import MergeClauses, load_rules
from pipeline.schema import columns
from pipeline.synthetic import toy_city, toy_lines

RULES = load_rules()
BORDER_COLUMNS = ["a", "b", "border_m", "barrier_m", "crossing"]


def communities(households: dict[str, int], **facts: dict[str, object]) -> pd.DataFrame:
    """Communities of one subdistrict by name; each fact is a column, given for some of the names."""
    table = pd.DataFrame({"subdistrict": "东街", "households": households}).rename_axis("community")
    table["population"] = (table["households"] * 2).astype("Int64")
    for column, values in facts.items():
        table[column] = pd.Series(values).reindex(table.index).combine_first(table.get(column, pd.Series(dtype=object)))
    return table


def borders(*rows: tuple[str, str, float, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=BORDER_COLUMNS).astype({"border_m": float, "barrier_m": float, "crossing": bool})


OPEN = borders(("甲", "乙", 500, 0, False))


def condition(name: str, table: pd.DataFrame, lines: pd.DataFrame = OPEN, rules=RULES) -> pd.Series:
    """The verdict of one condition on the merge of 甲 with 乙."""
    verdicts = merge_conditions(table, lines, rules).set_index(["community", "neighbour", "condition"])
    return verdicts.loc[("甲", "乙", name)]


def flag(table: pd.DataFrame, lines: pd.DataFrame | None = None, rules=RULES, *, of: str = "甲") -> pd.Series:
    lines = borders() if lines is None else lines
    return flag_communities(table, merge_candidates(table, lines, rules), rules).set_index("community").loc[of]


# --- overload -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("workers", "holds", "sentence"),
    [
        (10, False, "每名社区工作者服务人口556人，不高于556人"),
        (9, True, "每名社区工作者服务人口617.78人，高于556人"),
    ],
)
def test_an_indicator_holds_above_its_threshold_and_not_at_it(workers, holds, sentence):
    table = communities({"甲": 4500}, workers={"甲": workers}).assign(population=5560)
    verdict = overload_verdicts(table, RULES).set_index("indicator").loc["residents_per_worker"]
    assert (verdict["holds"], verdict["sentence"]) == (holds, sentence)


@pytest.mark.parametrize(
    ("floor_m2", "holds", "sentence"),
    [(1500, False, "每百户办公用房面积30㎡，不低于30㎡"), (1490, True, "每百户办公用房面积29.8㎡，低于30㎡")],
)
def test_an_indicator_of_what_should_be_there_holds_below_its_threshold(floor_m2, holds, sentence):
    table = communities({"甲": 5000}, floor_m2={"甲": floor_m2})
    verdict = overload_verdicts(table, RULES).set_index("indicator").loc["m2_per_100_households"]
    assert (verdict["holds"], verdict["sentence"]) == (holds, sentence)


def test_a_verdict_is_given_on_the_figure_that_is_shown():
    table = communities({"甲": 5000}, floor_m2={"甲": 1499.9})
    verdict = overload_verdicts(table, RULES).iloc[0]
    assert (verdict["value"], verdict["holds"]) == (30.0, False)


def test_an_indicator_whose_columns_are_missing_is_not_judged():
    table = communities({"甲": 4500}, grids={"甲": 9})
    assert overload_verdicts(table, RULES)["indicator"].tolist() == ["households_per_grid", "grids"]


def test_an_indicator_is_not_judged_for_a_community_without_a_value():
    table = communities({"甲": 4500, "乙": 4600}, floor_m2={"乙": 900})
    assert overload_verdicts(table, RULES)["community"].tolist() == ["乙"]


def test_a_zero_to_divide_by_counts_as_a_missing_value():
    table = communities({"甲": 4500}, workers={"甲": 0})
    assert overload_verdicts(table, RULES).empty


def test_verdicts_have_the_clause_and_threshold_of_the_rule_set():
    verdict = overload_verdicts(communities({"甲": 4500}, floor_m2={"甲": 900}), RULES).iloc[0]
    assert (verdict["threshold"], verdict["clause"]) == (30.0, "社区党群服务中心每百户不低于30㎡")


def test_verdicts_follow_the_order_of_the_communities():
    table = communities({"乙": 4500, "甲": 4600}, floor_m2={"甲": 900, "乙": 900}, grids={"甲": 9, "乙": 9})
    expected = ["m2_per_100_households", "households_per_grid", "grids"] * 2
    verdicts = overload_verdicts(table, RULES)
    assert (verdicts["community"].tolist(), verdicts["indicator"].tolist()) == (["乙"] * 3 + ["甲"] * 3, expected)


def test_without_any_indicator_there_is_an_empty_table_of_verdicts():
    verdicts = overload_verdicts(communities({"甲": 4500}), RULES)
    assert (len(verdicts), verdicts["holds"].dtype) == (0, bool)


# --- split --------------------------------------------------------------------------------------------------


def test_an_overloaded_community_over_the_act_limit_is_to_be_split():
    found = flag(communities({"甲": 4001}, floor_m2={"甲": 400}, grids={"甲": 10}))
    assert found[["status", "action", "clause"]].tolist() == ["far_over", "split", RULES.clause_split]
    assert (
        found["reason"]
        == "甲常住户4001户，超过4000户，且管理负荷过重，原则上应予拆分：每百户办公用房面积10㎡，低于30㎡"
    )


def test_a_community_over_the_act_limit_that_is_not_overloaded_is_left_with_its_values():
    found = flag(communities({"甲": 4500}, floor_m2={"甲": 1800}, grids={"甲": 10}))
    assert found[["status", "action", "clause"]].tolist() == ["far_over", "none", RULES.clause_split]
    assert found["reason"] == (
        "甲常住户4500户，超过4000户，但管理负荷未达过重标准（2项指标中0项成立，不足1项），暂不拆分："
        "每百户办公用房面积40㎡，不低于30㎡；平均每个网格户数450户，不高于500户"
    )


def test_size_alone_decides_where_no_indicator_is_given_and_the_sentence_says_so():
    found = flag(communities({"甲": 4500}))
    assert found["action"] == "split"
    assert found["reason"] == "甲常住户4500户，超过4000户，原则上应予拆分；未提供负荷指标，仅按户数判定"


def test_size_alone_decides_for_a_community_whose_own_indicators_are_missing():
    table = communities({"甲": 4500, "乙": 4500}, floor_m2={"乙": 1800})
    assert split_verdicts(table, RULES)["split"].tolist() == [True, False]


def test_an_indicator_that_does_not_count_decides_nothing():
    table = communities({"甲": 4500}, floor_m2={"甲": 1800}, compounds={"甲": 67})
    assert flag(table)["action"] == "none"


def test_an_indicator_decides_once_it_is_made_to_count():
    table = communities({"甲": 4500}, floor_m2={"甲": 1800}, compounds={"甲": 67})
    rules = load_rules({"overload": {"compounds": {"counts": True}}})
    assert flag(table, rules=rules)["action"] == "split"


@pytest.mark.parametrize(("needs", "action"), [(1, "split"), (2, "none")])
def test_as_many_indicators_must_hold_as_the_rule_set_says(needs, action):
    table = communities({"甲": 4500}, floor_m2={"甲": 400}, grids={"甲": 10})
    assert flag(table, rules=load_rules({"overload_needs": needs}))["action"] == action


def test_an_overloaded_community_at_the_act_limit_is_not_split():
    found = flag(communities({"甲": 4000}, floor_m2={"甲": 40}))
    assert found[["status", "action", "clause"]].tolist() == ["over", "none", RULES.clause_limits]
    assert found["reason"] == "甲常住户4000户，在3001—4000户之间，超出设置标准但未达拆分线，列入关注"


def test_a_rule_set_without_the_condition_splits_by_size_and_says_nothing_of_load():
    found = flag(communities({"甲": 2001}, floor_m2={"甲": 4000}), rules=load_rules({"preset": "qingpu-2023"}))
    assert (found["action"], found["reason"]) == ("split", "甲住宅套数2001户，超过2000户，原则上应予拆分")


# --- mergeable: every condition passes and fails ------------------------------------------------------------

PAIR = communities({"甲": 800, "乙": 1500})


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_holds_for_an_ordinary_pair(name):
    assert condition(name, PAIR)["holds"]


def test_every_condition_has_a_clause_of_its_own():
    assert list(CONDITIONS) == list(MergeClauses.model_fields)


def test_a_neighbour_in_another_subdistrict_is_refused():
    verdict = condition("subdistrict", PAIR.assign(subdistrict=["东街", "西街"]))
    assert (verdict["holds"], verdict["value"], verdict["sentence"]) == (False, 2, "分属东街与西街，不跨街道合并")


@pytest.mark.parametrize(
    ("metres", "holds", "sentence"),
    [(10.0, False, "共有边界仅10米，不超过10米（角点相接）"), (10.5, True, "共有边界10.5米")],
)
def test_a_border_must_be_longer_than_a_corner_touch(metres, holds, sentence):
    verdict = condition("border", PAIR, borders(("甲", "乙", metres, 0, False)))
    assert (verdict["holds"], verdict["sentence"]) == (holds, sentence)


@pytest.mark.parametrize(
    ("barrier_m", "crossing", "holds", "sentence"),
    [
        (0, False, True, "共有边界无河流、铁路等界线要素阻隔"),
        (250, False, True, "共有边界50%为河流、铁路等界线要素，不超过50%"),
        (300, False, False, "共有边界60%为河流、铁路等界线要素，无通道"),
        (300, True, True, "共有边界60%为河流、铁路等界线要素，有通道"),
    ],
)
def test_a_border_mostly_along_a_barrier_is_refused_unless_there_is_a_crossing(barrier_m, crossing, holds, sentence):
    verdict = condition("barrier", PAIR, borders(("甲", "乙", 500, barrier_m, crossing)))
    assert (verdict["holds"], verdict["sentence"]) == (holds, sentence)


def test_the_share_along_a_barrier_that_refuses_a_merge_may_be_overridden():
    lines = borders(("甲", "乙", 500, 100, False))
    assert not condition("barrier", PAIR, lines, load_rules({"barrier_share": 0.1}))["holds"]


@pytest.mark.parametrize(
    ("other", "holds", "sentence"),
    [(3200, True, "合并后4000户，不超过4000户"), (3201, False, "合并后4001户，超过4000户")],
)
def test_the_two_together_must_not_exceed_the_act_limit(other, holds, sentence):
    verdict = condition("combined", communities({"甲": 800, "乙": other}))
    assert (verdict["holds"], verdict["sentence"]) == (holds, sentence)


@pytest.mark.parametrize("protected", ["甲", "乙"])
def test_a_protected_community_is_refused_on_either_side(protected):
    verdict = condition("protected", communities({"甲": 800, "乙": 1500}, protected={protected: True}))
    assert (verdict["holds"], verdict["sentence"]) == (False, f"{protected}为历史/商业保留区，维持现状")


def test_a_neighbour_that_is_to_be_split_is_refused():
    verdict = condition("split", communities({"甲": 800, "乙": 4500}))
    assert (verdict["holds"], verdict["sentence"]) == (False, "乙（4500户）须拆分，不参与合并")


def test_a_large_neighbour_that_is_not_overloaded_is_no_split_case():
    assert condition("split", communities({"甲": 800, "乙": 4500}, floor_m2={"乙": 2000}))["holds"]


# --- candidates ---------------------------------------------------------------------------------------------


def candidate(other: int, lines: pd.DataFrame = OPEN, rules=RULES) -> pd.Series:
    return merge_candidates(communities({"甲": 800, "乙": other}), lines, rules).iloc[0]


def test_a_candidate_that_meets_all_conditions_is_allowed():
    found = candidate(1500)
    assert (found["allowed"], found["combined"], found["warning"]) == (True, 2300, "")
    assert found["reason"] == "相邻，合并后2300户，合并条件均符合"


def test_a_candidate_is_refused_with_the_condition_that_fails():
    found = candidate(3320)
    assert (found["allowed"], found["reason"]) == (False, "相邻但合并后4120户，超过4000户")


def test_a_refusal_names_every_condition_that_fails():
    found = candidate(3320, borders(("甲", "乙", 4, 4, False)))
    assert found["reason"] == (
        "相邻但共有边界仅4米，不超过10米（角点相接），且共有边界100%为河流、铁路等界线要素，无通道，且合并后4120户，超过4000户"
    )


@pytest.mark.parametrize(("other", "warning"), [(2200, ""), (2201, "合并后3001户，超过3000户但不超过4000户")])
def test_a_combined_count_above_the_upper_limit_is_allowed_with_a_warning(other, warning):
    found = candidate(other)
    assert (found["allowed"], found["warning"]) == (True, warning)


def test_a_combined_count_that_is_still_too_small_is_allowed_with_a_warning():
    found = candidate(199)
    assert (found["allowed"], found["warning"]) == (True, "合并后999户，仍不足1000户")


def test_two_small_communities_are_each_a_candidate_of_the_other():
    table = merge_candidates(communities({"甲": 800, "乙": 700}), OPEN, RULES)
    assert table[["community", "neighbour"]].to_numpy().tolist() == [["甲", "乙"], ["乙", "甲"]]


@pytest.mark.parametrize(("households", "listed"), [(999, 1), (1000, 0)])
def test_only_communities_under_the_merge_limit_have_candidates(households, listed):
    assert len(merge_candidates(communities({"甲": households, "乙": 1500}), OPEN, RULES)) == listed


def test_candidates_follow_the_order_of_the_communities():
    table = communities({"丙": 1500, "乙": 1500, "甲": 800})
    lines = borders(("乙", "甲", 50, 0, False), ("丙", "甲", 50, 0, False))
    assert merge_candidates(table, lines, RULES)["neighbour"].tolist() == ["丙", "乙"]


def test_without_borders_there_are_no_candidates():
    table = merge_candidates(PAIR, borders(), RULES)
    assert (len(table), table["allowed"].dtype) == (0, bool)


# --- flags --------------------------------------------------------------------------------------------------


def test_flags_have_the_columns_of_the_contract():
    table = flag_communities(PAIR, merge_candidates(PAIR, OPEN, RULES), RULES)
    assert table.columns.tolist() == columns("flags.csv")


def test_communities_within_the_limits_are_not_flagged():
    table = communities({"甲": 999, "乙": 1000, "丙": 3000, "丁": 3001})
    flags = flag_communities(table, merge_candidates(table, borders(), RULES), RULES)
    assert flags["community"].tolist() == ["甲", "丁"]


def test_an_area_in_order_has_no_flags():
    table = communities({"甲": 2000})
    flags = flag_communities(table, merge_candidates(table, borders(), RULES), RULES)
    assert (len(flags), flags.columns.tolist()) == (0, columns("flags.csv"))


def test_a_small_community_that_can_merge_is_to_be_merged():
    found = flag(PAIR, OPEN)
    assert found[["status", "action", "clause"]].tolist() == ["under", "merge", RULES.clause_merge]
    assert found["reason"] == "甲常住户800户，小于1000户，可与乙（合并后2300户）合并"


def test_a_small_community_that_cannot_merge_says_why_for_each_neighbour():
    table = communities({"甲": 800, "乙": 3320, "丙": 1500}, subdistrict={"丙": "西街"})
    found = flag(table, borders(("甲", "乙", 500, 0, False), ("丙", "甲", 90, 0, False)))
    assert found[["status", "action", "clause"]].tolist() == ["under", "none", RULES.clause_merge]
    assert found["reason"] == (
        "甲常住户800户，小于1000户，但不具备合并条件：乙相邻但合并后4120户，超过4000户；丙相邻但分属东街与西街，不跨街道合并"
    )


def test_a_small_community_that_is_protected_says_so_once():
    table = communities({"甲": 800, "乙": 1500, "丙": 1500}, protected={"甲": True})
    found = flag(table, borders(("甲", "乙", 500, 0, False), ("丙", "甲", 90, 0, False)))
    assert (found["action"], found["reason"]) == (
        "none",
        "甲常住户800户，小于1000户，但不具备合并条件：属历史/商业保留区，维持现状",
    )


def test_a_small_community_that_touches_nobody_says_so():
    assert flag(PAIR)["reason"] == "甲常住户800户，小于1000户，但不具备合并条件：无相邻社区"


def test_a_merge_is_asked_for_regardless_where_the_rule_set_has_no_conditions():
    found = flag(PAIR, rules=load_rules({"merge_needs_conditions": False}))
    assert found["action"] == "merge"
    assert found["reason"] == "甲常住户800户，小于1000户，原则上应予合并；目前无可行的合并对象：无相邻社区"


def test_between_the_merge_limit_and_the_lower_limit_nothing_is_asked():
    found = flag(communities({"甲": 900, "乙": 1500}), OPEN, load_rules({"merge_under": 800}))
    assert found[["status", "action", "clause"]].tolist() == ["under", "none", RULES.clause_limits]
    assert found["reason"] == "甲常住户900户，不足1000户，但未低于合并线800户，列入关注"


def test_nothing_given_is_changed():
    table, lines = communities({"甲": 800, "乙": 4500}, floor_m2={"乙": 2000}), OPEN.copy()
    kept = table.copy()
    flag_communities(table, merge_candidates(table, lines, RULES), RULES)
    pd.testing.assert_frame_equal(table, kept)
    pd.testing.assert_frame_equal(lines, OPEN)


def test_the_toy_city_has_one_community_to_split_and_one_to_merge():
    units = toy_city()
    sums = {"subdistrict": "first", "households": "sum", "population": "sum"}
    table = units.groupby("community").agg(sums)
    lines = community_borders(adjacency(units, toy_lines()), units["community"])
    candidates = merge_candidates(table, lines, RULES)
    flags = flag_communities(table, candidates, RULES)
    assert candidates.loc[candidates["allowed"], ["community", "neighbour"]].to_numpy().tolist() == [["D", "C"]]
    assert flags[["community", "action"]].to_numpy().tolist() == [["A", "split"], ["D", "merge"]]


NAMES = list("甲乙丙丁戊")
COUNTS = st.lists(st.integers(0, 6000), min_size=5, max_size=5)
LINES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 500), st.booleans()).filter(
        lambda row: row[0] < row[1]
    ),
    unique_by=lambda row: row[:2],
)


@settings(max_examples=25)
@given(counts=COUNTS, lines=LINES)
def test_an_action_is_asked_exactly_where_its_condition_holds(counts, lines):
    table = communities(dict(zip(NAMES, counts, strict=True)), grids={"甲": 8, "乙": 8})
    drawn = borders(*[(a, b, metres, 0, crossing) for a, b, metres, crossing in lines])
    candidates = merge_candidates(table, drawn, RULES)
    flags = flag_communities(table, candidates, RULES).set_index("community")
    mergeable = set(candidates.loc[candidates["allowed"], "community"])
    split = split_verdicts(table, RULES)["split"]
    expected = {
        name: "split" if split[name] else "merge" if name in mergeable else "none"
        for name, count in zip(NAMES, counts, strict=True)
        if not 1000 <= count <= 3000
    }
    assert flags["action"].to_dict() == expected


@settings(max_examples=25)
@given(counts=COUNTS, lines=LINES)
def test_every_reason_bears_the_household_count(counts, lines):
    table = communities(dict(zip(NAMES, counts, strict=True)))
    drawn = borders(*[(a, b, metres, 0, crossing) for a, b, metres, crossing in lines])
    flags = flag_communities(table, merge_candidates(table, drawn, RULES), RULES)
    silent = [row.community for row in flags.itertuples() if f"常住户{row.households}户" not in row.reason]
    assert silent == []
