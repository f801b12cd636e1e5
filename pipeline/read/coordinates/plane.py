"""Moves a layer in the plane: by 4 parameters, or by points whose coordinates are known before and after.

A similarity takes x east, y north (m) to

    to_x = dx + (1 + s) (x cos r - y sin r)
    to_y = dy + (1 + s) (x sin r + y cos r)

with r counter-clockwise and s the scale less 1. Chinese tables of 4 parameters usually write X north and Y east and
turn from north to east: their ΔY is our dx, their ΔX our dy, and the rotation takes the opposite sign.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineError

ARC_SECOND = np.pi / 180 / 3600

MOST_RESIDUAL_M = 3.0
"""Control points that lie further off after the move do not speak of one and the same move."""

MOST_SCALE = 0.01
"""A scale that differs more from 1 is no change between two systems in metres."""

POINT_COLUMNS = ("x", "y", "to_x", "to_y")


class BadPoints(Exception):
    """Control points that cannot be used; the text says which and why."""


@dataclass(frozen=True)
class Similarity:
    """to = to_centre + m · (xy - centre), m = [[a, -b], [b, a]]; centred, since eastings of 37 million lose digits."""

    a: float
    b: float
    centre: tuple[float, float] = (0.0, 0.0)
    to_centre: tuple[float, float] = (0.0, 0.0)

    @property
    def scale_ppm(self) -> float:
        """Scale less 1, in millionths."""
        return float((np.hypot(self.a, self.b) - 1) * 1e6)

    @property
    def rotation_seconds(self) -> float:
        """Rotation, counter-clockwise, in arc seconds."""
        return float(np.arctan2(self.b, self.a) / ARC_SECOND)

    def moved(self, xy: np.ndarray) -> np.ndarray:
        """Move points (n, 2)."""
        x, y = (xy - self.centre).T
        return np.column_stack([self.a * x - self.b * y, self.b * x + self.a * y]) + self.to_centre


def four_parameters(dx: float, dy: float, rotation_seconds: float, scale_ppm: float) -> Similarity:
    """Make a similarity of its 4 parameters (m, m, arc seconds, ppm); see the head of this module for their signs."""
    scale, turn = 1 + scale_ppm * 1e-6, rotation_seconds * ARC_SECOND
    return Similarity(float(scale * np.cos(turn)), float(scale * np.sin(turn)), to_centre=(dx, dy))


def fitted(xy: np.ndarray, to: np.ndarray) -> tuple[Similarity, np.ndarray]:
    """Similarity that takes points (n, 2) nearest to others, by least squares, and the distance left at each, m.

    Raises BadPoints where there are fewer than two different points.
    """
    if len(np.unique(xy, axis=0)) < 2:
        raise BadPoints(f"{len(xy)} control points are too few: at least 2 different ones are needed, 3 or more check")
    centre, to_centre = xy.mean(axis=0), to.mean(axis=0)
    (x, y), (east, north) = (xy - centre).T, (to - to_centre).T
    spread = float((x * x + y * y).sum())
    a, b = float((x * east + y * north).sum()) / spread, float((x * north - y * east).sum()) / spread
    move = Similarity(a, b, (float(centre[0]), float(centre[1])), (float(to_centre[0]), float(to_centre[1])))
    return move, np.hypot(*(to - move.moved(xy)).T)


def must_agree(points: pd.DataFrame, move: Similarity, left: np.ndarray, name: str) -> None:
    """Raise BadPoints where points lie off after the move, or where the move changes lengths too much."""
    worst = int(np.argmax(left))
    if left[worst] > MOST_RESIDUAL_M:
        raise BadPoints(
            f"The control points do not agree: up to {left[worst]:.1f} m are left, at row {points.index[worst]} of "
            f"{name} (at most {MOST_RESIDUAL_M:g} m are taken)"
        )
    if abs(move.scale_ppm) > MOST_SCALE * 1e6:
        raise BadPoints(
            f"The control points change lengths by a factor of {1 + move.scale_ppm * 1e-6:.4f}, so x, y and to_x, to_y "
            "are not the same places in metres (x is east, y is north)"
        )


def read_points(path: Path) -> pd.DataFrame:
    """Read a table of control points (csv or workbook): columns x, y, to_x, to_y as float, indexed by row number.

    Raises BadPoints, naming the file and the row.
    """
    table = _sheet(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    lacking = [name for name in POINT_COLUMNS if name not in table.columns]
    if lacking:
        raise BadPoints(f"{path.name} has no column {', '.join(lacking)}; its columns: {', '.join(table.columns)}")
    table.index = pd.RangeIndex(2, len(table) + 2)
    given = table[list(POINT_COLUMNS)].dropna(how="all")
    points = given.apply(pd.to_numeric, errors="coerce").astype("float64")
    bad = points.index[points.isna().any(axis=1)]
    if len(bad):
        raise BadPoints(f"{path.name} row {bad[0]}: not four numbers ({', '.join(map(str, given.loc[bad[0]]))})")
    return points


def _sheet(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise BadPoints(f"There is no file {path.name}")
    try:
        if path.suffix.lower() not in (".csv", ".txt"):
            return pd.read_excel(path, engine="calamine")
        try:
            return pd.read_csv(path, encoding="utf-8-sig")
        except UnicodeDecodeError:
            return pd.read_csv(path, encoding="gb18030")
    except (CalamineError, ValueError, OSError) as error:
        raise BadPoints(f"{path.name} cannot be read: {error}") from error
