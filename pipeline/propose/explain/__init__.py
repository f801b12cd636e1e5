"""Explains what has no solution: what stands in the way, and the smallest change that would do, each tried by solving.

Nothing is done where every community comes inside the limits and every split is found.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import joblib
import pandas as pd

from pipeline.propose.explain.limits import MOST_TRIALS, both_limits, least_cut, least_raise
from pipeline.propose.explain.obstructions import Obstruction, decisions_at_odds, overt, unseen
from pipeline.propose.explain.others import MOST_TRIALS as MOST_OTHERS
from pipeline.propose.explain.others import drop_decisions, join_neighbours, open_borders
from pipeline.propose.explain.problem import SHARE, Problem, Trials, Verdict, accepted, of_ground
from pipeline.propose.explain.wording import change_of_both, change_of_limit, chosen, other_change, with_smallest
from pipeline.propose.plan import moved_households
from pipeline.results import Proposal
from pipeline.rules import RuleSet
from pipeline.schema import columns
from pipeline.settings import SolveSection

__all__ = ["Explanation", "explained", "relaxations"]

Report = Callable[[str], None]
Row = dict[str, object]
NEEDED = ("households", "community", "subdistrict", "anchor")
"""Columns of units that an explanation is made from."""


@dataclass(frozen=True)
class Explanation:
    """What stands in the way (schema.OBSTRUCTIONS_CSV) and what would do (schema.RELAXATIONS_CSV)."""

    obstructions: pd.DataFrame
    relaxations: pd.DataFrame


def relaxations(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    proposals: Mapping[str, Proposal],
    rules: RuleSet,
    solve: SolveSection,
    decisions: pd.DataFrame,
    *,
    jobs: int = 1,
    report: Report | None = None,
) -> Explanation:
    """Explain every subdistrict that the compliance plan leaves outside and every split that has no solution.

    `units`, `edges`: schema.UNITS and EDGES (see `graph.counted`) of the area; `proposals` by strategy; `decisions`:
    schema.DECISIONS. One explanation takes half of `solve.seconds` at the most, and what is then under way.
    """
    plain = pd.DataFrame({name: units[name] for name in NEEDED})
    found = list(_posed(plain, edges, proposals, rules, decisions))
    work = (joblib.delayed(_changes)(one, plain, edges, decisions, solve) for one in found)
    amiss: list[Row] = []
    changes: list[Row] = []
    done = joblib.Parallel(n_jobs=min(jobs, len(found)) or 1, return_as="generator")(work)
    for posed, (obstructions, rows) in zip(found, done, strict=True):
        amiss += [posed.names | vars(one) for one in obstructions]
        changes += [posed.names | row for row in rows]
        if report is not None:
            report(f"{posed.names['subdistrict']}{posed.names['community']}")
    whole = pd.DataFrame(changes, columns=columns("relaxations.csv")).astype(
        {"amount": "Int64", "households_outside": "Int64", "moved_households": "Int64", "limit": "Int64"}
    )
    return Explanation(pd.DataFrame(amiss, columns=columns("obstructions.csv")), whole)


def explained(proposal: Proposal, found: Explanation, decisions: pd.DataFrame, units: pd.DataFrame) -> Proposal:
    """End the sentence of every community left outside with the smallest change that would do, as far as one is known.

    `units`: schema.UNITS. Communities whose size is accepted want none.
    """
    parent = dict(zip(proposal.plan, units["subdistrict"].reindex(proposal.plan.index), strict=True))
    rows = found.relaxations
    rows = rows[rows["smallest"].astype(bool) & (rows["strategy"] == proposal.strategy)]
    of_community = dict(zip(rows["community"], rows["sentence"], strict=True))
    of_subdistrict = dict(zip(rows["subdistrict"], rows["sentence"], strict=True))
    fine = set(decisions.loc[(decisions["decision"] == "accept") & (decisions["units"] == ""), "communities"])
    known = of_community.get if proposal.strategy == "principle" else lambda name: of_subdistrict.get(parent.get(name))
    left = {
        name: with_smallest(sentence, change) if name not in fine and (change := known(name)) else sentence
        for name, sentence in proposal.left.items()
    }
    return replace(proposal, left=left)


@dataclass(frozen=True)
class Posed:
    """A problem without a solution; `names`: strategy, subdistrict and community, as both tables have them; `present`:
    what the plan at hand says of it."""

    names: Row
    problem: Problem
    present: Verdict


def _posed(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    proposals: Mapping[str, Proposal],
    rules: RuleSet,
    decisions: pd.DataFrame,
) -> Iterator[Posed]:
    """Pose what has no solution: subdistricts with households outside the limits, and splits without a plan."""
    a, b = edges["a"].map(units["subdistrict"]), edges["b"].map(units["subdistrict"])

    def posed(strategy: str, name: str, community: str) -> tuple[Row, Problem]:
        mine = units[units["subdistrict"] == name]
        names: Row = {"strategy": strategy, "subdistrict": name, "community": community}
        return names, Problem(mine, edges[(a == name) & (b == name)], rules, of_ground(decisions, mine), community)

    if "compliance" in proposals:
        plan = proposals["compliance"].plan
        for row in proposals["compliance"].subdistricts.itertuples(index=False):
            outside, bound = round(row.objective[0]), math.ceil(row.bound[0] - 1e-6)
            if outside > 0:
                names, problem = posed("compliance", str(row.name), "")
                sizes = problem.units["households"].groupby(plan.reindex(problem.units.index)).sum()
                counted = tuple(int(size) for name, size in sizes.items() if name not in accepted(problem))
                feasible, moved = (
                    False if bound else None,
                    moved_households(problem.units, plan.loc[problem.units.index]),
                )
                yield Posed(names, problem, Verdict(feasible, outside, bound, moved, sizes=counted))
    if "principle" in proposals:
        cases = proposals["principle"].cases
        failed = cases[(cases["kind"] == "split") & (cases["communities_before"] == cases["communities_after"])]
        for row in failed.itertuples(index=False):
            names, problem = posed("principle", str(row.subdistrict), str(row.communities_before))
            over = max(0, int(problem.ground["households"].sum()) - rules.upper)
            yield Posed(names, problem, Verdict(False if row.proof == "infeasible" else None, over))


def _changes(
    posed: Posed, units: pd.DataFrame, edges: pd.DataFrame, decisions: pd.DataFrame, solve: SolveSection
) -> tuple[list[Obstruction], list[Row]]:
    """Find the obstructions of one problem, and the rows of the changes that were tried."""
    problem, present = posed.problem, posed.present
    until = time.monotonic() + solve.seconds * SHARE
    limits, others = (partial(Trials, solve, until, most) for most in (MOST_TRIALS, MOST_OTHERS))
    rows = [
        change_of_limit("raise upper", problem, least_raise(problem, present, limits())),
        change_of_limit("cut lower", problem, least_cut(problem, present, limits())),
    ]
    both = both_limits(problem, present, limits())
    rows += [change_of_both(problem, both)] if both else []
    dropped, odds = drop_decisions(problem, others())
    tried = {"drop decision": dropped, "open border": open_borders(problem, others())}
    if not problem.community:
        tried["join subdistrict"] = join_neighbours(problem, units, edges, decisions, others())
    rows += [other_change(kind, one) for kind, several in tried.items() for one in several]
    obstructions = overt(problem) + ([decisions_at_odds(problem, odds)] if len(odds) else [])
    return obstructions or [unseen(problem, present)], chosen(rows)
