"""The part of the ground that a map shows, at a round scale."""

from dataclasses import dataclass

import numpy as np

ROUND = (1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)
"""Mantissas of scales that a reader can reckon with."""


@dataclass(frozen=True)
class View:
    """A rectangle of ground in working coordinates (metres) shown at 1:`scale` on paper."""

    left: float
    bottom: float
    right: float
    top: float
    scale: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top


def round_up(number: float) -> float:
    """Next round scale from a number upwards.

    >>> round_up(23_000)
    25000.0
    """
    power = 10 ** np.floor(np.log10(number))
    return float(next(step * power for step in ROUND if step * power >= number * (1 - 1e-9)))


def fit(bounds: tuple[float, float, float, float], width: float, height: float, *, margin: float = 0.04) -> View:
    """Show bounds (metres), with a margin, on `width` x `height` millimetres of paper at the largest round scale."""
    left, bottom, right, top = bounds
    needed = max((right - left) / width, (top - bottom) / height, 1e-3) * (1 + 2 * margin) * 1000
    scale = round_up(needed)
    half_x, half_y = width * scale / 2000, height * scale / 2000
    x, y = (left + right) / 2, (bottom + top) / 2
    return View(x - half_x, y - half_y, x + half_x, y + half_y, scale)


def bar_lengths(scale: float, most_mm: float) -> tuple[float, int]:
    """Length in metres of one segment of the scale bar and the number of segments, at most `most_mm` long in all.

    >>> bar_lengths(25_000, 50.0)
    (500.0, 2)
    """
    most = most_mm * scale / 1000
    steps = [step * 10**power for power in range(-1, 6) for step in (1.0, 2.0, 5.0)]
    choices = [(step * count, step, count) for step in steps for count in (2, 4) if step * count <= most]
    _, step, count = max(choices, key=lambda choice: (choice[0], choice[2]))
    return float(step), count
