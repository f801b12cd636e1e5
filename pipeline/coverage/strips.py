"""Finds units that stand apart across a strip of land that no unit owns, as along roads drawn to their edges."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.coverage.faults import usable
from pipeline.coverage.planar import HAIRLINE_M, sides_of

WIDEST_M = 60.0
"""Units farther apart than this are not taken to face each other across a road."""

SPACING_M = 10.0
LEAST_M = 20.0
"""Units face each other where they do so along this length."""

NEAR_ROAD_M = 5.0
"""A strip is along a line that runs inside it, or so much beside it."""

COLUMNS = ["a", "b", "width_m", "length_m", "along", "along_name"]


def strips(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, least_m: float) -> gpd.GeoDataFrame:
    """Find pairs of units that face each other across a strip wider than `least_m` and touch nowhere.

    Columns: a, b (unit_id), width_m (median), length_m (about), along (kind of the line that runs in the strip, empty
    for none), along_name; ways across the strip as geometry. Sorted by a, b. Measured every SPACING_M along outlines
    that no other unit shares.
    """
    positions = usable(units)
    shapes = np.asarray(units.geometry.array, dtype="object")[positions]
    sides = sides_of(shapes)
    links = _links(sides[sides["other"] < 0], shapes)
    links = links[links["width"] > least_m]
    touching = shapely.dwithin(shapes[links["a"]], shapes[links["b"]], HAIRLINE_M)
    links = links[~touching].reset_index(drop=True)
    links = links.join(_along(links, lines))
    ids = units.index.astype("str").to_numpy()[positions]
    return _by_pair(links.assign(a=ids[links["a"]], b=ids[links["b"]]), units.crs)


def suggested_strips_m(widths_m: pd.Series) -> float:
    """Give the strips_m that closes nearly all strips of these widths, with a quarter to spare, in tens of metres.

    >>> suggested_strips_m(pd.Series([18.0, 24.0, 30.0]))
    40.0
    """
    return float(np.ceil(widths_m.quantile(0.95) * 1.25 / 10) * 10)


def _links(outer: pd.DataFrame, shapes: np.ndarray) -> pd.DataFrame:
    """Go from points along outer sides straight to the nearest other unit over land that no unit owns: a, b, x0 … y1.

    A link counts where the nearest outline is another unit's, so that concave outlines do not face themselves.
    """
    segments = shapely.linestrings(outer[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2))
    owner = outer["face"].to_numpy()
    number = np.ceil(outer["length"].to_numpy() / SPACING_M).astype(np.int64)
    segment = np.repeat(np.arange(len(outer)), number)
    place = (np.arange(len(segment)) - np.repeat(np.cumsum(number) - number, number) + 0.5) / number[segment]
    points = shapely.line_interpolate_point(segments[segment], place, normalized=True)
    point, other = shapely.STRtree(segments).query(points, predicate="dwithin", distance=WIDEST_M)
    foreign = owner[segment[point]] != owner[other]
    point, other = point[foreign], other[foreign]
    table = pd.DataFrame({"point": point, "other": other, "width": shapely.distance(points[point], segments[other])})
    table = table.sort_values(["point", "width", "other"]).drop_duplicates("point")
    ways = shapely.shortest_line(points[table["point"]], segments[table["other"]])
    inner = shapely.line_interpolate_point(ways[:, None], np.array([0.02, 0.25, 0.5, 0.75, 0.98]), normalized=True)
    covered = np.zeros(len(ways), dtype=bool)
    hit, _ = shapely.STRtree(shapes).query(inner.ravel(), predicate="intersects")
    covered[hit // 5] = True
    a, b = owner[segment[table["point"]]], owner[table["other"]]
    share = outer["length"].to_numpy()[segment[table["point"]]] / number[segment[table["point"]]]
    found = pd.DataFrame({"a": a, "b": b, "width": table["width"].to_numpy(), "share": share, "way": ways})
    return found[~covered].reset_index(drop=True)


def _along(links: pd.DataFrame, lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the line that runs in the strip at each link: along (its kind), along_name."""
    table = pd.DataFrame({"along": "", "along_name": ""}, index=links.index)
    if lines.empty or links.empty:
        return table
    ways = links["way"].to_numpy()
    tree = shapely.STRtree(lines.geometry.to_numpy())
    (link, line), distance = tree.query_nearest(ways, max_distance=NEAR_ROAD_M, return_distance=True)
    near = pd.DataFrame({"link": link, "line": line, "distance": distance})
    near = near.sort_values(["link", "distance", "line"]).drop_duplicates("link")
    at = links.index[near["link"]]
    table.loc[at, "along"] = lines["kind"].fillna("").astype("str").to_numpy()[near["line"]]
    table.loc[at, "along_name"] = lines["name"].fillna("").astype("str").to_numpy()[near["line"]]
    return table


def _by_pair(links: pd.DataFrame, crs: object) -> gpd.GeoDataFrame:
    """Put the links of each pair together; what runs along is what most of them say."""
    swapped = links["a"] > links["b"]
    low, high = links["a"].where(~swapped, links["b"]), links["b"].where(~swapped, links["a"])
    rows, shapes = [], []
    for (a, b), found in links.assign(a=low, b=high).groupby(["a", "b"], sort=True):
        length = found.groupby(swapped[found.index])["share"].sum().max()
        if length >= LEAST_M:
            along, name = found[["along", "along_name"]].value_counts(sort=True).index[0]
            rows.append((a, b, found["width"].median(), length, along, name))
            shapes.append(shapely.multilinestrings(found["way"].to_numpy()))
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"width_m": float, "length_m": float})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)
