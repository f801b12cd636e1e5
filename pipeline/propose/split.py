"""Splits one community into the fewest parts that fit the limits, exactly.

Minimised in this order: number of parts; barrier crossings inside a part; cost of the new borders (length x what they
run along); imbalance, the sum of |households - mean|.
"""

import math
import time
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES, Ground, ground_of
from pipeline.partition.model import INFINITY, Outcome, Part, PartitionModel
from pipeline.partition.trees import tree_split
from pipeline.results import Solution

QUICK_TRIES = 60
"""Random trees tried for a split that needs no proof."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a split: limits, number of parts (None: the fewest), cost of each edge (None: its own).

    `together`: groups of units that share one part; `with_root`: units of part 0, which holds the office.
    """

    lower: int
    upper: int
    parts: int | None = None
    cost: np.ndarray | None = None
    together: tuple[tuple[int, ...], ...] = ()
    with_root: tuple[int, ...] = ()

    def allows(self, labels: np.ndarray) -> bool:
        """Whether labels keep together what belongs together; part 0 holds the root."""
        shared = all(len(set(labels[list(group)].tolist())) == 1 for group in self.together)
        return shared and not labels[list(self.with_root)].any()


def split_community(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    lower: int,
    upper: int,
    parts: int | None = None,
    seconds: float = 60.0,
    seed: int = 0,
) -> Solution:
    """Split the units given (one community) into connected parts within [lower, upper].

    `units`: households, anchor, indexed by unit_id; `edges`: schema.EDGES, rows outside the units are ignored.
    The plan is a Series unit_id -> part number; part 0 holds the anchor. Objective and bound are (parts, crossings,
    border cost in metres, imbalance in households). Infeasible comes with the reason in `note`.
    """
    return split_ground(ground_of(units, edges), Wanted(lower, upper, parts), seconds=seconds, seed=seed)


def split_ground(ground: Ground, wanted: Wanted, *, seconds: float, seed: int = 0) -> Solution:
    """Split a ground; see `split_community`."""
    begun = time.monotonic()
    total = int(ground.households.sum())
    fewest, most = math.ceil(total / wanted.upper), total // wanted.lower
    numbers = range(max(fewest, 2), most + 1) if wanted.parts is None else [wanted.parts]
    for parts in numbers:
        if not fewest <= parts <= most:
            continue
        until = begun + seconds
        solution = _into(ground, parts, wanted, until=until, seed=seed)
        if solution.proof != "infeasible":
            spent = round(time.monotonic() - begun, 3)
            return Solution(**{**vars(solution), "seconds": spent})
    note = _why_infeasible(ground, wanted, fewest, most)
    return Solution(None, "infeasible", seconds=round(time.monotonic() - begun, 3), note=note)


def quick_split(ground: Ground, wanted: Wanted, *, seed: int = 0) -> Solution:
    """Split a ground into `wanted.parts` parts by random trees, without proof; infeasible where none was met."""
    begun = time.monotonic()
    parts = wanted.parts or 2
    cost = ground.cost if wanted.cost is None else wanted.cost
    steered = _steered(ground, cost, int(cost.sum()) + 1)
    labels = tree_split(ground, parts, wanted.lower, wanted.upper, cost=steered, tries=QUICK_TRIES, seed=seed)
    if labels is None:
        return Solution(None, "heuristic", note=f"没有找到分为{parts}个的方案")
    labels = _root_first(labels, _root(ground, wanted))
    if not wanted.allows(labels):
        return Solution(None, "heuristic", note=f"没有找到分为{parts}个的方案")
    crossings, border, uneven = _levels(ground, cost, labels, parts)
    objective = (float(parts), float(crossings), border / DECIMETRES, uneven / parts)
    bound = (float(parts), 0.0, 0.0, 0.0)
    spent = round(time.monotonic() - begun, 3)
    return Solution(_named(ground, labels), "heuristic", objective, bound, first_gap(objective, bound), spent)


