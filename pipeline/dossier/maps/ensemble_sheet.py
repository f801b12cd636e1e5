"""The sheet that sets the plan among random ones: a histogram of each measure, with the plan marked in it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.dossier.maps import style
from pipeline.dossier.maps.fonts import printable
from pipeline.dossier.maps.imprint import Imprint, draw_imprint, imprint_of
from pipeline.dossier.maps.paper import LANDSCAPE, Box, add_map, fitted, new_sheet, write
from pipeline.dossier.maps.style import Stroke
from pipeline.results import Ensemble, Result
from pipeline.schema import STRATEGY_ZH

ORDER = (
    *("moved_households", "new_border_cost", "barrier_crossings", "border_m", "polsby_popper_mean", "deviation_mean"),
    *("communities", "cut_edges"),
)
"""Measures, the most telling first; those that are the same in every plan give way to the next."""

COLUMNS, ROWS = 3, 2
PANELS = Box(8.0, 21.0, 281.0, 152.0)
GUTTER_MM, HEAD_MM, TICKS_MM, SENTENCE_MM = 5.0, 6.5, 5.5, 13.5
CAVEAT = Box(8.0, 174.5, 281.0, 9.0)
MOST_BARS = 45
BAR, BAR_EDGE = "#a9c3d6", "#7d9db5"
MEDIAN, PLAN = (
    Stroke("中位数", 0.9, style.QUIET, (3.0, 2.0), 5.0),
    Stroke("本方案", 2.0, style.ADJUSTED.colour, (), 6.0),
)
MEDIAN_HEIGHT = 0.87
ROOM = 1.32
"""Height of a panel in heights of the highest bar: the labels stand above the bars."""


@dataclass(frozen=True)
class Panel:
    """One histogram: the random plans' values and what is written with them."""

    title: str
    unit: str
    values: np.ndarray
    plan: float
    median: float
    sentence: str


@dataclass(frozen=True)
class EnsembleSheet:
    """All that the sheet draws."""

    imprint: Imprint
    panels: tuple[Panel, ...]
    caveat: str


def cut_ensemble(result: Result, ensemble: Ensemble) -> EnsembleSheet:
    """Take from a run what the sheet draws: the whole area, or its only subdistrict."""
    standing, samples = ensemble.standing, ensemble.samples
    place = standing["subdistrict"].iloc[0]
    rows = standing[standing["subdistrict"] == place].set_index("measure").loc[list(ORDER)]
    draws = samples[samples["subdistrict"] == place]
    panels = [_panel(row, draws[str(name)].to_numpy(float)) for name, row in rows.iterrows()]
    telling = [panel for panel in panels if np.ptp([*panel.values, panel.plan]) > 0] or panels
    name, strategy = result.area.settings.area.name, STRATEGY_ZH[result.strategy]
    chains = int(ensemble.chains["chains"].iloc[0])
    subtitle = (
        f"随机合格方案{style.counted(len(draws))}个，由{chains}条独立的链抽取，与本方案同一口径量算；红线为本方案"
    )
    imprint = imprint_of(result.area, result.edition, "论证图1", f"{name}{strategy}与随机合格方案比较图", subtitle)
    return EnsembleSheet(imprint, tuple(telling[: COLUMNS * ROWS]), ensemble.caveat)


def _panel(row: pd.Series, values: np.ndarray) -> Panel:
    return Panel(
        title=str(row["label"]),
        unit=str(row["unit"]),
        values=values,
        plan=float(row["plan"]),
        median=float(row["median"]),
        sentence=str(row["sentence"]),
    )


def draw_ensemble(sheet: EnsembleSheet) -> Figure:
    """Draw the histograms, each with its sentence below, and what has to be said with them."""
    figure, page = new_sheet(LANDSCAPE)
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    wide = (PANELS.width - (COLUMNS - 1) * GUTTER_MM) / COLUMNS
    high = PANELS.height / ROWS
    for number, panel in enumerate(sheet.panels):
        row, column = divmod(number, COLUMNS)
        left, top = PANELS.left + column * (wide + GUTTER_MM), PANELS.top + row * high
        unit = f"（{panel.unit}）" if panel.unit else ""
        write(page, left, top, f"{panel.title}{unit}", 9.5, fontweight="bold", gid="measure")
        box = Box(left, top + HEAD_MM, wide, high - HEAD_MM - TICKS_MM - SENTENCE_MM)
        _draw_histogram(add_map(figure, box), panel)
        text, size = fitted(panel.sentence, wide, SENTENCE_MM - 2.0, (7.6, 7.0, 6.4, 5.8))
        write(page, left, box.bottom + TICKS_MM, text, size, gid="sentence")
    text, size = fitted(f"说明：{sheet.caveat}", CAVEAT.width, CAVEAT.height, (7.4, 6.8, 6.2, 5.6))
    write(page, CAVEAT.left, CAVEAT.top, text, size, color=style.QUIET, gid="caveat")
    return figure


def _draw_histogram(axes: Axes, panel: Panel) -> None:
    edges = _bins(panel.values)
    counts, _ = np.histogram(panel.values, edges)
    axes.stairs(counts, edges, fill=True, facecolor=BAR, edgecolor=BAR_EDGE, linewidth=0.4)
    low, high = min(panel.plan, float(edges[0])), max(panel.plan, float(edges[-1]))
    room = 0.05 * (high - low or 1.0)
    axes.set(xlim=(low - room, high + room), ylim=(0, max(counts.max(), 1) * ROOM))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=bool(panel.unit)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value, panel.unit)))
    axes.tick_params(axis="x", labelsize=7.0, length=2.0, width=0.5, pad=1.5, colors=style.INK)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    # The plan's label stands on the side with more room, but the two labels on different sides where lines are near.
    left, right = axes.get_xlim()
    near = abs(panel.plan - panel.median) < 0.45 * (right - left)
    to_right = panel.plan > panel.median if near else panel.plan < (left + right) / 2
    _mark(axes, panel.median, f"中位数{_number(panel.median, panel.unit)}", not to_right, MEDIAN)
    _mark(axes, panel.plan, f"本方案{_number(panel.plan, panel.unit)}", to_right, PLAN)


def _bins(values: np.ndarray) -> np.ndarray:
    """Edges of the bars; around whole numbers where there are few of them."""
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.rint(values)).all())
    if whole and high - low < MOST_BARS:
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high if high > low else low + 1.0, MOST_BARS + 1)


def _mark(axes: Axes, at: float, text: str, to_right: bool, line: Stroke) -> None:
    """Draw a line at a value, with its label beside it."""
    height = MEDIAN_HEIGHT if line is MEDIAN else 0.99
    across = axes.get_xaxis_transform()
    axes.plot(
        [at, at], [0, height], transform=across, color=line.colour, linewidth=line.width, linestyle=line.linestyle,
        zorder=line.order, solid_capstyle="butt",
    )  # fmt: skip
    axes.annotate(
        printable(text), (at, height), xycoords=across, xytext=(3 if to_right else -3, 0), textcoords="offset points",
        ha="left" if to_right else "right", va="top", fontsize=8.0, color=line.colour, zorder=line.order, gid="mark",
        fontweight="normal" if line is MEDIAN else "bold",
    )  # fmt: skip


def _number(value: float, unit: str) -> str:
    """Write a value as its axis and its marks bear it.

    >>> _number(12345.4, "户"), _number(0.4488, "")
    ('12 345', '0.449')
    """
    return style.counted(value) if unit else f"{value:.3f}".rstrip("0").rstrip(".")
