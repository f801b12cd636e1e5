"""Finds the division of least moment of inertia: every node belongs to a centre, and a part is what one centre has.

The model is that of Hess, Weaver, Siegfeldt, Whelan and Zitlau, "Nonpartisan political redistricting by computer"
(1965), with separators for contiguity as in Validi, Buchanan and Lykhovyd, "Imposing contiguity constraints in
political districting models" (2022). Before it is solved, prices of the nodes (a Lagrangian bound) rule out centres
and memberships that no better plan can have.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.partition.ground import Ground
from pipeline.partition.instance import Instance
from pipeline.partition.model import Part, PartitionModel
from pipeline.partition.sweep import Division, Task, begin, divide

STEPS = 1500
"""Steps by which the prices of nodes are improved."""
LARGEST = 1e6
"""Greatest coefficient given to the solver; dearer memberships are counted in coarser steps, rounded down."""
FIRST_SHARE = 0.15
"""Share of the time for a compact plan to begin with."""
BUILDING = 2e-4
"""Seconds that one membership takes in the making of the model, at most."""
CLOSE = 1e-7
"""Relative error allowed for in sums of floating-point prices."""


def squares(instance: Instance) -> np.ndarray:
    """Squared distance (n, n) between nodes: int(100 d)^2 with d in the units of x and y."""
    assert instance.places is not None
    apart = instance.places[:, None, :] - instance.places[None, :, :]
    return np.asarray(np.floor(100 * np.hypot(apart[..., 0], apart[..., 1]) + 1e-9).astype(np.int64) ** 2)


def centres_of(instance: Instance, labels: np.ndarray) -> np.ndarray:
    """The best centre of each node's part (n): the node of the part from which the part costs least."""
    price = instance.counts[:, None] * squares(instance)
    centres = np.zeros(len(labels), np.int64)
    for label in np.unique(labels).tolist():
        nodes = np.flatnonzero(labels == label)
        centres[nodes] = nodes[price[np.ix_(nodes, nodes)].sum(axis=0).argmin()]
    return centres


def moment(instance: Instance, labels: np.ndarray) -> int:
    """Sum over nodes of count x int(100 d)^2 to the best centre of their part."""
    price, centres = instance.counts[:, None] * squares(instance), centres_of(instance, labels)
    return sum(int(price[node, centre]) for node, centre in enumerate(centres.tolist()))


def solve_inertia(instance: Instance, task: Task, *, until: float, seed: int = 0) -> Division:
    """Divide at least moment of inertia; `task` is the same instance with compact parts as its aim.

    Labels are arbitrary; the bound holds at any moment.
    """
    now = time.monotonic()
    compact = divide(task, until=now + FIRST_SHARE * (until - now), start=begin(task, seed=seed))
    if compact.infeasible:
        return Division(None, None, 0, True)
    best = compact.labels
    price = instance.counts[:, None] * squares(instance)
    every = np.ones(price.shape, bool)
    while best is not None and time.monotonic() < until:  # settle the centres, then assign anew, while that helps
        centres = np.unique(centres_of(instance, best))
        near_centres = np.zeros_like(every)
        near_centres[:, centres] = True
        shifted = _assigned(instance, task, price, near_centres, best, until=_part_of(until, 0.2), seed=seed)[0]
        if shifted is None or moment(instance, shifted) >= moment(instance, best):
            break
        best = shifted
    value = None if best is None else moment(instance, best)
    bound, possible = _bounded(price, instance, value, until=_part_of(until, 0.3))
    if value is not None and bound >= value:
        return Division(best, value, value)
    labels, further = _assigned(instance, task, price, possible, best, until=until, seed=seed)
    if labels is not None and (value is None or moment(instance, labels) < value):
        best, value = labels, moment(instance, labels)
    if further is None:
        return Division(best, value, bound if value is None else value, value is None)
    bound = max(bound, further)
    return Division(best, value, bound if value is None else min(bound, value))


def _part_of(until: float, share: float) -> float:
    now = time.monotonic()
    return now + share * max(0.0, until - now)


def _assigned(
    instance: Instance,
    task: Task,
    price: np.ndarray,
    possible: np.ndarray,
    start: np.ndarray | None,
    *,
    until: float,
    seed: int,
) -> tuple[np.ndarray | None, int | None]:
    """Best labels met and bound (None: nothing better than `start` exists) over memberships that are `possible` (n, n).

    `start` itself may be impossible; then only what is better counts.
    """
    number = len(price)
    centres = np.flatnonzero(np.diag(possible))
    if len(centres) < instance.parts or not possible[:, centres].any(axis=1).all():
        return start, None
    if possible[:, centres].sum() * BUILDING > until - time.monotonic():
        return start, 0
    step = max(1, int(np.ceil(price[possible].max() / LARGEST)))
    coarse = price // step
    allowed = possible[:, centres].copy()
    ground = _ground(instance, task)
    model = PartitionModel(ground, [Part(int(c), int(c)) for c in centres], allowed, least=instance.lower, seed=seed)
    used = [int(model.x[centre, place]) for place, centre in enumerate(centres.tolist())]
    model.row(instance.parts, instance.parts, dict.fromkeys(used, 1.0))
    for place, use in enumerate(used):
        model.tie_use(place, use)
        size = model.households(place)
        model.row(-np.inf, 0, size | {use: size.get(use, 0.0) - instance.upper})
        model.row(0, np.inf, size | {use: size.get(use, 0.0) - instance.lower})
    cost = {
        int(model.x[node, place]): float(coarse[node, centre])
        for place, centre in enumerate(centres.tolist())
        for node in np.flatnonzero(allowed[:, place]).tolist()
    }
    met = _Met(lambda labels: int(coarse[np.arange(number), centres[labels]].sum()))
    outcome = model.minimise(cost, met.worth, until=until)
    labels = start if met.labels is None else centres[met.labels]
    if outcome.infeasible:
        return start, None
    if outcome.proved and step == 1:
        return labels, None
    return labels, max(0, int(np.floor(outcome.bound * (1 - CLOSE)))) * step if np.isfinite(outcome.bound) else 0


