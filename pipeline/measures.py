"""Measures of shape: each takes polygons in metres and returns one number per polygon, on the same index."""

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries


def dissolved(geoms: GeoSeries, by: pd.Series) -> GeoSeries:
    """Join the polygons of each group into one shape, sorted by group; `by` is on the index of `geoms`.

    The fast union is used only where it is right: on a valid coverage (no overlaps, shared borders noded alike).
    Anything else takes the general union, which is about six times slower. Exact copies pass for a valid coverage, but
    their fast union is empty.

    >>> from shapely import box
    >>> squares = GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1)], index=["u1", "u2"])
    >>> dissolved(squares, pd.Series("east", index=squares.index)).area
    east    2.0
    dtype: float64
    """
    fast = bool(shapely.coverage_is_valid(geoms.array)) and not _copies(geoms)
    groups = geoms.groupby(by.reindex(geoms.index).to_numpy(), sort=True).indices
    shapes = geoms.to_numpy()
    union = shapely.coverage_union_all if fast else shapely.union_all
    joined = [union(shapes[members]) for members in groups.values()]
    return GeoSeries(joined, index=pd.Index(list(groups), name=by.name), crs=geoms.crs)


def _copies(geoms: GeoSeries) -> bool:
    parts = shapely.normalize(shapely.get_parts(geoms.to_numpy()))
    return bool(pd.Series(shapely.to_wkb(parts)).duplicated().any())


def area_km2(geoms: GeoSeries) -> pd.Series:
    """Measure the area in square kilometres.

    >>> from shapely import box
    >>> area_km2(GeoSeries([box(0, 0, 2000, 500)]))
    0    1.0
    Name: area_km2, dtype: float64
    """
    return (geoms.area / 1e6).rename("area_km2")


def width_m(geoms: GeoSeries) -> pd.Series:
    r"""Measure the width, in metres, of the rectangle that has the same area and perimeter.

    :math:`(P - \sqrt{P^2 - 16 A}) / 4`; of shapes rounder than a square, a quarter of the perimeter. For long strips it
    is about :math:`2 A / P`, their mean width.

    >>> from shapely import box
    >>> width_m(GeoSeries([box(0, 0, 300, 2), box(0, 0, 5, 5)]))
    0    2.0
    1    5.0
    Name: width_m, dtype: float64
    """
    rest = (geoms.length**2 - 16 * geoms.area).clip(lower=0.0)
    return ((geoms.length - np.sqrt(rest)) / 4).rename("width_m")


def polsby_popper(geoms: GeoSeries) -> pd.Series:
    r"""Measure compactness as area against the area of a circle with the same perimeter, 0 to 1.

    :math:`4 \pi A / P^2` (Polsby and Popper 1991, The Third Criterion, Yale Law & Policy Review 9). A ragged border
    lowers it, so it also depends on how finely the border was drawn. Empty shapes give NaN.

    >>> from shapely import Point, box
    >>> polsby_popper(GeoSeries([Point(0, 0).buffer(1, quad_segs=64), box(0, 0, 1, 1)])).round(3).tolist()
    [1.0, 0.785]
    """
    perimeter = geoms.length.where(geoms.length > 0)
    return (4 * np.pi * geoms.area / perimeter**2).rename("polsby_popper")


def reock(geoms: GeoSeries) -> pd.Series:
    r"""Measure compactness as area against the area of the smallest circle around the shape, 0 to 1.

    :math:`A / (\pi R^2)` (Reock 1961, A Note: Measuring Compactness, Midwest Journal of Political Science 5). A long
    shape has a low value, whatever its border is like. Empty shapes give NaN.

    >>> from shapely import Point, box
    >>> reock(GeoSeries([Point(0, 0).buffer(1, quad_segs=64), box(0, 0, 1, 1)])).round(3).tolist()
    [1.0, 0.637]
    """
    radius = pd.Series(shapely.minimum_bounding_radius(geoms.to_numpy()), index=geoms.index)
    return (geoms.area / (np.pi * radius.where(radius > 0) ** 2)).rename("reock")


def convex_hull_ratio(geoms: GeoSeries) -> pd.Series:
    r"""Measure how much of its convex hull a shape fills, 0 to 1.

    :math:`A / A_{hull}` (Niemi et al. 1990, Measuring Compactness and the Role of a Compactness Standard, Journal of
    Politics 52). Bays and detached parts lower it. Empty shapes give NaN.

    >>> from shapely import Polygon, box
    >>> corner = Polygon([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)])
    >>> convex_hull_ratio(GeoSeries([box(0, 0, 1, 1), corner])).round(3).tolist()
    [1.0, 0.857]
    """
    hull = geoms.convex_hull.area
    return (geoms.area / hull.where(hull > 0)).rename("convex_hull_ratio")
