"""A run with decisions, from the table to the plan: kept in every strategy, stopped where they contradict."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline import workflow
from pipeline.cli import app
from pipeline.errors import InputError


def with_decisions(area: Path, *rows: tuple) -> Path:
    names = ["决定", "基本单元", "社区", "新名称", "理由"]
    pd.DataFrame(rows, columns=names).to_excel(area / "decisions.xlsx", index=False, engine="xlsxwriter")
    with (area / "area.toml").open("a", encoding="utf-8") as file:
        file.write('[decisions]\npath = "decisions.xlsx"\n')
    return area


@pytest.fixture
def area(toy_to_read: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(toy_to_read, tmp_path / "toy"))


def test_both_plans_keep_to_the_decisions_and_bear_the_names(area):
    rows = (("锁定社区", None, "D", None, "历史街区"), ("更名", None, "甲新设1", "锦绣社区", None))
    result = workflow.draft(with_decisions(area, *rows), jobs=1)
    assert 2 == len(result.area.decisions)
    for proposal in result.proposals.values():
        assert ["D", "D"] == proposal.plan[["u8", "u12"]].tolist()
        assert 2 == (proposal.plan == "D").sum()
        assert "锦绣社区" in set(proposal.plan)
        assert "人工决定锁定社区（历史街区）" in proposal.left["D"]
    flag = result.flags.set_index("community").loc["D"]
    assert ("none", True) == (flag["action"], "人工决定锁定社区（历史街区）" in flag["reason"])
    assert result.area.problems[result.area.problems["layer"] == "decisions"]["severity"].isin(["note"]).all()


def test_a_name_for_a_community_that_no_plan_creates_is_a_warning(area):
    result = workflow.draft(with_decisions(area, ("更名", None, "甲新设9", "锦绣社区", None)), jobs=1)
    problem = result.area.problems.set_index("problem").loc["decision without effect"]
    assert ("warning", "甲新设9") == (problem["severity"], problem["id"])


def test_decisions_that_contradict_stop_a_run_and_a_check_with_exit_code_1(area, tmp_path):
    with_decisions(area, ("锁定社区", None, "A", None, None), ("必须拆分", None, "A", None, None))
    with pytest.raises(InputError, match=r"row 3; decisions.xlsx Sheet1 row 2"):
        workflow.draft(area, jobs=1)
    for command in ("run", "check"):
        told = CliRunner().invoke(app, [command, str(area), "-q"])
        assert (1, True) == (told.exit_code, "必须拆分 A" in told.stderr)


def test_the_table_of_a_new_area_is_read_as_it_is(tmp_path, area):
    from pipeline.template import write_area

    write_area(tmp_path / "new")
    with_decisions(area, ("锁定社区", None, "A", None, None))
    shutil.copy(tmp_path / "new" / "decisions.xlsx", area / "decisions.xlsx")
    checked = workflow.check(area)
    assert (checked.decisions is None or checked.decisions.empty, 0) == (
        True,
        (checked.problems["severity"] == "error").sum(),
    )
