"""A run from folder to folder: what it writes, and that it writes all of it or nothing."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from pipeline import workflow
from pipeline.errors import InputError, PlanRefused, UsageError, problem, problems_table
from pipeline.results import Result
from pipeline.schema import ON_REQUEST, columns
from pipeline.swap import OUTPUTS


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@dataclass(frozen=True)
class Drafted:
    """The toy city drafted once: the area, what its folder held before, what was reported, what was found."""

    area: Path
    before: dict[str, str]
    told: list[str]
    result: Result


@pytest.fixture(scope="module")
def drafted(toy_to_read: Path) -> Drafted:
    before, told = contents(toy_to_read.parent), []
    return Drafted(toy_to_read, before, told, workflow.draft(toy_to_read, jobs=1, report=told.append))


def contents(folder: Path) -> dict[str, str]:
    """Hash every file of a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_writes_to_outputs_and_processed_in_the_working_directory(toy_area, tmp_path):
    finished = workflow.run(toy_area, jobs=1, maps=False)
    assert (Path("outputs/toy"), Path("data/processed/toy")) == (finished.folder, finished.processed)
    assert (tmp_path / "outputs" / "toy" / "summary.json").is_file()


def test_a_run_keeps_the_cleaned_layers_and_a_log(finished):
    expected = {
        *("units.parquet", "lines.parquet", "edges.parquet", "communities.parquet"),
        *("problems.csv", "reconciliation.csv", "columns.csv", "counts.csv", "repairs.csv", "offsets.csv", "run.log"),
    }
    assert expected == {path.name for path in finished.processed.iterdir()}
    assert 12 == len(gpd.read_parquet(finished.processed / "units.parquet"))
    assert "propose principle took" in (finished.processed / "run.log").read_text("utf-8")


def test_every_csv_of_the_contract_has_the_columns_of_the_schema(finished):
    names = ("plan.csv", "flags.csv", "cases.csv", "communities.csv", "problems.csv", "reconciliation.csv")
    written = {name: list(pd.read_csv(finished.folder / name, encoding="utf-8-sig").columns) for name in names}
    assert {name: columns(name) for name in names} == written


def test_households_in_are_households_out(finished):
    summary = json.loads((finished.folder / "summary.json").read_text("utf-8"))
    plan = pd.read_csv(finished.folder / "plan.csv")
    assert {"in": 10200, "out": 10200} == summary["households"]
    assert 10200 == plan["households"].sum()


def test_the_toy_city_splits_its_large_community_and_merges_its_small_one(finished):
    summary = json.loads((finished.folder / "summary.json").read_text("utf-8"))
    assert {"before": 4, "created": 1, "abolished": 1, "after": 4} == summary["communities"]
    assert {"before": 2, "after": 0} == summary["outside"]


def test_everything_written_is_known_as_an_output(finished):
    assert set() == {path.name for path in finished.folder.iterdir()} - set(OUTPUTS)
    assert (finished.folder / "maps" / "overview-after.png").is_file()


def test_the_manifest_names_inputs_packages_and_seed(finished):
    manifest = json.loads((finished.folder / "summary.json").read_text("utf-8"))["manifest"]
    assert {"inputs", "packages", "seed"} <= manifest.keys()
    assert {"huajie", "geopandas", "highspy"} <= manifest["packages"].keys()


def test_the_raw_files_are_left_and_the_strategy_picks_the_plan(toy_area):
    before = contents(toy_area)
    finished = workflow.run(toy_area, strategy="compliance", jobs=1, maps=False)
    assert before == contents(toy_area)
    plan = (finished.folder / "plan.csv").read_bytes()
    assert plan == (finished.folder / "plans" / "compliance.csv").read_bytes()
    assert (finished.folder / "plans" / "principle.csv").is_file()


def test_a_run_that_fails_while_writing_leaves_the_old_outputs_whole(toy_area, monkeypatch):
    old = Path("outputs/toy")
    old.mkdir(parents=True)
    (old / "summary.json").write_text('{"area": "小城", "manifest": {}}', "utf-8")
    before = contents(old)

    def half_written(result, folder, **_):
        (folder / "plan.csv").write_text("half", "utf-8")
        raise OSError("disk full")

    monkeypatch.setattr(workflow, "write_dossier", half_written)
    with pytest.raises(OSError, match="disk full"):
        workflow.run(toy_area, jobs=1, maps=False)
    assert before == contents(old)
    assert ["toy"] == [path.name for path in old.parent.iterdir()]
    assert "disk full" in Path("data/processed/toy/run.log").read_text("utf-8")


def test_a_plan_that_verify_refuses_is_not_written(toy_area, monkeypatch):
    breach = problem("error", "verify", "not contiguous", "A is in two parts.", "", id="A")
    monkeypatch.setattr(workflow, "verify_plan", lambda *args, **options: problems_table([breach]))
    with pytest.raises(PlanRefused, match="A is in two parts"):
        workflow.run(toy_area, jobs=1, maps=False)
    assert not Path("outputs").exists()


def test_bad_input_lists_settings_files_and_figures_together_and_writes_no_outputs(toy_area):
    settings = toy_area / "area.toml"
    text = (
        settings.read_text("utf-8").replace("[rules]", '[rules]\npreset = "hohot"').replace("roads.gpkg", "none.gpkg")
    )
    settings.write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        workflow.run(toy_area, jobs=1)
    assert re.search(r"hohot.*Did you mean hohhot-2023", str(raised.value))
    assert "none.gpkg" in str(raised.value)
    assert not Path("outputs").exists()


