"""A local search for plans that change little: starts for the exact programme, answers where there is no time for it.

Simulated annealing moves one unit at a time to a neighbouring community; a step that makes the plan worse is taken
with a chance that shrinks. Communities appear by cutting the largest in two, and vanish by joining the smallest to a
neighbour, as often as the limits need.
"""

import math
import random
from collections.abc import Sequence

import numpy as np

from pipeline.partition.ground import Ground, pieces
from pipeline.partition.trees import tree_split

OUTSIDE_PRICE = 8
"""Moved households that the search gives for one household fewer outside the limits."""
ATTEMPTS = 6
"""Times the search begins anew with another number of communities while some households lie outside the limits."""
BORDER_PRICE = 0.005
"""Moved households that the search gives for a decimetre of new border less: it decides between equals."""
HOT, MILD, COLD = 1.0, 0.15, 0.01
"""Temperatures to begin and end with, in households of a mean unit; `MILD` where the start is nearly right."""


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
    """Change labels (n) of today's communities until few households lie outside the limits and few are moved.

    `offices`: unit of each community's office or -1; an office never leaves its community unless that is abolished.
    Labels from len(offices) on are new communities. Deterministic for a seed; every part stays connected.
    """
    place = _Place(ground, today, offices, lower, upper)
    steps = 4000 * len(ground) if steps is None else steps
    best = today.tolist()
    labels = place.with_number_matched(best, seed)
    for attempt in range(ATTEMPTS):
        found = place.anneal(labels, steps, random.Random(seed + attempt))
        best = min(best, found, key=place.rank)
        if place.rank(best)[0] == 0 and attempt:
            break
        labels = found if place.rank(found)[0] == 0 else place.with_number_changed(found, seed)
    return np.array(best)


def mend_and_improve(
    ground: Ground, today: np.ndarray, offices: Sequence[int], labels: np.ndarray, *, lower: int, upper: int
) -> np.ndarray:
    """Give loose pieces of parts (n labels) to neighbouring parts, then improve the plan with small steps."""
    place = _Place(ground, today, offices, lower, upper)
    whole = place.with_pieces_joined(labels.tolist())
    return np.array(place.anneal(whole, 300 * len(ground), random.Random(0), hot=MILD))


