"""A problem without a solution, and the verdict on it under other limits, edges or decisions: found by solving it.

The solvers are those that make the plans, so that a verdict is what a run with that change would say.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.decisions import KEEPS_UNITS, kept_as_it_is, names_in
from pipeline.graph import components
from pipeline.partition.ground import ground_of
from pipeline.propose.compliance import draft_compliance
from pipeline.propose.conflicts import decided_home
from pipeline.propose.explain.divide import divided
from pipeline.propose.plan import moved_households
from pipeline.propose.principle import draft_principle
from pipeline.rules import RuleSet
from pipeline.settings import SolveSection

SHARE = 0.5
"""Share of the seconds for solving that explaining one problem may take; a solution under way is finished."""
SLICES = 5
"""One verdict may take so small a part of that time."""
MOST_UNITS = 40
"""Pieces of more units are left to the solver: trying every way would not come to an end."""
MOST_PARTS = 60
"""Where more communities than this could come out of it, nothing is solved: limits so low are no answer."""


@dataclass(frozen=True)
class Problem:
    """One subdistrict to be brought inside the limits, or, where `community` is named, that one to be split.

    `units`: households, community, subdistrict, anchor, of the whole subdistrict; `edges`: schema.EDGES between them;
    `decisions`: schema.DECISIONS, those that speak of it.
    """

    units: pd.DataFrame
    edges: pd.DataFrame
    rules: RuleSet
    decisions: pd.DataFrame
    community: str = ""

    @property
    def ground(self) -> pd.DataFrame:
        """The units that are to be divided anew; those of a split after what decisions move."""
        if not self.community:
            return self.units
        return self.units[decided_home(self.units, self.decisions) == self.community]

    @property
    def least_parts(self) -> int:
        """Communities that have to come out of it at least."""
        return 2 if self.community else 1


@dataclass(frozen=True)
class Verdict:
    """Whether a problem can be solved: True with a plan, False proved, None where the time did not tell.

    `outside`: households outside the limits of the best plan found, and `bound`, fewer are not possible; `moved`
    households of that plan; `sizes`: households of the communities that came of it. None: nothing was solved.
    """

    feasible: bool | None
    outside: int | None = None
    bound: int = 0
    moved: int | None = None
    plan: pd.Series | None = None
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Piece:
    """Units that can only be divided among themselves: they hang together, and nothing else with them.

    `kept`: the community that decisions keep exactly so; empty where units may be divided anew.
    """

    units: pd.Index
    households: int
    kept: str = ""


class Trials:
    """Gives verdicts, no more than `most`, until the time of the explanation is over; the order decides which."""

    def __init__(self, solve: SolveSection, until: float, most: int):
        self.solve, self.until, self.left = solve, until, most

    @property
    def over(self) -> bool:
        """Whether no further verdict is given."""
        return self.left <= 0 or time.monotonic() >= self.until

    def verdict(self, problem: Problem) -> Verdict:
        """Solve a problem; what sums or trying every way refuse is not solved."""
        known = by_trying(problem)
        return known if known.feasible is False else self.plan(problem, known)

    def quick(self, problem: Problem) -> Verdict:
        """Tell by trying every way where that can be told, and by solving elsewhere."""
        known = by_trying(problem)
        return self.plan(problem, known) if known.feasible is None else known

    def plan(self, problem: Problem, known: Verdict) -> Verdict:
        """Solve a problem; `known` stands where the solver finds nothing."""
        total = int(problem.ground["households"].sum())
        if self.over or total // problem.rules.lower > MOST_PARTS:
            return known
        self.left -= 1
        seconds = self.solve.seconds * SHARE / SLICES
        found = solved(problem, self.solve.model_copy(update={"seconds": seconds, "alternatives": 0}))
        return known if known.feasible and not found.feasible else found


def by_trying(problem: Problem) -> Verdict:
    """Tell without the solver: by sums, or by trying every way to divide each piece.

    A way that was found is a plan unless decisions ask for more than that communities stay as they are.
    """
    if refused(problem):
        return Verdict(False)
    lower, upper = problem.rules.lower, problem.rules.upper
    found = pieces(problem)
    plan = pd.Series(pd.NA, index=problem.units.index, dtype="str")
    told = True
    for number, piece in enumerate(found):
        if piece.kept:
            plan[piece.units] = piece.kept
            continue
        apart = problem.least_parts > 1 and len(found) == 1
        most = min(upper, piece.households - lower) if apart else upper
        ground = ground_of(problem.units.loc[piece.units], problem.edges)
        parts = divided(ground, lower=lower, upper=most) if len(ground) <= MOST_UNITS else None
        if parts == []:
            return Verdict(False)
        told = told and parts is not None
        for place, part in enumerate(parts or []):
            plan[ground.ids[part]] = f"{number}.{place}"
    if not told or _binding(problem):
        return Verdict(None)
    plan = plan.fillna(problem.units["community"])  # of accepted communities
    sizes = problem.units.loc[problem.ground.index, "households"].groupby(plan.loc[problem.ground.index]).sum()
    return Verdict(True, 0, 0, None, plan.loc[problem.ground.index], _sizes(problem, sizes))


def _binding(problem: Problem) -> bool:
    """Whether decisions ask for more than that communities stay as they are."""
    rows = problem.decisions
    plain = rows["decision"].isin(KEEPS_UNITS) & (rows["units"] == "")
    return bool((~plain).any()) or (bool(problem.community) and len(rows) > 0)


def solved(problem: Problem, solve: SolveSection) -> Verdict:
    """Solve a problem with the solver that makes the plan."""
    return _split(problem, solve) if problem.community else _complied(problem, solve)


def _complied(problem: Problem, solve: SolveSection) -> Verdict:
    local = draft_compliance(problem.units, problem.edges, problem.rules, solve, problem.decisions)
    assert local.whole is not None
    plan, objective, bound = local.whole.plan, local.whole.objective, local.whole.bound
    assert plan is not None
    outside, least = round(objective[0]), int(np.ceil(bound[0] - 1e-6))
    sizes = _sizes(problem, problem.units["households"].groupby(plan.reindex(problem.units.index)).sum())
    moved = moved_households(problem.units, plan)
    return Verdict(True if outside == 0 else False if least > 0 else None, outside, least, moved, plan, sizes)


def _split(problem: Problem, solve: SolveSection) -> Verdict:
    flags = pd.DataFrame({"community": [problem.community], "action": "split", "reason": ""}, dtype="str")
    none = pd.DataFrame({"community": [], "neighbour": [], "border_m": [], "allowed": []})
    local = draft_principle(problem.units, problem.edges, flags, none, problem.rules, solve, problem.decisions)
    drafts = [one for one in local.drafts if problem.community in one.row["communities_before"].split("、")]  # type: ignore[attr-defined]
    households = int(problem.ground["households"].sum())
    over = max(0, households - problem.rules.upper)
    done = [one for one in drafts if one.row["kind"] == "split" and one.solution.plan is not None]
    if not done:
        proved = any(one.solution.proof == "infeasible" for one in drafts)
        return Verdict(False if proved else None, over, over if proved else 0, 0)
    plan = done[-1].plan
    sizes = tuple(problem.units.loc[plan.index, "households"].groupby(plan).sum().astype(int))
    return Verdict(True, 0, 0, int(str(done[-1].row["moved_households"])), plan, sizes)


def _sizes(problem: Problem, sizes: pd.Series) -> tuple[int, ...]:
    return tuple(int(size) for name, size in sizes.items() if name not in accepted(problem))


def accepted(problem: Problem) -> set[str]:
    """Give the communities whose households outside the limits are accepted."""
    rows = problem.decisions
    return set(rows.loc[(rows["decision"] == "accept") & (rows["units"] == ""), "communities"])


def of_ground(decisions: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Give the decisions that bind a plan of these units: those that name one of them or of their communities."""
    communities, ids = set(units["community"]), set(units.index)
    mine = [
        row.decision != "rename"
        and bool(communities & set(names_in(row.communities)) or ids & set(names_in(row.units)))
        for row in decisions.itertuples(index=False)
    ]
    return decisions[np.array(mine, dtype=bool)]


