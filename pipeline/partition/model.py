"""The integer programme behind every exact answer: units into connected parts, solved by HiGHS.

x[u, p] is 1 where unit u belongs to part p. Contiguity is enforced by separators: wherever an integer answer has a
part in two pieces, rows are added that forbid it, and the programme is solved again until every part is one piece.
The programme without the rows not yet found is a relaxation, so its bound holds at any moment. This is the only
door to the solver.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import highspy
import numpy as np

from pipeline.partition.ground import Ground, pieces, separator

INFINITY = highspy.kHighsInf
WHOLE = 0.5
"""Objectives are whole numbers: a bound within half of the value proves it."""
SLACK = 1e-4
"""Tolerance of the solver's numbers."""
ROUNDS = 40
"""Rounds of separators sought in the fractional answer before branching begins."""
LEVELS = (0.01, 0.15, 0.3)
"""Shares above which units are taken as belonging to a part when separators are sought in a fractional answer."""


@dataclass(frozen=True)
class Part:
    """One part of a partition: the unit it is rooted in (or None) and the number of parts alike (`kin`, for symmetry).

    Parts with the same `kin` are interchangeable; a cut found for one of them is added for all.
    """

    root: int | None
    kin: int


@dataclass(frozen=True)
class Outcome:
    """What one minimisation gave: `labels` (n) part of each unit or None, `value`, proved lower `bound`, `proved`."""

    labels: np.ndarray | None
    value: float
    bound: float
    proved: bool
    infeasible: bool


Expression = Mapping[int, float]


