"""Warns of units that overlap."""

import geopandas as gpd
import pandas as pd

from pipeline.check.rows import Rows
from pipeline.coverage import MAX_OVERLAP_M2, overlaps
from pipeline.errors import problem


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
