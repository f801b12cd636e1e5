"""Mends the drawing of units: broken outlines, overlaps, gaps, fragments, strips along roads if asked for.

Every change is a row of the account with its place; what is not safe to mend stays and stands there too. Outlines of
communities and subdistricts are not touched. Counts, keys and order of the units stay as they are.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import usable
from pipeline.errors import problems_table
from pipeline.repair.cover import mend_cover
from pipeline.repair.ground import Drawing
from pipeline.repair.left import faults_found, faults_left, units_apart
from pipeline.repair.log import Row, joined_lines, repairs_table
from pipeline.repair.points import meet_in_points
from pipeline.repair.rings import mend_rings
from pipeline.repair.told import problems_of
from pipeline.results import Area

__all__ = ["repair_area"]

PER_LIMIT = 2.0
"""A corner that four units share can have been drawn so many times the width of the widest fault apart."""


def repair_area(area: Area) -> Area:
    """Mend the shapes of the units as far as `[repair]` lets; give the area with them, `repairs` and its problems.

    The table of units keeps its index, columns and order; `repairs` is a table of schema.REPAIRS_CSV with the piece
    concerned as geometry. A sound drawing comes back as it is, with an empty account.
    """
    section = "units" if area.settings.units is not None else "communities"
    if area.units.empty or area.units.crs is None:
        return replace(area, repairs=repairs_table([], section, area.units.crs))
    limits = area.settings.repair
    if not limits.enabled:
        return _with(area, area.units, faults_found(area.units), section)
    shapes, rows = mend_rings(area.units)
    units = area.units.set_geometry(gpd.GeoSeries(shapes, index=area.units.index, crs=area.units.crs))
    units, more = _mended(units, area)
    rows = joined_lines([*rows, *more], limits.snap_m)
    rows += [*faults_left(units, area.lines), *units_apart(units, area.lines, limits)]
    return _with(area, units if any(row.done for row in rows) else _kept(units, area.units), rows, section)


def _mended(units: gpd.GeoDataFrame, area: Area) -> tuple[gpd.GeoDataFrame, list[Row]]:
    """Mend the cover of those units whose shapes can be measured."""
    positions = usable(units)
    shapes = np.asarray(units.geometry.array, dtype="object").copy()
    ids, community = units.index.astype("str").to_numpy(), pd.factorize(units["community"])[0]
    drawing = Drawing(ids[positions], community[positions], shapes[positions], area.settings.repair)
    mended = mend_cover(drawing, area.lines)
    corner_m = min(area.rules.corner_m, PER_LIMIT * max(drawing.gap_m, drawing.overlap_m))
    shapes[positions], rows = meet_in_points(drawing.shapes, mended.shapes, drawing.ids, corner_m)
    return units.set_geometry(gpd.GeoSeries(shapes, index=units.index, crs=units.crs)), [*mended.rows, *rows]


def _kept(units: gpd.GeoDataFrame, given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the table that was given where no shape differs from it."""
    same = shapely.equals_identical(units.geometry.to_numpy(), given.geometry.to_numpy())
    return given if same.all() else units


def _with(area: Area, units: gpd.GeoDataFrame, rows: list[Row], section: str) -> Area:
    found = problems_of(rows, area.settings, section)
    problems = problems_table([*area.problems.to_dict("records"), *found])
    return replace(area, units=units, repairs=repairs_table(rows, section, units.crs), problems=problems)
