"""Mends single outlines: bow-ties, self-crossings, spikes, doubled corners."""

import geopandas as gpd
import numpy as np
import shapely

from pipeline.coverage import invalid_rings
from pipeline.repair.log import Row, change

MOST_CHANGE = 0.01
"""A mended outline whose area differs by more is warned of."""


def mend_rings(units: gpd.GeoDataFrame) -> tuple[np.ndarray, list[Row]]:
    """Give the shapes (n,) of units with sound outlines, and a row for each unit that was mended or left."""
    shapes = np.asarray(units.geometry.array, dtype="object").copy()
    broken = invalid_rings(units)
    rows = []
    for position, reason in zip(broken["position"], broken["reason"], strict=True):
        mended = _polygons(shapely.make_valid(shapes[position], method="structure", keep_collapsed=False))
        rows.append(_row(units.index[position], shapes[position], mended, reason))
        if not shapely.is_empty(mended):
            shapes[position] = mended
    single, doubled = _without_doubled_corners(shapes)
    for position in doubled:
        before, after = (int(shapely.get_num_coordinates(table[position])) for table in (shapes, single))
        text = (f"{before - after} corners stood twice", "each stands once", "a corner needs to be drawn once")
        rows.append(change("ring", [units.index[position]], single[position], *text, area_m2=0.0))
    return single, rows


def _row(unit: object, before: object, after: object, reason: str) -> Row:
    drawn, kept = _drawn_area(before), float(shapely.area(after))
    if shapely.is_empty(after):
        left = (reason, "as it was", "nothing of it is an area")
        return change("ring", [unit], shapely.boundary(before), *left, done=False, area_m2=0.0)
    parts = int(shapely.get_num_geometries(after))
    text = f"{kept:.1f} m²" + (f" in {parts} parts" if parts > 1 else "")
    if not np.isfinite(drawn):
        why = "a corner has no place: look at it"
        return change("ring", [unit], after, reason, text, why, area_m2=kept, doubtful=True)
    doubtful = abs(kept - drawn) > MOST_CHANGE * max(kept, drawn)
    why = f"the area was {drawn:.1f} m² as drawn: look at it" if doubtful else "the outline encloses the same area"
    return change("ring", [unit], after, reason, text, why, area_m2=abs(kept - drawn), doubtful=doubtful)


def _drawn_area(shape: object) -> float:
    """Area of a broken shape by the plain formula: what its outline encloses the other way round counts against it."""
    return float(shapely.area(shape))


def _polygons(shape: object) -> object:
    """Keep the areas of a shape that making valid may have given lines and points too."""
    parts = shapely.get_parts(shape)
    areas = parts[shapely.get_dimensions(parts) == 2]
    areas = shapely.get_parts(areas)
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)


def _without_doubled_corners(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Remove corners that repeat the one before; give the shapes and the positions of those that changed."""
    single = shapely.remove_repeated_points(shapes, 0.0)
    fewer = shapely.get_num_coordinates(single) < shapely.get_num_coordinates(shapes)
    fewer &= shapely.is_valid(single)
    return np.where(fewer, single, shapes), np.flatnonzero(fewer)
