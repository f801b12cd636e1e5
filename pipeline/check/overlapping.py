"""Finds units that overlap."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check.rows import Rows
from pipeline.check.shapes import measurable
from pipeline.errors import problem

MAX_OVERLAP_M2 = 1.0
"""Overlaps up to this area are drawing noise."""


def overlaps(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs of units that overlap by more than MAX_OVERLAP_M2: a, b (unit_id), area_m2, largest first.

    Only polygons whose edges break the coverage can overlap, which spares nearly all intersections.
    """
    positions = measurable(units)
    shapes = np.asarray(units.geometry.array, dtype="object")[positions]
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    left, right = shapely.STRtree(shapes).query(shapes[suspect], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspect[left], right]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    area = shapely.area(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    ids = units.index.to_numpy()[positions]
    table = pd.DataFrame({"a": ids[pairs[:, 0]], "b": ids[pairs[:, 1]], "area_m2": area})
    table = table[table["area_m2"] > MAX_OVERLAP_M2]
    return table.sort_values("area_m2", ascending=False, kind="stable").reset_index(drop=True)


def check_overlaps(units: gpd.GeoDataFrame, twice: pd.DataFrame) -> Rows:
    """Warn of pairs of units that overlap, with the largest; those drawn `twice` (`same_shapes`) were told."""
    pairs = overlaps(units)
    told = {frozenset(units.index[[pair.a, pair.b]]) for pair in twice.itertuples()}
    pairs = pairs[[frozenset((pair.a, pair.b)) not in told for pair in pairs.itertuples()]]
    if pairs.empty:
        return []
    largest = [f"{row.a} and {row.b} ({row.area_m2:.0f} m²)" for row in pairs.head(5).itertuples()]
    detail = f"{len(pairs)} pairs of units overlap by more than {MAX_OVERLAP_M2:g} m², most: {', '.join(largest)}."
    advice = "Overlapping units may not be seen as neighbours; mend their outlines."
    return [problem("warning", "units", "overlaps", detail, advice)]
