"""Traces the front of one subdistrict: exact plans between least change, least moved households, least border cost.

A plan is *on the front* when no other has as few communities created and abolished, as few moved households and as
little border cost, and less of one of them. Points are found by epsilon-constraint (Haimes et al. 1971): with the
changes capped, moved households are minimised under ever lower caps on the border cost, then the border cost, then the
changes; each answer that is proved is on the front. Between two neighbours on it, the widest interval that may still
hold a point is halved first, so a search that is cut short shows the front as a whole.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeline.partition.ground import DECIMETRES
from pipeline.results import Solution

MORE_CHANGED = 2
"""How many communities more than the least number may be created and abolished."""
REACH = 1.5
"""Plans that move more than so many times the least number of households are not worth a look."""
FRONT_ORDER = ("moved", "border", "changed")
BALANCED_ORDER = ("balance", "moved", "border")
FRONT_SHARE = 0.75
"""Share of the time that the front may take; the rest is for the most balanced plan, which is hard to prove."""


@dataclass(frozen=True)
class Caps:
    """Upper limits on the levels of a plan, None where there is none; border cost in decimetres."""

    changed: int | None = None
    moved: int | None = None
    border: int | None = None


Solve = Callable[[Caps, tuple[str, ...], float], Solution | None]
"""Finds the least plan within caps: what is minimised first, next, ..., and when to stop (time.monotonic).

None: there is no plan within the caps. A solution without a plan: none was found in time. Objectives are (households
outside, created + abolished, moved, border cost in m)."""


@dataclass(frozen=True)
class Point:
    """One plan of the front: its levels (border cost in decimetres) and what is known of it."""

    changed: int
    moved: int
    border: int
    solution: Solution
    balanced: bool = False
    """Found as the most balanced plan within reach."""

    @property
    def levels(self) -> tuple[int, int, int]:
        """What the front is traced over."""
        return self.changed, self.moved, self.border

    @property
    def proved(self) -> bool:
        """Tell whether no plan is better in the order in which it was sought."""
        return self.solution.proof == "optimal"


@dataclass(frozen=True)
class Trace:
    """Points by levels. `complete`: no other plan within reach is on the front."""

    points: tuple[Point, ...]
    complete: bool


@dataclass
class _Search:
    """A search under way: how to solve, how many points and until when, and the points so far by their levels."""

    solve: Solve
    reach: int | None
    most: int | None
    until: float
    points: dict[tuple[int, int, int, bool], Point] = field(default_factory=dict)
    complete: bool = True

    def over(self) -> bool:
        """Tell whether points or time are used up."""
        full = self.most is not None and len(self.points) >= self.most
        return full or time.monotonic() >= self.until

    def ask(self, caps: Caps, order: tuple[str, ...]) -> Point | None:
        """Solve once; None where there is no plan, or none is known."""
        found = self.solve(caps, order, self.until)
        return None if found is None or found.plan is None else point_of(found)

    def keep(self, point: Point) -> Point:
        """Keep a point under its levels, unless they are known."""
        return self.points.setdefault((*point.levels, point.balanced), point)


@dataclass(frozen=True)
class _Between:
    """Two neighbours of the front under one cap on changes: between them points may lie that are not known yet.

    `low` and `high`: border costs that bound these points, exclusive. `halved`: half of it was empty, so that the
    rest is asked for its first point, or shown empty, at once.
    """

    changed: int
    less_moved: Point
    less_border: Point
    low: int
    high: int
    halved: bool = False

    @property
    def open(self) -> bool:
        """Tell whether whole numbers leave room for a point."""
        return self.high - self.low > 1 and self.less_border.moved - self.less_moved.moved > 1

    @property
    def width(self) -> int:
        """How much there may be to find."""
        return (self.high - self.low) * (self.less_border.moved - self.less_moved.moved)


def trace(
    solve: Solve, first: Solution, *, most: int | None = None, reach: float | None = REACH, until: float = float("inf")
) -> Trace:
    """Find the points of the front of one subdistrict, the plan at hand among them, and the most balanced plan.

    `first`: the proved compliance plan, which changes least, then moves least, then costs least. Looked at are plans
    with up to MORE_CHANGED further changes that move up to `reach` times as many households as `first` (None: any
    number). At most `most` points (None: all of them), the most balanced plan apart, until the clock says `until`.
    """
    start = point_of(first)
    limit = None if reach is None else int(reach * start.moved)
    now = time.monotonic()
    search = _Search(solve, limit, most, now + FRONT_SHARE * (until - now))
    search.keep(start)
    gaps = _ends(search, start.changed, start)
    fewest = start.moved
    for changed in range(start.changed + 1, start.changed + MORE_CHANGED + 1):
        left = None if search.over() else search.ask(Caps(changed, limit), FRONT_ORDER)
        if left is None or not left.proved:
            search.complete = False
        if left is None or left.moved >= fewest:
            break
        fewest = left.moved
        gaps += _ends(search, changed, search.keep(left))
    while gaps and not search.over():
        gaps += _look_between(search, gaps.pop(gaps.index(max(gaps, key=lambda gap: gap.width))))
    balanced = None if time.monotonic() >= until else solve(Caps(start.changed, limit), BALANCED_ORDER, until)
    if balanced is not None and balanced.plan is not None:
        search.keep(replace(point_of(balanced), balanced=True))
    points = sorted(search.points.values(), key=lambda point: (*point.levels, point.balanced))
    return Trace(tuple(points), search.complete and not gaps)


def point_of(solution: Solution) -> Point:
    """Read the levels of a solution."""
    _, changed, moved, border = solution.objective
    return Point(int(changed), int(moved), round(border * DECIMETRES), solution)


def _ends(search: _Search, changed: int, least_moved: Point) -> list[_Between]:
    """Find the plan whose borders cost least under a cap on changes, and what may lie between it and the other end."""
    right = None if search.over() else search.ask(Caps(changed, search.reach), ("border", "moved", "changed"))
    if right is None or not (right.proved and least_moved.proved):
        search.complete = False
    if right is None:
        return []
    search.keep(right)
    between = _Between(changed, least_moved, right, right.border, least_moved.border)
    return [between] if between.open and right.proved and least_moved.proved else []


def _look_between(search: _Search, gap: _Between) -> list[_Between]:
    """Find the plan that moves least in one half of the gap (or right below it, where all are wanted); what stays."""
    cap = gap.high - 1 if search.most is None or gap.halved else (gap.low + gap.high) // 2
    found = search.ask(Caps(gap.changed, search.reach, cap), FRONT_ORDER)
    if found is None or not found.proved:
        search.complete = False
        return []
    search.keep(found)
    halves = (
        _Between(gap.changed, gap.less_moved, found, cap, gap.high, halved=found.levels == gap.less_border.levels),
        _Between(gap.changed, found, gap.less_border, gap.low, found.border),
    )
    return [half for half in halves if half.open]
