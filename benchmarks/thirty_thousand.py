"""Time 30,000 units read, joined, flagged and principle-planned, without maps; the target is 60 s on 2 cores.

    python benchmarks/thirty_thousand.py [--units 30000] [--jobs 2]

The units are squares on a grid with counts drawn from a seed, subdistricts of 16 x 16 and communities of 4 x 2
squares, so that the same map is made anywhere; the counts come in a table of their own and are joined by unit_id.
"""

import argparse
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check import check_area
from pipeline.errors import raise_errors
from pipeline.flag import flag_communities, merge_candidates
from pipeline.graph import adjacency, community_borders
from pipeline.propose import propose_principle
from pipeline.read import read_area
from pipeline.rules import load_rules
from pipeline.settings import load_settings
from pipeline.verify import refuse, verify_plan

SIDE_M, EAST_M, NORTH_M = 200.0, 37_500_000.0, 4_500_000.0

AREA_TOML = """\
[area]
name = "三万单元"
synthetic = true
[rules]
split_needs_overload = false
[solve]
seconds = 5
[units]
path = "units.gpkg"
[households]
path = "households.csv"
"""


def write_grid(folder: Path, units: int, seed: int = 0) -> None:
    """Write the area folder of a grid of about `units` squares."""
    rng = np.random.default_rng(seed)
    across = int(np.ceil(units**0.5 / 16)) * 16
    row, column = (index.ravel() for index in np.mgrid[: -(-units // across // 16) * 16 or 16, :across])
    west, south = EAST_M + column * SIDE_M, NORTH_M + row * SIDE_M
    # Communities differ in density, so that some are far over the limits and some under.
    community = (row // 2) * (across // 4) + column // 4
    density = rng.lognormal(np.log(240), 0.5, community.max() + 1)[community]
    unit_id = [f"u{number:06d}" for number in range(len(row))]
    table = gpd.GeoDataFrame(
        {
            "unit_id": unit_id,
            "community": [f"社区{number:05d}" for number in community],
            "subdistrict": [f"街道{number:04d}" for number in (row // 16) * (across // 16) + column // 16],
        },
        geometry=shapely.box(west, south, west + SIDE_M, south + SIDE_M),
        crs="EPSG:4525",
    )
    table.to_file(folder / "units.gpkg", layer="units")
    households = np.maximum(1, (density * rng.lognormal(0, 0.4, len(row))).astype(int))
    counts = pd.DataFrame({"unit_id": unit_id, "households": households, "population": households * 5 // 2})
    counts.to_csv(folder / "households.csv", index=False, encoding="utf-8-sig")
    (folder / "area.toml").write_text(AREA_TOML, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=30_000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    rows: list[tuple[str, float]] = []

    @contextmanager
    def timed(stage: str):
        start = time.perf_counter()
        yield
        rows.append((stage, time.perf_counter() - start))

    with tempfile.TemporaryDirectory() as folder:
        write_grid(Path(folder), arguments.units)
        settings = load_settings(folder)
        rules = load_rules(settings.rules)
        with timed("read and join"):
            area = read_area(settings, rules)
        with timed("check"):
            raise_errors(area.problems)
            raise_errors(check_area(area))
        with timed("adjacency"):
            edges = adjacency(area.units, area.lines, rules)
        with timed("flag"):
            borders = community_borders(edges, area.units["community"])
            neighbours = merge_candidates(area.communities, borders, rules)
            flags = flag_communities(area.communities, neighbours, rules)
        with timed("principle plan"):
            proposal = propose_principle(
                area.units, edges, flags, neighbours, rules, settings.solve, jobs=arguments.jobs
            )
        with timed("verify"):
            refuse(verify_plan(area.units, edges, proposal.plan, rules, left=proposal.left))

    kinds = ", ".join(f"{count} {kind}" for kind, count in proposal.cases["kind"].value_counts().items())
    proofs = ", ".join(f"{count} {proof}" for proof, count in proposal.cases["proof"].value_counts().items())
    print(f"{len(area.units)} units, {len(area.communities)} communities, {len(flags)} flagged; {kinds}; {proofs}\n")
    print("| stage | seconds |")
    print("|---|---|")
    for stage, seconds in rows:
        print(f"| {stage} | {seconds:.1f} |")
    print(f"| **all** (target < 60) | **{sum(seconds for _, seconds in rows):.1f}** |")


if __name__ == "__main__":
    main()
