"""The sheet of the fronts: for each subdistrict, moved households against border cost of plans that none beats."""

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.imprint import Imprint, draw_imprint, footer_box, imprint_of
from pipeline.dossier.maps.paper import LANDSCAPE, MARGIN_MM, Box, new_sheet, write
from pipeline.dossier.maps.style import INK, QUIET, counted
from pipeline.dossier.tradeoff import front_rows, trade_sentence
from pipeline.results import Result

TOP_MM, LEGEND_MM, GAP_MM = 21.0, 9.0, 5.0
LEFT_MM, HEAD_MM, FOOT_MM = 12.0, 6.0, 9.0
"""Room of a panel for the numbers at its left, its heading, and the numbers below."""
COLUMNS, MOST_PANELS = 4, 12
"""Fewer panels than COLUMNS stand in one row; more make about a square."""
MORE_CHANGED_FILL = ("#2d6a94", "#c99532", "#8c3a20")
"""By how many more communities are created and abolished than in the chosen plan."""
MORE_CHANGED_MARK = ("o", "s", "^")
CHOSEN = "#c00000"


@dataclass(frozen=True)
class FrontSheet:
    """What the sheet shows. `panels`: rows of schema.FRONT_CSV by subdistrict; `left_out`: how many more there are."""

    imprint: Imprint
    panels: dict[str, pd.DataFrame]
    left_out: int


def cut_front(result: Result) -> FrontSheet | None:
    """Choose what the sheet shows; None where nothing was traced."""
    rows = front_rows(result)
    if rows is None:
        return None
    panels = {str(name): mine for name, mine in rows.groupby("subdistrict", sort=False)}
    ahead = len(result.proposals[result.strategy].cases) + (result.forecast is not None)
    title = f"{result.area.settings.area.name}达标方案的取舍"
    shown = dict(list(panels.items())[:MOST_PANELS])
    imprint = imprint_of(result.area, result.edition, f"附图{ahead + 3}", title, trade_sentence(rows))
    return FrontSheet(imprint, shown, len(panels) - len(shown))


def draw_front(sheet: FrontSheet) -> Figure:
    """Draw a panel for each subdistrict, and the legend below them."""
    figure, page = new_sheet(LANDSCAPE)
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    bottom = footer_box(LANDSCAPE).top - LEGEND_MM
    for (name, rows), box in zip(sheet.panels.items(), _boxes(len(sheet.panels), bottom), strict=True):
        write(page, box.left, box.top, name, 8.5, fontweight="bold", gid="panel title")
        inner = Box(box.left + LEFT_MM, box.top + HEAD_MM, box.width - LEFT_MM - GAP_MM, box.height - HEAD_MM - FOOT_MM)
        _panel(_axes(figure, inner), rows)
    _legend(page, sheet, bottom + 2.5)
    return figure


