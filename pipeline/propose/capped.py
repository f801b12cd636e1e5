"""Finds the plan of one subdistrict that is least in any one order of levels, within caps on the others.

Every plan found starts the later searches that it is within the caps of.
"""

import time

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.propose.comply.levels import Answer, Ladder
from pipeline.propose.comply.limits import Found, Limits, fits, worth
from pipeline.propose.comply.task import Task, in_order, levels_of
from pipeline.propose.evening import evened
from pipeline.propose.pareto import Caps, Solve
from pipeline.propose.plan import new_names
from pipeline.results import Solution


def capped_solver(task: Task, first: pd.Series, seed: int) -> Solve:
    """Make the solver of one task; no plan it finds has more households outside the limits than the plan `first`."""
    known = [labels_of(task, first)]
    outside = levels_of(task, known[0]).outside

    def solve(caps: Caps, order: tuple[str, ...], until: float) -> Solution | None:
        begun = time.monotonic()
        if any(cap is not None and cap < 0 for cap in vars(caps).values()):
            return None
        most: Found = {"outside": outside} | {name: cap for name, cap in vars(caps).items() if cap is not None}
        begin = known + [evened(task, one, caps.moved) for one in known] if order[0] == "balance" else known
        within = [labels for labels in begin if fits(task, labels, Limits(most))]
        start = min(within, key=lambda labels: tuple(worth(task, labels, level) for level in order), default=None)
        answer = Ladder(task, order, most, until, seed, most_sets=0).climb(start)
        if answer.labels is None:
            return None if answer.proved else Solution(None, "gap")
        known.append(answer.labels)
        return _told(task, answer, order, round(time.monotonic() - begun, 3), caps)

    return solve


def labels_of(task: Task, plan: pd.Series) -> np.ndarray:
    """Number a plan (unit_id -> community) as a task does."""
    names = task.decided.communities
    number = {name: at for at, name in enumerate([*names, *sorted(set(plan) - set(names))])}
    return in_order(task, plan.loc[task.ground.ids].map(number).to_numpy(np.int64))


def _told(task: Task, answer: Answer, order: tuple[str, ...], seconds: float, caps: Caps) -> Solution:
    """The answer as a solution with the usual levels; balance is proved only where the number of communities is one."""
    assert answer.labels is not None
    reached = levels_of(task, answer.labels)
    objective = (float(reached.outside), float(reached.changed), float(reached.moved), reached.border / DECIMETRES)
    proved = answer.proved and (order[0] != "balance" or _one_number(task, caps))
    bound = objective if proved else (objective[0], 0.0, 0.0, 0.0)
    names = task.decided.communities
    used = [label for label in dict.fromkeys(answer.labels.tolist()) if label >= task.communities]
    called = dict(enumerate(names)) | dict(zip(used, new_names(task.subdistrict, names, len(used)), strict=True))
    plan = pd.Series([called[label] for label in answer.labels.tolist()], index=task.ground.ids, name="community")
    return Solution(plan, "optimal" if proved else "gap", objective, bound, seconds=seconds)


def _one_number(task: Task, caps: Caps) -> bool:
    """Tell whether every plan within the caps has as many communities: their mean is measured by that number."""
    if caps.changed is None:
        return False
    fewest, most = task.numbers
    return min(most, task.communities + caps.changed) <= max(fewest, task.communities - caps.changed)
