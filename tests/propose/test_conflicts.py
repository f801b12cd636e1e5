"""Decisions that cannot hold together are named with their rows before anything is solved."""

import pandas as pd
import pytest
from propose.decision_rows import decided, row

from pipeline.decisions import with_declared
from pipeline.errors import listed
from pipeline.graph import adjacency
from pipeline.propose import conflicts
from pipeline.rules import load_rules
from pipeline.schema import PROBLEM_ZH
from pipeline.synthetic import toy_city

RULES = load_rules()
UNITS = toy_city()
"""甲: A (u1 u2 u5 u6) above, B (u9 u10 u11) below; 乙: C (u3 u4 u7) above, D (u8 u12) below."""
EDGES = adjacency(UNITS)


def found(*rows: dict[str, object], units: pd.DataFrame = UNITS) -> pd.DataFrame:
    return conflicts(units, EDGES, decided(*rows), RULES)


CONTRADICTIONS = {
    "two pins of one unit": (row("pin", "A", "u9"), row("pin", "B", "u9、u10")),
    "pin out of a locked community": (row("pin", "A", "u9"), row("lock", "B")),
    "pin into a locked community": (row("pin", "B", "u5"), row("lock", "B")),
    "pin into an accepted community": (row("pin", "A", "u9"), row("accept", "A")),
    "pin of a protected unit": (row("pin", "A", "u9"), row("protect", "", "u9")),
    "pin out of a community that is merged": (row("pin", "A", "u9"), row("force merge", "B、C", new_name="B")),
    "pin into a community that is given up": (row("pin", "B", "u5"), row("force merge", "A、B", new_name="A")),
    "pin out of one that must not be split": (row("pin", "A", "u9"), row("forbid split", "B")),
    "lock and forced split": (row("lock", "A"), row("force split", "A")),
    "protection and forced split": (row("protect", "A"), row("force split", "A")),
    "acceptance and forced split": (row("accept", "A"), row("force split", "A")),
    "forced and forbidden split": (row("force split", "A"), row("forbid split", "A")),
    "lock and forced merge": (row("lock", "D"), row("force merge", "C、D")),
    "forced and forbidden merge": (row("force merge", "C、D"), row("forbid merge", "C、D")),
    "forced merge of one that must not merge": (row("force merge", "C、D"), row("forbid merge", "D")),
    "forced split and forced merge": (row("force split", "A"), row("force merge", "A、B")),
    "two merges to different names": (
        row("force merge", "A、B", new_name="A"), row("force merge", "A、B", new_name="B"),
    ),
    "two numbers of parts": (row("force split", "A", parts=2), row("force split", "A", parts=3)),
    "two declarations": (row("parts", "A", parts=1), row("parts", "A", parts=2)),
    "two names for one": (row("rename", "甲新设1", new_name="x"), row("rename", "甲新设1", new_name="y")),
    "one name for two": (row("rename", "甲新设1", new_name="x"), row("rename", "甲新设2", new_name="x")),
}  # fmt: skip


@pytest.mark.parametrize("rows", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
@pytest.mark.parametrize("turned", [False, True], ids=["", "other way round"])
def test_contradictions_are_named_with_both_rows(rows, turned):
    told = found(*(reversed(rows) if turned else rows))
    assert {"decisions contradict"} == set(told["problem"]), listed(told)
    assert all({"row 2", "row 3"} == set(source.split("; ")) for source in told["source"])
    assert {"error"} == set(told["severity"])


@pytest.mark.parametrize("rows", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_each_side_of_a_contradiction_is_none_alone(rows):
    for one in rows:
        assert "decisions contradict" not in set(found(one)["problem"])


def test_a_decision_against_the_column_of_protected_areas_is_named():
    today = pd.DataFrame({"subdistrict": ["甲", "甲"], "protected": [True, False]}, index=["A", "B"])
    told = conflicts(UNITS, EDGES, with_declared(decided(row("force split", "A")), today), RULES)
    assert ["row 2; the column of protected areas"] == told["source"].tolist()


AGAINST = {
    "together they have 7500 households, above the split line 4000": row("force merge", "A、B"),
    "2100 households do not give 3 communities of at least 1000": row("force split", "B", parts=3),
    "700 households do not give 2 communities of at least 1000": row("force split", "D"),
    "A would lie in 2 parts that do not touch; apart from the rest: u11": row("pin", "A", "u11"),
    "the office of B stands in u10": row("pin", "A", "u10"),
}


@pytest.mark.parametrize("said", AGAINST)
def test_decisions_against_the_rules_say_which_figure(said):
    told = found(AGAINST[said])
    assert {"decision against the rules"} == set(told["problem"])
    assert told["detail"].str.contains(said, regex=False).any(), listed(told)
    assert {"row 2"} == set(told["source"])


def test_communities_that_do_not_touch_are_not_merged():
    units = UNITS.assign(households=500, subdistrict="甲")
    told = found(row("force merge", "B、D"), units=units)
    assert told.empty
    apart = EDGES[~(EDGES["a"].isin(["u11", "u12"]) & EDGES["b"].isin(["u11", "u12"]))]
    told = conflicts(units, apart, decided(row("force merge", "B、D")), RULES)
    assert "they do not touch (B | D)" in told.loc[0, "detail"]


def test_units_pinned_together_reach_their_community():
    assert found(row("pin", "A", "u9、u10、u11")).empty
    assert found(row("pin", "A", "u9"), row("lock", "C"), row("accept", "D"), row("forbid merge", "A、B")).empty


def test_every_conflict_has_a_chinese_label():
    told = pd.concat([found(*rows) for rows in CONTRADICTIONS.values()])
    assert set(told["problem"]) <= set(PROBLEM_ZH)
