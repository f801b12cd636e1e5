"""Chooses from a front the other ways to do a case that a planner would see as other ways."""

import pandas as pd

from pipeline.propose.differ import really_differ
from pipeline.propose.front import BETWEEN, LEAST_BORDER, LEAST_MOVED, MOST_BALANCED
from pipeline.results import Alternative, Front, Solution

FIRST_OFFERED = (LEAST_BORDER, MOST_BALANCED, BETWEEN, LEAST_MOVED)


def alternatives_of(
    units: pd.DataFrame, chosen: pd.Series, case: pd.Index, front: Front, outside: float, most: int
) -> list[Alternative]:
    """Up to `most` plans of one subdistrict's front that treat the units of a case really otherwise.

    Other than the chosen plan and than one another: 2% of the households concerned go elsewhere, or another set of
    communities gives and takes. Each plan covers the case and the communities that it exchanges units with under it;
    objective: (households `outside`, created + abolished, moved, border cost in m) of the whole subdistrict.
    """
    rows = front.table[~front.table["chosen"] & (front.table["label"] != "")]
    rank = {name: place for place, name in enumerate(FIRST_OFFERED)}
    first = rows["label"].map(lambda label: min(rank.get(name, len(rank)) for name in label.split("、")))
    found: list[Alternative] = []
    seen = [chosen]
    for row in rows.loc[first.sort_values(kind="stable").index].itertuples():
        plan = front.plans[row.subdistrict, row.point]
        if len(found) < most and all(_other(units, case, known, plan) for known in seen):
            levels = (outside, float(row.changed), float(row.moved_households), float(row.border_cost))
            bound = levels if row.proof == "optimal" else (outside, 0.0, 0.0, 0.0)
            label = f"{row.label}（划转{row.moved_households}户，新增边界成本{row.border_cost:.0f}米）"
            around = _concerned(units, case, chosen, plan)
            found.append(Alternative(label, Solution(plan.loc[around], row.proof, levels, bound)))
            seen.append(plan)
    return found


def _other(units: pd.DataFrame, case: pd.Index, one: pd.Series, other: pd.Series) -> bool:
    """Tell whether two plans really differ where a case lies."""
    around = _concerned(units, case, one, other)
    today = units.loc[around, "community"]
    created = (set(one.loc[around]) | set(other.loc[around])) - set(units["community"])
    touched = [
        {*today[today != plan.loc[around]]} | {*plan.loc[around][today != plan.loc[around]]} for plan in (one, other)
    ]
    if touched[0] - created != touched[1] - created:
        return True
    return really_differ(units["households"], one.loc[around], other.loc[around], created)


def _concerned(units: pd.DataFrame, case: pd.Index, one: pd.Series, other: pd.Series) -> pd.Index:
    """The units of a case and of all communities that it hangs together with in either plan."""
    table = pd.DataFrame({"today": units["community"], "one": one, "other": other}).loc[one.index]
    inside = table.index.isin(case)
    while True:
        grown = inside.copy()
        for name in table:
            grown |= table[name].isin(set(table.loc[inside, name])).to_numpy()
        if (grown == inside).all():
            return table.index[inside]
        inside = grown
