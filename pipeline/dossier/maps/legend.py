"""The legend, the scale bar and the north arrow."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from pipeline.dossier.maps import style
from pipeline.dossier.maps.borders import Borders
from pipeline.dossier.maps.paper import Box, fitted, width_mm, write
from pipeline.dossier.maps.style import INK, PAPER, QUIET, Stroke
from pipeline.dossier.maps.view import View, bar_lengths
from pipeline.schema import ROAD_CLASSES

ROW_MM = 5.0
SWATCH_MM = 9.0


@dataclass(frozen=True)
class Swatch:
    """Legend entry of a filled shape."""

    zh: str
    fill: str
    hatch: str = ""
    hatch_colour: str = INK


@dataclass(frozen=True)
class Sign:
    """Legend entry of a point symbol or of a character used as one."""

    zh: str
    text: str
    colour: str = INK


Entry = Swatch | Stroke | Sign


def border_entries(borders: Borders) -> list[Entry]:
    """Legend entries of the borders that a map shows."""
    symbols = [
        (style.ADJUSTED, borders.adjusted),
        (style.GIVEN_UP, borders.given_up),
        (style.AREA, borders.area),
        (style.SUBDISTRICT, borders.subdistricts),
        (style.COMMUNITY, borders.kept),
    ]
    return [symbol for symbol, line in symbols if not line.is_empty]


def topography_entries(lines: gpd.GeoDataFrame) -> list[Entry]:
    """Legend entries of the roads, waters and railways that a map shows."""
    kinds, classes = set(lines["kind"]), set(lines["road_class"])
    entries: list[Entry] = [style.ROADS[name] for name in ROAD_CLASSES if name in classes]
    if "water" in kinds:
        entries.append(style.RIVER)
    return [*entries, style.RAILWAY] if "railway" in kinds else entries


def draw_legend(page: Axes, entries: Sequence[Entry], box: Box, *, columns: int = 1, title: str = "图例") -> float:
    """Draw legend entries in columns, top down; returns the height used in millimetres."""
    head = 0.0
    if title:
        write(page, box.left, box.top, title, 9.0, fontweight="bold", gid="legend")
        head = 5.4
    rows = -(-len(entries) // columns)
    step = box.width / columns
    pitch = min(ROW_MM, (box.height - head) / max(rows, 1))
    for number, entry in enumerate(entries):
        left = box.left + (number // rows) * step
        middle = box.top + head + (number % rows + 0.5) * pitch
        _symbol(page, entry, left, middle, min(3.2, pitch * 0.72))
        room = step - SWATCH_MM - 2.5
        text, size = fitted(entry.zh, room, 3.0, (6.8, 6.3, 5.8, 5.3))
        write(page, left + SWATCH_MM + 1.6, middle, text, size, va="center_baseline", gid="legend entry")
    return head + rows * pitch


def _symbol(page: Axes, entry: Entry, left: float, middle: float, height: float) -> None:
    if isinstance(entry, Swatch):
        patch = Rectangle(
            (left, middle - height / 2), SWATCH_MM, height, facecolor=entry.fill, edgecolor=QUIET, linewidth=0.5
        )
        if entry.hatch:
            patch.set_hatch(entry.hatch)
        patch.set_hatchcolor(entry.hatch_colour)
        page.add_patch(patch)
    elif isinstance(entry, Stroke):
        for symbol in filter(None, (entry, entry.core)):
            page.add_line(
                Line2D(
                    [left, left + SWATCH_MM], [middle, middle], linewidth=symbol.width, color=symbol.colour,
                    linestyle=symbol.linestyle, solid_capstyle="butt", dash_capstyle="butt",
                )
            )  # fmt: skip
    elif entry.text == "*":
        page.plot(left + SWATCH_MM / 2, middle, "*", color=entry.colour, markersize=7, markeredgewidth=0)
    else:
        options = {"ha": "center", "va": "center", "color": entry.colour}
        write(page, left + SWATCH_MM / 2, middle, entry.text, 7.0, **options)


def draw_scale_bar(page: Axes, view: View, left: float, top: float, most_mm: float = 46.0) -> None:
    """Draw a scale bar with its numbers and the scale of the printed sheet."""
    step, count = bar_lengths(view.scale, most_mm)
    in_km = step * count >= 1000
    millimetres = step * 1000 / view.scale
    for number in range(count):
        page.add_patch(
            Rectangle(
                (left + number * millimetres, top + 3.0), millimetres, 1.3, linewidth=0.6, edgecolor=INK,
                facecolor=INK if number % 2 == 0 else PAPER, zorder=11,
            )
        )  # fmt: skip
    for number in range(count + 1):
        shown = f"{step * number / (1000 if in_km else 1):g}"
        write(page, left + number * millimetres, top, shown, 6.0, ha="center", gid="scale number")
    end = left + count * millimetres + width_mm(shown, 6.0) / 2
    write(page, end + 0.5, top, "km" if in_km else "m", 6.0, gid="scale unit")
    write(page, left, top + 5.0, f"比例尺 1:{view.scale:,.0f}".replace(",", " "), 6.5, gid="scale")


def draw_north_arrow(page: Axes, middle: float, top: float, height: float = 11.0) -> None:
    """Draw a north arrow: grid north of the working CRS is up."""
    write(page, middle, top, "北", 8.0, ha="center", fontweight="bold", gid="north")
    tip, foot, notch = top + 3.6, top + height, top + height - 2.2
    for side, colour in ((-1, INK), (1, PAPER)):
        corners = [(middle, tip), (middle + side * 2.2, foot), (middle, notch)]
        page.add_patch(Polygon(corners, closed=True, facecolor=colour, edgecolor=INK, linewidth=0.7, zorder=11))
