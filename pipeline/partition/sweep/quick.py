"""Good divisions without proof, from several beginnings."""

import time

import numpy as np

from pipeline.partition.sweep.recombine import ROUNDS, recombined
from pipeline.partition.sweep.task import Task, surely_infeasible

BEGINNINGS = 4
"""Quick divisions made before the first sweep."""


def begin(task: Task, *, seed: int = 0, until: float = np.inf) -> np.ndarray | None:
    """Labels (n) of a good division without proof, quickly, or None. Without a time limit the same on any machine."""
    best = None
    if surely_infeasible(task):
        return best
    for number in range(BEGINNINGS):
        if number == 0 or time.monotonic() < until:
            best = _cheaper(task, best, recombined(task, seed=seed + number))
    return best


def improve(task: Task, labels: np.ndarray | None, *, until: float, seed: int = 0) -> np.ndarray | None:
    """Draw divisions anew, each with more steps than the one before, as long as the time allows; the cheapest."""
    steps, number = ROUNDS, BEGINNINGS
    while True:
        begun = time.monotonic()
        labels = _cheaper(task, labels, recombined(task, seed=seed + number, steps=steps))
        number += 1
        steps += steps // 4
        now = time.monotonic()
        if now + 1.5 * (now - begun) > until:
            return labels


def _cheaper(task: Task, one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return other if one is None else one
    return other if task.value(other) < task.value(one) else one
