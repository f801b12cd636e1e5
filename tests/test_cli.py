"""The command line: what it prints, where, and with which exit code."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline import __version__, workflow
from pipeline.cli import app
from pipeline.read import read_area
from pipeline.schema import columns, labels
from pipeline.swap import CHECK_TABLES
from pipeline.template import COLUMNS

runner = CliRunner()


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_run_prints_the_arithmetic_and_where_everything_is(toy_area):
    result = runner.invoke(app, ["run", "toy", "--jobs", "1"])
    assert 0 == result.exit_code, result.stderr
    assert "4 + 1 − 1 = 4" in result.stdout
    for path in ("maps/overview-after.png", "dossier/summary.xlsx", "dossier/summary.html", "plan.csv"):
        assert str(Path("outputs/toy") / path) in result.stdout


def test_no_maps_leaves_the_map_out_of_the_folder_and_of_what_is_printed(toy_area):
    result = runner.invoke(app, ["run", "toy", "--jobs", "1", "--no-maps"])
    assert (0, False) == (result.exit_code, "overview-after" in result.stdout)
    assert not Path("outputs/toy/maps/overview-after.png").exists()


def test_progress_goes_to_stderr_and_quiet_leaves_only_the_result(toy_area):
    loud = runner.invoke(app, ["run", "toy", "--jobs", "1", "--no-maps"])
    quiet = runner.invoke(app, ["run", "toy", "--jobs", "1", "--no-maps", "--quiet"])
    assert "propose principle" in loud.stderr
    assert "" == quiet.stderr
    assert without_time(loud.stdout) == without_time(quiet.stdout)


def without_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("time")]


def test_an_area_may_be_a_folder_a_file_or_a_name(toy_area):
    for area in ("toy", str(toy_area), str(toy_area / "area.toml")):
        assert 0 == runner.invoke(app, ["check", area, "-q"]).exit_code


def test_out_names_the_folder_of_the_outputs(toy_area):
    result = runner.invoke(app, ["run", "toy", "--out", "here", "--jobs", "1", "--no-maps"])
    assert (0, True) == (result.exit_code, Path("here/summary.json").is_file())


def test_out_with_files_of_someone_else_is_wrong_usage(toy_area):
    Path("thesis").mkdir()
    Path("thesis/thesis.docx").write_bytes(b"years of work")
    result = runner.invoke(app, ["run", "toy", "--out", "thesis", "--no-maps"])
    assert (2, b"years of work") == (result.exit_code, Path("thesis/thesis.docx").read_bytes())
    assert "Name an empty or a new folder" in result.stderr


def test_check_prints_what_was_joined_and_writes_nothing(toy_area):
    result = runner.invoke(app, ["check", "toy"])
    assert 0 == result.exit_code
    assert "units.gpkg" in result.stdout
    assert "0 errors" in result.stdout
    assert not Path("outputs").exists()
    assert not Path("data/processed").exists()


def test_check_leaves_out_households_that_a_source_does_not_count(toy_area):
    units = gpd.read_file(toy_area / "units.gpkg")
    units.drop(columns="households").to_file(toy_area / "units.gpkg", layer="units")
    units[["unit_id", "households"]].to_csv(toy_area / "counts.csv", index=False)
    with (toy_area / "area.toml").open("a", encoding="utf-8") as settings:
        settings.write('[households]\npath = "counts.csv"\n')
    lines = [line.split() for line in runner.invoke(app, ["check", "toy", "-q"]).stdout.splitlines()]
    assert ["[units]", "units.gpkg", "12", "12", "0", "0"] in lines
    assert ["[households]", "counts.csv", "12", "12", "unit_id", "0", "0", "10,200", "10,200"] in lines


def test_check_with_out_writes_its_tables_and_nothing_else(toy_area):
    result = runner.invoke(app, ["check", "toy", "--out", "found", "-q"])
    assert (0, True) == (result.exit_code, "tables and maps of the check in found" in result.stdout)
    assert sorted(CHECK_TABLES) == sorted(path.name for path in Path("found").iterdir())
    assert {"data", "found"} == {path.name for path in Path().iterdir()}
    assert 4 == len(pd.read_csv("found/measures.csv"))


def test_check_writes_the_same_again_and_keeps_a_file_of_the_user(toy_area):
    runner.invoke(app, ["check", "toy", "--out", "found", "-q"])
    before = Path("found/measures.csv").read_bytes()
    Path("found/notes.txt").write_text("mine", "utf-8")
    assert 0 == runner.invoke(app, ["check", "toy", "--out", "found", "-q"]).exit_code
    assert (before, "mine") == (Path("found/measures.csv").read_bytes(), Path("found/notes.txt").read_text("utf-8"))


def test_check_does_not_replace_the_outputs_of_a_run(toy_area):
    outputs = Path("outputs/toy")
    outputs.mkdir(parents=True)
    (outputs / "summary.json").write_text('{"area": "小城", "manifest": {}}', "utf-8")
    result = runner.invoke(app, ["check", "toy", "--out", str(outputs), "-q"])
    assert (2, ["summary.json"]) == (result.exit_code, [path.name for path in outputs.iterdir()])
    assert "no outputs of a check" in result.stderr


def test_check_of_a_bad_input_prints_what_it_can_and_writes_it_and_exits_with_1(toy_area):
    units = gpd.read_file(toy_area / "units.gpkg")
    units["households"] = units["households"].astype("float64")
    units.loc[3, "households"] = -1
    units.to_file(toy_area / "units.gpkg", layer="units")
    result = runner.invoke(app, ["check", "toy", "--out", "found", "-q"])
    assert 1 == result.exit_code
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["[units]", "units.gpkg", "12", "12", "0", "0"] == [line for line in lines if "[units]" in line][-1][:6]
    assert "No verdict is given while the input has errors." in result.stdout
    assert "1 error, " in result.stdout
    assert "1 problem to mend before a run.\n- [units] units.gpkg feature 4" in result.stderr
    assert "negative count" in Path("found/problems.csv").read_text("utf-8-sig")


def test_check_prints_what_was_recognised_although_the_input_has_errors(toy_area, monkeypatch):
    row = ("units", "units.gpkg", "households", "户数", "", "name", "户数")

    def recognised(*arguments, **options):
        return replace(read_area(*arguments, **options), columns=pd.DataFrame([row], columns=columns("columns.csv")))

    monkeypatch.setattr(workflow, "read_area", recognised)
    (toy_area / "roads.gpkg").unlink()
    result = runner.invoke(app, ["check", "toy", "-q"])
    assert (1, True) == (result.exit_code, "roads.gpkg" in result.stderr)
    assert ["households", "=", "户数", "name", "户数"] in [line.split() for line in result.stdout.splitlines()]


def test_check_lists_every_error_with_its_file_and_exits_with_1(toy_area):
    (toy_area / "roads.gpkg").unlink()
    (toy_area / "water.gpkg").unlink()
    result = runner.invoke(app, ["check", "toy"])
    assert 1 == result.exit_code
    assert "2 problems" in result.stderr
    assert ("roads.gpkg" in result.stderr, "water.gpkg" in result.stderr) == (True, True)


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "toy", "--strategy", "best"], ["run", "toy", "--jobs", "-1"], ["fly"], ["run", "toy", "--fast"]],
)
def test_wrong_usage_exits_with_2(toy_area, arguments):
    assert 2 == runner.invoke(app, arguments).exit_code


def test_an_unknown_area_exits_with_1_and_says_which_are_known(toy_area):
    result = runner.invoke(app, ["run", "toi"])
    assert 1 == result.exit_code
    assert "Known areas in ./data/raw/: toy" in result.stderr


def test_an_unexpected_fault_is_one_message_and_where_the_log_is(toy_area, monkeypatch):
    monkeypatch.setattr(workflow, "evaluate_plan", lambda *_: 1 // 0)
    result = runner.invoke(app, ["run", "toy", "--jobs", "1", "--quiet"])
    assert (1, False) == (result.exit_code, "Traceback" in result.stderr)
    assert "ZeroDivisionError" in result.stderr
    assert "ZeroDivisionError" in Path("data/processed/toy/run.log").read_text("utf-8")


def test_debug_lets_the_fault_through(toy_area, monkeypatch):
    monkeypatch.setattr(workflow, "evaluate_plan", lambda *_: 1 // 0)
    result = runner.invoke(app, ["run", "toy", "--jobs", "1", "--quiet", "--debug"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_new_writes_an_area_that_check_understands_and_asks_for_its_files(tmp_path):
    made = runner.invoke(app, ["new", "data/raw/mine"])
    checked = runner.invoke(app, ["check", "mine"])
    assert (0, 1) == (made.exit_code, checked.exit_code)
    lines = [line for line in checked.stderr.splitlines() if line.startswith("- ")]
    assert ["- [units]", "- [households]"] == [" ".join(line.split()[:2]) for line in lines]


def test_the_template_of_new_is_read_once_it_is_filled_in(toy_area, tmp_path):
    runner.invoke(app, ["new", "data/raw/mine"])
    table = pd.read_excel("data/raw/mine/households.xlsx", engine="calamine")
    values = {labels("communities")[name]: 5 for name in COLUMNS}
    named = {"社区": ["A", "B", "C", "D"], "街道/镇/中心": ["甲", "甲", "乙", "乙"], "常住户": [5400, 2100, 2000, 700]}
    filled = pd.DataFrame({**{label: [value] * 4 for label, value in values.items()}, **named, "代码": ""})
    filled[list(table.columns)].to_excel("data/raw/mine/households.xlsx", sheet_name="社区", index=False)
    shutil.copy(toy_area / "units.gpkg", "data/raw/mine")
    area = workflow.check("mine")
    assert {5} == set(area.communities["workers"])
    assert [] == area.problems.loc[area.problems["severity"] == "error", "detail"].tolist()


def test_new_does_not_overwrite_an_area(toy_area):
    before = (toy_area / "area.toml").read_bytes()
    result = runner.invoke(app, ["new", str(toy_area)])
    assert (2, before) == (result.exit_code, (toy_area / "area.toml").read_bytes())


def test_the_command_says_its_version():
    assert f"huajie {__version__}\n" == runner.invoke(app, ["--version"]).stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from pipeline.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(sorted({'pandas', 'geopandas', 'matplotlib', 'highspy', 'pydantic'} & sys.modules.keys()))"
    )
    assert "[]\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_missing_area_reaches_the_user_without_a_traceback(tmp_path):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (1, "") == (done.returncode, done.stdout)
    assert "There is no area.toml in nowhere" in done.stderr
    assert "Traceback" not in done.stderr
