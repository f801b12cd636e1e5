"""What all tests share: a quiet Matplotlib, repeatable hypothesis, and small area folders."""

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import pytest
from hypothesis import settings

from pipeline.synthetic import toy_city, toy_lines

if TYPE_CHECKING:
    from pipeline.workflow import Finished

matplotlib.use("Agg")

settings.register_profile("huajie", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("huajie")

TOY_TOML = """\
[area]
name = "小城"
synthetic = true
date = "2026-03-31"
[rules]
split_needs_overload = false
[solve]
seconds = 20
[units]
path = "units.gpkg"
[roads]
path = "roads.gpkg"
[water]
path = "water.gpkg"
"""
"""The toy city has no workers or premises, so its rules let size alone ask for a split."""


def write_toy(folder: Path) -> Path:
    """Write the toy city as an area folder."""
    folder.mkdir(parents=True)
    toy_city().reset_index().to_file(folder / "units.gpkg", layer="units")
    lines = toy_lines().drop(columns="barrier")
    for kind, name in (("road", "roads"), ("water", "water")):
        lines[lines["kind"] == kind].drop(columns="kind").to_file(folder / f"{name}.gpkg", layer=name)
    (folder / "area.toml").write_text(TOY_TOML, "utf-8")
    return folder


@pytest.fixture
def toy_area(tmp_path: Path) -> Path:
    """Write the toy city into tmp_path/data/raw/toy."""
    return write_toy(tmp_path / "data" / "raw" / "toy")


@pytest.fixture(scope="session")
def toy_to_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the toy city once, alone in its folder; for tests that change nothing in it."""
    return write_toy(tmp_path_factory.mktemp("raw") / "toy")


@pytest.fixture(scope="session")
def finished(toy_to_read: Path, tmp_path_factory: pytest.TempPathFactory) -> "Finished":
    """Run the toy city once, maps and all; for tests that only look at what was written."""
    from pipeline.workflow import run  # here, so that tests of one room do not wait for all of them

    folder = tmp_path_factory.mktemp("finished")
    return run(toy_to_read, out=folder / "outputs", processed=folder / "processed", jobs=1)


@pytest.fixture
def shared() -> Path:
    """Find the folder of real data beside the checkout; skip where there is none."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the real data sets in ../shared")
    return folder
