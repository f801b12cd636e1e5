"""Checks the tables of an area, whoever made them: keys, parents, counts, shapes; gives all problems as a table.

Nothing is raised here and nothing is changed. What reading has already reported is not said twice.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import MAX_OVERLAP_M2, overlaps, usable
from pipeline.errors import problem, problems_table
from pipeline.results import Area

LISTED = 20
"""Keys listed in one message."""

Rows = list[dict[str, str]]


def check_area(area: Area) -> pd.DataFrame:
    """Find every fault of the tables of an area (schema.PROBLEMS_CSV), beyond what `area.problems` holds.

    Errors stop a run: duplicate keys, negative counts, units without parents, communities in two subdistricts, shapes
    that are missing, broken or no polygons, no CRS, no units. Warnings and notes do not.
    """
    known = set(zip(area.problems["problem"], area.problems["id"], strict=True))
    if area.units.empty:
        return problems_table([] if (area.problems["severity"] == "error").any() else [_no_units(area)])
    rows = [
        *_keys(area.units),
        *_counts(area.units),
        *_parents(area.units, known),
        *_two_subdistricts(area.units),
        *_shapes(area.units),
        *_sizes(area),
        *_overlaps(area.units),
        *_detached(area.units),
    ]
    source = _units_file(area)
    fresh = [row | {"source": row["source"] or source} for row in rows if (row["problem"], row["id"]) not in known]
    if "negative count" in {name for name, _ in known}:
        fresh = [row for row in fresh if row["problem"] != "negative count"]
    return problems_table(fresh)


def _units_file(area: Area) -> str:
    section = area.settings.units or area.settings.communities
    if section is None:
        return ""
    return section.path if isinstance(section.path, str) else ", ".join(section.path)


def _no_units(area: Area) -> dict[str, str]:
    return problem(
        "error", "units", "empty layer", "The area has no units.", "Check the layer of units.", source=_units_file(area)
    )


def _listing(keys: Iterable[object]) -> str:
    shown = [str(key) for key in keys]
    return ", ".join(shown[:LISTED]) + (f" and {len(shown) - LISTED} more" if len(shown) > LISTED else "")


def _features(units: gpd.GeoDataFrame, wrong: np.ndarray | pd.Series) -> str:
    """Name units by feature number and key, such as `3 (u7)`; features are counted from 1 in file order."""
    positions = np.flatnonzero(np.asarray(wrong, dtype="bool"))
    return _listing(f"{position + 1} ({units.index[position] or 'no id'})" for position in positions)


def _fault(
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
    detail = f"{count} units {said}: features {_features(units, wrong)}."
    return [problem(severity, "units", name, detail, advice)]


def _keys(units: gpd.GeoDataFrame) -> Rows:
    index = units.index.astype("str")
    rows = _fault(units, index == "", "unit without id", "have no unit_id", "Give each a key found nowhere else.")
    for unit in index[index.duplicated() & (index != "")].unique():
        features = ", ".join(str(position + 1) for position in np.flatnonzero(index == unit))
        detail = f"unit_id {unit} stands at features {features}."
        advice = "Give each unit a key of its own, or remove the copy."
        rows.append(problem("error", "units", "duplicate unit ids", detail, advice, id=unit))
    return rows


def _counts(units: gpd.GeoDataFrame) -> Rows:
    rows = []
    for column in ("households", "population"):
        negative = (units[column] < 0).fillna(False).to_numpy(dtype="bool")
        rows += _fault(units, negative, "negative count", f"have negative {column}", "Counts are 0 or more.")
    unknown = units["population"].isna()
    if unknown.any():
        said = "No unit has" if unknown.all() else f"{unknown.sum()} of {len(units)} units have no"
        detail = f"{said} population; indicators that need it are not judged there."
        advice = "Add the column population (常住人口) where it is known."
        rows.append(problem("note", "units", "units without population", detail, advice))
    return rows


def _parents(units: gpd.GeoDataFrame, known: set[tuple[str, str]]) -> Rows:
    rows = []
    for column, of in (("community", "its name"), ("subdistrict", "its subdistrict")):
        if ("missing column", column) not in known:
            blank = (units[column].isna() | (units[column] == "")).to_numpy()
            advice = f"Write {of} in the column {column}, or give a layer of polygons that covers the units."
            rows += _fault(units, blank, f"units without {column}", f"have no {column}", advice)
    return rows


def _two_subdistricts(units: gpd.GeoDataFrame) -> Rows:
    told = units[(units["community"] != "") & (units["subdistrict"] != "")]
    parents = told.groupby("community")["subdistrict"].unique()
    rows = []
    for community, found in parents[parents.map(len) > 1].items():
        own = told[told["community"] == community]
        parts = [f"{name} ({_listing(own.index[own['subdistrict'] == name])})" for name in found]
        detail = f"Community {community} lies in {len(found)} subdistricts: {'; '.join(parts)}."
        advice = "Correct the subdistrict of these units, or give the two communities different names."
        rows.append(problem("error", "communities", "community in two subdistricts", detail, advice, id=community))
    return rows


def _shapes(units: gpd.GeoDataFrame) -> Rows:
    rows: Rows = []
    shapes = units.geometry.array
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    rows += _fault(units, absent, "no shape", "have no shape", "Draw them, or remove the features.")
    flat = ~absent & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    rows += _fault(units, flat, "not a polygon", "are not polygons", "Draw areas, not points or lines.")
    broken = ~absent & ~flat & ~shapely.is_valid(shapes)
    if broken.any():
        first = shapely.is_valid_reason(shapes[np.flatnonzero(broken)[0]])
        said = f"have broken outlines (the first: {first})"
        rows += _fault(units, broken, "invalid shape", said, "Mend them, in QGIS with Fix geometries (修正几何图形).")
    return rows


def _sizes(area: Area) -> Rows:
    rows = []
    units, upper = area.units, area.rules.upper
    large = (units["households"] > upper).to_numpy()
    if large.any():
        shown = _listing(f"{unit} ({count})" for unit, count in units.loc[large, "households"].items())
        detail = f"{large.sum()} units have more than {upper} households: {shown}."
        advice = (
            "A unit is never cut: their communities cannot be brought within the limits. Divide the units if possible."
        )
        rows.append(problem("warning", "units", "unit above upper limit", detail, advice))
    empty = area.communities.index[area.communities["households"] == 0]
    if len(empty):
        detail = f"{len(empty)} communities have no households: {_listing(empty)}."
        rows.append(problem("warning", "communities", "community without households", detail, "Check their counts."))
    return rows


def _overlaps(units: gpd.GeoDataFrame) -> Rows:
    pairs = overlaps(units)
    if pairs.empty:
        return []
    largest = [f"{row.a} and {row.b} ({row.area_m2:.0f} m²)" for row in pairs.head(5).itertuples()]
    detail = f"{len(pairs)} pairs of units overlap by more than {MAX_OVERLAP_M2:g} m², most: {', '.join(largest)}."
    advice = "Overlapping units may not be seen as neighbours; mend their outlines."
    return [problem("warning", "units", "overlaps", detail, advice)]


def _detached(units: gpd.GeoDataFrame) -> Rows:
    """Note communities of today whose units do not hang together (parts that touch in a point are apart)."""
    sound = units.iloc[usable(units)]
    sound = sound[sound["community"] != ""]
    union = shapely.coverage_union_all if shapely.coverage_is_valid(sound.geometry.array) else shapely.union_all
    whole = sound.geometry.groupby(sound["community"]).agg(lambda shapes: union(shapes.array))
    parts = pd.Series(shapely.get_num_geometries(whole.to_numpy()), index=whole.index)
    apart = parts[parts > 1]
    if apart.empty:
        return []
    shown = _listing(f"{community} ({count} parts)" for community, count in apart.items())
    detail = f"{len(apart)} communities lie in several parts: {shown}."
    advice = "Nothing to do if that is so; else close the gaps between their units."
    return [problem("note", "communities", "detached parts", detail, advice)]
