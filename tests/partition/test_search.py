"""The quick searches give lawful plans, never worse than the start."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline.propose.affordable import affordable
from propose.small_places import connected, place, with_offices

from pipeline.partition.ground import ground_of, pieces, separator
from pipeline.partition.search import improve
from pipeline.partition.trees import tree_split
from pipeline.propose.comply import comply

LIMITS = {"lower": 1000, "upper": 3000}


def outside(ground, labels) -> int:
    sizes = pd.Series(ground.households).groupby(labels).sum()
    return sum(max(0, 1000 - size, size - 3000) for size in sizes)


@given(seed=st.integers(0, 10_000), mean=st.integers(60, 500))
def test_the_local_search_never_leaves_more_outside_and_keeps_parts_whole(seed, mean):
    units, edges = place(seed, 5, 4, communities=3, mean=mean)
    units = with_offices(units, seed)
    ground = ground_of(units, edges)
    today = pd.factorize(units.loc[ground.ids, "community"], sort=True)[0]
    offices = [int(np.flatnonzero(ground.anchor & (today == part))[0]) for part in range(3)]
    labels = improve(ground, today, offices, **LIMITS)
    assert outside(ground, labels) <= outside(ground, today)
    for part in set(labels.tolist()):
        assert connected({ground.ids[unit] for unit in np.flatnonzero(labels == part)}, edges)
        if part < 3:
            assert labels[offices[part]] == part


@given(seed=st.integers(0, 10_000), parts=st.integers(2, 4))
def test_a_tree_split_is_connected_and_within_the_limits(seed, parts):
    units, edges = place(seed, 5, 5, mean=100)
    ground = ground_of(units, edges)
    total = int(ground.households.sum())
    lower, upper = total // (2 * parts), 2 * total // parts
    labels = tree_split(ground, parts, lower, upper, cost=ground.cost)
    if labels is not None:
        sizes = np.bincount(labels, ground.households, parts)
        assert ((sizes >= lower) & (sizes <= upper)).all()
        assert all(len(pieces(ground, np.flatnonzero(labels == part))) == 1 for part in range(parts))


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_what_cannot_be_afforded_is_in_no_best_plan(seed):
    units, edges = place(seed, 4, 3, communities=3, mean=330)
    units = with_offices(units, seed)
    solution = comply(units, edges, **LIMITS)
    if solution.objective[:2] != (0, 0):
        return
    ground = ground_of(units, edges)
    names = sorted(units["community"].unique())
    today = np.array([names.index(name) for name in units.loc[ground.ids, "community"]])
    offices = [int(np.flatnonzero(ground.anchor & (today == part))[0]) for part in range(3)]
    allowed = affordable(ground, today, offices, moved=int(solution.objective[2]), none_vanish=True, **LIMITS)
    chosen = [names.index(name) for name in solution.plan.loc[ground.ids]]
    assert allowed[np.arange(len(ground)), chosen].all()


def test_a_separator_is_the_smallest_set_that_keeps_two_apart():
    units, _ = place(1, 5, 1)
    edges = pd.DataFrame(
        {
            "a": ["u00", "u01", "u02", "u03", "u01"],
            "b": ["u01", "u02", "u03", "u04", "u03"],
            "border_cost": 1.0,
            "barrier": False,
        }
    )
    ground = ground_of(units, edges)
    assert separator(ground, [0], 4) == [1]
    assert separator(ground, [0, 1], 4) == [3]
