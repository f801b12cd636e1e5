"""Places names on a map so that no two overlap: measured boxes, the largest first choice that fits.

A label goes to the centre of the largest circle inside its shape, or as near to it as its box fits. When it fits
nowhere it is set smaller, then with the name alone, then as a number whose name stands in a key beside the map, at
last as a number beside its shape with a thin leader. Everything is reckoned in ground metres, so the paper is not
needed to place a label.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from pipeline.dossier.maps.paper import MM_PER_POINT, width_mm

LINE_SPACING = 1.12
PADDING_MM = 0.35
"""Room kept free around a label, unless it asks for more."""

Boxes = NDArray[np.float64]
"""Rows of left, bottom, right, top in ground metres."""


@dataclass(frozen=True)
class Setting:
    """One way to set a label: its text (lines), size in points, weight; `inside`: least share of the box that must
    lie in the shape; `leader`: may stand beside the shape;
    `padding`: room kept free around it, in millimetres."""

    text: str
    size: float
    bold: bool = False
    inside: float = 1.0
    leader: bool = False
    padding: float = PADDING_MM


@dataclass(frozen=True)
class Wanted:
    """A label that is wanted: its key, the shape it names, the ways to set it, the best first."""

    key: str
    shape: BaseGeometry
    settings: Sequence[Setting]


@dataclass(frozen=True)
class Placed:
    """A label with its place: the centre of its text in ground coordinates and its box; `foot` is where a leader
    ends, if it has one; `angle` in degrees."""

    key: str
    setting: Setting
    x: float
    y: float
    box: tuple[float, float, float, float]
    foot: tuple[float, float] | None = None
    angle: float = 0.0


@dataclass
class Board:
    """The boxes taken so far: labels may not touch them, nor leave `frame`."""

    frame: tuple[float, float, float, float]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def free(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Tell which boxes lie in the frame and touch nothing."""
        left, bottom, right, top = boxes.T
        free = (left >= self.frame[0]) & (bottom >= self.frame[1]) & (right <= self.frame[2]) & (top <= self.frame[3])
        if self.taken:
            others = np.array(self.taken)[:, :, None]
            apart = (others[:, 0] >= right) | (others[:, 2] <= left) | (others[:, 1] >= top) | (others[:, 3] <= bottom)
            free &= apart.all(axis=0)
        return free


def size_m(setting: Setting, scale: float) -> tuple[float, float]:
    """Width and height in ground metres of a label at a map scale of 1:`scale`, with the room around it."""
    lines = setting.text.count("\n") + 1
    width = width_mm(setting.text, setting.size, bold=setting.bold) + 2 * setting.padding
    height = lines * LINE_SPACING * setting.size * MM_PER_POINT + 2 * setting.padding
    return width * scale / 1000, height * scale / 1000


def centres(shape: BaseGeometry, count: int = 90) -> NDArray[np.float64]:
    """Points inside a shape where a label may stand, shape (n, 2): the centre of the largest circle inside comes
    first, the others follow from near to far."""
    parts = shapely.get_parts(shape)
    body = parts[np.argmax(shapely.area(parts))]
    left, bottom, right, top = body.bounds
    circle = shapely.maximum_inscribed_circle(body, tolerance=max(right - left, top - bottom) / 200)
    middle = shapely.get_coordinates(circle)[0]
    step = max(np.sqrt((right - left) * (top - bottom) / count), 1e-6)
    x, y = np.meshgrid(np.arange(left + step / 2, right, step), np.arange(bottom + step / 2, top, step))
    points = np.column_stack([x.ravel(), y.ravel()])
    points = points[shapely.contains_xy(body, points[:, 0], points[:, 1])]
    near = np.argsort(np.hypot(*(points - middle).T), kind="stable")
    return np.vstack([middle, points[near]])


def boxes_at(points: NDArray[np.float64], width: float, height: float) -> Boxes:
    """Boxes of one size centred on points."""
    half = np.array([width, height]) / 2
    return np.hstack([points - half, points + half])


def _inside(shape: BaseGeometry, boxes: Boxes, least: float) -> NDArray[np.bool_]:
    if least <= 0:
        return np.ones(len(boxes), dtype=bool)
    rectangles = shapely.box(*boxes.T)
    if least >= 1:
        return shapely.contains_properly(shape, rectangles)
    return shapely.area(shapely.intersection(shape, rectangles)) >= least * shapely.area(rectangles)


def _ring(middle: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Points around a middle in widening rings, for a label that stands beside its shape."""
    angles = np.arange(0, 2 * np.pi, np.pi / 8)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return np.vstack([middle + circle * step * turn for turn in range(2, 9)])


def _try(wanted: Wanted, setting: Setting, points: NDArray[np.float64], board: Board, scale: float) -> Placed | None:
    width, height = size_m(setting, scale)
    places = _ring(points[0], height) if setting.leader else points
    boxes = boxes_at(places, width, height)
    free = np.flatnonzero(board.free(boxes))
    good = free[_inside(wanted.shape, boxes[free], 0.0 if setting.leader else setting.inside)]
    if not len(good):
        return None
    first = good[0]
    left, bottom, right, top = (float(side) for side in boxes[first])
    foot = (float(points[0][0]), float(points[0][1])) if setting.leader else None
    return Placed(
        wanted.key, setting, float(places[first][0]), float(places[first][1]), (left, bottom, right, top), foot
    )


def place_labels(
    labels: Iterable[Wanted], frame: tuple[float, float, float, float], scale: float, *, taken: Iterable[Placed] = ()
) -> list[Placed]:
    """Place labels on a map of scale 1:`scale` within `frame` (left, bottom, right, top in metres).

    Settings are tried rank by rank over all labels, and small shapes go first, since they have the least choice.
    Labels that fit nowhere are left out.
    """
    board = Board(frame, [label.box for label in taken])
    waiting = sorted(labels, key=lambda wanted: (wanted.shape.area, wanted.key))
    for wanted in waiting:
        shapely.prepare(wanted.shape)
    points = {wanted.key: centres(wanted.shape) for wanted in waiting}
    placed: list[Placed] = []
    for rank in range(max((len(wanted.settings) for wanted in waiting), default=0)):
        left_over = []
        for wanted in waiting:
            found = None
            if rank < len(wanted.settings):
                found = _try(wanted, wanted.settings[rank], points[wanted.key], board, scale)
            if found is None:
                left_over.append(wanted)
            else:
                placed.append(found)
                board.taken.append(found.box)
        waiting = left_over
    return placed
