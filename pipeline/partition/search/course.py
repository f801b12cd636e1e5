"""The course of a search: today's communities first, then other sets of communities in rounds, then the best again."""

import math

import numpy as np

from pipeline.partition.search.anneal import anneal
from pipeline.partition.search.board import Board, Worth, worth_of
from pipeline.partition.search.names import named
from pipeline.partition.search.pieces import joined
from pipeline.partition.search.polish import polish
from pipeline.partition.search.tries import Layout, Tries, Try

STEPS, WIDEST = 1000, 40.0
"""Steps of a search for each unit and each unit across (the square root of their number, at most `WIDEST`)."""
HOT, WARM, MILD, COLD = 1.0, 0.5, 0.15, 0.02
"""Temperatures to begin and end with, in households of a mean unit; `MILD` where the start is nearly right."""
CHEAP, DEAR = 2.0, 40.0
"""Moved households given for one household fewer outside the limits, at the beginning and in the end."""
STAGES = 40
"""Temperatures of one annealing."""
GLANCE, LOOK = 120, 800
"""Steps for each unit around a try: for every try, and for the best two of a round."""
LOOKED, VAIN, KEPT = 2, 4, 0.3
"""Tries of a round that are looked at longer; rounds in vain that end them; share of the steps kept for the end."""
ANEW, LONG, LOCAL = 4, 10, 1500
"""In the end: whole annealings, each this share of all steps, and steps for each unit of the small ones between."""
LEAST = 1000
"""An annealing counts for at least this share of all steps, however small it is, so that their number stays small."""
REACH = (1, 2)
"""Steps from community to community that the small annealings of the end reach."""
PAIRS = 3200
"""Pairs looked at by one polish, for each unit: what a strict descent from a cold plan hardly ever needs."""


