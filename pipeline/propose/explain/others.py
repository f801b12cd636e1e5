"""Tries what is not a limit: borders to open, neighbouring subdistricts to join, decisions to drop; each is solved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.decisions import KEEPS_UNITS
from pipeline.graph import components
from pipeline.propose.decided import smallest_at_odds
from pipeline.propose.explain.obstructions import decision_words, line_of
from pipeline.propose.explain.problem import Problem, Trials, Verdict, of_ground, pieces
from pipeline.schema import LIST_SEPARATOR

MOST_TRIALS = 8
"""Verdicts asked for one kind."""
MOST_NAMED = 3
"""Decisions that are named one by one."""


@dataclass(frozen=True)
class Attempt:
    """One change that was tried: `what` it is in words, its `amount` (see schema.RELAXATIONS_CSV), its verdict."""

    what: str
    amount: int
    verdict: Verdict


def open_borders(problem: Problem, trials: Trials) -> list[Attempt]:
    """Open the borders along one line that no community may cross, line by line, then along two.

    Those that do are given with the borders that the plan needs, solved once more with these alone; where none does,
    one attempt speaks of all that were tried.
    """
    shut = _shut(problem)
    lines = {str(line): list(rows.index) for line, rows in shut.groupby(shut["line"], sort=True)}
    singles = sorted(lines, key=lambda line: (len(lines[line]), line))
    found: list[Attempt] = []
    tried: list[Verdict] = []
    for together in ([(line,) for line in singles], list(combinations(singles, 2))):
        for names in together:
            opened = [row for name in names for row in lines[name]]
            verdict = trials.verdict(_opened(problem, opened))
            tried.append(verdict)
            if verdict.feasible:
                found.append(_needed(problem, names, opened, verdict, trials))
        if found:
            return found
    return [_none_of(singles, tried)] if tried else []


def join_neighbours(
    problem: Problem, units: pd.DataFrame, edges: pd.DataFrame, decisions: pd.DataFrame, trials: Trials
) -> list[Attempt]:
    """Solve the subdistrict together with each that it touches, the longest common border first.

    `units`, `edges`, `decisions`: those of the whole area. The amount: households that change their subdistrict.
    """
    mine = str(problem.units["subdistrict"].iloc[0])
    attempts = []
    for other in _touching(units, edges, mine):
        both = units[units["subdistrict"].isin((mine, other))]
        here = edges["a"].isin(both.index) & edges["b"].isin(both.index)
        joined = Problem(both.assign(subdistrict=mine), edges[here], problem.rules, of_ground(decisions, both))
        verdict = trials.verdict(joined)
        attempts.append(Attempt(other, _across(both, verdict), verdict))
    return attempts


def drop_decisions(problem: Problem, trials: Trials) -> tuple[list[Attempt], pd.DataFrame]:
    """Find a smallest set of decisions that stands in the way, and drop them one by one, then all of them.

    Gives the attempts that were made, and the set; both are empty where no decision is at fault.
    """
    bound = of_ground(problem.decisions, problem.units)
    none = bound[:0]
    if bound.empty:
        return [], none
    overt = [_dropped(problem, bound, number, trials) for number in _keeping_outside(problem, bound)]
    if any(attempt.verdict.feasible for attempt in overt):
        return [attempt for attempt in overt if attempt.verdict.feasible], none
    without = trials.verdict(replace(problem, decisions=none))
    if not without.feasible:
        return [] if without.feasible is False else [Attempt(_said(bound), len(bound), without)], none
    verdicts: dict[tuple[int, ...], Verdict] = {(): without}

    def feasible(rows: pd.DataFrame) -> bool:
        key = tuple(rows.index)
        if key not in verdicts:
            verdicts[key] = trials.verdict(replace(problem, decisions=rows))
        return bool(verdicts[key].feasible)

    odds = smallest_at_odds(bound, feasible)
    attempts = []
    for number in odds.index:
        fewer = bound.drop(index=number)
        if feasible(fewer):
            attempts.append(Attempt(_said(odds.loc[[number]]), 1, verdicts[tuple(fewer.index)]))
    if not attempts:
        rest = bound.drop(index=odds.index)
        does = feasible(rest)
        dropped = odds if does else bound
        attempts = [Attempt(_said(dropped), len(dropped), verdicts[tuple(rest.index) if does else ()])]
    return attempts, odds


def _keeping_outside(problem: Problem, bound: pd.DataFrame) -> list[int]:
    """Rows of decisions that keep a community as it is, outside the limits."""
    lower, upper = problem.rules.lower, problem.rules.upper
    names = {piece.kept for piece in pieces(problem) if piece.kept and not lower <= piece.households <= upper}
    keeps = bound["decision"].isin(KEEPS_UNITS) & (bound["units"] == "") & bound["communities"].isin(names)
    return bound.index[keeps].tolist()


def _dropped(problem: Problem, bound: pd.DataFrame, number: int, trials: Trials) -> Attempt:
    verdict = trials.verdict(replace(problem, decisions=bound.drop(index=number)))
    return Attempt(_said(bound.loc[[number]]), 1, verdict)


def _shut(problem: Problem) -> pd.DataFrame:
    """Give the borders inside the ground that no community may cross, with the line along which they run."""
    edges, ids = problem.edges, problem.ground.index
    if "allowed" not in edges:
        return edges[:0].assign(line="")
    border = edges["kind"] == "border" if "kind" in edges else True
    shut = edges[~edges["allowed"].astype(bool) & border & edges["a"].isin(ids) & edges["b"].isin(ids)]
    return shut.assign(line=[line_of(row) for row in shut.itertuples(index=False)])


def _opened(problem: Problem, rows: Sequence[int]) -> Problem:
    allowed = problem.edges["allowed"].astype(bool) | problem.edges.index.isin(rows)
    return replace(problem, edges=problem.edges.assign(allowed=allowed))


def _needed(problem: Problem, names: Sequence[str], opened: list[int], verdict: Verdict, trials: Trials) -> Attempt:
    """Keep the borders that hold the communities of the plan together; the plan stands with these alone."""
    plan, edges = verdict.plan, problem.edges
    assert plan is not None
    inside = edges[edges["a"].map(plan).notna() & (edges["a"].map(plan) == edges["b"].map(plan))]
    joined = inside[inside["allowed"].astype(bool)]
    needed: list[int] = []
    for number in opened:
        if number not in inside.index:
            continue
        so_far = pd.concat([joined, inside.loc[needed]])
        part = components(plan.index, so_far["a"], so_far["b"])
        if part[inside.at[number, "a"]] != part[inside.at[number, "b"]]:
            needed.append(number)
    if len(needed) < len(opened):
        again = trials.verdict(_opened(problem, needed))
        # The plan at hand is a proof of its own where the time did not tell.
        verdict = again if again.feasible else verdict
    pairs = [f"{a}—{b}" for a, b in zip(edges.loc[needed, "a"], edges.loc[needed, "b"], strict=True)]
    return Attempt(f"{LIST_SEPARATOR.join(names)}（{LIST_SEPARATOR.join(pairs)}）", len(needed), verdict)


def _none_of(lines: Sequence[str], tried: Sequence[Verdict]) -> Attempt:
    """Sum up that none of the lines does, alone or with another."""
    every = len(lines) * (len(lines) + 1) // 2
    proved = len(tried) == every and all(verdict.feasible is False for verdict in tried)
    best = min((verdict.outside for verdict in tried if verdict.outside is not None), default=None)
    return Attempt(LIST_SEPARATOR.join(lines), 0, Verdict(False if proved else None, best))


def _touching(units: pd.DataFrame, edges: pd.DataFrame, mine: str) -> list[str]:
    """Name the subdistricts that a community could reach from this one, the longest common border first."""
    open_ = edges[edges["allowed"].astype(bool)] if "allowed" in edges else edges
    a, b = open_["a"].map(units["subdistrict"]), open_["b"].map(units["subdistrict"])
    beyond = b.where(a == mine, a)
    across = (a != b) & ((a == mine) | (b == mine))
    length = open_.loc[across, "border_m"].groupby(beyond[across]).sum()
    return sorted((str(name) for name in length.index), key=lambda name: (-float(length[name]), name))


def _across(units: pd.DataFrame, verdict: Verdict) -> int:
    """Households that change their subdistrict: those of a community that lie where fewer of its households do."""
    if verdict.plan is None:
        return 0
    plan = verdict.plan.reindex(units.index)
    shares = units["households"].groupby([plan, units["subdistrict"]]).sum().unstack(fill_value=0)
    return int(np.sum(shares.sum(axis=1) - shares.max(axis=1)))


def _said(rows: pd.DataFrame) -> str:
    if len(rows) > MOST_NAMED:
        return f"本街道全部{len(rows)}项人工决定"
    return LIST_SEPARATOR.join(f"“{decision_words(row)}”" for row in rows.itertuples(index=False))
