"""Decisions are read from planners' tables; what cannot be taken is told with its row, and nothing is guessed."""

import pandas as pd
import pytest
from small_area import found, read, small_units, write_layers, write_sheet, write_toml

from pipeline.decisions import names_in
from pipeline.errors import listed
from pipeline.schema import DECISION_ZH, columns

HEADINGS = ["决定", "基本单元", "社区", "个数", "新名称", "理由", "决定单位", "日期"]


def decisions(folder, *rows: tuple, name="decisions.xlsx", headings=HEADINGS, units=None):
    """Write the small area with a table of decisions and read it."""
    write_layers(folder, units=small_units() if units is None else units)
    full = [(*row, *(None,) * (len(headings) - len(row))) for row in rows]
    write_sheet(pd.DataFrame(full, columns=headings), folder / name)
    write_toml(folder, {"units": {"path": "units.gpkg"}, "decisions": {"path": name}})
    return read(folder)


def the_fault(area) -> tuple[str, str, str]:
    """Give problem, source and detail of the one error of an area."""
    errors = area.problems[area.problems["severity"] == "error"]
    assert 1 == len(errors), listed(area.problems)
    return tuple(errors.iloc[0][["problem", "source", "detail"]])


def test_an_area_without_the_section_has_no_decisions(tmp_path):
    write_layers(tmp_path, units=small_units())
    assert read(tmp_path).decisions is None


@pytest.mark.parametrize("name", ["decisions.xlsx", "决定.csv"])
def test_a_chinese_table_is_read_with_the_row_of_each_decision(tmp_path, name):
    area = decisions(
        tmp_path,
        ("固定单元", "u3、u7", "甲社区", None, None, "学区划分", "区民政局", "2026-03-01"),
        ("锁定社区", None, "丙社区"),
        ("必须拆分", None, "甲", 2, None, "道路分隔"),
        ("必须合并", None, "甲社区，乙社区居委会", None, "乙社区"),
        ("更名", None, "东街道新设1", None, "锦绣社区"),
        name=name,
    )
    assert [] == found(area.problems)
    table = area.decisions
    assert columns("decisions") == list(table.columns)
    assert ["pin", "lock", "force split", "force merge", "rename"] == table["decision"].tolist()
    assert ["甲社区", "丙社区", "甲社区", "甲社区、乙社区", "东街道新设1"] == table["communities"].tolist()
    assert ["u3、u7", "", "", "", ""] == table["units"].tolist()
    assert ["东街道", "西街道", "东街道", "东街道", "东街道"] == table["subdistrict"].tolist()
    assert ["", "", "", "乙社区", "锦绣社区"] == table["new_name"].tolist()
    assert (2, True) == (table.at[2, "parts"], pd.isna(table.at[0, "parts"]))
    assert ["学区划分", "区民政局", "2026-03-01"] == table.loc[0, ["reason", "by", "date"]].tolist()
    sheet = f"{name} Sheet1" if name.endswith("xlsx") else name
    assert [f"{sheet} row {number}" for number in range(2, 7)] == table["source"].tolist()


@pytest.mark.parametrize(("kind", "zh"), DECISION_ZH.items())
def test_every_kind_is_known_by_its_own_name_and_its_label(tmp_path, kind, zh):
    units, names, parts, new = {
        "pin": ("u3", "甲社区", None, None),
        "force merge": (None, "甲社区、乙社区", None, None),
        "parts": (None, "甲社区", 2, None),
        "rename": (None, "东街道新设1", None, "新社区"),
    }.get(kind, (None, "甲社区", None, None))
    area = decisions(
        tmp_path, *[(name, units, names, parts, new) for name in (kind, zh, kind.replace(" ", "_").upper())]
    )
    assert [kind] * 3 == area.decisions["decision"].tolist(), listed(area.problems)


def test_a_unit_may_be_named_by_its_compound_where_only_one_has_the_name(tmp_path):
    area = decisions(tmp_path, ("pin", "3号院", "甲社区"))
    assert ["u3"] == area.decisions["units"].tolist()
    twice = small_units().assign(name="大院")
    fault = the_fault(decisions(tmp_path, ("pin", "大院", "甲社区"), units=twice))
    assert ("unknown unit", "大院 is the name of 8 units.") == (fault[0], fault[2])


def test_several_communities_are_locked_one_by_one_whatever_their_subdistrict(tmp_path):
    table = decisions(tmp_path, ("lock", None, "甲社区；丙社区")).decisions
    assert [("甲社区", "东街道"), ("丙社区", "西街道")] == list(
        table[["communities", "subdistrict"]].itertuples(index=False, name=None)
    )


