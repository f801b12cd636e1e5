"""What the plans looked for must keep to, level by level, and what follows for the communities that come and go."""

from dataclasses import dataclass

import numpy as np

from pipeline.propose.comply.reach import Bounds
from pipeline.propose.comply.task import Task, balance_of, lawful, levels_of, with_slots

Found = dict[str, int]
"""Numbers by level."""


@dataclass(frozen=True)
class Limits:
    """What plans looked for must keep to: most of each level (those not named: any), part by part what units may do."""

    most: Found
    within: np.ndarray | None = None

    def least(self, level: str, most: int) -> "Limits":
        """The same with a level held at `most` or less."""
        return Limits(self.most | {level: min(most, self.most.get(level, most))}, self.within)


def worth(task: Task, labels: np.ndarray, level: str) -> int:
    """Number of one level of a labelling."""
    return balance_of(task, labels) if level == "balance" else int(getattr(levels_of(task, labels), level))


def fits(task: Task, labels: np.ndarray, limits: Limits) -> bool:
    """Whether labels are lawful and within the limits of the levels."""
    return all(worth(task, labels, level) <= most for level, most in limits.most.items()) and lawful(task, labels)


def bounded(task: Task, limits: Limits) -> tuple[Task, Bounds]:
    """The task with as many slots as plans within the limits can use, and what is known of these plans."""
    outside, moved = limits.most.get("outside"), limits.most.get("moved")
    total = int(task.ground.households.sum())
    off = total if outside is None else outside
    fewest, most = task.numbers if outside == 0 else ((total - off) // task.upper, (total + off) // task.lower)
    most = max(most, fewest) + len(task.decided.excused)
    ordinary = task.communities
    fewest += len(task.decided.excused)
    changed = limits.most.get("changed", ordinary + most)
    slots = max(0, min(changed, (changed + most - ordinary) // 2, most, len(task.ground)))
    if moved is not None and outside is not None and task.lower > outside:
        slots = min(slots, max(0, moved) // (task.lower - outside))
    vanished = max(0, min(changed, (changed + ordinary - fewest) // 2, ordinary))
    created = max(0, fewest - ordinary) if outside == 0 else 0
    return with_slots(task, slots), Bounds(off, moved, vanished, created)
