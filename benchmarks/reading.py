"""Time reading, mending and checking: the sample area beside the same area as a district office would hand it over.

    python benchmarks/reading.py [--rows 30000] [--units 3000]

Both folders hold the same facts, so the ratio is the price of the mess. A third part times a register of many rows
beside the bare reading of its cells, a fourth the repair of a drawing whose every corner is off, beside a sound one.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from pipeline.check import check_area
from pipeline.read import read_area
from pipeline.repair import repair_area
from pipeline.results import Area
from pipeline.rules import load_rules
from pipeline.settings import load_settings

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "cases")]

from jittered import CRS, cells, jittered  # noqa: E402
from messy_folder import SAMPLE, write_messy_sample  # noqa: E402
from small_area import write_toml  # noqa: E402


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Give what a call makes, and its seconds."""
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def row(what: str, seconds: float, beside: float) -> None:
    """Print one row with the ratio to what stands beside it."""
    print(f"| {what} | {seconds:.2f} | {seconds / beside:.1f} |", flush=True)


def stages(folder: Path) -> tuple[Area, list[float]]:
    """Read, mend and check an area; give it with the seconds of each."""
    settings = load_settings(folder)
    area, reading = timed(lambda: read_area(settings, load_rules(settings.rules)))
    mended, mending = timed(lambda: repair_area(area))
    _, checking = timed(lambda: check_area(mended))
    return mended, [reading, mending, checking]


def folders(scratch: Path) -> Area:
    """Time the sample and its messy twin; give the sample."""
    clean, beside = stages(SAMPLE)
    write_messy_sample(scratch)
    messy, spent = stages(scratch)
    assert clean.units["households"].sum() == messy.units["households"].sum()
    for name, ours, sound in zip(("read", "repair", "check"), spent, beside, strict=True):
        row(f"{name}, sample ({len(clean.units):,} units)", sound, sound)
        row(f"{name}, the same from an office", ours, sound)
    return clean


def register(scratch: Path, rows: int) -> None:
    """Time a register of many units under two title rows, beside the bare reading of its cells."""
    path = scratch / "register.xlsx"
    table = pd.DataFrame({"小区编号": [f"u{n}" for n in range(rows)], "常住户": [f"{n % 900}户" for n in range(rows)]})
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame({"台账": [None]}).to_excel(book, sheet_name="台账", index=False)
        table.to_excel(book, sheet_name="台账", index=False, startrow=2)
    _, bare = timed(lambda: CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())
    sections = {"units": {"path": (SAMPLE / "units.gpkg").as_posix()}, "households": {"path": path.name}}
    write_toml(scratch, sections)
    settings = load_settings(scratch)
    _, ours = timed(lambda: read_area(settings, load_rules(settings.rules)))
    row(f"cells of {rows:,} rows", bare, bare)
    row(f"area with a table of {rows:,} rows", ours, bare)


def drawings(sample: Area, count: int) -> None:
    """Time the repair of a drawing by hand, up to 30 cm off at every corner, beside a sound one."""
    random = np.random.default_rng(0)
    sound = cells(count, random)
    spent = []
    for shapes in (sound, jittered(sound, 0.3, random)):
        table = pd.DataFrame(
            {"name": "", "households": 100, "population": 200, "community": "c", "subdistrict": "s", "anchor": False},
            index=pd.Index([f"u{n:06d}" for n in range(count)], name="unit_id"),
        )
        units = gpd.GeoDataFrame(table, geometry=list(shapes), crs=CRS)
        lines = sample.lines.iloc[:0].set_crs(CRS, allow_override=True)
        spent.append(timed(lambda units=units, lines=lines: repair_area(replace(sample, units=units, lines=lines)))[1])
    row(f"repair, {count:,} sound units", spent[0], spent[0])
    row(f"repair, {count:,} units drawn by hand", spent[1], spent[0])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--units", type=int, default=3_000)
    given = parser.parse_args()
    print("| what | seconds | times what stands above |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("office", "register"):
            (Path(folder) / name).mkdir()
        sample = folders(Path(folder) / "office")
        register(Path(folder) / "register", given.rows)
    drawings(sample, given.units)


if __name__ == "__main__":
    main()
