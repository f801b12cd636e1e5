"""The compliance plan: every community inside the limits where that is possible, drafted for one subdistrict."""

import math

import pandas as pd

from pipeline.propose.least_change import comply
from pipeline.propose.plan import Change, Draft, Local, case_row, changes_between, moved_households
from pipeline.results import Solution
from pipeline.rules import RuleSet, status_of
from pipeline.schema import STATUS_ZH, WITHIN
from pipeline.settings import SolveSection


def draft_compliance(units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet, solve: SolveSection) -> Local:
    """Draft the compliance plan of one subdistrict; its cases are the groups of communities that exchange units."""
    solution = comply(units, edges, lower=rules.lower, upper=rules.upper, seconds=solve.seconds, seed=solve.seed)
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
    left = {str(name): _left_sentence(int(size), solution, units, rules) for name, size in outside.items()}
    return Local(drafts, left, solution)


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
