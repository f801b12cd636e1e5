"""Solves an instance: fewest cut edges or least moment of inertia, with a bound and what is proved."""

import time
from collections import deque
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import HuajieError
from pipeline.partition.columns import column_bound
from pipeline.partition.ground import Ground
from pipeline.partition.inertia import moment, solve_inertia
from pipeline.partition.instance import Instance
from pipeline.partition.sweep import Division, Task, begin, divide, improve

OBJECTIVES = ("cut-edges", "inertia")
SPARE = 0.02
"""Share of the time kept for what comes after the search."""
SWEEPING, PRICING = 0.4, 0.8
"""Shares of the time by which the sweep and the pricing of whole parts are at an end."""


@dataclass(frozen=True)
class Answer:
    """`labels` (n) or None; `found`: its value; `bound`: nothing is less (None when infeasible); `proof`: optimal, gap,
    heuristic (a plan whose bound says nothing) or infeasible, with its `reason`; also why nothing was found."""

    labels: np.ndarray | None
    found: int | None
    bound: int | None
    proof: str
    seconds: float
    parts: int
    reason: str = ""


def solve(instance: Instance, *, objective: str = "cut-edges", seconds: float = 60.0, seed: int = 0) -> Answer:
    """Solve an instance within `seconds`; every plan given back was checked by `breaches`."""
    _warm()
    begun = time.monotonic()
    until = begun + seconds * (1 - SPARE)
    if objective not in OBJECTIVES:
        raise HuajieError(f"There is no objective {objective}; choose one of {', '.join(OBJECTIVES)}.")
    if objective == "inertia" and instance.places is None:
        raise HuajieError("The moment of inertia needs x and y of every node.")
    reason = _obstruction(instance)
    if reason:
        spent = time.monotonic() - begun
        return Answer(None, None, None, "infeasible", round(spent, 3), instance.parts, reason)
    task = cut_task(instance)
    if objective == "inertia":
        division = solve_inertia(instance, task, until=until, seed=seed)
    else:
        division = _fewest_cuts(task, until=until, seed=seed)
    spent = round(time.monotonic() - begun, 3)
    return _answer(instance, objective, division, spent)


def _fewest_cuts(task: Task, *, until: float, seed: int) -> Division:
    """Sweep until proved; where that is beyond reach, price whole parts; what is left of the time goes to better plans.

    The two proofs rest on different arguments: wide fronts hinder both, but many parts only the sweep.
    """
    begun = time.monotonic()
    span = until - begun
    start = begin(task, seed=seed, until=until)
    one = (time.monotonic() - begun) / 2  # more than one of the divisions that were begun with has taken
    division = divide(task, until=begun + SWEEPING * span, start=start)
    if not division.proved and task.parts > 1:
        division = _by_columns(task, division, begun + PRICING * span, seed)
    if division.proved or time.monotonic() + one >= until:
        return division
    labels = improve(task, division.labels, until=until, seed=seed)
    value = None if labels is None else task.value(labels)
    return Division(labels, value, division.bound)


def _by_columns(task: Task, known: Division, until: float, seed: int) -> Division:
    """Better a division and its bound by whole parts, as far as time allows."""
    near: list[list[int]] = [[] for _ in task.households]
    for i, j in task.ends.tolist():
        near[i].append(j)
        near[j].append(i)
    ground = Ground(
        ids=pd.RangeIndex(len(near)),
        households=task.households,
        anchor=np.zeros(len(near), bool),
        ends=task.ends,
        cost=task.cut,
        barrier=np.zeros(len(task.ends), bool),
        near=tuple(tuple(sorted(row)) for row in near),
    )
    found = column_bound(ground, task.parts, task.lower, task.upper, known.labels, until, seed=seed)
    if found.labels is None:
        bound = known.bound if found.proved else max(known.bound, int(found.bound))
        return Division(None, None, bound, infeasible=found.proved)
    labels = found.labels
    if known.labels is not None and task.value(known.labels) <= task.value(labels):
        labels = known.labels
    value = task.value(labels)
    return Division(labels, value, min(value, max(known.bound, int(found.bound))))


