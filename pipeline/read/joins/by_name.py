"""Gives the rows of a table per compound their unit_id: by the compound's name within its community and subdistrict.

Nothing is guessed: a name that fits several units, or one that stands under several communities while the map has it
once, is refused, since a unit is never cut.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import look_up
from pipeline.read.joins.books import listed
from pipeline.read.names.proposals import did_you_mean
from pipeline.read.sources import Rows, Source, place

MOSTLY = 0.5
"""A table is taken for one per compound where more of its names than this part are names of units."""


@dataclass(frozen=True)
class _Row:
    """One row of the table: its number and what it says of its compound ("" where it does not)."""

    number: int
    name: str
    community: str
    subdistrict: str


def compound_key(name: str) -> str:
    """Reduce a compound's name to what is compared: full-width forms, blanks and case make no difference.

    >>> compound_key("Ａ区 阳光花园")
    'a区阳光花园'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).lower()


def is_per_compound(source: Source, units: pd.DataFrame) -> bool:
    """Tell whether a table without unit_id has a row per compound that the units name."""
    table = source.table
    if "name" not in table or ("unit_id" in table and (table["unit_id"] != "").any()):
        return False
    told = table.loc[table["name"] != "", "name"].map(compound_key)
    known = set(units.loc[units["name"] != "", "name"].map(compound_key))
    return len(told) > 0 and bool(told.isin(known).mean() > MOSTLY)


def with_unit_ids(source: Source, units: gpd.GeoDataFrame) -> tuple[Source, Rows]:
    """Fill `unit_id` of a table per compound; rows that find no unit are errors and stay out (`Source.refused`).

    `units`: with name, community and subdistrict, "" where unknown.
    """
    by_name: dict[str, list[tuple[str, str, str]]] = {}
    for unit in units[units["name"] != ""].itertuples():
        by_name.setdefault(compound_key(unit.name), []).append((unit.unit_id, unit.community, unit.subdistrict))
    told = _rows(source)
    fits = {row.number: _fitting(row, by_name.get(compound_key(row.name), [])) for row in told}
    shared = _shared(told, by_name)
    found = {number: units[0] for number, units in fits.items() if len(units) == 1 and number not in shared}
    rows = _shared_told(source, shared, told, by_name)
    rows += [
        _refused(source, row, fits[row.number], by_name)
        for row in told
        if row.number not in found and row.number not in shared
    ]
    ids = look_up(source.table.index.to_series(), found)
    letters = {**source.letters, **({"unit_id": source.letters["name"]} if "name" in source.letters else {})}
    refused = {**source.refused, "unit_id": ids.index[ids == ""]}
    return replace(source, table=source.table.assign(unit_id=ids), letters=letters, refused=refused), rows


def _rows(source: Source) -> list[_Row]:
    blank = pd.Series("", index=source.table.index)
    parts = [source.table.get(column, blank) for column in ("name", "community", "subdistrict")]
    return [_Row(*row) for row in zip(source.table.index, *parts, strict=True)]


def _fitting(row: _Row, units: list[tuple[str, str, str]]) -> list[str]:
    """List the units of the row's name that lie where the row says; what is unknown of either is no obstacle."""
    return [
        unit
        for unit, community, subdistrict in units
        if "" in (row.community, community) or row.community == community
        if "" in (row.subdistrict, subdistrict) or row.subdistrict == subdistrict
    ]


def _shared(told: list[_Row], by_name: Mapping[str, list[tuple[str, str, str]]]) -> dict[int, str]:
    """Find rows of compounds that stand under more communities than the map has units of that name."""
    communities: dict[str, set[str]] = {}
    for row in told:
        communities.setdefault(compound_key(row.name), set()).add(row.community)
    over = {key for key, names in communities.items() if len(names) > max(1, len(by_name.get(key, [])))}
    return {row.number: key for row in told if (key := compound_key(row.name)) in over and key in by_name}


def _shared_told(
    source: Source, shared: Mapping[int, str], told: list[_Row], by_name: Mapping[str, list[tuple[str, str, str]]]
) -> Rows:
    rows = []
    for key in dict.fromkeys(shared.values()):
        own = [row for row in told if shared.get(row.number) == key]
        on_map = ", ".join(f"{unit} in {community or 'no community'}" for unit, community, _ in by_name[key])
        rows.append(unit_in_two_communities(source, own[0].name, {r.number: r.community for r in own}, on_map))
    return rows


def unit_in_two_communities(source: Source, name: str, said: Mapping[int, str], on_map: str) -> dict[str, str]:
    """Say that rows put one unit under several communities. `said`: community by row number."""
    column = "name" if "name" in source.table else "unit_id"
    parts = [f"{community or '(blank)'} ({place(source, [number], column)})" for number, community in said.items()]
    detail = f"{name} stands under {len(set(said.values()))} communities: {', '.join(parts)}; the map has: {on_map}."
    advice = (
        "A unit is never cut: divide its shape and give each part a name and a row of its own, or write one community "
        "and the whole count in one row."
    )
    where = place(source, said, column)
    return problem("error", source.role, "unit in two communities", detail, advice, id=name, source=where)


def _refused(
    source: Source, row: _Row, fits: list[str], by_name: Mapping[str, list[tuple[str, str, str]]]
) -> dict[str, str]:
    """Say why a row found no unit: no name, a name that is not there, not there in this community, or there twice."""
    there = by_name.get(compound_key(row.name), [])
    where = ", ".join(f"{unit} in {community or 'no community'}" for unit, community, _ in there)
    if not row.name:
        detail, advice = "The row has no name of a compound.", "Write the name, or remove the row."
    elif len(fits) > 1:
        detail = f"{row.name} is the name of several units: {listed(fits)}"
        advice = "Give the table a column unit_id (小区编号), or write the community of each row."
    elif there:
        detail = f"{row.name} does not lie in {row.community or row.subdistrict} on the map, which has: {where}."
        advice = "Correct the community in the table or in the layer of units."
    else:
        detail = f"No unit of the map has the name {row.name}."
        hint = did_you_mean(row.name, by_name)
        advice = f"{hint} Correct the name, or add the compound's shape to the layer of units.".strip()
    source_place = place(source, [row.number], "name")
    return problem("error", source.role, "counts without shape", detail, advice, id=row.name, source=source_place)
