"""The only door to HiGHS: a quiet solver, and small programmes that need nothing more."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import highspy
import numpy as np

INFINITY = highspy.kHighsInf
WHOLE = 0.5
"""Objectives are whole numbers: a bound within half of the value proves it."""

Expression = Mapping[int, float]


def choose_disjoint(
    groups: Sequence[frozenset[str]], levels: Sequence[Sequence[int]], *, until: float
) -> tuple[list[int], bool]:
    """Choose groups that share no member so that the sums of `levels` (one number a group) are least, in their order.

    Returns the chosen groups' numbers and whether the choice is proved for every level.
    """
    if not groups:
        return [], True
    solver = quiet_solver(0)
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


def quiet_solver(seed: int) -> highspy.Highs:
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
    solver = quiet_solver(0)
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
        self.solver = quiet_solver(0)
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
