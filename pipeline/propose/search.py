"""A local search for plans that change little: starts for the exact programme, answers where there is no time for it.

Steps move one unit at a time to a neighbouring community (tabu search: the best step is taken even where it is
worse, and not undone for a while). Communities appear by cutting the largest in two, and vanish by joining the
smallest to a neighbour, as often as the limits need.
"""

import math
from collections.abc import Sequence

import numpy as np

from pipeline.propose.ground import Ground, pieces
from pipeline.propose.trees import tree_split

OUTSIDE_PRICE = 8
"""Moved households that the search gives for one household fewer outside the limits."""


def improve(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    *,
    lower: int,
    upper: int,
    seed: int = 0,
    steps: int | None = None,
) -> np.ndarray:
    """Change labels (n) of today's communities until few households lie outside the limits.

    `offices`: unit of each community's office or -1; an office never leaves its community unless that is abolished.
    Labels from len(offices) on are new communities. Deterministic for a seed; every part stays connected.
    """
    tabu = _Tabu(ground, today, list(offices), lower, upper)
    steps = 150 + 4 * len(ground) if steps is None else steps
    tabu.match_number(seed)
    best = tabu.run(steps)
    for _ in range(3):
        if tabu.outside(best) == 0 or not tabu.change_number(best, seed):
            break
        again = tabu.run(steps)
        if tabu.outside(again) < tabu.outside(best):
            best = again
    return best


class _Tabu:
    """Labels under change, with the households of each part."""

    def __init__(self, ground: Ground, today: np.ndarray, offices: list[int], lower: int, upper: int):
        self.ground, self.today, self.offices = ground, today.tolist(), offices
        self.lower, self.upper = lower, upper
        self.counts = ground.households.tolist()
        self.labels = today.tolist()
        self.next_label = len(offices)

    def off(self, households: int) -> int:
        """Households of one part outside the limits."""
        return max(0, self.lower - households, households - self.upper)

    def sizes(self, labels: Sequence[int]) -> dict[int, int]:
        """Households of each part in use."""
        found: dict[int, int] = {}
        for label, count in zip(labels, self.counts, strict=True):
            found[label] = found.get(label, 0) + count
        return found

    def outside(self, labels: Sequence[int] | np.ndarray) -> int:
        """Households outside the limits in all."""
        return sum(self.off(size) for size in self.sizes(list(labels)).values())

    def match_number(self, seed: int) -> None:
        """Cut the largest or join the smallest until the number of communities can fit the limits."""
        total = sum(self.counts)
        for _ in range(len(self.counts)):
            number = len(self.sizes(self.labels))
            if number < math.ceil(total / self.upper):
                if not self._cut_largest(seed):
                    return
            elif number > max(1, total // self.lower):
                if not self._join_smallest():
                    return
            else:
                return

    def change_number(self, labels: np.ndarray, seed: int) -> bool:
        """From `labels`, cut the community furthest above the limit or join the one furthest below it."""
        self.labels = labels.tolist()
        sizes = self.sizes(self.labels)
        worst = max(sizes, key=lambda label: (self.off(sizes[label]), -label))
        return self._cut_largest(seed) if sizes[worst] > self.upper else self._join_smallest()

    def _cut_largest(self, seed: int) -> bool:
        sizes = self.sizes(self.labels)
        label = max(sizes, key=lambda part: (sizes[part], -part))
        members = [unit for unit, part in enumerate(self.labels) if part == label]
        inside = _part_of(self.ground, members)
        for low in (self.lower, self.lower // 2, 1):
            halves = tree_split(inside, 2, low, sizes[label] - 1, cost=inside.cost, seed=seed)
            if halves is not None:
                office = self.offices[label] if label < len(self.offices) else -1
                kept = halves[members.index(office)] if office in members else halves[0]
                for unit, half in zip(members, halves.tolist(), strict=True):
                    if half != kept:
                        self.labels[unit] = self.next_label
                self.next_label += 1
                return True
        return False

    def _join_smallest(self) -> bool:
        sizes = self.sizes(self.labels)
        for label in sorted(sizes, key=lambda part: (sizes[part], part)):
            members = [unit for unit, part in enumerate(self.labels) if part == label]
            around = {self.labels[v] for u in members for v in self.ground.near[u]} - {label}
            if around:
                into = min(around, key=lambda part: (sizes[part], part))
                for unit in members:
                    self.labels[unit] = into
                return True
        return False

    def run(self, steps: int) -> np.ndarray:
        """Take `steps` steps from the labels as they are; the best labels met."""
        sizes = self.sizes(self.labels)
        value = self.outside(self.labels) * OUTSIDE_PRICE + self._moved()
        rank = (self.outside(self.labels), value)
        best, best_rank = list(self.labels), rank
        barred: dict[tuple[int, int], int] = {}
        for step in range(steps):
            found = self._best_step(sizes, barred, step)
            if found is None:
                break
            _, unit, part = found
            left = self.labels[unit]
            sizes[left] -= self.counts[unit]
            sizes[part] += self.counts[unit]
            self.labels[unit] = part
            barred[unit, left] = step + 8 + unit % 7
            outside = sum(self.off(size) for size in sizes.values())
            rank = (outside, self._moved())
            if rank < best_rank:
                best, best_rank = list(self.labels), rank
        return np.array(best)

    def _moved(self) -> int:
        return sum(c for c, now, then in zip(self.counts, self.labels, self.today, strict=True) if now != then)

    def _best_step(
        self, sizes: dict[int, int], barred: dict[tuple[int, int], int], step: int
    ) -> tuple[float, int, int] | None:
        """The cheapest step that is not barred and keeps the part it leaves connected."""
        steps = []
        for unit, left in enumerate(self.labels):
            around = {self.labels[v] for v in self.ground.near[unit]} - {left}
            if not around or (left < len(self.offices) and self.offices[left] == unit):
                continue
            count = self.counts[unit]
            leaving = self.off(sizes[left] - count) - self.off(sizes[left])
            home = self.today[unit]
            for part in around:
                if barred.get((unit, part), -1) < step:
                    joining = self.off(sizes[part] + count) - self.off(sizes[part])
                    moved = count * ((part != home) - (left != home))
                    steps.append(((leaving + joining) * OUTSIDE_PRICE + moved, unit, part))
        steps.sort()
        return next((found for found in steps if self._may_leave(found[1])), None)

    def _may_leave(self, unit: int) -> bool:
        """Whether the rest of its part stays connected and, without an office, keeps one of its units of today."""
        label = self.labels[unit]
        rest = [other for other, part in enumerate(self.labels) if part == label and other != unit]
        if label < len(self.offices) and self.offices[label] < 0 and all(self.today[v] != label for v in rest):
            return False
        return len(rest) > 0 and len(pieces(self.ground, rest)) == 1


def _part_of(ground: Ground, members: list[int]) -> Ground:
    """The ground of some of its units."""
    place = {unit: number for number, unit in enumerate(members)}
    kept = [e for e, (i, j) in enumerate(ground.ends.tolist()) if i in place and j in place]
    ends = np.array([[place[i], place[j]] for i, j in ground.ends[kept].tolist()], int).reshape(-1, 2)
    near = tuple(tuple(place[v] for v in ground.near[unit] if v in place) for unit in members)
    return Ground(
        ids=ground.ids[members],
        households=ground.households[members],
        anchor=ground.anchor[members],
        ends=ends,
        cost=ground.cost[kept],
        barrier=ground.barrier[kept],
        near=near,
    )
