"""Turns polygons into units: names them, spreads the counts of their community, finds where its office stands."""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.apportion import apportion
from pipeline.results import Area
from pipeline.schema import PREMISES_ZH, columns
from pipeline.tessellate.drawing import Drawn
from pipeline.tessellate.mesh import holders


def units_of(area: Area, drawn: Drawn) -> gpd.GeoDataFrame:
    """Make schema.UNITS of the pieces, in the order of the communities; counts sum to theirs exactly."""
    told, pieces = area.units, drawn.pieces
    community = pieces["community"]
    units = pieces.assign(
        unit_id=_ids(community),
        name="",
        households=apportion(told["households"], pieces["share"], community),
        population=_population(told["population"], pieces),
        subdistrict=community.map(told["subdistrict"]),
        anchor=_anchors(pieces, area.premises),
    )
    texts = dict.fromkeys(("unit_id", "name", "community", "subdistrict"), "str")
    order = np.argsort(told.index.get_indexer(pd.Index(community)), kind="stable")
    return units[[*columns("units"), "geometry"]].astype(texts).iloc[order].set_index("unit_id")


def _ids(community: pd.Series) -> pd.Series:
    """Number the pieces of each community in their order; a community in one piece keeps its name.

    >>> _ids(pd.Series(["甲", "乙", "甲"])).tolist()
    ['甲-01', '乙', '甲-02']
    """
    number = (community.groupby(community).cumcount() + 1).astype("str")
    many = community.groupby(community).transform("size")
    digits = many.astype("str").str.len().clip(lower=2)
    numbers = [text.zfill(width) for text, width in zip(number, digits, strict=True)]
    return community.where(many == 1, community + "-" + pd.Series(numbers, index=community.index))


def _population(told: pd.Series, pieces: gpd.GeoDataFrame) -> pd.Series:
    """Spread the population like the households; NA where the community's is not known."""
    known = pieces["community"].isin(told.index[told.notna()])
    spread = pd.Series(pd.NA, index=pieces.index, dtype="Int64")
    spread[known] = apportion(told.dropna(), pieces["share"][known], pieces["community"][known]).astype("Int64")
    return spread


def _anchors(pieces: gpd.GeoDataFrame, premises: gpd.GeoDataFrame | None) -> pd.Series:
    """Find the piece in which each community's office stands: of several premises the most usable, then the largest."""
    anchor = pd.Series(False, index=pieces.index)
    if premises is None or premises.empty:
        return anchor
    rank = premises["state"].map({state: rank for rank, state in enumerate(PREMISES_ZH)})
    best = premises.assign(rank=rank, size=-premises["floor_m2"].fillna(0)).sort_values(["rank", "size"], kind="stable")
    office, piece = holders(np.asarray(pieces.geometry.array), np.asarray(best.geometry.array))
    found = pd.DataFrame({"piece": piece, "office": best["community"].to_numpy()[office]})
    home = found[found["office"] == pieces["community"].to_numpy()[piece]].drop_duplicates("office")
    anchor.iloc[home["piece"]] = True
    return anchor
