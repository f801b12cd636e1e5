"""Time the adjacency table of 3,000 to 300,000 units; the target is 60 s at 300,000 on 2 cores.

    python benchmarks/adjacency.py [--most 300000]

Maps: hexagons (six neighbours each, all vertices shared), the same with a road along every fourth row and a river, and
bricks (the vertices of one row lie inside the sides of the next, so that nothing but the ends is shared vertex by
vertex). The last rows compare with the plain way: a spatial index, and the intersection of every pair that meets.
Each row is measured in a process of its own; peak MB is the largest memory of that process, imports and map included.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.graph import adjacency

CRS = "EPSG:4525"
SIDE_M = 100.0


def hexagons(count: int) -> gpd.GeoDataFrame:
    """Make a map of about count hexagons; corners are computed once, on a lattice of integers."""
    row, column = _places(count)
    steps = np.array([(0, 1), (1, 2), (2, 1), (2, -1), (1, -2), (0, -1)])
    corners = np.stack([2 * column + row % 2, 3 * row], axis=1)[:, None, :] + steps
    return _units(shapely.polygons(corners * [SIDE_M / 2, SIDE_M / 4]), row, column)


def bricks(count: int) -> gpd.GeoDataFrame:
    """Make a map of about count rectangles, every second row shifted by a third."""
    row, column = _places(count)
    west = (column + (row % 2) / 3) * SIDE_M
    return _units(shapely.box(west, row * SIDE_M, west + SIDE_M, (row + 1) * SIDE_M), row, column)


def _places(count: int) -> tuple[np.ndarray, np.ndarray]:
    across = int(np.ceil(count**0.5))
    row, column = np.divmod(np.arange(count), across)
    return row, column


def _units(shapes: np.ndarray, row: np.ndarray, column: np.ndarray) -> gpd.GeoDataFrame:
    """Add communities of 4 x 2 units and subdistricts of 16 x 16."""
    index = pd.Index([f"u{number:06d}" for number in range(len(row))], name="unit_id")
    levels = {
        "community": [f"c{y}-{x}" for y, x in zip(row // 2, column // 4, strict=True)],
        "subdistrict": [f"s{y}-{x}" for y, x in zip(row // 16, column // 16, strict=True)],
    }
    return gpd.GeoDataFrame(levels, index=index, geometry=shapes, crs=CRS)


def roads_and_river(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make a road along every fourth row, some streets across, and a river."""
    west, south, east, north = units.total_bounds
    roads = [shapely.LineString([(west, y), (east, y)]) for y in np.arange(south, north, 3 * SIDE_M)]
    streets = [shapely.LineString([(x, south), (x, north)]) for x in np.arange(west, east, 4 * SIDE_M)]
    river = shapely.LineString([(west, south + 0.4 * (north - south)), (east, south + 0.6 * (north - south))])
    kinds = ["road"] * (len(roads) + len(streets)) + ["water"]
    classes = ["primary"] * len(roads) + ["tertiary"] * len(streets) + [""]
    table = {"kind": kinds, "name": "", "road_class": classes, "barrier": [kind == "water" for kind in kinds]}
    return gpd.GeoDataFrame(table, geometry=[*roads, *streets, river], crs=CRS)


def by_intersection(units: gpd.GeoDataFrame) -> int:
    """Count the borders the plain way."""
    shapes = units.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    return int((shapely.length(shapely.intersection(shapes[first], shapes[second])) > 1.0).sum())


def hexagons_alone(count: int) -> tuple[int, float]:
    units = hexagons(count)
    return _timed(lambda: len(adjacency(units)))


def hexagons_with_lines(count: int) -> tuple[int, float]:
    units = hexagons(count)
    lines = roads_and_river(units)
    return _timed(lambda: len(adjacency(units, lines)))


def bricks_alone(count: int) -> tuple[int, float]:
    units = bricks(count)
    return _timed(lambda: len(adjacency(units)))


def hexagons_plain(count: int) -> tuple[int, float]:
    units = hexagons(count)
    return _timed(lambda: by_intersection(units))


def bricks_plain(count: int) -> tuple[int, float]:
    units = bricks(count)
    return _timed(lambda: by_intersection(units))


def _timed(made: Callable[[], int]) -> tuple[int, float]:
    start = time.perf_counter()
    return made(), time.perf_counter() - start


def measured(way: Callable[[int], tuple[int, float]], count: int) -> tuple[int, float, float]:
    """Give rows, seconds and the peak memory of this process in MB."""
    rows, seconds = way(count)
    return rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=300_000)
    most = parser.parse_args().most
    sizes = [count for count in (3_000, 30_000, 300_000) if count <= most]
    ways = [("hexagons", hexagons_alone), ("hexagons, roads, river", hexagons_with_lines), ("bricks", bricks_alone)]
    plain = [("hexagons, the plain way", hexagons_plain), ("bricks, the plain way", bricks_plain)]
    tasks = [(name, way, count) for name, way in ways for count in sizes]
    tasks += [(name, way, 30_000) for name, way in plain if most >= 30_000]
    seconds_of = {}
    print("| map | units | rows | seconds | peak MB |")
    print("|---|---|---|---|---|")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for name, way, count in tasks:
            rows, seconds, peak = pool.apply(measured, (way, count))
            seconds_of[way, count] = seconds
            print(f"| {name} | {count:,} | {rows:,} | {seconds:.2f} | {peak:.0f} |", flush=True)
    for name, own, other in (("hexagons", hexagons_alone, hexagons_plain), ("bricks", bricks_alone, bricks_plain)):
        if (other, 30_000) in seconds_of:
            ratio = seconds_of[other, 30_000] / seconds_of[own, 30_000]
            print(f"\nThe plain way takes {ratio:.1f} times as long on 30,000 {name}.")


if __name__ == "__main__":
    main()
