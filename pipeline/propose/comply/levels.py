"""Minimises the levels of the compliance problem one after the other, each with the earlier ones held, exactly.

A level is proved when no plan is left that keeps the earlier ones and is better in this one; what a plan at hand is
worth bounds what such a plan may move, and with it what is looked at (`reach`).
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from pipeline.partition.model import Outcome
from pipeline.partition.search import mend_and_improve
from pipeline.propose.comply.programme import Programme, Sum
from pipeline.propose.comply.reach import Bounds, Reach, beyond, reach_of
from pipeline.propose.comply.region import least_given, region_of
from pipeline.propose.comply.task import Task, balance_of, in_order, lawful, levels_of, with_slots

DEBUG = False
NODES = 100
Found = dict[str, int]
"""Numbers by level."""


@dataclass(frozen=True)
class Answer:
    """Labels (n) or None where nothing lawful was found, a proved lower bound by level, whether all is proved."""

    labels: np.ndarray | None
    bound: Found
    proved: bool


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


class Ladder:
    """The levels of one task, minimised in `order` until the clock (time.monotonic) says `until`."""

    def __init__(
        self,
        task: Task,
        order: tuple[str, ...],
        caps: Found,
        until: float,
        seed: int,
        most_sets: int | None = None,
    ):
        self.task, self.order, self.caps, self.until, self.seed = task, order, caps, until, seed
        self.most_sets = most_sets
        self.regions: tuple[tuple[np.ndarray, int], ...] = ()

    def climb(self, start: np.ndarray | None) -> Answer:
        """Minimise level after level from lawful labels, or None where none are known."""
        labels, limits = start, Limits(dict(self.caps))
        bound = dict.fromkeys(self.order, 0)
        for level in self.order:
            labels, bound[level], proved = self._level(level, labels, limits)
            if labels is None or not proved:
                return Answer(labels, bound, proved and labels is None)
            limits = limits.least(level, bound[level])
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
            labels = self._neighbourhoods(labels, limits)
        outcome = self.minimise(level, labels, limits)
        if outcome.proved:
            labels = labels if outcome.labels is None else outcome.labels
            return labels, 0 if labels is None else worth(self.task, labels, level), True
        return labels, _whole(outcome.bound, None if labels is None else worth(self.task, labels, level)), False

    def _outside(self, labels: np.ndarray | None, limits: Limits) -> tuple[np.ndarray | None, int, bool]:
        """Fewest households outside the limits: first look for a plan without any."""
        if self._may_be_zero():
            outcome = self.minimise("moved", None, limits.least("outside", 0), any_will_do=True)
            if outcome.labels is not None:
                return outcome.labels, 0, True
            if not outcome.infeasible:
                return labels, 0, False
        outcome = self.minimise("outside", labels, limits)
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
            outcome = self.minimise("moved", None, limits.least("changed", number), any_will_do=True)
            if outcome.labels is not None:
                return outcome.labels, number, True
            if not outcome.infeasible:
                return labels, number, False
        return labels, known, True

    def _neighbourhoods(self, labels: np.ndarray, limits: Limits) -> np.ndarray:
        """Improve the moved households exactly in one neighbourhood of communities after the other."""
        task, best = self.task, labels
        beside = task.beside
        failed: set[tuple[int, bytes]] = set()
        improved = True
        while improved:
            improved = False
            for centre in range(task.communities):
                near = beside[centre]
                members = near[task.today] & np.append(near, np.ones(best.max() + 1, bool))[best]
                state = (centre, best[members].tobytes())
                if state in failed:
                    continue
                t0 = time.process_time()
                within = np.zeros((len(best), task.communities + len(best)), bool)
                within[np.arange(len(best)), best] = True
                parts = np.append(near, np.ones(len(best), bool))
                within[np.ix_(members, parts)] = True
                found = self.minimise("moved", best, Limits(limits.most, within), nodes=NODES)
                if DEBUG:
                    print(
                        "  near",
                        centre,
                        members.sum(),
                        worth(task, best, "moved"),
                        found.value,
                        found.proved,
                        round(time.process_time() - t0, 3),
                    )
                if found.labels is None:
                    failed.add(state)
                else:
                    best, improved = found.labels, True
                if time.monotonic() > self.until:
                    return labels
        return best

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
        below = np.inf if labels is None else worth(self.task, labels, level)
        wanted = limits if labels is None else limits.least(level, int(below) - 1)
        task, bounds = self._bounded(wanted)
        within = None if limits.within is None else limits.within[:, : task.parts]
        reach = reach_of(task, bounds, within)
        if not reach.possible:
            return Outcome(None, np.inf, np.inf, True, True)
        if time.monotonic() > self.until:
            return Outcome(None, np.inf, float(reach.least if level == "moved" else 0), False, False)
        if level in ("moved", "border") and labels is not None and within is None and self._divides(task, bounds):
            if level == "moved":  # one more than is looked for, so that the regions serve the plans as good as this one
                bounds = replace(bounds, moved=int(below))
                reach, bounds = self._by_regions(task, bounds, reach_of(task, bounds))
                self.regions = bounds.regions
                bounds = replace(bounds, moved=int(below) - 1)
            else:
                bounds = replace(bounds, regions=self.regions)
            reach = reach_of(task, bounds)
            if DEBUG:
                print("   then pairs", reach.allowed.sum() - len(task.ground), "least", reach.least)
            if not reach.possible:
                return Outcome(None, np.inf, np.inf, True, True)
        t0 = time.process_time()
        programme = Programme(task, reach, outside=limits.most.get("outside"), seed=self.seed, most_sets=self.most_sets)
        for members, least in bounds.regions:
            own = np.flatnonzero(members[task.today])
            stay = {
                int(programme.model.x[u, task.today[u]]): -float(task.ground.households[u])
                for u in own
                if programme.model.x[u, task.today[u]] >= 0
            }
            programme.model.row(least - float(task.ground.households[own].sum()) - 0.5, np.inf, stay)
        for other, most in wanted.most.items():
            if other not in ("outside", level):
                programme.limit(_sum(programme, other), most)
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
        if DEBUG and within is None:
            print("  whole", level, outcome.value, outcome.bound, outcome.proved, round(time.process_time() - t0, 2))
        if many > 1:
            value_found, bound = outcome.value // many, np.floor((outcome.bound + 1e-6) / many)
            outcome = Outcome(outcome.labels, value_found, bound, outcome.proved, outcome.infeasible)
        if level == "moved" and outcome.bound < reach.least:
            return Outcome(outcome.labels, outcome.value, float(reach.least), outcome.proved, outcome.infeasible)
        return outcome

    def _divides(self, task: Task, bounds: Bounds) -> bool:
        """Whether regions say anything: nothing lies outside, nothing is created."""
        return bounds.outside == 0 and task.slots == 0

    def _by_regions(self, task: Task, bounds: Bounds, reach: Reach) -> tuple[Reach, Bounds]:
        """Bound what regions give away, one around each community that must give or take."""
        beside = task.beside
        assert bounds.moved is not None
        centres = np.flatnonzero((reach.give > 0) | (task.sizes < task.lower)).tolist()
        known: dict[int, tuple[np.ndarray, int]] = {}
        for centre in sorted(centres, key=lambda c: (reach.allowed[beside[c][task.today]].sum(), c)):
            members = beside[centre]
            others = [region for region in known.values() if not (region[0] & members).any()]
            most = bounds.moved - int(reach.give[~members].sum()) - beyond(others, reach.give)
            t0 = time.process_time()
            least, none = least_given(region_of(task, reach, members), most + 1, self.until, self.seed, NODES)
            if DEBUG:
                print(
                    "  region",
                    centre,
                    members.sum(),
                    int(reach.give[members].sum()),
                    most,
                    "->",
                    least,
                    none,
                    round(time.process_time() - t0, 3),
                )
            if least > reach.give[members].sum():
                known[centre] = (members, least)
                bounds = replace(bounds, regions=tuple(known.values()))
                reach = reach_of(task, bounds)
                if DEBUG:
                    print("   pairs", reach.allowed.sum() - len(task.ground), "least", reach.least)
                if not reach.possible or time.monotonic() > self.until:
                    break
        return reach, bounds

    def _bounded(self, limits: Limits) -> tuple[Task, Bounds]:
        """The task with as many slots as plans within the limits can use, and what is known of these plans."""
        task = self.task
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
            slots = min(slots, moved // (task.lower - outside))
        vanished = max(0, min(changed, (changed + ordinary - fewest) // 2, ordinary))
        created = max(0, fewest - ordinary) if outside == 0 else 0
        return with_slots(task, slots), Bounds(off, moved, vanished, created)


def _sum(programme: Programme, level: str) -> Sum:
    sums = {
        "outside": programme.outside,
        "changed": programme.changed,
        "moved": programme.moved,
        "border": programme.border,
        "balance": programme.balance,
    }
    return sums[level]()


def _whole(bound: float, known: int | None) -> int:
    """A proved bound as a whole number."""
    least = max(0, int(np.ceil(bound - 1e-6))) if np.isfinite(bound) else 0
    return least if known is None else min(least, known)
