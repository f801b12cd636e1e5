"""The compliance plan: every community inside the limits where that is possible, drafted for one subdistrict."""

import math
import time
from dataclasses import replace

import pandas as pd

from pipeline.decisions import kept_as_it_is, none_decided
from pipeline.propose.alternatives import alternatives_of
from pipeline.propose.capped import capped_solver
from pipeline.propose.comply import comply, task_of
from pipeline.propose.decided import decided_of
from pipeline.propose.front import front_of
from pipeline.propose.pareto import Caps, trace
from pipeline.propose.plan import Change, Draft, Local, case_row, changes_between, moved_households
from pipeline.propose.principle import draft_principle
from pipeline.propose.split import first_gap
from pipeline.results import Front, Solution
from pipeline.rules import RuleSet, status_of
from pipeline.schema import STATUS_ZH, WITHIN
from pipeline.settings import SolveSection

QUICK = 0.25
"""Where nothing is said, a front is traced if the plan was proved in this share of the time allowed,"""
FRONT_SHARE = 0.5
"""and in this share of it."""
MOST_POINTS = 6
"""Plans of a front that are sought."""
ONE_MORE = 1
"""Cheapest borders, best balance and the point between are three."""


def draft_compliance(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    decisions: pd.DataFrame | None = None,
    also: pd.DataFrame | None = None,
) -> Local:
    """Draft the compliance plan of one subdistrict; its cases are the groups of communities that exchange units.

    `decisions` (schema.DECISIONS) may speak of others too; the plan keeps to those on this one. `also`: further counts
    by unit_id (columns years), in each of which every community must lie inside the limits.
    """
    decisions = none_decided() if decisions is None else decisions
    solution = _solved(units, edges, rules, solve, decisions, also)
    plan = solution.plan
    assert plan is not None
    subdistrict = str(units["subdistrict"].iloc[0])
    sizes_before = units["households"].groupby(units["community"]).sum()
    sizes_after = units["households"].groupby(plan.reindex(units.index)).sum()
    front = _traced(units, edges, rules, solve, solution, decisions, also)
    most = solve.alternatives + ONE_MORE if solve.alternatives else 0
    drafts = []
    for change in changes_between(units["community"], plan):
        reason = _case_sentence(change, sizes_before, sizes_after, units, plan, rules)
        row = case_row("compliance", change, subdistrict, units, plan, solution, reason)
        others = alternatives_of(units, plan, change.units, front, solution.objective[0], most) if front else []
        drafts.append(Draft(row, plan.loc[change.units], solution, others))
    outside = sizes_after[status_of(sizes_after, rules) != WITHIN]
    later = _outside_later(units, plan, rules, also)
    as_it_is = kept_as_it_is(decisions)
    left = {
        str(name): f"{int(size)}户；{as_it_is[str(name)]}。"
        if name in as_it_is
        else _left_sentence(int(size), solution, units, rules)
        for name, size in outside.items()
    }
    left |= {name: said for name, said in later.items() if name not in left}
    return Local(drafts, left, solution, front)


def _traced(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    solution: Solution,
    decisions: pd.DataFrame,
    also: pd.DataFrame | None,
) -> Front | None:
    """Trace what the subdistrict could trade for what, where its plan is proved and changes anything.

    None too where there is nothing to trade. Every point keeps to what is decided.
    """
    plan = solution.plan
    wanted = solve.front or (solve.front is None and solution.seconds <= QUICK * solve.seconds)
    if not (wanted and solution.proof == "optimal" and plan is not None and any(solution.objective[1:])):
        return None
    until = time.monotonic() + solve.seconds * (1.0 if solve.front else FRONT_SHARE)
    free = units[~units["community"].isin(set(kept_as_it_is(decisions)))]
    decided = decided_of(free, decisions, edges)
    task = task_of(free, edges, lower=rules.lower, upper=rules.upper, decided=decided, also=also)
    solver, fixed = capped_solver(task, plan.loc[free.index], solve.seed), plan.drop(free.index)

    def with_fixed(caps: Caps, order: tuple[str, ...], until: float) -> Solution | None:
        found = solver(caps, order, until)
        return found if found is None or found.plan is None else replace(found, plan=pd.concat([found.plan, fixed]))

    found = front_of(units, edges, trace(with_fixed, solution, most=MOST_POINTS, until=until), plan, "compliance")
    return found if len(found.table) > 1 else None


