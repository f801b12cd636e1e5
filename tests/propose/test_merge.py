"""Merges are chosen jointly: as many small communities resolved as can be, touching as few as can be."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.propose import merge_communities

LIMITS = {"merge_under": 1000, "lower": 1000, "upper": 3000, "split_over": 4000}


def town(seed: int, count: int):
    """A random town: communities with households, and pairs of neighbours that may merge."""
    rng = np.random.default_rng(seed)
    names = [f"c{i}" for i in range(count)]
    households = pd.Series(rng.choice([300, 450, 600, 800, 950, 1500, 2200, 2900], count), names)
    pairs = [pair for pair in itertools.combinations(names, 2) if rng.random() < 0.45]
    return households, {pair: int(rng.integers(2, 30)) * 10 for pair in pairs}


def asked(households: pd.Series, borders: dict) -> pd.DataFrame:
    """Neighbours table: a row for each small community and each neighbour."""
    rows = [
        (one, other, metres, households[one] + households[other] <= 4000)
        for (a, b), metres in borders.items()
        for one, other in ((a, b), (b, a))
        if households[one] < 1000
    ]
    return pd.DataFrame(rows, columns=["community", "neighbour", "border_m", "allowed"])


def every_grouping(names: list[str]):
    """All ways to put the names in groups."""
    if not names:
        yield []
        return
    first, *rest = names
    for size in range(len(rest) + 1):
        for others in itertools.combinations(rest, size):
            left = [name for name in rest if name not in others]
            for groups in every_grouping(left):
                yield [(first, *others), *groups]


def value_of(groups, households, neighbours):
    """The minimised numbers of a grouping, None where it is not lawful; the fewest abolished break ties."""
    small = set(neighbours["community"])
    may = neighbours[neighbours["allowed"]]
    border = {frozenset(p): m for *p, m in may[["community", "neighbour", "border_m"]].itertuples(index=False)}
    left, above, touched, shared, gone = len(small), 0, 0, 0.0, 0
    for group in groups:
        total = sum(households[name] for name in group)
        if len(group) == 1:
            continue
        inside = [pair for pair in border if pair <= set(group)]
        if not 1000 <= total <= 4000 or not hangs_together(set(group), inside):
            return None
        left -= len(small & set(group))
        above += total > 3000
        touched += len(group)
        gone += len(group) - 1
        shared += sum(border[pair] for pair in inside)
    return left, above, touched, gone, -shared


def hangs_together(group, pairs) -> bool:
    reached = {min(group)}
    while True:
        more = set().union(*(pair for pair in pairs if pair & reached), set()) - reached
        if not more:
            return reached == group
        reached |= more


@pytest.mark.parametrize("seed", range(30))
def test_the_choice_is_what_trying_every_grouping_finds(seed):
    households, borders = town(seed, 7)
    neighbours = asked(households, borders)
    solution = merge_communities(households.to_frame("households"), neighbours, **LIMITS)
    values = (value_of(groups, households, neighbours) for groups in every_grouping(households.index.tolist()))
    left, above, touched, _, shared = min(value for value in values if value is not None)
    assert solution.proof == "optimal"
    assert solution.objective == (left, above, touched, shared)


@given(seed=st.integers(0, 10_000))
def test_every_merge_holds_a_small_community_and_keeps_the_ceiling(seed):
    households, borders = town(seed, 9)
    solution = merge_communities(households.to_frame("households"), asked(households, borders), **LIMITS)
    for into, members in solution.plan.groupby(solution.plan).groups.items():
        total = households[members].sum()
        assert len(members) == 1 or (1000 <= total <= 4000 and households[members].min() < 1000)
        assert households[into] == households[members].max()


def test_three_small_communities_in_a_row_become_one():
    households = pd.Series({"a": 400, "b": 350, "c": 450})
    solution = merge_communities(
        households.to_frame("households"), asked(households, {("a", "b"): 100, ("b", "c"): 50}), **LIMITS
    )
    assert solution.plan.tolist() == ["c", "c", "c"]
    assert solution.objective == (0, 0, 3, -150)


def test_a_landing_within_the_limits_goes_before_a_longer_border():
    households = pd.Series({"a": 500, "b": 2900, "c": 1500})
    solution = merge_communities(
        households.to_frame("households"), asked(households, {("a", "b"): 900, ("a", "c"): 50}), **LIMITS
    )
    assert solution.plan.to_dict() == {"a": "c", "b": "b", "c": "c"}


def test_without_pairs_nothing_is_merged_and_that_is_proved():
    households = pd.Series({"a": 500, "b": 2900})
    solution = merge_communities(households.to_frame("households"), asked(households, {}), **LIMITS)
    assert solution.plan.to_dict() == {"a": "a", "b": "b"}
    assert solution.proof == "optimal"


def test_more_groups_than_can_be_listed_are_not_called_optimal():
    names = [f"c{i:03d}" for i in range(60)]
    households = pd.Series(40, names)
    ring = {(names[i], names[j]): 10 for i in range(60) for j in range(i + 1, min(i + 6, 60))}
    solution = merge_communities(households.to_frame("households"), asked(households, ring), **LIMITS)
    assert solution.proof == "gap"
    assert "未全部列出" in solution.note
