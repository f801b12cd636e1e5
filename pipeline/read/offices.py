"""Reads the premises of communities and finds the unit in which each community's office stands (its anchor)."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source, place

STATE_RANK = {"usable": 0, "decorating": 1, "building": 2, "none": 3}


def make_premises(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> tuple[pd.DataFrame | None, Rows]:
    """Make the premises table: community, name, floor_m2, state, rank (of the state), unit (position, -1 outside).

    Premises without a community get that of the unit they stand in. A GeoDataFrame where the source has shapes.
    """
    if "premises" not in sources:
        return None, []
    source = sources["premises"]
    table = source.table.copy()
    for column, default in (("community", ""), ("name", ""), ("floor_m2", np.nan), ("state", "usable")):
        if column not in table:
            table[column] = default
    table["rank"] = table["state"].map(STATE_RANK)
    table["unit"] = _unit_of(table, units)
    inside = table["unit"] >= 0
    own = pd.Series("", index=table.index, dtype="str")
    own[inside] = units["community"].to_numpy()[table.loc[inside, "unit"]]
    table["community"] = table["community"].where(table["community"] != "", own).astype("str")
    return table, _premises_faults(source, table, own, units)


def _unit_of(table: pd.DataFrame, units: gpd.GeoDataFrame) -> np.ndarray:
    """Position of the unit that each of the premises stands in, -1 where none or where it has no shape."""
    found = np.full(len(table), -1)
    if not isinstance(table, gpd.GeoDataFrame) or table.crs is None or units.crs is None:
        return found
    points = shapely.point_on_surface(table.geometry.array)
    which, unit = shapely.STRtree(units.geometry.array).query(points, predicate="intersects")
    # on a shared border the first unit is taken: reversed, so that the first is written last
    found[which[::-1]] = unit[::-1]
    return found


def _premises_faults(source: Source, table: pd.DataFrame, own: pd.Series, units: gpd.GeoDataFrame) -> Rows:
    rows = []
    unknown = table[~table["community"].isin(set(units["community"])) | (table["community"] == "")]
    if len(unknown):
        names = "、".join(dict.fromkeys(name or "(blank)" for name in unknown["community"]))
        detail = f"{len(unknown)} premises name a community that has no units: {names}."
        where = place(source, unknown.index, "community")
        rows.append(problem("warning", "premises", "unknown community", detail, "Correct the name.", source=where))
    outside = (own != "") & (own != table["community"]) & ~table.index.isin(unknown.index)
    if outside.any():
        pairs = [
            f"{name} (in {there})" for name, there in zip(table.loc[outside, "community"], own[outside], strict=True)
        ]
        detail = f"{outside.sum()} offices stand outside their community: {'、'.join(pairs)}."
        advice = "They are no anchor of their community; a transfer may bring them home."
        where = place(source, table.index[outside])
        rows.append(problem("note", "premises", "office outside", detail, advice, source=where))
    return rows


def anchors(units: gpd.GeoDataFrame, premises: pd.DataFrame | None, source: Source) -> tuple[pd.Series, Rows]:
    """Choose at most one anchor unit for each community: by the units' own column, else by where its premises stand.

    Of several premises the most usable, then the largest counts. Gives bool on the index of `units`.
    """
    marked = units["anchor"].astype("bool") & (units["community"] != "")
    if marked.any():
        first = marked & ~units["community"].where(marked).duplicated()
        several = units.loc[marked & ~first, "community"].unique()
        if not len(several):
            return marked, []
        detail = f"{len(several)} communities have several anchor units; the first is taken: {'、'.join(several)}."
        where = place(source, units.index[marked & ~first], "anchor")
        return first, [problem("warning", "units", "several anchors", detail, "Mark one unit.", source=where)]
    chosen = pd.Series(False, index=units.index)
    if premises is None:
        return chosen, []
    inside = premises[premises["unit"] >= 0]
    home = inside[units["community"].to_numpy()[inside["unit"]] == inside["community"]]
    best = home.assign(size=-home["floor_m2"].fillna(0)).sort_values(["rank", "size"], kind="stable")
    chosen.iloc[best.drop_duplicates("community")["unit"]] = True
    return chosen, []


def shown_premises(premises: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """Give the premises that have shapes: community, name, floor_m2, state and geometry; None where there are none."""
    if not isinstance(premises, gpd.GeoDataFrame):
        return None
    return premises[["community", "name", "floor_m2", "state", "geometry"]].reset_index(drop=True)
