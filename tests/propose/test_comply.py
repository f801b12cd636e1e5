"""The compliance engine against every plan, on thin graphs: decisions, two counts, caps, orders, time cut short."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from propose.decision_rows import decided, row
from propose.every_plan import best_of_all, thin_place
from propose.small_places import place, with_offices

from pipeline.propose.comply import ORDERS, Caps, comply, comply_with, task_of
from pipeline.propose.comply.limits import Limits, bounded
from pipeline.propose.comply.reach import Bounds, reach_of
from pipeline.propose.comply.region import least_given, region_of
from pipeline.propose.comply.task import levels_of
from pipeline.propose.decided import Decided, decided_of, honours

LIMITS = {"lower": 1000, "upper": 3000}


def case(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, Decided, pd.DataFrame | None]:
    """A random place; every second one with decisions, every fifth with a second count."""
    rng = np.random.default_rng(seed + 10**6)
    count, communities = int(rng.integers(6, 10)), int(rng.integers(1, 4))
    units, edges = thin_place(
        seed, count, communities, (150, 300, 450, 700)[seed % 4] * 8 // count, offices=seed % 3 > 0
    )
    names = sorted(units["community"].unique())
    rows = []
    if seed % 2:
        some = rng.choice(units.index, 2, replace=False).tolist()
        one, two = str(rng.choice(names)), str(rng.choice(names))
        kinds = [
            row("pin", one, some[0]), row("lock", one), row("accept", one), row("forbid split", one),
            row("force split", one), row("protect", "", some[1]),
        ]  # fmt: skip
        if one != two:
            both = f"{one}、{two}"
            kinds += [row("forbid merge", both), row("force merge", both, new_name=one)]
        rows = [kinds[rng.integers(len(kinds))] for _ in range(int(rng.integers(1, 3)))]
    also = None
    if seed % 5 == 0:
        also = pd.DataFrame({2030: (units["households"] * rng.uniform(0.7, 1.4, count)).astype(int)})
    return units, edges, decided_of(units, decided(*rows), edges), also


def tried(units, edges, rules: Decided, also, **more):
    """The best of all plans that keep to what is decided."""
    further = None if also is None else also.to_numpy()
    return best_of_all(
        units, edges, 1000, 3000, honoured=lambda today, labels: honours(rules, today, labels),
        excused=rules.excused, also=further, **more,
    )  # fmt: skip


@pytest.mark.parametrize("tens", range(15))
def test_the_plan_is_what_trying_every_plan_finds_under_decisions_and_in_two_counts(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        units, edges, rules, also = case(seed)
        expected = tried(units, edges, rules, also)
        found = comply(units, edges, **LIMITS, decided=rules, also=also, seconds=60)
        if expected is None:
            assert (found.proof, found.plan) == ("infeasible", None), seed
        else:
            assert (found.proof, found.objective, found.bound) == ("optimal", expected, expected), seed
        short = comply(units, edges, **LIMITS, decided=rules, also=also, seconds=0.05)
        if short.plan is not None:
            assert short.bound <= expected <= short.objective, seed


@pytest.mark.parametrize("tens", range(9))
def test_the_plan_within_caps_and_in_another_order_is_what_trying_every_plan_finds(tens):
    place_of = {"changed": 1, "moved": 2, "border": 3}
    for seed in range(10 * tens, 10 * tens + 10):
        units, edges, rules, also = case(seed)
        rng = np.random.default_rng(seed)
        order = ("moved", "border", "changed")[seed % 3]
        most = [
            int(rng.integers(0, 4)) if rng.random() < 0.5 else None,
            int(rng.integers(0, 2500)) if rng.random() < 0.5 else None,
            float(rng.integers(0, 30)) if rng.random() < 0.5 else None,
        ]
        places = [0, *(place_of[level] for level in ORDERS[order])]
        expected = tried(
            units, edges, rules, also,
            key=lambda numbers, places=places: tuple(numbers[k] for k in places),
            within=lambda numbers, most=most: all(
                cap is None or value <= cap for value, cap in zip(numbers[1:], most, strict=True)
            ),
        )  # fmt: skip
        task = task_of(units, edges, **LIMITS, decided=rules, also=also)
        found = comply_with(task, Caps(*most), order, seconds=60)
        if expected is None:
            assert (found.proof, found.plan) == ("infeasible", None), seed
        else:
            wanted = tuple(expected[k] for k in places)
            assert (found.proof, found.objective, found.bound) == ("optimal", wanted, wanted), seed


@pytest.mark.parametrize("seed", range(12))
def test_the_most_even_plan_within_caps_is_what_trying_every_plan_finds(seed):
    units, edges = thin_place(seed, 8, 3, 700, offices=True)
    task = task_of(units, edges, **LIMITS)
    total = units["households"].sum()
    fewest, most = task.numbers
    number = max(1, min(max(3, fewest), max(most, fewest)))
    first = comply_with(task, Caps(changed=1), "balance", seconds=60)
    if first.plan is None or first.objective[0]:
        return
    sizes = units["households"].groupby(first.plan).sum()
    assert first.objective[1] == pytest.approx((sizes - total / number).abs().sum())
    other = comply_with(task, Caps(changed=1), "moved", seconds=60)
    sizes = units["households"].groupby(other.plan).sum()
    assert first.objective[1] <= (sizes - total / number).abs().sum() + 1e-6


@pytest.mark.parametrize("seed", range(24))
def test_what_a_plan_can_hold_and_what_regions_give_is_true_of_the_best_plan(seed):
    rng = np.random.default_rng(seed)
    units, edges = place(seed, 6, 5, communities=5, mean=int(rng.integers(300, 420)))
    units = with_offices(units, seed) if seed % 2 else units
    task = task_of(units, edges, **LIMITS)
    best = comply(units, edges, **LIMITS, seconds=3)
    if best.proof != "optimal" or best.objective[:2] != (0, 0):
        return
    number = {name: at for at, name in enumerate(task.decided.communities)}
    labels = best.plan.loc[task.ground.ids].map(number).to_numpy()
    moved = levels_of(task, labels).moved
    tight, bounds = bounded(task, Limits({"outside": 0, "changed": 0, "moved": moved}))
    reach = reach_of(tight, bounds)
    assert reach.possible
    assert reach.least <= moved
    assert reach.allowed[np.arange(len(labels)), labels].all()
    given_away = np.bincount(task.today[labels != task.today], task.ground.households[labels != task.today], 5)
    taken = np.bincount(labels[labels != task.today], task.ground.households[labels != task.today], 5)
    assert (reach.give <= given_away).all()
    assert (taken <= reach.take).all()
    for community, sets in enumerate(reach.kept):
        if sets is not None:
            kept = labels[task.today == community] == community
            assert int(sum(1 << at for at in np.flatnonzero(kept))) in set(sets.tolist())
    for centre in range(5):
        members = task.beside[centre]
        least, none = least_given(region_of(tight, reach, members), moved + 1, np.inf, 0)
        assert least <= given_away[members].sum()
        assert not none


def test_nothing_less_than_the_best_plan_is_possible():
    proved = 0
    for seed in range(12):
        units, edges = place(seed, 5, 4, communities=4, mean=400)
        task = task_of(units, edges, **LIMITS)
        best = comply(units, edges, **LIMITS, seconds=60)
        if best.objective[:2] == (0, 0) and best.objective[2]:
            proved += not reach_of(task, Bounds(0, int(best.objective[2]) - 1, 0, 0)).possible
    assert proved


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_no_bound_is_above_the_optimum_however_short_the_time(seed):
    units, edges = place(seed, 6, 4, communities=4, mean=350)
    full = comply(units, edges, **LIMITS, seconds=60)
    assert full.proof == "optimal"
    for seconds in (0.0, 0.05, 0.2):
        short = comply(units, edges, **LIMITS, seconds=seconds)
        assert short.bound <= full.objective <= short.objective
