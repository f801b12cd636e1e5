"""Splits one community into the fewest parts that fit the limits, exactly.

Minimised in this order: number of parts; barrier crossings inside a part; cost of the new borders (length x what they
run along); imbalance, the sum of |households - mean|.
"""

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.partition.ground import DECIMETRES, Ground, ground_of
from pipeline.partition.trees import tree_split
from pipeline.results import Solution

if TYPE_CHECKING:
    from pipeline.partition.sweep import Task

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
    objective = _objective(parts, _levels(ground, cost, labels, parts))
    bound = (float(parts), 0.0, 0.0, 0.0)
    spent = round(time.monotonic() - begun, 3)
    return Solution(_named(ground, labels), "heuristic", objective, bound, first_gap(objective, bound), spent)


def _into(ground: Ground, parts: int, wanted: Wanted, *, until: float, seed: int) -> Solution:
    """Split into exactly `parts` parts: crossings, border cost and imbalance weighed to count in this order."""
    from pipeline.partition.sweep import BEGINNINGS, begin, divide  # here, since the compiler takes a second to load

    cost = ground.cost if wanted.cost is None else wanted.cost
    task, worth = _task(ground, parts, wanted, cost)
    start = begin(task, seed=BEGINNINGS * seed)
    found = divide(task, until=until, start=start)
    if found.infeasible or found.bound >= worth.parting:
        return Solution(None, "infeasible")
    # What the clock happened to allow is not what another machine would find: only `start` is the same anywhere.
    labels = found.labels if found.proved else start
    if labels is None or task.value(labels) >= worth.parting:
        return Solution(None, "heuristic", note=f"限时内没有找到分为{parts}个的方案")
    labels = _root_first(labels, _root(ground, wanted))
    objective = _objective(parts, _levels(ground, cost, labels, parts))
    plan = _named(ground, labels)
    if found.proved:
        return Solution(plan, "optimal", objective, objective)
    bound = _objective(parts, _bounds(found.bound, worth, _levels(ground, cost, labels, parts)))
    return Solution(plan, "gap", objective, bound, first_gap(objective, bound), note="时间用尽")


@dataclass(frozen=True)
class _Worth:
    """What parting units that belong together, one crossing and one decimetre of border weigh beside one (`parts`
    times a) household of imbalance."""

    parting: int
    crossing: int
    decimetre: int


def _task(ground: Ground, parts: int, wanted: Wanted, cost: np.ndarray) -> "tuple[Task, _Worth]":
    """The split as a division at one price: all imbalance there can be weighs less than a decimetre, and all borders
    less than a crossing. Units that belong together are tied by edges that are dearer to cut than all of it."""
    from pipeline.partition.sweep import Task

    decimetre = 2 * parts * int(ground.households.sum()) + 1
    crossing = decimetre * (int(cost.sum()) + 1)
    parting = crossing * (int(ground.barrier.sum()) + 1)
    ties = [(group[0], unit) for group in wanted.together for unit in group[1:]]
    ties += [(_root(ground, wanted), unit) for unit in wanted.with_root if unit != _root(ground, wanted)]
    joins = [j in ground.near[i] for i, j in ground.ends.tolist()]
    task = Task(
        households=ground.households,
        ends=np.concatenate([ground.ends, np.array(ties, int).reshape(-1, 2)]),
        cut=np.append(cost * decimetre, [parting] * len(ties)).astype(np.int64),
        kept=np.append(np.where(ground.barrier, crossing, 0), [0] * len(ties)).astype(np.int64),
        joins=np.array(joins + [False] * len(ties), bool),
        parts=parts,
        lower=wanted.lower,
        upper=wanted.upper,
        uneven=1,
    )
    return task, _Worth(parting, crossing, decimetre)


def _bounds(bound: int, worth: _Worth, levels: tuple[int, int, int]) -> tuple[int, int, int]:
    """Bounds of crossings, border and imbalance that follow from the bound of their sum: a later one needs the earlier
    ones settled."""
    crossings = bound // worth.crossing
    border = (bound - crossings * worth.crossing) // worth.decimetre if crossings == levels[0] else 0
    settled = crossings == levels[0] and border == levels[1]
    return crossings, border, bound - crossings * worth.crossing - border * worth.decimetre if settled else 0


def _objective(parts: int, levels: tuple[int, int, int]) -> tuple[float, ...]:
    """Parts, crossings, border cost in metres, imbalance in households."""
    crossings, border, uneven = levels
    return float(parts), float(crossings), border / DECIMETRES, uneven / parts


def first_gap(objective: tuple[float, ...], bound: tuple[float, ...]) -> float:
    """Relative gap of the first number whose bound lies below it; 0 when none does.

    >>> first_gap((2.0, 0.0, 100.0), (2.0, 0.0, 90.0))
    0.1
    """
    for value, low in zip(objective, bound, strict=True):
        if low < value - 1e-9:
            return (value - low) / abs(value)
    return 0.0


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
