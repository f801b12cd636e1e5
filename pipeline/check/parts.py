"""Finds communities and units that do not hang together."""

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.check.rows import Rows, listing
from pipeline.check.shapes import measurable
from pipeline.errors import problem


def check_parts(units: gpd.GeoDataFrame) -> Rows:
    """Note communities of today whose units do not hang together (parts that touch in a point are apart)."""
    sound = units.iloc[measurable(units)]
    sound = sound[sound["community"] != ""]
    union = shapely.coverage_union_all if shapely.coverage_is_valid(sound.geometry.array) else shapely.union_all
    whole = sound.geometry.groupby(sound["community"]).agg(lambda shapes: union(shapes.array))
    parts = pd.Series(shapely.get_num_geometries(whole.to_numpy()), index=whole.index)
    apart = parts[parts > 1]
    if apart.empty:
        return []
    shown = listing(f"{community} ({count} parts)" for community, count in apart.items())
    detail = f"{len(apart)} communities lie in several parts: {shown}."
    advice = "Nothing to do if that is so; else close the gaps between their units."
    return [problem("note", "communities", "detached parts", detail, advice)]
