"""Prepares what the checks of nesting share: one shape per community and subdistrict, and the units' shares in them."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check.rows import file_of
from pipeline.results import Area
from pipeline.shares import home_shares, sound

NOISE_M = 5.0
"""What lies across a line and is nowhere this wide is drawing noise."""

MOSTLY = 0.5
"""A unit with at least this share of its area (or homes) in a polygon lies there."""


@dataclass(frozen=True)
class Ground:
    """What the checks of nesting look at.

    `units`: sound ones. `communities` and `subdistricts`: one sound polygon per name (GeoSeries by name), as drawn in
    the layers; empty where there is no such layer. `unions`: the union of the units of each community. `parents`: the
    subdistrict of each community. `in_communities` and `in_subdistricts`: shares of the units in these polygons (see
    `shares.home_shares`; `shape` is a position in `units`). `files`: the files of each section.
    """

    units: gpd.GeoDataFrame
    communities: gpd.GeoSeries
    subdistricts: gpd.GeoSeries
    unions: gpd.GeoSeries
    parents: Mapping[str, str]
    in_communities: pd.DataFrame
    in_subdistricts: pd.DataFrame
    files: dict[str, str]

    def drawn(self) -> gpd.GeoSeries:
        """Polygon of each community: as its layer draws it, else the union of its units."""
        bare = self.unions[~self.unions.index.isin(self.communities.index)]
        return pd.concat([self.communities, bare]) if len(bare) else self.communities


def make_ground(area: Area, units: gpd.GeoDataFrame, unions: gpd.GeoSeries) -> Ground:
    """Prepare the ground; units that were made of the polygons of the communities are not compared with them."""
    communities = _one_each(area, "communities", "community")
    subdistricts = _one_each(area, "subdistricts", "subdistrict")
    if area.settings.units is None:
        communities = communities.iloc[:0]
    return Ground(
        units,
        communities,
        subdistricts,
        unions,
        dict(area.communities["subdistrict"]),
        _shares(units, communities, area.buildings),
        _shares(units, subdistricts, area.buildings),
        {role: file_of(area.settings, role) for role in ("units", "communities", "subdistricts")},
    )


def _one_each(area: Area, role: str, column: str) -> gpd.GeoSeries:
    """Join the polygons of one name; in order of the names, since that order is the same for any order of features."""
    outlines = area.outlines.get(role)
    if outlines is None or outlines.empty:
        return gpd.GeoSeries([], index=pd.Index([], dtype="str"), crs=area.units.crs)
    shapes = sound(outlines.geometry.array)
    groups = outlines.groupby(outlines[column].to_numpy()).indices
    joined = [shapes[at[0]] if len(at) == 1 else shapely.union_all(shapes[at]) for at in groups.values()]
    return gpd.GeoSeries(joined, index=pd.Index(list(groups), dtype="str"), crs=outlines.crs)


def _shares(units: gpd.GeoDataFrame, polygons: gpd.GeoSeries, buildings: gpd.GeoDataFrame | None) -> pd.DataFrame:
    return home_shares(units.geometry, named(polygons), "name", buildings)


def named(shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Make a layer of shapes that are indexed by name, with the column name."""
    return gpd.GeoDataFrame({"name": shapes.index}, geometry=shapes.to_numpy(), crs=shapes.crs)


def wide(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Keep of each shape what is at least NOISE_M wide (its morphological opening, by squares rather than circles)."""
    cut = shapes.buffer(-NOISE_M / 2, join_style="mitre")
    return cut.buffer(NOISE_M / 2, join_style="mitre").intersection(shapes, align=False)


def is_noise(shapes: gpd.GeoSeries) -> np.ndarray:
    """Tell which shapes are nowhere NOISE_M wide."""
    return np.asarray(shapes.buffer(-NOISE_M / 2, join_style="mitre").is_empty)
