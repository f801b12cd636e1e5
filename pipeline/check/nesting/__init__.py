"""Checks how the layers nest: units in communities, communities in subdistricts, as the polygons of each show them.

Each fault is said once, at the level that explains it best: units that a row of their community names get no row of
their own, and what a community that crosses the line takes beyond it is not said of its subdistrict again.
"""

import geopandas as gpd

from pipeline.check.nesting.crossing import check_crossing, find_outside
from pipeline.check.nesting.ground import make_ground
from pipeline.check.nesting.outlines import check_outlines_of_communities
from pipeline.check.nesting.subdistricts import check_subdistricts
from pipeline.check.nesting.units import check_units
from pipeline.check.rows import Rows
from pipeline.results import Area

__all__ = ["check_nesting"]


def check_nesting(area: Area, units: gpd.GeoDataFrame, unions: gpd.GeoSeries) -> Rows:
    """Compare units, communities and subdistricts with the polygons in `area.outlines`; no rows where there are none.

    `units`: the units whose shapes are sound; `unions`: their union per community.
    """
    if not area.outlines:
        return []
    ground = make_ground(area, units, unions)
    outlines, told = check_outlines_of_communities(ground)
    outside = find_outside(ground)
    crossing, there = check_crossing(ground, outside)
    return [
        *outlines,
        *crossing,
        *check_units(ground, told | there),
        *check_subdistricts(ground, outside),
    ]
