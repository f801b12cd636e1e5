"""Brings every community of a subdistrict inside the limits with least change, exactly where time allows.

Minimised in this order: households outside the limits; communities created and abolished; moved households; cost of
the new borders. A community that survives keeps its office unit, or at least one of its units where no office is known.

The levels are solved as three programmes: (outside), (created + abolished, moved), (border cost), each with the
earlier ones held at their optimum. The first is skipped where the second is feasible without any household outside.
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES, Ground, ground_of
from pipeline.partition.model import INFINITY, Outcome, Part, PartitionModel
from pipeline.partition.search import improve, mend_and_improve
from pipeline.propose.affordable import affordable
from pipeline.propose.plan import new_names
from pipeline.propose.split import first_gap
from pipeline.results import Solution

NEAR_STEPS = 2
"""How far from a community its units may come from in the first, quick programme, whose answer starts the whole one."""


@dataclass(frozen=True)
class Task:
    """One subdistrict: its ground, `today` (n) community number of each unit, the limits, and the slots for new ones.

    Numbers 0..communities-1 are today's communities, `slots` further numbers are new ones. `offices`: unit of each
    community's office or -1.
    """

    ground: Ground
    today: np.ndarray
    communities: int
    slots: int
    offices: tuple[int, ...]
    lower: int
    upper: int

    @property
    def parts(self) -> int:
        """Today's communities and slots together."""
        return self.communities + self.slots


@dataclass(frozen=True)
class Levels:
    """The four minimised numbers of a labelling; border cost in decimetres."""

    outside: int
    changed: int
    moved: int
    border: int


def comply(
    units: pd.DataFrame, edges: pd.DataFrame, *, lower: int, upper: int, seconds: float = 60.0, seed: int = 0
) -> Solution:
    """Find the least change of one subdistrict that brings its communities inside [lower, upper].

    `units`: households, community, subdistrict, anchor, indexed by unit_id, connected in `edges`. The plan is a Series
    unit_id -> community; objective and bound are (households outside, created + abolished, moved, border cost in m).
    """
    begun = time.monotonic()
    until = begun + seconds
    task, names = _task(units, edges, lower, upper)
    labels = task.today
    bound: tuple[float, float, float, float]
    if levels_of(task, labels) == Levels(0, 0, 0, 0):
        proof, bound = "optimal", (0.0, 0.0, 0.0, 0.0)
    else:
        labels = improve(task.ground, task.today, task.offices, lower=lower, upper=upper, seed=seed)
        labels = _slots_in_order(task, labels)
        labels, bound = _solve(task, labels, until, seed)
        proof = "optimal"
    levels = levels_of(task, labels)
    objective = (float(levels.outside), float(levels.changed), float(levels.moved), levels.border / DECIMETRES)
    gap = first_gap(objective, bound)
    if any(low < value - 1e-9 for value, low in zip(objective, bound, strict=True)):
        proof = "gap"
    subdistrict = str(units["subdistrict"].iloc[0])
    fresh = new_names(subdistrict, names, task.parts)
    used = [label for label in dict.fromkeys(labels.tolist()) if label >= task.communities]
    called = dict(enumerate(names)) | dict(zip(used, fresh, strict=False))
    plan = pd.Series([called[label] for label in labels.tolist()], index=task.ground.ids, name="community")
    return Solution(plan, proof, objective, bound, gap, round(time.monotonic() - begun, 3))


def levels_of(task: Task, labels: np.ndarray) -> Levels:
    """The four numbers of a labelling, in whole arithmetic."""
    ground = task.ground
    sizes = np.bincount(labels, ground.households, task.parts).astype(np.int64)
    used = np.bincount(labels, minlength=task.parts) > 0
    off = np.maximum(0, np.maximum(task.lower - sizes, sizes - task.upper))[used].sum()
    changed = (~used[: task.communities]).sum() + used[task.communities :].sum()
    moved = ground.households[labels != task.today].sum()
    i, j = ground.ends.T
    fresh = (task.today[i] == task.today[j]) & (labels[i] != labels[j])
    return Levels(int(off), int(changed), int(moved), int(ground.cost[fresh].sum()))


