"""The forecast in the outputs: table, sheet, figure, page and summary; and none of them without a forecast."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image
from python_calamine import CalamineWorkbook

from pipeline.dossier import write_dossier
from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.forecast_sheet import MOST_YEARS, cut_forecast, draw_forecast
from pipeline.dossier.outlook import assumed, bands_by_year
from pipeline.errors import problem, problems_table
from pipeline.forecast import forecast_plans
from pipeline.results import Result
from pipeline.schema import FAR_OVER
from pipeline.settings import ForecastSection

GROWN = {"东一": {2028: 2.0, 2030: 2.6}, "西四": {2030: 0.1}}
"""Households of today (about 1600 and 640) times so much."""


def with_forecast(result: Result, grown: dict[str, dict[int, float]] = GROWN, years: tuple[int, ...] = (2028, 2030)):
    """Let communities grow."""
    units, note = result.area.units, problem("note", "forecast", "forecast assumes", "assumed", "settle it")
    forecast = pd.DataFrame(dict.fromkeys((2026, *years), units["households"]))
    for community, factors in grown.items():
        here = units["community"] == community
        for year, factor in factors.items():
            forecast.loc[here, year] = (units.loc[here, "households"] * factor).astype("int64")
    area = replace(
        result.area,
        forecast=forecast,
        settings=result.area.settings.model_copy(update={"forecast": ForecastSection(path="项目.xlsx")}),
        problems=problems_table([*result.area.problems.to_dict("records"), note]),
    )
    plans = {name: proposal.plan for name, proposal in result.proposals.items()}
    return replace(result, area=area, forecast=forecast_plans(area, plans))


@pytest.fixture(scope="module")
def ahead(result: Result) -> Result:
    return with_forecast(result)


@pytest.fixture(scope="module")
def folder(ahead: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("ahead")
    write_dossier(ahead, made, maps=False)
    return made


def test_the_table_has_a_column_for_each_year_and_opens_in_excel(folder: Path, ahead: Result) -> None:
    assert (folder / "forecast.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(folder / "forecast.csv")
    assert ["strategy", "community", "subdistrict", "2026", "2028", "2030", "status_now"] == [*table.columns[:7]]
    assert {"today", "principle", "compliance"} == set(table["strategy"])
    for _, rows in table.groupby("strategy"):
        assert ahead.area.forecast.sum().tolist() == rows[["2026", "2028", "2030"]].sum().tolist()


def test_the_summary_names_who_leaves_the_limits_and_when(folder: Path) -> None:
    said = json.loads((folder / "summary.json").read_text("utf-8"))["forecast"]
    assert (2026, 2030, [2026, 2028, 2030], False) == tuple(said[key] for key in ("base", "horizon", "years", "held"))
    # 西四 joins 西五 in the plan, so that only 东一 leaves the limits.
    assert [{"community": "东一", "year": 2028, "trigger": "upper"}] == said["broken"]
    assert {"today": 1, "principle": 1, "compliance": 1} == {name: one["broken"] for name, one in said["plans"].items()}


def test_the_sheet_lists_the_chosen_plan_first_and_in_it_who_leaves(folder: Path) -> None:
    book = CalamineWorkbook.from_path(str(folder / "dossier" / "summary.xlsx"))
    table = book.get_sheet_by_name("户数预测").to_python()
    heads, first = next((head, row) for head, row in pairwise(table) if "触发年" in head)
    row = dict(zip(heads, first, strict=True))
    assert ("原则方案", "东一", 2028, "上限") == tuple(row[name] for name in ("方案", "社区", "触发年", "触发界限"))
    assert "2028年起超过3000户" in row["说明"]
    assert any("默认假设，并非规定" in str(cell) for line in table[:3] for cell in line)


def test_the_page_says_how_long_the_plan_holds(folder: Path) -> None:
    page = (folder / "dossier" / "summary.html").read_text("utf-8")
    assert "户数预测（2026—2030年）" in page
    assert "至2030年将有1个社区越过界限，最早在2028年" in page
    assert 'href="../forecast.csv"' in page


def test_a_plan_that_holds_says_so(result: Result, tmp_path: Path) -> None:
    still = with_forecast(result, {})
    write_dossier(still, tmp_path, maps=False)
    assert "至2030年没有社区越过界限" in (tmp_path / "dossier" / "summary.html").read_text("utf-8")
    assert cut_forecast(still) is None


def test_without_a_forecast_nothing_of_it_is_written(result: Result, tmp_path: Path) -> None:
    write_dossier(result, tmp_path, maps=False)
    assert not (tmp_path / "forecast.csv").exists()
    assert "forecast" not in json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert "户数预测" not in CalamineWorkbook.from_path(str(tmp_path / "dossier" / "summary.xlsx")).sheet_names
    page = (tmp_path / "dossier" / "summary.html").read_text("utf-8")
    assert "forecast" not in page
    assert cut_forecast(result) is None


def test_an_occupancy_that_was_settled_is_not_called_a_default(ahead: Result) -> None:
    section = ForecastSection(path="项目.xlsx", occupancy=[0.5])
    settled = replace(ahead.area, settings=ahead.area.settings.model_copy(update={"forecast": section}))
    assert ("50%" in assumed(settled), "默认" in assumed(settled)) == (True, False)


# --- the figure -----------------------------------------------------------------------------------------------


def drawn(result: Result) -> dict[str, list[str]]:
    """Texts of the figure by what they are."""
    with fonts.typeset():
        figure = draw_forecast(cut_forecast(result))
    found: dict[str, list[str]] = {}
    for text in figure.findobj(Text):
        found.setdefault(str(text.get_gid()), []).append(text.get_text())
    found["frames"] = [str(patch.get_x()) for patch in figure.axes[0].patches if patch.get_gid() == "trigger"]
    return found


def test_the_figure_shows_who_leaves_with_the_households_of_every_year(ahead: Result) -> None:
    texts = drawn(ahead)
    assert ["东一（东街街道）"] == texts["community"]
    counts = ahead.area.forecast[ahead.area.units["community"] == "东一"].sum()
    assert [f"{count:,}".replace(",", " ") for count in counts] == texts["households"]
    assert ["2028年起超过3000户，2030年起超过4000户（拆分线）"] == texts["sentence"]
    assert 2 == len(texts["frames"])  # the year in the table, and the legend


def test_the_figure_counts_all_communities_of_the_plan_by_band(ahead: Result) -> None:
    rows = ahead.forecast[ahead.forecast["strategy"] == "principle"]
    bands = bands_by_year(rows, ahead.area.rules)
    assert {len(rows)} == set(bands.sum())
    assert 1 == bands.at[FAR_OVER, 2030] - bands.at[FAR_OVER, 2028]
    assert [str(count) for count in bands.to_numpy().ravel()] == drawn(ahead)["band"]


def test_the_figure_says_what_was_assumed(ahead: Result) -> None:
    assert ["注：入住率按交付当年起30%、60%、80%计（默认假设，并非规定）。"] == drawn(ahead)["note"]


def test_many_years_are_thinned_out_and_the_last_one_stays(result: Result) -> None:
    years = tuple(range(2027, 2056))
    long = with_forecast(result, {"东一": {year: 1 + (year - 2026) / 10 for year in years}}, years)
    shown = cut_forecast(long).years
    assert (2026, 2055) == (shown[0], shown[-1])
    assert len(shown) <= MOST_YEARS
    assert len(drawn(long)["year"]) == 2 * len(shown)


def test_the_figure_is_written_with_the_other_maps(ahead: Result, tmp_path: Path) -> None:
    write_dossier(ahead, tmp_path)
    with Image.open(tmp_path / "maps" / "forecast.png") as picture:
        assert picture.width > picture.height > 1000
    assert (tmp_path / "maps" / "forecast.pdf").stat().st_size
    assert 'href="../maps/forecast.png"' in (tmp_path / "dossier" / "summary.html").read_text("utf-8")
