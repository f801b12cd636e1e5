"""Checks communities against the line of their subdistrict."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.check.nesting.ground import MOSTLY, Ground, named, wide
from pipeline.check.rows import Found, Rows, listing, one_by_one
from pipeline.shares import area_shares

CROSSING_SHARE, CROSSING_M2 = 0.05, 1000.0
"""A community crosses the line with at least this share of its area, or more than this area."""


def find_outside(ground: Ground) -> gpd.GeoDataFrame:
    """Find what lies beyond the line of the subdistrict, by community that has some: geometry (at least NOISE_M wide),
    subdistrict, area_m2, noise_m2 (what is narrower), share (area_m2 of the whole community), crosses (bool).

    A community is as its layer draws it, else as its units are; those whose subdistrict has no polygon are left out.
    """
    drawn = ground.drawn()
    parent = pd.Series([ground.parents.get(name, "") for name in drawn.index], index=drawn.index, dtype="str")
    drawn = drawn[parent.isin(ground.subdistricts.index)]
    lines = ground.subdistricts[parent[drawn.index]]
    beyond = ~np.asarray(lines.covers(drawn, align=False))
    drawn, lines = drawn[beyond], lines[beyond]
    outside = gpd.GeoSeries(drawn.difference(lines, align=False).to_numpy(), index=drawn.index, crs=drawn.crs)
    broad = wide(outside)
    table = gpd.GeoDataFrame({"subdistrict": parent[drawn.index], "area_m2": broad.area}, geometry=broad)
    table["noise_m2"] = (outside.area - broad.area).clip(lower=0.0)
    table["share"] = table["area_m2"] / drawn.area
    table["crosses"] = (table["area_m2"] > CROSSING_M2) | (table["share"] >= CROSSING_SHARE)
    return table


def check_crossing(ground: Ground, outside: gpd.GeoDataFrame) -> tuple[Rows, frozenset[str]]:
    """Warn of communities that cross the line of their subdistrict, and give the units that lie beyond it."""
    crossing = outside[outside["crosses"]]
    if crossing.empty:
        return [], frozenset()
    units = ground.units[ground.units["community"].isin(crossing.index)]
    shares = area_shares(units.geometry, named(crossing.geometry), "name")
    own = shares["name"].to_numpy() == units["community"].to_numpy()[shares["shape"]]
    there = units.iloc[shares.loc[own & (shares["share"] >= MOSTLY), "shape"]]
    others = area_shares(crossing.geometry, named(ground.subdistricts), "name")
    others["of"] = crossing.index[others["shape"]]
    rows = one_by_one(
        *("warning", "communities", "community crosses the subdistrict line", list(crossing.itertuples())),
        lambda row: _found(row, there[there["community"] == row.Index], others[others["of"] == row.Index]),
        "communities lie partly beyond the line of their subdistrict",
        "No community may lie in two subdistricts: correct the line, or the polygon and the units of the community.",
        source=ground.files["communities"] or ground.files["units"],
    )
    return rows, frozenset(there.index.astype("str"))


def _found(row: Any, there: pd.DataFrame, others: pd.DataFrame) -> Found:
    to = listing(f"{area:.0f} m² in {name}" for name, area in zip(others["name"], others["area_m2"], strict=True))
    units = f"Units there: {listing(there.index)} ({there['households'].sum()} households)" if len(there) else ""
    detail = (
        f"{row.Index} lies with {row.area_m2:.0f} m² ({row.share:.0%}) beyond the line of its subdistrict "
        f"{row.subdistrict}{f', {to}' if to else ''}. {units or 'No unit lies there'}."
    )
    return Found(row.Index, detail, f"{row.Index} ({row.area_m2:.0f} m², {there['households'].sum()} households)")
