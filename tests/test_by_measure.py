"""The verdict under every measure of households: which differ, on the same limits and conditions."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.flag import flag_communities, merge_candidates, verdicts_by_measure
from pipeline.rules import load_rules
from pipeline.schema import MEASURE_COLUMNS, columns

RULES = load_rules()
REGISTER, DWELLINGS = MEASURE_COLUMNS["户籍户"], MEASURE_COLUMNS["住宅套数"]
BORDERS = pd.DataFrame({"a": ["甲"], "b": ["乙"], "border_m": [500.0], "barrier_m": [0.0], "crossing": [False]})


def communities(**counts: list[int | None]) -> pd.DataFrame:
    """甲, 乙 and so on of one subdistrict, with their counts by column."""
    names = list("甲乙丙丁")[: len(counts["households"])]
    table = pd.DataFrame({"subdistrict": "东街"}, index=pd.Index(names, name="community"))
    table["households"] = pd.Series(counts.pop("households"), index=names, dtype="int64")
    for column, values in counts.items():
        table[column] = pd.Series(values, index=names, dtype="Int64")
    return table


def verdict(table: pd.DataFrame, community: str, measure: str, rules=RULES) -> tuple[object, ...]:
    found = verdicts_by_measure(table, BORDERS, rules).set_index(["community", "measure"])
    return tuple(found.loc[(community, measure), ["households", "status", "action", "differs"]])


def test_a_community_within_the_limits_by_residents_may_be_small_by_the_register():
    table = communities(households=[1200, 1500], registered_households=[950, 1500])
    assert (1200, "within", "none", False) == verdict(table, "甲", "常住户")
    assert (950, "under", "merge", True) == verdict(table, "甲", "户籍户")
    assert (1500, "within", "none", False) == verdict(table, "乙", "户籍户")


def test_the_action_alone_makes_a_difference():
    table = communities(households=[900, 3500], registered_households=[900, 1500])
    assert (900, "under", "none", False) == verdict(table, "甲", "常住户")
    assert (900, "under", "merge", True) == verdict(table, "甲", "户籍户")


def test_an_indicator_per_household_is_judged_by_the_counts_of_the_measure():
    table = communities(households=[4500, 1500], dwellings=[9000, 1500]).assign(floor_m2=[1400.0, 500.0])
    assert (4500, "far_over", "none", False) == verdict(table, "甲", "常住户")
    assert (9000, "far_over", "split", True) == verdict(table, "甲", "住宅套数")


def test_the_counts_in_use_are_households_whatever_the_column_of_that_measure_says():
    table = communities(households=[1200, 1500], registered_households=[950, 1500])
    rules = load_rules({"measure": "户籍户"})
    assert (1200, "within", "none", False) == verdict(table, "甲", "户籍户", rules)
    assert {"户籍户"} == set(verdicts_by_measure(table, BORDERS, rules)["measure"])


def test_a_community_without_a_count_is_left_out_of_that_measure_and_is_no_neighbour_there():
    table = communities(households=[900, 1500], registered_households=[900, None])
    found = verdicts_by_measure(table, BORDERS, RULES)
    assert [("甲", "常住户"), ("甲", "户籍户"), ("乙", "常住户")] == list(
        found[["community", "measure"]].itertuples(index=False, name=None)
    )
    assert (900, "under", "none", True) == verdict(table, "甲", "户籍户")


def test_a_measure_without_any_count_is_not_there():
    table = communities(households=[900, 1500], dwellings=[None, None])
    assert ["常住户", "常住户"] == verdicts_by_measure(table, BORDERS, RULES)["measure"].tolist()


def test_the_table_has_the_columns_of_the_contract_and_names_one_measure_used():
    found = verdicts_by_measure(communities(households=[900, 1500], dwellings=[900, 1500]), BORDERS, RULES)
    assert columns("measures.csv") == list(found.columns)
    assert {"常住户": True, "住宅套数": False} == dict(zip(found["measure"], found["used"], strict=True))


def test_nothing_is_changed_in_the_tables_given():
    table = communities(households=[900, 1500], dwellings=[1000, 1500])
    before = table.copy(), BORDERS.copy()
    verdicts_by_measure(table, BORDERS, RULES)
    pd.testing.assert_frame_equal(before[0], table)
    pd.testing.assert_frame_equal(before[1], BORDERS)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 9000), min_size=4, max_size=4))
def test_the_verdicts_in_use_are_the_flags(counts):
    table = communities(households=counts, registered_households=[700, 2000, 3500, 4500])
    flags = flag_communities(table, merge_candidates(table, BORDERS, RULES), RULES)
    found = verdicts_by_measure(table, BORDERS, RULES)
    used = found[found["used"] & (found["status"] != "within")]
    names = ["community", "households", "status", "action"]
    assert flags[names].to_numpy().tolist() == used[names].to_numpy().tolist()
