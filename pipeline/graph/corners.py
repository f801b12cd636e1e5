"""Contacts that are too short for a border: pairs of units that meet in a point or over a few centimetres."""

import numpy as np
import pandas as pd
import shapely


def corner_pairs(shapes: np.ndarray, pieces: pd.DataFrame, known: np.ndarray, reach_m: float) -> pd.DataFrame:
    """List the pairs of shapes that touch within `reach_m` and are not among `known` (k, 2): a, b, border_m.

    `shapes` (n,) polygons; `pieces`: a, b, length, the shared lines of pairs, whatever their length.
    """
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
    ordered = a < b
    key = a[ordered] * len(shapes) + b[ordered]
    taken = known[:, 0] * len(shapes) + known[:, 1]
    short = pieces["a"].to_numpy() * len(shapes) + pieces["b"].to_numpy()
    left = np.setdiff1d(np.concatenate([key, short]), taken)
    length = pieces["length"].groupby(short).sum().reindex(left).fillna(0.0)
    return pd.DataFrame({"a": left // len(shapes), "b": left % len(shapes), "border_m": length.to_numpy()})