def _task(units: pd.DataFrame, edges: pd.DataFrame, lower: int, upper: int) -> tuple[Task, list[str]]:
    ground = ground_of(units, edges)
    community = units.loc[ground.ids, "community"]
    names = sorted(community.unique().tolist())
    today = pd.Index(names).get_indexer(community)
    offices = tuple(
        next((u for u in np.flatnonzero(today == number).tolist() if ground.anchor[u]), -1)
        for number in range(len(names))
    )
    total = int(ground.households.sum())
    slots = max(1, math.ceil(total / upper) - len(names) + 1)
    return Task(ground, today, len(names), slots, offices, lower, upper), names


def _solve(
    task: Task, start: np.ndarray, until: float, seed: int
) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Best labels found, and proved bounds of the four levels (border in metres)."""
    least_changed = _fewest_changes(task)
    labels = start
    if levels_of(task, labels).outside:
        _, quick = _least_change(task, start, _near(task), until, seed, outside=0)
        labels = _best(task, start, quick.labels)
    found = levels_of(task, labels)
    if found.outside:
        labels, least_outside = _least_outside(task, labels, until, seed)
        found = levels_of(task, labels)
        if least_outside < found.outside:
            return labels, (float(least_outside), 0.0, 0.0, 0.0)
        least_changed = 0
    task, labels = _enough_slots(task, labels, found)
    allowed = _lossless(task, found, least_changed)
    programme, whole = _least_change(task, labels, allowed, until, seed, outside=found.outside)
    labels = _best(task, labels, whole.labels)
    found = levels_of(task, labels)
    if not whole.proved:
        changed, moved = _read_bound(task, whole.bound, found, least_changed)
        return labels, (float(found.outside), float(changed), float(moved), 0.0)
    labels, border = _least_border(task, programme, labels, found, until)
    return labels, (float(found.outside), float(found.changed), float(found.moved), border / DECIMETRES)


def _best(task: Task, one: np.ndarray, other: np.ndarray | None) -> np.ndarray:
    if other is None:
        return one
    ranked = sorted((one, other), key=lambda labels: tuple(vars(levels_of(task, labels)).values()))
    return ranked[0]


def _fewest_changes(task: Task) -> int:
    """Communities that arithmetic alone says must appear or vanish when none may stay outside."""
    total = int(task.ground.households.sum())
    return max(0, math.ceil(total / task.upper) - task.communities, task.communities - total // task.lower)


def _enough_slots(task: Task, labels: np.ndarray, found: Levels) -> tuple[Task, np.ndarray]:
    """Give the whole programme as many slots as any answer as good as `found` could use, and no more."""
    total = int(task.ground.households.sum())
    most_parts = (total + found.outside) // task.lower
    slots = min(found.changed, max(0, (found.changed + most_parts - task.communities) // 2))
    used = len({label for label in labels.tolist() if label >= task.communities})
    return replace(task, slots=max(slots, used)), _slots_in_order(task, labels)


def _slots_in_order(task: Task, labels: np.ndarray) -> np.ndarray:
    """Number the new communities by households, most first, as the programme wants them."""
    sizes = np.bincount(labels, task.ground.households)
    used = sorted({label for label in labels.tolist() if label >= task.communities}, key=lambda k: (-sizes[k], k))
    packed = {label: task.communities + place for place, label in enumerate(used)}
    return np.array([packed.get(label, label) for label in labels.tolist()])


def _lossless(task: Task, found: Levels, least_changed: int) -> np.ndarray:
    """Pairs of unit and part that a plan as good as `found` may hold: all, or those it can afford.

    What can be afforded is known only where no plan has fewer changes (it could move more) and none is outside.
    """
    allowed = np.ones((len(task.ground), task.parts), bool)
    if found.outside == 0 and found.changed == least_changed:
        allowed[:, : task.communities] = affordable(
            task.ground,
            task.today,
            task.offices,
            lower=task.lower,
            upper=task.upper,
            moved=found.moved,
            none_vanish=found.changed == 0,
        )
    return allowed


def _near(task: Task) -> np.ndarray:
    """Units within NEAR_STEPS of each community; new communities take units near communities above the limit."""
    ground = task.ground
    sizes = np.bincount(task.today, ground.households, task.communities)
    reach = np.zeros((len(ground), task.parts), bool)
    reach[np.arange(len(ground)), task.today] = True
    reach[:, task.communities :] = (sizes > task.upper)[task.today][:, None]
    i, j = ground.ends.T
    for _ in range(NEAR_STEPS):
        wider = reach.copy()
        np.logical_or.at(wider, i, reach[j])
        np.logical_or.at(wider, j, reach[i])
        reach = wider
    return reach


@dataclass(frozen=True)
class Programme:
    """A partition model of a task with its variables: `used` (P) column of each part, `off`: columns of households
    outside the limits."""

    model: PartitionModel
    used: tuple[int, ...]
    off: tuple[int, ...]

    def changed(self, task: Task) -> tuple[dict[int, float], int]:
        """Created + abolished, as an expression and a constant."""
        signs = [-1.0] * task.communities + [1.0] * task.slots
        return dict(zip(self.used, signs, strict=True)), task.communities

    def moved(self, task: Task) -> tuple[dict[int, float], int]:
        """Moved households, as an expression and a constant."""
        counts = task.ground.households
        stay = {int(self.model.x[u, p]): -float(counts[u]) for u, p in enumerate(task.today)}
        return stay, int(counts.sum())


def _build(task: Task, allowed: np.ndarray, seed: int, *, outside: int | None) -> Programme:
    """Make the model; `outside`: households that may lie outside the limits in all (None: any number)."""
    strict = outside == 0
    roots = [Part(office if office >= 0 else None, number) for number, office in enumerate(task.offices)]
    roots += [Part(None, task.communities)] * task.slots
    model = PartitionModel(task.ground, roots, allowed, least=task.lower if strict else 0, seed=seed)
    used, off = [], []
    for part in range(task.parts):
        use = model.column(0, 1, whole=True)
        used.append(use)
        size = model.households(part)
        below, above = (model.column(0, 0 if strict else INFINITY) for _ in range(2))
        off += [below, above]
        model.row(0, INFINITY, size | {below: 1.0, use: -float(task.lower)})
        model.row(-INFINITY, 0, size | {above: -1.0, use: -float(task.upper)})
        model.tie_use(part, use)
        if part < task.communities:
            _keep_home(task, model, part, use)
    for part in range(task.communities, task.parts - 1):
        model.row(0, INFINITY, model.households(part) | {c: -v for c, v in model.households(part + 1).items()})
    if outside:
        model.row(-INFINITY, outside + 0.5, dict.fromkeys(off, 1.0))
    return Programme(model, tuple(used), tuple(off))


def _keep_home(task: Task, model: PartitionModel, part: int, use: int) -> None:
    """A community in use holds its office, or one of its units where no office is known."""
    office = task.offices[part]
    if office >= 0:
        model.row(0, 0, {int(model.x[office, part]): 1.0, use: -1.0})
    else:
        home = {int(model.x[unit, part]): 1.0 for unit in np.flatnonzero(task.today == part)}
        model.row(0, INFINITY, home | {use: -1.0})


def _least_change(
    task: Task, start: np.ndarray, allowed: np.ndarray, until: float, seed: int, *, outside: int
) -> tuple[Programme, Outcome]:
    """Minimise created + abolished, then moved households, in one weighted sum (what is moved pulls parts together)."""
    programme = _build(task, allowed, seed, outside=outside)
    many = int(task.ground.households.sum()) + 1
    changed, base = programme.changed(task)
    moved, all_households = programme.moved(task)
    price = {column: value * many for column, value in changed.items()} | moved
    if outside == 0:
        kept = dict.fromkeys(programme.used, 1.0)
        total = many - 1
        programme.model.row(math.ceil(total / task.upper), total // task.lower, kept)

    def worth(labels: np.ndarray) -> int:
        levels = levels_of(task, labels)
        return levels.changed * many + levels.moved

    usable = levels_of(task, start).outside <= outside and allowed[np.arange(len(start)), start].all()
    constant = float(base * many + all_households)
    begin = start if usable else None

    def mend(labels: np.ndarray) -> np.ndarray | None:
        mended = mend_and_improve(task.ground, task.today, task.offices, labels, lower=task.lower, upper=task.upper)
        better = levels_of(task, mended)
        lawful = better.outside <= outside and len(set(mended.tolist()) - set(range(task.parts))) == 0
        return _slots_in_order(task, mended) if lawful else None

    outcome = programme.model.minimise(price, worth, until=until, constant=constant, start=begin, mend=mend)
    return programme, outcome


def _least_outside(task: Task, start: np.ndarray, until: float, seed: int) -> tuple[np.ndarray, int]:
    """Minimise households outside the limits (moved households break ties); labels and proved bound."""
    total = int(task.ground.households.sum())
    most_parts = (total + levels_of(task, start).outside) // task.lower
    task = replace(task, slots=max(task.slots, most_parts - 1 if most_parts > 1 else 0))
    programme = _build(task, np.ones((len(task.ground), task.parts), bool), seed, outside=None)
    many = total + 1
    moved, constant = programme.moved(task)
    price = dict.fromkeys(programme.off, float(many)) | moved

    def worth(labels: np.ndarray) -> int:
        levels = levels_of(task, labels)
        return levels.outside * many + levels.moved

    outcome = programme.model.minimise(price, worth, until=until, constant=float(constant), start=start)
    labels = _best(task, start, outcome.labels)
    found = levels_of(task, labels).outside
    if outcome.proved:
        return labels, found
    floor = math.floor((outcome.bound + 1e-6) / many) if np.isfinite(outcome.bound) else 0
    return labels, max(0, min(found, floor))


def _least_border(
    task: Task, programme: Programme, start: np.ndarray, found: Levels, until: float
) -> tuple[np.ndarray, int]:
    """Among the plans that change least find the one with the cheapest new borders; labels and proved bound (dm).

    Goes on with the programme of the levels above, so that the separators found there need not be found again.
    """
    model = programme.model
    changed, base = programme.changed(task)
    moved, constant = programme.moved(task)
    model.row(-INFINITY, found.changed - base + 0.5, changed)
    model.hold(moved, found.moved - constant, until=until)
    i, j = task.ground.ends.T
    inside = np.flatnonzero(task.today[i] == task.today[j]).tolist()
    price = {column: float(task.ground.cost[edge]) for edge, column in model.cut(inside).items()}
    outcome = model.minimise(price, lambda labels: levels_of(task, labels).border, until=until, start=start)
    labels = _best(task, start, outcome.labels)
    border = levels_of(task, labels).border
    if outcome.proved:
        return labels, border
    floor = math.ceil(outcome.bound - 1e-6) if np.isfinite(outcome.bound) else 0
    return labels, max(0, min(border, floor))


def _read_bound(task: Task, bound: float, found: Levels, least_changed: int) -> tuple[int, int]:
    """Bounds of the second and third level out of a bound of their weighted sum."""
    many = int(task.ground.households.sum()) + 1
    floor = max(0, math.ceil(bound - 1e-6)) if np.isfinite(bound) else 0
    changed = max(least_changed, min(found.changed, floor // many))
    if changed < found.changed:
        return changed, 0
    return changed, max(floor - changed * many, 0 if found.outside else _surplus(task))


def _surplus(task: Task) -> int:
    """Households above the upper limit, which leave their communities in every plan without any outside."""
    sizes = np.bincount(task.today, task.ground.households, task.communities)
    return int(np.maximum(0, sizes - task.upper).sum())
