"""Draws the overview of an area: every community in the colour of its band, with name and households."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import strokes, style
from pipeline.dossier.maps.imprint import draw_imprint
from pipeline.dossier.maps.lettering import letter
from pipeline.dossier.maps.overview_labels import OverviewLabels, label_overview
from pipeline.dossier.maps.overview_panel import draw_panel, panel_of
from pipeline.dossier.maps.overviews import MAP_BOX, OverviewSheet
from pipeline.dossier.maps.paper import add_map, new_sheet


def draw_overview(sheet: OverviewSheet, *, ax: Axes | None = None) -> Figure:
    """Draw an overview; on given axes only the map itself, without the sheet around it."""
    panel = panel_of(sheet)
    labels = label_overview(sheet.communities, sheet.subdistricts, sheet.view, key_room=panel.key_room)
    if ax is not None:
        _draw_map(ax, sheet, labels)
        ax.set_aspect("equal")
        figure = ax.get_figure(root=True)
        assert figure is not None
        return figure
    figure, page = new_sheet(sheet.paper)
    _draw_map(add_map(figure, MAP_BOX[sheet.paper]), sheet, labels)
    draw_imprint(page, sheet.paper, sheet.imprint)
    draw_panel(page, sheet, panel, labels)
    return figure


def _draw_map(axes: Axes, sheet: OverviewSheet, labels: OverviewLabels) -> None:
    strokes.set_view(axes, sheet.view)
    for status in style.STATUS_ORDER:
        strokes.fill(
            axes,
            sheet.communities.geometry[sheet.communities["status"] == status],
            style.STATUS_FILL[status],
            hatch=style.STATUS_HATCH[status],
            hatch_colour=style.STATUS_HATCH_COLOUR[status],
            label=f"status {status}",
        )
    strokes.hatch_moved(axes, sheet.moved)
    strokes.topography(axes, sheet.lines)
    strokes.draw_borders(axes, sheet.borders, sheet.created)
    letter(axes, labels.communities, sheet.view, gid="community label")
    letter(axes, labels.subdistricts, sheet.view, gid="subdistrict label", colour=style.PARENT_INK)
