"""Old datums: tells where PROJ knows no way from one to another, and takes 7 parameters between two of them."""

import warnings
from dataclasses import replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.transformer import AreaOfInterest, TransformerGroup

from pipeline.errors import problem
from pipeline.read.coordinates.systems import centres, full_name, lonlat
from pipeline.read.sources import Rows, Source

MODERN_AXIS, MODERN_FLATTENING = 6378137.0, 298.257223563
"""Ellipsoid of WGS 84; that of CGCS2000, ETRS89 or NAD83 differs from it by less than a millimetre."""


def is_modern(crs: CRS) -> bool:
    """Tell whether a system rests on a geocentric datum, one that agrees with WGS 84 to a metre or two.

    By its ellipsoid: WGS 84, CGCS2000, ETRS89, NAD83 and their like share one; Xian 1980 (IAG 1975), Beijing 1954
    (Krasovsky) and other old ones have their own.
    """
    figure = crs.ellipsoid
    return (
        figure is not None
        and abs(figure.semi_major_metre - MODERN_AXIS) < 0.5
        and abs(figure.inverse_flattening - MODERN_FLATTENING) < 1e-4
    )


@lru_cache(maxsize=64)
def is_ballpark(own: CRS, target: CRS, area: tuple[float, float, float, float] | None = None) -> bool:
    """Tell whether PROJ knows no transformation between two datums and would pass coordinates on unchanged.

    `area`: west, south, east, north in degrees. Between geocentric datums (WGS 84 and CGCS2000) that does no harm and
    is not counted.
    """
    if is_modern(own) and is_modern(target):
        return False
    if own.geodetic_crs is not None and own.geodetic_crs.equals(target.geodetic_crs, ignore_axis_order=True):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a grid that is not installed: what is left is judged by its accuracy
        known = TransformerGroup(
            own, target, always_xy=True, area_of_interest=AreaOfInterest(*area) if area is not None else None
        ).transformers
    return not known or known[0].accuracy < 0 or "Ballpark" in known[0].description


def ballpark(source: Source, target: CRS) -> Rows:
    """Warn where a layer can be brought to another datum only as if the two were one."""
    own = source.table.crs
    if is_modern(own) and is_modern(target):
        return []
    places = lonlat(own, centres(source.table))
    places = places[np.isfinite(places).all(axis=1)]
    area = (*places.min(axis=0).round(2), *places.max(axis=0).round(2)) if len(places) else None
    if not is_ballpark(own, target, tuple(map(float, area)) if area is not None else None):
        return []
    detail = (
        f"No transformation is known from {full_name(own)} to {full_name(target)}; the coordinates were taken as if "
        "the datums were one. Shapes may lie tens of metres off, over 100 m in places."
    )
    advice = (
        f"Give control_points (a table x, y, to_x, to_y) or helmert (4 or 7 parameters) under [{source.role}], or have "
        "the surveying office (测绘部门) transform the file."
    )
    return [problem("warning", source.role, "ballpark transformation", detail, advice, source=source.label)]


def seven_parameters(source: Source, values: list[float], target: CRS) -> Source:
    """Bring a layer to the datum of `target` by 7 parameters, then to `target`.

    `values`: dx, dy, dz in m, rx, ry, rz in arc seconds, scale in ppm, from the layer's datum to the target's, as
    PROJ's `+proj=helmert +convention=position_vector` takes them (EPSG method 1033). Many Chinese tables print the
    Bursa–Wolf form [1 εz −εy; −εz 1 εx; εy −εx 1], which is the coordinate frame rotation: write its rotations with the
    opposite sign. Heights are taken as 0, which moves places by millimetres.
    """
    shapes: gpd.GeoDataFrame = source.table
    own, other = shapes.crs.geodetic_crs, target.geodetic_crs
    assert own is not None
    assert other is not None
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    steps = [
        "+proj=pipeline",
        "+step +proj=unitconvert +xy_in=deg +xy_out=rad",
        f"+step +proj=cart {_figure(own)}",
        f"+step +proj=helmert {' '.join(f'+{n}={v!r}' for n, v in zip(names, values, strict=True))}",
        "+convention=position_vector",
        f"+step +inv +proj=cart {_figure(other)}",
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg",
    ]
    way = Transformer.from_pipeline(" ".join(steps))

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(way.transform(xy[:, 0], xy[:, 1], np.zeros(len(xy)))[:2])

    degrees = shapes.to_crs(own)
    geometry = gpd.GeoSeries(shapely.transform(degrees.geometry.array, moved), index=shapes.index, crs=other)
    return replace(source, table=shapes.set_geometry(geometry).to_crs(target))


def _figure(crs: CRS) -> str:
    assert crs.ellipsoid is not None
    return f"+a={crs.ellipsoid.semi_major_metre!r} +rf={crs.ellipsoid.inverse_flattening!r}"
