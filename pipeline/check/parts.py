"""Finds communities and units that do not hang together, and tells declared parts from undeclared ones."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check.rows import Found, Rows, listing, one_by_one
from pipeline.errors import problem

PARTS_APART_M = 100.0
"""Parts of one unit that lie nearer to its largest part are ordinary, such as halves of a compound across a road."""


def check_parts(units: gpd.GeoDataFrame, unions: gpd.GeoSeries, communities: pd.DataFrame) -> Rows:
    """Compare the parts that communities lie in with those declared (`expected_parts`, schema.COMMUNITIES).

    `units`: sound ones; `unions`: their union per community. Parts that touch in a point are apart. More parts than
    declared are a warning with what lies in them; fewer, or parts of which nothing is declared, are a note.
    """
    parts = pd.Series(shapely.get_num_geometries(unions.to_numpy()), index=unions.index, dtype="int64")
    unknown = pd.Series(np.nan, index=communities.index)
    declared = communities.get("expected_parts", unknown).astype("float64").reindex(parts.index)
    declared = declared.where(declared >= 1)
    return [
        *_undeclared(parts[declared.isna() & (parts > 1)]),
        *_too_many(units, unions, parts, declared),
        *_too_few(parts[parts < declared], declared),
    ]


def _undeclared(parts: pd.Series) -> Rows:
    if parts.empty:
        return []
    shown = listing(f"{community} ({count} parts)" for community, count in parts.items())
    detail = f"{len(parts)} communities lie in several parts: {shown}."
    advice = "Nothing to do if that is so; else close the gaps between their units."
    return [problem("note", "communities", "detached parts", detail, advice)]


def _too_many(units: gpd.GeoDataFrame, unions: gpd.GeoSeries, parts: pd.Series, declared: pd.Series) -> Rows:
    def tell(community: str) -> Found:
        said = f"{community} lies in {parts[community]} parts, {declared[community]:g} declared"
        small = _small_parts(units[units["community"] == community], unions[community])
        return Found(community, f"{said}. Besides the main part: {small}.", said)

    too_many = list(parts.index[parts > declared])
    advice = "Correct the community of these units, or expected_parts where the part is meant."
    many = "communities lie in more parts than declared"
    return one_by_one("warning", "communities", "detached parts", too_many, tell, many, advice)


def _small_parts(units: gpd.GeoDataFrame, union: shapely.Geometry) -> str:
    """Say what lies in each part but the main one, which has the most households; a unit counts where most of it is."""
    whole = shapely.get_parts(union)
    pieces, unit = shapely.get_parts(units.geometry.to_numpy(), return_index=True)
    piece, part = shapely.STRtree(whole).query(shapely.point_on_surface(pieces), predicate="intersects")
    table = pd.DataFrame({"unit": unit[piece], "part": part, "area": shapely.area(pieces[piece])})
    table["households"] = units["households"].to_numpy()[table["unit"]]
    smaller = table.sort_values("area", ascending=False, kind="stable").duplicated("unit").sort_index()
    table.loc[smaller, "households"] = 0
    households = table.groupby("part")["households"].sum().reindex(range(len(whole)), fill_value=0)
    order = sorted(range(len(whole)), key=lambda at: (-households[at], -whole[at].area))
    said = []
    for at in order[1:]:
        ids = listing(units.index[table.loc[table["part"] == at, "unit"].drop_duplicates()])
        said.append(f"{ids} ({households[at]} households, {whole[at].area:.0f} m²)")
    return listing(said, "; ")


def _too_few(parts: pd.Series, declared: pd.Series) -> Rows:
    def tell(community: str) -> Found:
        count = parts[community]
        said = f"{community} lies in {count} part{'s' if count > 1 else ''}, {declared[community]:g} declared"
        return Found(community, f"{said}.", said)

    advice = "Correct expected_parts, unless units of a part are missing."
    many = "communities lie in fewer parts than declared"
    return one_by_one("note", "communities", "parts joined", list(parts.index), tell, many, advice)


def check_unit_parts(units: gpd.GeoDataFrame) -> Rows:
    """Note units with a part that lies more than PARTS_APART_M from their largest part; `units`: sound ones."""
    several = np.flatnonzero(shapely.get_num_geometries(units.geometry.to_numpy()) > 1)
    shapes = units.geometry.to_numpy()[several]
    pieces, unit = shapely.get_parts(shapes, return_index=True)
    table = pd.DataFrame({"unit": unit, "area": shapely.area(pieces), "piece": np.arange(len(pieces))})
    table = table.sort_values(["unit", "area"], ascending=[True, False], kind="stable")
    main = table.groupby("unit")["piece"].transform("first")
    table["apart"] = shapely.distance(pieces[table["piece"]], pieces[main])
    apart = table.groupby("unit")["apart"].max()
    apart = apart[apart > PARTS_APART_M]
    if apart.empty:
        return []
    shown = listing(f"{units.index[several[at]]} ({distance:.0f} m)" for at, distance in apart.items())
    detail = f"{len(apart)} units have parts that lie more than {PARTS_APART_M:.0f} m apart: {shown}."
    advice = "Nothing to do if that is so; else give each part a unit_id of its own."
    return [problem("note", "units", "unit in several parts", detail, advice)]