def _into(ground: Ground, parts: int, wanted: Wanted, *, until: float, seed: int) -> Solution:
    """Split into exactly `parts` parts: first crossings and border cost together, then imbalance among the cheapest."""
    cost = ground.cost if wanted.cost is None else wanted.cost
    root = _root(ground, wanted)
    model, cuts = _model(ground, parts, wanted, root, seed)
    dearest = int(cost.sum()) + 1
    barriers = np.flatnonzero(ground.barrier)

    def levels(labels: np.ndarray) -> tuple[int, int, int]:
        return _levels(ground, cost, labels, parts)

    def first(labels: np.ndarray) -> int:
        return levels(labels)[0] * dearest + levels(labels)[1]

    price = {cuts[e]: float(cost[e]) - (dearest if ground.barrier[e] else 0) for e in cuts}
    quick = tree_split(ground, parts, wanted.lower, wanted.upper, cost=_steered(ground, cost, dearest), seed=seed)
    start = None if quick is None else _root_first(quick, root)
    start = start if start is not None and wanted.allows(start) else None
    cheap = model.minimise(price, first, until=until, constant=float(dearest * len(barriers)), start=start)
    if cheap.infeasible:
        return Solution(None, "infeasible")
    labels = _better(cheap, start, first)
    if labels is None:
        return Solution(None, "heuristic", note=f"限时内没有找到分为{parts}个的方案")
    if not cheap.proved:
        return _unproved(ground, labels, parts, levels(labels), cheap.bound, dearest)
    crossings, border, _ = levels(labels)
    return _balanced(ground, model, price, labels, parts, levels, (crossings, border), dearest, until)


def _balanced(ground, model, price, labels, parts, levels, cheapest, dearest, until) -> Solution:  # type: ignore[no-untyped-def]
    """Among the cheapest splits find the most even one; the model gains rows that keep it as cheap."""
    crossings, border = cheapest
    most = crossings * dearest + border - dearest * int(ground.barrier.sum())
    model.hold(price, most, until=until)
    total = int(ground.households.sum())
    spread = {}
    for part in range(parts):
        off = model.column(0, INFINITY)
        spread[off] = 1.0
        size = {column: parts * count for column, count in model.households(part).items()}
        model.row(-INFINITY, total, size | {off: -1.0})
        model.row(total, INFINITY, size | {off: 1.0})
    even = model.minimise(spread, lambda found: levels(found)[2], until=until, start=labels)
    best = _better(even, labels, lambda found: levels(found)[2])
    assert best is not None
    crossings, border, uneven = levels(best)
    objective = (float(parts), float(crossings), border / DECIMETRES, uneven / parts)
    if even.proved:
        return Solution(_named(ground, best), "optimal", objective, objective)
    floor = max(0.0, math.ceil(even.bound - 1e-6)) if np.isfinite(even.bound) else 0.0
    gap = (uneven - floor) / uneven if uneven else 0.0
    return Solution(_named(ground, best), "gap", objective, (*objective[:3], floor / parts), gap, note="时间用尽")


def _unproved(
    ground: Ground, labels: np.ndarray, parts: int, levels: tuple[int, int, int], bound: float, dearest: int
) -> Solution:
    """A split found in time without its proof, with the bounds that hold."""
    crossings, border, uneven = levels
    floor = max(0, math.ceil(bound - 1e-6)) if np.isfinite(bound) else 0
    least_crossings = floor // dearest
    least_border = floor - crossings * dearest if least_crossings == crossings else 0
    objective = (float(parts), float(crossings), border / DECIMETRES, uneven / parts)
    limits = (float(parts), float(least_crossings), max(0, least_border) / DECIMETRES, 0.0)
    return Solution(_named(ground, labels), "gap", objective, limits, first_gap(objective, limits), note="时间用尽")


def first_gap(objective: tuple[float, ...], bound: tuple[float, ...]) -> float:
    """Relative gap of the first number whose bound lies below it; 0 when none does.

    >>> first_gap((2.0, 0.0, 100.0), (2.0, 0.0, 90.0))
    0.1
    """
    for value, low in zip(objective, bound, strict=True):
        if low < value - 1e-9:
            return (value - low) / abs(value)
    return 0.0


