"""Checks the shapes of the units one by one: there, areas, sound."""

import geopandas as gpd
import numpy as np
import shapely

from pipeline.check.rows import Rows, unit_faults


def check_shapes(units: gpd.GeoDataFrame) -> Rows:
    """Find shapes that are missing, no areas, or broken."""
    rows: Rows = []
    shapes = units.geometry.array
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    rows += unit_faults(units, absent, "no shape", "have no shape", "Draw them, or remove the features.")
    flat = ~absent & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    rows += unit_faults(units, flat, "not a polygon", "are not polygons", "Draw areas, not points or lines.")
    broken = ~absent & ~flat & ~shapely.is_valid(shapes)
    if broken.any():
        first = shapely.is_valid_reason(shapes[np.flatnonzero(broken)[0]])
        said = f"have broken outlines (the first: {first})"
        rows += unit_faults(
            units, broken, "invalid shape", said, "Mend them, in QGIS with Fix geometries (修正几何图形)."
        )
    return rows


def measurable(units: gpd.GeoDataFrame) -> np.ndarray:
    """Positions of units whose shapes can be measured."""
    shapes = units.geometry.array
    sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6))
    return np.flatnonzero(sound)
