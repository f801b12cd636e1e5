"""Variants of a finished run: one community called something else, or nothing changed and nothing found."""

from dataclasses import replace

import pandas as pd

from pipeline.errors import problem, problems_table
from pipeline.results import Evaluation, Proposal, Result
from pipeline.schema import SKETCH


def renamed(result: Result, old: str, new: str) -> Result:
    """Call a community by another name in every table, plan and sentence."""

    def text(table: pd.DataFrame) -> pd.DataFrame:
        named = table.copy()
        if named.index.name == "community":
            named.index = named.index.str.replace(old, new, regex=False)
        for column in named.select_dtypes(["object", "str"]).columns.drop("geometry", errors="ignore"):
            strings = named[column].map(lambda cell: isinstance(cell, str)).all()
            named[column] = named[column].str.replace(old, new, regex=False) if strings else named[column]
        return named

    def proposal(one: Proposal) -> Proposal:
        left = {name.replace(old, new): reason.replace(old, new) for name, reason in one.left.items()}
        plan = one.plan.str.replace(old, new, regex=False)
        return replace(one, plan=plan, cases=text(one.cases), left=left)

    def evaluation(one: Evaluation) -> Evaluation:
        return replace(one, communities=text(one.communities), changes=text(one.changes))

    area = result.area
    return replace(
        result,
        area=replace(area, units=text(area.units), communities=text(area.communities), problems=text(area.problems)),
        flags=text(result.flags),
        neighbours=text(result.neighbours),
        proposals={name: proposal(one) for name, one in result.proposals.items()},
        evaluations={name: evaluation(one) for name, one in result.evaluations.items()},
    )


def unchanged(result: Result) -> Result:
    """Propose nothing: every table of cases, moves, candidates and problems is empty."""
    plan = result.area.units["community"]
    current = (
        result.area.units.groupby("community", as_index=False)
        .agg(subdistrict=("subdistrict", "first"), units=("households", "size"), households=("households", "sum"))
        .rename(columns={"community": "before"})
    )
    changes = current.assign(after=current["before"], change="U")
    return replace(
        result,
        area=replace(result.area, problems=result.area.problems.iloc[:0]),
        neighbours=result.neighbours.iloc[:0],
        proposals={
            name: replace(one, plan=plan, cases=one.cases.iloc[:0], alternatives={}, left={})
            for name, one in result.proposals.items()
        },
        evaluations={
            name: replace(one, communities=_as_today(result, one), changes=changes)
            for name, one in result.evaluations.items()
        },
    )


def _as_today(result: Result, evaluation: Evaluation) -> pd.DataFrame:
    today = result.area.communities
    table = evaluation.communities.reindex(today.index)
    return table.assign(
        subdistrict=today["subdistrict"], households=today["households"], population=today["population"]
    ).fillna({"area_km2": 1.0, "polsby_popper": 0.5, "status": "within", "change": "U", "predecessors": ""})


def sketched(result: Result) -> Result:
    """Find that counts were spread over units by area."""
    row = problem("warning", "households", SKETCH, "Households were spread by area.", "Give counts per unit.")
    return replace(result, area=replace(result.area, problems=problems_table([row])))
