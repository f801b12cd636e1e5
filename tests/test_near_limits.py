"""Communities near a limit: exact at the edges, nearest first, and what lies beyond."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.flag import near_limits
from pipeline.rules import RuleSet, load_rules, status_of
from pipeline.schema import columns

RULES = load_rules()
SPLIT_AT_UPPER = load_rules({"split_over": 3000})
MERGE_BELOW_LOWER = load_rules({"merge_under": 600})


def communities(*counts: int) -> pd.DataFrame:
    """Make communities c0, c1, … of these counts."""
    names = pd.Index([f"c{number}" for number in range(len(counts))], name="community")
    return pd.DataFrame(
        {"subdistrict": "东街", "households": pd.Series(counts, index=names, dtype="int64")}, index=names
    )


def limits_near(count: int, rules: RuleSet = RULES, share: float | None = None) -> list[str]:
    return near_limits(communities(count), rules, share)["limit"].tolist()


@pytest.mark.parametrize(
    ("count", "near"),
    [
        (952, False),  # 952 x 1.05 = 999.6
        (953, True),  # 953 x 1.05 = 1000.65
        (1052, True),  # 1052 x 0.95 = 999.4
        (1053, False),  # 1053 x 0.95 = 1000.35
    ],
)
def test_a_limit_is_near_when_an_error_of_five_per_cent_of_the_count_reaches_it(count, near):
    assert (["lower, merge_under"] if near else []) == limits_near(count)


@pytest.mark.parametrize(("count", "share"), [(800, 0.25), (1250, 0.2), (3000, 0.0), (2000, 0.5), (1600, 0.875)])
def test_a_count_exactly_at_the_edge_is_near(count, share):
    """800 x 1.25 = 1000, 1250 x 0.8 = 1000, 3000, 2000 x 1.5 = 3000, 1600 x 1.875 = 3000."""
    assert limits_near(count, share=share)


def test_an_edge_is_near_in_spite_of_binary_fractions():
    rules = load_rules({"lower": 1032})
    assert 0.29 * 800 < 1032 - 800
    assert (["lower"], []) == (limits_near(800, rules, 0.29)[1:], limits_near(799, rules, 0.29)[1:])


def test_another_share_than_that_of_the_rules_may_be_given():
    assert ([], ["lower, merge_under"]) == (limits_near(1100), limits_near(1100, share=0.1))


def test_limits_of_equal_value_share_a_row():
    assert ["lower, merge_under"] == limits_near(1000)
    assert ["upper, split_over"] == limits_near(3000, SPLIT_AT_UPPER)
    assert ["lower"] == limits_near(1000, MERGE_BELOW_LOWER)
    assert ["merge_under"] == limits_near(600, MERGE_BELOW_LOWER)


@pytest.mark.parametrize(
    ("count", "rules", "status", "beyond"),
    [
        (999, RULES, "under", "within"),
        (1000, RULES, "within", "under"),
        (3000, RULES, "within", "over"),
        (3001, RULES, "over", "within"),
        (4000, RULES, "over", "far_over"),
        (4001, RULES, "far_over", "over"),
        (3000, SPLIT_AT_UPPER, "within", "far_over"),
        (3001, SPLIT_AT_UPPER, "far_over", "within"),
        (600, MERGE_BELOW_LOWER, "under", "under"),
    ],
)
def test_the_status_beyond_is_that_of_the_other_side(count, rules, status, beyond):
    row = near_limits(communities(count), rules).iloc[0]
    assert (status, beyond) == (row["status"], row["status_beyond"])


def test_the_difference_is_above_the_limit_and_its_share_is_of_the_count():
    rows = near_limits(communities(960, 1040), RULES)
    assert [(1040, 40, 40 / 1040), (960, -40, -40 / 960)] == list(
        rows[["households", "difference", "share"]].itertuples(index=False, name=None)
    )


def test_the_nearest_stands_first():
    assert ["c2", "c3", "c0", "c1"] == near_limits(communities(1040, 2860, 3000, 4010), RULES)["community"].tolist()


def test_a_community_between_two_limits_is_listed_with_both():
    rules = load_rules({"lower": 2900, "merge_under": 2900})
    assert ["lower, merge_under", "upper"] == sorted(limits_near(2950, rules))


def test_a_community_without_households_is_near_to_nothing():
    assert [] == limits_near(0, share=1.0)


def test_an_area_in_order_has_an_empty_list_with_the_columns_of_the_contract():
    found = near_limits(communities(2000), RULES)
    assert (0, columns("near-limits.csv")) == (len(found), list(found.columns))


@settings(max_examples=40)
@given(st.integers(1, 6000), st.floats(0, 1))
def test_what_is_listed_lies_within_the_error_and_its_verdict_may_change(count, share):
    for row in near_limits(communities(count), RULES, share).itertuples():
        assert count * (1 - share) - 1e-5 <= row.limit_households <= count * (1 + share) + 1e-5
        assert row.status != row.status_beyond
        assert row.status == status_of(pd.Series([count]), RULES).iloc[0]
