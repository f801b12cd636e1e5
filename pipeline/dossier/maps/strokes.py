"""Draws shapes and lines on a map: one artist per kind of thing, not one per shape.

Every function takes the axes and geometries in working coordinates and adds to the axes.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path as Outline
from shapely.geometry.base import BaseGeometry

from pipeline.dossier.maps import style
from pipeline.dossier.maps.borders import Borders
from pipeline.dossier.maps.style import Stroke
from pipeline.dossier.maps.view import View


def set_view(axes: Axes, view: View) -> None:
    """Show a rectangle of ground."""
    axes.set(xlim=(view.left, view.right), ylim=(view.bottom, view.top))


def _outline(shape: BaseGeometry) -> Outline:
    """Make one drawable outline of a (multi)polygon, holes included."""
    rings = shapely.get_rings(shapely.get_parts(shapely.normalize(shape)))
    return Outline.make_compound_path(*(Outline(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _polygons(shapes: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Keep what has an area; lines that clipping left at the edge of the view go."""
    kept = []
    for shape in shapes:
        parts = shapely.get_parts(shapely.get_parts(shape))
        parts = parts[shapely.area(parts) > 0]
        if len(parts):
            kept.append(shapely.multipolygons(parts))
    return kept


def fill(
    axes: Axes,
    shapes: Iterable[BaseGeometry],
    colour: str,
    *,
    hatch: str = "",
    hatch_colour: str = style.INK,
    edge: str = "none",
    width: float = 0.0,
    order: float = 1.0,
    label: str = "",
) -> None:
    """Fill polygons alike; `label` names the artist, so that it can be found again."""
    outlines = [_outline(shape) for shape in _polygons(shapes)]
    if not outlines:
        return
    collection = PathCollection(
        outlines, facecolor=colour, edgecolor=edge, linewidth=width, hatch=hatch or None, zorder=order, label=label
    )
    collection.set_hatchcolor(hatch_colour)
    axes.add_collection(collection, autolim=False)


def stroke(axes: Axes, lines: BaseGeometry | Iterable[BaseGeometry], symbol: Stroke, *, label: str = "") -> None:
    """Draw lines with one symbol."""
    parts = shapely.get_parts(np.atleast_1d(np.asarray(lines, dtype=object)))
    parts = shapely.get_parts(parts)
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2)) & ~shapely.is_empty(parts)]
    if not len(parts):
        return
    axes.add_collection(
        LineCollection(
            [shapely.get_coordinates(part) for part in parts],
            colors=symbol.colour,
            linewidths=symbol.width,
            linestyles=[symbol.linestyle],
            capstyle="butt",
            joinstyle="round",
            zorder=symbol.order,
            label=label or symbol.zh,
        ),
        autolim=False,
    )
    if symbol.core is not None:
        stroke(axes, lines, symbol.core, label=f"{symbol.zh} core")


def topography(axes: Axes, lines: gpd.GeoDataFrame) -> None:
    """Draw roads by class, waters and railways (schema.LINES) as light ground for the borders."""
    shapes, kind = lines.geometry, lines["kind"]
    water = shapes[kind == "water"]
    areal = water.geom_type.isin(["Polygon", "MultiPolygon"])
    fill(axes, water[areal], style.WATER_FILL, order=style.RIVER.order - 0.1, label="水面")
    stroke(axes, water[~areal], style.RIVER)
    roads = lines[kind == "road"]
    classes = roads["road_class"].where(roads["road_class"].isin(style.ROADS), "tertiary")
    for road_class, symbol in style.ROADS.items():
        stroke(axes, roads.geometry[classes == road_class], symbol)
    stroke(axes, shapes[kind == "railway"], style.RAILWAY)


def hatch_moved(axes: Axes, units: Iterable[BaseGeometry]) -> None:
    """Hatch the units whose community changes."""
    fill(axes, units, "none", hatch=style.MOVED_HATCH, hatch_colour=style.MOVED_HATCH_COLOUR, order=1.6, label="moved")


def draw_borders(axes: Axes, borders: Borders, created: gpd.GeoSeries) -> None:
    """Draw the borders by rank, and communities that a plan makes with a double outline."""
    stroke(axes, borders.kept, style.COMMUNITY)
    stroke(axes, borders.given_up, style.GIVEN_UP)
    stroke(axes, borders.adjusted, style.ADJUSTED)
    stroke(axes, borders.subdistricts, style.SUBDISTRICT)
    stroke(axes, borders.area, style.AREA)
    stroke(axes, created.boundary, style.NEW_COMMUNITY)


def offices(axes: Axes, points: Iterable[BaseGeometry], *, size: float = 7.0) -> None:
    """Mark offices with a star."""
    coordinates = shapely.get_coordinates(list(points))
    if len(coordinates):
        axes.plot(
            *coordinates.T, "*", color="#c00000", markersize=size, markeredgecolor=style.PAPER, markeredgewidth=0.5,
            linestyle="none", zorder=5.0, label="居委会驻地",
        )  # fmt: skip
