"""Evens communities out: moves unit after unit from a larger community to a smaller one while a plan stays lawful."""

import numpy as np

from pipeline.propose.comply.task import Task, lawful, levels_of


def evened(task: Task, labels: np.ndarray, most_moved: int | None) -> np.ndarray:
    """Labels with communities more alike in households, step by step down the sum of their squares.

    Keeps the communities there are and what is decided, leaves no more households outside the limits, and moves at
    most `most_moved` from today. Each step is the one that helps most, so the least there is may be missed.
    """
    labels, counts = labels.copy(), task.ground.households
    outside = levels_of(task, labels).outside
    while True:
        sizes = np.bincount(labels, counts).astype(np.int64)
        steps = []
        for unit, near in enumerate(task.ground.near):
            home = int(labels[unit])
            for part in {int(labels[other]) for other in near} - {home}:
                gain = int(counts[unit]) * int(sizes[home] - sizes[part] - counts[unit])
                if gain > 0:
                    steps.append((-gain, unit, part))
        steps.sort()
        tried = (_stepped(task, labels, unit, part, outside, most_moved) for _, unit, part in steps)
        after = next((new for new in tried if new is not None), None)
        if after is None:
            return labels
        labels = after


def _stepped(
    task: Task, labels: np.ndarray, unit: int, part: int, outside: int, most_moved: int | None
) -> np.ndarray | None:
    """Labels after one step; None where it may not be."""
    after = labels.copy()
    after[unit] = part
    reached = levels_of(task, after)
    far = most_moved is not None and reached.moved > most_moved
    if far or reached.outside > outside or labels[unit] not in after or not lawful(task, after):
        return None
    return after
