"""Writes placed labels on a map: the halos of all of them as one artist, then the letters.

The halo is made of the outlines of the letters, and the letters stand over it as text, so that a name in the PDF can
be searched and copied.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from pipeline.dossier.maps import fonts, style
from pipeline.dossier.maps.labels import LINE_SPACING, Placed
from pipeline.dossier.maps.paper import MM_PER_POINT
from pipeline.dossier.maps.view import View

HALO_POINTS = 1.7


def letter(
    axes: Axes,
    labels: Iterable[Placed],
    view: View,
    *,
    gid: str,
    colour: str = style.INK,
    order: float = 6.0,
    haloed: bool = True,
) -> None:
    """Write labels, with leaders where they stand beside their shape; `gid` marks the texts of this kind."""
    labels = list(labels)
    if haloed:
        _halos(axes, labels, view, order - 0.1)
    for label in labels:
        if label.foot is not None:
            ends = zip(label.foot, (label.x, label.y), strict=True)
            axes.plot(*ends, color=colour, linewidth=0.4, zorder=order - 0.2)
        text = axes.text(
            label.x,
            label.y,
            fonts.printable(label.setting.text),
            color=colour,
            ha="center",
            va="center",
            fontsize=label.setting.size,
            fontweight=_weight(label),
            linespacing=LINE_SPACING,
            rotation=label.angle,
            rotation_mode="anchor",
            zorder=order,
            gid=gid,
        )
        text.set_clip_box(axes.bbox)


def _weight(label: Placed) -> str:
    return "bold" if label.setting.bold else "normal"


def _halos(axes: Axes, labels: Sequence[Placed], view: View, order: float) -> None:
    outlines = [outline for label in labels for outline in _letter_outlines(label, view)]
    if outlines:
        halo = PathCollection(
            [Outline.make_compound_path(*outlines)],
            facecolor=style.PAPER,
            edgecolor=style.PAPER,
            linewidth=HALO_POINTS,
            alpha=0.85,
            joinstyle="round",
            zorder=order,
            label="halo",
        )
        axes.add_collection(halo, autolim=False)


def _letter_outlines(label: Placed, view: View) -> list[Outline]:
    """Outlines of the letters of a label in ground coordinates, one for each line.

    Matplotlib centres the ink of every line in its line box; the halo follows it in that.
    """
    setting = label.setting
    face = FontProperties(family=fonts.families(), weight=_weight(label))
    lines = fonts.printable(setting.text).split("\n")
    metres = MM_PER_POINT * view.scale / 1000
    outlines = []
    for number, line in enumerate(lines):
        path = TextPath((0, 0), line, size=setting.size, prop=face)
        if not len(path.vertices):
            continue
        middle = (path.vertices.min(axis=0) + path.vertices.max(axis=0)) / 2
        drop = (number - (len(lines) - 1) / 2) * LINE_SPACING * setting.size
        place = Affine2D().translate(*-middle).translate(0, -drop).rotate(np.radians(label.angle)).scale(metres)
        outlines.append(path.transformed(place.translate(label.x, label.y)))
    return outlines
