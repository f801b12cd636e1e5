"""Finds the cheapest division of units into connected parts within limits, with a bound that holds at any moment."""

import time
from dataclasses import dataclass

import numpy as np

from pipeline.partition.sweep.layers import MOST_PIECES, NEVER, finish, grow
from pipeline.partition.sweep.steps import steps_of
from pipeline.partition.sweep.task import Division, Task, least_of, surely_infeasible

WHOLE = int(NEVER)
"""Width that tells no households apart."""
KEPT = 400
"""States that a dive keeps of each layer."""
FIRST_ALLOWANCE, ALLOWANCE = 50_000, 3_000_000
"""States of one sweep at first, and where a division is known and the front is narrow; four times as many whenever the
sweep cannot look far enough."""
NARROW = 10
"""Units in a front that is surely swept."""
MEMORY = 1.5e9
"""Bytes that the states of one sweep may take."""
TIMED = 5_000
"""States of a layer from which on its time is taken, so that no layer is begun that cannot be finished."""
FARTHER = 1.12
"""How far above the bound the next sweep looks."""


def divide(task: Task, *, until: float, start: np.ndarray | None = None) -> Division:
    """Divide until proved or until the clock (time.monotonic) says `until`.

    `start` (n): labels of a lawful division to begin with, such as `begin` gives. What is proved is the same on any
    machine; what is met when the time is up is not.
    """
    search = _Search(task, until, start)
    search.run()
    return search.known()


@dataclass(frozen=True)
class _Swept:
    """For every layer: children of every state, the best of them, and the least price from there to the end (one
    layer more). All are empty when no path survived. `exact`: all households are told apart."""

    child: list[np.ndarray]
    best: list[np.ndarray]
    togo: list[np.ndarray]
    exact: bool


class _OutOfReach(Exception):
    """More states than allowed, or the time is up."""


