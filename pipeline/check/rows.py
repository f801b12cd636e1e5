"""Names units and lists keys in what the checks say, and makes one row for all units that are wrong in one way."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem

LISTED = 20
"""Keys listed in one message."""

Rows = list[dict[str, str]]
"""Rows of a problems table that is still being gathered."""


def listing(keys: Iterable[object]) -> str:
    """List the first LISTED keys and say how many more there are."""
    shown = [str(key) for key in keys]
    return ", ".join(shown[:LISTED]) + (f" and {len(shown) - LISTED} more" if len(shown) > LISTED else "")


def features(units: gpd.GeoDataFrame, wrong: np.ndarray | pd.Series) -> str:
    """Name units by feature number and key, such as `3 (u7)`; features are counted from 1 in file order."""
    positions = np.flatnonzero(np.asarray(wrong, dtype="bool"))
    return listing(f"{position + 1} ({units.index[position] or 'no id'})" for position in positions)


def unit_faults(
    units: gpd.GeoDataFrame,
    wrong: np.ndarray | pd.Series,
    name: str,
    said: str,
    advice: str,
    *,
    severity: str = "error",
) -> Rows:
    """Make one row for all units that are wrong in the same way, none when none is."""
    count = int(np.count_nonzero(wrong))
    if not count:
        return []
    detail = f"{count} units {said}: features {features(units, wrong)}."
    return [problem(severity, "units", name, detail, advice)]
