"""Draws the small bar chart of the summary page: communities in each band, before and after, as inline SVG."""

from xml.etree.ElementTree import Element

from pipeline.dossier.headline import band_counts, band_label, households_now, households_then
from pipeline.dossier.maps.style import STATUS_FILL
from pipeline.dossier.markup import tag
from pipeline.results import Result
from pipeline.schema import OVER

WIDTH, ROW, LEFT, RIGHT = 460, 58, 128, 44
BAR = 17


def band_bars(result: Result) -> Element:
    """Two bars for every band: today hollow, after the plan filled with the band's colour of the maps."""
    rules = result.area.rules
    now = band_counts(households_now(result), rules)
    then = band_counts(households_then(result, result.strategy), rules)
    most = max(1, int(now.max()), int(then.max()))
    parts: list[Element] = []
    for place, status in enumerate(now.index):
        top = 34 + place * ROW
        name, limits = band_label(str(status), rules).rstrip("）").split("（")
        parts += [_text(LEFT - 12, top + 15, name, "end", 15), _text(LEFT - 12, top + 34, limits, "end", 11)]
        parts += _bar(top, int(now[status]), most, "#ffffff")
        parts += _bar(top + BAR + 3, int(then[status]), most, STATUS_FILL[str(status)])
    height = 34 + len(now) * ROW
    axis = tag("line", x1=LEFT, y1=26, x2=LEFT, y2=height - 8, stroke="#222", stroke_width=1)
    return tag(
        "svg",
        *_legend(),
        *parts,
        axis,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_label="各规模档社区数，调整前后",
    )


def _bar(top: int, count: int, most: int, fill: str) -> list[Element]:
    length = round(count / most * (WIDTH - LEFT - RIGHT), 1)
    bar = tag("rect", x=LEFT, y=top, width=length, height=BAR, fill=fill, stroke="#222", stroke_width=1)
    return [*([bar] if count else []), _text(LEFT + length + 7, top + 13, str(count), "start", 13)]


def _legend() -> list[Element]:
    parts: list[Element] = []
    for x, label, fill in ((LEFT, "调整前（空心）", "#ffffff"), (LEFT + 130, "调整后（填色）", STATUS_FILL[OVER])):
        parts.append(tag("rect", x=x, y=4, width=12, height=12, fill=fill, stroke="#222", stroke_width=1))
        parts.append(_text(x + 18, 14, label, "start", 12))
    return parts


def _text(x: float, y: float, text: str, anchor: str, size: int) -> Element:
    return tag("text", text, x=x, y=y, text_anchor=anchor, font_size=size)
