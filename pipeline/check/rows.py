"""Names things and lists keys in what the checks say, and makes the rows for things that are wrong in one way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.settings import Settings

LISTED = 20
"""Keys listed in one message."""

ONE_BY_ONE = LISTED
"""Things wrong in one way that get a row each; more of them share a row."""

Rows = list[dict[str, str]]
"""Rows of a problems table that is still being gathered."""


@dataclass(frozen=True)
class Found:
    """One thing that is wrong: its key, the sentence that says so, and the few words for a list of many."""

    id: str
    detail: str
    short: str


def one_by_one(
    severity: str,
    layer: str,
    name: str,
    things: Sequence[Any],
    tell: Callable[[Any], Found],
    many: str,
    advice: str,
    *,
    source: str = "",
) -> Rows:
    """Make a row for each thing, or one for all where they are more than ONE_BY_ONE: `many` starts its sentence.

    >>> def tell(number: int) -> Found:
    ...     return Found(f"u{number}", f"u{number} is odd.", f"u{number}")
    >>> [row["id"] for row in one_by_one("note", "units", "odd", [1, 3], tell, "units are odd", "Look.")]
    ['u1', 'u3']
    >>> one_by_one("note", "units", "odd", range(1, 99, 2), tell, "units are odd", "Look.")[0]["detail"][-28:]
    ', u35, u37, u39 and 29 more.'
    """
    if len(things) <= ONE_BY_ONE:
        found = [tell(thing) for thing in things]
        return [problem(severity, layer, name, one.detail, advice, id=one.id, source=source) for one in found]
    # thousands of things may be wrong in one way: only those that are listed are looked at
    shown = [tell(thing).short for thing in things[:LISTED]]
    detail = f"{len(things)} {many}: {', '.join(shown)} and {len(things) - LISTED} more."
    return [problem(severity, layer, name, detail, advice, source=source)]


def listing(keys: Iterable[object], separator: str = ", ") -> str:
    """List the first LISTED keys and say how many more there are."""
    shown = [str(key) for key in keys]
    return separator.join(shown[:LISTED]) + (f" and {len(shown) - LISTED} more" if len(shown) > LISTED else "")


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


def file_of(settings: Settings, *roles: str) -> str:
    """Name the files of the first of these sections that area.toml has; "" where it has none."""
    section = next((getattr(settings, role) for role in roles if getattr(settings, role) is not None), None)
    if section is None:
        return ""
    return section.path if isinstance(section.path, str) else ", ".join(section.path)