class _Met:
    """Remembers the best labels whose worth was asked."""

    def __init__(self, price: Callable[[np.ndarray], int]):
        self.price = price
        self.labels: np.ndarray | None = None
        self.least = 0

    def worth(self, labels: np.ndarray) -> int:
        value = self.price(labels)
        if self.labels is None or value < self.least:
            self.labels, self.least = labels, value
        return value


def _bounded(price: np.ndarray, instance: Instance, value: int | None, *, until: float) -> tuple[int, np.ndarray]:
    """A bound by prices of nodes, and which node may belong to which centre (n, n) in a plan better than `value`.

    Every node must belong somewhere; for that it pays its price. A centre takes the nodes that pay most beyond what
    they cost, up to `upper` (fractions allowed), and the k cheapest centres are taken.
    """
    number, parts = len(price), instance.parts
    counts = instance.counts.astype(float)
    cost = price.astype(float)
    pay = np.sort(cost, axis=1)[:, min(number - 1, max(1, number // (2 * parts)))].copy()
    best, kept, goal, pace = -np.inf, pay.copy(), value, 1.0
    idle = 0
    for _ in range(STEPS):
        if time.monotonic() >= until:
            break
        gain, taken, _ = _centres(cost, pay, counts, instance)
        chosen = np.argsort(gain, kind="stable")[:parts]
        bound = pay.sum() + gain[chosen].sum()
        if bound > best + 1e-9:
            best, kept, idle = bound, pay.copy(), 0
        else:
            idle += 1
            if idle == 20:
                pace, idle, pay = pace / 1.5, 0, kept.copy()
                if pace < 1e-4:
                    break
                continue
        missing = 1.0 - taken[:, chosen].sum(axis=1)
        length = float((missing**2).sum())
        if length < 1e-12:
            break
        ahead = (goal if goal is not None else 1.05 * abs(bound) + 1) - bound
        pay = pay + pace * max(ahead, 1e-3 * abs(bound)) / length * missing
    gain, taken, share = _centres(cost, kept, counts, instance)
    order = np.argsort(gain, kind="stable")
    bound = kept.sum() + gain[order[:parts]].sum()
    sure = bound - CLOSE * (np.abs(kept).sum() + np.abs(gain[order[:parts]]).sum())
    possible = np.ones(price.shape, bool)
    if value is not None:
        last = gain[order[parts - 1]]
        with_centre = sure + np.maximum(0.0, gain - last)  # the dearest chosen centre makes way
        extra = np.maximum(0.0, cost - kept[:, None] - share[None, :] * counts[:, None])
        possible = with_centre[None, :] + extra < value
        possible &= np.diag(possible)[None, :]
    return max(0, int(np.ceil(sure - 1e-6))), possible


def _centres(
    cost: np.ndarray, pay: np.ndarray, counts: np.ndarray, instance: Instance
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every centre: the least sum of cost - pay over nodes (fractions allowed) of `lower` to `upper` in count, the
    shares taken (n, n), and what one more of count would be worth."""
    reduced = cost - pay[:, None]
    weight = np.maximum(counts, 1e-9)
    density = reduced / weight[:, None]
    order = np.argsort(density, axis=0, kind="stable")
    ordered = np.take_along_axis(density, order, axis=0)
    size = counts[order]
    before = np.cumsum(size, axis=0) - size
    # Of nodes worth taking up to `upper`, of the others only what `lower` still asks for.
    limit = np.where(ordered < 0, instance.upper, instance.lower)
    part = np.clip((limit - before) / np.maximum(size, 1e-9), 0.0, 1.0)
    part = np.where((size == 0) & (ordered < 0), 1.0, np.where(size == 0, 0.0, part))
    taken = np.zeros_like(cost)
    np.put_along_axis(taken, order, part, axis=0)
    gain = (taken * reduced).sum(axis=0)
    filled = (taken * counts[:, None]).sum(axis=0)
    reached = np.where(part > 0, ordered, -np.inf).max(axis=0)
    # The dual price that certifies `gain`: that of the last node taken where a limit binds, else nothing.
    full = filled >= instance.upper - 1e-6
    short = filled <= instance.lower + 1e-6
    share = np.where((full & (reached < 0)) | (short & (reached > 0)), reached, 0.0)
    return gain, taken, share


def _ground(instance: Instance, task: Task) -> Ground:
    near: list[set[int]] = [set() for _ in range(len(instance.ids))]
    for i, j in instance.ends.tolist():
        near[i].add(j)
        near[j].add(i)
    return Ground(
        ids=pd.RangeIndex(len(instance.ids)),
        households=instance.counts,
        anchor=np.zeros(len(instance.ids), bool),
        ends=instance.ends,
        cost=task.cut,
        barrier=np.zeros(len(instance.ends), bool),
        near=tuple(tuple(sorted(row)) for row in near),
    )
