"""Checks that a finished plan honours every decision, row by row, by code that shares nothing with the search.

Each kind of decision is a sentence about who lies with whom; it is read off the plan as it stands there. A breach is
a fault of huajie, not of the input: decisions that cannot hold together stop a run before a plan is made.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.errors import problem, problems_table
from pipeline.schema import LIST_SEPARATOR

Breaches = Iterator[tuple[str, str]]
"""What is broken (id) and the sentence."""


@dataclass(frozen=True)
class _Plans:
    """Where every unit lies today and in the plan, the units of each community of both, and what is known of units."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    today: Mapping[str, frozenset[str]]
    then: Mapping[str, frozenset[str]]
    households: Mapping[str, int]
    offices: frozenset[str]

    def seat(self, community: str) -> str:
        """Unit that a community of today is known by: its office, else its largest unit, the first of equal ones."""
        mine = sorted(self.today[community])
        return min(mine, key=lambda unit: (unit not in self.offices, -self.households[unit], unit))

    def homes(self, units: frozenset[str]) -> set[str]:
        """Communities of the plan in which some units lie."""
        return {self.after[unit] for unit in units if unit in self.after}


def verify_decisions(units: pd.DataFrame, plan: pd.Series, decisions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of decisions (schema.DECISIONS) that a plan breaks, each with what it says and what is the case.

    - pin: the units lie in the community. protect: units lie in one community, that of today.
    - lock, accept, protect (a community): it has exactly its units of today.
    - forbid split: its units of today lie in one community of the plan.
    - force split into k (2 where not said): it still exists, and k - 1 new communities or more have units of it.
    - forbid merge: no community of the plan holds the seats (office, else largest unit) of both; of a single community
      and any other.
    - force merge: all their units lie in the one whose name stays (`new_name`, else any of them).
    - rename: no community of the plan has the old name.
    """
    community = units["community"].astype("str").to_dict()
    after = {str(unit): str(name) for unit, name in plan.items()}
    anchor = units["anchor"].fillna(False).astype(bool) if "anchor" in units else pd.Series(False, index=units.index)
    plans = _Plans(
        community, after, _members(community), _members(after), units["households"].to_dict(),
        frozenset(units.index[anchor]),
    )  # fmt: skip
    rows = []
    for row in decisions.itertuples(index=False):
        for id, said in CHECKS[str(row.decision)](row, plans):
            detail = f"{row.decision} ({row.source or 'protected area'}): {said}."
            advice = "A plan must keep to every decision."
            rows.append(problem("error", "verify", "decision broken", detail, advice, id=id, source=str(row.source)))
    return problems_table(rows)


def _members(plan: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for unit, name in plan.items():
        found.setdefault(name, set()).add(unit)
    return {name: frozenset(ids) for name, ids in found.items()}


def _listed(cell: object) -> list[str]:
    return [name for name in str(cell).split(LIST_SEPARATOR) if name]


def _named(row: Any, plans: _Plans) -> list[str]:
    return [name for name in _listed(row.communities) if name in plans.today]


def _pin(row: Any, plans: _Plans) -> Breaches:
    for unit in _listed(row.units):
        if plans.after.get(unit) != row.communities:
            yield unit, f"{unit} lies in {plans.after.get(unit)}, not in {row.communities}"


def _as_today(row: Any, plans: _Plans) -> Breaches:
    for name in _named(row, plans):
        gone, come = (
            one.get(name, frozenset()) - other.get(name, frozenset())
            for one, other in ((plans.today, plans.then), (plans.then, plans.today))
        )
        if gone or come:
            yield name, f"{name} loses {len(gone)} and gains {len(come)} units: {', '.join(sorted(gone | come)[:5])}"


def _protect(row: Any, plans: _Plans) -> Breaches:
    if not row.units:
        yield from _as_today(row, plans)
    for unit in _listed(row.units):
        if plans.after.get(unit) != plans.before[unit]:
            yield unit, f"{unit} lies in {plans.after.get(unit)}, not in {plans.before[unit]} as today"
    if len(plans.homes(frozenset(_listed(row.units)))) > 1:
        yield row.units, f"{row.units} do not lie in one community"


def _whole(row: Any, plans: _Plans) -> Breaches:
    for name in _named(row, plans):
        homes = plans.homes(plans.today[name])
        if len(homes) > 1:
            yield name, f"the units of {name} lie in {len(homes)} communities: {', '.join(sorted(homes))}"


def _split(row: Any, plans: _Plans) -> Breaches:
    wanted = 2 if pd.isna(row.parts) else int(row.parts)
    for name in _named(row, plans):
        fresh = plans.homes(plans.today[name]) - set(plans.today)
        if name not in plans.then:
            yield name, f"{name} is given up"
        elif len(fresh) < wanted - 1:
            yield name, f"{name} is divided into {len(fresh) + 1} parts, {wanted} are asked for"


def _apart(row: Any, plans: _Plans) -> Breaches:
    named = _named(row, plans)
    others = named if len(named) > 1 else list(plans.today)
    for one in named:
        for other in others:
            alone = len(named) == 1 or one < other
            if one != other and alone and plans.after.get(plans.seat(one)) == plans.after.get(plans.seat(other)):
                yield one, f"{one} and {other} are merged"


def _merged(row: Any, plans: _Plans) -> Breaches:
    named = _named(row, plans)
    homes = plans.homes(frozenset().union(*(plans.today[name] for name in named)))
    stays = {str(row.new_name)} if row.new_name else set(named)
    if len(homes) != 1 or not homes <= stays:
        yield str(row.communities), f"{row.communities} lie in {', '.join(sorted(homes))}"


def _renamed(row: Any, plans: _Plans) -> Breaches:
    if row.communities in plans.then:
        yield str(row.communities), f"{row.communities} is still called so"


def _nothing(row: Any, plans: _Plans) -> Breaches:
    """Declared parts are counted where contiguity is checked (`verify_plan`)."""
    yield from ()


CHECKS: Mapping[str, Callable[[Any, _Plans], Breaches]] = {
    "pin": _pin,
    "lock": _as_today,
    "accept": _as_today,
    "protect": _protect,
    "forbid split": _whole,
    "force split": _split,
    "forbid merge": _apart,
    "force merge": _merged,
    "rename": _renamed,
    "parts": _nothing,
}
