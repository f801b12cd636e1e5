"""Cuts the letters of one sheet out of the shipped font, as small TrueType faces for its PDF to embed.

Left to itself, matplotlib reads the whole font again for every PDF, which takes longer than drawing the sheet, and it
embeds cubic (CFF) outlines in a place where the format wants TrueType ones, which not every reader forgives.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path as Outline
from matplotlib.text import Text

from pipeline.dossier.maps import fonts

ALWAYS = " lp"
"""Letters that matplotlib measures lines by, whether or not they are printed."""

NO_LETTER = "\uffff"
"""Stands in no font, so that its glyph is the one for missing letters."""

PIXEL = 64
"""FreeType gives coordinates in 64ths, of font units too."""

MOST_OFF = 0.5
"""How far a TrueType outline may lie from the shipped one, in units of which an em has 1000."""

ASCENT, DESCENT, TYPO_ASCENT, TYPO_DESCENT = 1160, -320, 880, -120
"""Line metrics of the shipped font."""

NO_DATE = 2_082_844_800
"""The beginning of 1970, in the seconds since 1904 that fonts count in."""


@contextmanager
def small_faces(figure: Figure) -> Iterator[None]:
    """Set the texts of a figure, as long as the context lasts, in faces that hold only their letters.

    A text with a letter that the shipped font lacks keeps its font.
    """
    texts = {bold: [text for text in figure.findobj(Text) if _whole(text, bold)] for bold in (False, True)}
    before = [(text, text.get_fontproperties()) for some in texts.values() for text in some]
    with TemporaryDirectory(prefix="huajie-", ignore_cleanup_errors=True) as folder:
        for bold, some in texts.items():
            path = write_face("".join(text.get_text() for text in some), bold, Path(folder))
            for text in some:
                face = text.get_fontproperties().copy()
                face.set_family(fonts.FAMILY)
                face.set_file(path)
                text.set_fontproperties(face)
        try:
            yield
        finally:
            for text, face in before:
                text.set_fontproperties(face)


def _whole(text: Text, bold: bool) -> bool:
    """Whether the shipped face of this weight has every letter of a text that is set in this weight."""
    letters = {ord(sign) for sign in text.get_text()} - {ord("\n")}
    return bool(letters) and (text.get_fontweight() == "bold") == bold and letters <= fonts.shipped(bold)


def write_face(letters: Iterable[str], bold: bool, folder: Path) -> Path:
    """Write a TrueType face with some letters of the shipped font into a folder; the same letters, the same bytes."""
    signs = sorted({*letters, *ALWAYS} - {"\n"})
    names = {ord(sign): f"u{ord(sign):04X}" for sign in signs}
    outlines = {".notdef": _outline(NO_LETTER, bold)} | {names[ord(sign)]: _outline(sign, bold) for sign in signs}
    builder = FontBuilder(_face(bold).units_per_EM, isTTF=True)
    builder.updateHead(created=NO_DATE, modified=NO_DATE)
    builder.setupGlyphOrder(list(outlines))
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: glyph for name, (glyph, _) in outlines.items()})
    builder.setupHorizontalMetrics({name: (width, glyph.xMin) for name, (glyph, width) in outlines.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    name = _face(bold).postscript_name
    family, style = name.split("-")
    builder.setupNameTable({"familyName": family, "styleName": style, "psName": name})
    builder.setupOS2(sTypoAscender=TYPO_ASCENT, sTypoDescender=TYPO_DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.font.recalcTimestamp = False
    path = folder / f"{name}.ttf"
    builder.save(path)
    return path


@cache
def _face(bold: bool) -> FT2Font:
    return FT2Font(str(fonts.path_of(bold)))


@cache
def _outline(sign: str, bold: bool) -> tuple[Glyph, int]:
    """Outline (quadratic) and advance of a letter, in font units."""
    face, flags = _face(bold), LoadFlags.NO_SCALE | LoadFlags.NO_HINTING
    advance = face.load_glyph(face.get_char_index(ord(sign)), flags=flags).horiAdvance
    vertices, codes = face.get_path()
    drawn = TTGlyphPen(None)
    pen = Cu2QuPen(drawn, MOST_OFF, reverse_direction=True)
    draw = {Outline.MOVETO: pen.moveTo, Outline.LINETO: pen.lineTo, Outline.CURVE4: pen.curveTo}
    for ends, code in Outline(vertices * PIXEL, codes).iter_segments(simplify=False):
        if code == Outline.CLOSEPOLY:
            pen.closePath()
        else:
            draw[code](*(tuple(end) for end in ends.reshape(-1, 2)))
    glyph = drawn.glyph()
    glyph.recalcBounds(None)
    return glyph, advance
