"""Checks shapes one by one: they are there, they are areas, sound, and more than leftovers of drawing."""

import geopandas as gpd
import numpy as np
import shapely

from pipeline.check.rows import Found, Rows, file_of, one_by_one, unit_faults
from pipeline.measures import width_m
from pipeline.results import Area

TINY_M2 = 1.0
"""No unit is smaller; what is, was left over by drawing."""

SLIVER_M = 2.0
"""No unit is narrower either (width as in `measures.width_m`)."""


def check_shapes(units: gpd.GeoDataFrame) -> Rows:
    """Find shapes that are missing, no areas, or broken."""
    rows: Rows = []
    shapes = units.geometry.array
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    rows += unit_faults(units, absent, "no shape", "have no shape", "Draw them, or remove the features.")
    flat = ~absent & ~np.isin(shapely.get_type_id(shapes), (3, 6))
    rows += unit_faults(units, flat, "not a polygon", "are not polygons", "Draw areas, not points or lines.")
    broken = ~absent & ~flat & ~shapely.is_valid(shapes)
    if broken.any():
        first = shapely.is_valid_reason(shapes[np.flatnonzero(broken)[0]])
        said = f"have broken outlines (the first: {first})"
        rows += unit_faults(
            units, broken, "invalid shape", said, "Mend them, in QGIS with Fix geometries (修正几何图形)."
        )
    return rows


def check_tiny(sound: gpd.GeoDataFrame) -> Rows:
    """Warn of units that are likely leftovers of drawing: smaller than TINY_M2 or narrower than SLIVER_M."""
    area, width = sound.area.to_numpy(), width_m(sound.geometry).to_numpy()

    def tell(at: int) -> Found:
        unit, households = str(sound.index[at]), sound["households"].iloc[at]
        said = f"{area[at]:.1f} m², {width[at]:.1f} m wide, {households} households"
        return Found(unit, f"{unit} is hardly a place: {said}.", f"{unit} ({said})")

    tiny = list(np.flatnonzero((area < TINY_M2) | (width < SLIVER_M)))
    advice = "Join it to the unit it was cut from, or remove it."
    return one_by_one("warning", "units", "tiny units", tiny, tell, "units are hardly places", advice)


def check_outlines(area: Area) -> Rows:
    """Warn of broken polygons of communities and subdistricts, where they are not the units themselves."""
    rows: Rows = []
    for role, outlines in area.outlines.items():
        if role == "communities" and area.settings.units is None:
            continue
        broken = outlines[~outlines.is_valid]
        pairs = list(zip(broken.iloc[:, 0], shapely.is_valid_reason(broken.geometry.array), strict=True))
        many = "polygons are broken; they are compared as mended on a copy"
        advice = "Mend them, in QGIS with Fix geometries (修正几何图形)."
        source = file_of(area.settings, role)
        rows += one_by_one("warning", role, "invalid shape", pairs, _broken, many, advice, source=source)
    return rows


def _broken(outline: tuple[str, str]) -> Found:
    name, reason = outline
    return Found(name, f"The polygon of {name} is broken ({reason}); it is compared as mended on a copy.", name)
