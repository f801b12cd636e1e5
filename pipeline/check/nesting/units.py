"""Checks units against the polygons of communities and subdistricts: which lie elsewhere, which across a line."""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.check.nesting.ground import MOSTLY, Ground, is_noise
from pipeline.check.rows import Found, Rows, one_by_one

STRADDLES = 0.1
"""A unit of which at least this share lies in a second community straddles."""

WHOLLY = 1 - STRADDLES + 1e-9
"""A unit of which more lies in its own community does not straddle."""

SHOWN = 0.005
"""Smaller shares are not worth printing."""

ELSEWHERE, OUTSIDE, STRADDLING, ACROSS = "elsewhere", "outside", "straddling", "across"
"""Mostly in another polygon; mostly in none; in two communities; in two subdistricts."""


def check_units(ground: Ground, told: frozenset[str]) -> Rows:
    """Warn of units that lie in another community or subdistrict than theirs, or with STRADDLES in a second one.

    Units in `told` are not said to lie elsewhere again. A unit gets one row: of its communities, unless it crosses
    only the line of its subdistrict.
    """
    community = unit_kinds(ground.units, ground.in_communities, ground.communities, "community")
    subdistrict = unit_kinds(ground.units, ground.in_subdistricts, ground.subdistricts, "subdistrict")
    here, there = ([ground.parents.get(name, "") for name in community[which]] for which in ("own", "other"))
    apart = np.array([a != b and a != "" and b != "" for a, b in zip(here, there, strict=True)], dtype="bool")
    across = (community["kind"] == STRADDLING) & (apart | (subdistrict["kind"] == STRADDLING))
    of_communities = community["kind"].mask(across, ACROSS)
    of_subdistricts = subdistrict["kind"].replace(STRADDLING, ACROSS).where(of_communities == "", "")
    known = pd.Series(ground.units.index.isin(list(told)), index=community.index)
    rows: Rows = []
    for column, kinds, shares in (
        ("community", of_communities, ground.in_communities),
        ("subdistrict", of_subdistricts, ground.in_subdistricts),
    ):
        fresh = kinds.mask(known & kinds.isin((ELSEWHERE, OUTSIDE)), "")
        rows += _rows(ground, fresh, shares, column)
    return rows


def unit_kinds(units: gpd.GeoDataFrame, shares: pd.DataFrame, polygons: gpd.GeoSeries, column: str) -> pd.DataFrame:
    """Sort the units by how they lie in the polygons, by position: own, own_share, other, kind ("" where all is well).

    `shares`: of `units` in `polygons`; `other`: the name of the largest share that is not its own. Units whose own
    name has no polygon cannot be compared.
    """
    names = pd.Series(units[column].to_numpy(), index=range(len(units)), dtype="str")
    own = shares["name"].to_numpy() == names.to_numpy()[shares["shape"]]
    ordered = shares[~own].sort_values(["shape", "share"], ascending=[True, False], kind="stable")
    other = ordered.drop_duplicates("shape").set_index("shape").reindex(names.index)
    own_share = shares[own].set_index("shape")["share"].reindex(names.index, fill_value=0.0)
    second = other["share"].fillna(0.0)
    known = names.isin(polygons.index)
    elsewhere = known & (own_share < MOSTLY) & (second > own_share)
    # where polygons overlap, a unit may lie in a second one although all of it lies in its own
    straddling = known & ~elsewhere & (second >= STRADDLES) & (own_share <= WHOLLY)
    outside = known & ~elsewhere & ~straddling & (own_share < MOSTLY)
    by_area = np.flatnonzero(straddling & ~other["by_floor"].eq(True))
    across = units.geometry.iloc[by_area].intersection(polygons[other["name"].iloc[by_area]], align=False)
    straddling.iloc[by_area[is_noise(across)]] = False
    kind = np.select([elsewhere, outside, straddling], [ELSEWHERE, OUTSIDE, STRADDLING], "")
    return pd.DataFrame({"own": names, "own_share": own_share, "other": other["name"].fillna(""), "kind": kind})


def _rows(ground: Ground, kinds: pd.Series, shares: pd.DataFrame, column: str) -> Rows:
    """Make the rows of one level; `kinds` and `shares` by position of the unit."""
    by_unit = shares.groupby("shape").indices

    def of(kind: str) -> list[int]:
        return [int(unit) for unit in np.flatnonzero(kinds == kind)]

    def tell(unit: int) -> Found:
        return _found(ground, unit, shares.iloc[by_unit.get(unit, [])], column)

    source, share = ground.files["units"], f"{STRADDLES:.0%}"
    return [
        *one_by_one(
            *("warning", "units", f"unit lies in another {column}", of(ELSEWHERE), tell),
            *(f"units lie mostly in another {column} than theirs", f"Correct their {column}, or the polygons."),
            source=source,
        ),
        *one_by_one(
            *("warning", "units", f"unit outside its {column}", of(OUTSIDE), tell),
            *(f"units lie mostly outside of their {column} and in no other", "Check where they lie, and the polygons."),
            source=source,
        ),
        *one_by_one(
            *("warning", "units", "unit straddles", of(STRADDLING), tell),
            f"units lie with at least {share} in a second community",
            "A unit is never cut: correct the line, or make two units of it, with a count each.",
            source=source,
        ),
        *one_by_one(
            *("warning", "units", "unit straddles subdistricts", of(ACROSS), tell),
            f"units lie with at least {share} in a second subdistrict",
            "A unit is never cut: correct the line, or make two units of it, with a count each, on either side of it.",
            source=source,
        ),
    ]


def _found(ground: Ground, at: int, shares: pd.DataFrame, column: str) -> Found:
    """Say how one unit lies: its households, its own name and its shares, the largest first."""
    unit = ground.units.iloc[at]
    shares = shares[shares["share"] >= SHOWN].sort_values("share", ascending=False, kind="stable")
    rest = 1 - shares["share"].sum()
    parents = {name: ground.parents.get(name, "") for name in shares["name"]}
    shown = column == "community" and len(set(parents.values())) > 1
    parts = [
        f"{name}{f' ({parents[name]})' if shown else ''} {share:.0%}"
        for name, share in zip(shares["name"], shares["share"], strict=True)
    ]
    said = ", ".join([*parts, *([f"no polygon {rest:.0%}"] if rest >= SHOWN else [])])
    by = "floor area of the buildings inside" if shares["by_floor"].any() else "area"
    detail = f"{unit.name} ({unit['households']} households) stands under {unit[column]}; it lies by {by} in: {said}."
    return Found(str(unit.name), detail, f"{unit.name} ({unit[column]}; {said}; {unit['households']} households)")