class PartitionModel:
    """Units of a ground into `parts`; `allowed` (n, P) says which unit may go to which part."""

    def __init__(self, ground: Ground, parts: Sequence[Part], allowed: np.ndarray, *, least: int, seed: int = 0):
        """Make the variables and say that every unit is in exactly one part.

        `least`: households that every part in use has at least (0 when a part may be smaller).
        """
        self.ground, self.parts, self.allowed, self.least = ground, list(parts), allowed, least
        self.solver = _quiet_solver(seed)
        self.columns = 0
        self.x = np.full(allowed.shape, -1)
        for unit, part in np.argwhere(allowed).tolist():
            self.x[unit, part] = self.column(0, 1, whole=True)
        for unit in range(len(ground)):
            self.row(1, 1, {int(column): 1.0 for column in self.x[unit] if column >= 0})
        self._forbid_lone_units()

    def column(self, low: float, high: float, *, whole: bool = False) -> int:
        """Add a variable and return its number."""
        self.solver.addVar(low, high)
        if whole:
            self.solver.changeColIntegrality(self.columns, highspy.HighsVarType.kInteger)
        self.columns += 1
        return self.columns - 1

    def row(self, low: float, high: float, expression: Expression) -> None:
        """Add low <= expression <= high."""
        self.solver.addRow(low, high, len(expression), list(expression), [float(c) for c in expression.values()])

    def tie_use(self, part: int, use: int) -> None:
        """No unit belongs to a part that is not in use."""
        for column in self.x[:, part].tolist():
            if column >= 0:
                self.row(-INFINITY, 0, {column: 1.0, use: -1.0})

    def households(self, part: int) -> dict[int, float]:
        """Households of a part, as an expression."""
        counts = self.ground.households
        return {int(c): float(counts[u]) for u, c in enumerate(self.x[:, part]) if c >= 0 and counts[u]}

    def cut(self, edges: Sequence[int]) -> dict[int, int]:
        """Add for each edge a variable that is 1 where its ends lie in different parts; edge -> variable.

        An edge whose ends can only be in one and the same part is left out.
        """
        made = {}
        for edge in edges:
            i, j = self.ground.ends[edge].tolist()
            if self.allowed[i].sum() == 1 and (self.allowed[i] == self.allowed[j]).all():
                continue
            made[edge] = column = self.column(0, 1)
            for part in range(1 if len(self.parts) == 2 else len(self.parts)):  # of two parts one says it all
                xi, xj = int(self.x[i, part]), int(self.x[j, part])
                for one, two in ((xi, xj), (xj, xi)):
                    if one >= 0:
                        self.row(-INFINITY, 0, {one: 1.0, column: -1.0} | ({two: -1.0} if two >= 0 else {}))
        return made

    def only_where_cut(self, edge: int, column: int) -> None:
        """Keep an edge's variable at 0 while both ends lie in one part (needed where cutting is rewarded)."""
        for part in range(len(self.parts)):
            both = [int(self.x[unit, part]) for unit in self.ground.ends[edge]]
            if min(both) >= 0:
                self.row(-INFINITY, 2, {column: 1.0} | dict.fromkeys(both, 1.0))

    def minimise(
        self,
        expression: Expression,
        worth: Callable[[np.ndarray], int],
        *,
        until: float,
        constant: float = 0,
        start: np.ndarray | None = None,
        mend: Callable[[np.ndarray], np.ndarray | None] | None = None,
    ) -> Outcome:
        """Minimise until proved or until the clock (time.monotonic) says `until`; cut short it returns `start`.

        Never returns a broken part.

        `worth` computes the same number from labels in whole arithmetic: the solver's own value carries its tolerance.
        `start` (n) are labels to begin with, lawful in the model; `mend` makes lawful labels out of broken ones, or
        gives None. What is worse than the best labels known is ruled out for good: later levels must hold this one.
        """
        self._set_price(expression)
        best = start
        bound = self._tighten(until) + constant
        bound = max(bound, self._rule_out(np.inf if best is None else worth(best) - constant, until) + constant)
        while (left := until - time.monotonic()) > 0:
            status = self._run(left, best, bound - constant)
            if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                if best is not None:
                    break  # lawful labels are at hand, so this is the solver's tolerance, not a proof of anything
                return Outcome(None, np.inf, np.inf, True, True)
            dual = self.solver.getInfo().mip_dual_bound
            # Cut short, the solver may know no bound yet (minus infinity) or give none (infinity): that proves nothing.
            bound = max(bound, dual + constant) if np.isfinite(dual) else bound
            for labels in self._answers():
                whole = self._forbid_broken(labels) == 0
                found = labels if whole else mend(labels) if mend else None
                if found is not None and (best is None or worth(found) < worth(best)):
                    best = found
            if best is not None and worth(best) < bound - SLACK + 1:  # whole numbers; the bound may be minus infinity
                return Outcome(best, worth(best), worth(best), True, False)
        # What the clock happened to allow is not what another machine would find: only `start` is the same anywhere.
        value = np.inf if start is None else worth(start)
        return Outcome(start, value, min(bound, value), False, False)

    def hold(self, expression: Expression, value: float, *, until: float) -> None:
        """Keep an expression at `value` or less from now on, and rule out by reduced costs what cannot be so."""
        self._set_price(expression)
        self._rule_out(value, until)
        self.row(-INFINITY, value + WHOLE, expression)

    def _set_price(self, expression: Expression) -> None:
        for column in range(self.columns):
            self.solver.changeColCost(column, float(expression.get(column, 0.0)))

    def _rule_out(self, value: float, until: float) -> float:
        """Fix every x that, taking its other value, makes the price of the relaxation greater than `value`.

        Returns the price of the relaxation, a lower bound; minus infinity where it could not be solved.
        """
        self.solver.setOptionValue("solve_relaxation", True)
        self.solver.setOptionValue("time_limit", max(0.01, until - time.monotonic()))
        self.solver.run()
        self.solver.setOptionValue("solve_relaxation", False)
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return -np.inf
        solution = self.solver.getSolution()
        price = float(self.solver.getInfo().objective_function_value)
        values, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        for column in np.unique(self.x[self.x >= 0]).tolist():
            if values[column] < SLACK and reduced[column] > value - price + WHOLE:
                self.solver.changeColBounds(column, 0, 0)
            elif values[column] > 1 - SLACK and -reduced[column] > value - price + WHOLE:
                self.solver.changeColBounds(column, 1, 1)
        return price

    def _run(self, seconds: float, start: np.ndarray | None, target: float) -> highspy.HighsModelStatus:
        """Solve once. `target` is a bound known from earlier turns: an answer that meets it needs no further proof."""
        self.solver.setOptionValue("time_limit", float(seconds))
        self.solver.setOptionValue("objective_target", target + SLACK if np.isfinite(target) else -INFINITY)
        if start is not None:
            chosen = np.zeros(self.x.shape)
            chosen[np.arange(len(start)), start] = 1.0
            known = self.x >= 0
            self.solver.setSolution(int(known.sum()), self.x[known].astype(np.int32), chosen[known])
        self.solver.run()
        return self.solver.getModelStatus()

    def _answers(self) -> list[np.ndarray]:
        """Labels of the answers met in the last run, the best last."""
        if self.solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return []
        met = [saved.col_value for saved in self.solver.getSavedMipSolutions()]
        met.append(self.solver.getSolution().col_value)
        return [np.append(np.array(values), 0.0)[self.x].argmax(axis=1) for values in met]

    def _tighten(self, until: float) -> float:
        """Add separators that the fractional answer breaks, until it breaks none; keep those that bind in the end.

        Returns the price of the relaxation, a lower bound; minus infinity where it could not be solved.
        """
        price = -np.inf
        first = self.solver.getNumRow()
        self.solver.setOptionValue("solve_relaxation", True)
        for _ in range(ROUNDS):
            left = until - time.monotonic()
            if left <= 0:
                break
            self.solver.setOptionValue("time_limit", float(left))
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                break
            price = float(self.solver.getInfo().objective_function_value)
            shares = np.append(np.array(self.solver.getSolution().col_value), 0.0)[self.x]
            if self._forbid_loose(shares) == 0:
                status = self.solver.getBasis().row_status[first:]
                idle = [first + k for k, row in enumerate(status) if row == highspy.HighsBasisStatus.kBasic]
                self.solver.deleteRows(len(idle), np.array(idle, np.int32))
                break
        self.solver.setOptionValue("solve_relaxation", False)
        return price

    def _forbid_loose(self, shares: np.ndarray) -> int:
        """Add separators for units whose share (n, P) in a part is more than what leads to the rest of it; how many."""
        added = 0
        for number, part in enumerate(self.parts):
            share = shares[:, number]
            for level in LEVELS:
                for piece in pieces(self.ground, np.flatnonzero(share > level).tolist()):
                    if part.root in piece or (part.root is None and self._may_be_whole(piece)):
                        continue
                    around = self._around(piece, part)
                    for unit in piece:
                        if share[unit] > share[around].sum() + 0.02:
                            self._need_one_of(unit, around, number)
                            added += 1
        return added

    def _around(self, piece: list[int], part: Part) -> list[int]:
        """Units one of which a part holds when it holds a unit of the piece and cannot consist of the piece alone."""
        if part.root is not None:
            return separator(self.ground, piece, part.root)
        return sorted({unit for member in piece for unit in self.ground.near[member]} - set(piece))

    def _forbid_lone_units(self) -> None:
        """A unit below `least` never stands alone: one of its neighbours is in its part, the root's part apart."""
        for unit, near in enumerate(self.ground.near):
            for number, part in enumerate(self.parts):
                alone_is_fine = part.root == unit or (part.root is None and self._may_be_whole([unit]))
                if self.allowed[unit, number] and not alone_is_fine:
                    self._need_one_of(unit, near, number)

    def _may_be_whole(self, piece: list[int]) -> bool:
        return self.ground.households[piece].sum() >= self.least

    def _need_one_of(self, unit: int, around: Sequence[int], part: int) -> None:
        reach = {int(self.x[other, part]): -1.0 for other in around if self.x[other, part] >= 0}
        self.row(-INFINITY, 0, {int(self.x[unit, part]): 1.0} | reach)

    def _forbid_broken(self, labels: np.ndarray) -> int:
        """Add separators for every part in more than one piece; how many pieces were cut off."""
        cut_off = 0
        for number, part in enumerate(self.parts):
            found = pieces(self.ground, np.flatnonzero(labels == number).tolist())
            if len(found) < 2:
                continue
            rooted = [piece for piece in found if part.root in piece]
            main = rooted[0] if rooted else max(found, key=lambda piece: self.ground.households[piece].sum())
            for piece in found:
                if piece is not main:
                    cut_off += 1
                    self._separate(piece, main, part.kin)
        return cut_off

    def _separate(self, piece: list[int], main: list[int], kin: int) -> None:
        far = max(main, key=lambda unit: (self.ground.households[unit], -unit))
        around = separator(self.ground, piece, far)
        side = next(
            found for found in pieces(self.ground, set(range(len(self.ground))) - set(around)) if piece[0] in found
        )
        for number, part in enumerate(self.parts):
            strong = part.root not in side if part.root is not None else not self._may_be_whole(side)
            if not strong and part.kin != kin:
                continue
            for unit in piece:
                if self.x[unit, number] < 0:
                    continue
                if strong:
                    self._need_one_of(unit, around, number)
                elif self.x[far, number] >= 0:
                    reach = {int(self.x[v, number]): -1.0 for v in around if self.x[v, number] >= 0}
                    both = {int(self.x[unit, number]): 1.0, int(self.x[far, number]): 1.0}
                    self.row(-INFINITY, 1, both | reach)


