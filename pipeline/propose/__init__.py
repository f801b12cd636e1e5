"""Proposes plans, each result with its proof: the principle plan and the compliance plan of an area.

Subdistricts are problems of their own (a plan never crosses their line), so they are solved side by side; the answer
does not depend on how many at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import joblib
import pandas as pd

from pipeline.errors import raise_errors
from pipeline.propose.anywhere import adjust
from pipeline.propose.compliance import draft_compliance
from pipeline.propose.conflicts import conflicts, unsplit
from pipeline.propose.decided import with_survivors
from pipeline.propose.explain import explained, relaxations
from pipeline.propose.front import merged_fronts
from pipeline.propose.merge import merge_communities
from pipeline.propose.plan import Local, numbered, weakest
from pipeline.propose.principle import draft_principle
from pipeline.propose.ready import make_ready
from pipeline.propose.rename import renamed
from pipeline.propose.split import split_community
from pipeline.results import Alternative, Proposal
from pipeline.rules import RuleSet
from pipeline.settings import SolveSection

__all__ = [
    "adjust",
    "conflicts",
    "explained",
    "merge_communities",
    "propose_compliance",
    "propose_principle",
    "relaxations",
    "renamed",
    "split_community",
    "with_survivors",
]

Report = Callable[[str], None]

NEEDED = ("households", "community", "subdistrict", "anchor")
"""Columns of units that a proposal is made from."""


def propose_principle(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    flags: pd.DataFrame,
    neighbours: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    *,
    decisions: pd.DataFrame | None = None,
    jobs: int = 1,
    report: Report | None = None,
) -> Proposal:
    """Propose what the rules ask for and no more: a split or merge for every flag with that action.

    `decisions` (schema.DECISIONS, without `conflicts`): what they ask for goes first and everything keeps to them;
    `flags` and `neighbours` are those that decisions were laid over. Raises InputError where a split that was decided
    has no solution.
    `units`, `edges`: schema.UNITS and EDGES; `flags`: schema.FLAGS_CSV; `neighbours`: community, neighbour, border_m,
    allowed. A flagged community that cannot be split or merged is in `left` with the reason.
    """
    by_subdistrict = dict(list(flags.groupby("subdistrict")))
    home = units.groupby("community", sort=False)["subdistrict"].first()
    beside = dict(list(neighbours.groupby(neighbours["community"].map(home)))) if len(neighbours) else {}
    tasks = [
        (
            draft_principle,
            (
                mine,
                near,
                by_subdistrict.get(name, flags[:0]),
                beside.get(name, neighbours[:0]),
                rules,
                solve,
                decisions,
            ),
        )
        for name, mine, near in _by_subdistrict(units, edges)
    ]
    proposal = _assembled("principle", units, tasks, jobs, report)
    if decisions is not None:
        raise_errors(unsplit(proposal.cases, decisions))
    return proposal


def propose_compliance(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    *,
    decisions: pd.DataFrame | None = None,
    also: pd.DataFrame | None = None,
    jobs: int = 1,
    report: Report | None = None,
) -> Proposal:
    """Propose the least change that brings every community inside the limits, subdistrict by subdistrict.

    `units`, `edges`: schema.UNITS and EDGES; `decisions` (schema.DECISIONS, without `conflicts`): every plan keeps to
    them. `also`: further counts by unit_id (columns years) in each of which the limits hold too. Communities that no
    plan found can bring inside are in `left`.
    """
    tasks = [
        (draft_compliance, (mine, near, rules, solve, decisions, also))
        for _, mine, near in _by_subdistrict(units, edges)
    ]
    return _assembled("compliance", units, tasks, jobs, report)


def _by_subdistrict(units: pd.DataFrame, edges: pd.DataFrame) -> list[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Units and inner edges of each subdistrict, by name."""
    plain = pd.DataFrame({name: units[name] for name in NEEDED})
    home = plain["subdistrict"]
    a, b = edges["a"].map(home), edges["b"].map(home)
    inner = dict(list(edges[a == b].groupby(a[a == b])))
    return [(str(name), mine, inner.get(name, edges[:0])) for name, mine in plain.groupby("subdistrict", sort=True)]


def _drafted(draft: Callable[..., Local], given: tuple) -> Local:
    """Draft one subdistrict, in a process that is ready for it."""
    make_ready()
    return draft(*given)


def _assembled(
    strategy: str, units: pd.DataFrame, tasks: Sequence[tuple[Any, tuple]], jobs: int, report: Report | None
) -> Proposal:
    """Run the drafts of all subdistricts and put them together into one proposal."""
    names = sorted(units["subdistrict"].unique())
    drafted: list[Local] = []
    if report is not None:
        report("getting ready; the first time on a machine this takes half a minute")
    make_ready()  # here first, so that workers find the compiled code
    work = (joblib.delayed(_drafted)(draft, given) for draft, given in tasks)
    parallel = joblib.Parallel(n_jobs=min(jobs, len(tasks)) or 1, return_as="generator")
    for number, local in enumerate(parallel(work), start=1):
        drafted.append(local)
        if report is not None:
            report(f"{names[number - 1]} ({number}/{len(names)})")
    plan = units["community"].astype("str").copy()
    rows, alternatives, subdistricts = [], [], []
    left: dict[str, str] = {}
    for name, local in zip(names, drafted, strict=True):
        for draft in local.drafts:
            plan.loc[draft.plan.index] = draft.plan
            rows.append(draft.row)
            alternatives.append(draft.alternatives)
        left |= local.left
        subdistricts.append({"name": name, "strategy": strategy} | _summed(local))
    cases = numbered(rows, strategy)
    listed: Mapping[str, list[Alternative]] = dict(zip(cases["case_id"], alternatives, strict=True))
    return Proposal(
        strategy=strategy,
        plan=plan,
        cases=cases,
        subdistricts=pd.DataFrame(subdistricts),
        alternatives={case: others for case, others in listed.items() if others},
        left=left,
        front=merged_fronts(local.front for local in drafted if local.front is not None),
    )


def _summed(local: Local) -> dict[str, object]:
    """Proof, objective, bound, gap and seconds of a subdistrict: of its one problem, or over its cases.

    Over cases the objective and bound are the sums over the splits (parts, crossings, border cost, imbalance).
    """
    solutions = [local.whole] if local.whole else [draft.solution for draft in local.drafts]
    summed = [local.whole] if local.whole else [d.solution for d in local.drafts if d.row["kind"] == "split"]
    return {
        "proof": weakest(solution.proof for solution in solutions),
        "objective": _sums(solution.objective for solution in summed),
        "bound": _sums(solution.bound for solution in summed),
        "gap": round(max((solution.gap for solution in solutions), default=0.0), 6),
        "seconds": round(sum(solution.seconds for solution in solutions), 3),
    }


def _sums(tuples: Iterable[tuple[float, ...]]) -> list[float]:
    """Sum each of the four numbers, over those tuples that have them (an infeasible problem has none)."""
    return [round(sum(column), 3) for column in zip((0.0,) * 4, *(t for t in tuples if t), strict=True)]
