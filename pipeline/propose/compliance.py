"""The compliance plan: every community inside the limits where that is possible, drafted for one subdistrict."""

import math
from dataclasses import replace

import pandas as pd

from pipeline.decisions import kept_as_it_is, none_decided
from pipeline.graph import components
from pipeline.propose.decided import Decided, decided_of, honours
from pipeline.propose.least_change import comply
from pipeline.propose.plan import Change, Draft, Local, case_row, changes_between, moved_households
from pipeline.propose.principle import draft_principle
from pipeline.propose.split import first_gap
from pipeline.results import Solution
from pipeline.rules import RuleSet, status_of
from pipeline.schema import STATUS_ZH, WITHIN
from pipeline.settings import SolveSection


def draft_compliance(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    decisions: pd.DataFrame | None = None,
) -> Local:
    """Draft the compliance plan of one subdistrict; its cases are the groups of communities that exchange units.

    `decisions` (schema.DECISIONS) may speak of others too; the plan keeps to those on this one.
    """
    decisions = none_decided() if decisions is None else decisions
    solution = _solved(units, edges, rules, solve, decisions)
    plan = solution.plan
    assert plan is not None
    subdistrict = str(units["subdistrict"].iloc[0])
    sizes_before = units["households"].groupby(units["community"]).sum()
    sizes_after = units["households"].groupby(plan.reindex(units.index)).sum()
    drafts = []
    for change in changes_between(units["community"], plan):
        reason = _case_sentence(change, sizes_before, sizes_after, units, plan, rules)
        row = case_row("compliance", change, subdistrict, units, plan, solution, reason)
        drafts.append(Draft(row, plan.loc[change.units], solution))
    outside = sizes_after[status_of(sizes_after, rules) != WITHIN]
    as_it_is = kept_as_it_is(decisions)
    left = {
        str(name): f"{int(size)}户；{as_it_is[str(name)]}。"
        if name in as_it_is
        else _left_sentence(int(size), solution, units, rules)
        for name, size in outside.items()
    }
    return Local(drafts, left, solution)


def _solved(
    units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, solve: SolveSection, decisions: pd.DataFrame
) -> Solution:
    """Find the least change; where it breaks a decision, take what decisions alone ask for.

    Communities that stay as they are take no part. The programme does not know of other decisions yet: it has to be
    given `decided`, and then its plan always honours it.
    """
    solution = _around_kept(units, edges, rules, solve, decisions)
    decided = decided_of(units, decisions, edges)
    if not decided.binding or solution.plan is None or _honoured(decided, units, solution.plan):
        return solution
    plan = as_decided(units, edges, rules, solve, decisions)
    sizes = units["households"].groupby(plan).sum()
    names, now = set(plan), set(units["community"])
    i, j = edges["a"].map(plan), edges["b"].map(plan)
    inside = edges["a"].map(units["community"]) == edges["b"].map(units["community"])
    objective = (
        float((rules.lower - sizes).clip(lower=0).sum() + (sizes - rules.upper).clip(lower=0).sum()),
        float(len(names ^ now)),
        float(moved_households(units, plan)),
        float(edges.loc[inside & (i != j), "border_cost"].sum()),
    )
    bound = (0.0,) * 4
    return Solution(
        plan, "heuristic", objective, bound, first_gap(objective, bound), solution.seconds, "仅执行人工决定"
    )


def _around_kept(
    units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, solve: SolveSection, decisions: pd.DataFrame
) -> Solution:
    """Find the least change among the communities that may change, where these hang together.

    Nothing is lost: what stays as it is neither gives nor takes. Its households outside the limits are added, unless
    they are accepted.
    """
    kept = set(kept_as_it_is(decisions))
    free = units[~units["community"].isin(kept)]
    if free.empty or components(free.index, edges["a"], edges["b"]).nunique() > 1:
        free = units
    found = comply(free, edges, lower=rules.lower, upper=rules.upper, seconds=solve.seconds, seed=solve.seed)
    if len(free) == len(units) or found.plan is None:
        return found
    fixed = units.loc[units.index.difference(free.index)]
    sizes = fixed["households"].groupby(fixed["community"]).sum()
    counted = sizes[~sizes.index.isin(decisions.loc[decisions["decision"] == "accept", "communities"])]
    outside = float((rules.lower - counted).clip(lower=0).sum() + (counted - rules.upper).clip(lower=0).sum())
    plan = pd.concat([found.plan, fixed["community"]]).loc[units.index.sort_values()].rename("community")
    objective, bound = ((numbers[0] + outside, *numbers[1:]) for numbers in (found.objective, found.bound))
    return replace(found, plan=plan, objective=objective, bound=bound, gap=first_gap(objective, bound))


