"""Checks the keys of the units: each has one, found nowhere else."""

import geopandas as gpd
import numpy as np

from pipeline.check.rows import Rows, unit_faults
from pipeline.errors import problem


def check_keys(units: gpd.GeoDataFrame) -> Rows:
    """Find units without a key and keys that stand at several features."""
    index = units.index.astype("str")
    rows = unit_faults(units, index == "", "unit without id", "have no unit_id", "Give each a key found nowhere else.")
    for unit in index[index.duplicated() & (index != "")].unique():
        features = ", ".join(str(position + 1) for position in np.flatnonzero(index == unit))
        detail = f"unit_id {unit} stands at features {features}."
        advice = "Give each unit a key of its own, or remove the copy."
        rows.append(problem("error", "units", "duplicate unit ids", detail, advice, id=unit))
    return rows
