"""Time exact splits of communities of up to 60 units on one core; the target is a median under 1 s, all proved.

    python benchmarks/splits.py [--seeds 10] [--seconds 60]

Units are Voronoi cells of jittered points, 150 m across, with lognormal counts scaled to 4,001-6,000 households, as
communities have that are split; a second table row has 6,001-9,000, which need three parts.
"""

import argparse
import statistics

import geopandas as gpd
import numpy as np
import shapely

from pipeline.graph import adjacency
from pipeline.propose import split_community

SIZES = (20, 30, 40, 50, 60)
HOUSEHOLDS = {2: (4_001, 6_000), 3: (6_001, 9_000)}


def community(count: int, low: int, high: int, seed: int) -> gpd.GeoDataFrame:
    """Make one community of `count` units with between `low` and `high` households."""
    rng = np.random.default_rng(seed)
    across = int(np.sqrt(count))
    points = np.array([(k % across, k // across) for k in range(count)], float) + rng.uniform(-0.35, 0.35, (count, 2))
    frame = shapely.box(*(points.min(0) - 0.5), *(points.max(0) + 0.5))
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame, ordered=True).geoms
    shapes = shapely.transform(shapely.intersection(np.array(cells), frame), lambda xy: xy * 150)
    share = rng.lognormal(0, 0.6, count)
    households = np.maximum(1, share / share.sum() * rng.integers(low, high + 1)).astype(int)
    households[0] += max(0, low - households.sum())
    ids = [f"u{k:02d}" for k in range(count)]
    columns = {"households": households, "community": "c", "subdistrict": "s", "anchor": False}
    return gpd.GeoDataFrame(columns, index=ids, geometry=shapes, crs=4525)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    print("| parts | units | median seconds | longest | proved |")
    print("|---|---|---|---|---|")
    every: list[float] = []
    for parts, (low, high) in HOUSEHOLDS.items():
        for count in SIZES:
            spent, proved = [], 0
            for seed in range(given.seeds):
                units = community(count, low, high, seed)
                edges = adjacency(units)
                solution = split_community(units, edges, lower=1000, upper=3000, seconds=given.seconds)
                spent.append(solution.seconds)
                proved += solution.proof in ("optimal", "infeasible")
            every += spent
            median, longest = statistics.median(spent), max(spent)
            print(f"| {parts} | {count} | {median:.2f} | {longest:.2f} | {proved}/{given.seeds} |", flush=True)
    print(f"| **all** | 20-60 | **{statistics.median(every):.2f}** (target < 1) | {max(every):.2f} | |")


if __name__ == "__main__":
    main()
