"""The table of numbers on a case sheet: every community of the case before and after."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from pipeline.dossier.maps.ground import Ground
from pipeline.dossier.maps.paper import Box, width_mm, write
from pipeline.dossier.maps.style import INK, QUIET, counted
from pipeline.results import Area
from pipeline.schema import STATUS_ZH

NONE = "—"
HEADINGS = (
    ("社区", ""), ("户数", "调整前"), ("", "调整后"), ("人口", "调整前"), ("", "调整后"),
    ("办公用房㎡", "现有"), ("", "应有"), ("判定", "调整前"), ("", "调整后"), ("变动", ""),
)  # fmt: skip
SHARES = (0.21, 0.085, 0.085, 0.09, 0.09, 0.09, 0.08, 0.08, 0.08, 0.11)
MOST_ROWS = 12
ROW_MM = 4.9
CHIP_MM = 4.0


def case_numbers(area: Area, ground: Ground, names: list[str]) -> pd.DataFrame:
    """Make the table of a case, one row per community of before or after, as text ready to print."""
    before, after = ground.before.reindex(names), ground.after.reindex(names)
    floor = area.communities.get("floor_m2", pd.Series(dtype="float64")).reindex(names)
    ratio = area.rules.facility.m2_per_100_households
    needed = after["households"] * ratio / 100 if ratio else pd.Series(float("nan"), index=names)
    columns = {
        "社区": pd.Series([_shown(name, ground) for name in names], index=names),
        "户数前": before["households"].map(_count),
        "户数后": after["households"].map(_count),
        "人口前": before["population"].map(_count),
        "人口后": after["population"].map(_count),
        "用房": floor.map(_count),
        "应有": needed.map(_count),
        "判定前": before["status"].map(STATUS_ZH).fillna(NONE),
        "判定后": after["status"].map(STATUS_ZH).fillna(NONE),
        "变动": pd.Series([_change(name, ground) for name in names], index=names),
    }
    return pd.DataFrame(columns, index=names)


def _shown(name: str, ground: Ground) -> str:
    table: gpd.GeoDataFrame = ground.after if name in ground.after.index else ground.before
    return str(table.loc[name, "label"])


def _count(number: object) -> str:
    return NONE if pd.isna(number) else counted(float(number))  # type: ignore[arg-type]


def _change(name: str, ground: Ground) -> str:
    if name not in ground.before.index:
        return "新设"
    if name not in ground.after.index:
        return "撤销"
    change = int(ground.after.loc[name, "households"] - ground.before.loc[name, "households"])
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{counted(abs(change))}户"


def height_mm(table: pd.DataFrame) -> float:
    """Height that the table takes when it has the room it wants."""
    return (min(len(table), MOST_ROWS) + 2 + (len(table) > MOST_ROWS)) * ROW_MM


def draw_numbers(page: Axes, table: pd.DataFrame, box: Box, fills: Mapping[str, str]) -> None:
    """Draw the table on a rectangle of the paper, each community with the colour it has on the map.

    More than `MOST_ROWS` communities: the rest is left to the workbook, and the last row says so.
    """
    shown = table.iloc[:MOST_ROWS]
    left_out = len(table) - len(shown)
    rows = len(shown) + 2 + bool(left_out)
    pitch = min(ROW_MM, box.height / rows)
    size = min(7.0, pitch / 0.3528 / 1.3)
    edges = [box.left]
    for share in SHARES:
        edges.append(edges[-1] + share * box.width)
    _draw_headings(page, edges, box.top, pitch, size)
    for row, cells in enumerate(shown.itertuples(index=False), start=2):
        middle = box.top + (row + 0.5) * pitch
        chip = (box.left + 0.5, middle - pitch * 0.3)
        fill = fills[shown.index[row - 2]]
        page.add_patch(Rectangle(chip, CHIP_MM, pitch * 0.6, facecolor=fill, edgecolor=QUIET, linewidth=0.4))
        for column, text in enumerate(cells):
            _cell(page, str(text), edges, column, middle, size)
    if left_out:
        _cell(page, f"……另有{left_out}个社区，见工作簿", edges, 0, box.top + (rows - 0.5) * pitch, size)
    rules = [(0, 1.0), (2, 0.5), (rows, 1.0)]
    lines = [[(box.left, box.top + row * pitch), (box.right, box.top + row * pitch)] for row, _ in rules]
    page.add_collection(LineCollection(lines, colors=INK, linewidths=[width for _, width in rules]), autolim=False)


def _draw_headings(page: Axes, edges: list[float], top: float, pitch: float, size: float) -> None:
    for column, (above, below) in enumerate(HEADINGS):
        if above and below:
            middle = (edges[column] + edges[column + 2]) / 2
            write(page, middle, top + pitch / 2, above, size, ha="center", va="center_baseline", fontweight="bold")
        elif above:
            _cell(page, above, edges, column, top + pitch, size, fontweight="bold")
        if below:
            _cell(page, below, edges, column, top + 1.5 * pitch, size * 0.92, color=QUIET)


def _cell(page: Axes, text: str, edges: list[float], column: int, y: float, size: float, **look: object) -> None:
    if column == 0:
        room = edges[1] - edges[0] - CHIP_MM - 2
        size = next((s for s in (size, size * 0.9, size * 0.8, size * 0.7) if width_mm(text, s) <= room), size * 0.6)
        write(page, edges[0] + CHIP_MM + 1.7, y, text, size, va="center_baseline", gid="number", **look)
    else:
        middle = (edges[column] + edges[column + 1]) / 2
        write(page, middle, y, text, size, ha="center", va="center_baseline", gid="number", **look)