class _Place:
    """What stays the same during a search: counts, neighbours, offices, limits."""

    def __init__(self, ground: Ground, today: np.ndarray, offices: Sequence[int], lower: int, upper: int):
        self.ground, self.today, self.offices = ground, today.tolist(), list(offices)
        self.lower, self.upper = lower, upper
        self.counts = ground.households.tolist()
        self.fixed = set(self.offices) - {-1}
        self.same_home: list[list[tuple[int, int]]] = [[] for _ in self.counts]
        for (i, j), cost in zip(ground.ends.tolist(), ground.cost.tolist(), strict=True):
            if self.today[i] == self.today[j]:
                self.same_home[i].append((j, cost))
                self.same_home[j].append((i, cost))

    def off(self, households: int) -> int:
        """Households of one part outside the limits."""
        return max(0, self.lower - households, households - self.upper)

    def sizes(self, labels: Sequence[int]) -> dict[int, int]:
        """Households of each part in use."""
        found: dict[int, int] = {}
        for label, count in zip(labels, self.counts, strict=True):
            found[label] = found.get(label, 0) + count
        return found

    def rank(self, labels: Sequence[int]) -> tuple[int, int, int, int]:
        """Households outside, communities created and abolished, moved, new border: less is better, in this order."""
        sizes = self.sizes(labels)
        changed = len(set(sizes) ^ set(range(len(self.offices))))
        moved = sum(c for c, now, then in zip(self.counts, labels, self.today, strict=True) if now != then)
        border = sum(
            cost
            for unit, beside in enumerate(self.same_home)
            for other, cost in beside
            if unit < other and labels[unit] != labels[other]
        )
        return sum(self.off(size) for size in sizes.values()), changed, moved, border

    def anneal(self, start: list[int], steps: int, rng: random.Random, hot: float = HOT) -> list[int]:
        """Take random steps from `start`, boldly at first; the best labels met (households outside, then moved)."""
        labels, sizes = list(start), self.sizes(start)
        outside, _, moved, border = self.rank(labels)
        best = list(labels)
        least = now = (outside, moved, border)
        mean = max(1.0, sum(self.counts) / len(self.counts))
        heat, cooling = hot * mean, (COLD / hot) ** (1 / max(1, steps))
        near, counts, today, off = self.ground.near, self.counts, self.today, self.off
        for _ in range(steps):
            heat *= cooling
            unit = int(rng.random() * len(labels))
            if unit in self.fixed or not near[unit]:
                continue
            left, part = labels[unit], labels[near[unit][int(rng.random() * len(near[unit]))]]
            if left == part:
                continue
            count, home = counts[unit], today[unit]
            off_change = off(sizes[left] - count) - off(sizes[left]) + off(sizes[part] + count) - off(sizes[part])
            moved_change = count * ((part != home) - (left != home))
            border_change = self.border_change(unit, left, part, labels)
            worse = off_change * OUTSIDE_PRICE + moved_change + border_change * BORDER_PRICE
            if (worse > 0 and rng.random() >= math.exp(-worse / heat)) or not self._may_leave(unit, labels):
                continue
            labels[unit] = part
            sizes[left] -= count
            sizes[part] += count
            now = (now[0] + off_change, now[1] + moved_change, now[2] + border_change)
            if now < least:
                best, least = list(labels), now
        return self.with_units_home(best)

    def with_units_home(self, labels: list[int]) -> list[int]:
        """Take every unit home that can go without households outside the limits, such as units without households."""
        labels, sizes = list(labels), self.sizes(labels)
        gone_home = True
        while gone_home:
            gone_home = False
            for unit, home in enumerate(self.today):
                left, count = labels[unit], self.counts[unit]
                if left == home or not any(labels[other] == home for other in self.ground.near[unit]):
                    continue
                worse = self.off(sizes[left] - count) - self.off(sizes[left])
                worse += self.off(sizes[home] + count) - self.off(sizes[home])
                cheaper = count > 0 or self.border_change(unit, left, home, labels) <= 0
                if worse <= 0 and cheaper and self._may_leave(unit, labels):
                    labels[unit] = home
                    sizes[left] -= count
                    sizes[home] += count
                    gone_home = True
        return labels

    def border_change(self, unit: int, left: int, part: int, labels: list[int]) -> int:
        """Decimetres of new border cost that appear when a unit goes from part `left` to `part`."""
        return sum(cost * ((labels[other] == left) - (labels[other] == part)) for other, cost in self.same_home[unit])

    def with_pieces_joined(self, labels: list[int]) -> list[int]:
        """Give every piece of a part but the main one to the neighbouring part that is shortest of households.

        A piece that nothing borders on (the ground itself may be in pieces) becomes a part of its own.
        """
        while True:
            sizes = self.sizes(labels)
            loose = [piece for label in sizes for piece in self._loose_pieces(labels, label)]
            if not loose:
                return labels
            piece = loose[0]
            around = {labels[v] for u in piece for v in self.ground.near[u]} - {labels[piece[0]]}
            around = around or {max(len(self.offices), max(labels) + 1)}
            sizes |= dict.fromkeys(around - sizes.keys(), 0)
            into = min(around, key=lambda part: (sizes[part], part))
            labels = [into if unit in piece else part for unit, part in enumerate(labels)]

    def _loose_pieces(self, labels: list[int], label: int) -> list[list[int]]:
        found = pieces(self.ground, [unit for unit, part in enumerate(labels) if part == label])
        office = self.offices[label] if label < len(self.offices) else -1
        main = next((piece for piece in found if office in piece), None)
        main = main or max(found, key=lambda piece: (sum(self.counts[u] for u in piece), -piece[0]))
        return [piece for piece in found if piece is not main]

    def _may_leave(self, unit: int, labels: list[int]) -> bool:
        """Whether the rest of its part stays connected and, without an office, keeps one of its units of today."""
        label, near = labels[unit], self.ground.near
        beside = [other for other in near[unit] if labels[other] == label]
        if not beside:
            return False
        if label < len(self.offices) and self.offices[label] < 0:
            rest = (then for other, then in enumerate(self.today) if labels[other] == label and other != unit)
            if label not in rest:
                return False
        wanted, seen, ahead = set(beside[1:]), {unit, beside[0]}, [beside[0]]
        while wanted and ahead:
            for other in near[ahead.pop()]:
                if labels[other] == label and other not in seen:
                    seen.add(other)
                    wanted.discard(other)
                    ahead.append(other)
        return not wanted

    def with_number_matched(self, labels: list[int], seed: int) -> list[int]:
        """Cut the largest or join the smallest until the number of communities can fit the limits."""
        total = sum(self.counts)
        fewest, most = math.ceil(total / self.upper), max(1, total // self.lower)
        for _ in range(len(labels)):
            number = len(set(labels))
            if fewest <= number <= most:
                break
            changed = self._cut_largest(labels, seed) if number < fewest else self._join_smallest(labels)
            if changed == labels:
                break
            labels = changed
        return labels

    def with_number_changed(self, labels: list[int], seed: int) -> list[int]:
        """Cut every community that is above the limit, or join the smallest where none is."""
        above = sum(size > self.upper for size in self.sizes(labels).values())
        for _ in range(above):
            labels = self._cut_largest(labels, seed)
        return labels if above else self._join_smallest(labels)

    def _cut_largest(self, labels: list[int], seed: int) -> list[int]:
        sizes = self.sizes(labels)
        label = max(sizes, key=lambda part: (sizes[part], -part))
        members = [unit for unit, part in enumerate(labels) if part == label]
        inside = _part_of(self.ground, members)
        fresh = max(len(self.offices), max(labels) + 1)
        for low in (self.lower, self.lower // 2, 1):
            halves = tree_split(inside, 2, low, sizes[label] - 1, cost=inside.cost, seed=seed)
            if halves is not None:
                office = self.offices[label] if label < len(self.offices) else -1
                kept = halves[members.index(office)] if office in members else halves[0]
                new = {unit for unit, half in zip(members, halves.tolist(), strict=True) if half != kept}
                return [fresh if unit in new else part for unit, part in enumerate(labels)]
        return labels

    def _join_smallest(self, labels: list[int]) -> list[int]:
        sizes = self.sizes(labels)
        for label in sorted(sizes, key=lambda part: (sizes[part], part)):
            members = [unit for unit, part in enumerate(labels) if part == label]
            around = {labels[v] for u in members for v in self.ground.near[u]} - {label}
            if around:
                into = min(around, key=lambda part: (sizes[part], part))
                return [into if part == label else part for part in labels]
        return labels


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
