"""Decides by trying every way whether units can be divided into connected parts within limits, where there are few.

Counts its steps and no seconds, so that the answer is the same on any machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.partition.ground import Ground

MOST_STEPS = 60_000
"""Parts looked at before the answer is left open."""


def divided(ground: Ground, *, lower: int, upper: int, steps: int = MOST_STEPS) -> list[list[int]] | None:
    """Divide all units of a connected or unconnected ground into connected parts within [lower, upper].

    Gives the parts (units by position), an empty list where there is no way, None where `steps` did not tell.
    """
    near = [sum(1 << unit for unit in row) for row in ground.near]
    search = _Search(near, [int(count) for count in ground.households], lower, upper, steps)
    found = search.parts((1 << len(near)) - 1)
    return None if found is None else [_units(part) for part in found]


@dataclass
class _Search:
    """Sets of units are bits of a number; `failed` keeps what cannot be divided, `steps` counts down."""

    near: list[int]
    households: list[int]
    lower: int
    upper: int
    steps: int
    failed: set[int] = field(default_factory=set)

    def parts(self, rest: int) -> list[int] | None:
        """Divide `rest`; empty where it cannot be, None where the steps are used up."""
        if rest in self.failed:
            return []
        pieces = list(self._pieces(rest))
        if not all(self._may(piece) for piece in pieces):
            self.failed.add(rest)
            return []
        found: list[int] = []
        for piece in pieces:  # each for itself: what fails in one need not be tried again for every way in another
            parts = self._of_piece(piece)
            if not parts:
                if parts == []:
                    self.failed.add(rest)
                return parts
            found += parts
        return found

    def _of_piece(self, piece: int) -> list[int] | None:
        if piece in self.failed:
            return []
        first = min(_units(piece), key=lambda unit: (self.near[unit] & piece).bit_count())
        for part in self._around(first, piece):
            if part is None:
                return None
            if part == piece:
                return [part]
            others = self.parts(piece & ~part)
            if others is None:
                return None
            if others:
                return [part, *others]
        self.failed.add(piece)
        return []

    def _around(self, first: int, piece: int) -> Iterator[int | None]:
        """Give every connected part of the piece that holds a unit and lies within the limits, once; None at the end
        of the steps."""
        waiting = [(1 << first, self.households[first], 0)]
        while waiting:
            part, count, without = waiting.pop()
            self.steps -= 1
            if self.steps < 0:
                yield None
                return
            if self.lower <= count <= self.upper:
                yield part
            border = 0
            for unit in _units(part):
                border |= self.near[unit]
            for unit in _units(border & piece & ~part & ~without):
                if count + self.households[unit] <= self.upper:
                    waiting.append((part | 1 << unit, count + self.households[unit], without))
                without |= 1 << unit

    def _may(self, piece: int) -> bool:
        """Whether sums alone let a piece be divided."""
        counts = [self.households[unit] for unit in _units(piece)]
        total = sum(counts)
        return total >= self.lower and total // self.lower * self.upper >= total and max(counts) <= self.upper

    def _pieces(self, rest: int) -> Iterator[int]:
        """Take a set apart into connected pieces."""
        while rest:
            piece = ahead = rest & -rest
            while ahead:
                reached = 0
                for unit in _units(ahead):
                    reached |= self.near[unit]
                ahead = reached & rest & ~piece
                piece |= ahead
            yield piece
            rest &= ~piece


def _units(bits: int) -> list[int]:
    """Positions of the bits, lowest first."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
