"""The front of a subdistrict is what trying every plan finds, and cut short it still shows both ends."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from propose.small_places import every_change, place, with_offices

from pipeline.propose.capped import capped_solver
from pipeline.propose.comply import comply, task_of
from pipeline.propose.pareto import MORE_CHANGED, Caps, trace
from pipeline.results import Solution

ORDER = ["changed", "moved", "border"]


def by_trying(labels: np.ndarray, levels: pd.DataFrame, asked: list[Caps]):
    """A solver that looks every answer up among all plans."""

    def solve(caps, order, until):
        asked.append(caps)
        within = levels
        for name in ("changed", "moved", "border"):
            cap = getattr(caps, name)
            within = within if cap is None else within[within[name] <= cap]
        if within.empty:
            return None
        best = within.sort_values(list(order), kind="stable").iloc[0]
        return as_solution(labels, best)

    return solve


def as_solution(labels, row):
    objective = (float(row["outside"]), float(row["changed"]), float(row["moved"]), row["border"] / 10)
    return Solution(pd.Series(labels[int(row.name)]), "optimal", objective, objective)


def least(labels, levels):
    return as_solution(labels, levels.sort_values(ORDER, kind="stable").iloc[0])


def expected_front(levels: pd.DataFrame, reach: float | None) -> set[tuple[int, int, int]]:
    """The front over (changed, moved, border) by comparing every plan with every other."""
    first = levels.sort_values(ORDER).iloc[0]
    if reach is not None:
        levels = levels[levels["moved"] <= int(reach * first["moved"])]
    most, fewest = int(first["changed"]), first["moved"]
    for changed in range(most + 1, most + MORE_CHANGED + 1):
        now = levels.loc[levels["changed"] <= changed, "moved"].min()
        if now >= fewest:
            break
        most, fewest = changed, now
    seen = np.unique(levels.loc[levels["changed"] <= most, ORDER].to_numpy(), axis=0)
    worse = [((seen <= row).all(axis=1) & (seen < row).any(axis=1)).any() for row in seen]
    return {tuple(int(value) for value in row) for row in seen[~np.array(worse)]}


RICH = [100, 103, 104, 105, 108, 109, 110, 111, 115, 117, 118, 121]
"""Places with up to five points on their front."""
BUSY = [2, 4, 5, 6, 8, 12]
"""Places where communities appear or vanish."""


def small(seed: int):
    if seed >= 100:
        units, edges = place(seed, 4, 3, communities=2, mean=260)
    elif seed % 3 == 2:
        units, edges = place(seed, 3, 2, communities=3, mean=600)
    else:
        units, edges = place(seed, 4, 2, communities=2, mean=[450, 700][seed % 3])
    return with_offices(units, seed) if seed % 2 else units, edges


@cache
def tried(seed: int):
    return every_change(*small(seed), 1000, 3000, most_new=1 if seed >= 100 else 2)


@pytest.mark.parametrize("reach", [1.5, None])
@pytest.mark.parametrize("seed", [*RICH, *BUSY])
def test_the_front_is_what_comparing_every_plan_with_every_other_finds(seed, reach):
    labels, levels = tried(seed)
    found = trace(by_trying(labels, levels, []), least(labels, levels), reach=reach)
    assert found.complete
    assert {point.levels for point in found.points if not point.balanced} == expected_front(levels, reach)


@pytest.mark.parametrize("seed", [*RICH, *BUSY])
def test_halving_finds_the_same_front_as_going_down_it_when_nothing_limits_it(seed):
    labels, levels = tried(seed)
    found = trace(by_trying(labels, levels, []), least(labels, levels), reach=None, most=10_000)
    assert found.complete
    assert {point.levels for point in found.points if not point.balanced} == expected_front(levels, None)


@pytest.mark.parametrize("seed", [*RICH, *BUSY])
def test_the_most_balanced_plan_within_reach_is_among_the_points(seed):
    labels, levels = tried(seed)
    first = least(labels, levels)
    found = trace(by_trying(labels, levels, []), first)
    reachable = levels[(levels["changed"] <= first.objective[1]) & (levels["moved"] <= int(1.5 * first.objective[2]))]
    best = reachable.sort_values(["balance", "moved", "border"]).iloc[0]
    assert [point.levels for point in found.points if point.balanced] == [tuple(best[ORDER].astype(int))]


@pytest.mark.parametrize("seed", RICH)
def test_a_front_cut_short_keeps_its_ends_and_says_that_it_is_not_complete(seed):
    labels, levels = tried(seed)
    whole = trace(by_trying(labels, levels, []), least(labels, levels), reach=None)
    short = trace(by_trying(labels, levels, []), least(labels, levels), reach=None, most=3)
    assert {point.levels for point in short.points} <= {point.levels for point in whole.points}
    assert short.complete is False or len(short.points) == len(whole.points)
    if len(whole.points) > 3:
        least_changed = whole.points[0].changed
        mine = [point.border for point in whole.points if point.changed == least_changed and not point.balanced]
        assert min(mine) in {point.border for point in short.points}


@pytest.mark.parametrize("seed", [*RICH, *BUSY])
def test_the_solver_finds_the_front_that_trying_every_plan_finds(seed):
    units, edges = small(seed)
    _, levels = tried(seed)
    first = comply(units, edges, lower=1000, upper=3000)
    found = trace(capped_solver(task_of(units, edges, lower=1000, upper=3000), first.plan, 0), first)
    assert found.complete
    assert {point.levels for point in found.points if not point.balanced} == expected_front(levels, 1.5)
    balance = [sum_off(units, point.solution.plan) for point in found.points if point.balanced and point.proved]
    reach = levels[(levels["changed"] <= first.objective[1]) & (levels["moved"] <= int(1.5 * first.objective[2]))]
    assert all(value == pytest.approx(reach["balance"].min()) for value in balance)
    assert balance or first.objective[1]  # what is not proved is so only where the number of communities is open


def sum_off(units, plan):
    sizes = units["households"].groupby(plan.reindex(units.index)).sum()
    return (sizes - sizes.mean()).abs().sum()
