"""Measures how wide a piece is: the diameter of the largest circle that fits into it."""

import numpy as np
import shapely

TOLERANCE_M = 0.1
"""The circle is found to this accuracy; it is a slow search, hence the bounds below."""


def widths(shapes: np.ndarray, enough_m: float = 0.0) -> np.ndarray:
    """Give the width of each polygon (n,) in metres.

    Where a rectangle or a circle of the same area shows that it is at most `enough_m`, that bound is given instead.
    """
    found = _at_most(shapes)
    closer = found > enough_m
    if closer.any():
        circle = shapely.maximum_inscribed_circle(shapes[closer], tolerance=TOLERANCE_M)
        found[closer] = np.minimum(found[closer], 2 * shapely.length(circle))
    return found


def is_narrow(shapes: np.ndarray, limit_m: float) -> np.ndarray:
    """Say of each polygon (n,) whether no circle wider than `limit_m` fits into it."""
    return widths(shapes, limit_m) <= limit_m


def _at_most(shapes: np.ndarray) -> np.ndarray:
    """Bound the widths from above: shorter side of the smallest rectangle around, diameter of a circle as large."""
    box = shapely.get_coordinates(shapely.oriented_envelope(shapes), return_index=True)
    area = shapely.area(shapes)
    bound = 2 * np.sqrt(area / np.pi)
    corners, of = box
    whole = np.bincount(of, minlength=len(shapes)) == 5
    ring = corners[whole[of]].reshape(-1, 5, 2)
    sides = np.hypot(*(ring[:, 1:3] - ring[:, 0:2]).transpose(2, 0, 1))
    bound[whole] = np.minimum(bound[whole], sides.min(axis=1))
    return bound
