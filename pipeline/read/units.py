"""Makes the units: from the layer of units, else from the polygons of the communities; finds their parents."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.buildings import make_buildings
from pipeline.read.cells.values import COUNTS, look_up
from pipeline.read.joins.repeated import several_rows
from pipeline.read.overlap import largest_share
from pipeline.read.sources import Rows, Source, missing_column
from pipeline.schema import MEASURE_COLUMNS, columns

NO_UNITS_ADVICE = (
    "Give a layer of compounds or grid cells as [units] to have splits drawn, or [roads] and [buildings] to have them "
    "sketched (示意)."
)


@dataclass(frozen=True)
class Drawn:
    """Units with their shapes, before counts are joined.

    `units`: GeoDataFrame with the columns of schema.UNITS (unit_id a column), indexed by feature number; households
    and population Int64 with NA where unknown. `source`: where they come from.
    """

    units: gpd.GeoDataFrame
    source: Source
    rows: Rows


def draw_units(sources: Mapping[str, Source]) -> Drawn:
    """Make the units of the area; `sources` holds units or communities as a layer."""
    if "units" in sources:
        return _from_layer(sources["units"])
    return _from_communities(sources["communities"])


def _from_layer(source: Source) -> Drawn:
    rows: Rows = []
    table = source.table
    if "unit_id" not in table:
        rows.append(missing_column(source, "unit_id", "Every unit needs a key that is found nowhere else."))
        table = table.assign(unit_id=table.index.astype("str"))
    return Drawn(_complete(table), source, rows)


def _from_communities(source: Source) -> Drawn:
    """Take each community as one unit; several polygons of one community become one."""
    table = source.table
    if "community" not in table:
        return Drawn(
            _complete(table.assign(unit_id=table.index.astype("str"))),
            source,
            [missing_column(source, "community", "")],
        )
    detail = f"There are no units: each of the {table['community'].nunique()} communities is taken as one unit."
    advice = f"Communities can be flagged and merged, but not split. {NO_UNITS_ADVICE}"
    rows = [problem("warning", "units", "no units", detail, advice, source=source.label)]
    repeated = table["community"].duplicated(keep=False) & (table["community"] != "")
    if repeated.any():
        names = "、".join(dict.fromkeys(table.loc[repeated, "community"]))
        detail = f"Several polygons stand for one community and were joined: {names}."
        rows.append(problem("note", source.role, "polygons joined", detail, "Nothing to do.", source=source.label))
        rows += several_rows(source, table["community"])
        table = _one_polygon_each(table)
    return Drawn(_complete(table.assign(unit_id=table["community"])), source, rows)


def _one_polygon_each(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join polygons of one community; counts are summed, other values are the first one's."""
    key = table["community"].where(table["community"] != "", "\0" + table.index.astype("str"))
    counts = [name for name in COUNTS if name in table]
    first = table.groupby(key, sort=False).head(1)
    shapes = table.geometry.groupby(key, sort=False).agg(lambda parts: parts.union_all())
    sums = table[counts].groupby(key, sort=False).sum(min_count=1)
    joined = first.set_geometry(gpd.GeoSeries(shapes.to_numpy(), index=first.index, crs=table.crs))
    return joined.assign(**{name: sums[name].to_numpy() for name in counts})


