"""Draws the sheets of the repairs: the map of all pieces, and the sheets of close-ups."""

from itertools import islice

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import legend, strokes, style
from pipeline.dossier.maps.ground import clipped
from pipeline.dossier.maps.imprint import draw_imprint
from pipeline.dossier.maps.legend import Sign
from pipeline.dossier.maps.paper import LANDSCAPE, Box, add_map, fitted, new_sheet, write
from pipeline.dossier.maps.repair_sheets import (
    CAPTION_MM,
    MAP_BOX,
    TILE_COLUMNS,
    TILE_GAP_MM,
    TILE_MM,
    TILES_TOP_MM,
    Marks,
    RepairMap,
    RepairTiles,
    Tile,
)
from pipeline.dossier.maps.strokes import set_view

PANEL = Box(228.0, 19.5, 61.0, 164.0)
KIND_SIGN = {"ring": "s", "overlap": "o", "gap": "D", "strip": "^", "fragment": "*", "snap": "x"}
LEGEND_SIGN = {"s": "■□", "o": "●○", "D": "◆◇", "^": "▲△", "*": "★☆", "x": "××"}
"""The same signs as letters, mended and left; all of them are in the shipped font."""

MENDED, LEFT = "#2d6a94", "#c00000"
"""Colour of what was mended and of what was left; in black and white the filled and the hollow sign tell them."""

MANY = 400
"""Pieces of one kind from which their signs are drawn small, so that the map stays readable."""

PIECE_HATCH = "xxxx"


def draw_repair_map(sheet: RepairMap) -> Figure:
    """Draw where shapes were mended and where they were left."""
    figure, page = new_sheet(LANDSCAPE)
    axes = add_map(figure, MAP_BOX)
    set_view(axes, sheet.view)
    strokes.fill(axes, sheet.units, style.GROUND, edge=style.UNIT.colour, width=style.UNIT.width, label="units")
    strokes.stroke(axes, sheet.communities.boundary, style.COMMUNITY)
    for marks in sheet.marks:
        _mark(axes, marks)
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    _draw_panel(page, sheet)
    return figure


def _mark(axes: Axes, marks: Marks) -> None:
    x, y = zip(*marks.points, strict=True)
    colour = MENDED if marks.done else LEFT
    small = marks.done and len(marks.points) >= MANY
    size = 1.6 if small else 4.2 if marks.done else 6.0
    axes.plot(
        x, y, KIND_SIGN.get(marks.kind, "o"), linestyle="none", markersize=size,
        markerfacecolor=colour if marks.done else "none", markeredgecolor=colour, markeredgewidth=0.5 if small else 1.1,
        zorder=5.0 if marks.done else 5.1, label=f"{marks.kind} {'mended' if marks.done else 'left'}",
    )  # fmt: skip


def _draw_panel(page: Axes, sheet: RepairMap) -> None:
    legend.draw_north_arrow(page, PANEL.right - 5, PANEL.top)
    legend.draw_scale_bar(page, sheet.view, PANEL.left + 3, PANEL.top + 2, most_mm=38.0)
    entries: list[legend.Entry] = [
        Sign(marks.zh, _legend_sign(marks), MENDED if marks.done else LEFT) for marks in sheet.marks
    ]
    entries += [style.COMMUNITY, style.UNIT]
    top = PANEL.top + 16
    top += legend.draw_legend(page, entries, Box(PANEL.left, top, PANEL.width, 70.0)) + 4
    write(page, PANEL.left, top, "概况", 9.0, fontweight="bold")
    for row, (name, value) in enumerate(sheet.figures, start=1):
        write(page, PANEL.left, top + row * 4.6, name, 6.8, color=style.QUIET)
        write(page, PANEL.left + 19, top + row * 4.6, value, 6.8, fontweight="bold")
    _draw_largest(page, sheet, top + 4.6 * (len(sheet.figures) + 1) + 2)


def _legend_sign(marks: Marks) -> str:
    return LEGEND_SIGN[KIND_SIGN.get(marks.kind, "o")][not marks.done]


def _draw_largest(page: Axes, sheet: RepairMap, top: float) -> None:
    if not sheet.largest:
        return
    write(page, PANEL.left, top, "未修复（面积大者在前）", 9.0, fontweight="bold")
    room = int((PANEL.bottom - top - 5.5) / 6.4)
    for row, line in enumerate(islice(sheet.largest, max(room, 0))):
        text, size = fitted(line, PANEL.width, 6.2, (6.2, 5.6, 5.0))
        write(page, PANEL.left, top + 5.5 + row * 6.4, text, size, gid="left piece")


def draw_repair_tiles(sheet: RepairTiles) -> Figure:
    """Draw a sheet of close-ups, each with its number, size and units."""
    figure, page = new_sheet(LANDSCAPE)
    for number, tile in enumerate(sheet.tiles):
        row, column = divmod(number, TILE_COLUMNS)
        left = 8.0 + column * (TILE_MM[0] + TILE_GAP_MM[0])
        top = TILES_TOP_MM + row * (TILE_MM[1] + CAPTION_MM + TILE_GAP_MM[1])
        axes = add_map(figure, Box(left, top, *TILE_MM))
        _draw_tile(axes, tile)
        legend.draw_scale_bar(page, tile.view, left + 3.0, top + TILE_MM[1] - 9.0, most_mm=22.0)
        for line, text in enumerate(tile.caption):
            words, size = fitted(text, TILE_MM[0], 3.4, (6.4, 5.8, 5.2, 4.6))
            y = top + TILE_MM[1] + 1.0 + line * 3.7
            write(page, left, y, words, size, color=style.QUIET if line else style.INK, gid="caption")
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    return figure


def _draw_tile(axes: Axes, tile: Tile) -> None:
    set_view(axes, tile.view)
    around = clipped(tile.units.to_frame("geometry").set_geometry("geometry"), tile.view)
    strokes.fill(axes, around.geometry, style.GROUND, edge=style.UNIT_INK, width=0.6, label="units")
    colour = MENDED if tile.done else LEFT
    areal = tile.piece[tile.piece.geom_type.isin(["Polygon", "MultiPolygon"])]
    strokes.fill(
        axes, areal, "none", hatch=PIECE_HATCH, hatch_colour=colour, edge=colour, width=0.9, order=4.0, label="piece"
    )
    strokes.stroke(axes, tile.piece[~tile.piece.index.isin(areal.index)], style.Stroke("", 1.6, colour, (), 4.0))
