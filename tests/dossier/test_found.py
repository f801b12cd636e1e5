"""The tables that a check and a run have in common, and their figures in summary.json."""

import json
from pathlib import Path

import pandas as pd
import pytest
from findings import found_check, with_findings

from pipeline.dossier import write_check
from pipeline.dossier.found import best_offsets, measure_figures
from pipeline.dossier.tables import summary, write_tables
from pipeline.results import Checked, Result
from pipeline.schema import columns
from pipeline.swap import CHECK_OUTPUTS, CHECK_TABLES


def test_a_check_without_figures_writes_its_tables_and_nothing_else(result: Result, tmp_path: Path) -> None:
    write_check(found_check(result), tmp_path, maps=False)
    assert sorted(CHECK_TABLES) == sorted(path.name for path in tmp_path.iterdir())


def test_a_check_draws_what_was_mended_and_the_layer_that_seems_off(result: Result, tmp_path: Path) -> None:
    write_check(found_check(result), tmp_path)
    assert {*CHECK_OUTPUTS} == {path.name for path in tmp_path.iterdir()}
    assert {"repairs.png", "offset-communities.png"} <= {path.name for path in (tmp_path / "maps").iterdir()}


@pytest.mark.parametrize("name", CHECK_TABLES)
def test_a_table_of_which_nothing_is_known_is_written_with_its_header(
    result: Result, tmp_path: Path, name: str
) -> None:
    write_check(Checked(result.area), tmp_path, maps=False)
    assert columns(name) == list(pd.read_csv(tmp_path / name).columns)


@pytest.mark.parametrize("name", CHECK_TABLES)
def test_a_run_writes_the_same_tables_as_a_check(result: Result, tmp_path: Path, name: str) -> None:
    for folder in ("check", "run"):
        (tmp_path / folder).mkdir()
    write_check(found_check(result), tmp_path / "check", maps=False)
    write_tables(with_findings(result), tmp_path / "run")
    assert (tmp_path / "check" / name).read_bytes() == (tmp_path / "run" / name).read_bytes()


def test_a_value_that_looks_like_a_formula_is_written_as_text(result: Result, tmp_path: Path) -> None:
    found = found_check(result)
    assert found.area.columns is not None
    found.area.columns.loc[0, "theirs"] = "=1+1"
    write_check(found, tmp_path, maps=False)
    assert "'=1+1" == pd.read_csv(tmp_path / "columns.csv").loc[0, "theirs"]


def test_the_summary_counts_verdicts_by_measure(result: Result) -> None:
    assert {
        "常住户": {"used": True, "communities": 12, "households": 22753, "outside": 3, "differs": 0},
        "户籍户": {"used": False, "communities": 11, "households": 20528, "outside": 4, "differs": 1},
    } == summary(with_findings(result))["measures"]


def test_the_summary_counts_what_is_near_a_limit_and_what_was_mended(result: Result) -> None:
    found = summary(with_findings(result))
    assert (2, {"mended": 3, "left": 1, "area_m2": 240}) == (found["near_limits"], found["repairs"])


def test_the_summary_names_the_best_hypothesis_of_a_tested_layer(result: Result) -> None:
    (found,) = summary(with_findings(result))["offsets"]
    assert ("communities", "GCJ-02", 587, False) == tuple(
        found[name] for name in ("layer", "hypothesis", "shift_m", "converted")
    )


def test_the_summary_of_a_run_without_findings_has_the_same_keys(result: Result) -> None:
    found = summary(result)
    expected = ({}, 0, {"mended": 0, "left": 0, "area_m2": 0}, [])
    assert expected == tuple(found[name] for name in ("measures", "near_limits", "repairs", "offsets"))


def test_the_summary_with_findings_is_json(result: Result) -> None:
    assert json.loads(json.dumps(summary(with_findings(result)), allow_nan=False))


def test_the_measure_in_use_stands_first(result: Result) -> None:
    found = with_findings(result)
    assert found.measures is not None
    backwards = Checked(found.area, found.measures.iloc[::-1])
    assert ["常住户", "户籍户"] == measure_figures(backwards).index.tolist()


def test_without_a_test_there_is_no_best_hypothesis(result: Result) -> None:
    assert best_offsets(result.area).empty
