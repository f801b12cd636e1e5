"""The chain gives valid plans only, all of them, by the law that it promises, and the same for the same seed."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose.small_places import connected, place

from pipeline.partition.ground import Ground, ground_of
from pipeline.partition.recom import limits_around, walk
from pipeline.partition.recom.kernel import _most_fitting
from pipeline.partition.recom.matching import fingerprints, kept_households, most_kept
from pipeline.partition.trees import tree_split


def grid(width: int, height: int, households: list[int] | None = None) -> Ground:
    """A rook grid of units, 100 households each unless given."""
    n = width * height
    pairs = [(i, i + 1) for i in range(n) if (i + 1) % width] + [(i, i + width) for i in range(n - width)]
    ids = [f"u{i:02d}" for i in range(n)]
    units = pd.DataFrame({"households": households or [100] * n}, index=ids)
    edges = pd.DataFrame([(ids[i], ids[j]) for i, j in pairs], columns=["a", "b"])
    return ground_of(units, edges.assign(border_cost=1.0, barrier=False))


def every_plan(ground: Ground, lower: int, upper: int) -> set[tuple[int, ...]]:
    """List all valid plans by trying every way to number the parts in the order of their first units."""
    found = set()
    most = int(ground.households.sum()) // lower
    edges = pd.DataFrame(ground.ends, columns=["a", "b"])

    def grow(labels: tuple[int, ...]) -> None:
        if len(labels) == len(ground):
            if _valid(ground, edges, labels, lower, upper):
                found.add(labels)
            return
        for label in range(min(max(labels) + 2, most)):
            grow((*labels, label))

    grow((0,))
    return found


def _valid(ground: Ground, edges: pd.DataFrame, labels: tuple[int, ...], lower: int, upper: int) -> bool:
    sizes = np.bincount(labels, ground.households)
    if sizes.min() < lower or sizes.max() > upper:
        return False
    return all(connected(set(np.flatnonzero(np.array(labels) == part).tolist()), edges) for part in set(labels))


def forests(ground: Ground, labels: tuple[int, ...]) -> float:
    """Number of spanning forests of a plan, by Kirchhoff's theorem."""
    total = 1.0
    for part in set(labels):
        members = [unit for unit, label in enumerate(labels) if label == part]
        laplacian = np.zeros((len(members), len(members)))
        for i, j in ground.ends.tolist():
            if i in members and j in members:
                a, b = members.index(i), members.index(j)
                laplacian[[a, b], [a, b]] += 1
                laplacian[[a, b], [b, a]] -= 1
        total *= np.linalg.det(laplacian[1:, 1:]) if len(members) > 1 else 1.0
    return round(total)


def surprise(ground: Ground, plans: set[tuple[int, ...]], labels: np.ndarray) -> float:
    """Pearson's statistic of the plans met against the law, in its standard deviations above what is expected."""
    met, times = np.unique(labels, axis=0, return_counts=True)
    assert plans == {tuple(row) for row in met.tolist()}
    weights = np.array([forests(ground, tuple(row)) for row in met.tolist()])
    expected = weights / weights.sum() * len(labels)
    freedom = len(plans) - 1
    return float((((times - expected) ** 2 / expected).sum() - freedom) / np.sqrt(2 * freedom))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), free=st.booleans())
def test_every_plan_of_the_chain_is_connected_and_within_the_limits(seed, free):
    units, edges = place(seed, 6, 5, mean=100)
    ground = ground_of(units, edges)
    total = int(ground.households.sum())
    lower, upper = total // 8, total // 2
    start = tree_split(ground, 4, lower, upper, cost=ground.cost, seed=seed)
    if start is None:
        return
    chain = walk(ground, start, lower=lower, upper=upper, draws=60, thin=5, seed=seed, free=free)
    assert (60, 30) == chain.labels.shape
    for labels in chain.labels:
        sizes = np.bincount(labels, ground.households)
        assert (sizes >= lower).all()
        assert (sizes <= upper).all()
        members = [set(ground.ids[labels == part]) for part in range(len(sizes))]
        assert all(connected(part, edges) for part in members)
        assert free or len(members) == 4


def test_the_chain_meets_every_plan_as_often_as_its_law_says():
    ground = grid(3, 3, [100, 250, 100, 180, 100, 300, 100, 120, 150])
    plans = every_plan(ground, 150, 800)
    assert {2, 3, 4, 5} <= {max(plan) + 1 for plan in plans}
    # Draws so many steps apart are nearly independent.
    chain = walk(ground, np.array(min(plans)), lower=150, upper=800, draws=50_000, thin=30, seed=3)
    assert surprise(ground, plans, chain.labels) < 4


