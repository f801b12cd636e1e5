"""Finds decisions that contradict each other or the rules, by looking at them alone: nothing is solved.

A *claim* is what a decision says of one unit: that it belongs to a community. Two claims that differ are a conflict,
and so are decisions on one community that ask for opposite things. Each conflict is told with the rows it stands in.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from pipeline.decisions import KEEPS_UNITS, PROTECTED, names_in
from pipeline.errors import problem, problems_table
from pipeline.graph import components
from pipeline.propose.decided import with_survivors
from pipeline.rules import RuleSet
from pipeline.schema import DECISION_ZH

Rows = list[dict[str, str]]

SHOWN = 5
"""Units or communities named in one message."""

OPPOSITES = {
    "force split": (*KEEPS_UNITS, "forbid split", "force merge"),
    "force merge": (*KEEPS_UNITS,),
}
"""Kinds that contradict each other where they speak of one community."""


class Claim(NamedTuple):
    """A decision's word on a unit: it belongs to `community`."""

    unit: str
    community: str
    row: Any


def conflicts(units: pd.DataFrame, edges: pd.DataFrame, decisions: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Make the table of conflicts (schema.PROBLEMS_CSV, errors); empty where the decisions may hold together.

    `units`: households, community, subdistrict, indexed by unit_id; `edges`: schema.EDGES. What only solving shows is
    not found here.
    """
    decisions = with_survivors(decisions, units)
    told = list(decisions.itertuples(index=False))
    claims = [claim for row in told for claim in _claims(row, units)]
    rows = [*_opposites(told), *_claims_at_odds(claims, units), *_merges_apart(told), *_repeated(told)]
    rows += _moves_out_of(told, claims, units)
    if not rows:  # what follows takes the units as the decisions leave them
        rows += _against_the_rules(told, claims, units, edges, rules)
    return problems_table({(row["detail"]): row for row in rows}.values())


def unsplit(cases: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of splits that were decided and found to have no solution, from the cases that tried them."""
    failed = cases[(cases["kind"] == "split") & (cases["communities_before"] == cases["communities_after"])]
    reasons = dict(zip(failed["communities_before"], failed["reason"], strict=True))
    rows = []
    for row in decisions[decisions["decision"] == "force split"].itertuples(index=False):
        for name in names_in(row.communities):
            if name in reasons:
                said = f"{_called(row)}: no such split was found. {reasons[name]}"
                advice = "Take the decision back, change the number of parts, or give smaller units."
                rows.append(at_odds("decision against the rules", said, row, None, advice))
    return problems_table(rows)


def decided_home(units: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series:
    """Give every unit the community in which decisions put it, or its own of today (unit_id -> community)."""
    home = units["community"].astype("str").copy()
    for row in with_survivors(decisions, units).itertuples(index=False):
        for claim in _claims(row, units):
            home[claim.unit] = claim.community
    return home


def _claims(row: Any, units: pd.DataFrame) -> Iterator[Claim]:
    named, kind = names_in(row.communities), row.decision
    today = units["community"]
    if kind == "pin":
        yield from (Claim(unit, named[0], row) for unit in names_in(row.units) if unit in units.index)
    elif kind == "protect" and row.units:
        yield from (Claim(unit, str(today[unit]), row) for unit in names_in(row.units) if unit in units.index)
    elif kind in KEEPS_UNITS or kind == "force merge":
        for name in named:
            stays = row.new_name if kind == "force merge" else name
            yield from (Claim(str(unit), stays, row) for unit in units.index[today == name])


def at_odds(name: str, said: str, one: Any, other: Any | None, advice: str) -> dict[str, str]:
    """Make the problem of one decision, or of two, with their rows."""
    sources = [row.source or "the column of protected areas" for row in (one, other) if row is not None]
    return problem("error", "decisions", name, said, advice, id=one.communities or one.units, source="; ".join(sources))


def _called(row: Any) -> str:
    where = row.source or "the column of protected areas"
    what = PROTECTED if not row.source else DECISION_ZH[row.decision]
    return f"{what} {row.communities or row.units} ({where})"


def _pair(one: Any, other: Any, said: str) -> dict[str, str]:
    detail = f"{_called(one)} and {_called(other)} contradict each other: {said}."
    return at_odds("decisions contradict", detail, one, other, "Take one of them back, or narrow it.")


def _speaks_of(row: Any) -> set[str]:
    return set() if row.decision in ("pin", "rename") or row.units else set(names_in(row.communities))


def _opposites(told: list[Any]) -> Rows:
    """Find decisions of opposite kinds on one community."""
    rows = []
    for one in told:
        for other in told:
            common = _speaks_of(one) & _speaks_of(other)
            if common and other.decision in OPPOSITES.get(one.decision, ()):
                rows.append(_pair(one, other, f"both speak of {_some(sorted(common))}"))
    return rows


def _claims_at_odds(claims: list[Claim], units: pd.DataFrame) -> Rows:
    """Find units that two decisions want in different communities, or in one that a third keeps as it is."""
    first: dict[str, list[Claim]] = {}
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for claim in claims:
        for other in first.setdefault(claim.unit, []):
            if other.community != claim.community:
                said = f"{claim.unit} is to belong to {other.community} and to {claim.community}"
                rows.setdefault((_called(other.row), _called(claim.row)), _pair(other.row, claim.row, said))
        first[claim.unit].append(claim)
    closed = {
        claim.community: claim.row for claim in claims if claim.row.decision in KEEPS_UNITS and not claim.row.units
    }
    for claim in claims:
        keeper = closed.get(claim.community)
        if keeper is not None and str(units.at[claim.unit, "community"]) != claim.community:
            said = f"{claim.unit} is to join {claim.community}, which keeps exactly its units"
            rows.setdefault((_called(claim.row), _called(keeper)), _pair(claim.row, keeper, said))
    return list(rows.values())


def _merges_apart(told: list[Any]) -> Rows:
    """Find communities that are to be merged by one decision and kept apart by another."""
    rows = []
    merges = [row for row in told if row.decision == "force merge"]
    for one in merges:
        group = set(names_in(one.communities))
        for other in [row for row in told if row.decision == "forbid merge"]:
            named = set(names_in(other.communities))
            common = named & group
            if len(common) > 1 or (len(named) == 1 and common):
                rows.append(_pair(one, other, f"both speak of {_some(sorted(common))}"))
    return rows


def _repeated(told: list[Any]) -> Rows:
    """Find two numbers of parts for one community, two names for one, and one name for two."""
    rows = []
    for one, other in combinations(told, 2):
        if one.decision != other.decision:
            continue
        same = one.communities == other.communities
        if one.decision in ("force split", "parts") and same and one.parts is not pd.NA and other.parts is not pd.NA:
            if one.parts != other.parts:
                rows.append(_pair(one, other, f"{one.parts} parts and {other.parts} parts"))
        elif one.decision == "rename" and same != (one.new_name == other.new_name):
            said = f"{one.communities} → {one.new_name}, {other.communities} → {other.new_name}"
            rows.append(_pair(one, other, said))
    return rows


def _moves_out_of(told: list[Any], claims: list[Claim], units: pd.DataFrame) -> Rows:
    """Find units that are to leave a community which must not be split."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for whole in [row for row in told if row.decision == "forbid split"]:
        for name in names_in(whole.communities):
            mine = [claim for claim in claims if str(units.at[claim.unit, "community"]) == name]
            leaving = [claim for claim in mine if claim.community != name and claim.row.decision == "pin"]
            for claim in leaving:
                said = f"{claim.unit} is to leave {name} for {claim.community}"
                rows.setdefault((_called(claim.row), _called(whole)), _pair(claim.row, whole, said))
    return list(rows.values())


def _against_the_rules(
    told: list[Any], claims: list[Claim], units: pd.DataFrame, edges: pd.DataFrame, rules: RuleSet
) -> Rows:
    """Compare what the decisions make with the limits and with what touches what."""
    home = units["community"].astype("str").copy()
    for claim in claims:
        home[claim.unit] = claim.community
    sizes = units["households"].groupby(home).sum()
    parts = _pieces(home, edges)
    rows = []
    for row in told:
        if row.decision == "force split":
            for name in names_in(row.communities):
                rows += _split_too_small(row, name, int(sizes.get(name, 0)), rules)
        if row.decision == "force merge":
            total = int(sizes[row.new_name])
            if total > rules.split_over:
                detail = f"{_called(row)}: together they have {total} households, above the split line "
                advice = f"Merge fewer of them; up to {rules.split_over} households may be merged by decision."
                rows.append(at_odds("decision against the rules", f"{detail}{rules.split_over}.", row, None, advice))
        if row.decision in ("force merge", "pin"):
            rows += _broken(row, told, units, home, parts)
    return rows


def _split_too_small(row: Any, name: str, total: int, rules: RuleSet) -> Rows:
    count = 2 if pd.isna(row.parts) else int(row.parts)
    said = ""
    if total < count * rules.lower:
        said = f"{total} households do not give {count} communities of at least {rules.lower}"
    elif not pd.isna(row.parts) and total > count * rules.upper:
        said = f"{total} households do not fit into {count} communities of at most {rules.upper}"
    elif pd.isna(row.parts) and -(-total // rules.upper) > total // rules.lower:
        said = f"no number of communities of {rules.lower} to {rules.upper} has {total} households"
    if not said:
        return []
    advice = "Take the decision back, change the number of parts, or pin units to it first."
    return [at_odds("decision against the rules", f"{_called(row)}: {said}.", row, None, advice)]


def _pieces(home: pd.Series, edges: pd.DataFrame) -> dict[str, list[list[str]]]:
    """List the pieces that each community falls into, by the allowed rows of the adjacency table, largest first."""
    joining = edges[edges["allowed"].to_numpy(bool)] if "allowed" in edges else edges
    inside = joining[(joining["a"].map(home) == joining["b"].map(home)).to_numpy()]
    number = components(home.index, inside["a"], inside["b"])
    found: dict[str, list[list[str]]] = {}
    for (name, _), ids in home.groupby([home, number]).groups.items():
        found.setdefault(str(name), []).append([str(unit) for unit in ids])
    return {name: sorted(pieces, key=len, reverse=True) for name, pieces in found.items()}


def _broken(row: Any, told: list[Any], units: pd.DataFrame, home: pd.Series, parts: dict[str, list[list[str]]]) -> Rows:
    """Find communities that a merge or a pin leaves in pieces that do not touch."""
    if row.decision == "force merge":
        pieces = parts[row.new_name]
        sewn = any(row.new_name in names_in(other.communities) for other in told if other.decision == "pin")
        if len(pieces) < 2 or sewn:
            return []
        names = [_some(sorted({str(units.at[unit, "community"]) for unit in piece})) for piece in pieces]
        detail = f"{_called(row)}: they do not touch ({' | '.join(names)})."
        advice = "Name the communities between them as well, or take the decision back."
        return [at_odds("decision against the rules", detail, row, None, advice)]
    pinned = [unit for unit in names_in(row.units) if unit in units.index]
    moved = [unit for unit in pinned if str(units.at[unit, "community"]) != home[unit]]
    offices = [unit for unit in moved if "anchor" in units and units.at[unit, "anchor"]]
    for unit in [unit for unit in offices if units.at[unit, "community"] in parts]:
        detail = f"{_called(row)}: the office of {units.at[unit, 'community']} stands in {unit}."
        advice = "Pin its other units as well, or correct the office; a community keeps its office."
        return [at_odds("decision against the rules", detail, row, None, advice)]
    touched = {home[unit] for unit in moved} | {str(units.at[unit, "community"]) for unit in moved}
    rows = []
    for name in sorted(touched):
        pieces = parts.get(name, [])
        if len(pieces) > 1:
            detail = f"{_called(row)}: {name} would lie in {len(pieces)} parts that do not touch; apart from the rest: "
            apart = "; ".join(_some(piece) for piece in pieces[1:])
            advice = "Pin the units between them, or those cut off, as well."
            rows.append(at_odds("decision against the rules", f"{detail}{apart}.", row, None, advice))
    return rows


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
