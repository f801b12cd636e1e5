"""What stands in the way and what would do, in the outputs: tables, sheet, page and summary; nothing without any."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline.dossier import write_dossier
from pipeline.dossier.explanation import explanation_section, explanation_sheet
from pipeline.results import Result
from pipeline.schema import columns

OBSTRUCTIONS = [
    ("compliance", "东街街道", "", "arithmetic gap", "", 9000, "九千户无法整分"),
    ("principle", "东街街道", "东二", "unit above upper", "u005", 3400, "基本单元u005有3400户"),
]
CHANGES = [
    *[
        (
            "compliance",
            "东街街道",
            "",
            "raise upper",
            "3000",
            120,
            3120,
            "yes",
            True,
            True,
            0,
            55,
            "将上限放宽至3120户即可",
        )
    ],
    *[
        (
            "compliance",
            "东街街道",
            "",
            "cut lower",
            "1000",
            pd.NA,
            pd.NA,
            "no",
            True,
            False,
            pd.NA,
            pd.NA,
            "仅降低下限不能达标",
        )
    ],
    *[
        (
            "principle",
            "东街街道",
            "东二",
            "open border",
            "小黑河",
            2,
            pd.NA,
            "yes",
            False,
            True,
            0,
            80,
            "允许跨越小黑河即可",
        )
    ],
]


def explained(result: Result) -> Result:
    changes = pd.DataFrame(CHANGES, columns=columns("relaxations.csv"))
    whole = dict.fromkeys(("amount", "limit", "households_outside", "moved_households"), "Int64")
    obstructions = pd.DataFrame(OBSTRUCTIONS, columns=columns("obstructions.csv"))
    return replace(result, obstructions=obstructions, relaxations=changes.astype(whole))


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("explained")
    write_dossier(explained(result), written, maps=False)
    return written


def test_the_tables_keep_blank_what_is_not_known(folder):
    changes = pd.read_csv(folder / "relaxations.csv")
    assert columns("relaxations.csv") == list(changes.columns)
    assert [3120, None, None] == [None if pd.isna(limit) else limit for limit in changes["limit"]]
    assert 2 == len(pd.read_csv(folder / "obstructions.csv"))


def test_the_summary_names_the_smallest_change_of_each_subdistrict(folder):
    rows = json.loads((folder / "summary.json").read_text("utf-8"))["subdistricts"]
    told = {(row["strategy"], row["name"]): row["relaxation"] for row in rows}
    assert (3120, 120) == tuple(told["compliance", "东街街道"][key] for key in ("limit", "amount"))
    assert ("东二", None) == tuple(told["principle", "东街街道"][key] for key in ("community", "limit"))
    assert told["compliance", "西河街道"] is None


def test_the_sheet_lists_obstructions_before_changes_the_chosen_plan_first(folder):
    sheet = CalamineWorkbook.from_path(str(folder / "dossier" / "summary.xlsx")).get_sheet_by_name("障碍与放宽")
    head, *rows = sheet.to_python()[3:]
    table = pd.DataFrame(rows, columns=head)
    assert ["障碍", "放宽", "障碍", "放宽", "放宽"] == table["类别"].tolist()
    assert ["原则方案"] * 2 + ["达标方案"] * 3 == table["方案"].tolist()
    assert ["户数无法整分", "放宽上限", "降低下限"] == table["种类"].tolist()[2:]
    assert ["", "可行", "不可行"] == table["验算结果"].tolist()[2:]
    assert ["", "最小", ""] == table["最小的放宽"].tolist()[2:]


def test_the_page_says_what_stands_in_the_way_and_what_would_do(folder):
    page = (folder / "dossier" / "summary.html").read_text("utf-8")
    for said in ("九千户无法整分", "将上限放宽至3120户即可", "允许跨越小黑河即可", "../relaxations.csv"):
        assert said in page
    assert "仅降低下限不能达标" not in page


def test_nothing_is_said_where_nothing_is_explained(result, tmp_path):
    empty = {name: pd.DataFrame(columns=columns(f"{name}.csv")) for name in ("obstructions", "relaxations")}
    for plain in (result, replace(result, **empty)):
        assert explanation_sheet(plain) is None
        assert [] == list(explanation_section(plain))
    write_dossier(result, tmp_path, maps=False)
    assert pd.read_csv(tmp_path / "relaxations.csv").empty
    assert "relaxations.csv" not in (tmp_path / "dossier" / "summary.html").read_text("utf-8")