def as_decided(
    units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, solve: SolveSection, decisions: pd.DataFrame
) -> pd.Series:
    """Make the plan (unit_id -> community) in which decisions are carried out and nothing else: a lawful start."""
    sizes = units["households"].groupby(units["community"]).sum()
    forced = decisions[(decisions["decision"] == "force split") & decisions["communities"].isin(sizes.index)]
    flags = pd.DataFrame({"community": forced["communities"].unique(), "action": "split", "reason": ""}, dtype="str")
    none = pd.DataFrame({"community": [], "neighbour": [], "border_m": [], "allowed": []})
    local = draft_principle(units, edges, flags, none, rules, solve.model_copy(update={"alternatives": 0}), decisions)
    plan = units["community"].astype("str").copy()
    for draft in local.drafts:
        plan.loc[draft.plan.index] = draft.plan
    return plan


def _honoured(decided: Decided, units: pd.DataFrame, plan: pd.Series) -> bool:
    """Tell whether a plan keeps to what is decided."""
    ids = units.index.sort_values()
    number = {name: at for at, name in enumerate(decided.communities)}
    for name in sorted(set(plan)):
        number.setdefault(name, len(number))
    today, labels = (series.loc[ids].map(number).to_numpy() for series in (units["community"], plan))
    return honours(decided, today, labels)


def _case_sentence(
    change: Change, before: pd.Series, after: pd.Series, units: pd.DataFrame, plan: pd.Series, rules: RuleSet
) -> str:
    """Say what was outside the limits, what moves, and what comes of it."""
    status = status_of(before.loc[list(change.before)], rules)
    amiss = "、".join(
        f"{name}（{int(before[name])}户，{STATUS_ZH[status[name]]}）"
        for name in change.before
        if status[name] != WITHIN
    )
    moved = moved_households(units, plan.loc[change.units])
    sizes = "、".join(f"{name}（{int(after[name])}户）" for name in change.after)
    cause = f"{amiss}不在{rules.lower}—{rules.upper}户以内；" if amiss else "为使相邻社区达标；"
    return f"{cause}划转{moved}户，调整后{sizes}。"


def _left_sentence(size: int, solution: Solution, units: pd.DataFrame, rules: RuleSet) -> str:
    """Say why a community stays outside the limits: overt obstructions first, else what the search knows."""
    total, largest = int(units["households"].sum()), units["households"].max()
    if total < rules.lower:
        lack = rules.lower - total
        return f"{size}户；本街道共{total}户，不足下限{rules.lower}户，差{lack}户，须跨街道调整或降低下限方可达标。"
    if largest > rules.upper and size > rules.upper:
        unit = units["households"].idxmax()
        relax = f"须提供更小的基本单元或将上限放宽至{int(largest)}户"
        return f"{size}户；含基本单元{unit}（{int(largest)}户），超过上限{rules.upper}户且不可再分，{relax}。"
    most, fewest = total // rules.lower, math.ceil(total / rules.upper)
    if fewest > most:
        return f"{size}户；本街道共{total}户，任何个数的社区都不能使每个处于{rules.lower}—{rules.upper}户。"
    outside, bound = int(solution.objective[0]), int(solution.bound[0])
    if bound == outside:
        proved = f"不跨街道、不拆基本单元、保持连片的条件下，本街道最少仍有{outside}户超出范围"
        return f"{size}户；已证明：{proved}，放宽上下限共{outside}户即可。"
    return f"{size}户；限时内未找到全部达标的方案（现有方案超出{outside}户，已证明至少{bound}户）。"