class Course:
    """One search on a board.

    `locked` (C): communities that may not vanish. `floor`: households outside the limits that no plan can avoid: where
    they are reached no other sets of communities are tried for fewer. `left`: steps left of `whole`.
    """

    def __init__(self, board: Board, locked: np.ndarray, seed: int, steps: int | None, floor: int = 0):
        self.board, self.seed, self.floor = board, seed, floor
        n, total = len(board.today), int(board.counts.sum())
        self.left = int(STEPS * n * min(WIDEST, math.sqrt(n))) if steps is None else steps
        self.whole = self.left
        self.communities = len(board.office)
        self.fewest, self.most = math.ceil(total / board.upper), max(1, total // max(1, board.lower))
        extra = min(n, max(0, self.fewest - self.communities) + 2 + self.communities // 4)
        self.parts = self.communities + extra
        self.mean = max(1.0, total / max(1, n))
        self.tries = Tries(board, self.parts, locked, seed)
        self.turn = 0

    def run(self, start: np.ndarray) -> np.ndarray:
        """The best labels found, never worse than `start`."""
        best, value = start.copy(), self.worth(start)
        if value[:4] == (0, 0, 0, 0) or len(start) == 0:
            return best
        start = self.matched(start)
        for _ in range(2):
            found = self.annealed(start, self.whole // 12, HOT)
            best, value = self.better(best, value, found)
            if value.outside == 0:
                break
        best, value = self.other_sets(best, value)
        return self.refined(best, value)

    def refined(self, best: np.ndarray, value: Worth) -> np.ndarray:
        """Anneal all of it anew now and then, in between the surroundings of a chance part, while steps are left."""
        anew = self.left
        while self.left > 0:
            if self.left <= anew or (best == self.board.today).all():
                anew -= max(1, self.whole // ANEW)
                labels = self.annealed(self.tries.homed(best), self.whole // LONG, HOT)
            else:
                labels = self.stirred(best)
            best, value = self.better(best, value, labels)
        return best

    def stirred(self, labels: np.ndarray) -> np.ndarray:
        """Anneal the surroundings of a chance part that gave or took units."""
        changed = labels != self.board.today
        parts = np.unique(np.concatenate([labels[changed], self.board.today[changed]]))
        touched = {int(self.tries.rng.choice(parts))}
        near = Layout(self.board, labels, self.parts).around(touched, REACH[self.turn % len(REACH)])[labels]
        return self.annealed(labels, LOCAL * int(near.sum()), HOT if self.turn % 4 < 2 else WARM, near)

    def matched(self, labels: np.ndarray) -> np.ndarray:
        """Create or end communities until their number can fit the limits, wherever a glance finds it best."""
        for _ in range(self.parts):
            number = len(np.unique(labels))
            if self.fewest <= number <= self.most:
                break
            tries = self.tries.to_number(labels, number < self.fewest)
            looked = [(self.around(made, touched, GLANCE, MILD), made) for made, touched in tries]
            if not looked:
                break
            labels = min(looked, key=lambda look: self.worth(look[0]))[1]
        return labels

    def other_sets(self, best: np.ndarray, value: Worth) -> tuple[np.ndarray, Worth]:
        """Try other sets of communities in rounds, while they make labels better and steps for the end are left."""
        vain = 0
        while vain < VAIN and self.left > self.whole * (KEPT if value.outside == self.floor else -1):
            tries = self.tries_of(best, value)
            if not tries:
                break
            looked = [(self.around(labels, touched, GLANCE, heat), touched) for (labels, touched), heat in tries]
            looked.sort(key=lambda made: self.worth(made[0]))
            before = value
            for labels, touched in looked[:LOOKED]:
                best, value = self.better(best, value, self.around(labels, touched, LOOK, HOT))
            vain = 0 if value < before else vain + 1
        return best, value

    def tries_of(self, best: np.ndarray, value: Worth) -> list[tuple[Try, float]]:
        """Tries from labels as they are, and from labels with all units at home that can be, with their heats."""
        found = []
        for labels, heat in ((self.tries.homed(best), HOT), (best, MILD)):
            if value.outside > self.floor:
                tries = self.tries.mend_outside(labels, best)
            else:
                tries = self.tries.change_less(labels) if value.changed > self.least_changed() else []
                tries += self.tries.change_elsewhere(labels) if heat == HOT else []
            found += [(made, heat) for made in tries]
        return found

    def least_changed(self) -> int:
        """Communities that arithmetic says must appear or vanish."""
        return max(0, self.fewest - self.communities, self.communities - self.most)

    def mend(self, labels: np.ndarray) -> np.ndarray:
        """Join loose pieces and improve with small steps."""
        parts = max(self.parts, int(labels.max(initial=-1)) + 1)
        self.parts = parts
        whole = joined(self.board, labels, parts)
        return self.annealed(whole, 300 * len(labels), MILD)

    def better(self, best: np.ndarray, value: Worth, found: np.ndarray) -> tuple[np.ndarray, Worth]:
        """The better of two labels with its worth."""
        worth = self.worth(found)
        return (found, worth) if worth < value else (best, value)

    def worth(self, labels: np.ndarray) -> Worth:
        """Worth of labels on this board."""
        return worth_of(self.board, labels)

    def around(self, labels: np.ndarray, touched: set[int], steps: int, hot: float) -> np.ndarray:
        """Anneal the surroundings of some parts."""
        near = Layout(self.board, labels, self.parts).around(touched, 2)[labels]
        return self.annealed(labels, steps * int(near.sum()), hot, near)

    def annealed(self, labels: np.ndarray, steps: int, hot: float, among: np.ndarray | None = None) -> np.ndarray:
        """Anneal, polish and name labels; `among` (n): units that may move."""
        self.turn += 1
        free = np.diff(self.board.ptr) > 0
        if among is not None:
            free &= among
        office = self.board.office[np.minimum(labels, self.communities - 1)]
        free &= (labels >= self.communities) | (office != np.arange(len(labels)))
        draw = np.flatnonzero(free)
        self.left -= max(steps, self.whole // LEAST, 1)
        if len(draw) == 0:
            return labels
        heats, prices = ladder(hot * self.mean)
        each = max(1, steps // STAGES)
        found = anneal(self.board, labels, self.parts, draw, heats, prices, each, self.seed * 1_000_003 + self.turn)
        found = polish(self.board, found, self.parts, draw, PAIRS * len(draw))
        return named(self.board, found, self.parts)


def ladder(hot: float) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (households) and prices of a household outside (moved households) of the stages of an annealing."""
    share = np.linspace(0, 1, STAGES)
    heats = hot * (COLD / HOT) ** share
    prices = CHEAP * (DEAR / CHEAP) ** share
    return np.maximum(1, np.rint(heats)).astype(np.int64), np.rint(prices).astype(np.int64)
