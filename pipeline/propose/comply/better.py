"""Looks for the least of one level among the plans that keep to limits and are better than a plan at hand."""

import time
from dataclasses import replace

import numpy as np

from pipeline.partition.model import Outcome
from pipeline.partition.search import mend_and_improve
from pipeline.propose.comply.limits import Limits, bounded, fits, worth
from pipeline.propose.comply.programme import Programme, Sum
from pipeline.propose.comply.reach import reach_of
from pipeline.propose.comply.region import by_regions
from pipeline.propose.comply.task import Task, in_order


class Seeker:
    """Looks for better plans of one task until the clock (time.monotonic) says `until`.

    `regions`: what regions give away in every plan as good as the one that was last improved in moved households;
    `proved`: levels of which no plan within the limits that are looked at has less.
    """

    def __init__(self, task: Task, until: float, seed: int, most_sets: int | None = None):
        self.most_sets = most_sets
        self.task, self.until, self.seed = task, until, seed
        self.regions: tuple[tuple[np.ndarray, int], ...] = ()
        self.proved: dict[str, int] = {}

    def minimise(
        self,
        level: str,
        labels: np.ndarray | None,
        limits: Limits,
        *,
        any_will_do: bool = False,
        nodes: int | None = None,
    ) -> Outcome:
        """Look for the least of one level among the plans within the limits that are better than `labels`."""
        below: float = np.inf if labels is None else worth(self.task, labels, level)
        wanted = limits if labels is None else limits.least(level, int(below) - 1)
        task, bounds = bounded(self.task, wanted)
        within = None if limits.within is None else limits.within[:, : task.parts]
        reach = reach_of(task, bounds, within)
        if not reach.possible:
            return Outcome(None, np.inf, np.inf, True, True)
        if time.monotonic() > self.until:
            return Outcome(None, np.inf, float(reach.least if level == "moved" else 0), False, False)
        if level in ("moved", "border") and labels is not None and within is None and bounds.outside + task.slots == 0:
            if level == "moved":  # one more than is looked for, so that the regions serve the plans as good as this one
                bounds = replace(bounds, moved=int(below))
                self.regions = by_regions(task, bounds, reach_of(task, bounds), self.until, self.seed).regions
                bounds = replace(bounds, moved=int(below) - 1, regions=self.regions)
            else:
                bounds = replace(bounds, regions=self.regions)
            reach = reach_of(task, bounds)
            if not reach.possible:
                return Outcome(None, np.inf, np.inf, True, True)
        outside = limits.most.get("outside")
        programme = Programme(task, reach, outside=outside, seed=self.seed, most_sets=self.most_sets)
        for members, least in bounds.regions:
            programme.give(members, least)
        for other, most in wanted.most.items():
            if other not in ("outside", level):
                floor = float(most) if self.proved.get(other) == most else -np.inf
                programme.limit(_sum(programme, other), most, least=floor)
        expression, constant = _sum(programme, level)
        many = 1
        if level == "outside":  # what is moved pulls the parts together
            many = int(task.ground.households.sum()) + 1
            moved, all_households = programme.moved()
            expression = {c: v * many for c, v in expression.items()} | moved
            constant = constant * many + all_households

        def value(answer: np.ndarray) -> int:
            return worth(task, answer, level) * many + (worth(task, answer, "moved") if many > 1 else 0)

        def mend(broken: np.ndarray) -> np.ndarray | None:
            mended = in_order(task, mend_and_improve(
                task.ground, task.today, task.offices, broken, lower=task.lower, upper=task.upper,
                may=task.decided.may, fresh=task.decided.fresh,
            ))  # fmt: skip
            return mended if mended.max() < task.parts and fits(task, mended, limits) else None

        outcome = programme.model.minimise(
            expression,
            value,
            until=self.until,
            constant=constant,
            mend=mend if level != "border" and limits.within is None else None,
            below=below * many,
            nodes=nodes,
            any_will_do=any_will_do,
        )
        if many > 1:
            value_found, bound = np.floor(outcome.value / many), np.floor((outcome.bound + 1e-6) / many)
            outcome = Outcome(outcome.labels, value_found, bound, outcome.proved, outcome.infeasible)
        if level == "moved" and outcome.bound < reach.least:
            return Outcome(outcome.labels, outcome.value, float(reach.least), outcome.proved, outcome.infeasible)
        return outcome


def _sum(programme: Programme, level: str) -> Sum:
    sums = {
        "outside": programme.outside,
        "changed": programme.changed,
        "moved": programme.moved,
        "border": programme.border,
        "balance": programme.balance,
    }
    return sums[level]()
