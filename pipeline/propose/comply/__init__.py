"""Brings every community of a subdistrict inside the limits with least change, exactly where time allows.

Minimised in this order: households outside the limits; communities created and abolished; moved households; cost of
the new borders. A community that survives keeps its office unit, or at least one of its units where no office is known.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.partition.relaxation import relaxed
from pipeline.partition.search import improve
from pipeline.propose.comply.levels import Ladder
from pipeline.propose.comply.limits import Found, Limits, fits, worth
from pipeline.propose.comply.naming import named_by, numbered_by
from pipeline.propose.comply.task import Task, even_number, in_order, lawful, levels_of, task_of
from pipeline.propose.decided import Decided
from pipeline.propose.split import first_gap
from pipeline.results import Solution

__all__ = ["ORDERS", "Caps", "Task", "comply", "comply_with", "task_of"]

ORDERS = {
    "changed": ("changed", "moved", "border"),
    "moved": ("moved", "changed", "border"),
    "border": ("border", "changed", "moved"),
    "balance": ("balance", "changed", "moved", "border"),
}
"""By what comes first after the households outside: the order of the levels."""


@dataclass(frozen=True)
class Caps:
    """Most communities created and abolished, moved households, and border cost (m) of a plan; None: any."""

    changed: int | None = None
    moved: int | None = None
    border: float | None = None


def comply(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    lower: int,
    upper: int,
    seconds: float = 60.0,
    seed: int = 0,
    decided: Decided | None = None,
    also: pd.DataFrame | None = None,
    start: pd.Series | None = None,
) -> Solution:
    """Find the least change of one subdistrict that brings its communities inside [lower, upper].

    `units`: households, community, subdistrict, anchor, indexed by unit_id, connected in `edges`. `decided`: what every
    plan keeps to. `also`: further counts by unit_id, in each of which every community lies inside too. `start`: a plan
    known to be lawful. The plan is a Series unit_id -> community; objective and bound are (households outside, created
    + abolished, moved, border cost in m).
    """
    begun = time.monotonic()
    task = task_of(units, edges, lower=lower, upper=upper, decided=decided, also=also)
    known = None if start is None else numbered_by(task, start)
    return comply_with(task, seconds=seconds - (time.monotonic() - begun), seed=seed, start=known)


def comply_with(
    task: Task,
    caps: Caps | None = None,
    order: str = "changed",
    *,
    seconds: float = 60.0,
    seed: int = 0,
    start: np.ndarray | None = None,
) -> Solution:
    """Find the plan of a task that is least in the levels of ORDERS[order], after households outside, within `caps`.

    Objective and bound are the households outside and those levels in their order (border cost in m; balance is the
    sum of |households - mean|). `start`: labels (n) to begin with. Infeasible where no plan is within the caps.
    """
    begun = time.monotonic()
    levels = ("outside", *ORDERS[order])
    most = _most(caps or Caps())
    labels = _start(task, Limits(most), levels, start, seed)
    answer = Ladder(task, levels, most, begun + seconds, seed).climb(labels)
    spent = round(time.monotonic() - begun, 3)
    if answer.labels is None:
        note = "条件相互矛盾或限额过低，不存在方案" if answer.proved else "限时内未找到方案"
        return Solution(None, "infeasible" if answer.proved else "gap", seconds=spent, note=note)
    least = answer.bound if answer.proved else _relaxed(task, answer.labels, answer.bound)
    objective, bound = (
        tuple(_told(task, level, number(level)) for level in levels)
        for number in (lambda level: worth(task, answer.labels, level), least.__getitem__)
    )
    proof = "optimal" if answer.proved else "gap"
    return Solution(named_by(task, answer.labels), proof, objective, bound, first_gap(objective, bound), spent)


def _relaxed(task: Task, labels: np.ndarray, bound: Found) -> Found:
    """Bounds made better, where it can, by the relaxation that lets households flow; it knows the usual order only."""
    if task.decided.excused or list(bound)[:3] != ["outside", "changed", "moved"]:
        return bound
    found = levels_of(task, labels)
    least = relaxed(
        task.ground,
        task.today,
        task.offices,
        lower=task.lower,
        upper=task.upper,
        found=(found.outside, found.changed, found.moved),
    )
    better = {level: max(bound[level], number) for level, number in zip(bound, least, strict=False)}
    return bound | better


def _start(
    task: Task, limits: Limits, levels: tuple[str, ...], known: np.ndarray | None, seed: int
) -> np.ndarray | None:
    """The best lawful labels at hand: those known, today's, those of the search; None where none is lawful."""
    begin = [task.today] if known is None else [known, task.today]
    if levels_of(task, task.today).outside or not lawful(task, task.today):
        binding = task.decided.binding
        locked = np.zeros(task.communities, bool)
        locked[list(task.decided.kept)] = True
        found = improve(
            task.ground,
            task.today,
            task.offices,
            lower=task.lower,
            upper=task.upper,
            seed=seed,
            may=task.decided.may if binding else None,
            fresh=task.decided.fresh if binding else None,
            locked=locked,
        )
        begin.append(in_order(task, found))
    begin = [labels for labels in begin if fits(task, labels, limits)]
    return min(begin, key=lambda labels: tuple(worth(task, labels, level) for level in levels), default=None)


def _most(caps: Caps) -> Found:
    """The caps by level, in whole numbers."""
    border = None if caps.border is None else int(caps.border * DECIMETRES + 1e-6)
    most = {"changed": caps.changed, "moved": caps.moved, "border": border}
    return {level: value for level, value in most.items() if value is not None}


def _told(task: Task, level: str, number: int) -> float:
    """A level's number in the unit that is reported."""
    if level == "border":
        return number / DECIMETRES
    return number / even_number(task) if level == "balance" else float(number)
