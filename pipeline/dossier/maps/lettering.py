"""Writes placed labels on a map: the halos of all of them as one artist, then the letters.

The halo is made of the outlines of the letters, and the letters stand over it as text, so that a name in the PDF can
be searched and copied.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

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
            fontweight=_weight(label.setting.bold),
            linespacing=LINE_SPACING,
            rotation=label.angle,
            rotation_mode="anchor",
            zorder=order,
            gid=gid,
        )
        text.set_clip_box(axes.bbox)


def _weight(bold: bool) -> str:
    return "bold" if bold else "normal"


def _halos(axes: Axes, labels: Sequence[Placed], view: View, order: float) -> None:
    """Lay halos under labels: one outline for each label, since matplotlib measures a lone outline slowly."""
    outlines = [_letter_outlines(label, view) for label in labels]
    if outlines:
        halo = PathCollection(
            outlines,
            facecolor=style.PAPER,
            edgecolor=style.PAPER,
            linewidth=HALO_POINTS,
            alpha=0.85,
            joinstyle="round",
            zorder=order,
            label="halo",
        )
        axes.add_collection(halo, autolim=False)


def _letter_outlines(label: Placed, view: View) -> Outline:
    """Outline of all letters of a label in ground coordinates.

    Matplotlib centres the ink of every line in its line box; the halo follows it in that.
    """
    setting = label.setting
    lines = fonts.printable(setting.text).split("\n")
    em = setting.size * MM_PER_POINT * view.scale / 1000
    outlines = []
    for number, line in enumerate(lines):
        drop = (number - (len(lines) - 1) / 2) * LINE_SPACING
        place = Affine2D().translate(0, -drop).rotate(np.radians(label.angle)).scale(em).translate(label.x, label.y)
        outlines.append(_centred(line, setting.bold).transformed(place))
    return Outline.make_compound_path(*outlines)


@lru_cache(4096)
def _centred(line: str, bold: bool) -> Outline:
    """Outline of a line of text, one em large, its ink centred on the origin."""
    face = FontProperties(family=fonts.families(), weight=_weight(bold))
    path = TextPath((0, 0), line, size=1.0, prop=face)
    if not len(path.vertices):
        return Outline(np.empty((0, 2)))
    middle = (path.vertices.min(axis=0) + path.vertices.max(axis=0)) / 2
    return Outline(path.vertices - middle, path.codes)
