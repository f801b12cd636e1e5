"""Brings the shipped Chinese font to matplotlib, so that no figure depends on a font installed by hand.

Characters that the shipped font lacks (traditional forms, very rare names) are drawn with a Chinese font of the
machine where there is one, and as 〓 where there is none: a name never turns into an empty box.
"""

from contextlib import AbstractContextManager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

FAMILY = "huajie sans"
"""Name of the shipped font in matplotlib; its own name could find another edition that the machine has."""

FILES = ("NotoSansSC-tgh-Regular.otf", "NotoSansSC-tgh-Bold.otf")
MISSING = "〓"
"""The mark that Chinese printers set for a character they have no type for."""

FALLBACKS = (
    "Noto Sans CJK TC",
    "Noto Sans TC",
    "Source Han Sans TC",
    "Microsoft YaHei",
    "Microsoft JhengHei",
    "SimSun",
    "PingFang SC",
    "PingFang TC",
    "Hiragino Sans GB",
    "WenQuanYi Zen Hei",
)


def path_of(bold: bool = False) -> Path:
    """Where the shipped font lies."""
    return Path(str(resources.files("pipeline") / "fonts" / FILES[bold]))


@cache
def families() -> list[str]:
    """Register the shipped font with matplotlib and list the families to draw with, the shipped one first."""
    known = font_manager.fontManager
    for bold, weight in ((False, 400), (True, 700)):
        known.ttflist.append(font_manager.FontEntry(str(path_of(bold)), name=FAMILY, weight=weight, size="scalable"))
    installed = set(known.get_font_names())
    return [FAMILY, *(name for name in FALLBACKS if name in installed)]


@cache
def shipped(bold: bool = False) -> frozenset[int]:
    """Code points that the shipped font can draw."""
    return _covered(path_of(bold))


@cache
def _on_machine() -> frozenset[int]:
    """Code points that one of the machine's own families can draw."""
    return frozenset().union(*(_covered(Path(font_manager.findfont(name))) for name in families()[1:]))


def _covered(path: Path) -> frozenset[int]:
    return frozenset(FT2Font(str(path)).get_charmap())


def printable(text: str) -> str:
    """Replace every character that no family can draw by 〓.

    >>> printable("怡景社区" + chr(0x2A6D6))
    '怡景社区〓'
    """
    missing = {ord(sign) for sign in text} - shipped() - {ord("\n")}
    return text.translate(dict.fromkeys(missing - _on_machine(), MISSING)) if missing else text


def typeset() -> AbstractContextManager[None]:
    """Give the context of all drawing and saving: our font, embedded so that text in a PDF stays text."""
    choices: dict[Any, Any] = {
        "font.family": families(),
        "pdf.fonttype": 42,
        "ps.fonttype": 42,  # matplotlib reads this one, for PDF too, when it decides into how many fonts to cut a font
        "hatch.linewidth": 0.45,
        "savefig.bbox": None,
    }
    return mpl.rc_context(choices)
