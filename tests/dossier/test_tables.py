import codecs
import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants import renamed, sketched

from pipeline.dossier.tables import lookup_table, summary, write_csv, write_tables
from pipeline.results import Result
from pipeline.schema import ON_REQUEST, TABLES, columns

CONTRACT = [name for name in TABLES if name.endswith(".csv") and name not in ON_REQUEST]


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("tables")
    write_tables(result, made)
    return made


def total(result: Result) -> int:
    return int(result.area.units["households"].sum())


@pytest.mark.parametrize("name", CONTRACT)
def test_a_file_of_the_contract_has_exactly_its_columns(folder: Path, name: str) -> None:
    assert columns(name) == list(pd.read_csv(folder / name).columns)


def test_the_edges_have_exactly_their_columns(folder: Path) -> None:
    assert columns("edges") == list(pd.read_csv(folder / "edges.csv").columns)


def test_every_csv_starts_with_a_byte_order_mark(folder: Path) -> None:
    files = list(folder.rglob("*.csv"))
    assert [codecs.BOM_UTF8] * len(files) == [path.read_bytes()[:3] for path in files]


@pytest.mark.parametrize("name", ["plan.csv", "plans/principle.csv", "plans/compliance.csv", "communities.csv"])
def test_households_add_up_to_the_total_of_the_units(folder: Path, result: Result, name: str) -> None:
    assert total(result) == pd.read_csv(folder / name)["households"].sum()


def test_the_plan_is_the_one_of_the_chosen_strategy(folder: Path) -> None:
    assert (folder / "plans/principle.csv").read_bytes() == (folder / "plan.csv").read_bytes()


def test_the_cases_of_both_strategies_are_listed(folder: Path, result: Result) -> None:
    expected = [case for proposal in result.proposals.values() for case in proposal.cases["case_id"]]
    assert expected == pd.read_csv(folder / "cases.csv")["case_id"].tolist()


def test_households_shared_by_old_and_new_add_up_for_each_strategy(result: Result) -> None:
    shared = lookup_table(result).groupby("strategy")["households"].sum()
    assert {name: total(result) for name in result.proposals} == shared.to_dict()


@pytest.mark.parametrize("side", ["before", "after"])
def test_shares_of_one_community_add_up_to_one(result: Result, side: str) -> None:
    shares = lookup_table(result).groupby(["strategy", f"community_{side}"])[f"share_of_{side}"].sum()
    assert [1.0] * len(shares) == shares.round(9).tolist()


def test_an_alternative_covers_the_units_of_its_case(folder: Path, result: Result) -> None:
    case_id, (alternative,) = next(iter(result.proposals["principle"].alternatives.items()))
    rows = pd.read_csv(folder / "alternatives.csv")
    assert alternative.solution.plan is not None
    assert alternative.solution.plan.index.tolist() == rows.loc[rows["case_id"] == case_id, "unit_id"].tolist()


@pytest.mark.parametrize("name", ["=1+1", "+8", "-2", "@here"])
def test_a_name_that_looks_like_a_formula_is_written_as_text(result: Result, tmp_path: Path, name: str) -> None:
    write_tables(renamed(result, "东二", name), tmp_path)
    assert f"'{name}" in pd.read_csv(tmp_path / "flags.csv", dtype="str")["community"].tolist()


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"gap": [-0.5], "households": [-3]}), ["gap", "households"], tmp_path / "t.csv")
    assert "gap,households\n-0.5,-3\n" == (tmp_path / "t.csv").read_text("utf-8-sig")


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1), min_size=1))
def test_any_text_comes_back_behind_an_apostrophe_at_most(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_csv(pd.DataFrame({"name": texts}), ["name"], path)
        back = pd.read_csv(path, dtype="str", keep_default_na=False)["name"].tolist()
    assert [f"'{text}" if text[0] in "=+-@" else text for text in texts] == back


def test_the_ledger_of_the_summary_balances(result: Result) -> None:
    communities = summary(result)["communities"]
    assert communities["after"] == communities["before"] + communities["created"] - communities["abolished"]


def test_the_summary_counts_the_communities_of_the_toy_city(result: Result) -> None:
    expected = {"before": 12, "created": 1, "abolished": 1, "after": 12}
    assert expected == summary(result)["communities"]


def test_as_many_households_go_out_as_came_in(result: Result) -> None:
    assert {"in": total(result), "out": total(result)} == summary(result)["households"]


def test_the_summary_says_whether_counts_were_spread_by_area(result: Result) -> None:
    assert [False, True] == [summary(one)["sketch"] for one in (result, sketched(result))]


def test_the_summary_names_every_subdistrict_under_both_strategies(result: Result) -> None:
    found = [(row["name"], row["strategy"]) for row in summary(result)["subdistricts"]]
    assert [(name, way) for way in ("principle", "compliance") for name in ("东街街道", "西河街道")] == found


def test_objective_and_bound_of_a_subdistrict_are_four_numbers(folder: Path) -> None:
    rows = json.loads((folder / "summary.json").read_text("utf-8"))["subdistricts"]
    assert {(4, 4)} == {(len(row["objective"]), len(row["bound"])) for row in rows}


def test_the_summary_has_the_keys_of_the_contract(folder: Path) -> None:
    keys = {"area", "edition", "rules", "strategy", "households", "communities", "outside", "moved_households"}
    written = json.loads((folder / "summary.json").read_text("utf-8")).keys()
    assert set() == {*keys, "subdistricts", "manifest"} - written


def test_seconds_stand_in_cases_and_summary_only(folder: Path) -> None:
    files = [path for path in folder.rglob("*.*") if b"seconds" in path.read_bytes()]
    assert ["cases.csv", "summary.json"] == sorted(path.name for path in files)


def test_written_twice_the_tables_are_the_same(folder: Path, result: Result, tmp_path: Path) -> None:
    write_tables(result, tmp_path)
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    assert first == {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
