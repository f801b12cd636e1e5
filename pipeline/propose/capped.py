"""Finds the plan of one subdistrict that is least in any one order of aims, within caps on the others.

The least change programme with rows for the caps; its levels are minimised one after another, each held before the
next. Plans found earlier start the later searches.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.partition.model import INFINITY, PartitionModel
from pipeline.propose.affordable import affordable
from pipeline.propose.evening import evened
from pipeline.propose.least_change import (
    Programme,
    Task,
    _build,
    _enough_slots,
    _slots_in_order,
    _task,
    levels_of,
)
from pipeline.propose.pareto import Caps, Solve
from pipeline.propose.plan import new_names
from pipeline.results import Solution
from pipeline.rules import RuleSet

Expression = tuple[dict[int, float], int]
"""Coefficients by column, and a constant."""


def capped_solver(units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, seed: int, first: Solution) -> Solve:
    """Make the solver of one subdistrict; no plan it finds leaves more households outside the limits than `first`.

    `units`, `edges`: as `comply` takes them; `first`: the answer it gave, with a plan.
    """
    task, names = _task(units, edges, rules.lower, rules.upper)
    assert first.plan is not None
    fresh = sorted(set(first.plan) - set(names), key=lambda name: (len(name), name))
    number = {name: at for at, name in enumerate([*names, *fresh])}
    known = [first.plan.loc[task.ground.ids].map(number).to_numpy()]
    outside = int(first.objective[0])
    subdistrict = str(units["subdistrict"].iloc[0])

    def solve(caps: Caps, order: tuple[str, ...], until: float) -> Solution | None:
        begun = time.monotonic()
        found = _within(task, caps, order, until, seed, outside, known)
        if found is None:
            return None
        labels, proved = found
        if labels is None:
            return Solution(None, "gap")
        known.append(labels)
        used = [label for label in dict.fromkeys(labels.tolist()) if label >= len(names)]
        called = dict(enumerate(names)) | dict(zip(used, new_names(subdistrict, names, len(used)), strict=True))
        plan = pd.Series([called[label] for label in labels.tolist()], index=task.ground.ids, name="community")
        reached = levels_of(replace(task, slots=max(task.slots, int(labels.max()) + 1)), labels)
        objective = (reached.outside, reached.changed, reached.moved, reached.border / DECIMETRES)
        floats = tuple(float(value) for value in objective)
        bound = floats if proved else (floats[0], 0.0, 0.0, 0.0)
        return Solution(plan, "optimal" if proved else "gap", floats, bound, 0.0, round(time.monotonic() - begun, 3))

    return solve


def _within(
    task: Task, caps: Caps, order: tuple[str, ...], until: float, seed: int, outside: int, known: list[np.ndarray]
) -> tuple[np.ndarray | None, bool] | None:
    """Labels and whether they are proved; None where there is no plan within the caps."""
    if order[0] == "balance":
        moved = int(task.ground.households.sum()) if caps.moved is None else caps.moved
        known.extend([evened(_wide(task, one), one, moved) for one in known])
    if "balance" not in order:
        return _minimised(task, caps, order, until, seed, outside, known, None)
    found: list[tuple[tuple[float, ...], np.ndarray]] = []
    proved = True
    for parts in _numbers_of_parts(task, caps, outside):
        answer = _minimised(task, caps, order, until, seed, outside, known, parts)
        if answer is None:
            continue
        labels, sure = answer
        proved &= sure
        if labels is not None:
            value = (imbalance(task, labels), *(getattr(levels_of(_wide(task, labels), labels), n) for n in order[1:]))
            found.append((value, labels))
    if not found:
        return None if proved else (None, False)
    return min(found, key=lambda pair: pair[0])[1], proved


def imbalance(task: Task, labels: np.ndarray) -> float:
    """Sum over the communities of what each differs from their mean, in households."""
    sizes = np.bincount(labels, task.ground.households)[np.bincount(labels) > 0]
    return round(float(np.abs(sizes - sizes.mean()).sum()), 3)


def _numbers_of_parts(task: Task, caps: Caps, outside: int) -> list[int]:
    """Numbers of communities that a plan within the cap on changes may come to."""
    total = int(task.ground.households.sum())
    far = task.parts if caps.changed is None else caps.changed
    few = 1 if outside else math.ceil(total / task.upper)
    many = task.communities + far if outside else total // task.lower
    return list(range(max(few, task.communities - far), min(many, task.communities + far) + 1))


def _wide(task: Task, labels: np.ndarray) -> Task:
    return replace(task, slots=max(task.slots, int(labels.max()) + 1 - task.communities))


def _minimised(
    task: Task,
    caps: Caps,
    order: tuple[str, ...],
    until: float,
    seed: int,
    outside: int,
    known: list[np.ndarray],
    parts: int | None,
) -> tuple[np.ndarray | None, bool] | None:
    """Minimise the levels of `order` one after another; `parts`: the number of communities, where it is fixed."""
    total = int(task.ground.households.sum())
    changed_most = caps.changed if caps.changed is not None else len(task.ground)
    task, _ = _enough_slots(
        task, task.today, replace(levels_of(task, task.today), outside=outside, changed=changed_most)
    )
    allowed = np.ones((len(task.ground), task.parts), bool)
    if outside == 0:
        allowed[:, : task.communities] = affordable(
            task.ground,
            task.today,
            task.offices,
            lower=task.lower,
            upper=task.upper,
            moved=total if caps.moved is None else caps.moved,
            none_vanish=changed_most == 0,
        )
    programme = _build(task, allowed, seed, outside=outside)
    model = programme.model
    kept = dict.fromkeys(programme.used, 1.0)
    if parts is not None:
        model.row(parts, parts, kept)
    elif outside == 0:
        model.row(math.ceil(total / task.upper), total // task.lower, kept)
    levels: dict[str, Expression] = {"changed": programme.changed(task), "moved": programme.moved(task)}
    if "border" in order or caps.border is not None:
        levels["border"] = (_border(task, model), 0)
    if parts is not None:
        levels["balance"] = (_imbalance(task, programme, parts), 0)
    for name, cap in (("changed", caps.changed), ("moved", caps.moved), ("border", caps.border)):
        if cap is not None:
            expression, constant = levels[name]
            model.row(-INFINITY, cap - constant + 0.5, expression)

    def worth_of(name: str) -> Callable[[np.ndarray], int]:
        if name == "balance":
            assert parts is not None
            return lambda labels: round(imbalance(task, labels) * parts)
        return lambda labels: int(getattr(levels_of(task, labels), name))

    worths = [worth_of(name) for name in order]
    lawful = [
        labels
        for labels in (_slots_in_order(task, one) for one in known)
        if labels.max() < task.parts and _keeps(task, labels, caps, outside, parts)
        and allowed[np.arange(len(labels)), labels].all()
    ]  # fmt: skip
    best = min(lawful, key=lambda labels: tuple(worth(labels) for worth in worths), default=None)
    proved = True
    for name, worth in zip(order, worths, strict=True):
        expression, constant = levels[name]
        outcome = model.minimise(expression, worth, until=until, constant=constant, start=best)
        if outcome.infeasible:
            return None
        best, proved = outcome.labels if outcome.labels is not None else best, outcome.proved
        if not proved or best is None:
            break
        model.hold(expression, worth(best) - constant, until=until)
    return best, proved


def _keeps(task: Task, labels: np.ndarray, caps: Caps, outside: int, parts: int | None) -> bool:
    reached = levels_of(task, labels)
    pairs = ((reached.changed, caps.changed), (reached.moved, caps.moved), (reached.border, caps.border))
    within = all(cap is None or value <= cap for value, cap in pairs)
    return within and reached.outside <= outside and parts in (None, len(set(labels.tolist())))


def _border(task: Task, model: PartitionModel) -> dict[int, float]:
    """Cost of new borders, as an expression."""
    i, j = task.ground.ends.T
    inside = np.flatnonzero(task.today[i] == task.today[j]).tolist()
    return {column: float(task.ground.cost[edge]) for edge, column in model.cut(inside).items()}


def _imbalance(task: Task, programme: Programme, parts: int) -> dict[int, float]:
    """Sum of |parts x households of a community - all households|, as an expression."""
    model, total = programme.model, float(task.ground.households.sum())
    price = {}
    for part, use in enumerate(programme.used):
        off = model.column(0, INFINITY)
        size = {column: parts * count for column, count in model.households(part).items()}
        model.row(-INFINITY, 0, size | {use: -total, off: -1.0})
        model.row(0, INFINITY, size | {use: -total, off: 1.0})
        price[off] = 1.0
    return price
