"""The compliance problem of one subdistrict in arrays, and what a labelling is worth in it."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.partition.ground import Ground, ground_of, pieces
from pipeline.propose.decided import Decided, honours


@dataclass(frozen=True)
class Task:
    """One subdistrict: its ground, `today` (n) community number of each unit, the limits, and the slots for new ones.

    Numbers 0..communities-1 are today's communities, `slots` further numbers are new ones. `offices`: unit of each
    community's office or -1. `also` (n, T): further household counts of the units, in each of which every part must lie
    inside the limits too. `decided`: what every plan must keep to.
    """

    ground: Ground
    today: np.ndarray
    communities: int
    slots: int
    offices: tuple[int, ...]
    lower: int
    upper: int
    decided: Decided
    also: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    subdistrict: str = ""

    @property
    def parts(self) -> int:
        """Today's communities and slots together."""
        return self.communities + self.slots

    @cached_property
    def counts(self) -> np.ndarray:
        """Households of the units (n, 1 + T), today's first."""
        rows = self.also if self.also.size else np.zeros((len(self.ground), 0), np.int64)
        return np.column_stack([self.ground.households, rows])

    @cached_property
    def sizes(self) -> np.ndarray:
        """Households of today's communities (C)."""
        return np.bincount(self.today, self.ground.households, self.communities).astype(np.int64)

    @cached_property
    def beside(self) -> np.ndarray:
        """Pairs of today's communities (C, C) bool that touch, each with itself too."""
        i, j = self.ground.ends.T
        pairs = np.eye(self.communities, dtype=bool)
        pairs[self.today[i], self.today[j]] = pairs[self.today[j], self.today[i]] = True
        return pairs

    @cached_property
    def excused(self) -> np.ndarray:
        """Parts (P) bool whose households outside the limits are accepted."""
        marks = np.zeros(self.parts, bool)
        marks[list(self.decided.excused)] = True
        return marks

    @cached_property
    def may(self) -> np.ndarray:
        """Pairs of unit and part (n, P) bool that decisions and the number of slots leave open."""
        new = np.repeat(self.decided.fresh[:, None], self.slots, axis=1)
        may = np.column_stack([self.decided.may, new])
        may[:, list(self.decided.vanish)] = False
        for community in self.decided.kept:
            office = self.offices[community]
            if office >= 0:
                may[office, np.arange(self.parts) != community] = False
        return may

    @cached_property
    def numbers(self) -> tuple[int, int]:
        """Fewest and most communities inside the limits that the households of all counts make; the excused apart."""
        counted = self.counts[~self.excused[: self.communities][self.today]]
        totals = counted.sum(axis=0)
        return math.ceil(totals.max() / self.upper), int(totals.min() // max(1, self.lower))

    @property
    def ordinary(self) -> int:
        """Today's communities that the limits speak about."""
        return self.communities - len(self.decided.excused)

    @cached_property
    def least_changed(self) -> int:
        """Communities that must appear or vanish when none may stay outside, by arithmetic and by decision."""
        fewest, most = self.numbers
        created = sum(k - 1 for _, k in self.decided.cut[:1])
        asked = len(self.decided.vanish) + created
        return max(0, fewest - self.ordinary, self.ordinary - most, asked)


@dataclass(frozen=True, order=True)
class Levels:
    """The four minimised numbers of a labelling, in their usual order; border cost in decimetres.

    `outside` sums over the communities how far the limits must give way for them, in the worst of all counts.
    """

    outside: int
    changed: int
    moved: int
    border: int


def levels_of(task: Task, labels: np.ndarray) -> Levels:
    """The four numbers of a labelling, in whole arithmetic."""
    ground, parts = task.ground, max(task.parts, int(labels.max(initial=0)) + 1)
    used = np.bincount(labels, minlength=parts) > 0
    counted = used.copy()
    counted[list(task.decided.excused)] = False
    sizes = np.stack([np.bincount(labels, c, parts).astype(np.int64) for c in task.counts.T], axis=1)[counted]
    off = np.maximum(0, task.lower - sizes).max(axis=1) + np.maximum(0, sizes - task.upper).max(axis=1)
    changed = (~used[: task.communities]).sum() + used[task.communities :].sum()
    moved = ground.households[labels != task.today].sum()
    i, j = ground.ends.T
    cut = (task.today[i] == task.today[j]) & (labels[i] != labels[j])
    return Levels(int(off.sum()), int(changed), int(moved), int(ground.cost[cut].sum()))


def balance_of(task: Task, labels: np.ndarray) -> int:
    """Sum over the communities of |households - mean|, times `even_number` (so that it is whole).

    The mean is that of the number of communities that is nearest to today's among those that fit the limits.
    """
    number, total = even_number(task), int(task.ground.households.sum())
    sizes = np.bincount(labels, task.ground.households)[np.bincount(labels) > 0].astype(np.int64)
    return int(np.abs(sizes * number - total).sum())


def even_number(task: Task) -> int:
    """Number of communities that balance is measured by."""
    fewest, most = task.numbers
    return max(1, min(max(task.communities, fewest), max(most, fewest)))


def lawful(task: Task, labels: np.ndarray) -> bool:
    """Whether every part is connected, keeps its office or one of its units, and every decision is honoured."""
    for label in set(labels.tolist()):
        members = np.flatnonzero(labels == label)
        if len(pieces(task.ground, members.tolist())) != 1:
            return False
        if label < task.communities:
            office = task.offices[label]
            if (labels[office] != label) if office >= 0 else not (task.today[members] == label).any():
                return False
    return honours(task.decided, task.today, labels)


def task_of(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    lower: int,
    upper: int,
    decided: Decided | None = None,
    also: pd.DataFrame | None = None,
) -> Task:
    """Make the task of one subdistrict, with as many slots as arithmetic asks for; names are those of `decided`."""
    ground = ground_of(units, edges)
    community = units.loc[ground.ids, "community"].astype("str")
    names = tuple(sorted(community.unique().tolist()))
    if decided is None:
        decided = Decided(names, np.ones((len(ground), len(names)), bool), np.ones(len(ground), bool))
    today = pd.Index(names).get_indexer(community)
    offices = tuple(
        next((u for u in np.flatnonzero(today == number).tolist() if ground.anchor[u]), -1)
        for number in range(len(names))
    )
    further = np.zeros((len(ground), 0), np.int64) if also is None else also.loc[ground.ids].to_numpy(np.int64)
    parent = str(units["subdistrict"].iloc[0]) if "subdistrict" in units else ""
    task = Task(ground, today, len(names), 0, offices, lower, upper, decided, further, parent)
    return with_slots(task, max(1, task.numbers[0] - task.ordinary + 1, *(k for _, k in decided.cut)))


def with_slots(task: Task, slots: int) -> Task:
    """The same task with another number of slots."""
    return replace(task, slots=slots)


def in_order(task: Task, labels: np.ndarray) -> np.ndarray:
    """Number the new communities by households, most first, as the programme wants them."""
    sizes = np.bincount(labels, task.ground.households)
    used = sorted({label for label in labels.tolist() if label >= task.communities}, key=lambda k: (-sizes[k], k))
    packed = {label: task.communities + place for place, label in enumerate(used)}
    return np.array([packed.get(label, label) for label in labels.tolist()])
