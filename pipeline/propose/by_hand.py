"""Drafts what decisions alone ask for in one subdistrict: units that move and communities that merge by hand."""

from dataclasses import dataclass

import pandas as pd

from pipeline.decisions import names_in, sentence
from pipeline.propose.conflicts import decided_home
from pipeline.propose.decided import with_survivors
from pipeline.propose.plan import Draft, case_row, changes_between
from pipeline.results import Solution
from pipeline.rules import RuleSet


@dataclass(frozen=True)
class ByHand:
    """What decisions fix before anything is proposed.

    `units`: as given, with `community` after the moves and merges; `drafts`: their cases; `after`: households that
    every community which takes part in a merge comes to. `pinned`: units that must stay where they now are. `parts`:
    number of parts of communities that must be split, None where it is not said. `apart`: pairs that must not be
    merged; `kept`: communities whose name stays.
    """

    units: pd.DataFrame
    drafts: list[Draft]
    after: dict[str, int]
    pinned: frozenset[str]
    parts: dict[str, int | None]
    apart: frozenset[frozenset[str]]
    kept: frozenset[str]


def draft_by_hand(units: pd.DataFrame, decisions: pd.DataFrame, rules: RuleSet) -> ByHand:
    """Draft the moves and merges that decisions ask for; rows on other subdistricts are left aside.

    The cases need no proof: nothing else was possible. `decisions`: schema.DECISIONS, without conflicts.
    """
    names = set(units["community"])
    mine = [
        row
        for row in with_survivors(decisions, units).itertuples(index=False)
        if names & set(names_in(row.communities)) or set(names_in(row.units)) & set(units.index)
    ]
    home = decided_home(units, decisions)
    moved = units.assign(community=home)
    sizes = moved["households"].groupby(home).sum()
    drafts = []
    subdistrict = str(units["subdistrict"].iloc[0])
    for change in changes_between(units["community"], home):
        plan = home.loc[change.units]
        solution = Solution(plan, "optimal")
        told = [row for row in mine if _asks_for(row, units, home, set(change.before) | set(change.after))]
        result = "、".join(f"{name}（{int(sizes[name])}户）" for name in change.after)
        reason = f"{'；'.join(dict.fromkeys(_said(row) for row in told))}；调整后{result}。"
        drafts.append(Draft(case_row("principle", change, subdistrict, units, home, solution, reason), plan, solution))
    pins = [row for row in mine if row.decision == "pin" or (row.decision == "protect" and row.units)]
    pinned = frozenset(unit for row in pins for unit in names_in(row.units) if unit in units.index)
    merges = [row for row in mine if row.decision == "force merge"]
    return ByHand(
        units=moved,
        drafts=drafts,
        after={name: int(sizes[row.new_name]) for row in merges for name in names_in(row.communities)},
        pinned=pinned,
        parts={
            name: None if pd.isna(row.parts) else int(row.parts)
            for row in mine
            if row.decision == "force split"
            for name in names_in(row.communities)
        },
        apart=frozenset(pair for row in mine if row.decision == "forbid merge" for pair in _pairs(row, names)),
        kept=frozenset(home[list(pinned)]),
    )


def _asks_for(row: object, units: pd.DataFrame, home: pd.Series, touched: set[str]) -> bool:
    """Tell whether a decision moves something between the communities of a case."""
    named, kind = set(names_in(row.communities)), row.decision  # type: ignore[attr-defined]
    if kind == "force merge":
        return bool(named & touched)
    listed = [unit for unit in names_in(row.units) if unit in units.index]  # type: ignore[attr-defined]
    return kind == "pin" and bool(named & touched) and any(units.at[unit, "community"] != home[unit] for unit in listed)


def _said(row: object) -> str:
    named, listed = row.communities, row.units  # type: ignore[attr-defined]
    what = f"将{listed}划入{named}" if row.decision == "pin" else f"将{named}合并"  # type: ignore[attr-defined]
    return f"{sentence(row)}：{what}"


def _pairs(row: object, names: set[str]) -> set[frozenset[str]]:
    named = names_in(row.communities)  # type: ignore[attr-defined]
    others = named if len(named) > 1 else names
    return {frozenset((one, other)) for one in named for other in others if one != other}
