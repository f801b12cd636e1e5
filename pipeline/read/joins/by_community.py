"""Joins a table with rows of communities, by code or name: their units are brought to the table's counts."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from pipeline.apportion import apportion
from pipeline.errors import problem
from pipeline.read.cells.values import look_up
from pipeline.read.joins.books import Joined, Told, blank_counts, book, listed, sums, totals_differ
from pipeline.read.joins.repeated import several_rows
from pipeline.read.names.proposals import did_you_mean
from pipeline.read.names.spelling import name_key
from pipeline.read.sources import Rows, Source, faults, missing_column, place
from pipeline.schema import SKETCH


def join_by_community(units: gpd.GeoDataFrame, source: Source, sources: Mapping[str, Source]) -> Joined:
    """Bring the units of each community to the count that the table's rows give it."""
    if not {"community", "code"} & set(source.table.columns):
        return Joined(units, [], [missing_column(source, "community", "Rows are joined by it, by code or by unit_id.")])
    community, how = named_rows(source, sources)
    known = community.isin(set(units["community"]) - {""})
    rows = _unplaced(source, community, known, set(units["community"]) - {""}, sources)
    rows += several_rows(source, community.where(known, ""))
    rows += _renamed(source, community, how, _on_map(units, sources))
    counted = source.table["households"].groupby(community).transform("count") if "households" in source.table else 0
    rows += blank_counts(source, known & (counted == 0))
    told = source.table[known].groupby(community[known], sort=False)
    filled = units.copy()
    if "households" in source.table:
        totals = told["households"].sum(min_count=1).dropna()
        filled["households"], found = _brought(units, units["households"], units.area, totals, "households", source)
        rows += found
    if "population" in source.table:
        totals = told["population"].sum(min_count=1).dropna()
        shares = filled["households"].astype("float64")
        filled["population"], found = _brought(units, units["population"], shares, totals, "population", source)
        rows += found
    spoken = units["community"].isin(community[known])
    rows += _silent_communities(units, spoken, source)
    row = book(
        source,
        joined_by=", ".join(sorted(set(how[known]) - {""})),
        matched=int(known.sum()),
        unmatched_here=int((~known).sum()),
        unmatched_there=int(units.loc[~spoken & (units["community"] != ""), "community"].nunique()),
        many_to_one=int(community[known].duplicated(keep=False).sum()),
        sums=sums(source.table, filled[spoken]),
    )
    rows += totals_differ(source, row, source.table.loc[~known], rows)
    return Joined(filled, [row], rows, Told(source, "community", community[known]))


def named_rows(source: Source, sources: Mapping[str, Source]) -> tuple[pd.Series, pd.Series]:
    """Find the community that each row speaks of: by code through the communities layer, else by name.

    Gives community ("" where neither is there) and by what it was found: code, name or "".
    """
    table = source.table
    blank = pd.Series("", index=table.index, dtype="str")
    name = table.get("community", blank)
    layer = sources["communities"].table if "communities" in sources else pd.DataFrame()
    by_code = blank
    if source.role != "communities" and "code" in table and {"code", "community"} <= set(layer.columns):
        coded = layer[(layer["code"] != "") & ~layer["code"].duplicated(keep=False)]
        by_code = look_up(table["code"], coded.set_index("code")["community"])
    community = by_code.where(by_code != "", name).astype("str")
    how = pd.Series("name", index=table.index, dtype="str").where(by_code == "", "code").where(community != "", "")
    return community, how.astype("str")


def _brought(
    units: gpd.GeoDataFrame, own: pd.Series, instead: pd.Series, totals: pd.Series, column: str, source: Source
) -> tuple[pd.Series, Rows]:
    """Bring each community's units to its total: in proportion to their `own` counts, `instead` where one has none."""
    here = units["community"].isin(totals.index)
    groups = units.loc[here, "community"]
    before = own[here].groupby(groups).sum()
    uncounted = own[here].isna().groupby(groups).any() | (before == 0)
    blank = groups.map(uncounted).astype("bool")
    shares = own[here].astype("float64").where(~blank, instead[here].astype("float64"))
    filled = own.copy()
    filled[here] = apportion(totals, shares, groups).astype("Int64")
    several = groups.groupby(groups).size() > 1
    spread = [name for name in totals.index if uncounted[name] and several[name] and totals[name] > 0]
    changes = [
        f"{name} {before[name]} → {totals[name]}"
        for name in totals.index
        if not uncounted[name] and before[name] != totals[name]
    ]
    return filled, _spread_or_scaled(spread if column == "households" else [], changes, column, source)


