"""The sheet of the forecast: communities that leave the limits by year, coloured by band, and how many lie in each."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.dossier.maps.imprint import Imprint, draw_imprint, footer_box, imprint_of
from pipeline.dossier.maps.paper import LANDSCAPE, MARGIN_MM, PORTRAIT, Box, Paper, fitted, new_sheet, width_mm, write
from pipeline.dossier.maps.style import INK, QUIET, STATUS_FILL, STATUS_ORDER, counted, status_label
from pipeline.dossier.outlook import assumed, bands_by_year, first_broken, leaving, of_strategy, years_of
from pipeline.results import Result
from pipeline.rules import RuleSet, status_of
from pipeline.schema import STATUS_ZH, STRATEGY_ZH

TOP_MM, GAP_MM, LEGEND_MM = 21.0, 5.0, 18.0
ROW_MM, HIGHEST_ROW_MM = 5.6, 8.0
"""Rows are higher where there are few of them, their letters with them."""
NAME_MM = 46.0
CELL_MM = 17.0
"""A year is at most so wide."""
MOST_YEARS = 12
"""Years that are shown; of more, every second or third back from the last."""
MOST_ROWS = {LANDSCAPE: 16, PORTRAIT: 32}
BESIDE = 8
"""Lines beside those of the communities: headings, bands, what is left out, a margin."""


@dataclass(frozen=True)
class ForecastSheet:
    """What the sheet shows. `rows`: of schema.FORECAST_CSV, those that leave the limits; `left_out`: how many more
    there are; `bands`: number of communities by band and year; `note`: what was assumed."""

    imprint: Imprint
    paper: Paper
    years: tuple[int, ...]
    rows: pd.DataFrame
    left_out: int
    bands: pd.DataFrame
    rules: RuleSet
    note: str

    @property
    def row_mm(self) -> float:
        """Height of a row."""
        room = footer_box(self.paper).top - TOP_MM - GAP_MM - LEGEND_MM
        return min(HIGHEST_ROW_MM, room / (len(self.rows) + BESIDE))

    def size(self, points: float) -> float:
        """Size of letters in a row, for those that suit the lowest row."""
        return points * min(1.25, self.row_mm / ROW_MM)


def cut_forecast(result: Result) -> ForecastSheet | None:
    """Choose what the sheet shows of the chosen plan; None where there is no forecast, or no community leaves."""
    if result.forecast is None:
        return None
    rows = leaving(result, result.strategy)
    if rows.empty:
        return None
    paper = LANDSCAPE if len(rows) <= MOST_ROWS[LANDSCAPE] else PORTRAIT
    title = f"{result.area.settings.area.name}社区户数预测（{STRATEGY_ZH[result.strategy]}）"
    years = _shown(years_of(rows))
    thinned = "年份有省略，越界首年以右栏文字为准" if len(years) < len(years_of(rows)) else ""
    bands = bands_by_year(of_strategy(result, result.strategy), result.area.rules)
    return ForecastSheet(
        imprint=imprint_of(result.area, result.edition, "附图3", title, first_broken(result)),
        paper=paper,
        years=years,
        rows=rows.head(MOST_ROWS[paper]),
        left_out=max(0, len(rows) - MOST_ROWS[paper]),
        bands=bands,
        rules=result.area.rules,
        note="；".join(note for note in (assumed(result.area), thinned) if note),
    )


def _shown(years: list[int]) -> tuple[int, ...]:
    """Thin the years out until they fit; the base year and the horizon stay."""
    step = -(-(len(years) - 1) // (MOST_YEARS - 1))
    return (years[0], *years[:0:-step][::-1]) if step > 1 else tuple(years)


def draw_forecast(sheet: ForecastSheet) -> Figure:
    """Draw the table of years: one row per community, the year in which it passes a limit framed."""
    figure, page = new_sheet(sheet.paper)
    draw_imprint(page, sheet.paper, sheet.imprint)
    right = sheet.paper.width - MARGIN_MM
    cell = min(CELL_MM, (right - MARGIN_MM - NAME_MM) * 0.62 / len(sheet.years))
    edges = [MARGIN_MM + NAME_MM + number * cell for number in range(len(sheet.years) + 1)]
    top = _headings(page, sheet, edges, TOP_MM, ("社区（街道/镇/中心）", "何时越过界限"), right)
    for row in sheet.rows.to_dict("records"):
        _community(page, sheet, row, edges, top, right)
        top += sheet.row_mm
    if sheet.left_out:
        said = f"……另有{sheet.left_out}个社区，见工作簿“户数预测”"
        write(page, MARGIN_MM, top + sheet.row_mm / 2, said, sheet.size(7.0), va="center_baseline", color=QUIET)
        top += sheet.row_mm
    _rule(page, top, right)
    top = _bands(page, sheet, edges, top + GAP_MM)
    _legend(page, sheet, Box(MARGIN_MM, top + GAP_MM, right - MARGIN_MM, LEGEND_MM - GAP_MM))
    return figure


def _headings(
    page: Axes, sheet: ForecastSheet, edges: list[float], top: float, titles: tuple[str, str], right: float
) -> float:
    """Write the headings of the columns and the line below them; returns where they end."""
    middle, size = top + sheet.row_mm / 2, sheet.size(7.4)
    look = {"va": "center_baseline", "fontweight": "bold"}
    write(page, MARGIN_MM, middle, titles[0], size, **look)
    for number, year in enumerate(sheet.years):
        centre = (edges[number] + edges[number + 1]) / 2
        label = f"{year}" if number else f"{year}现状"
        fitting = min(size, 7.4 if edges[1] - edges[0] >= 13 else 6.0)
        write(page, centre, middle, label, fitting, ha="center", gid="year", **look)
    write(page, edges[-1] + 3, middle, titles[1], size, **look)
    _rule(page, top + sheet.row_mm, right)
    return top + sheet.row_mm


def _community(
    page: Axes, sheet: ForecastSheet, row: Mapping[Hashable, object], edges: list[float], top: float, right: float
) -> None:
    """Draw one community: its name, its households by year on the colour of the band, and the sentence."""
    middle, height = top + sheet.row_mm / 2, sheet.row_mm
    name = f"{row['community']}（{row['subdistrict']}）"
    _text(page, MARGIN_MM, middle, name, NAME_MM - 2, sheet.size(7.2), "community")
    counts = pd.Series({year: row[year] for year in sheet.years})
    status = status_of(counts, sheet.rules)
    width = edges[1] - edges[0]
    for left, year in zip(edges, sheet.years, strict=False):
        fill = STATUS_FILL[status[year]]
        page.add_patch(Rectangle((left, top + 0.3), width, height - 0.6, facecolor=fill, edgecolor="white"))
        figure, size = counted(counts[year]), min(sheet.size(7.0), width * 0.62)
        write(page, left + width / 2, middle, figure, size, ha="center", va="center_baseline", gid="households")
    at = next((number for number, year in enumerate(sheet.years) if year >= int(str(row["trigger_year"]))), None)
    if at is not None:
        _frame(page, edges[at] + 0.25, top + 0.55, width - 0.5, height - 1.1)
    _text(page, edges[-1] + 3, middle, str(row["sentence"]), right - edges[-1] - 3, sheet.size(7.0), "sentence")


def _text(page: Axes, left: float, middle: float, text: str, room: float, size: float, gid: str) -> None:
    """Write a text on one line, smaller where it is long, at last on two lines."""
    sizes = [size * part for part in (1.0, 0.92, 0.84, 0.76)]
    fitting = next((one for one in sizes if width_mm(text, one) <= room), None)
    if fitting is not None:
        write(page, left, middle, text, fitting, va="center_baseline", gid=gid)
    else:
        lines, small = fitted(text, room, 5.4, (5.2, 4.8, 4.4))
        write(page, left, middle, lines, small, va="center", gid=gid)


def _frame(page: Axes, left: float, top: float, width: float, height: float) -> None:
    frame = Rectangle((left, top), width, height, fill=False, edgecolor=INK, linewidth=1.5)
    frame.set(zorder=11, gid="trigger")
    page.add_patch(frame)


def _bands(page: Axes, sheet: ForecastSheet, edges: list[float], top: float) -> float:
    """Write how many communities of the plan lie in each band by year; returns where the table ends."""
    top = _headings(page, sheet, edges, top, ("全部社区，按判定（个）", ""), edges[-1])
    for status, counts in sheet.bands.iterrows():
        middle = top + sheet.row_mm / 2
        _chip(page, MARGIN_MM, middle, STATUS_FILL[str(status)])
        write(page, MARGIN_MM + 8, middle, STATUS_ZH[str(status)], sheet.size(7.2), va="center_baseline")
        for number, year in enumerate(sheet.years):
            centre = (edges[number] + edges[number + 1]) / 2
            look = {"ha": "center", "va": "center_baseline", "gid": "band"}
            write(page, centre, middle, f"{counts[year]}", sheet.size(7.0), **look)
        top += sheet.row_mm
    _rule(page, top, edges[-1])
    return top


def _chip(page: Axes, left: float, middle: float, fill: str) -> None:
    page.add_patch(Rectangle((left, middle - 1.6), 6.0, 3.2, facecolor=fill, edgecolor=QUIET, linewidth=0.5))


def _legend(page: Axes, sheet: ForecastSheet, box: Box) -> None:
    """Explain the colours and the frame, and say what was assumed."""
    entries = [(status_label(status, sheet.rules), STATUS_FILL[status]) for status in STATUS_ORDER]
    step = box.width / (len(entries) + 1)
    for number, (label, fill) in enumerate(entries):
        _chip(page, box.left + number * step, box.top + 2, fill)
        _text(page, box.left + number * step + 7.5, box.top + 2, label, step - 8.5, 6.8, "legend entry")
    left = box.left + len(entries) * step
    _frame(page, left, box.top + 0.4, 6.0, 3.2)
    _text(page, left + 7.5, box.top + 2, "首次越过界限", step - 8.5, 6.8, "legend entry")
    if sheet.note:
        write(page, box.left, box.top + 6.5, f"注：{sheet.note}。", 6.8, color=QUIET, gid="note")


def _rule(page: Axes, y: float, right: float) -> None:
    page.add_collection(LineCollection([[(MARGIN_MM, y), (right, y)]], colors=INK, linewidths=[0.8]), autolim=False)
