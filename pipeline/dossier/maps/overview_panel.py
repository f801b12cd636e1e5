"""The strip beside (or below) the map of an overview: scale, north arrow, legend, figures, key of numbers."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from pipeline.dossier.maps import legend, style
from pipeline.dossier.maps.legend import Entry, Sign, Swatch
from pipeline.dossier.maps.overview_labels import OverviewLabels
from pipeline.dossier.maps.overviews import ACTION_SIGN, PANEL_BOX, OverviewSheet
from pipeline.dossier.maps.paper import LANDSCAPE, Box, width_mm, write
from pipeline.dossier.maps.style import counted

ASKED_ZH = {"split": "应拆分", "merge": "应合并"}
HEADING_MM, FIGURE_MM, KEY_ROW_MM, KEY_COLUMN_MM = 5.2, 4.2, 3.1, 27.0


@dataclass(frozen=True)
class Panel:
    """Where the things of the strip stand: `corner` is the upper left one of the scale bar."""

    corner: tuple[float, float]
    north: float
    legend: Box
    legend_columns: int
    figures: Box
    key: Box

    @property
    def key_rows(self) -> int:
        """Rows of one column of the key; the last is kept for a note."""
        return max(int((self.key.height - HEADING_MM) / KEY_ROW_MM), 1)

    @property
    def key_columns(self) -> int:
        """Columns of the key."""
        return max(int(self.key.width / KEY_COLUMN_MM), 1)

    @property
    def key_room(self) -> int:
        """How many communities the key can list."""
        return self.key_rows * self.key_columns - 1


def panel_of(sheet: OverviewSheet) -> Panel:
    """Lay out the strip of a sheet."""
    box = PANEL_BOX[sheet.paper]
    figures_mm = HEADING_MM + len(sheet.figures) * FIGURE_MM
    if sheet.paper == LANDSCAPE:
        legend_mm = min(HEADING_MM + len(legend_entries(sheet)) * legend.ROW_MM, 92.0)
        first = box.top + 15
        second = first + legend_mm + 2.5
        third = second + figures_mm + 2.5
        return Panel(
            corner=(box.left + 3, box.top + 2),
            north=box.right - 5,
            legend=Box(box.left, first, box.width, legend_mm),
            legend_columns=1,
            figures=Box(box.left, second, box.width, figures_mm),
            key=Box(box.left, third, box.width, box.bottom - third),
        )
    left, top = box.left + 116, box.top + 14
    return Panel(
        corner=(left + 3, box.top + 2),
        north=box.right - 5,
        legend=Box(box.left, box.top, 112.0, 50.0),
        legend_columns=2,
        figures=Box(left, top, 38.0, figures_mm),
        key=Box(left + 40, top, box.right - left - 40, box.bottom - top),
    )


def draw_panel(page: Axes, sheet: OverviewSheet, panel: Panel, labels: OverviewLabels) -> None:
    """Draw the strip."""
    legend.draw_north_arrow(page, panel.north, panel.corner[1] - 2)
    legend.draw_scale_bar(page, sheet.view, *panel.corner, most_mm=36.0)
    legend.draw_legend(page, legend_entries(sheet), panel.legend, columns=panel.legend_columns)
    _draw_figures(page, sheet, panel.figures)
    if labels.key or labels.unnamed:
        _draw_key(page, sheet, panel, labels)


def legend_entries(sheet: OverviewSheet) -> list[Entry]:
    """What stands in the legend: the four bands, and of the rest only what stands on the map."""
    counts = sheet.communities["status"].value_counts()
    entries: list[Entry] = [
        Swatch(
            f"{style.status_label(status, sheet.rules)} {counts.get(status, 0)}个",
            style.STATUS_FILL[status],
            style.STATUS_HATCH[status],
            style.STATUS_HATCH_COLOUR[status],
        )
        for status in style.STATUS_ORDER
    ]
    present = set(sheet.communities["sign"])
    entries += [Sign(zh, ACTION_SIGN[action]) for action, zh in ASKED_ZH.items() if ACTION_SIGN[action] in present]
    if len(sheet.created):
        entries.append(style.NEW_COMMUNITY)
    if len(sheet.moved):
        entries.append(Swatch("划转的基本单元", style.PAPER, style.MOVED_HATCH, style.MOVED_HATCH_COLOUR))
    return [*entries, *legend.border_entries(sheet.borders), *legend.topography_entries(sheet.lines)]


def _draw_figures(page: Axes, sheet: OverviewSheet, box: Box) -> None:
    write(page, box.left, box.top, "概况", 9.0, fontweight="bold")
    for row, (name, value) in enumerate(sheet.figures):
        top = box.top + HEADING_MM + row * FIGURE_MM
        write(page, box.left, top, name, 6.8, color=style.QUIET)
        write(page, box.left + 19, top, value, 6.8, fontweight="bold")


def _draw_key(page: Axes, sheet: OverviewSheet, panel: Panel, labels: OverviewLabels) -> None:
    """List names and households of the communities shown by number, and say how many have no label."""
    box, step = panel.key, panel.key.width / panel.key_columns
    write(page, box.left, box.top, "编号", 9.0, fontweight="bold")
    lines = []
    for number, key in labels.key:
        community = sheet.communities.loc[key]
        lines.append(f"{number} {community['label']} {counted(community['households'])}户")
    if labels.unnamed:
        lines.append(f"另{labels.unnamed}个未注记，见附表")
    for place, text in enumerate(lines):
        left = box.left + (place // panel.key_rows) * step
        top = box.top + HEADING_MM + (place % panel.key_rows) * KEY_ROW_MM
        size = next((size for size in (6.2, 5.7, 5.2) if width_mm(text, size) < step - 1), 4.8)
        write(page, left, top, text, size, gid="key entry")
