"""Time compliance plans of generated subdistricts on one core: medians over seeds, and how many were proved.

    python benchmarks/compliance.py --generator PATH [--sizes 120,300,600] [--seeds 10] [--seconds 120]

The generator is a Python file with `subdistrict(units, seed)`: a table of units with shapes, households and
communities. Targets: 120 units proved in 1 s, 300 in 20 s, 600 within 120 s and a gap under 1 % where not proved.
"""

import argparse
import importlib.util
import statistics
import time
from pathlib import Path

from pipeline.graph import adjacency
from pipeline.propose.comply import comply

TARGETS = {120: 1.0, 300: 20.0, 600: 120.0}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--sizes", default="120,300,600")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120.0)
    given = parser.parse_args()
    spec = importlib.util.spec_from_file_location("generator", given.generator)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    print("| units | seed | proof | outside, changed, moved, border | bound | gap | seconds | CPU seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for count in map(int, given.sizes.split(",")):
        spent, gaps = [], []
        for seed in range(given.seeds):
            units = generator.subdistrict(count, seed).set_index("unit_id")
            edges = adjacency(units)
            begun = time.process_time()
            found = comply(units, edges, lower=1000, upper=3000, seconds=given.seconds)
            spent.append(time.process_time() - begun)
            gaps.append(found.gap)
            numbers, bound = (" ".join(f"{value:.0f}" for value in values) for values in (found.objective, found.bound))
            print(f"| {count} | {seed} | {found.proof} | {numbers} | {bound} | {found.gap:.2%} "
                  f"| {found.seconds:.2f} | {spent[-1]:.2f} |", flush=True)  # fmt: skip
        proved, target = sum(gap == 0 for gap in gaps), TARGETS.get(count)
        print(f"| **{count}** | | **{proved}/{given.seeds} proved** | | | worst {max(gaps):.2%} "
              f"| target {target} | **median {statistics.median(spent):.2f}** |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