def _complete(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the units every column, in order, with unknowns where the file has none; measures only where it has them."""
    units = table.copy()
    for name in ("name", "community", "subdistrict"):
        if name not in units:
            units[name] = pd.Series("", index=units.index, dtype="str")
    for name in ("households", "population"):
        if name not in units:
            units[name] = pd.Series(pd.NA, index=units.index, dtype="Int64")
    if "anchor" not in units:
        units["anchor"] = False
    measures = [name for name in MEASURE_COLUMNS.values() if name in units]
    return units[[*columns("units"), *measures, "geometry"]]


def with_parents(drawn: Drawn, sources: Mapping[str, Source]) -> Drawn:
    """Give every unit its community and subdistrict.

    Community: the unit's own; a table per unit overrides it (it is the newer register); else the community polygon that
    holds most of the unit: of the floor area of the buildings in it where [buildings] are given, else of its
    area. Subdistrict: the unit's own; else the one that the layer or the table of communities gives its community;
    else the subdistrict polygon that holds most of the unit.
    """
    units, rows = drawn.units.copy(), list(drawn.rows)
    for step in (
        _community_from_table,
        _community_from_polygons,
        _subdistrict_from_communities,
        _subdistrict_from_polygons,
    ):
        units, found = step(units, sources)
        rows += found
    for column in ("community", "subdistrict"):
        reported = any(row["problem"] == "missing column" and row["id"] == column for row in rows)
        if (units[column] == "").all() and not reported:
            advice = f"Or give a layer [{'communities' if column == 'community' else 'subdistricts'}] that shows it."
            rows.append(missing_column(drawn.source, column, advice))
    return Drawn(units, drawn.source, rows)


def _community_from_table(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> tuple[gpd.GeoDataFrame, Rows]:
    table = sources["households"].table if "households" in sources else pd.DataFrame()
    if not {"unit_id", "community"} <= set(table.columns):
        return units, []
    listed = table[(table["unit_id"] != "") & (table["community"] != "")].drop_duplicates("unit_id")
    told = look_up(units["unit_id"], listed.set_index("unit_id")["community"])
    changed = (told != "") & (told != units["community"]) & (units["community"] != "")
    rows: Rows = []
    if changed.any():
        ids = ", ".join(units.loc[changed, "unit_id"].head(20))
        detail = f"{changed.sum()} units stand under another community in the table than in the layer: {ids}."
        rows.append(
            problem(
                "warning",
                "households",
                "community differs",
                detail,
                "The table is followed.",
                source=sources["households"].label,
            )
        )
    return units.assign(community=told.where(told != "", units["community"]).astype("str")), rows


def placed(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> gpd.GeoDataFrame:
    """Give units without community that of the polygon they lie in, to tell compounds of one name apart."""
    return _community_from_polygons(units, sources)[0]


def _community_from_polygons(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> tuple[gpd.GeoDataFrame, Rows]:
    return _from_polygons(units, sources, "communities", "community")


def _subdistrict_from_polygons(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> tuple[gpd.GeoDataFrame, Rows]:
    return _from_polygons(units, sources, "subdistricts", "subdistrict")


def _from_polygons(
    units: gpd.GeoDataFrame, sources: Mapping[str, Source], role: str, column: str
) -> tuple[gpd.GeoDataFrame, Rows]:
    """Fill blanks of a column by the polygons of another layer."""
    blank = units[column] == ""
    if role not in sources or not blank.any():
        return units, []
    source = sources[role]
    if column not in source.table:
        return units, [missing_column(source, column, "")]
    if source.table.crs is None or units.crs is None:
        return units, []
    found, by_floor = largest_share(units.geometry[blank], source.table, column, make_buildings(sources)[0])
    filled = units[column].where(~blank, found.reindex(units.index, fill_value="")).astype("str")
    rows = []
    if (found != "").any():
        detail = f"{(found != '').sum()} units got their {column} from the polygons of [{role}], by largest overlap"
        detail += f", {by_floor.sum()} of them by the floor area of the buildings inside." if by_floor.any() else "."
        rows.append(problem("note", "units", f"{column} by overlap", detail, "Nothing to do.", source=source.label))
    return units.assign(**{column: filled}), rows


def _subdistrict_from_communities(
    units: gpd.GeoDataFrame, sources: Mapping[str, Source]
) -> tuple[gpd.GeoDataFrame, Rows]:
    parents = parents_told(units, sources)
    parents = parents[parents["role"] != "units"].drop_duplicates("community").set_index("community")["subdistrict"]
    told = look_up(units["community"], parents)
    return units.assign(subdistrict=units["subdistrict"].where(units["subdistrict"] != "", told).astype("str")), []


def parents_told(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> pd.DataFrame:
    """List what each source says of the parents of communities: community, subdistrict, role; without repetition."""
    told = [units.assign(role="units")[["community", "subdistrict", "role"]]]
    for role in ("communities", "households"):
        table = sources[role].table if role in sources else pd.DataFrame()
        if {"community", "subdistrict"} <= set(table.columns):
            told.append(table.assign(role=role)[["community", "subdistrict", "role"]])
    said = pd.concat([pd.DataFrame(part) for part in told], ignore_index=True)
    return said[(said["community"] != "") & (said["subdistrict"] != "")].drop_duplicates()


def two_parents(units: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> Rows:
    """Find communities that lie in two subdistricts, within one source or between two."""
    said = parents_told(units, sources)
    if said.empty:
        return []
    rows = []
    twice = said.groupby("community")["subdistrict"].nunique()
    for community in twice.index[twice > 1]:
        parts = said[said["community"] == community].groupby("subdistrict", sort=False)["role"].agg(list)
        where = "; ".join(f"{name} (in {', '.join(f'[{role}]' for role in roles)})" for name, roles in parts.items())
        detail = f"Community {community} lies in {len(parts)} subdistricts: {where}."
        advice = "Correct its subdistrict, or give the two communities different names."
        rows.append(problem("error", "communities", "community in two subdistricts", detail, advice, id=community))
    return rows
