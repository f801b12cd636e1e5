"""Set huajie beside its peers on one map: limits, moved households, borders, compactness, seconds.

    python -m benchmarks.peers [--units 300 | --area DIR] [--seconds 300] [--out peers.csv] [--picture peers.png]

Runs what is installed of spopt, pygeoda, GerryChain and pymetis (`pip install spopt pygeoda gerrychain pymetis`), each
in a process of its own, and names what is not. The map is made by the generator beside the checkout
(../shared/bench/units_map.py, needs scipy); without it the sample area is taken, and `--area` takes any area folder.
"""

import argparse
import subprocess
import sys
import tempfile
from datetime import date
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from benchmarks.peers.measuring import least_moved, measured
from benchmarks.peers.picture import draw
from benchmarks.peers.running import ROOT, ran
from benchmarks.peers.task import Task
from benchmarks.peers.tools import TOOLS
from pipeline.workflow import examine, sample_area

GENERATOR = ROOT.parent / "shared" / "bench" / "units_map.py"
DISTRIBUTIONS = ("huajie", "spopt", "pygeoda", "gerrychain", "pymetis")

HEAD = "tool | communities | inside | contiguous | moved | new + gone | border km | cost km | Polsby–Popper | CPU s"


def made_map(units: int, subdistricts: int, seed: int, folder: Path) -> Path:
    """Make a map with the generator, or take the sample area where there is no generator."""
    if not GENERATOR.is_file() or find_spec("scipy") is None:
        print("No map generator, or no scipy for it: the sample area is taken.\n", file=sys.stderr)
        return sample_area(folder / "sample")
    size = ["--n", str(units), "--subdistricts", str(subdistricts), "--hh-mean", "250", "--seed", str(seed)]
    subprocess.run([sys.executable, GENERATOR, *size, "--out", folder / "map"], check=True, capture_output=True)
    return folder / "map"


def read_task(area: Path, seed: int, seconds: float, parts: str) -> Task:
    """Read an area into the task that all tools are given."""
    examined = examine(area)
    rules = examined.area.rules
    return Task(examined.area.units, examined.edges, str(area), rules.lower, rules.upper, seed, seconds, parts)


def bound(task: Task) -> float:
    """Bound the share of the households that move in any plan with all inside, subdistrict by subdistrict."""
    units = task.units
    sizes = units.groupby(["subdistrict", "community"])["households"].sum()
    least = sum(least_moved(mine, lower=task.lower, upper=task.upper) for _, mine in sizes.groupby("subdistrict"))
    return float(least / units["households"].sum())


def line(row: dict[str, object]) -> str:
    """Write a row of the table in Markdown."""
    if row["reason"]:
        return f"| {row['tool']} | {row['reason']} |" + " |" * 8
    digits = {"inside": 0, "contiguous": 0, "moved": 1}
    shares = " | ".join(f"{100 * row[name]:.{places}f}%" for name, places in digits.items())
    lengths = f"{row['border_km']:.1f} | {row['cost_km']:.1f} | {row['polsby_popper']:.3f}"
    seconds = "–" if row["tool"] == "today" else f"{row['seconds']:.1f}"
    return f"| {row['tool']} | {row['communities']:.0f} | {shares} | {row['renamed']:.0f} | {lengths} | {seconds} |"


def reading(drawn: pd.DataFrame, least: float) -> str:
    """Say in a sentence or two what the table shows."""
    full = drawn[(drawn["inside"] == 1) & (drawn["contiguous"] == 1) & (drawn["tool"] != "today")]
    full = full.sort_values("moved", kind="stable")
    floor = f"A plan with every community inside the limits moves at least {100 * least:.1f}% of the households."
    if full.empty:
        return f"No tool brings every community inside the limits. {floor}"
    first = full.iloc[0]
    moved = f"{100 * first['moved']:.1f}% of the households"
    told = f"Only {first['tool']} has every community inside and in one piece; it moves {moved}"
    if len(full) > 1:
        second = full.iloc[1]
        told = (
            f"Of {len(full)} plans with every community inside and in one piece, that of {first['tool']} moves the "
            f"fewest, {moved}; the next is {second['tool']} with {100 * second['moved']:.1f}%"
        )
    fastest = drawn[drawn["tool"] != "today"].sort_values("seconds").iloc[0]
    return f"{told}. {floor} The fastest is {fastest['tool']} with {fastest['seconds']:.2f} CPU s."


def versions() -> str:
    """Name what took part, with versions."""
    found = []
    for name in DISTRIBUTIONS:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--area", type=Path, help="an area folder in place of a map of the generator")
    parser.add_argument("--units", type=int, default=300)
    parser.add_argument("--subdistricts", type=int, default=8, help="of the map that is made")
    parser.add_argument("--seed", type=int, default=1, help="of the map and of every tool")
    parser.add_argument("--seconds", type=float, default=300.0, help="CPU seconds that each tool may take")
    parser.add_argument(
        "--parts",
        choices=("middle", "today"),
        default="today",
        help="communities that tools draw which must be told how many: of the middle size, or as many as today",
    )
    parser.add_argument("--only", default="", help="run only tools with this in their name, and today")
    parser.add_argument("--out", type=Path, help="write the table as CSV")
    parser.add_argument("--picture", type=Path, help="draw moved households against communities inside")
    given = parser.parse_args()

    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        area = given.area or made_map(given.units, given.subdistricts, given.seed, folder)
        task = read_task(area.resolve(), given.seed, given.seconds, given.parts)
        task.write(folder)
        counts = {level: task.units[level].nunique() for level in ("community", "subdistrict")}
        print(
            f"{len(task.units):,} units, {counts['community']:,} communities in {counts['subdistrict']} subdistricts, "
            f"{task.units['households'].sum():,} households; limits {task.lower}–{task.upper}, seed {task.seed}, "
            f"number of communities: {task.parts}, "
            f"at most {task.seconds:.0f} CPU s each; {date.today()}; {versions()}.\n"
        )
        print(f"| {HEAD} |\n|---|{'---:|' * 9}", flush=True)
        for number, tool in enumerate(TOOLS):
            if tool.name != "today" and given.only.lower() not in tool.name.lower():
                continue
            result = ran(number, tool.needs, folder, task.seconds)
            row: dict[str, object] = {"tool": tool.name, "reason": result.reason, "seconds": result.seconds}
            if result.plan is not None:
                row |= measured(task.units, task.edges, result.plan, lower=task.lower, upper=task.upper)
            rows.append(row)
            print(line(row), flush=True)

    table, least = pd.DataFrame(rows), bound(task)
    drawn = table[table["reason"] == ""]
    print(f"\n{reading(drawn, least)}")
    if given.out:
        table.to_csv(given.out, index=False)
    if given.picture:
        draw(drawn, least, given.picture)


if __name__ == "__main__":
    main()