FAULTS = {
    "unknown decision": ("拆迁", None, "甲社区"),
    "unknown unit": ("pin", "u99", "甲社区"),
    "unknown community": ("lock", None, "甲乙丙社区"),
    "decision across subdistricts": ("pin", "u1", "丙社区"),
    "decision across subdistricts of a merge": ("force merge", None, "乙社区、丙社区"),
    "decision unclear: no community": ("lock", None, None, None, None, "理由"),
    "decision unclear: no unit": ("pin", None, "甲社区"),
    "decision unclear: two targets": ("pin", "u1", "甲社区、乙社区"),
    "decision unclear: one to merge": ("force merge", None, "甲社区"),
    "decision unclear: units of a lock": ("lock", "u1", "甲社区"),
    "decision unclear: one part": ("force split", None, "甲社区", 1),
    "decision unclear: half a part": ("force split", None, "甲社区", 2.5),
    "decision unclear: parts as a word": ("force split", None, "甲社区", "几个"),
    "decision unclear: parts of a lock": ("lock", None, "甲社区", 2),
    "decision unclear: parts missing": ("parts", None, "甲社区"),
    "decision unclear: protected elsewhere": ("protect", "u1", "乙社区"),
    "decision unclear: new name of a lock": ("lock", None, "甲社区", None, "新社区"),
    "decision unclear: name of a stranger": ("force merge", None, "甲社区、乙社区", None, "丙社区"),
    "decision unclear: no new name": ("rename", None, "东街道新设1"),
    "decision unclear: name that is taken": ("rename", None, "东街道新设1", None, "乙"),
    "decision unclear: name of a created one": ("rename", None, "东街道新设1", None, "东街道新设2"),
    "unknown community: rename of today's": ("rename", None, "甲社区", None, "新社区"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_row_that_cannot_be_taken_is_an_error_with_its_place(tmp_path, case):
    area = decisions(tmp_path, ("lock", None, "丙社区"), FAULTS[case])
    name, source, detail = the_fault(area)
    assert case.split(":")[0].removesuffix(" of a merge") == name
    assert "decisions.xlsx Sheet1 row 3" == source
    assert detail.endswith(".")
    assert ["丙社区"] == area.decisions["communities"].tolist()


def test_an_unknown_community_is_answered_with_the_nearest(tmp_path):
    units = small_units().replace({"community": {"甲社区": "大召社区"}})
    area = decisions(tmp_path, ("lock", None, "大召寺社区"), units=units)
    error = area.problems[area.problems["severity"] == "error"].iloc[0]
    assert error["advice"].startswith("Did you mean 大召社区")


def test_a_name_that_several_communities_bear_is_not_guessed(tmp_path):
    """Two communities whose names differ in a suffix only are brought to one spelling; two of one name stay apart."""
    communities = pd.DataFrame({"community": ["团结社区", "团结社区"], "subdistrict": ["东街道", "西街道"]})
    units = small_units().replace({"community": {"甲社区": "团结社区", "丙社区": "团结社区"}})
    write_layers(tmp_path, units=units, households=communities.assign(households=[1400, 1200]))
    for name, known in (
        ("团结", ""),
        ("团结社区（西街道）", "团结社区（西街道）"),
        ("团结社区(西街道)", "团结社区（西街道）"),
    ):
        write_sheet(pd.DataFrame({"决定": ["锁定"], "社区": [name]}), tmp_path / "decisions.csv")
        sections = {"units": {"path": "units.gpkg"}, "households": {"path": "households.xlsx"}}
        write_toml(tmp_path, sections | {"decisions": {"path": "decisions.csv"}})
        area = read(tmp_path)
        assert ["unknown community"] * (not known) == found(area.problems), listed(area.problems)
        assert [known] * bool(known) == area.decisions["communities"].tolist()


def test_a_table_without_the_column_of_kinds_says_what_it_has(tmp_path):
    area = decisions(tmp_path, ("甲社区", "理由"), headings=["社区", "理由"])
    name, _, detail = the_fault(area)
    assert ("missing column", "No column was recognised as decision; columns seen: 社区, 理由.") == (name, detail)


def test_declared_parts_reach_the_communities(tmp_path):
    area = decisions(tmp_path, ("应有片数", None, "甲社区", 3))
    assert {"甲社区": 3.0} == area.communities["expected_parts"].dropna().to_dict()


def test_names_of_persons_are_not_kept(tmp_path):
    area = decisions(tmp_path, ("锁定社区", "甲社区", "张三"), headings=["决定", "社区", "经办人"])
    assert "张三" not in area.decisions.to_string()
    assert ["甲社区"] == [name for cell in area.decisions["communities"] for name in names_in(cell)]
