import zipfile
from pathlib import Path

import pytest
from findings import with_findings
from python_calamine import CalamineWorkbook
from variants import renamed, sketched, unchanged

from pipeline.dossier.workbook import write_workbook
from pipeline.results import Result
from pipeline.schema import PROBLEM_ZH

SHEETS = [
    *("概要", "现状与判定", "调整事项", "调整前后对照", "小区归属变动"),
    *("合并条件", "前后比较", "勾稽", "问题清单", "口径说明"),
]
FOUND = [
    *("概要", "现状与判定", "口径对比", "临界清单", "调整事项", "调整前后对照", "小区归属变动"),
    *("合并条件", "前后比较", "勾稽", "数据核对", "图形修复", "坐标诊断", "问题清单", "口径说明"),
]
"""Sheets of a run in which there is something to say of everything."""
MEASURE = "常住户"


@pytest.fixture(scope="module")
def path(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("workbook")
    write_workbook(result, folder)
    return folder / "summary.xlsx"


@pytest.fixture(scope="module")
def found(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("found")
    write_workbook(with_findings(result), folder)
    return folder / "summary.xlsx"


def rows(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()


def column(path: Path, sheet: str, label: str) -> list[object]:
    """Cells below a heading, up to the row of sums."""
    table = rows(path, sheet)
    head = next(place for place, row in enumerate(table) if label in row)
    place = table[head].index(label)
    return [row[place] for row in table[head + 1 :] if "合计" not in row]


def parts(path: Path, folder: str) -> list[str]:
    with zipfile.ZipFile(path) as book:
        return [book.read(name).decode() for name in book.namelist() if name.startswith(folder)]


def total(result: Result) -> int:
    return int(result.area.units["households"].sum())


def test_the_sheets_stand_in_their_order(path: Path) -> None:
    assert SHEETS == CalamineWorkbook.from_path(str(path)).sheet_names


def test_the_overview_says_the_ledger_of_both_strategies(path: Path) -> None:
    texts = [row[0] for row in rows(path, "概要")[2:4]]
    assert [
        "原则方案（采用）：现有12 + 新设1 − 撤销1 = 调整后12",
        "达标方案（比较）：现有12 + 新设1 − 撤销1 = 调整后12",
    ] == texts


def test_every_community_of_today_is_judged(path: Path, result: Result) -> None:
    assert sorted(result.area.communities.index) == sorted(column(path, "现状与判定", "社区"))


def test_the_sum_row_of_today_holds_all_households(path: Path, result: Result) -> None:
    sums = next(row for row in rows(path, "现状与判定") if "合计" in row)
    assert total(result) in sums


def test_both_sides_of_the_comparison_balance_to_the_household(path: Path, result: Result) -> None:
    sums = rows(path, "调整前后对照")[-1]
    assert [total(result)] * 2 == [sums[3], sums[9]]


def test_subtotals_of_the_comparison_add_up_to_the_total(path: Path, result: Result) -> None:
    subtotals = [row for row in rows(path, "调整前后对照") if str(row[1]).endswith("小计")]
    assert [total(result)] * 2 == [sum(row[place] for row in subtotals) for place in (3, 9)]  # type: ignore[misc]


def test_rows_of_the_comparison_add_up_to_the_total(path: Path, result: Result) -> None:
    table = rows(path, "调整前后对照")[5:]
    lines = [row for row in table if not str(row[1]).endswith(("小计", "合计"))]
    sums = [sum(row[place] for row in lines if row[place] != "—") for place in (3, 9)]  # type: ignore[misc]
    assert [total(result)] * 2 == sums


def test_the_comparison_shows_what_becomes_of_a_community(path: Path) -> None:
    ways = {row[2]: row[7] for row in rows(path, "调整前后对照") if row[7]}
    assert {"东一": "保留", "东二": "拆分", "西五": "合并"} == {name: ways[name] for name in ("东一", "东二", "西五")}


def test_moved_households_of_the_units_listed_are_those_of_the_plan(path: Path, result: Result) -> None:
    units, plan = result.area.units, result.proposals["principle"].plan
    moved = units.loc[plan != units["community"], "households"]
    assert moved.sum() == sum(column(path, "小区归属变动", MEASURE))  # type: ignore[arg-type]


def test_the_cases_of_both_strategies_are_listed(path: Path, result: Result) -> None:
    expected = [case for proposal in result.proposals.values() for case in proposal.cases["case_id"]]
    assert expected == column(path, "调整事项", "事项编号")


def test_a_name_that_looks_like_a_formula_stays_a_text(result: Result, tmp_path: Path) -> None:
    write_workbook(renamed(result, "东二", '=HYPERLINK("x")'), tmp_path)
    path = tmp_path / "summary.xlsx"
    assert '=HYPERLINK("x")' in column(path, "现状与判定", "社区")
    assert [] == [part for part in parts(path, "xl/worksheets/sheet") if "<f>" in part]


def test_every_sheet_prints_on_a4_across_with_a_footer(path: Path) -> None:
    pages = parts(path, "xl/worksheets/sheet")
    signs = ('paperSize="9"', 'orientation="landscape"', 'fitToHeight="0"', "oddFooter")
    assert [True] * len(SHEETS) == [all(sign in page for sign in signs) for page in pages]


def test_every_table_keeps_its_headings_in_sight(path: Path) -> None:
    frozen = ["<pane " in page for page in parts(path, "xl/worksheets/sheet")]
    assert [False, *[True] * (len(SHEETS) - 1)] == frozen


def test_the_overview_has_a_chart(path: Path) -> None:
    assert 1 == len(parts(path, "xl/charts/chart"))


def test_a_made_up_area_is_marked_on_every_sheet(path: Path) -> None:
    assert [True] * len(SHEETS) == ["合成数据" in page for page in parts(path, "xl/worksheets/sheet")]


def test_a_plan_on_counts_spread_by_area_is_marked_a_sketch_on_every_sheet(result: Result, tmp_path: Path) -> None:
    write_workbook(sketched(result), tmp_path)
    pages = parts(tmp_path / "summary.xlsx", "xl/worksheets/sheet")
    assert [True] * len(SHEETS) == ["示意方案" in page for page in pages]


def test_problems_of_the_data_are_named_in_chinese(path: Path, result: Result) -> None:
    assert result.area.problems["problem"].map(PROBLEM_ZH).tolist() == column(path, "问题清单", "问题")


def test_a_real_area_is_not_marked_as_made_up(compliance_result: Result, tmp_path: Path) -> None:
    write_workbook(compliance_result, tmp_path)
    assert not any("合成数据" in page for page in parts(tmp_path / "summary.xlsx", "xl/worksheets/sheet"))


def test_a_result_without_cases_makes_a_workbook(result: Result, tmp_path: Path) -> None:
    write_workbook(unchanged(result), tmp_path)
    assert ["无"] == column(tmp_path / "summary.xlsx", "调整事项", "事项编号")


def test_written_twice_the_workbook_is_the_same(path: Path, result: Result, tmp_path: Path) -> None:
    write_workbook(result, tmp_path)
    assert path.read_bytes() == (tmp_path / "summary.xlsx").read_bytes()


def test_findings_have_sheets_of_their_own(found: Path) -> None:
    assert FOUND == CalamineWorkbook.from_path(str(found)).sheet_names


def test_every_sheet_with_findings_prints_on_a4_across_and_keeps_its_headings_in_sight(found: Path) -> None:
    pages = parts(found, "xl/worksheets/sheet")
    assert [True] * len(FOUND) == ['paperSize="9"' in page and "oddFooter" in page for page in pages]
    assert [False, *[True] * (len(FOUND) - 1)] == ["<pane " in page for page in pages]


def test_verdicts_of_every_measure_stand_side_by_side_and_those_that_differ_are_marked(found: Path) -> None:
    names = ("常住户", "常住户判定", "户籍户", "户籍户判定", "户籍户措施", "差异")
    communities = column(found, "口径对比", "社区")
    cells = {name: dict(zip(communities, column(found, "口径对比", name), strict=True)) for name in names}
    assert [1622, "达标", 940, "偏小", "合并", "户籍户"] == [cells[name]["东一"] for name in names]
    assert ["", "—", "—", ""] == [cells[name]["东三"] for name in names[2:]]
    assert 1 == sum(value != "" for value in cells["差异"].values())


def test_communities_near_a_limit_are_listed_with_the_limit_in_chinese(found: Path) -> None:
    assert ["上限", "下限、合并线"] == column(found, "临界清单", "界限")
    assert [10, -40] == column(found, "临界清单", "相差")


def test_columns_and_counts_say_what_stands_in_the_file_and_what_it_was_taken_for(found: Path) -> None:
    taken = dict(zip(column(found, "数据核对", "文件中"), column(found, "数据核对", "采用为"), strict=True))
    assert ("社区", "户籍户", "—", "常住户 4400") == (
        *(taken["社区居"], taken["户数/户籍"], taken["身份证号"], taken["约4400户"]),
    )
    assert not {"1600", "95"} & set(taken)
    assert "经识读2项，按总数调整1项" in str(rows(found, "数据核对")[1][0])


def test_what_was_left_stands_before_what_was_mended(found: Path) -> None:
    assert ["未修复", "已修复", "已修复", "已修复"] == column(found, "图形修复", "处理")
    assert ["重叠", "缝隙", "缝隙", "图形自交"] == column(found, "图形修复", "类型")


def test_the_diagnosis_names_layer_hypothesis_and_what_to_do(found: Path) -> None:
    note = str(rows(found, "坐标诊断")[1][0])
    assert ["社区", "GCJ-02偏移", "587米", "尚未改正"] == [
        word for word in ("社区", "GCJ-02偏移", "587米", "尚未改正") if word in note
    ]
    assert ["GCJ-02偏移", "原坐标", "BD-09偏移"] == column(found, "坐标诊断", "假设")
