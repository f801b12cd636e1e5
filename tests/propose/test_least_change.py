"""The compliance plan changes least: proved against every plan there is on small places."""

import time
from types import SimpleNamespace

import highspy
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose.small_places import best_change, connected, place, with_offices

from pipeline.partition.model import PartitionModel
from pipeline.propose.comply import comply


@pytest.mark.parametrize("seed", range(30))
def test_the_plan_is_what_trying_every_plan_finds(seed):
    communities = 2 + seed % 2
    units, edges = place(seed, 4, 2, communities=communities, mean=[450, 700, 250][seed % 3])
    units = with_offices(units, seed) if seed % 2 else units
    solution = comply(units, edges, lower=1000, upper=3000)
    expected = best_change(units, edges, 1000, 3000, most_new=2)
    assert solution.proof == "optimal"
    assert solution.objective == expected
    assert solution.bound == solution.objective


@pytest.mark.parametrize("seed", range(4))
def test_two_new_communities_are_made_where_arithmetic_asks_for_them(seed):
    units, edges = place(50 + seed, 4, 2, communities=1, mean=1000)
    units = units.assign(households=[1000, 900, 1100, 800, 1000, 950, 1050, 900])
    solution = comply(units, edges, lower=1000, upper=3000)
    assert solution.objective[:2] == (0, 2)
    assert solution.objective == best_change(units, edges, 1000, 3000, most_new=2)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), mean=st.integers(80, 400))
def test_no_plan_breaks_a_community_loses_a_household_or_an_office(seed, mean):
    units, edges = place(seed, 5, 4, communities=3, mean=mean)
    units = with_offices(units, seed)
    solution = comply(units, edges, lower=1000, upper=3000, seconds=5)
    plan = solution.plan
    assert plan.index.sort_values().equals(units.index.sort_values())
    assert all(connected(set(rows.index), edges) for _, rows in plan.groupby(plan))
    sizes = units["households"].groupby(plan).sum()
    assert sizes.sum() == units["households"].sum()
    assert sum(max(0, 1000 - h, h - 3000) for h in sizes) == solution.objective[0]
    offices = units.index[units["anchor"]]
    surviving = [office for office in offices if units.loc[office, "community"] in set(plan)]
    assert (plan[surviving] == units.loc[surviving, "community"]).all()


def test_communities_inside_the_limits_stay_as_they_are():
    units, edges = place(9, 4, 4, communities=2, mean=0 + 1)
    units = units.assign(households=[250] * 16)
    before = units["community"].value_counts() * 250
    assert before.between(1000, 3000).all()
    solution = comply(units, edges, lower=1000, upper=3000)
    pd.testing.assert_series_equal(solution.plan.sort_index(), units["community"].sort_index(), check_names=False)
    assert solution.objective == (0, 0, 0, 0)


def test_a_plan_cut_short_keeps_a_valid_bound():
    units, edges = place(11, 6, 4, communities=3, mean=300)
    short = comply(units, edges, lower=1000, upper=3000, seconds=0.001)
    full = comply(units, edges, lower=1000, upper=3000, seconds=60)
    assert full.proof == "optimal"
    assert short.bound <= full.objective <= short.objective


class CutShort:
    """A solver that was stopped before it had an answer, with the bound that it then reports."""

    def __init__(self, solver: object, bound: float):
        self.solver, self.bound = solver, bound

    def __getattr__(self, name: str) -> object:
        return getattr(self.solver, name)

    def getInfo(self) -> SimpleNamespace:
        return SimpleNamespace(mip_dual_bound=self.bound, primal_solution_status=None)


@pytest.mark.parametrize("bound", [-np.inf, np.inf])
def test_a_solver_stopped_before_it_knows_any_bound_proves_nothing_and_does_no_harm(monkeypatch, bound):
    units, edges = place(11, 6, 4, communities=3, mean=300)

    def stopped(model: PartitionModel, *_: object) -> highspy.HighsModelStatus:
        time.sleep(0.05)
        model.solver = CutShort(model.solver, bound)
        return highspy.HighsModelStatus.kTimeLimit

    for name in ("_tighten", "_rule_out"):
        monkeypatch.setattr(PartitionModel, name, lambda *_: -np.inf)
    monkeypatch.setattr(PartitionModel, "_run", stopped)
    solution = comply(units, edges, lower=1000, upper=3000, seconds=0.3)
    assert ("gap", True) == (solution.proof, solution.plan is not None)
    assert all(low <= value for low, value in zip(solution.bound, solution.objective, strict=True))


def test_names_of_new_communities_carry_the_subdistrict_and_a_number():
    units, edges = place(60, 4, 2, communities=1, mean=1000)
    units = units.assign(households=1000)
    solution = comply(units, edges, lower=1000, upper=3000)
    assert sorted(solution.plan.unique()) == ["c0", "s新设1", "s新设2"]
