"""The sheet of a layer that seems to be off: as given and brought back, over the layers it was tested against."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import legend, strokes, style
from pipeline.dossier.maps.imprint import Imprint, draw_imprint, imprint_of
from pipeline.dossier.maps.paper import LANDSCAPE, Box, add_map, fitted, new_sheet, write
from pipeline.dossier.maps.style import Stroke
from pipeline.dossier.maps.view import View, fit
from pipeline.results import Area, Offset
from pipeline.schema import AS_GIVEN, HYPOTHESIS_ZH, SECTION_ZH, VERDICT_ZH

MAP_BOX = Box(8.0, 19.5, 200.0, 164.0)
PANEL = Box(213.0, 19.5, 76.0, 164.0)
SHIFTS_SHOWN = 2.0
"""Ground shown to each side of the middle, in lengths of the shift."""

LEAST_SHOWN_M = 300.0
GIVEN = Stroke("原坐标", 0.8, "#c00000", (4.0, 1.6), 4.1)
MOVED = Stroke("改正后", 0.9, "#1f5a85", (), 4.0)
TRUSTED = Stroke("参照图层", 3.2, "#d0d0d0", (), 3.0)
COLUMNS = (("假设", 0.0), ("吻合距离", 26.0), ("偏移", 41.0), ("方位角", 53.0), ("结论", 65.0))


@dataclass(frozen=True)
class OffsetSheet:
    """All that the sheet of one tested layer draws; `arrow`: from a place as given to where it belongs."""

    imprint: Imprint
    view: View
    given: gpd.GeoSeries
    moved: gpd.GeoSeries
    trusted: gpd.GeoSeries
    arrow: tuple[tuple[float, float], tuple[float, float]]
    table: pd.DataFrame
    sentence: str


def doubtful(area: Area) -> list[Offset]:
    """Layers that fit the others better under another hypothesis than as given, or that were brought back."""
    return [offset for offset in area.offsets if offset.converted or offset.table["hypothesis"].iloc[0] != AS_GIVEN]


def cut_offset(area: Area, edition: str, offset: Offset) -> OffsetSheet:
    """Take from an area what the sheet of one tested layer draws."""
    best = offset.table.iloc[0]
    zh = SECTION_ZH.get(offset.layer, offset.layer)
    title = f"{area.settings.area.name}坐标核对图（{zh}）"
    imprint = imprint_of(
        area, edition, "核对图2", title, f"{_files(str(best['source']))}，参照：{_named(str(best['trusted']))}"
    )
    reach = max(SHIFTS_SHOWN * float(best["shift_m"]), LEAST_SHOWN_M)
    x, y = _busy_place(offset)
    view = fit((x - reach, y - reach, x + reach, y + reach), MAP_BOX.width, MAP_BOX.height, margin=0.0)
    turn = np.radians(float(best["azimuth_deg"]))
    shift = float(best["shift_m"])
    tail = (x + shift * np.sin(turn), y + shift * np.cos(turn))
    return OffsetSheet(
        imprint=imprint,
        view=view,
        given=_cut(offset.given, view),
        moved=_cut(offset.moved, view),
        trusted=_cut(offset.trusted, view),
        arrow=(tail, (x, y)),
        table=offset.table,
        sentence=_sentence(zh, best, offset.converted),
    )


def _named(sections: str) -> str:
    return "、".join(SECTION_ZH.get(name, name) for name in sections.split("、"))


def _busy_place(offset: Offset) -> tuple[float, float]:
    """Where trusted shapes lie that are also near the middle of the layer as it should lie."""
    left, bottom, right, top = offset.moved.total_bounds
    middle = shapely.Point((left + right) / 2, (bottom + top) / 2)
    nearest = offset.trusted.iloc[[int(np.argmin(shapely.distance(offset.trusted.to_numpy(), middle)))]]
    point = shapely.ops.nearest_points(nearest.iloc[0], middle)[0]
    return float(point.x), float(point.y)


def _cut(shapes: gpd.GeoSeries, view: View) -> gpd.GeoSeries:
    near = shapes.iloc[sorted(shapes.sindex.intersection(view.box))]
    lines = near.map(lambda shape: shape.boundary if shape.geom_type in ("Polygon", "MultiPolygon") else shape)
    cut = gpd.GeoSeries(shapely.clip_by_rect(lines.to_numpy(), *view.box), crs=shapes.crs)
    return cut[~cut.is_empty]


def _files(source: str) -> str:
    """Say several files in Chinese; one has its name."""
    return source.removesuffix(" files") + "个文件" if source.endswith(" files") else source


def _sentence(zh: str, best: pd.Series, converted: bool) -> str:
    """Say in one sentence what was found."""
    hypothesis = HYPOTHESIS_ZH.get(str(best["hypothesis"]), f"{best['hypothesis']}")
    size = f"整体偏移约{best['shift_m']:.0f}米，方位角{best['azimuth_deg']:.0f}°，可信度{best['confidence']:.0%}"
    if converted:
        return f"“{zh}”已按设置改正（{hypothesis}）。改正前{size}。"
    name = str(best["hypothesis"])
    known = name in ("GCJ-02", "BD-09")
    line = f'在该图层的设置中写offset = "{name}"' if known else "用control_points或helmert改正"
    return f"“{zh}”图层像是{hypothesis}：{size}。尚未改正；确认后{line}。"


def draw_offset(sheet: OffsetSheet) -> Figure:
    """Draw the layer as given and brought back over what it was tested against, and the figures of the test."""
    figure, page = new_sheet(LANDSCAPE)
    axes = add_map(figure, MAP_BOX)
    strokes.set_view(axes, sheet.view)
    for shapes, symbol in ((sheet.trusted, TRUSTED), (sheet.moved, MOVED), (sheet.given, GIVEN)):
        strokes.stroke(axes, _lines(shapes), symbol)
        _points(axes, shapes, symbol)
    _draw_arrow(axes, sheet)
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    _draw_panel(page, sheet)
    return figure


def _lines(shapes: gpd.GeoSeries) -> shapely.Geometry:
    """All lines as one, so that the border of two neighbours is drawn once and stays dashed."""
    return shapely.line_merge(shapely.union_all(shapes[~shapes.geom_type.isin(["Point", "MultiPoint"])].to_numpy()))


def _points(axes: Axes, shapes: gpd.GeoSeries, symbol: Stroke) -> None:
    xy = shapely.get_coordinates(shapes[shapes.geom_type.isin(["Point", "MultiPoint"])].to_numpy())
    if len(xy):
        axes.plot(*xy.T, "o", linestyle="none", color=symbol.colour, markersize=4.0, zorder=symbol.order)


def _draw_arrow(axes: Axes, sheet: OffsetSheet) -> None:
    tail, head = sheet.arrow
    if tail == head:
        return
    for colour, width, order in ((style.PAPER, 5.0, 6.0), (style.INK, 2.2, 6.1)):
        look = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", xy=head, xytext=tail, zorder=order, arrowprops=look)


def _draw_panel(page: Axes, sheet: OffsetSheet) -> None:
    legend.draw_north_arrow(page, PANEL.right - 5, PANEL.top)
    legend.draw_scale_bar(page, sheet.view, PANEL.left + 3, PANEL.top + 2, most_mm=44.0)
    top = PANEL.top + 16
    top += legend.draw_legend(page, [GIVEN, MOVED, TRUSTED], Box(PANEL.left, top, PANEL.width, 30.0)) + 4
    text, size = fitted(sheet.sentence, PANEL.width, 26.0, (8.0, 7.4, 6.8))
    write(page, PANEL.left, top, text, size, fontweight="bold", gid="sentence")
    top += 4.5 * (text.count("\n") + 1) + 5
    write(page, PANEL.left, top, "各假设与参照图层的吻合程度", 9.0, fontweight="bold")
    for name, left in COLUMNS:
        write(page, PANEL.left + left, top + 6.0, name, 6.6, color=style.QUIET)
    for row, result in enumerate(sheet.table.head(8).itertuples(), start=1):
        hypothesis = HYPOTHESIS_ZH.get(str(result.hypothesis), str(result.hypothesis))
        cells = (
            hypothesis, f"{result.fit_m:.1f}米", f"{result.shift_m:.0f}米", f"{result.azimuth_deg:.0f}°",
            VERDICT_ZH.get(str(result.verdict), str(result.verdict)),
        )  # fmt: skip
        for (_, left), cell in zip(COLUMNS, cells, strict=True):
            words, size = fitted(cell, 25.0 if left == 0 else 14.0, 4.0, (6.6, 6.0, 5.4))
            write(page, PANEL.left + left, top + 6.0 + row * 4.8, words, size, gid="hypothesis")
