"""Lays a task out as steps: unit after unit, with what the front is before and after."""

from dataclasses import dataclass

import numpy as np

from pipeline.partition.sweep.order import narrow_order
from pipeline.partition.sweep.task import Task


@dataclass(frozen=True)
class Step:
    """One unit is placed: what `grow` needs to know of it."""

    unit: int
    front: int
    beside: np.ndarray
    cut: np.ndarray
    kept: np.ndarray
    joins: np.ndarray
    stay: np.ndarray
    count: int
    left: int


def steps_of(task: Task) -> list[Step]:
    """The steps of a sweep, in an order with a narrow front."""
    number = len(task.households)
    edges: list[list[tuple[int, int]]] = [[] for _ in range(number)]
    for edge, (i, j) in enumerate(task.ends.tolist()):
        edges[i].append((j, edge))
        edges[j].append((i, edge))
    waiting = [len(row) for row in edges]
    left = int(task.households.sum())
    front: list[int] = []
    steps = []
    order = narrow_order(number, task.ends).tolist()
    for place, unit in enumerate(order):
        slot = {other: k for k, other in enumerate(front)}
        beside = [(slot[other], edge) for other, edge in edges[unit] if other in slot]
        for other, _ in edges[unit]:
            waiting[other] -= 1
        now = [*front, unit]
        stay = [k for k, other in enumerate(now) if waiting[other] > 0]
        left -= int(task.households[unit])
        by = np.array([edge for _, edge in beside], np.int64)
        steps.append(
            Step(
                unit,
                len(front),
                np.array([k for k, _ in beside], np.int64),
                task.cut[by].astype(np.int64),
                task.kept[by].astype(np.int64),
                task.joins[by].astype(np.bool_),
                np.array(stay, np.int64),
                int(task.households[unit]),
                left if place + 1 < number else -1,
            )
        )
        front = [now[k] for k in stay]
    return steps
