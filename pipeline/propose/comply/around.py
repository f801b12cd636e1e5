"""Improves a plan exactly in one neighbourhood after the other: a community and those beside it, the rest as it is."""

import time

import numpy as np

from pipeline.partition.search import improve
from pipeline.propose.comply.better import Seeker
from pipeline.propose.comply.limits import Limits, fits, worth
from pipeline.propose.comply.task import Task

NODES = 30
"""Branches that one neighbourhood is worth: effort that is the same on every machine."""
SPARE = 200
"""Moved households that may be added where fewer are to lie outside the limits."""


def neighbourhoods(seeker: Seeker, level: str, labels: np.ndarray, limits: Limits) -> np.ndarray:
    """Improve a level exactly in one neighbourhood of communities after the other, until none can be improved."""
    task, best = seeker.task, labels
    failed: set[tuple[int, bytes]] = set()
    improved = True
    while improved:
        improved = False
        for centre in _centres(task, level, best):
            if worth(task, best, level) == 0:
                return best
            near = task.beside[centre]
            members = near[task.today] & np.append(near, np.ones(best.max() + 1, bool))[best]
            state = (centre, best[members].tobytes())
            if state in failed:
                continue
            within = np.zeros((len(best), task.communities + len(best)), bool)
            within[np.arange(len(best)), best] = True
            within[np.ix_(members, np.append(near, np.ones(len(best), bool)))] = True
            most = limits.most if level == "moved" else limits.most | {"moved": worth(task, best, "moved") + SPARE}
            found = seeker.minimise(level, best, Limits(most, within), nodes=NODES)
            if found.labels is None:
                failed.add(state)
            else:
                best, improved = found.labels, True
            if time.monotonic() > seeker.until:
                return labels
    return best


def nearly(seeker: Seeker, limits: Limits) -> np.ndarray | None:
    """Labels without any change of the communities, found by the search and mended neighbourhood by neighbourhood."""
    task = seeker.task
    found = improve(
        task.ground,
        task.today,
        task.offices,
        lower=task.lower,
        upper=task.upper,
        seed=seeker.seed,
        may=task.decided.may,
        fresh=np.zeros(len(task.ground), bool),
        locked=np.ones(task.communities, bool),
    )
    off = {level: most for level, most in limits.most.items() if level != "outside"} | {"changed": 0}
    if not fits(task, found, Limits(off)):
        return None
    found = neighbourhoods(seeker, "outside", found, Limits(off))
    return found if worth(task, found, "outside") == 0 else None


def _centres(task: Task, level: str, labels: np.ndarray) -> list[int]:
    """Communities around which to look: all, or those outside the limits and beside these."""
    if level != "outside":
        return list(range(task.communities))
    sizes = np.bincount(labels, task.ground.households, task.parts)[: task.communities]
    off = (sizes < task.lower) | (sizes > task.upper)
    return [*np.flatnonzero(off).tolist(), *np.flatnonzero(task.beside[off].any(axis=0) & ~off).tolist()]