def _warm() -> None:
    """Have everything compiled (once on a machine, some seconds) before the clock starts."""
    one = np.ones(1, np.int64)
    task = Task(np.ones(2, np.int64), np.array([[0, 1]]), one, 0 * one, one.astype(bool), 2, 1, 1)
    divide(task, until=np.inf, start=begin(task))


def cut_task(instance: Instance) -> Task:
    """The instance as a division at one for each cut edge."""
    edges = len(instance.ends)
    return Task(
        households=instance.counts,
        ends=instance.ends,
        cut=np.ones(edges, np.int64),
        kept=np.zeros(edges, np.int64),
        joins=np.ones(edges, bool),
        parts=instance.parts,
        lower=instance.lower,
        upper=instance.upper,
    )


def breaches(instance: Instance, labels: np.ndarray) -> list[str]:
    """What a plan breaks: number of parts, limits, connection. Counted anew, with no code of the search."""
    members: dict[int, list[int]] = {}
    for node, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(node)
    found = [] if len(members) == instance.parts else [f"{len(members)} parts in place of {instance.parts}"]
    near: dict[int, set[int]] = {}
    for i, j in instance.ends.tolist():
        near.setdefault(i, set()).add(j)
        near.setdefault(j, set()).add(i)
    for label, nodes in members.items():
        size = sum(int(instance.counts[node]) for node in nodes)
        if not instance.lower <= size <= instance.upper:
            found.append(f"part {label} has {size}, outside {instance.lower} to {instance.upper}")
        reached, ahead = {nodes[0]}, deque([nodes[0]])
        while ahead:
            fresh = {other for other in near.get(ahead.popleft(), ()) if labels[other] == label} - reached
            reached |= fresh
            ahead.extend(sorted(fresh))
        if len(reached) < len(nodes):
            found.append(f"part {label} is in pieces")
    return found


def worth(instance: Instance, labels: np.ndarray, objective: str) -> int:
    """Value of a plan, counted anew."""
    if objective == "inertia":
        return moment(instance, labels)
    return sum(1 for i, j in instance.ends.tolist() if labels[i] != labels[j])


def _answer(instance: Instance, objective: str, division: Division, spent: float) -> Answer:
    parts = instance.parts
    if division.infeasible:
        why = "proved by trying all: no division into connected parts keeps every part within L and U"
        return Answer(None, None, None, "infeasible", spent, parts, why)
    if division.labels is None:
        why = "no plan was met in time, nor was it proved that there is none"
        return Answer(None, None, division.bound, "heuristic", spent, parts, why)
    broken = breaches(instance, division.labels)
    found = worth(instance, division.labels, objective)
    if broken or found != division.value or division.bound > found:
        said = "; ".join(broken) or f"value {found}, not {division.value}, bound {division.bound}"
        raise HuajieError(f"the plan was refused by its own check ({said}). Please report this.")
    proof = "optimal" if division.bound == found else "gap" if division.bound > 0 else "heuristic"
    return Answer(division.labels, found, division.bound, proof, spent, parts)


def _obstruction(instance: Instance) -> str:
    """Why the counts alone allow no plan, or nothing."""
    total, parts, nodes = int(instance.counts.sum()), instance.parts, len(instance.ids)
    largest = int(instance.counts.argmax())
    if instance.counts[largest] > instance.upper:
        return f"node {instance.ids[largest]} has {instance.counts[largest]}, above U {instance.upper}"
    if parts > nodes:
        return f"{nodes} nodes cannot make {parts} parts"
    if not parts * instance.lower <= total <= parts * instance.upper:
        return f"{total} in all does not fit {parts} parts of {instance.lower} to {instance.upper}"
    return ""
