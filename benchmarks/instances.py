"""Solve published instances and print found, bound and seconds beside the published optimum.

    python benchmarks/instances.py FOLDER [--seconds 60] [--only ME,ID] [--grids 9]

FOLDER holds `*_county.json` and `best_known.csv` (columns state, best_obj, min_time_optimal). Seconds are those of one
process on one core, CPU and wall; published seconds are the fastest proof of Validi and Buchanan with Gurobi 9.1 on 10
cores. The grids (n x n cells into n parts of n, moment of inertia) are made here.
"""

import argparse
import csv
import time
from pathlib import Path

from pipeline.partition.instance import Instance, instance_of, read_instance
from pipeline.partition.solve import solve

GRIDS = {5: 239_524, 6: 418_572, 7: 647_977, 8: 916_840, 9: 1_075_716}


def grid(side: int) -> Instance:
    """Make a square grid of cells that is divided into as many parts of as many cells as it is wide."""
    n = side * side
    edges = [(i, i + 1) for i in range(n) if (i + 1) % side] + [(i, i + side) for i in range(n - side)]
    nodes = [{"id": i, "pop": 1, "x": i % side, "y": i // side} for i in range(n)]
    given = {"k": side, "L": side, "U": side, "nodes": nodes, "edges": [[i, j, 1] for i, j in edges]}
    return instance_of(given)


def row(name: str, instance: Instance, objective: str, seconds: float, published: str, their_seconds: str) -> float:
    """Solve one instance, print its row, give back its seconds of CPU."""
    begun = time.process_time()
    answer = solve(instance, objective=objective, seconds=seconds)
    spent = time.process_time() - begun
    size = f"{len(instance.ids)} | {instance.parts}"
    print(
        f"| {name} | {size} | {answer.found} | {answer.bound} | {answer.proof} | {spent:.1f} | {answer.seconds:.1f} "
        f"| {published} | {their_seconds} |",
        flush=True,
    )
    return spent


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for each instance")
    parser.add_argument("--only", default="", help="states, with commas")
    parser.add_argument("--grids", type=int, default=max(GRIDS), help="side of the largest grid, 0 for none")
    given = parser.parse_args()
    with (given.folder / "best_known.csv").open(encoding="utf-8") as file:
        known = {row["state"]: row for row in csv.DictReader(file)}
    solve(grid(2), seconds=5.0)  # what is compiled once is not timed
    print("| instance | nodes | k | found | bound | proof | CPU s | seconds | published | published s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    total = 0.0
    for path in sorted(given.folder.glob("*_county.json")):
        state = path.stem.removesuffix("_county")
        if given.only and state not in given.only.split(","):
            continue
        best = known.get(state, {"best_obj": "", "min_time_optimal": ""})
        optimum, theirs = best["best_obj"], best["min_time_optimal"]
        total += row(state, read_instance(path), "cut-edges", given.seconds, optimum, theirs)
    for side, value in GRIDS.items():
        if side <= given.grids:
            total += row(f"grid {side}", grid(side), "inertia", given.seconds, str(value), "")
    print(f"\n{total:.1f} s of CPU in all")


if __name__ == "__main__":
    main()
