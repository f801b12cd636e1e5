"""Tries other sets of communities: which new ones appear and where, which of today's vanish, which come back.

How many communities appear and vanish is a choice of its own, which no sequence of small moves makes: a community
that is nearly gone lies far outside the limits. So each try makes or ends a part outright.
"""

from collections.abc import Iterator

import numpy as np

from pipeline.partition.search.board import Board
from pipeline.partition.search.parts import dissolve, sprout
from pipeline.partition.search.pieces import joined, pieces_of

MOST = 8
"""Tries of one round."""
Try = tuple[np.ndarray, set[int]]
"""Labels to begin with, and the parts that were touched."""


class Layout:
    """The parts of some labels: which are in use, outside the limits, and beside each other."""

    def __init__(self, board: Board, labels: np.ndarray, parts: int):
        self.board, self.labels, self.parts = board, labels, parts
        self.communities = len(board.office)
        self.size = np.bincount(labels, board.counts, parts).astype(np.int64)
        self.used = np.bincount(labels, minlength=parts) > 0
        first = np.repeat(labels, np.diff(board.ptr))
        then = labels[board.near]
        pairs = np.unique(first[first != then] * parts + then[first != then])
        self.beside: dict[int, list[int]] = {}
        for pair in pairs.tolist():
            self.beside.setdefault(pair // parts, []).append(pair % parts)

    def free(self) -> int:
        """A label that no part has, or -1."""
        free = np.flatnonzero(~self.used[self.communities :])
        return int(free[0]) + self.communities if len(free) else -1

    def around(self, touched: set[int], steps: int) -> np.ndarray:
        """Which parts (P) lie within so many steps of some."""
        found, edge = set(touched), set(touched)
        for _ in range(steps):
            edge = {other for part in edge for other in self.beside.get(part, ())} - found
            found |= edge
        chosen = np.zeros(self.parts, bool)
        chosen[sorted(found)] = True
        return chosen

    def over(self) -> list[int]:
        """Parts above the limits, the largest first."""
        found = np.flatnonzero(self.used & (self.size > self.board.upper)).tolist()
        return sorted(found, key=lambda part: (-self.size[part], part))

    def under(self) -> list[int]:
        """Parts below the limits, the smallest first."""
        found = np.flatnonzero(self.used & (self.size < self.board.lower)).tolist()
        return sorted(found, key=lambda part: (self.size[part], part))


class Tries:
    """Makes tries for labels, by chance drawn from a seed."""

    def __init__(self, board: Board, parts: int, locked: np.ndarray, seed: int):
        self.board, self.parts, self.locked = board, parts, locked
        self.rng = np.random.default_rng(seed)
        self.broken = self.loose(board.today)

    def homed(self, labels: np.ndarray) -> np.ndarray:
        """The same set of communities with every unit at home that is in none of the new ones and still has a home."""
        communities = len(self.board.office)
        used = np.bincount(labels, minlength=self.parts) > 0
        rows = np.arange(len(labels)) if len(self.board.allowed) > 1 else 0
        goes = (labels < communities) & used[self.board.today] & self.board.allowed[rows, self.board.today]
        made = joined(self.board, np.where(goes, self.board.today, labels), self.parts)
        same = ((np.bincount(made, minlength=self.parts) > 0) == used).all()
        return made if same and self.loose(made) <= self.broken else labels

    def loose(self, labels: np.ndarray) -> int:
        """Pieces of parts beside the main ones."""
        return int(pieces_of(self.board, labels).max(initial=-1)) + 1 - len(np.unique(labels))

    def mend_outside(self, labels: np.ndarray, best: np.ndarray) -> list[Try]:
        """Other sets of communities for `labels`, in and around the parts of `best` that lie outside the limits."""
        layout, where = Layout(self.board, labels, self.parts), Layout(self.board, best, self.parts)
        near = sorted({other for part in [*where.over(), *where.under()] for other in where.beside.get(part, ())})
        over, under = where.over()[: MOST // 2], where.under()[: MOST // 2]
        places = (over * 2)[: max(2, MOST // 2)] + self._some(near, MOST // 2)
        makers = [self.created(layout, part) for part in places]
        makers += [self.ended(layout, part) for part in under + self._some(near, MOST // 4)]
        makers += [self.brought_back(layout, part) for part in self._some(self._vanished(layout), MOST // 4)]
        return [made for maker in makers for made in maker]

    def to_number(self, labels: np.ndarray, more: bool) -> list[Try]:
        """One community more, or one fewer, where there are too few or too many for the limits."""
        layout = Layout(self.board, labels, self.parts)
        if more:
            makers = [self.created(layout, part) for part in (layout.over()[:3] * MOST)[:MOST]]
        else:
            used = np.flatnonzero(layout.used).tolist()
            smallest = sorted(used, key=lambda part: (layout.size[part], part))
            makers = [self.ended(layout, part) for part in smallest[:MOST]]
        return [made for maker in makers for made in maker]

    def change_less(self, labels: np.ndarray) -> list[Try]:
        """Fewer changes: each new part ended, each vanished community brought back."""
        layout = Layout(self.board, labels, self.parts)
        makers = [self.ended(layout, part) for part in self._some(self._new(layout), MOST // 2)]
        makers += [self.brought_back(layout, part) for part in self._some(self._vanished(layout), MOST // 2)]
        return [made for maker in makers for made in maker]

    def change_elsewhere(self, labels: np.ndarray) -> list[Try]:
        """As many changes at other places: a new part moved, or another community abolished in place of one."""
        found = []
        layout = Layout(self.board, labels, self.parts)
        for part in self._some(self._new(layout), 3):
            for without, touched in self.ended(layout, part):
                then = Layout(self.board, without, self.parts)
                over = then.over()[:MOST]
                near = sorted(
                    {other for place in [part, *over] for other in layout.beside.get(place, ()) if other != part}
                )
                for other in self._some(over * 2, MOST // 2) + self._some(near, MOST // 4):
                    found += [(new, touched | also) for new, also in self.created(then, other)]
        for part in self._some(self._vanished(layout), 3):
            for whole, touched in self.brought_back(layout, part):
                then = Layout(self.board, whole, self.parts)
                used = np.flatnonzero(then.used[: then.communities]).tolist()
                small = sorted((p for p in used if p != part), key=lambda p: (then.size[p], p))
                for other in self._some(small[: max(MOST, len(used) // 3)], MOST // 2 + MOST // 4):
                    found += [(new, touched | also) for new, also in self.ended(then, other)]
        return self._several(found)

    def created(self, layout: Layout, part: int) -> Iterator[Try]:
        """A new part grown from a unit of a part."""
        label = layout.free()
        inside = np.flatnonzero(layout.labels == part)
        if label < 0 or len(inside) == 0:
            return
        first = int(self.rng.choice(inside))
        low, high = self.board.lower, max(self.board.lower + 1, (self.board.lower + self.board.upper) // 2)
        target = int(self.rng.integers(low, high))
        made = sprout(self.board, layout.labels, self.parts, first, label, target, self._number())
        if made[first] == label:
            yield made, {part, label, *layout.beside.get(part, ())}

    def ended(self, layout: Layout, part: int) -> Iterator[Try]:
        """A part given to the parts around it."""
        if part < layout.communities and self.locked[part]:
            return
        made = dissolve(self.board, layout.labels, self.parts, part, self._number())
        if not (made == part).any():
            yield made, set(layout.beside.get(part, ()))

    def brought_back(self, layout: Layout, part: int) -> Iterator[Try]:
        """A vanished community with its units of today."""
        home = np.flatnonzero(self.board.today == part)
        rows = home if len(self.board.allowed) > 1 else np.zeros(len(home), int)
        home = home[self.board.allowed[rows, part]]
        office = self.board.office[part]
        if len(home) == 0 or (office >= 0 and office not in home):
            return
        made = layout.labels.copy()
        made[home] = part
        made = joined(self.board, made, self.parts)
        gone = layout.used & (np.bincount(made, minlength=self.parts) == 0)
        if (
            self.loose(made) <= self.broken
            and (made == part).any()
            and not (gone[: layout.communities] & self.locked).any()
        ):
            yield made, {part, *layout.labels[home].tolist()}

    def _new(self, layout: Layout) -> list[int]:
        return (np.flatnonzero(layout.used[layout.communities :]) + layout.communities).tolist()

    def _vanished(self, layout: Layout) -> list[int]:
        return np.flatnonzero(~layout.used[: layout.communities]).tolist()

    def _some(self, parts: list[int], most: int) -> list[int]:
        """At most so many of some parts, by chance."""
        if not parts:
            return []
        return [parts[k] for k in self.rng.permutation(len(parts))[:most].tolist()]

    def _several(self, tries: list[Try]) -> list[Try]:
        """At most two rounds' worth of tries, by chance."""
        return [tries[k] for k in self.rng.permutation(len(tries))[: 2 * MOST].tolist()]

    def _number(self) -> int:
        return int(self.rng.integers(1 << 40))