def _boxes(count: int, bottom: float) -> list[Box]:
    """Divide the sheet among the panels, row by row."""
    columns = count if count < COLUMNS else math.ceil(math.sqrt(count))
    lines = -(-count // columns)
    width, height = (LANDSCAPE.width - 2 * MARGIN_MM) / columns, (bottom - TOP_MM) / lines
    return [
        Box(MARGIN_MM + at % columns * width, TOP_MM + at // columns * height, width, height) for at in range(count)
    ]


def _axes(figure: Figure, box: Box) -> Axes:
    width, height = LANDSCAPE.width, LANDSCAPE.height
    axes = figure.add_axes((box.left / width, 1 - box.bottom / height, box.width / width, box.height / height))
    axes.set_label("front")
    return axes


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the points of one subdistrict, those with the same changes joined, the chosen one ringed."""
    chosen = rows[rows["chosen"]].iloc[0]
    for more, mine in rows.groupby(rows["changed"] - chosen["changed"]):
        look = max(0, min(int(more), len(MORE_CHANGED_FILL) - 1))
        line = _falling(mine)
        axes.plot(line["moved_households"], line["border_cost"], color="#bbbbbb", linewidth=0.7, zorder=2)
        for row in mine.itertuples():
            proved = row.proof == "optimal"
            axes.plot(
                row.moved_households, row.border_cost, MORE_CHANGED_MARK[look], markersize=5.5,
                markerfacecolor=MORE_CHANGED_FILL[look] if proved else "white",
                markeredgecolor=MORE_CHANGED_FILL[look], zorder=4, label="point",
            )  # fmt: skip
    axes.plot(
        chosen["moved_households"], chosen["border_cost"], "o", markersize=10, markerfacecolor="none",
        markeredgecolor=CHOSEN, markeredgewidth=1.3, zorder=5, label="chosen",
    )  # fmt: skip
    axes.margins(0.14, 0.2)
    _label(axes, rows[rows["label"] != ""])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4, integer=True))
        axis.set_major_formatter(lambda value, _: counted(value))
    axes.tick_params(labelsize=6.2, length=2, width=0.5, colors=QUIET, pad=1.5)
    for spine in axes.spines.values():
        spine.set(linewidth=0.6, color=QUIET)
    axes.grid(color="#eeeeee", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("划转户数（户）", fontsize=6.5, color=QUIET, labelpad=1.5)
    axes.set_ylabel("新增边界成本（米）", fontsize=6.5, color=QUIET, labelpad=2)


def _falling(rows: pd.DataFrame) -> pd.DataFrame:
    """The points that no other beats in moves and border at once, by moves: what the line joins."""
    line = rows.sort_values(["moved_households", "border_cost"])
    cheapest = line["border_cost"].cummin().shift(fill_value=math.inf)
    return line[line["border_cost"] < cheapest]


def _label(axes: Axes, rows: pd.DataFrame) -> None:
    """Write what the points are best in, towards the middle of the panel."""
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    for row in rows.itertuples():
        along, up = (row.moved_households - left) / (right - left), (row.border_cost - low) / (high - low)
        axes.annotate(
            fonts.printable(row.label), (row.moved_households, row.border_cost), fontsize=7.0, color=INK,
            xytext=(7 if along < 0.6 else -7, 6 if up < 0.75 else -7), textcoords="offset points",
            ha="left" if along < 0.6 else "right", va="bottom" if up < 0.75 else "top", zorder=6, gid="label",
            path_effects=[patheffects.withStroke(linewidth=2.0, foreground="white")],
        )  # fmt: skip


def _legend(page: Axes, sheet: FrontSheet, middle: float) -> None:
    """Explain the marks, and say what is left out."""
    most = max(int(rows["changed"].max() - rows.loc[rows["chosen"], "changed"].min()) for rows in sheet.panels.values())
    words = ["新设与撤销社区数与采用方案相同", "多1个", "多2个"]
    left = MARGIN_MM
    entries = [
        (MORE_CHANGED_MARK[at], MORE_CHANGED_FILL[at], MORE_CHANGED_FILL[at], words[at]) for at in range(most + 1)
    ]
    entries += [("o", "none", CHOSEN, "采用方案")]
    if any((rows["proof"] != "optimal").any() for rows in sheet.panels.values()):
        entries.append(("o", "white", MORE_CHANGED_FILL[0], "未证明最优"))
    for mark, face, edge, text in entries:
        size = 8.0 if face == "none" else 5.5
        page.plot(left + 2, middle, mark, markersize=size, markerfacecolor=face, markeredgecolor=edge, zorder=9)
        written = write(page, left + 5, middle, text, 7.0, va="center_baseline", gid="legend entry")
        left += 11 + len(written.get_text()) * 2.6
    note = "左下方更优；连线上的方案各有取舍，超出设置标准的户数均不多于采用方案"
    more = f"；另有{sheet.left_out}个街道/镇/中心见工作簿“方案取舍”" if sheet.left_out else ""
    write(page, LANDSCAPE.width - MARGIN_MM, middle, note + more, 7.0, ha="right", va="center_baseline", color=QUIET)