def _spread_or_scaled(spread: list[str], changes: list[str], column: str, source: Source) -> Rows:
    """Say for which communities counts were spread by area, and for which they were scaled."""
    rows = []
    if spread:
        detail = f"Households of {len(spread)} communities were spread over their units by area: {listed(spread)}"
        advice = "What is proposed there is a sketch (示意): give counts per unit for a plan."
        rows.append(problem("warning", source.role, SKETCH, detail, advice, source=source.label))
    if changes:
        detail = f"The units' {column} were scaled to the table in {len(changes)} communities: " + listed(changes, 100)
        advice = "The table counts as the newer figure; check large differences."
        rows.append(problem("warning", source.role, f"{column} scaled", detail, advice, source=source.label))
    return rows


def _unplaced(
    source: Source, community: pd.Series, known: pd.Series, on_map: set[str], sources: Mapping[str, Source]
) -> Rows:
    """Find rows whose community has no units, with the names that may be meant; without households no error."""
    layer = sources["communities"].table if "communities" in sources else pd.DataFrame()
    in_layer = community.isin(layer["community"]) if "community" in layer else pd.Series(False, index=community.index)
    column = "community" if "community" in source.table else "code"
    said = source.table[column]
    empty = pd.Series(False, index=community.index)
    if "households" in source.table:
        empty = (source.table["households"] == 0).fillna(False).astype("bool")
    unknown = ~known & ~in_layer
    what = "Neither the units nor the communities layer know this community"
    advice = "Correct its name or code, list it as the community of its units, or add its polygon."
    rows = faults("error", source, said[unknown & ~empty], column, "counts without shape", what, advice)
    nothing = f"{what}; it has no households"
    rows += faults("warning", source, said[unknown & empty], column, "counts without shape", nothing, advice)
    rows += faults(
        *("error", source, said[~known & in_layer & ~empty & ~_uncounted(source)], column, "counts without shape"),
        "The community has a polygon but no units that could hold its households",
        "Add its units, or list it as the community of the units that belong to it.",
    )
    alone = sorted(on_map - set(community))
    return [_hinted(row, alone, sorted(on_map)) for row in rows]


def _uncounted(source: Source) -> pd.Series:
    """Tell which rows have no count at all."""
    if "households" not in source.table:
        return pd.Series(True, index=source.table.index)
    return source.table["households"].isna()


def _hinted(row: dict[str, str], alone: list[str], known: list[str]) -> dict[str, str]:
    """Put the names that may be meant before the advice; those on the map that no row speaks of come first."""
    hint = did_you_mean(row["id"], alone, known) if row["id"] else ""
    return row | {"advice": f"{hint} {row['advice']}".strip()}


def _on_map(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> set[str]:
    """List the communities that the units and the layer of communities name."""
    layer = sources["communities"].table if "communities" in sources else pd.DataFrame()
    return (set(units["community"]) | set(layer.get("community", []))) - {""}


def _renamed(source: Source, community: pd.Series, how: pd.Series, on_map: set[str]) -> Rows:
    """Say which rows were found by code although their name is another; an error where that is another community's."""
    if "community" not in source.table:
        return []
    said = source.table["community"]
    renamed = (how == "code") & (said != "") & (said.map(name_key) != community.map(name_key))
    torn = renamed & said.isin(on_map)
    rows = []
    for number in torn.index[torn]:
        detail = f"The row says {said[number]}, but its code is that of {community[number]}; the map has both."
        advice = "Correct the code or the name: it is not known whose counts these are."
        where = place(source, [number], "code")
        rows.append(
            problem("error", source.role, "code and name disagree", detail, advice, id=said[number], source=where)
        )
    pairs = [f"{name} (map: {there})" for name, there in zip(said[renamed], community[renamed], strict=True)]
    pairs = [pair for pair, both in zip(pairs, torn[renamed], strict=True) if not both]
    if pairs:
        detail = f"{len(pairs)} communities were found by code under another name: {listed(pairs)}"
        advice = "Check codes and names."
        rows.append(problem("warning", source.role, "name differs", detail, advice, source=source.label))
    return rows


def _silent_communities(units: gpd.GeoDataFrame, spoken: pd.Series, source: Source) -> Rows:
    """Say which communities the table leaves out although their units carry counts."""
    counted = ~spoken & (units["community"] != "") & units["households"].notna()
    if not counted.any():
        return []
    names = units.loc[counted, "community"].unique()
    detail = f"{len(names)} communities have no row and keep the layer's counts: {listed(names)}"
    return [problem("warning", source.role, "count kept", detail, "Add their rows to the table.", source=source.label)]