def _model(ground: Ground, parts: int, wanted: Wanted, root: int, seed: int) -> tuple[PartitionModel, dict[int, int]]:
    kinds = [Part(root, 0), *[Part(None, 1) for _ in range(parts - 1)]]
    allowed = np.ones((len(ground), parts), bool)
    allowed[[root, *wanted.with_root], 1:] = False
    model = PartitionModel(ground, kinds, allowed, least=wanted.lower, seed=seed)
    for part in range(parts):
        model.row(wanted.lower, wanted.upper, model.households(part))
    for first, *others in wanted.together:
        for unit, part in product(others, range(parts)):
            pair = {int(model.x[u, part]): sign for u, sign in ((first, 1.0), (unit, -1.0)) if model.x[u, part] >= 0}
            if pair:
                model.row(0, 0, pair)
    cuts = model.cut(range(len(ground.ends)))
    for edge in np.flatnonzero(ground.barrier).tolist():
        model.only_where_cut(edge, cuts[edge])
    return model, cuts


def _root(ground: Ground, wanted: Wanted) -> int:
    """The unit that part 0 holds: the office, else one of `with_root`, else the largest (some part must hold it)."""
    if wanted.with_root and not ground.anchor.any():
        return wanted.with_root[0]
    return int(ground.anchor.argmax()) if ground.anchor.any() else int(ground.households.argmax())


def _root_first(labels: np.ndarray, root: int) -> np.ndarray:
    """Swap labels so that the root's part is part 0."""
    mine = labels[root]
    return np.where(labels == mine, 0, np.where(labels == 0, mine, labels))


def _levels(ground: Ground, cost: np.ndarray, labels: np.ndarray, parts: int) -> tuple[int, int, int]:
    """Crossings inside parts, border cost in decimetres, and `parts` times the imbalance."""
    apart = labels[ground.ends[:, 0]] != labels[ground.ends[:, 1]]
    sizes = np.bincount(labels, ground.households, parts).astype(np.int64)
    uneven = int(np.abs(parts * sizes - sizes.sum()).sum())
    return int((ground.barrier & ~apart).sum()), int(cost[apart].sum()), uneven


def _steered(ground: Ground, cost: np.ndarray, dearest: int) -> np.ndarray:
    """Costs that make a quick search cut barriers first."""
    return np.where(ground.barrier, cost - dearest / max(1, int(ground.barrier.sum())), cost).clip(0)


def _better(outcome: Outcome, start: np.ndarray | None, worth) -> np.ndarray | None:  # type: ignore[no-untyped-def]
    """The better of what the solver found and what it began with."""
    if outcome.labels is None or (start is not None and worth(start) < worth(outcome.labels)):
        return start
    return outcome.labels


def _named(ground: Ground, labels: np.ndarray) -> pd.Series:
    """Labels as a Series, parts renumbered by their smallest unit (part 0 stays): the same split has one form."""
    others = list(dict.fromkeys(label for label in labels.tolist() if label != 0))
    number = {0: 0} | {label: place for place, label in enumerate(others, start=1)}
    return pd.Series([number[label] for label in labels.tolist()], index=ground.ids, name="part")


def _why_infeasible(ground: Ground, wanted: Wanted, fewest: int, most: int) -> str:
    """The obstruction in words (Chinese): overt reasons first."""
    total, largest = int(ground.households.sum()), int(ground.households.max())
    if len(ground) < 2:
        return "只有一个基本单元，无法再分；请提供更小的基本单元（小区或网格）"
    if largest > wanted.upper:
        name = ground.ids[int(ground.households.argmax())]
        return f"基本单元{name}有{largest}户，超过上限{wanted.upper}户，且基本单元不可再分"
    if fewest > most:
        either = f"分{most}个则超上限，分{most + 1}个则不足下限"
        return f"{total}户不能分成若干个{wanted.lower}—{wanted.upper}户的社区（{either}）"
    numbers = range(max(fewest, 2), most + 1) if wanted.parts is None else [wanted.parts]
    tried = "、".join(str(number) for number in numbers)
    held = "且满足人工决定" if wanted.parts or wanted.together or wanted.with_root else ""
    return (
        f"已证明：基本单元不可再分且各部分须连片{held}，分成{tried}个均不能使每部分处于{wanted.lower}—{wanted.upper}户"
    )
