"""Keeps communities of one name in two subdistricts apart: a register that lists both makes each a key of its own.

A register is the layer of communities or a table with a row per community. Where it lists a name once under each of
several subdistricts, or under each with a code of its own, these are different communities. Their keys are written
团结社区（大召街道）. Without a register a name in two subdistricts stays one community across the line: an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import look_up
from pipeline.read.names.spelling import name_key, subdistrict_key
from pipeline.read.overlap import largest_share
from pipeline.read.sources import Rows, Source, place

QUALIFIED = "{name}（{subdistrict}）"
REGISTERS = ("communities", "households")
_IN_BRACKETS = re.compile(r"(.+)[(（]([^()（）]+)[)）]")


@dataclass(frozen=True)
class Homonyms:
    """Names that stand for several communities. `keys`: (name, subdistrict) -> key; `by_code`: code -> key."""

    keys: Mapping[tuple[str, str], str]
    by_code: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """The names, each once."""
        return list(dict.fromkeys(name for name, _ in self.keys))

    def of(self, name: str) -> list[str]:
        """List the keys of the communities that have this name."""
        return [key for (own, _), key in self.keys.items() if own == name]


def keep_apart(sources: Mapping[str, Source]) -> tuple[dict[str, Source], Rows]:
    """Give communities of one name in several subdistricts a key each, in all sources (spellings are unified).

    A row is told by its own subdistrict, else by its code, else by the polygon that its shape lies in, else by its
    unit. A note lists the names; a row that cannot be told is an error (a warning for premises).
    """
    homonyms = find_homonyms(sources)
    if not homonyms.keys:
        return dict(sources), []
    listing = "; ".join(f"{name}: {'、'.join(homonyms.of(name))}" for name in homonyms.names)
    detail = f"{len(homonyms.names)} names stand for several communities, which are kept apart: {listing}."
    advice = "Nothing to do; a name alone is never joined there."
    rows = [problem("note", "communities", "homonyms", detail, advice)]
    told = dict(sources)
    for role in ("communities", "units", "households", "premises", "forecast"):
        if role in told and "community" in told[role].table:
            told[role], found = _told_apart(told[role], homonyms, told)
            rows += found
    return told, rows


def find_homonyms(sources: Mapping[str, Source]) -> Homonyms:
    """Find the names that a register lists under several subdistricts."""
    keys: dict[tuple[str, str], str] = {}
    by_code: dict[str, str] = {}
    for role in REGISTERS:
        table = sources[role].table if role in sources else pd.DataFrame()
        per_unit = role == "households" and {"unit_id", "name"} & set(table.columns)
        if per_unit or not {"community", "subdistrict"} <= set(table.columns):
            continue
        listed = table[(table["community"] != "") & (table["subdistrict"] != "")]
        for name, rows in listed.groupby("community", sort=False):
            if _are_several(rows):
                for row in rows.itertuples():
                    key = QUALIFIED.format(name=name, subdistrict=row.subdistrict)
                    keys[str(name), str(row.subdistrict)] = key
                    if code := getattr(row, "code", ""):
                        by_code[code] = key
    return Homonyms(keys, by_code)


def _are_several(rows: pd.DataFrame) -> bool:
    """Tell whether the rows of one name speak of several communities: once per subdistrict, or a code for each."""
    subdistricts = rows["subdistrict"]
    if subdistricts.nunique() < 2:
        return False
    if "code" in rows and (rows["code"] != "").all():
        each = rows.groupby("subdistrict")["code"].nunique()
        return bool((each == 1).all()) and rows["code"].nunique() == subdistricts.nunique()
    return not subdistricts.duplicated().any()


def _told_apart(source: Source, homonyms: Homonyms, sources: Mapping[str, Source]) -> tuple[Source, Rows]:
    """Write the keys into one source, by the surest way that each row allows."""
    table = source.table
    bracketed = look_up(table["community"], _bracketed(table["community"].unique(), homonyms))
    open_rows = table["community"].isin(homonyms.names)
    key = bracketed
    for way in (_by_subdistrict, _by_code, _by_polygon, _by_unit):
        left = open_rows & (key == "")
        if left.any():
            key = key.where(~left, way(table[left], homonyms, sources).reindex(table.index, fill_value=""))
    filled = table["community"].where(key == "", key).astype("str")
    untold = table.index[open_rows & (key == "")]
    rows = _untold(source, untold, homonyms) if len(untold) else []
    return replace(source, table=table.assign(community=filled)), rows


def _untold(source: Source, untold: pd.Index, homonyms: Homonyms) -> Rows:
    rows = []
    named = source.table.loc[untold, "community"]
    for name, places in named.groupby(named, sort=False):
        detail = f"{name} is the name of {len(homonyms.of(str(name)))} communities; it is not said which is meant."
        advice = f"Write its subdistrict or code, or its whole name: {' or '.join(homonyms.of(str(name)))}."
        where = place(source, places.index, "community")
        severity = "warning" if source.role == "premises" else "error"
        rows.append(
            problem(severity, source.role, "name of several communities", detail, advice, id=name, source=where)
        )
    return rows


def _bracketed(names: list[str], homonyms: Homonyms) -> dict[str, str]:
    """Find names that say their subdistrict in brackets themselves: 团结社区(大召街道)."""
    known = {(name_key(name), subdistrict_key(parent)): key for (name, parent), key in homonyms.keys.items()}
    parts = {name: match for name in names if (match := _IN_BRACKETS.fullmatch(name))}
    found = {name: known.get((name_key(match[1]), subdistrict_key(match[2])), "") for name, match in parts.items()}
    return {name: key for name, key in found.items() if key}


def _by_subdistrict(rows: pd.DataFrame, homonyms: Homonyms, _: Mapping[str, Source]) -> pd.Series:
    if "subdistrict" not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    pairs = zip(rows["community"], rows["subdistrict"], strict=True)
    return pd.Series([homonyms.keys.get(pair, "") for pair in pairs], index=rows.index, dtype="str")


def _by_code(rows: pd.DataFrame, homonyms: Homonyms, _: Mapping[str, Source]) -> pd.Series:
    if "code" not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    return look_up(rows["code"], dict(homonyms.by_code))


def _by_polygon(rows: pd.DataFrame, homonyms: Homonyms, sources: Mapping[str, Source]) -> pd.Series:
    """Tell rows with shapes by the polygon of a community of that name, else of a subdistrict, that they lie in."""
    found = pd.Series("", index=rows.index, dtype="str")
    if not isinstance(rows, gpd.GeoDataFrame):
        return found
    shapes = rows.geometry.buffer(0.01) if (rows.geom_type == "Point").any() else rows.geometry
    for role, column in (("communities", "community"), ("subdistricts", "subdistrict")):
        polygons = sources[role].table if role in sources else None
        if polygons is None or column not in polygons or polygons.crs is None or polygons.crs != rows.crs:
            continue
        for name, own in rows.groupby("community", sort=False):
            told = {key: key for key in homonyms.of(str(name))} | {
                parent: key for (one, parent), key in homonyms.keys.items() if one == name
            }
            there = polygons[polygons[column].isin(list(told))]
            if len(there):
                covering = look_up(largest_share(shapes[own.index], there, column)[0], told)
                found[own.index] = found[own.index].where(found[own.index] != "", covering)
    return found


def _by_unit(rows: pd.DataFrame, homonyms: Homonyms, sources: Mapping[str, Source]) -> pd.Series:
    """Tell rows of a table per unit by the community that the layer gives the unit, where it has that name."""
    units = sources["units"].table if "units" in sources else pd.DataFrame()
    if "unit_id" not in rows or not {"unit_id", "community"} <= set(units.columns):
        return pd.Series("", index=rows.index, dtype="str")
    there = look_up(rows["unit_id"], units.drop_duplicates("unit_id").set_index("unit_id")["community"])
    fits = [key in homonyms.of(name) for key, name in zip(there, rows["community"], strict=True)]
    return there.where(pd.Series(fits, index=rows.index), "").astype("str")
