"""A finished plan is held against every decision; each kind of breach is found and named."""

import pandas as pd
import pytest
from propose.decision_rows import decided, row

from pipeline.graph import adjacency
from pipeline.rules import load_rules
from pipeline.synthetic import toy_city
from pipeline.verify import verify_decisions, verify_plan

UNITS = toy_city()
TODAY = UNITS["community"]


def changed(**units: str) -> pd.Series:
    """Make the plan of today with some units elsewhere."""
    return TODAY.where(~TODAY.index.isin(list(units)), TODAY.index.map(units))


SPLIT = changed(u2="甲新设1", u6="甲新设1")
MERGED = changed(u8="C", u12="C")
TRANSFER = changed(u9="A")

KEPT = {
    "pin": (row("pin", "A", "u9"), TRANSFER, TODAY),
    "lock": (row("lock", "A"), MERGED, TRANSFER),
    "lock that loses units": (row("lock", "B"), MERGED, TRANSFER),
    "accept": (row("accept", "D"), SPLIT, MERGED),
    "protected community": (row("protect", "A"), MERGED, SPLIT),
    "protected unit": (row("protect", "", "u9"), SPLIT, TRANSFER),
    "protected units": (row("protect", "", "u1、u2"), MERGED, SPLIT),
    "forbid split": (row("forbid split", "A"), MERGED, SPLIT),
    "forbid split by transfer": (row("forbid split", "B"), SPLIT, TRANSFER),
    "force split": (row("force split", "A"), SPLIT, MERGED),
    "force split is no transfer": (row("force split", "B"), changed(u9="甲新设1"), TRANSFER),
    "force split into three": (row("force split", "A", parts=3), changed(u2="甲新设1", u6="甲新设2"), SPLIT),
    "forbid merge": (row("forbid merge", "C、D"), SPLIT, MERGED),
    "forbid any merge": (row("forbid merge", "D"), SPLIT, MERGED),
    "a transfer is no merge": (row("forbid merge", "A、B"), TRANSFER, changed(u9="A", u10="A", u11="A")),
    "force merge": (row("force merge", "C、D"), MERGED, TODAY),
    "force merge by name": (row("force merge", "C、D", new_name="C"), MERGED, changed(u3="D", u4="D", u7="D")),
    "force merge of all units": (row("force merge", "C、D"), MERGED, changed(u8="C", u12="乙新设1")),
    "rename": (row("rename", "甲新设1", new_name="锦绣"), SPLIT.replace("甲新设1", "锦绣"), SPLIT),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_a_plan_that_keeps_a_decision_passes_and_one_that_breaks_it_is_named(case):
    one, kept, broken = case
    assert verify_decisions(UNITS, kept, decided(one)).empty
    told = verify_decisions(UNITS, broken, decided(one))
    assert {("error", "decision broken", "row 2")} == set(
        told[["severity", "problem", "source"]].itertuples(index=False, name=None)
    )
    assert told["detail"].str.startswith(f"{one['decision']} (row 2): ").all()


def apart(**pairs: str) -> pd.DataFrame:
    """Make the adjacency table of the toy city with the borders between some units inherited links."""
    edges = adjacency(UNITS)
    for a, b in pairs.items():
        edges.loc[(edges["a"] == min(a, b)) & (edges["b"] == max(a, b)), "kind"] = "inherited"
    return edges


def part_breaches(edges: pd.DataFrame, plan: pd.Series, **declared: int) -> list[tuple[str, str]]:
    expected = pd.Series(declared, dtype="float64").reindex(["A", "B", "C", "D"])
    left = dict.fromkeys(set(plan), "数")
    units = UNITS.assign(anchor=False)
    told = verify_plan(units, edges, plan, load_rules(), left=left, expected_parts=expected)
    return list(zip(told["problem"], told["id"], strict=True))


def test_a_declared_community_may_lie_in_as_many_parts_as_declared_or_as_today():
    edges = apart(u10="u11")
    for declared in ({}, {"B": 1}, {"B": 2}):
        assert [] == part_breaches(edges, TODAY, **declared)


def test_a_declared_community_takes_over_no_detached_part_of_another():
    edges = apart(u10="u11")
    edges = edges[~(edges["a"].isin(["u6", "u11"]) & edges["b"].isin(["u6", "u11"]))]
    plan = changed(u9="A", u10="A", u11="A")
    assert [] == part_breaches(edges, plan)
    partly = changed(u10="A", u11="A")
    assert [("more parts than declared", "A")] == part_breaches(edges, partly, A=1)
    assert [] == part_breaches(edges, partly)
    assert [] == part_breaches(edges, partly, A=2)


def test_parts_of_a_community_that_is_taken_over_whole_count_besides():
    edges = apart(u10="u11")
    plan = changed(u9="A", u10="A", u11="A")
    assert [] == part_breaches(edges, plan, A=1)
