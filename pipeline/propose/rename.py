"""Gives the communities that a plan creates the names that were decided for them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from pipeline.propose.plan import joined
from pipeline.results import Alternative, Proposal, Solution
from pipeline.schema import LIST_SEPARATOR


def renamed(proposal: Proposal, decisions: pd.DataFrame, today: pd.Series) -> Proposal:
    """Write decided names into a proposal: plan, cases, sentences, alternatives and reasons of those left outside.

    `today`: unit_id -> community. A name that the plan does not create is left aside. A new name is never one that the
    area has already (`conflicts` and reading see to that); ValueError where it is, all the same.
    """
    rows = decisions[decisions["decision"] == "rename"]
    return with_names(proposal, dict(zip(rows["communities"], rows["new_name"], strict=True)), today)


def with_names(proposal: Proposal, wanted: Mapping[str, str], today: pd.Series) -> Proposal:
    """Write names into a proposal: created community -> its new name; see `renamed`."""
    created = set(proposal.plan) - set(today)
    names = {old: new for old, new in wanted.items() if old in created}
    if not names:
        return proposal
    taken = (set(today) | set(proposal.plan)) - set(names)
    if len(set(names.values())) < len(names) or taken & set(names.values()):
        raise ValueError(f"names are not unique: {names}")
    cases = proposal.cases.assign(
        communities_after=[
            joined(names.get(name, name) for name in listed.split(LIST_SEPARATOR))
            for listed in proposal.cases["communities_after"]
        ],
        reason=[_said(reason, created, names) for reason in proposal.cases["reason"]],
    )
    alternatives = {
        case: [Alternative(one.label, _solution(one, names)) for one in others]
        for case, others in proposal.alternatives.items()
    }
    left = {names.get(name, name): _said(reason, created, names) for name, reason in proposal.left.items()}
    plan = proposal.plan.replace(names)
    return replace(proposal, plan=plan, cases=cases, alternatives=alternatives, left=left)


def _solution(alternative: Alternative, names: Mapping[str, str]) -> Solution:
    plan = alternative.solution.plan
    return alternative.solution if plan is None else replace(alternative.solution, plan=plan.replace(names))


def _said(sentence: str, created: Iterable[str], names: Mapping[str, str]) -> str:
    """Write the new names into a sentence; one name may be the beginning or the end of another."""
    longest = sorted(created, key=len, reverse=True)
    pattern = "|".join(rf"{re.escape(name)}(?!\d)" for name in longest)
    return re.sub(pattern, lambda found: names.get(found[0], found[0]), sentence)
