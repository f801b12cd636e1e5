"""Finds the plan of one subdistrict that is least in any one order of levels, within caps on the others.

Every plan found starts the later searches that it is within the caps of.
"""

import time

import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.propose.comply.levels import Answer, Ladder
from pipeline.propose.comply.limits import Found, Limits, fits, worth
from pipeline.propose.comply.naming import named_by, numbered_by
from pipeline.propose.comply.task import Task, levels_of
from pipeline.propose.evening import evened
from pipeline.propose.pareto import Caps, Solve
from pipeline.results import Solution


def capped_solver(task: Task, first: pd.Series, seed: int) -> Solve:
    """Make the solver of one task; no plan it finds has more households outside the limits than the plan `first`."""
    known = [numbered_by(task, first)]
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


def _told(task: Task, answer: Answer, order: tuple[str, ...], seconds: float, caps: Caps) -> Solution:
    """The answer as a solution with the usual levels; balance is proved only where the number of communities is one."""
    assert answer.labels is not None
    reached = levels_of(task, answer.labels)
    objective = (float(reached.outside), float(reached.changed), float(reached.moved), reached.border / DECIMETRES)
    proved = answer.proved and (order[0] != "balance" or _one_number(task, caps))
    bound = objective if proved else (objective[0], 0.0, 0.0, 0.0)
    plan = named_by(task, answer.labels)
    return Solution(plan, "optimal" if proved else "gap", objective, bound, seconds=seconds)


def _one_number(task: Task, caps: Caps) -> bool:
    """Tell whether every plan within the caps has as many communities: their mean is measured by that number."""
    if caps.changed is None:
        return False
    fewest, most = task.numbers
    return min(most, task.communities + caps.changed) <= max(fewest, task.communities - caps.changed)
