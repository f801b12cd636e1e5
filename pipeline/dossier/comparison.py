"""Sets communities before and after side by side (调整前后对照表), with subtotals and a total that balance.

A *group* is a set of communities before and after that share units, directly or through each other; what becomes of
one group can be read without looking at any other.
"""

from typing import Any

import pandas as pd

from pipeline.dossier.headline import community_totals
from pipeline.graph import components
from pipeline.results import Result
from pipeline.rules import status_of
from pipeline.schema import LIST_SEPARATOR, STATUS_ZH

SIDES = ("before", "after")
FIGURES = ("households", "population", "area_km2")
ROW, SUBTOTAL, TOTAL = "row", "subtotal", "total"


def comparison(result: Result, strategy: str) -> pd.DataFrame:
    """Set the communities of a strategy against those of today.

    One row per name, a surviving community in one row on both sides; groups stay together, subdistricts follow the
    communities table. Columns: level (row, subtotal, total), group, number (of the group in the area), subdistrict,
    way (保留, 拆分, ...), note, and for each side before and after: name, households, population, area_km2, status.
    A side without a community is missing; sums count names in `name_<side>` of subtotals (as text).
    """
    today, then = community_totals(result, None), community_totals(result, strategy)
    rules = result.area.rules
    rows = pd.concat(
        {
            side: table.assign(name=table.index, status=status_of(table["households"], rules).map(STATUS_ZH))
            for side, table in zip(SIDES, (today, then), strict=True)
        },
        axis=1,
    )
    rows.columns = pd.Index([f"{name}_{side}" for side, name in rows.columns])
    rows = rows.assign(
        subdistrict=rows["subdistrict_before"].fillna(rows["subdistrict_after"]),
        group=_groups(result, strategy, rows.index),
    ).drop(columns=["subdistrict_before", "subdistrict_after"])
    return _with_totals(_ordered(_said(rows.assign(level=ROW)), today))


def _groups(result: Result, strategy: str, names: pd.Index) -> pd.Series:
    """Number the groups: communities before and after are joined where they share units."""
    changes = result.evaluations[strategy].changes
    return components(names, changes["before"], changes["after"])


def _said(rows: pd.DataFrame) -> pd.DataFrame:
    """Add `way` and `note`, the same on every row of a group."""
    groups: dict[int, tuple[list[str], list[str]]] = {number: ([], []) for number in rows["group"]}
    for number, *names in zip(rows["group"], rows["name_before"], rows["name_after"], strict=True):
        for side, name in zip(groups[number], names, strict=True):
            side += [name] if isinstance(name, str) else []
    said = {number: _way(*sides) for number, sides in groups.items()}
    ways, notes = zip(*(said[number] for number in rows["group"]), strict=True)
    return rows.assign(way=ways, note=notes)


def _way(before: list[str], after: list[str]) -> tuple[str, str]:
    """Say what becomes of a group, and who appears or vanishes."""
    created = [name for name in after if name not in before]
    abolished = [name for name in before if name not in after]
    note = "；".join(
        f"{label}{LIST_SEPARATOR.join(names)}" for label, names in (("新设", created), ("撤销", abolished)) if names
    )
    if len(before) == len(after) == 1:
        return ("保留" if before == after else "更名"), note
    if len(before) == 1:
        return "拆分", note
    if len(after) == 1:
        return "合并", note
    return ("重组" if created or abolished else "划转"), note


def _ordered(rows: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    """Sort by subdistrict, then group by its first community of today, then today's order; new ones last."""
    place = pd.Series(range(len(today)), index=today.index).reindex(rows.index).fillna(len(today)).astype(int)
    subdistricts = {name: number for number, name in enumerate(today["subdistrict"].unique())}
    keyed = rows.assign(
        place=place,
        first=place.groupby(rows["group"]).transform("min"),
        rank=rows["subdistrict"].map(subdistricts).fillna(len(subdistricts)),
    )
    keyed = keyed.sort_values(["rank", "first", "place"], kind="stable").drop(columns=["place", "first", "rank"])
    return keyed.assign(number=pd.factorize(keyed["group"])[0] + 1).reset_index(drop=True)


def _with_totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Add a subtotal after every subdistrict and the total at the end."""
    parts: list[pd.DataFrame] = []
    for subdistrict, part in rows.groupby("subdistrict", sort=False):
        parts += [part, pd.DataFrame([_sums(part, SUBTOTAL, str(subdistrict))])]
    return pd.concat([*parts, pd.DataFrame([_sums(rows, TOTAL, "")])], ignore_index=True)


def _sums(rows: pd.DataFrame, level: str, subdistrict: str) -> dict[str, Any]:
    sums: dict[str, Any] = {"level": level, "subdistrict": subdistrict, "way": "", "note": ""}
    for side in SIDES:
        sums[f"name_{side}"] = f"{rows[f'name_{side}'].notna().sum()}个社区"
        sums |= {f"{name}_{side}": rows[f"{name}_{side}"].sum(min_count=1) for name in FIGURES}
    return sums
