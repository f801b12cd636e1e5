"""Colours, hatches and line symbols of every map, so that a symbol means the same on every sheet.

The four bands are diverging, told apart by people with colour-vision deficiency, and carry hatches so that they can
be told apart in a black-and-white print too. What a plan changes (new, given up, moved) is said by outline and
hatch, never by hue. Widths are in points; borders run area > subdistrict > community.
"""

from dataclasses import dataclass
from typing import Literal

from pipeline.rules import RuleSet
from pipeline.schema import FAR_OVER, OVER, STATUS_ZH, UNDER, WITHIN

INK = "#222222"
QUIET = "#6b6b6b"
PAPER = "#ffffff"
UNIT_INK = "#555555"
LINE_INK = "#4f5d66"
PARENT_INK = "#1f3d5a"
GROUND = "#f3f3f1"
"""Fill of communities that a case sheet shows only for orientation."""

WARN = "#a3150f"
"""Text that must not be missed: the synthetic mark, the disclaimer."""

STATUS_ORDER = (UNDER, WITHIN, OVER, FAR_OVER)
STATUS_FILL = {UNDER: "#74aed4", WITHIN: "#f6f4ea", OVER: "#fbd27f", FAR_OVER: "#c8694a"}
STATUS_HATCH = {UNDER: "....", WITHIN: "", OVER: r"\\\\", FAR_OVER: "////"}
STATUS_HATCH_COLOUR = {UNDER: "#2d6a94", WITHIN: PAPER, OVER: "#c99532", FAR_OVER: "#8c3a20"}

PART_FILL = ("#bcd8ee", "#fde0b8", "#cbe5c4", "#dccbe0", "#f3ea9f", "#f0c6c2", "#bfe3de", "#d6d2c6")
"""Pale fills that tell the communities of one case apart."""

MOVED_HATCH = "////"
MOVED_HATCH_COLOUR = "#5a5a5a"


@dataclass(frozen=True)
class Stroke:
    """How one kind of line is drawn: width in points, colour, dash pattern in points (solid when empty), order."""

    zh: str
    width: float
    colour: str
    dashes: tuple[float, ...] = ()
    order: float = 3.0
    core: "Stroke | None" = None
    """A second line drawn inside the first, which makes double and chequered lines."""

    @property
    def linestyle(self) -> Literal["solid"] | tuple[float, tuple[float, ...]]:
        """The dash pattern as matplotlib takes it."""
        return (0.0, self.dashes) if self.dashes else "solid"


AREA = Stroke("区界", 2.0, INK, (9.0, 2.0, 1.5, 2.0), 3.45)
SUBDISTRICT = Stroke("街道（镇、中心）界", 1.3, INK, (6.0, 1.6), 3.4)
COMMUNITY = Stroke("社区界", 0.75, "#777777", (3.0, 1.2), 3.2)
ADJUSTED = Stroke("拟调整界线", 1.7, "#c00000", (), 3.5)
GIVEN_UP = Stroke("撤销界线", 1.1, "#555555", (0.8, 2.0), 3.3)
NEW_COMMUNITY = Stroke("新设社区", 2.8, "#c00000", (), 3.55, core=Stroke("", 1.2, PAPER, (), 3.56))
UNIT = Stroke("基本单元界", 0.3, "#a8a8a8", (), 1.4)

RIVER = Stroke("河流水系", 2.2, "#9ccbe6", (), 2.0)
WATER_FILL = "#cfe5f2"
RAILWAY = Stroke("铁路", 1.5, "#7a7a7a", (), 2.6, core=Stroke("", 0.9, PAPER, (4.0, 4.0), 2.65))

ROADS: dict[str, Stroke] = {
    "expressway": Stroke("快速路/高速", 1.9, "#d9b98a", (), 2.4),
    "trunk": Stroke("干线", 1.6, "#d9c3a0", (), 2.35),
    "primary": Stroke("主干路", 1.4, "#d6cdbf", (), 2.3),
    "secondary": Stroke("次干路", 1.0, "#d6d0c6", (), 2.25),
    "tertiary": Stroke("支路", 0.7, "#dad6ce", (), 2.2),
    "residential": Stroke("街巷", 0.45, "#dcd9d3", (), 2.15),
    "path": Stroke("小路", 0.35, "#dcd9d3", (2.0, 1.0), 2.1),
}
ROAD_UNKNOWN = ROADS["tertiary"]


def status_label(status: str, rules: RuleSet) -> str:
    """Say a band with its limits, as the legend prints it.

    >>> from pipeline.rules import load_rules
    >>> status_label("over", load_rules())
    '偏大（3001—4000户）'
    """
    limits = {
        UNDER: f"<{rules.lower}户",
        WITHIN: f"{rules.lower}—{rules.upper}户",
        OVER: f"{rules.upper + 1}—{rules.split_over}户",
        FAR_OVER: f">{rules.split_over}户",
    }
    return f"{STATUS_ZH[status]}（{limits[status]}）"


def counted(households: float) -> str:
    """Write a count with a space between thousands, as Chinese maps do.

    >>> counted(12345)
    '12 345'
    """
    return f"{round(households):,}".replace(",", " ")