def choose_disjoint(
    groups: Sequence[frozenset[str]], levels: Sequence[Sequence[int]], *, until: float
) -> tuple[list[int], bool]:
    """Choose groups that share no member so that the sums of `levels` (one number a group) are least, in their order.

    Returns the chosen groups' numbers and whether the choice is proved for every level.
    """
    if not groups:
        return [], True
    solver = _quiet_solver(0)
    for _ in groups:
        solver.addVar(0, 1)
        solver.changeColIntegrality(solver.getNumCol() - 1, highspy.HighsVarType.kInteger)
    for member in sorted(set().union(*groups)):
        having = [number for number, group in enumerate(groups) if member in group]
        solver.addRow(-INFINITY, 1, len(having), having, [1.0] * len(having))
    chosen: list[int] = []
    for level in levels:
        for number, value in enumerate(level):
            solver.changeColCost(number, float(value))
        left = until - time.monotonic()
        if left <= 0:
            return chosen, False
        solver.setOptionValue("time_limit", left)
        solver.run()
        if solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            chosen = [number for number, value in enumerate(solver.getSolution().col_value) if value > 0.5]
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return chosen, False
        best = sum(level[number] for number in chosen)
        priced = [number for number, value in enumerate(level) if value]
        if priced:
            solver.addRow(-INFINITY, best + WHOLE, len(priced), priced, [float(level[number]) for number in priced])
    return chosen, True


