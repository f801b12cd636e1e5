"""The integer programme behind every exact answer: units into connected parts, solved by HiGHS.

x[u, p] is 1 where unit u belongs to part p. Contiguity is enforced by separators: wherever an integer answer has a
part in two pieces, rows are added that forbid it, and the programme is solved again until every part is one piece.
The programme without the rows not yet found is a relaxation, so its bound holds at any moment.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from pipeline.partition.ground import Ground, pieces, separator
from pipeline.partition.solver import INFINITY, WHOLE, Expression, choose_disjoint, lower_bound, quiet_solver

__all__ = ["INFINITY", "Outcome", "Part", "PartitionModel", "choose_disjoint", "lower_bound"]

SLACK = 1e-4
"""Tolerance of the solver's numbers."""
ROUNDS = 40
"""Rounds of separators sought in the fractional answer before branching begins."""
HIGHEST = 2**31 - 1
TURNS = 12
"""Most runs of the solver where effort is limited."""
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


class PartitionModel:
    """Units of a ground into `parts`; `allowed` (n, P) says which unit may go to which part."""

    def __init__(self, ground: Ground, parts: Sequence[Part], allowed: np.ndarray, *, least: int, seed: int = 0):
        """Make the variables and say that every unit is in exactly one part.

        `least`: households that every part in use has at least (0 when a part may be smaller).
        """
        self.ground, self.parts, self.allowed, self.least = ground, list(parts), allowed, least
        self.solver = quiet_solver(seed)
        self.columns = 0
        self._binary: list[int] = []
        self._new_columns: list[tuple[float, float, bool]] = []
        self._new_rows: list[tuple[float, float, Expression]] = []
        self.x = np.full(allowed.shape, -1)
        for unit, part in np.argwhere(allowed).tolist():
            self.x[unit, part] = self.column(0, 1, whole=True)
        for unit in range(len(ground)):
            self.row(1, 1, {int(column): 1.0 for column in self.x[unit] if column >= 0})
        self._forbid_lone_units()

    def column(self, low: float, high: float, *, whole: bool = False) -> int:
        """Add a variable and return its number."""
        self._new_columns.append((low, high, whole))
        self._binary += [self.columns] if whole else []
        self.columns += 1
        return self.columns - 1

    def span(self, count: int) -> range:
        """Add so many variables that are 0 or 1 wherever all x are, and return their numbers."""
        self._new_columns += [(0.0, 1.0, False)] * count
        self._binary += range(self.columns, self.columns + count)
        self.columns += count
        return range(self.columns - count, self.columns)

    def row(self, low: float, high: float, expression: Expression) -> None:
        """Add low <= expression <= high."""
        self._new_rows.append((low, high, expression))

    def _hand_over(self) -> None:
        """Give the solver the variables and rows added since the last time."""
        if self._new_columns:
            low, high, whole = (np.array(values) for values in zip(*self._new_columns, strict=True))
            first, count, none = self.columns - len(low), len(low), np.zeros(0)
            starts = np.zeros(count, np.int32)
            self.solver.addCols(count, np.zeros(count), low, high, 0, starts, none.astype(np.int32), none)
            numbers = (first + np.flatnonzero(whole)).astype(np.int32)
            kinds = np.full(len(numbers), highspy.HighsVarType.kInteger)
            self.solver.changeColsIntegrality(len(numbers), numbers, kinds)
        if self._new_rows:
            lows, highs, expressions = zip(*self._new_rows, strict=True)
            sizes = [len(expression) for expression in expressions]
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
            columns = np.array([c for expression in expressions for c in expression], np.int32)
            values = np.array([v for expression in expressions for v in expression.values()], float)
            self.solver.addRows(
                len(sizes), np.array(lows, float), np.array(highs, float), len(columns), starts, columns, values
            )
        self._new_columns, self._new_rows = [], []

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

    def minimise(
        self,
        expression: Expression,
        worth: Callable[[np.ndarray], int],
        *,
        until: float,
        constant: float = 0,
        start: np.ndarray | None = None,
        mend: Callable[[np.ndarray], np.ndarray | None] | None = None,
        below: float = np.inf,
        nodes: int | None = None,
        any_will_do: bool = False,
    ) -> Outcome:
        """Minimise until proved or until the clock (time.monotonic) says `until`; cut short it returns `start`.

        Never returns a broken part.

        `worth` computes the same number from labels in whole arithmetic: the solver's own value carries its tolerance.
        `start` (n) are labels to begin with, lawful in the model; `mend` makes lawful labels out of broken ones, or
        gives None. What is worse than the best labels known is ruled out for good: later levels must hold this one.
        `below`: only answers under this number count, infeasible means that there is none, and it may then be proved
        without any labels. `nodes`: effort of each run of the solver, whatever the clock says.
        `any_will_do`: the first lawful labels are enough.
        """
        self._set_price(expression)
        best = start
        bound = self._tighten(until) + constant
        most = min(below - 1, np.inf if best is None else worth(best))
        bound = max(bound, self._rule_out(most - constant, until) + constant)
        self.solver.setOptionValue("mip_max_nodes", HIGHEST if nodes is None else nodes)
        turns = 0
        while (left := until - time.monotonic()) > 0:
            turns += 1
            if nodes is not None and turns > TURNS:
                return Outcome(best, np.inf if best is None else worth(best), bound, False, False)
            if bound > most + SLACK and np.isfinite(below):
                return Outcome(best, most, bound, True, best is None)
            self.solver.setOptionValue("objective_bound", most - constant + WHOLE if np.isfinite(below) else INFINITY)
            status = self._run(left, best, INFINITY if any_will_do else bound - constant)
            if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                if best is not None and np.isfinite(below):
                    return Outcome(best, worth(best), worth(best), True, False)
                if best is not None:
                    break  # lawful labels are at hand, so this is the solver's tolerance, not a proof of anything
                return Outcome(None, np.inf, np.inf, True, True)
            dual = self.solver.getInfo().mip_dual_bound
            # Cut short, the solver may know no bound yet (minus infinity) or give none (infinity): that proves nothing.
            bound = max(bound, dual + constant) if np.isfinite(dual) else bound
            for labels in self._answers():
                whole = self._forbid_broken(labels) == 0
                found = labels if whole else mend(labels) if mend else None
                if found is not None and worth(found) <= most and (best is None or worth(found) < worth(best)):
                    best = found
            if any_will_do and best is not None:
                return Outcome(best, worth(best), bound, False, False)
            if np.isfinite(below) and best is not None:
                most = worth(best) - 1
            if best is not None and worth(best) < bound - SLACK + 1:  # whole numbers; the bound may be minus infinity
                return Outcome(best, worth(best), worth(best), True, False)
            if nodes is not None and status == highspy.HighsModelStatus.kSolutionLimit:
                return Outcome(best, np.inf if best is None else worth(best), bound, False, False)
        # What the clock happened to allow is not what another machine would find: only `start` is the same anywhere.
        value = np.inf if start is None else worth(start)
        return Outcome(start, value, min(bound, value), False, False)

    def _set_price(self, expression: Expression) -> None:
        self._hand_over()
        price = np.zeros(self.columns)
        price[list(expression)] = list(expression.values())
        self.solver.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), price)

    def _rule_out(self, value: float, until: float) -> float:
        """Fix every x that, taking its other value, makes the price of the relaxation greater than `value`.

        Returns the price of the relaxation, a lower bound; minus infinity where it could not be solved.
        """
        self._hand_over()
        self.solver.setOptionValue("solve_relaxation", True)
        self.solver.setOptionValue("time_limit", max(0.01, until - time.monotonic()))
        self.solver.run()
        self.solver.setOptionValue("solve_relaxation", False)
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return -np.inf
        solution = self.solver.getSolution()
        price = float(self.solver.getInfo().objective_function_value)
        values, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        binary = np.array(self._binary, np.int32)
        values, reduced = values[binary], reduced[binary]
        for level, found in (
            (0.0, (values < SLACK) & (reduced > value - price + WHOLE)),
            (1.0, (values > 1 - SLACK) & (-reduced > value - price + WHOLE)),
        ):
            fixed = binary[found]
            bounds = np.full(len(fixed), level)
            self.solver.changeColsBounds(len(fixed), fixed, bounds, bounds)
        return price

    def _run(self, seconds: float, start: np.ndarray | None, target: float) -> highspy.HighsModelStatus:
        """Solve once. `target` is a bound known from earlier turns: an answer that meets it needs no further proof."""
        self._hand_over()
        self.solver.setOptionValue("time_limit", float(seconds))
        self.solver.setOptionValue("objective_target", -INFINITY if np.isneginf(target) else target + SLACK)
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
            self._hand_over()
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
