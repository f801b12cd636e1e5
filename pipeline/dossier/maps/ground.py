"""Works out once, for all sheets, what lies where: communities before and after, borders, moved units, offices."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.dossier.maps.borders import Borders, borders_of, drawn_together, merged, outlines, without
from pipeline.dossier.maps.view import View
from pipeline.results import Result
from pipeline.rules import RuleSet, status_of

SUFFIXES = ("社区居民委员会", "社区居委会", "社区")


@dataclass(frozen=True)
class Ground:
    """The chosen plan on the ground.

    `borders_after.adjusted` leaves out the outlines of created communities, which have a symbol of their own.
    `plan`: Series unit_id -> community after, in the order of the units. `before`, `after`: GeoDataFrames indexed by
    community with subdistrict, households, population, status, label (short name), geometry. `moved`: units whose
    community changes. `offices`: GeoDataFrame with community and point geometry.
    """

    plan: pd.Series
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    subdistricts: gpd.GeoSeries
    borders_before: Borders
    borders_after: Borders
    moved: gpd.GeoSeries
    offices: gpd.GeoDataFrame

    @property
    def created(self) -> pd.Index:
        """Communities that the plan makes."""
        return self.after.index.difference(self.before.index)

    @property
    def abolished(self) -> pd.Index:
        """Communities that the plan gives up."""
        return self.before.index.difference(self.after.index)


def ground_of(result: Result) -> Ground:
    """Work out the ground of the chosen strategy of a run."""
    units, rules = result.area.units, result.area.rules
    plan = result.proposals[result.strategy].plan.reindex(units.index).rename("community")
    before, after = _communities(units, units["community"], rules), _communities(units, plan, rules)
    subdistricts = drawn_together(merged(units, units["subdistrict"]))
    borders_after = borders_of(after.geometry, subdistricts, beside=before.geometry)
    created = outlines(after.geometry[after.index.difference(before.index)])
    return Ground(
        plan=plan,
        before=before,
        after=after,
        subdistricts=subdistricts,
        borders_before=borders_of(before.geometry, subdistricts),
        borders_after=replace(borders_after, adjusted=without(borders_after.adjusted, created)),
        moved=units.geometry[plan != units["community"]],
        offices=_offices(result),
    )


def short_name(community: str, subdistrict: str = "") -> str:
    """Name as a map prints it: without the word community, and new ones without their subdistrict.

    >>> short_name("怡景社区居委会"), short_name("昭君路街道新设1", "昭君路街道")
    ('怡景', '新设1')
    """
    bare = community.removeprefix(subdistrict) if community.startswith(f"{subdistrict}新设") else community
    for suffix in SUFFIXES:
        if bare.endswith(suffix) and bare != suffix:
            return bare.removesuffix(suffix)
    return bare


def _communities(units: gpd.GeoDataFrame, plan: pd.Series, rules: RuleSet) -> gpd.GeoDataFrame:
    sums = units.groupby(plan.rename("community")).agg(
        subdistrict=("subdistrict", "first"), households=("households", "sum"), population=("population", "sum")
    )
    sums["status"] = status_of(sums["households"], rules)
    sums["label"] = [short_name(name, parent) for name, parent in zip(sums.index, sums["subdistrict"], strict=True)]
    return gpd.GeoDataFrame(sums, geometry=drawn_together(merged(units, plan)).reindex(sums.index), crs=units.crs)


def _offices(result: Result) -> gpd.GeoDataFrame:
    """Premises where they are known, else a point in the unit that holds the office."""
    units, premises = result.area.units, result.area.premises
    anchors = units.loc[units["anchor"].astype(bool), ["community", "geometry"]]
    if premises is not None and len(premises) and "community" in premises:
        known = premises.loc[premises.geometry.notna(), ["community", "geometry"]]
        anchors = pd.concat([known, anchors[~anchors["community"].isin(known["community"])]])
    return anchors.assign(geometry=anchors.geometry.representative_point()).reset_index(drop=True)


def clipped(layer: gpd.GeoDataFrame, view: View) -> gpd.GeoDataFrame:
    """Cut a layer to the part of the ground that a map shows; what lies outside goes."""
    near = layer.iloc[sorted(layer.sindex.intersection(view.box))]
    cut = near.set_geometry(shapely.clip_by_rect(near.geometry.to_numpy(), *view.box), crs=layer.crs)
    return cut[~cut.geometry.is_empty]
