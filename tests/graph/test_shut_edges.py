"""Edges that are not allowed join nothing and cost what they cost: against an oracle that tries every plan."""

import itertools

import numpy as np
import pandas as pd
import pytest
from propose.small_places import connected, place

from pipeline.partition.ground import ground_of
from pipeline.partition.recom import walk
from pipeline.partition.search import improve, mend_and_improve
from pipeline.partition.trees import tree_split
from pipeline.propose import split_community

LOWER, UPPER = 800, 3200


def shut_place(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a small place; a fifth of its edges are shut, as long as the place hangs together."""
    units, edges = place(300 + seed, 3, 3, mean=500, barriers=0.2)
    for shut in np.random.default_rng(seed).permutation(len(edges))[: len(edges) // 5]:
        tried = edges.assign(allowed=edges.get("allowed", True)).assign(
            allowed=lambda table, shut=shut: table["allowed"] & (table.index != shut)
        )
        edges = tried if connected(set(units.index), tried[tried["allowed"]]) else edges
    return units, edges.assign(allowed=edges.get("allowed", True))


def best(units: pd.DataFrame, edges: pd.DataFrame) -> tuple[float, ...] | None:
    """The least (parts, crossings, border cost) over all splits whose parts hang together by allowed edges."""
    counts = units["households"].to_numpy()
    for parts in range(2, int(counts.sum()) // LOWER + 1):
        values = []
        for labels in itertools.product(range(parts), repeat=len(units)):
            sizes = np.bincount(labels, counts, parts)
            if labels[0] or sizes.min() < LOWER or sizes.max() > UPPER:
                continue
            plan = pd.Series(labels, units.index)
            if all(connected(set(rows.index), edges[edges["allowed"]]) for _, rows in plan.groupby(plan)):
                apart = edges["a"].map(plan).to_numpy() != edges["b"].map(plan).to_numpy()
                crossings = int((edges["barrier"].to_numpy() & ~apart).sum())
                values.append((parts, crossings, round(float(edges["border_cost"].to_numpy()[apart].sum()), 1)))
        if values:
            return min(values)
    return None


@pytest.mark.parametrize("seed", range(8))
def test_a_split_over_shut_edges_is_what_trying_every_split_finds(seed: int) -> None:
    units, edges = shut_place(seed)
    assert not edges["allowed"].all()
    solution = split_community(units, edges, lower=LOWER, upper=UPPER)
    expected = best(units, edges)
    if expected is None:
        assert solution.proof == "infeasible"
    else:
        assert (solution.proof, tuple(round(v, 1) for v in solution.objective[:3])) == ("optimal", expected)
        assert solution.plan is not None
        assert all(
            connected(set(rows.index), edges[edges["allowed"]]) for _, rows in solution.plan.groupby(solution.plan)
        )


@pytest.mark.parametrize("seed", range(8))
def test_trees_grow_over_allowed_edges_only(seed: int) -> None:
    units, edges = shut_place(seed)
    ground = ground_of(units, edges)
    labels = tree_split(ground, 2, 1, 10_000, cost=ground.cost)
    assert labels is not None
    plan = pd.Series(labels, ground.ids)
    assert all(connected(set(rows.index), edges[edges["allowed"]]) for _, rows in plan.groupby(plan))


def test_a_loose_piece_that_no_other_part_borders_on_stays_where_it_is() -> None:
    ids = pd.Index(["u1", "u2", "u3", "u4"], name="unit_id")
    units = pd.DataFrame({"households": 1000}, index=ids)
    edges = pd.DataFrame({"a": ["u1", "u2", "u3"], "b": ["u2", "u3", "u4"], "border_cost": 1.0, "barrier": False})
    ground = ground_of(units, edges.assign(allowed=[True, False, True]))
    today = np.array([0, 0, 1, 1])
    labels = mend_and_improve(ground, today, [0, 2], np.array([0, 0, 0, 0]), lower=1000, upper=3000)
    assert [0, 0, 0, 0] == labels.tolist()


def test_a_table_that_says_nothing_of_it_allows_every_edge() -> None:
    units, edges = place(1, 3, 3)
    allowed = edges.assign(allowed=True)
    assert ground_of(units, edges).near == ground_of(units, allowed).near


@pytest.mark.parametrize("seed", range(4))
def test_the_search_for_a_plan_goes_over_allowed_edges_only(seed: int) -> None:
    units, edges = shut_place(seed)
    ground = ground_of(units, edges)
    today = tree_split(ground, 2, 1, 10_000, cost=ground.cost)
    assert today is not None
    labels = improve(ground, today, [-1, -1], lower=1500, upper=2500, seed=seed)
    plan = pd.Series(labels, ground.ids)
    assert all(connected(set(rows.index), edges[edges["allowed"]]) for _, rows in plan.groupby(plan))


def test_the_search_takes_nothing_across_a_shut_edge() -> None:
    units = pd.DataFrame({"households": [400, 800, 700, 600]}, index=pd.Index(["u1", "u2", "u3", "u4"], name="unit_id"))
    edges = pd.DataFrame({"a": ["u1", "u2", "u3"], "b": ["u2", "u3", "u4"], "border_cost": 1.0, "barrier": False})
    ground = ground_of(units, edges.assign(allowed=[False, True, True]))
    labels = improve(ground, np.array([0, 1, 1, 1]), [-1, -1], lower=1000, upper=3000)
    assert labels[0] not in labels[1:]


@pytest.mark.parametrize("seed", range(4))
def test_random_plans_extend_over_allowed_edges_only(seed):
    units, edges = shut_place(seed)
    ground = ground_of(units, edges)
    start = tree_split(ground, 2, 1, int(ground.households.sum()), cost=ground.cost, seed=seed)
    chain = walk(ground, start, lower=1, upper=int(ground.households.sum()), draws=200, seed=seed)
    allowed = edges[edges["allowed"]]
    for labels in np.unique(chain.labels, axis=0):
        for part in np.unique(labels):
            assert connected(set(units.index[labels == part]), allowed)
