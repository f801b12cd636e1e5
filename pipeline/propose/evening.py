"""Evens communities out: moves unit after unit from a larger community to a smaller one while a plan stays lawful."""

import numpy as np

from pipeline.partition.ground import pieces
from pipeline.propose.least_change import Task, levels_of


def evened(task: Task, labels: np.ndarray, most_moved: int) -> np.ndarray:
    """Labels with communities more alike in households, step by step down the sum of their squares.

    Keeps the communities there are, their offices, and one piece each; leaves no more households outside the limits,
    and moves at most `most_moved` from today. Each step is the one that helps most. The least there is it need not find.
    """
    labels, counts = labels.copy(), task.ground.households
    outside = levels_of(task, labels).outside
    while True:
        sizes = np.bincount(labels, counts, task.parts).astype(np.int64)
        steps = []
        for unit, near in enumerate(task.ground.near):
            home = int(labels[unit])
            for part in {int(labels[other]) for other in near} - {home}:
                gain = int(counts[unit]) * int(sizes[home] - sizes[part] - counts[unit])
                if gain > 0:
                    steps.append((-gain, unit, part))
        step = next((step for step in sorted(steps) if _may(task, labels, step[1], step[2], outside, most_moved)), None)
        if step is None:
            return labels
        labels[step[1]] = step[2]


def _may(task: Task, labels: np.ndarray, unit: int, part: int, outside: int, most_moved: int) -> bool:
    """Tell whether a unit may move to a part that it touches."""
    home = int(labels[unit])
    rest = np.flatnonzero(labels == home).tolist()
    rest.remove(unit)
    known = home < task.communities
    if not rest or (known and unit == task.offices[home]) or (known and not (task.today[rest] == home).any()):
        return False
    after = labels.copy()
    after[unit] = part
    reached = levels_of(task, after)
    return reached.outside <= outside and reached.moved <= most_moved and len(pieces(task.ground, rest)) == 1
