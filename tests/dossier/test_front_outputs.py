"""The trade-offs in the outputs: table, sheet, figure and page; and none of them where nothing was traced."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.text import Text
from python_calamine import CalamineWorkbook

from pipeline.dossier import write_dossier
from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.front_sheet import MOST_PANELS, cut_front, draw_front
from pipeline.results import Front, Result
from pipeline.schema import columns

POINTS = [
    (0, 4000, 430.0, 9000.0, 800.0, "optimal", True, "最少划转", "采用方案：划转4000户。"),
    (0, 4050, 300.0, 8900.0, 700.0, "optimal", False, "折中", "多划转50户（+1%）可使新增边界成本减少30%。"),
    (0, 4120, 258.0, 8800.0, 900.0, "optimal", False, "边界最省", "多划转120户（+3%）可使新增边界成本减少40%。"),
    (1, 3900, 500.0, 9100.0, 500.0, "heuristic", False, "最均衡", "多新设1个社区（未证明最优）。"),
]  # fmt: skip


def front_of(subdistrict: str) -> pd.DataFrame:
    names = ["changed", "moved_households", "border_cost", "compactness", "imbalance"]
    rows = pd.DataFrame(POINTS, columns=[*names, "proof", "chosen", "label", "sentence"])
    rows = rows.assign(strategy="compliance", subdistrict=subdistrict, point=range(1, 5), complete=False)
    return rows[columns("front.csv")]


def with_front(result: Result, places: list[str]) -> Result:
    table = pd.concat([front_of(place) for place in places], ignore_index=True)
    compliance = replace(result.proposals["compliance"], front=Front(table, {}))
    return replace(result, proposals={**result.proposals, "compliance": compliance})


@pytest.fixture(scope="module")
def traded(result: Result) -> Result:
    return with_front(result, ["东街街道", "西河街道"])


@pytest.fixture(scope="module")
def folder(traded: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("traded")
    write_dossier(traded, made, maps=False)
    return made


def test_the_table_has_a_row_for_each_point_and_opens_in_excel(folder: Path) -> None:
    assert (folder / "front.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(folder / "front.csv")
    assert columns("front.csv") == list(table.columns)
    assert [4000, 4050, 4120, 3900] * 2 == table["moved_households"].tolist()


def test_the_sheet_says_what_each_point_costs_and_brings(folder: Path) -> None:
    book = CalamineWorkbook.from_path(str(folder / "dossier" / "summary.xlsx"))
    rows = book.get_sheet_by_name("方案取舍").to_python()
    heads, first = next((head, row) for head, row in pairwise(rows) if "取舍" in head)
    row = dict(zip(heads, first, strict=True))
    assert ("达标方案", "东街街道", 4000, "采用") == tuple(
        row[name] for name in ("方案", "街道/镇/中心", "划转户数", "采用")
    )


def test_the_page_tells_one_trade_of_each_subdistrict(folder: Path) -> None:
    page = (folder / "dossier" / "summary.html").read_text("utf-8")
    assert 2 == page.count("（折中）：多划转50户（+1%）可使新增边界成本减少30%。")
    assert "../front.csv" in page


def test_the_figure_has_a_panel_for_each_subdistrict_with_its_points(traded: Result) -> None:
    sheet = cut_front(traded)
    assert sheet is not None
    with fonts.typeset():
        figure = draw_front(sheet)
    panels = [axes for axes in figure.axes if axes.get_label() == "front"]
    assert 2 == len(panels)
    for axes in panels:
        points = [line for line in axes.lines if line.get_label() == "point"]
        (chosen,) = [line for line in axes.lines if line.get_label() == "chosen"]
        assert [(x, y) for _, x, y, *_ in POINTS] == [(line.get_xdata()[0], line.get_ydata()[0]) for line in points]
        assert (4000, 430.0) == (chosen.get_xdata()[0], chosen.get_ydata()[0])
        assert {"最少划转", "折中", "边界最省", "最均衡"} == {text.get_text() for text in axes.texts}
    entries = {text.get_text() for text in figure.findobj(Text) if text.get_gid() == "legend entry"}
    assert {"采用方案", "多1个", "未证明最优"} <= entries


def test_subdistricts_that_do_not_fit_the_figure_are_counted(result: Result) -> None:
    sheet = cut_front(with_front(result, [f"第{number}街道" for number in range(MOST_PANELS + 3)]))
    assert sheet is not None
    assert (MOST_PANELS, 3) == (len(sheet.panels), sheet.left_out)


def test_nothing_is_written_where_nothing_was_traced(result: Result, tmp_path: Path) -> None:
    write_dossier(result, tmp_path, maps=False)
    assert not (tmp_path / "front.csv").exists()
    assert "取舍" not in (tmp_path / "dossier" / "summary.html").read_text("utf-8")
    assert "方案取舍" not in CalamineWorkbook.from_path(str(tmp_path / "dossier" / "summary.xlsx")).sheet_names
    assert cut_front(result) is None
