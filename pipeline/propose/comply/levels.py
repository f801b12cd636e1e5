"""Minimises the levels of the compliance problem one after the other, each with the earlier ones held, exactly.

A level is proved when no plan is left that keeps the earlier ones and is better in this one; what a plan at hand is
worth bounds what such a plan may move, and with it what is looked at (`reach`).
"""

from dataclasses import dataclass

import numpy as np

from pipeline.propose.comply.around import nearly, neighbourhoods
from pipeline.propose.comply.better import Seeker
from pipeline.propose.comply.limits import Found, Limits, worth
from pipeline.propose.comply.task import Task


@dataclass(frozen=True)
class Answer:
    """Labels (n) or None where nothing lawful was found, a proved lower bound by level, whether all is proved."""

    labels: np.ndarray | None
    bound: Found
    proved: bool


class Ladder:
    """The levels of one task, minimised in `order` until the clock (time.monotonic) says `until`; `most_sets` as in
    Programme."""

    def __init__(
        self, task: Task, order: tuple[str, ...], caps: Found, until: float, seed: int, most_sets: int | None = None
    ):
        self.task, self.order, self.caps = task, order, caps
        self.seeker = Seeker(task, until, seed, most_sets)

    def climb(self, start: np.ndarray | None) -> Answer:
        """Minimise level after level from lawful labels, or None where none are known."""
        labels, limits = start, Limits(dict(self.caps))
        bound = dict.fromkeys(self.order, 0)
        for level in self.order:
            labels, bound[level], proved = self._level(level, labels, limits)
            if labels is None or not proved:
                return Answer(labels, bound, proved and labels is None)
            limits = limits.least(level, bound[level])
            self.seeker.proved[level] = bound[level]
        return Answer(labels, bound, True)

    def _level(self, level: str, labels: np.ndarray | None, limits: Limits) -> tuple[np.ndarray | None, int, bool]:
        """Minimise one level: labels, proved bound, whether it is proved."""
        least = self.task.least_changed if level == "changed" and limits.most.get("outside") == 0 else 0
        if labels is not None and worth(self.task, labels, level) <= least:
            return labels, least, True
        if level == "outside":
            return self._outside(labels, limits)
        if level == "changed":
            return self._changed(labels, limits, least)
        if level == "moved" and labels is not None:
            labels = neighbourhoods(self.seeker, "moved", labels, limits)
        outcome = self.seeker.minimise(level, labels, limits)
        if outcome.proved:
            labels = labels if outcome.labels is None else outcome.labels
            return labels, 0 if labels is None else worth(self.task, labels, level), True
        return labels, _whole(outcome.bound, None if labels is None else worth(self.task, labels, level)), False

    def _outside(self, labels: np.ndarray | None, limits: Limits) -> tuple[np.ndarray | None, int, bool]:
        """Fewest households outside the limits: first look for a plan without any."""
        if self._may_be_zero():
            outcome = self.seeker.minimise("moved", None, limits.least("outside", 0), any_will_do=True)
            if outcome.labels is not None:
                return outcome.labels, 0, True
            if not outcome.infeasible:
                return labels, 0, False
        outcome = self.seeker.minimise("outside", labels, limits)
        labels = labels if outcome.labels is None else outcome.labels
        if outcome.proved:
            return labels, 0 if labels is None else worth(self.task, labels, "outside"), True
        return labels, _whole(outcome.bound, None if labels is None else worth(self.task, labels, "outside")), False

    def _may_be_zero(self) -> bool:
        fewest, most = self.task.numbers
        free = ~self.task.excused[self.task.today]
        return fewest <= most and bool((self.task.counts[free] <= self.task.upper).all())

    def _changed(self, labels: np.ndarray | None, limits: Limits, least: int) -> tuple[np.ndarray | None, int, bool]:
        """Fewest communities created and abolished: number after number is shown to be impossible."""
        most = limits.most.get("changed", len(self.task.ground) + self.task.communities)
        known = most + 1 if labels is None else worth(self.task, labels, "changed")
        for number in range(least, known):
            mended = nearly(self.seeker, limits) if number == 0 else None
            if mended is not None:
                return mended, number, True
            outcome = self.seeker.minimise("moved", None, limits.least("changed", number), any_will_do=True)
            if outcome.labels is not None:
                return outcome.labels, number, True
            if not outcome.infeasible:
                return labels, number, False
        return labels, known, True


def _whole(bound: float, known: int | None) -> int:
    """A proved bound as a whole number."""
    least = max(0, int(np.ceil(bound - 1e-6))) if np.isfinite(bound) else 0
    return least if known is None else min(least, known)
