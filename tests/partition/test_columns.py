"""Parts as columns: the bound never exceeds the cheapest plan, and meets it where it is called proved."""

import itertools
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.partition.columns import ColumnBound, column_bound
from pipeline.partition.columns.choice import cheapest_choice
from pipeline.partition.columns.frontier import frontier_of, sweep_order
from pipeline.partition.columns.pricing import Pricing
from pipeline.partition.ground import Ground, pieces


def ground_from(households: list[int], edges: dict[tuple[int, int], int]) -> Ground:
    """Ground of units with some households and edges (i, j) -> cost."""
    n = len(households)
    near = tuple(tuple(sorted({j for i, j in edges if i == u} | {i for i, j in edges if j == u})) for u in range(n))
    return Ground(
        ids=pd.Index([f"u{unit:02d}" for unit in range(n)]),
        households=np.array(households, np.int64),
        anchor=np.zeros(n, bool),
        ends=np.array(list(edges), int).reshape(-1, 2),
        cost=np.array(list(edges.values()), np.int64),
        barrier=np.zeros(len(edges), bool),
        near=near,
    )


def random_ground(seed: int, most_cost: int = 1, density: float = 0.3) -> Ground:
    """A random graph of 6 to 11 units, now and then in several pieces, some without households."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 12))
    pairs = list(itertools.combinations(range(n), 2))
    path = list(itertools.pairwise(rng.permutation(n).tolist())) if seed % 5 else []
    kept = {tuple(sorted(p)) for p in path} | {p for p in pairs if rng.random() < density}
    edges = {(i, j): int(rng.integers(min(1, most_cost), most_cost + 1)) for i, j in sorted(kept)}
    return ground_from((rng.integers(0, 20, n) * rng.integers(1, 4, n)).tolist(), edges)


def grid(rows: int, columns: int, households: list[int]) -> Ground:
    """Units on a grid, each beside its neighbours in row and column, every edge at cost 1."""
    number = {(r, c): r * columns + c for r in range(rows) for c in range(columns)}
    beside = [
        ((r, c), (r + dr, c + dc)) for r, c in number for dr, dc in ((0, 1), (1, 0)) if (r + dr, c + dc) in number
    ]
    return ground_from(households, {(number[a], number[b]): 1 for a, b in beside})


def lawful_parts(ground: Ground, lower: int, upper: int) -> list[tuple[frozenset[int], int]]:
    """Every connected set of units within the limits and the cost of the edges around it, by trying all sets."""
    found = []
    for size in range(1, len(ground) + 1):
        for members in itertools.combinations(range(len(ground)), size):
            total = sum(int(ground.households[unit]) for unit in members)
            if lower <= total <= upper and len(pieces(ground, members)) == 1:
                ends = zip(ground.ends.tolist(), ground.cost.tolist(), strict=True)
                rim = sum(cost for (i, j), cost in ends if (i in members) != (j in members))
                found.append((frozenset(members), rim))
    return found


def cheapest(ground: Ground, parts: int, lower: int, upper: int) -> float:
    """Cost of the cheapest plan, or infinity, by trying all choices of lawful parts."""
    lawful = lawful_parts(ground, lower, upper)

    def rest(left: frozenset[int], parts: int) -> float:
        if not left:
            return 0.0 if parts == 0 else np.inf
        if parts == 0:
            return np.inf
        first = min(left)
        return min((rim + rest(left - s, parts - 1) for s, rim in lawful if first in s and s <= left), default=np.inf)

    return rest(frozenset(range(len(ground))), parts) / 2


def is_plan(ground: Ground, found: ColumnBound, parts: int, lower: int, upper: int) -> bool:
    """Whether the labels are connected parts within the limits at the cost that is told."""
    labels = found.labels
    assert labels is not None
    cut = labels[ground.ends[:, 0]] != labels[ground.ends[:, 1]]
    members = [np.flatnonzero(labels == part).tolist() for part in np.unique(labels)]
    return (
        len(members) == parts
        and all(lower <= ground.households[units].sum() <= upper for units in members)
        and all(len(pieces(ground, units)) == 1 for units in members)
        and ground.cost[cut].sum() == found.value
    )


def limits_of(ground: Ground, parts: int, slack: float) -> tuple[int, int]:
    mean = ground.households.sum() / parts
    return int(np.ceil(mean * (1 - slack))), int(mean * (1 + slack))


@pytest.mark.parametrize("seed", range(24))
def test_proves_the_cheapest_plan_that_trying_all_plans_finds(seed: int) -> None:
    ground = random_ground(seed, most_cost=(1, 1, 9, 4000)[seed % 4])
    parts = 2 + seed % 4
    lower, upper = limits_of(ground, parts, (0.05, 0.2, 0.5)[seed % 3])
    best = cheapest(ground, parts, lower, upper)
    found = column_bound(ground, parts, lower, upper)
    assert (found.proved, found.value, found.bound) == (True, best, best)
    assert (found.labels is None) == np.isinf(best)
    assert found.labels is None or is_plan(ground, found, parts, lower, upper)


@pytest.mark.parametrize("seed", range(8))
def test_edges_that_are_not_allowed_cost_and_join_nothing(seed: int) -> None:
    ground = random_ground(500 + seed, most_cost=9, density=0.5)
    shut = {tuple(ends) for ends in ground.ends[np.random.default_rng(seed).random(len(ground.ends)) < 0.3].tolist()}
    near = [tuple(v for v in row if (min(u, v), max(u, v)) not in shut) for u, row in enumerate(ground.near)]
    ground = replace(ground, near=tuple(near))
    lower, upper = limits_of(ground, 3, 0.4)
    best = cheapest(ground, 3, lower, upper)
    found = column_bound(ground, 3, lower, upper)
    assert (found.proved, found.value, found.bound) == (True, best, best)
    assert found.labels is None or is_plan(ground, found, 3, lower, upper)


@pytest.mark.parametrize("seed", range(12))
def test_finds_and_proves_the_plan_without_one_to_begin_with(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.partition.columns.bound.annealed_plans", lambda *_: [])
    ground = random_ground(100 + seed, most_cost=(1, 30)[seed % 2])
    parts = 3 + seed % 2
    lower, upper = limits_of(ground, parts, 0.4)
    best = cheapest(ground, parts, lower, upper)
    found = column_bound(ground, parts, lower, upper)
    assert (found.proved, found.value, found.bound) == (True, best, best)


@pytest.mark.parametrize("seed", range(8))
def test_cut_short_the_bound_is_still_no_more_than_the_cheapest_plan(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.partition.columns.bound.MOST_COLUMNS", 1)
    monkeypatch.setattr("pipeline.partition.columns.bound.STEPS", 5 * seed)
    ground = random_ground(200 + seed, most_cost=5)
    lower, upper = limits_of(ground, 3, 0.4)
    best = cheapest(ground, 3, lower, upper)
    found = column_bound(ground, 3, lower, upper)
    assert found.bound <= best <= found.value
    assert not found.proved or found.value == best


@pytest.mark.parametrize("drawers", [3, 1024])
@pytest.mark.parametrize("seed", range(6))
def test_the_search_for_parts_misses_none(seed: int, drawers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.partition.columns.pricing.MOST_DRAWERS", drawers)
    ground = random_ground(300 + seed, most_cost=3)
    lower, upper = limits_of(ground, 3, 0.3)
    rng = np.random.default_rng(seed)
    frontier = frontier_of(ground)
    assert frontier is not None
    pricing = Pricing(frontier, ground.households, lower, upper)
    pricing.set_prices(rng.normal(2, 3, len(ground)))
    price, scale = pricing.prices, pricing.scale
    every = {s: rim * scale - sum(int(price[u]) for u in s) for s, rim in lawful_parts(ground, lower, upper)}
    assert pricing.least <= min(every.values(), default=pricing.least)
    for limit in (-10 * scale, 0, 10**12):
        members, costs, complete = pricing.below(limit, 5000, 10**7)
        found = {frozenset(np.flatnonzero(row).tolist()): int(c) for row, c in zip(members, costs, strict=True)}
        assert complete
        assert found == {s: cost for s, cost in every.items() if cost <= limit}


def test_prices_without_measure_are_cut_off_so_that_sums_cannot_overflow() -> None:
    ground = grid(3, 3, [1] * 9)
    frontier = frontier_of(ground)
    assert frontier is not None
    pricing = Pricing(frontier, ground.households, 3, 3)
    pricing.set_prices(np.full(9, 1e15))
    members, costs, complete = pricing.below(0, 100, 10**6)
    assert complete
    assert len(members) == len(lawful_parts(ground, 3, 3))
    assert costs.max() < 0
    assert pricing.scale == 1


def test_the_order_of_a_strip_keeps_its_front_as_narrow_as_the_strip() -> None:
    strip = grid(3, 12, [1] * 36)
    order = sweep_order(strip).tolist()
    assert sorted(order) == list(range(36))
    for step in range(36):
        taken = set(order[:step])
        assert sum(any(v not in taken for v in strip.near[unit]) for unit in taken) <= 3


def test_a_grid_of_36_falls_into_four_squares() -> None:
    found = column_bound(grid(6, 6, [10] * 36), 4, 90, 90)
    assert (found.value, found.bound, found.proved) == (12, 12, True)


def test_says_that_no_plan_exists() -> None:
    path = ground_from([5, 1, 5, 1], {(0, 1): 1, (1, 2): 1, (2, 3): 1})
    assert column_bound(path, 2, 6, 6).value == cheapest(path, 2, 6, 6) == 1
    assert column_bound(path, 3, 4, 4) == ColumnBound(None, np.inf, np.inf, True)  # the sum does not fit
    assert column_bound(path, 5, 0, 12) == ColumnBound(None, np.inf, np.inf, True)  # more parts than units
    star = ground_from([4, 1, 1, 4, 4, 4], {(0, j): 1 for j in range(1, 6)})
    assert column_bound(star, 3, 5, 7) == ColumnBound(None, np.inf, np.inf, True)  # the middle would be in every part


def test_parts_that_need_not_touch_are_found_in_a_ground_of_several_pieces() -> None:
    found = column_bound(ground_from([3, 3, 3, 3], {(0, 1): 7, (2, 3): 7}), 2, 6, 6)
    assert found.labels is not None
    assert (found.value, found.proved) == (0, True)


def test_one_part_is_everything_and_costs_nothing() -> None:
    found = column_bound(grid(2, 3, [1] * 6), 1, 6, 6)
    assert (found.value, found.bound, found.proved) == (0, 0, True)


def test_a_plan_to_begin_with_must_be_lawful() -> None:
    ground = grid(2, 2, [1] * 4)
    with pytest.raises(ValueError, match="broken parts"):
        column_bound(ground, 2, 2, 2, np.array([0, 1, 1, 0]))
    with pytest.raises(ValueError, match="outside the limits"):
        column_bound(ground, 2, 2, 2, np.array([0, 0, 0, 1]))
    assert column_bound(ground, 2, 2, 2, np.array([7, 7, 3, 3])).value == 2


def test_out_of_time_it_returns_the_plan_it_was_given() -> None:
    ground = grid(4, 4, [1] * 16)
    start = np.repeat([0, 1, 2, 3], 4)
    found = column_bound(ground, 4, 4, 4, start, time.monotonic() - 1)
    assert found.labels is not None
    assert (found.labels.tolist(), found.value, found.bound, found.proved) == (start.tolist(), 12, 0, False)


@pytest.mark.parametrize(("state", "cheapest_plan"), [("WV", 23), ("LA", 49), ("AL", 55), ("MS", 34), ("KS", 32)])
def test_proves_the_published_optimum_of_a_state(state: str, cheapest_plan: int, shared: Path) -> None:
    told = json.loads((shared / f"bench/instances/{state}_county.json").read_text("utf-8"))
    place = {county["id"]: number for number, county in enumerate(told["nodes"])}
    edges = {(place[edge[0]], place[edge[1]]): 1 for edge in told["edges"]}
    ground = ground_from([county["pop"] for county in told["nodes"]], edges)
    found = column_bound(ground, told["k"], told["L"], told["U"])
    assert (found.value, found.bound, found.proved) == (cheapest_plan, cheapest_plan, True)
    assert is_plan(ground, found, told["k"], told["L"], told["U"])


def test_the_same_problem_gives_the_same_plan() -> None:
    ground = random_ground(7, most_cost=3)
    lower, upper = limits_of(ground, 3, 0.5)
    one, two = (column_bound(ground, 3, lower, upper) for _ in range(2))
    assert one.labels is not None
    assert two.labels is not None
    assert one.labels.tolist() == two.labels.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_among_parts_is_the_cheapest_of_all_choices(seed: int) -> None:
    ground = random_ground(400 + seed, most_cost=9, density=0.5)
    lower, upper = limits_of(ground, 3, 0.5)
    lawful = lawful_parts(ground, lower, upper)
    members = np.zeros((len(lawful), len(ground)), bool)
    for row, (units, _) in zip(members, lawful, strict=True):
        row[list(units)] = True
    costs = np.array([rim for _, rim in lawful])
    best = 2 * cheapest(ground, 3, lower, upper)
    chosen, proved = cheapest_choice(members, costs, 3, 10**6, 10**8)
    assert proved
    assert (np.inf if chosen is None else costs[chosen].sum()) == best
    if chosen is not None:
        assert (members[chosen].sum(axis=0) == 1).all()
        assert cheapest_choice(members, costs, 3, int(best) - 1, 10**8) == (None, True)
