"""Finds places that were drawn twice: units of (nearly) the same shape."""

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check.rows import Found, Rows, one_by_one
from pipeline.coverage import usable

SAME_SHAPE = 0.95
"""Two units whose intersection is more than this share of their union are one place."""


def same_shapes(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs of units of (nearly) the same shape: a, b (positions in `units`, a < b), share of intersection in union.

    Such shapes hold a point of one another, which spares all other intersections. (The validity of a coverage does not
    tell: exact copies pass for valid.)
    """
    positions = usable(units)
    shapes = np.asarray(units.geometry.array, dtype="object")[positions]
    left, right = shapely.STRtree(shapes).query(shapely.point_on_surface(shapes), predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([left, right])[left != right], axis=1), axis=0)
    one, other = shapes[pairs[:, 0]], shapes[pairs[:, 1]]
    shared = shapely.area(shapely.intersection(one, other))
    share = shared / (shapely.area(one) + shapely.area(other) - shared)
    table = pd.DataFrame({"a": positions[pairs[:, 0]], "b": positions[pairs[:, 1]], "share": share})
    return table[table["share"] > SAME_SHAPE].reset_index(drop=True)


def check_same_shapes(units: gpd.GeoDataFrame, pairs: pd.DataFrame) -> Rows:
    """Report the pairs of `same_shapes`: an error where both carry the same count, which is then counted twice.

    Features that share their key too are copies that `check_keys` tells.
    """
    keys, counts = units.index.to_numpy(), units["households"].to_numpy()
    pairs = pairs[keys[pairs["a"]] != keys[pairs["b"]]]
    copied = (counts[pairs["a"]] == counts[pairs["b"]]) & (counts[pairs["a"]] > 0)
    rows: Rows = []
    for severity, some in (("error", pairs[copied]), ("warning", pairs[~copied])):
        tell = partial(_told, units, counted_twice=severity == "error")
        advice = "Remove the copy; or make one unit of the two, with the households that live there."
        positions = list(zip(some["a"], some["b"], strict=True))
        many = "pairs of units have one shape"
        rows += one_by_one(severity, "units", "same shape twice", positions, tell, many, advice)
    return rows


def _told(units: gpd.GeoDataFrame, pair: tuple[int, int], *, counted_twice: bool) -> Found:
    a, b = pair
    said = [f"{units.index[at]} ({units['households'].iloc[at]} households)" for at in pair]
    twice = ": its households are counted twice" if counted_twice else ""
    detail = f"{said[0]} and {said[1]} have the same shape (features {a + 1} and {b + 1}){twice}."
    return Found(str(units.index[b]), detail, " and ".join(said))
