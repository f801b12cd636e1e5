"""A split is the best there is, or says why there is none."""

import pandas as pd
import pytest
from propose.small_places import best_split, connected, place, with_offices

from pipeline.propose import split_community


@pytest.mark.parametrize("seed", range(24))
def test_a_split_is_what_trying_every_split_finds(seed):
    units, edges = place(seed, 3, 3, mean=500, barriers=0.15 * (seed % 3))
    units = with_offices(units, seed) if seed % 2 else units
    lower, upper = [(1000, 3000), (900, 2400), (1500, 2600)][seed % 3]
    solution = split_community(units, edges, lower=lower, upper=upper)
    expected = best_split(units, edges, lower, upper)
    if expected is None:
        assert (solution.plan, solution.proof) == (None, "infeasible")
        assert solution.note
    else:
        assert solution.proof == "optimal"
        assert tuple(round(value, 3) for value in solution.objective) == expected
        assert solution.bound == solution.objective


@pytest.mark.parametrize("seed", range(6))
def test_a_split_into_three_is_what_trying_every_split_finds(seed):
    units, edges = place(100 + seed, 4, 2, mean=900, barriers=0.2)
    solution = split_community(units, edges, lower=1000, upper=int(units["households"].sum() / 2.4))
    assert tuple(round(v, 3) for v in solution.objective) == best_split(
        units, edges, 1000, int(units["households"].sum() / 2.4)
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_part_is_connected_and_within_the_limits(seed):
    units, edges = place(200 + seed, 6, 5, mean=150)
    solution = split_community(units, edges, lower=1000, upper=3000)
    sizes = units["households"].groupby(solution.plan).sum()
    assert sizes.between(1000, 3000).all()
    assert all(connected(set(rows.index), edges) for _, rows in solution.plan.groupby(solution.plan))


def test_part_0_holds_the_office():
    units, edges = place(3, 5, 4, mean=220)
    for office in units.index:
        chosen = units.assign(anchor=units.index == office)
        solution = split_community(chosen, edges, lower=1000, upper=3000)
        assert solution.plan[office] == 0


def test_the_order_of_rows_changes_nothing():
    units, edges = place(5, 5, 5, mean=180)
    one = split_community(units, edges, lower=1000, upper=3000)
    other = split_community(
        units.sample(frac=1, random_state=1), edges.sample(frac=1, random_state=1), lower=1000, upper=3000
    )
    assert one.objective == other.objective
    pd.testing.assert_series_equal(one.plan, other.plan)


def test_a_unit_above_the_upper_limit_is_named():
    units, edges = place(1, 3, 3, mean=300)
    units = units.assign(households=[300, 300, 300, 300, 3500, 300, 300, 300, 300])
    solution = split_community(units, edges, lower=1000, upper=3000)
    assert solution.proof == "infeasible"
    assert "基本单元u04有3500户，超过上限3000户" in solution.note


def test_a_single_unit_cannot_be_split_and_says_what_is_needed():
    units, edges = place(1, 1, 1)
    solution = split_community(units.assign(households=4500), edges, lower=1000, upper=3000)
    assert "只有一个基本单元" in solution.note


def test_an_arithmetic_gap_is_said():
    units, edges = place(1, 3, 3)
    units = units.assign(households=300)
    solution = split_community(units, edges, lower=1500, upper=1600)
    assert solution.note == "2700户不能分成若干个1500—1600户的社区（分1个则超上限，分2个则不足下限）"


def test_barriers_become_borders_where_they_can():
    units, edges = place(7, 4, 4, mean=250)
    units = units.assign(households=250)
    columns = [int(name[1:]) % 4 for name in edges["a"]], [int(name[1:]) % 4 for name in edges["b"]]
    river = [(one, other) == (1, 2) for one, other in zip(*columns, strict=True)]
    solution = split_community(units, edges.assign(barrier=river), lower=1000, upper=3000)
    assert solution.objective[1] == 0
    assert solution.plan.nunique() == 2