def test_check_returns_problems_and_reconciliation_and_writes_nothing(toy_area, tmp_path):
    before = contents(tmp_path)
    area = workflow.check(toy_area)
    assert (columns("problems.csv"), 12) == (list(area.problems.columns), len(area.units))
    assert before == contents(tmp_path)


def test_inspect_judges_by_measure_and_near_limits_and_writes_nothing(toy_area, tmp_path):
    before = contents(tmp_path)
    checked = workflow.inspect(toy_area)
    assert (4, columns("near-limits.csv")) == (len(checked.measures), list(checked.near.columns))
    assert before == contents(tmp_path)


def test_inspect_gives_no_verdict_on_an_input_with_errors(toy_area):
    (toy_area / "roads.gpkg").unlink()
    checked = workflow.inspect(toy_area)
    assert (12, None, None) == (len(checked.area.units), checked.measures, checked.near)


def test_inspect_does_not_write_into_the_folder_of_the_input(toy_area):
    with pytest.raises(UsageError, match="input lies in"):
        workflow.inspect(toy_area, out=toy_area)


def test_a_draft_knows_the_verdict_by_measure(drafted):
    assert {"常住户"} == set(drafted.result.measures["measure"])
    assert drafted.result.measures["used"].all()


def test_draft_finds_both_plans_and_writes_nothing(drafted):
    assert {"principle", "compliance"} == set(drafted.result.proposals)
    assert drafted.before == contents(drafted.area.parent)


def test_stages_are_reported_in_order(drafted):
    stages = [text for text in drafted.told if ": " not in text]
    assert [
        *("read", "repair", "check", "graph", "flag", "propose principle", "propose compliance", "verify", "evaluate")
    ] == stages


@pytest.fixture(scope="module")
def again(drafted: Drafted) -> Result:
    """Draft the toy city once more, on two cores, under a name and with another limit."""
    return workflow.draft(drafted.area, jobs=2, edition="2026-Q2", seconds=15)


def test_the_same_input_gives_the_same_plans_on_any_number_of_jobs(drafted, again):
    for strategy in ("principle", "compliance"):
        assert drafted.result.proposals[strategy].plan.to_dict() == again.proposals[strategy].plan.to_dict()


def test_the_edition_is_the_date_of_the_counts_until_it_is_named(drafted, again):
    assert ["2026-03-31", "2026-Q2"] == [result.edition for result in (drafted.result, again)]


def test_seconds_go_before_the_limit_of_the_settings(drafted, again):
    assert [20, 15] == [result.manifest["solve_seconds"] for result in (drafted.result, again)]


@pytest.mark.parametrize("options", [{"jobs": -1}, {"seconds": 0}])
def test_numbers_that_make_no_sense_are_wrong_usage(toy_area, options):
    with pytest.raises(UsageError, match="got"):
        workflow.draft(toy_area, **options)


def test_an_unknown_strategy_is_wrong_usage(toy_area):
    with pytest.raises(UsageError, match="principle, compliance"):
        workflow.run(toy_area, strategy="best")


def test_the_sample_area_is_written_once(tmp_path):
    folder = workflow.sample_area(tmp_path / "sample")
    (folder / "units.gpkg").write_bytes(b"mine")
    assert b"mine" == (workflow.sample_area(tmp_path / "sample") / "units.gpkg").read_bytes()


def test_a_run_with_a_forecast_writes_when_a_plan_breaks_and_a_rerun_replaces_it(toy_area):
    units = gpd.read_file(toy_area / "units.gpkg")
    told = pd.DataFrame({"unit_id": units["unit_id"], "2030": units["households"] * 2})
    told.to_csv(toy_area / "forecast.csv", index=False)
    toml = toy_area / "area.toml"
    plain = toml.read_text("utf-8")
    toml.write_text(f'{plain}[forecast]\npath = "forecast.csv"\nhold = true\n', "utf-8")
    finished = workflow.run(toy_area, jobs=1, maps=False)
    ahead = pd.read_csv(finished.folder / "forecast.csv")
    assert (told["2030"].sum() == ahead.groupby("strategy")["2030"].sum()).all()
    assert (ahead["2026"] * 2 == ahead["2030"]).all()
    assert set() == {path.name for path in finished.folder.iterdir()} - set(OUTPUTS)
    toml.write_text(plain, "utf-8")
    assert not (workflow.run(toy_area, jobs=1, maps=False).folder / "forecast.csv").exists()


def test_random_plans_are_drawn_only_when_asked_for(finished, toy_area):
    asked = workflow.run(toy_area, jobs=1, ensemble=1000)
    for name in set(ON_REQUEST) - {"forecast.csv"}:
        assert not (finished.folder / name).exists()
        assert columns(name) == list(pd.read_csv(asked.folder / name, encoding="utf-8-sig").columns)
    assert (asked.folder / "maps" / "ensemble.png").is_file()
    assert 1000 == asked.result.manifest["ensemble_steps"]
    plans = [pd.read_csv(run.folder / "plan.csv") for run in (finished, asked)]
    pd.testing.assert_frame_equal(*plans)


def test_area_toml_may_ask_for_random_plans(toy_area):
    text = (toy_area / "area.toml").read_text("utf-8")
    (toy_area / "area.toml").write_text(text.replace("seconds = 20", "seconds = 20\nensemble = 1000"), "utf-8")
    assert workflow.draft(toy_area, jobs=1).ensemble is not None
    assert workflow.draft(toy_area, jobs=1, ensemble=0).ensemble is None


def test_fewer_than_no_steps_of_random_plans_are_refused(toy_area):
    with pytest.raises(UsageError, match="ensemble"):
        workflow.draft(toy_area, ensemble=-1)