class _Search:
    """The best labels and the best bound known, and the sweeps that improve them."""

    def __init__(self, task: Task, until: float, start: np.ndarray | None):
        self.task, self.until = task, until
        self.labels, self.bound, self.infeasible = start, least_of(task), False
        self.value = None if start is None else task.value(start)
        self.steps = steps_of(task)
        self.widest = max((len(step.stay) for step in self.steps), default=0)
        self.room = max(1, min(task.parts, self.widest))
        self.pace = np.inf
        self.limits = (task.lower, task.upper, task.parts, int(task.households.sum()))
        self.most = int(MEMORY / (12 * (self.room + 1) + 16))

    def known(self) -> Division:
        """What is known now."""
        bound = self.bound if self.value is None else min(self.bound, self.value)
        return Division(self.labels, self.value, bound, self.infeasible)

    def run(self) -> None:
        """Look farther and farther above the bound until it meets the value."""
        ceiling = self.task.dearest()
        if surely_infeasible(self.task):
            self.infeasible = True
            return
        if self.task.parts > MOST_PIECES:
            return
        allowance = ALLOWANCE if self.value is not None and self.widest <= NARROW else FIRST_ALLOWANCE
        reach = ceiling
        while self.value is None or self.bound < self.value:
            reach = min(reach, ceiling if self.value is None else self.value - 1)
            farther = int(self.bound * FARTHER) + 1
            try:
                self._refine(reach, allowance)
            except _OutOfReach:
                if time.monotonic() >= self.until or (reach <= farther and allowance >= self.most):
                    return
                if reach > farther:
                    reach = max(farther, (reach + self.bound) // 2)
                else:
                    allowance = min(4 * allowance, self.most)
                continue
            if self.value is None and reach >= ceiling:
                self.infeasible = True
                return
            self.bound = max(self.bound, reach + 1 if self.value is None else min(reach + 1, self.value))
            reach = int(self.bound * FARTHER) + 1

    def _refine(self, reach: int, allowance: int) -> None:
        """Settle what there is at a price of `reach` or less: sweep ever more finely until nothing cheaper survives."""
        swept, width = None, WHOLE
        while True:
            swept = self._sweep(swept, reach, width, allowance)
            least = int(swept.togo[0][0]) if swept.togo else reach + 1
            self.bound = max(self.bound, min(least, reach + 1))
            if least > reach:
                return
            self.take(self._decoded(swept))
            if not swept.exact:
                self._dive(swept, reach)
            reach = reach if self.value is None else min(reach, self.value - 1)
            if least > reach:
                return
            width = self.task.upper if width == WHOLE else width
            width = max(1, width // 2)

    def _sweep(self, above: _Swept | None, reach: int, width: int, allowance: int) -> _Swept:
        layer, children, prices, paid = _nothing_placed(self.room), [], [], []
        states, exact = 0, True
        for number, step in enumerate(self.steps):
            begun, before = time.monotonic(), len(layer[2])
            if begun + before / self.pace >= self.until:
                raise _OutOfReach
            prices.append(layer[2])
            layer, child, now_paid, fits = self._grown(layer, above, number, step, reach, width, allowance - states)
            if before > TIMED:
                self.pace = min(self.pace, before / (time.monotonic() - begun))
            if not fits:
                raise _OutOfReach
            children.append(child)
            paid.append(now_paid)
            states += len(layer[2])
            exact = exact and bool((layer[3] == layer[4]).all())
            if not len(layer[2]):
                return _Swept([], [], [], exact)
        return _finished(children, paid, prices, reach, exact)

    def _dive(self, above: _Swept, reach: int) -> None:
        """Follow only the most promising states, with households told apart: quick, proves nothing."""
        layer, children, paid = _nothing_placed(self.room), [], []
        for number, step in enumerate(self.steps):
            grown, child, now_paid, fits = self._grown(layer, above, number, step, reach, 1, self.most)
            if not fits or not len(grown[2]):
                return
            hope = grown[2] + above.togo[number + 1][grown[5]]
            chosen = np.argsort(hope, kind="stable")[:KEPT]
            renumbered = np.full(len(hope) + 1, -1, np.int32)  # the last stands for no child
            renumbered[chosen] = np.arange(len(chosen))
            layer = tuple(column[chosen] for column in grown)
            children.append(renumbered[child])
            paid.append(now_paid)
        dived = _finished(children, paid, [np.zeros(len(child), np.int64) for child in children], WHOLE - 1, True)
        if dived.togo[0][0] < NEVER:
            self.take(self._decoded(dived))

    def _grown(self, layer, above, number, step, reach, width, most):  # type: ignore[no-untyped-def]
        guide = _NO_GUIDE if above is None else (above.child[number], above.togo[number + 1])
        return grow(
            layer,
            guide,
            step.front,
            step.beside,
            step.cut,
            step.kept,
            step.joins,
            step.stay,
            step.count,
            step.left,
            self.limits,
            self.task.uneven,
            reach,
            width,
            most,
        )

    def _decoded(self, swept: _Swept) -> np.ndarray:
        """Labels along the cheapest path; connected, but where households were not told apart maybe out of limits."""
        labels = np.full(len(self.steps), -1)
        front: list[int] = []
        state, fresh = 0, 0
        for number, step in enumerate(self.steps):
            open_parts = list(dict.fromkeys(labels[front].tolist()))
            part = int(swept.best[number][state])
            new = part == len(open_parts)
            labels[step.unit] = fresh if new else open_parts[part]
            fresh += new
            state = int(swept.child[number][state, part])
            now = [*front, step.unit]
            front = [now[slot] for slot in step.stay]
        return labels

    def take(self, labels: np.ndarray | None) -> None:
        """Keep the labels if they are lawful and cheaper than the best so far."""
        if labels is None:
            return
        sizes = np.bincount(labels, self.task.households, self.task.parts)
        if (sizes < self.task.lower).any() or (sizes > self.task.upper).any():
            return
        value = self.task.value(labels)
        if self.value is None or value < self.value:
            self.labels, self.value = labels, value


def _finished(
    children: list[np.ndarray], paid: list[np.ndarray], prices: list[np.ndarray], reach: int, exact: bool
) -> _Swept:
    """Go back over the layers (whose last holds the one state with all parts closed)."""
    togo, best = [np.zeros(1, np.int64)], []
    for child, now_paid, price in zip(reversed(children), reversed(paid), reversed(prices), strict=True):
        rest, choice = finish(child, now_paid, togo[-1], price, reach)
        togo.append(rest)
        best.append(choice)
    return _Swept(children, best[::-1], togo[::-1], exact)


_NO_GUIDE = (np.zeros((0, 1), np.int32), np.zeros(0, np.int64))


def _nothing_placed(room: int) -> tuple[np.ndarray, ...]:
    """The layer with the one state before the first unit."""
    return (
        np.zeros((1, 1), np.uint64),
        np.zeros(1, np.uint64),
        np.zeros(1, np.int64),
        np.zeros((1, room), np.int64),
        np.zeros((1, room), np.int64),
        np.zeros(1, np.int32),
    )
