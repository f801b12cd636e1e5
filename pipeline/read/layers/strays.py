"""Tells features that are no areas where areas are wanted: points in place of outlines, lines that do not close."""

from dataclasses import replace

import geopandas as gpd
import numpy as np

from pipeline.errors import problem
from pipeline.read.layers.outlines import is_area, is_point
from pipeline.read.sources import Rows, Source, place

_OUTLINES = {"communities": "community", "subdistricts": "subdistrict"}


def without_strays(source: Source, *, has_units: bool) -> tuple[Source, Rows]:
    """Refuse points and lines in place of outlines of communities and subdistricts; units are left to the check.

    Where units are given and the layer is of points alone, its table is used and its points are taken out.
    """
    table = source.table
    drawn = ~(table.geometry.isna() | table.geometry.is_empty).to_numpy()
    strays = drawn & ~is_area(table)
    if source.role not in _OUTLINES or not strays.any():
        return source, []
    where = place(source, table.index[strays])
    advice = f"Give polygons, or [units] that name their {_OUTLINES[source.role]}."
    only_points = bool(is_point(table)[drawn].all())
    advice += " Points that only name polygons belong under labels." if only_points else ""
    if has_units and only_points:
        detail = f"{strays.sum()} features are points: they give no outlines, only their table is used."
        blank = gpd.GeoSeries(np.full(len(table), None), index=table.index, crs=table.crs)
        row = problem("warning", source.role, "points for polygons", detail, advice, source=where)
        return replace(source, table=table.set_geometry(blank)), [row]
    kinds = ", ".join(sorted(table.geom_type[strays].unique()))
    detail = f"{strays.sum()} features are no areas ({kinds}); nothing is guessed from them."
    return source, [problem("error", source.role, "not a polygon", detail, advice, source=where)]
