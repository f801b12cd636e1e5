"""The sheet of paper: figures measured in millimetres from the top left corner, text that wraps, files that repeat.

Saved files carry no clock and no software version, so the same input gives the same bytes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text
from PIL import Image

from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.faces import small_faces
from pipeline.dossier.maps.style import INK

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
DPI = 200
MARGIN_MM = 8.0
NEVER_FIRST = set("，。；：、！？）》”’%㎡,.;:)!?")
"""Signs that must not begin a line."""


@dataclass(frozen=True)
class Paper:
    """Size of a sheet in millimetres."""

    width: float
    height: float


LANDSCAPE = Paper(297.0, 210.0)
PORTRAIT = Paper(210.0, 297.0)


@dataclass(frozen=True)
class Box:
    """A rectangle on the paper: millimetres from the left and from the top."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right side."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower side."""
        return self.top + self.height


def new_sheet(paper: Paper) -> tuple[Figure, Axes]:
    """Make an empty figure and the axes that cover it, in millimetres with y downwards."""
    figure = Figure(figsize=(paper.width / MM_PER_INCH, paper.height / MM_PER_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    page = figure.add_axes((0.0, 0.0, 1.0, 1.0), label="page")
    page.set(xlim=(0, paper.width), ylim=(paper.height, 0))
    page.set_axis_off()
    return figure, page


def add_map(figure: Figure, box: Box) -> Axes:
    """Add axes for a map on a rectangle of the paper."""
    width, height = (size * MM_PER_INCH for size in figure.get_size_inches())
    bottom = 1 - box.bottom / height
    axes = figure.add_axes((box.left / width, bottom, box.width / width, box.height / height), label="map")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(linewidth=0.8, color=INK, zorder=20)
    return axes


def write(page: Axes, left: float, top: float, text: str, size: float = 7.0, **properties: Any) -> Text:
    """Write text with its upper left corner (unless aligned otherwise) at a place on the paper."""
    options: dict[str, Any] = {"ha": "left", "va": "top", "color": INK, "linespacing": 1.25, "zorder": 10} | properties
    return page.text(left, top, fonts.printable(text), fontsize=size, **options)


@cache
def _face(bold: bool) -> FT2Font:
    face = FT2Font(str(fonts.path_of(bold)))
    face.set_size(100.0, 72)
    return face


@cache
def _advance_em(sign: str, bold: bool) -> float:
    face = _face(bold)
    if not face.get_char_index(ord(sign)):
        return 1.0
    return face.load_char(ord(sign), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100


def width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Measure the longest line of a text set in `size` points.

    >>> round(width_mm("社区规模", 10.0), 2)
    14.11
    """
    longest = max(sum(_advance_em(sign, bold) for sign in line) for line in text.split("\n"))
    return longest * size * MM_PER_POINT


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Break Chinese text into lines of at most `width` millimetres.

    Numbers and Latin words stay whole, and no line begins with a closing sign.
    """
    lines, line = [], ""
    for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9.%/:_-]*|.", text):
        if line and width_mm(line + word, size) > width and word not in NEVER_FIRST:
            lines.append(line)
            line = ""
        line += word
    return [*lines, line] if line else lines


def fitted(text: str, width: float, height: float, sizes: Sequence[float]) -> tuple[str, float]:
    """Wrap text into a rectangle at the largest size that fits; at the smallest size, cut it with an ellipsis."""
    for size in sizes:
        lines = wrapped(text, width, size)
        room = max(1, int(height / (size * MM_PER_POINT * 1.45)))
        if len(lines) <= room:
            return "\n".join(lines), size
    kept = lines[:room]
    return "\n".join([*kept[:-1], kept[-1][:-1] + "…"]), size


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG (200 dpi) and PDF beside each other; `stem` is the path without ending."""
    png, pdf = stem.with_suffix(".png"), stem.with_suffix(".pdf")
    with fonts.typeset():
        _picture(figure).save(png, dpi=(DPI, DPI), compress_level=3)
        with small_faces(figure):
            figure.savefig(pdf, metadata={"CreationDate": None, "Creator": "huajie", "Producer": None})
    return [png, pdf]


def _picture(figure: Figure) -> Image.Image:
    """Draw a figure at 200 dpi, without the layer of opacity that matplotlib's own PNG writer would store."""
    drawn = BytesIO()
    figure.savefig(drawn, format="rgba", dpi=DPI)
    width, height = (int(inches * DPI) for inches in figure.get_size_inches())
    return Image.frombytes("RGBA", (width, height), drawn.getvalue()).convert("RGB")