def _outside_later(units: pd.DataFrame, plan: pd.Series, rules: RuleSet, also: pd.DataFrame | None) -> dict[str, str]:
    """Say of every community that leaves the limits in one of the further counts when that is."""
    if also is None:
        return {}
    sizes = also.loc[units.index].groupby(plan.loc[units.index]).sum()
    off = (sizes < rules.lower) | (sizes > rules.upper)
    return {
        str(name): "；".join(f"{year}年{int(sizes.at[name, year])}户" for year in sizes.columns[row])
        + f"，超出{rules.lower}—{rules.upper}户；限时内未找到各年均达标的方案，或已证明不存在。"
        for name, row in zip(off.index, off.to_numpy(), strict=True)
        if row.any()
    }


def _solved(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    decisions: pd.DataFrame,
    also: pd.DataFrame | None,
) -> Solution:
    """Find the least change among the communities that may change.

    Nothing is lost: what stays as it is neither gives nor takes. Its households outside the limits are added, unless
    they are accepted.
    """
    free = units[~units["community"].isin(set(kept_as_it_is(decisions)))]
    if free.empty:
        found = Solution(units["community"].iloc[:0], "optimal", (0.0,) * 4, (0.0,) * 4)
    else:
        decided = decided_of(free, decisions, edges)
        start = as_decided(units, edges, rules, solve, decisions).loc[free.index] if decided.binding else None
        found = comply(
            free,
            edges,
            lower=rules.lower,
            upper=rules.upper,
            seconds=solve.seconds,
            seed=solve.seed,
            decided=decided,
            also=also,
            start=start,
        )
        if found.plan is None:  # conflicts are named beforehand: time was too short
            assert start is not None
            found = _only_decided(free, edges, rules, start, found)
    if len(free) == len(units):
        return found
    assert found.plan is not None
    fixed = units.loc[units.index.difference(free.index)]
    counted = fixed[~fixed["community"].isin(decisions.loc[decisions["decision"] == "accept", "communities"])]
    outside = _outside(counted, counted["community"], rules, also)
    plan = pd.concat([found.plan, fixed["community"]]).loc[units.index.sort_values()].rename("community")
    objective, bound = ((numbers[0] + outside, *numbers[1:]) for numbers in (found.objective, found.bound))
    return replace(found, plan=plan, objective=objective, bound=bound, gap=first_gap(objective, bound))


def _outside(units: pd.DataFrame, plan: pd.Series, rules: RuleSet, also: pd.DataFrame | None) -> float:
    """Households by which the limits must give way for the communities of a plan, in the worst of all counts."""
    counts = units[["households"]] if also is None else units[["households"]].join(also)
    sizes = counts.groupby(plan.loc[units.index]).sum()
    return float(
        ((rules.lower - sizes).clip(lower=0).max(axis=1) + (sizes - rules.upper).clip(lower=0).max(axis=1)).sum()
    )


def _only_decided(
    units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, plan: pd.Series, short: Solution
) -> Solution:
    """The plan that carries out the decisions and nothing else, where no better one was found."""
    i, j = edges["a"].map(plan), edges["b"].map(plan)
    inside = edges["a"].map(units["community"]) == edges["b"].map(units["community"])
    objective = (
        _outside(units, plan, rules, None),
        float(len(set(plan) ^ set(units["community"]))),
        float(moved_households(units, plan)),
        float(edges.loc[inside & (i != j), "border_cost"].sum()),
    )
    bound = (0.0,) * 4
    return Solution(plan, "heuristic", objective, bound, first_gap(objective, bound), short.seconds, "仅执行人工决定")


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