def under(problem: Problem, *, lower: int | None = None, upper: int | None = None) -> Problem:
    """Give the problem under other limits; what asks for action stays as it is, as far as it can."""
    rules = problem.rules
    low, high = lower or rules.lower, upper or rules.upper
    acts = {"merge_under": min(rules.merge_under, low)}
    acts |= {} if problem.community else {"split_over": max(rules.split_over, high)}
    return replace(problem, rules=rules.model_copy(update={"lower": low, "upper": high, **acts}))


def pieces(problem: Problem) -> list[Piece]:
    """Take a problem apart where nothing connects it: communities kept as they are, and what is left of the units.

    Communities whose size is accepted are no part of it.
    """
    units, found = problem.ground, []
    kept = {} if problem.community else kept_as_it_is(problem.decisions)
    for name in sorted(set(units["community"]) & set(kept)):
        rows = units[units["community"] == name]
        if name not in accepted(problem):
            found.append(Piece(rows.index, int(rows["households"].sum()), name))
    free = units[~units["community"].isin(kept)]
    edges = problem.edges
    open_ = edges[edges["allowed"].astype(bool)] if "allowed" in edges else edges
    for _, rows in free.groupby(components(free.index, open_["a"], open_["b"]), sort=True):
        found.append(Piece(rows.index, int(rows["households"].sum())))
    return found


def refused(problem: Problem) -> bool:
    """Tell whether sums alone show that there is no solution."""
    lower, upper = problem.rules.lower, problem.rules.upper
    found = pieces(problem)
    most = 0
    for piece in found:
        if piece.kept:
            most += 1
            if not lower <= piece.households <= upper:
                return True
            continue
        if problem.units.loc[piece.units, "households"].max() > upper:
            return True
        if -(-piece.households // upper) > piece.households // lower or piece.households < lower:
            return True
        most += piece.households // lower
    return most < problem.least_parts if found else False
