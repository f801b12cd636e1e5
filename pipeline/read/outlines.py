"""Keeps the polygons of communities and subdistricts as they were given, for checks and maps."""

from collections.abc import Mapping

import geopandas as gpd

from pipeline.read.sources import Source

KEPT = {"communities": ("community", "subdistrict", "expected_parts"), "subdistricts": ("subdistrict",)}
"""Columns that are kept of each section; the first names the polygon."""


def make_outlines(sources: Mapping[str, Source]) -> dict[str, gpd.GeoDataFrame]:
    """Give the named polygons of [communities] and [subdistricts] by section, indexed by feature, as in the file.

    Points, lines, features without name and sections without CRS are left out: they are no outlines.
    """
    outlines = {}
    for role, columns in KEPT.items():
        table = sources[role].table if role in sources else None
        if not isinstance(table, gpd.GeoDataFrame) or table.crs is None or columns[0] not in table:
            continue
        areal = table.geom_type.isin(("Polygon", "MultiPolygon")) & ~table.is_empty & (table[columns[0]] != "")
        outlines[role] = table.loc[areal, [*(name for name in columns if name in table), "geometry"]]
    return outlines
