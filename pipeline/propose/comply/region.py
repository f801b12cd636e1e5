"""Bounds what the communities of a region give away in every plan: the rest of the subdistrict is one place that asks
for nothing and takes anything.

Moved households are a sum over the communities that give them away. In a plan seen from a region everything outside is
one more part, `out`: units of the region that go to any community outside belong to it, and units from outside that the
region takes leave it for nothing. A community outside lies outside with its own territory, so what it takes from the
region hangs together with units out there: the part `out` is connected if the units out there are joined into one.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.partition.ground import Ground
from pipeline.propose.comply.programme import Programme
from pipeline.propose.comply.reach import Bounds, Reach, beyond, reach_of
from pipeline.propose.comply.task import Task
from pipeline.propose.decided import Decided

NODES = 30
"""Branches that the bound of one region is sought in: effort that is the same on every machine."""


@dataclass(frozen=True)
class Region:
    """A task and what its plans can hold, seen from a region. `units`: number of each unit but the last, which is the
    rest of the subdistrict; `own` (n) bool: units of the region, for which moving costs."""

    task: Task
    reach: Reach
    units: np.ndarray
    own: np.ndarray


def region_of(task: Task, reach: Reach, members: np.ndarray) -> Region:
    """See a task and its reach from the communities `members` (C) bool."""
    c = task.communities
    inside = members[task.today]
    taken = ~inside & reach.allowed[:, :c][:, members].any(axis=1)
    taken |= ~inside & reach.allowed[:, c:].any(axis=1)
    units = np.flatnonzero(inside | taken)
    rest = len(units)
    place = np.full(len(task.ground), rest)
    place[units] = np.arange(rest)
    near: list[set[int]] = [set() for _ in range(rest + 1)]
    for at, unit in enumerate(units.tolist()):
        near[at] |= {int(place[other]) for other in task.ground.near[unit]}
        near[at] |= {rest} if taken[unit] else set()
    for at in range(rest):
        for other in near[at]:
            near[other].add(at)
    near[rest].discard(rest)
    chosen = np.flatnonzero(members)
    number = np.full(c, len(chosen))
    number[chosen] = np.arange(len(chosen))
    today = np.append(number[task.today[units]], len(chosen))
    ground = Ground(
        ids=pd.Index(range(rest + 1)),
        households=np.append(task.ground.households[units], 0),
        anchor=np.zeros(rest + 1, bool),
        ends=np.zeros((0, 2), int),
        cost=np.zeros(0, np.int64),
        barrier=np.zeros(0, bool),
        near=tuple(tuple(sorted(row)) for row in near),
    )
    old = reach.allowed[units][:, :c]
    out = old[:, ~members].any(axis=1) | taken[units]
    allowed = np.column_stack([old[:, chosen], out, reach.allowed[units][:, c:]])
    allowed = np.vstack([allowed, np.arange(allowed.shape[1]) == len(chosen)])
    offices = [int(place[task.offices[k]]) if task.offices[k] >= 0 else -1 for k in chosen.tolist()]
    places = len(chosen) + 1
    decided = Decided(
        tuple(str(k) for k in range(places)),
        np.ones((rest + 1, places), bool),
        np.ones(rest + 1, bool),
        excused=(*(int(number[k]) for k in task.decided.excused if members[k]), len(chosen)),
    )
    counts = np.vstack([task.also[units], np.zeros((1, task.also.shape[1]), np.int64)]) if task.also.size else task.also
    seen = Task(ground, today, places, task.slots, (*offices, rest), task.lower, task.upper, decided, counts)
    kept = (*(reach.kept[k] for k in chosen.tolist()), None)
    take, give, stays = (
        np.append(reach.take[chosen], 1 << 40),
        np.append(reach.give[chosen], 0),
        np.append(reach.stays[chosen], True),
    )
    return Region(seen, Reach(allowed, kept, take, give, stays, 0, True), units, np.append(inside[units], False))


def least_given(region: Region, below: int, until: float, seed: int) -> tuple[int, bool]:
    """Bound what a region gives away at the least, up to `below`; and whether it cannot be less than that."""
    programme = Programme(region.task, region.reach, outside=0, seed=seed, whole=False)
    counts, today, x = region.task.ground.households, region.task.today, programme.model.x
    own = np.flatnonzero(region.own)
    stay = {int(x[unit, today[unit]]): -float(counts[unit]) for unit in own if x[unit, today[unit]] >= 0}
    outcome = programme.model.minimise(
        stay,
        lambda labels: int(counts[own][labels[own] != today[own]].sum()),
        until=until,
        constant=float(counts[own].sum()),
        below=below,
        nodes=NODES,
    )
    if outcome.infeasible:
        return below, True
    return max(0, int(np.ceil(outcome.bound - 1e-6))) if np.isfinite(outcome.bound) else 0, False


def by_regions(task: Task, bounds: Bounds, reach: Reach, until: float, seed: int) -> Bounds:
    """Add to the bounds what regions give away, one around each community that must give or take."""
    moved = bounds.moved
    assert moved is not None
    centres = np.flatnonzero((reach.give > 0) | (task.sizes < task.lower)).tolist()
    for centre in sorted(centres, key=lambda c: (int(reach.allowed[task.beside[c][task.today]].sum()), c)):
        members = task.beside[centre]
        others = [region for region in bounds.regions if not (region[0] & members).any()]
        most = moved - int(reach.give[~members].sum()) - beyond(others, reach.give)
        given = int(reach.give[members].sum())
        if given >= most:
            continue
        least, _ = least_given(region_of(task, reach, members), most + 1, until, seed)
        if least > given:
            bounds = replace(bounds, regions=(*bounds.regions, (members, least)))
            reach = reach_of(task, bounds)
        if not reach.possible or reach.least >= moved or time.monotonic() > until:
            break
    return bounds