def test_with_a_fixed_number_of_parts_the_law_is_the_same_among_the_plans_of_that_number():
    ground = grid(3, 3)
    plans = {plan for plan in every_plan(ground, 200, 500) if max(plan) == 2}
    chain = walk(ground, np.array(min(plans)), lower=200, upper=500, draws=50_000, thin=10, seed=4, free=False)
    assert surprise(ground, plans, chain.labels) < 4


def test_with_limits_that_few_trees_fit_the_law_is_the_same():
    ground = grid(4, 3, [100, 30, 0, 250, 90, 180, 100, 60, 0, 120, 150, 120])
    plans = {plan for plan in every_plan(ground, 560, 640) if max(plan) == 1}
    assert len(plans) > 10
    chain = walk(ground, np.array(min(plans)), lower=560, upper=640, draws=20_000, thin=5, seed=5)
    assert surprise(ground, plans, chain.labels) < 4


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), least=st.integers(1, 1500))
def test_no_tree_has_more_edges_that_fit_than_the_bound(seed, least):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 14))
    households = rng.integers(0, 400, n)
    parent = [-1, *(int(rng.integers(0, unit)) for unit in range(1, n))]
    below = households.copy()
    for unit in range(n - 1, 0, -1):
        below[parent[unit]] += below[unit]
    fitting = sum(least <= below[unit] <= households.sum() - least for unit in range(1, n))
    bound = _most_fitting(np.arange(n, dtype=np.int32), households, n, int(households.sum()), least)
    assert fitting <= bound <= n - 1


def test_the_same_seed_gives_the_same_walk_and_another_seed_another():
    ground = grid(5, 5)
    start = np.repeat(np.arange(5), 5)
    walks = [walk(ground, start, lower=300, upper=900, draws=50, thin=3, seed=seed).labels for seed in (1, 1, 2)]
    assert (walks[0] == walks[1]).all()
    assert (walks[0] != walks[2]).any()


def test_a_warm_up_is_the_part_of_the_walk_that_is_not_kept():
    ground, start = grid(5, 5), np.repeat(np.arange(5), 5)
    whole = walk(ground, start, lower=300, upper=900, draws=30, seed=1).labels
    later = walk(ground, start, lower=300, upper=900, draws=20, warmup=10, seed=1).labels
    assert (whole[10:] == later).all()


@pytest.mark.parametrize("start", [[0, 1, 0, 1], [0, 0, 0, 1]])
def test_a_start_that_is_not_valid_is_refused(start):
    with pytest.raises(ValueError, match="start"):
        walk(grid(2, 2) if start[2] else grid(4, 1), np.array(start), lower=200, upper=300, draws=4)


def test_a_ground_with_a_single_plan_keeps_it():
    chain = walk(grid(2, 1), np.array([0, 0]), lower=150, upper=300, draws=20)
    assert (chain.labels == 0).all()
    assert 0 == chain.taken.sum()


def test_limits_are_widened_to_hold_the_plan_and_no_further():
    ground = grid(4, 1)
    assert (100, 300) == limits_around(ground, np.array([0, 0, 0, 1]), 150, 250)
    assert (50, 900) == limits_around(ground, np.array([0, 0, 1, 1]), 50, 900)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_names_are_given_so_that_most_households_stay(seed, rows, columns):
    shared = np.random.default_rng(seed).integers(0, 30, (rows, columns)) * 10
    wide = shared if rows <= columns else shared.T
    ways = itertools.permutations(range(wide.shape[1]), wide.shape[0])
    assert max(sum(wide[row, column] for row, column in enumerate(way)) for way in ways) == most_kept(shared)


def test_a_name_does_not_leave_its_office():
    labels, households = np.array([[0, 0, 1]], np.int32), np.array([10, 20, 500])
    today, anchor = np.zeros(3, np.int64), np.array([True, False, False])
    assert [500] == kept_households(labels, households, today, 1, np.zeros(3, bool)).tolist()
    assert [30] == kept_households(labels, households, today, 1, anchor).tolist()


def test_equal_plans_and_only_they_have_equal_fingerprints():
    labels = np.array([[0, 0, 1], [0, 1, 1], [0, 0, 1], [0, 1, 2]], np.int32)
    marks = fingerprints(labels).tolist()
    assert marks[0] == marks[2]
    assert 3 == len(set(marks))
