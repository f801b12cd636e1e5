"""The sheet of the forecast: communities that leave the limits by year, coloured by band, and how many lie in each."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.dossier.maps.imprint import Imprint, draw_imprint, footer_box, imprint_of
from pipeline.dossier.maps.legend import Swatch, draw_legend
from pipeline.dossier.maps.paper import LANDSCAPE, MARGIN_MM, PORTRAIT, Box, Paper, fitted, new_sheet, write
from pipeline.dossier.maps.style import INK, QUIET, STATUS_FILL, STATUS_ORDER, counted, status_label
from pipeline.dossier.outlook import bands_by_year, leaving, of_strategy, outlook_sentence, years_of
from pipeline.results import Result
from pipeline.rules import RuleSet, status_of
from pipeline.schema import STATUS_ZH, STRATEGY_ZH

TOP_MM, ROW_MM, HEAD_MM, GAP_MM = 21.0, 5.6, 6.0, 5.0
NAME_MM = 46.0
CELL_MM = 17.0
"""A year is at most so wide."""
MOST_YEARS = 12
"""Years that are shown; of more, every second or third back from the last."""
MOST_ROWS = {LANDSCAPE: 19, PORTRAIT: 34}


@dataclass(frozen=True)
class ForecastSheet:
    """What the sheet shows. `rows`: of schema.FORECAST_CSV, those that leave the limits; `left_out`: how many more
    there are; `bands`: number of communities by band and year."""

    imprint: Imprint
    paper: Paper
    years: tuple[int, ...]
    rows: pd.DataFrame
    left_out: int
    bands: pd.DataFrame
    rules: RuleSet


def cut_forecast(result: Result) -> ForecastSheet | None:
    """Choose what the sheet shows of the chosen plan; None where there is no forecast, or no community leaves."""
    if result.forecast is None:
        return None
    rows = leaving(result, result.strategy)
    if rows.empty:
        return None
    paper = LANDSCAPE if len(rows) <= MOST_ROWS[LANDSCAPE] else PORTRAIT
    title = f"{result.area.settings.area.name}社区户数预测（{STRATEGY_ZH[result.strategy]}）"
    bands = bands_by_year(of_strategy(result, result.strategy), result.area.rules)
    return ForecastSheet(
        imprint=imprint_of(result.area, result.edition, "附图3", title, outlook_sentence(result)),
        paper=paper,
        years=_shown(years_of(rows)),
        rows=rows.head(MOST_ROWS[paper]),
        left_out=max(0, len(rows) - MOST_ROWS[paper]),
        bands=bands,
        rules=result.area.rules,
    )


def _shown(years: list[int]) -> tuple[int, ...]:
    """Thin the years out until they fit; the base year and the horizon stay."""
    step = -(-(len(years) - 1) // (MOST_YEARS - 1))
    return (years[0], *years[:0:-step][::-1]) if step > 1 else tuple(years)


def draw_forecast(sheet: ForecastSheet) -> Figure:
    """Draw the table of years: one row per community, the year in which it passes a limit framed."""
    figure, page = new_sheet(sheet.paper)
    draw_imprint(page, sheet.paper, sheet.imprint)
    room = sheet.paper.width - 2 * MARGIN_MM - NAME_MM
    cell = min(CELL_MM, room * 0.62 / len(sheet.years))
    edges = [MARGIN_MM + NAME_MM + number * cell for number in range(len(sheet.years) + 1)]
    top = TOP_MM
    _years(page, sheet, edges, top, "社区（街道/镇/中心）", "何时越过界限")
    top += HEAD_MM
    right = sheet.paper.width - MARGIN_MM
    for row in sheet.rows.to_dict("records"):
        _community(page, sheet, row, edges, top, right)
        top += ROW_MM
    if sheet.left_out:
        write(page, MARGIN_MM, top + 1.2, f"……另有{sheet.left_out}个社区，见工作簿“户数预测”", 7.0, color=QUIET)
        top += ROW_MM
    _rule(page, top, right)
    top = _bands(page, sheet, edges, top + GAP_MM, right)
    entries = [Swatch(status_label(status, sheet.rules), STATUS_FILL[status]) for status in STATUS_ORDER]
    entries.append(Swatch("首次越过界限的年份", "none"))
    height = footer_box(sheet.paper).top - top - GAP_MM
    draw_legend(page, entries, Box(MARGIN_MM, top + GAP_MM, right - MARGIN_MM, min(height, 12.0)), columns=5)
    return figure


def _years(page: Axes, sheet: ForecastSheet, edges: list[float], top: float, first: str, last: str) -> None:
    """Write the headings of the columns and the line below them."""
    middle = top + HEAD_MM / 2
    write(page, MARGIN_MM, middle, first, 7.5, va="center_baseline", fontweight="bold")
    for number, year in enumerate(sheet.years):
        centre = (edges[number] + edges[number + 1]) / 2
        label = f"{year}" if number else f"{year}现状"
        size = 7.5 if edges[1] - edges[0] >= 12 else 6.4
        write(page, centre, middle, label, size, ha="center", va="center_baseline", fontweight="bold", gid="year")
    write(page, edges[-1] + 3, middle, last, 7.5, va="center_baseline", fontweight="bold")
    _rule(page, top + HEAD_MM, sheet.paper.width - MARGIN_MM)


def _community(
    page: Axes, sheet: ForecastSheet, row: Mapping[Hashable, object], edges: list[float], top: float, right: float
) -> None:
    """Draw one community: its name, its households by year on the colour of the band, and the sentence."""
    middle = top + ROW_MM / 2
    name, size = fitted(f"{row['community']}（{row['subdistrict']}）", NAME_MM - 2, ROW_MM - 1, (7.2, 6.5, 5.8, 5.2))
    write(page, MARGIN_MM, middle, name, size, va="center_baseline", gid="community")
    counts = pd.Series({year: row[year] for year in sheet.years})
    status = status_of(counts, sheet.rules)
    for number, year in enumerate(sheet.years):
        box = (edges[number], top + 0.3), edges[number + 1] - edges[number], ROW_MM - 0.6
        page.add_patch(Rectangle(*box, facecolor=STATUS_FILL[status[year]], edgecolor="white", linewidth=0.6))
        centre = (edges[number] + edges[number + 1]) / 2
        write(page, centre, middle, counted(counts[year]), 7.0, ha="center", va="center_baseline", gid="households")
    at = next((number for number, year in enumerate(sheet.years) if year >= int(str(row["trigger_year"]))), None)
    if at is not None:
        width = edges[at + 1] - edges[at]
        frame = Rectangle(
            (edges[at] + 0.25, top + 0.5), width - 0.5, ROW_MM - 1.0, fill=False, edgecolor=INK, zorder=11
        )
        frame.set(linewidth=1.5, gid="trigger")
        page.add_patch(frame)
    room = right - edges[-1] - 3
    text, size = fitted(str(row["sentence"]), room, ROW_MM, (7.0, 6.4, 5.8, 5.2, 4.6))
    write(page, edges[-1] + 3, middle, text, size, va="center", gid="sentence")


def _bands(page: Axes, sheet: ForecastSheet, edges: list[float], top: float, right: float) -> float:
    """Write how many communities of the plan lie in each band by year; returns where the table ends."""
    _years(page, sheet, edges, top, "全部社区个数", "")
    top += HEAD_MM
    for status, counts in sheet.bands.iterrows():
        middle = top + ROW_MM / 2
        fill = STATUS_FILL[str(status)]
        chip = Rectangle((MARGIN_MM, top + 1.2), 6.0, ROW_MM - 2.4, facecolor=fill, edgecolor=QUIET, linewidth=0.5)
        page.add_patch(chip)
        write(page, MARGIN_MM + 8, middle, STATUS_ZH[str(status)], 7.2, va="center_baseline")
        for number, year in enumerate(sheet.years):
            centre = (edges[number] + edges[number + 1]) / 2
            write(page, centre, middle, f"{counts[year]}", 7.0, ha="center", va="center_baseline", gid="band")
        top += ROW_MM
    _rule(page, top, right)
    return top


def _rule(page: Axes, y: float, right: float) -> None:
    page.add_collection(LineCollection([[(MARGIN_MM, y), (right, y)]], colors=INK, linewidths=[0.8]), autolim=False)
