"""The lines of the made-up city that are drawn by hand: its outline, river, railway and main roads.

Metres east and north of the middle of the town. Every draw moves the control points a little.
"""

from dataclasses import dataclass

import numpy as np
import shapely

BARRIERS = ("water", "railway", "expressway")
TURN = np.radians(-7)
JITTER_M = 120.0
"""How far a control point of a main line may be moved."""
RADIUS_M = 4450.0
"""Mean distance from the middle to the outline."""


@dataclass(frozen=True)
class MainLine:
    """A line drawn by hand: class (a road class, water or railway), control points, barriers it crosses by a bridge."""

    name: str
    line_class: str
    points: tuple[tuple[float, float], ...]
    bridges: tuple[str, ...] = ()


MAIN_LINES = (
    MainLine(
        "沐川河",
        "water",
        (
            (3300, 5600),
            (2350, 3350),
            (2600, 1900),
            (1450, 650),
            (1750, -800),
            (450, -1900),
            (-150, -3300),
            (-1500, -5600),
        ),
    ),
    MainLine("京宁铁路", "railway", ((-5600, 2500), (-2600, 2150), (0, 2500), (2500, 2250), (5600, 2850))),
    MainLine(
        "绕城高速",
        "expressway",
        ((-5600, -900), (-3200, -2250), (-600, -2950), (2400, -2900), (5600, -1700)),
        ("water",),
    ),
    MainLine("昌平大街", "trunk", ((-5600, 350), (-1500, 150), (1500, 200), (5600, 600)), BARRIERS),
    MainLine("长宁路", "trunk", ((-350, 5600), (-150, 1500), (50, -1500), (700, -5600)), BARRIERS),
    MainLine("文澜路", "primary", ((-3700, 5600), (-3250, 1500), (-3350, -1500), (-3000, -5600)), ("railway",)),
    MainLine("复兴路", "primary", ((-1900, 5600), (-1750, 1600), (-1800, -1200), (-1600, -4600)), BARRIERS),
    MainLine("崇礼路", "primary", ((-900, 1250), (-880, -200), (-780, -1500))),
    MainLine("明远路", "primary", ((950, 3900), (820, 1300), (900, -400), (1150, -2100)), ("railway",)),
    MainLine("锦江路", "primary", ((3650, 5600), (3400, 1500), (3050, -1200), (2650, -5600)), BARRIERS),
    MainLine("迎宾大街", "primary", ((-5600, 3700), (-2000, 3500), (300, 3700), (2600, 3500), (5600, 4100)), ()),
    MainLine("建业大街", "primary", ((-5600, 1300), (-2400, 1120), (0, 1250), (2600, 1100), (5600, 1500)), ("water",)),
    MainLine(
        "兴农大街", "primary", ((-3500, -750), (-1400, -640), (300, -720), (2500, -700), (5600, -400)), ("water",)
    ),
    MainLine("南苑大街", "primary", ((-5600, -2000), (-2200, -1500), (200, -1600), (3300, -1700)), ("expressway",)),
    MainLine("平川大街", "primary", ((-5600, -3600), (-2200, -3900), (200, -4000), (5600, -3700)), ("water",)),
    MainLine("滨湖路", "primary", ((900, -1250), (2300, -2300), (3900, -4300)), BARRIERS),
    MainLine("望山路", "primary", ((-1800, 1350), (-3100, 2900), (-5000, 4700)), ("railway",)),
)


def draw_main_lines(rng: np.random.Generator) -> list[shapely.LineString]:
    """Draw MAIN_LINES: each control point moved at random, the whole turned a little off the sheet's axes."""
    cosine, sine = np.cos(TURN), np.sin(TURN)
    turned = [np.array(line.points, float) @ np.array([[cosine, sine], [-sine, cosine]]) for line in MAIN_LINES]
    return [_curve(points + rng.uniform(-JITTER_M, JITTER_M, points.shape)) for points in turned]


def draw_outline(rng: np.random.Generator) -> shapely.LineString:
    """Ring around the district: an egg with a wavy edge."""
    angle = np.linspace(0, 2 * np.pi, 73)
    wave = sum(rng.uniform(0.01, 0.05) * np.sin(k * angle + rng.uniform(0, 6.28)) for k in (2, 3, 5, 7))
    radius = RADIUS_M * (1 + wave)
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle) * 1.04]).round(2)
    ring[-1] = ring[0]
    return shapely.LineString(ring)


def _curve(points: np.ndarray) -> shapely.LineString:
    """Smooth line through points (Catmull-Rom, a vertex about every 100 m)."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        t = np.linspace(0, 1, max(2, int(np.hypot(*(p2 - p1)) // 100)), endpoint=False)[:, None]
        cubic = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3
        pieces.append(0.5 * (2 * p1 + (p2 - p0) * t + cubic))
    return shapely.LineString(np.vstack([*pieces, points[-1:]]).round(2))
