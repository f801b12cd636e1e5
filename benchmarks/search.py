"""The quick search and the quick bound on random subdistricts: what lies outside, changes, moves, at the least.

    python benchmarks/search.py [--subdistricts 40 120 300 600] [--maps 300 3000 30000] [--seeds 3] [--shared ../shared]

Makes its places with `generator.py` (one subdistrict, with offices) and `units_map.py` (subdistricts of about 250
units) of the folder of shared benchmarks; limits are 1,000 to 3,000 households. Seconds are of the processor, without
the compiling of the loops. `bound`: households that must move (0 where fewer changes are not ruled out).
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.graph import adjacency
from pipeline.partition.ground import Ground, ground_of
from pipeline.partition.relaxation import relaxed
from pipeline.partition.search import improve, worth

LIMITS = {"lower": 1000, "upper": 3000}
Task = tuple[Ground, np.ndarray, list[int]]


def tasks(units: gpd.GeoDataFrame) -> list[Task]:
    """The problem of each subdistrict."""
    units = units.set_index("unit_id")
    if "anchor" not in units:
        units["anchor"] = False
    edges = adjacency(units)
    near = units["subdistrict"].to_dict()
    within = edges[edges["a"].map(near).to_numpy() == edges["b"].map(near).to_numpy()]
    by_name = dict(list(within.groupby(within["a"].map(near))))
    found = []
    for name, rows in units.groupby("subdistrict"):
        ground = ground_of(rows, by_name.get(name, within.iloc[:0]))
        community = rows.loc[ground.ids, "community"]
        names = sorted(community.unique())
        today = pd.Index(names).get_indexer(community)
        standing = [np.flatnonzero(ground.anchor & (today == part)) for part in range(len(names))]
        found.append((ground, today, [int(unit[0]) if len(unit) else -1 for unit in standing]))
    return found


def map_of(units_map: object, count: int, seed: int) -> gpd.GeoDataFrame:
    """A map in subdistricts of about 250 units."""
    made = units_map.make(count, seed, max(1, round(count / 250)), 0, 150.0)
    columns = {
        "unit_id": [f"u{number:06d}" for number in range(len(made["hh"]))],
        "households": made["hh"],
        "community": [f"c{number:06d}" for number in made["comm"]],
        "subdistrict": [f"s{number:05d}" for number in made["street"]],
    }
    return gpd.GeoDataFrame(columns, geometry=made["polys"], crs=32649)


def places(shared: Path, given: argparse.Namespace) -> Iterator[tuple[str, list[Task]]]:
    sys.path.insert(0, str(shared / "bench"))
    import generator
    import units_map

    for count in given.subdistricts:
        for seed in range(1, given.seeds + 1):
            yield f"subdistrict {count}, seed {seed}", tasks(generator.subdistrict(count, seed))
    for count in given.maps:
        yield f"map {count:,}", tasks(map_of(units_map, count, 1))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subdistricts", type=int, nargs="*", default=[40, 120, 300, 600])
    parser.add_argument("--maps", type=int, nargs="*", default=[300, 3000, 30000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    given = parser.parse_args()
    print(
        "| place | communities | outside today | outside | created + abolished | moved | bound | seconds | bound, s |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    compiled = False
    for name, several in places(given.shared, given):
        if not compiled:
            ground, today, offices = several[0]
            improve(ground, today, offices, lower=1500, upper=2000)  # so that all loops are compiled
            compiled = True
        total, spent, bounding = np.zeros(5, int), 0.0, 0.0
        for ground, today, offices in several:
            begun = time.process_time()
            plan = improve(ground, today, offices, **LIMITS)
            spent += time.process_time() - begun
            value = worth(ground, today, offices, plan, **LIMITS)
            begun = time.process_time()
            least = relaxed(ground, today, offices, **LIMITS, found=value[1:4])
            bounding += time.process_time() - begun
            before = worth(ground, today, offices, today, **LIMITS)
            total += [before.outside, value.outside, value.changed, value.moved, least[2]]
        numbers = " | ".join(f"{number:,}" for number in total.tolist())
        communities = sum(len(offices) for _, _, offices in several)
        print(f"| {name} | {communities:,} | {numbers} | {spent:.2f} | {bounding:.2f} |", flush=True)


if __name__ == "__main__":
    main()