@cache
def _swallow_banner() -> None:
    """Let HiGHS say its name to nobody: from 1.16 on the first solver of a process prints it, whatever its options."""
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        return
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _quiet_solver(seed: int) -> highspy.Highs:
    """HiGHS on one thread, silent, told to close the gap to under one (all objectives are whole numbers)."""
    _swallow_banner()
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", seed),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", WHOLE),
        ("mip_improving_solution_save", True),
    ):
        solver.setOptionValue(option, value)
    return solver


def lower_bound(
    price: np.ndarray,
    limits: np.ndarray,
    whole: np.ndarray,
    rows: Sequence[tuple[float, float, Expression]],
    *,
    nodes: int = 200,
) -> float:
    """Proved lower bound of a small programme: least `price` (k) within `limits` (k, 2) of the columns and the `rows`.

    `whole` (k) bool: columns that take whole numbers. Rows are (low, high, expression). Effort is counted in `nodes`
    of the branching, so that it is the same on every machine; infinity where no values satisfy the rows, minus infinity
    where nothing is known.
    """
    solver = _quiet_solver(0)
    for column, (low, high) in enumerate(limits.tolist()):
        solver.addVar(low, high)
        solver.changeColCost(column, float(price[column]))
        if whole[column]:
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for low, high, expression in rows:
        solver.addRow(low, high, len(expression), list(expression), [float(c) for c in expression.values()])
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.run()
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return np.inf
    known = solver.getInfo()
    if whole.any():
        return float(known.mip_dual_bound) if np.isfinite(known.mip_dual_bound) else -np.inf
    return float(known.objective_function_value) if status == highspy.HighsModelStatus.kOptimal else -np.inf


class Cover:
    """The linear programme that covers every unit once by exactly `parts` columns, each a set of units with a cost.

    Units may also be left uncovered at a forbidding price, so that it has an answer from the beginning.
    """

    def __init__(self, units: int, parts: int, forbidding: float):
        self.solver = _quiet_solver(0)
        self.units, self.columns = units, 0
        for _ in range(units):
            self.solver.addRow(1.0, 1.0, 0, [], [])
        self.solver.addRow(float(parts), float(parts), 0, [], [])
        for unit in range(units):
            self.solver.addCol(forbidding, 0.0, INFINITY, 1, [unit], [1.0])
        for sign in (1.0, -1.0):
            self.solver.addCol(forbidding, 0.0, INFINITY, 1, [units], [sign])

    def add(self, members: np.ndarray, costs: Sequence[int]) -> None:
        """Add columns: members (m, n) bool, and their costs (m)."""
        for row, cost in zip(members, costs, strict=True):
            held = np.append(np.flatnonzero(row), self.units).astype(np.int32)
            self.solver.addCol(float(cost), 0.0, INFINITY, len(held), held, np.ones(len(held)))

    def relax(self, until: float) -> tuple[float, np.ndarray] | None:
        """Price of the relaxation and the prices of the units and of the number of parts (n + 1); None if cut short."""
        left = until - time.monotonic()
        if left <= 0:
            return None
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self.solver.getInfo().objective_function_value), np.array(self.solver.getSolution().row_dual)
