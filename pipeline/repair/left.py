"""Lists what is at fault and stays: enclosed land of no unit, units apart, and every fault where none is mended."""

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.coverage import gaps, invalid_rings, overlaps, strips, suggested_strips_m, widths
from pipeline.repair.log import Row, change
from pipeline.schema import LIST_SEPARATOR
from pipeline.settings import RepairSection

MOST_LEFT_M2 = 30_000.0
"""Enclosed land of no unit up to this area is listed; what is larger (3 ha) is taken to be meant."""

OFF = "enabled = false under [repair]"


def faults_left(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> list[Row]:
    """List the enclosed land of no unit that is wider than a gap, with what runs along it."""
    found = gaps(units, MOST_LEFT_M2)
    runs = _running(found, lines)
    rows = []
    for gap, along in zip(found.itertuples(), runs, strict=True):
        real = f"a {along} runs in it" if along else "it may be a park, a pond or land of no unit"
        why = f"wider than gap_m or at no two units: taken to be real, {real}"
        ids = gap.ids.split(LIST_SEPARATOR)
        text = ("land of no unit", "as it was", why)
        rows.append(change("gap", ids, gap.geometry, *text, done=False, width_m=float(gap.width_m)))
    return rows


def _running(found: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> list[str]:
    """Name what runs through each gap, such as `water 小黑河`; empty where nothing does."""
    runs = [""] * len(found)
    if len(lines) and len(found):
        gap, line = shapely.STRtree(lines.geometry.to_numpy()).query(found.geometry.to_numpy(), predicate="intersects")
        for number, position in sorted(zip(gap, line, strict=True), reverse=True):
            row = lines.iloc[position]
            runs[number] = f"{row['kind']} {row['name'] or ''}".strip()
    return runs


def units_apart(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, limits: RepairSection) -> list[Row]:
    """List the strips between units that face each other and touch nowhere, one row for each line that runs there."""
    found = strips(units, lines, max(limits.gap_m, limits.snap_m))
    found = found[found["along"] != ""]
    roads = found[found["along"] == "road"]
    wanted = suggested_strips_m(roads["width_m"]) if len(roads) else 0.0
    rows = []
    for (kind, name), pairs in found.groupby(["along", "along_name"], sort=True):
        ids = sorted({*pairs["a"], *pairs["b"]})
        named = f"{kind} {name}".strip()
        before = f"{len(ids)} units stand apart in {len(pairs)} pairs along {named}, {_range(pairs['width_m'])} m"
        if kind != "road":
            why = f"a {kind} parts units by itself"
        elif limits.strips_m:
            limit = f"wider than strips_m = {limits.strips_m:g}, or a water or railway crosses"
            why = f"{limit}; strips_m = {wanted:g} is wide enough"
        else:
            why = f"roads may be drawn as land of no unit by purpose; strips_m = {wanted:g} under [repair] divides it"
        piece = shapely.union_all(pairs.geometry.to_numpy())
        area, widest = float((pairs["width_m"] * pairs["length_m"]).sum()), float(pairs["width_m"].max())
        text = (before, "as it was", why)
        rows.append(change("strip", ids, piece, *text, done=False, area_m2=area, width_m=widest))
    return rows


def _range(values: pd.Series) -> str:
    low, high = f"{values.min():.0f}", f"{values.max():.0f}"
    return low if low == high else f"{low} to {high}"


def faults_found(units: gpd.GeoDataFrame) -> list[Row]:
    """List broken outlines, overlaps and gaps of a drawing of which nothing is to be mended."""
    rows = [
        change("ring", [ring.id], ring.geometry, ring.reason, "as it was", OFF, done=False)
        for ring in invalid_rings(units).itertuples()
    ]
    pairs = overlaps(units)
    for pair, width in zip(pairs.itertuples(), widths(pairs.geometry.to_numpy()), strict=True):
        text = ("covered by 2 units", "as it was", OFF)
        rows.append(change("overlap", [pair.a, pair.b], pair.geometry, *text, done=False, width_m=float(width)))
    for gap in gaps(units, MOST_LEFT_M2).itertuples():
        text = ("land of no unit", "as it was", OFF)
        ids = gap.ids.split(LIST_SEPARATOR)
        rows.append(change("gap", ids, gap.geometry, *text, done=False, width_m=float(gap.width_m)))
    return rows
