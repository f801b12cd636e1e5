"""What every sheet says of itself: title, source and date of the figures, rules, drafting unit, CRS, and the marks."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pipeline.dossier.maps.paper import MARGIN_MM, Box, Paper, fitted, width_mm, write
from pipeline.dossier.maps.style import INK, QUIET, WARN
from pipeline.dossier.marks import area_marks
from pipeline.results import Area

SKETCH_MARK = "内部资料 · 示意图"
DISCLAIMER = "示意图：本图界线仅供规划研究，不作为划界依据"
TO_FILL = "（待填）"
TITLE_MM = 13.0
FOOTER_MM = 19.0


@dataclass(frozen=True)
class Imprint:
    """The words around a map."""

    number: str
    title: str
    subtitle: str
    marks: tuple[str, ...]
    source: str
    counts: str
    rules: str
    crs: str
    drafted_by: str
    date: str


def imprint_of(read: Area, edition: str, number: str, title: str, subtitle: str) -> Imprint:
    """Collect the words of one sheet from the settings and rules of an area; `edition` goes before its date."""
    area, rules = read.settings.area, read.rules
    dated = edition or area.date or TO_FILL
    crs = read.units.crs
    authority = crs.to_authority() if crs is not None else None
    code = f"（{':'.join(authority)}）" if authority else ""
    return Imprint(
        number=number,
        title=title,
        subtitle=subtitle,
        marks=tuple(area_marks(read)),
        source=area.source or TO_FILL,
        counts=f"{dated}；户数口径：{rules.measure}",
        rules=f"{rules.title}；设置标准{rules.lower}—{rules.upper}户，拆分线{rules.split_over}户，合并线{rules.merge_under}户",
        crs=f"{crs.name}{code}" if crs is not None else TO_FILL,
        drafted_by=area.drafted_by or TO_FILL,
        date=area.date or TO_FILL,
    )


def draw_imprint(page: Axes, paper: Paper, imprint: Imprint) -> None:
    """Write title and marks above and the footer below the sheet."""
    _title(page, paper, imprint)
    _footer(page, paper, imprint)


def _title(page: Axes, paper: Paper, imprint: Imprint) -> None:
    middle = paper.width / 2
    size = next((size for size in (16.0, 14.5, 13.0, 11.5) if width_mm(imprint.title, size) < paper.width - 110), 10.0)
    write(page, middle, 6.2, imprint.title, size, ha="center", fontweight="bold", gid="title")
    write(page, middle, 14.2, imprint.subtitle, 8.0, ha="center", color=QUIET, gid="subtitle")
    write(page, MARGIN_MM, 7.0, imprint.number, 10.0, fontweight="bold", gid="number")
    write(page, paper.width - MARGIN_MM, 6.6, SKETCH_MARK, 8.0, ha="right", fontweight="bold", gid="sketch mark")
    _marks(page, paper, imprint.marks)


def _marks(page: Axes, paper: Paper, marks: tuple[str, ...]) -> None:
    """Frame the marks in the corners above, in turns right and left, so that several leave the subtitle free."""
    size = 8.5 if len(marks) < 2 else 7.2
    left, right = MARGIN_MM, paper.width - MARGIN_MM
    for number, mark in enumerate(marks):
        width = width_mm(mark, size, bold=True) + 4
        start = left if number % 2 else right - width
        page.add_patch(Rectangle((start, 11.6), width, 5.4, facecolor="white", edgecolor=WARN, linewidth=1.0, zorder=9))
        write(
            page, start + width / 2, 14.3, mark, size,
            ha="center", va="center", color=WARN, fontweight="bold", gid="mark",
        )  # fmt: skip
        left, right = (start + width + 2, right) if number % 2 else (left, start - 2)


def footer_box(paper: Paper) -> Box:
    """Where the footer stands."""
    return Box(MARGIN_MM, paper.height - MARGIN_MM / 2 - FOOTER_MM, paper.width - 2 * MARGIN_MM, FOOTER_MM)


def _footer(page: Axes, paper: Paper, imprint: Imprint) -> None:
    box = footer_box(paper)
    page.plot([box.left, box.right], [box.top, box.top], color=INK, linewidth=0.8)
    left = [
        ("数据来源", imprint.source),
        ("数据期次与口径", imprint.counts),
        ("规则", imprint.rules),
        ("坐标系", imprint.crs),
    ]
    split = box.left + box.width * 0.66
    _pairs(page, left, Box(box.left, box.top + 1.4, split - box.left - 4, box.height))
    right = [
        ("制图单位", imprint.drafted_by),
        ("制图日期", imprint.date),
        ("审图号", "（公开使用前送审后填写）"),
    ]
    _pairs(page, right, Box(split, box.top + 1.4, box.right - split, box.height))
    write(page, split, box.top + 13.4, DISCLAIMER, 6.8, color=WARN, fontweight="bold", gid="disclaimer")


def _pairs(page: Axes, pairs: list[tuple[str, str]], box: Box) -> None:
    """Write label and value line by line; a value too long is set smaller, at last cut."""
    for row, (name, value) in enumerate(pairs):
        indent = width_mm(name + "：", 6.8)
        text, size = fitted(value, box.width - indent, 3.4, (6.8, 6.2, 5.6, 5.0))
        top = box.top + row * 4.0
        write(page, box.left, top, f"{name}：", 6.8, color=QUIET)
        write(page, box.left + indent, top + (6.8 - size) * 0.2, text, size, gid=name)
