"""Cuts the blocks between main roads into cells, across the long side again and again, as towns are parcelled.

The first cuts are the wider roads, the later ones lanes, the last often only a wall between two compounds.
"""

from collections.abc import Iterator

import numpy as np
import shapely

GRID_M = 0.01
"""Coordinates are rounded to this wherever lines are noded."""
LEAST_SHARE, LEAST_FATNESS = 0.3, 0.35
"""A cut is refused where a piece would hold less of its block, or would be thinner (see `fatness`)."""


def target_m2(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Area of a cell here: about 2 ha in the middle, 10 ha at the edge."""
    return 18_500.0 * (1 + (np.hypot(x, y) / 2100) ** 2)


def fatness(polygons: np.ndarray) -> np.ndarray:
    """4 pi area / perimeter², 1 for a circle."""
    return 4 * np.pi * shapely.area(polygons) / shapely.length(polygons) ** 2


def cut_up(block: shapely.Polygon, rng: np.random.Generator) -> Iterator[tuple[shapely.LineString, str]]:
    """Cut a block until the pieces are cells; yields each cut with the class of its road, empty for a wall."""
    size = block.area / float(target_m2(*shapely.get_coordinates(block.centroid)[0]))
    if size < rng.uniform(1.15, 1.9):
        return
    for _ in range(12):
        line = _across(block, rng)
        pieces = _pieces(block, line)
        whole = len(pieces) == 2 and shapely.area(pieces).min() > LEAST_SHARE * block.area
        if whole and fatness(pieces).min() > LEAST_FATNESS:
            break
    else:
        return
    yield line, _road_class(size, rng)
    for piece in pieces:
        yield from cut_up(piece, rng)


def _road_class(size: float, rng: np.random.Generator) -> str:
    """Class of the road along a cut; empty where it is only a wall. `size`: cells that fit into the block."""
    if size > 11:
        return "secondary"
    if size > 4.5:
        return "tertiary"
    return "residential" if rng.random() < (0.8 if size > 2.6 else 0.45) else ""


def _across(block: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """Line through a point near the middle, across the long axis, a little turned and a little bent."""
    length, width, direction = _long_axis(block)
    turn = direction + rng.normal(0, 0.09)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    middle = shapely.get_coordinates(block.centroid)[0] + along * length * rng.uniform(-0.13, 0.13)
    bent = middle + along * rng.normal(0, 0.025) * width
    line = shapely.LineString([middle - across * length, bent, middle + across * length])
    inside = shapely.get_parts(shapely.intersection(line, block))
    return inside[shapely.distance(inside, shapely.Point(bent)).argmin()]


def _long_axis(block: shapely.Polygon) -> tuple[float, float, float]:
    """Length, width (metres) and direction (radians, 0 to pi) of the smallest rectangle around a block."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(*sides.T)
    east, north = sides[lengths.argmax()]
    return float(lengths.max()), float(lengths.min()), float(np.arctan2(north, east) % np.pi)


def _pieces(block: shapely.Polygon, line: shapely.LineString) -> np.ndarray:
    """The parts of a block on either side of a cut, the more westerly first."""
    rim = shapely.boundary(block)
    ends = shapely.get_point(line, [0, -1])
    # Rounding may leave a slit between the end of a cut and the rim; the shortest line closes it.
    noded = shapely.union_all([rim, line, *shapely.shortest_line(ends, rim)], grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    return pieces[np.lexsort(shapely.get_coordinates(shapely.centroid(pieces)).T[::-1])]
