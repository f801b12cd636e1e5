"""What a plan is made of: names for new communities, cases out of two plans, and rows of the cases table."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.results import Alternative, Solution
from pipeline.schema import CASES_CSV, LIST_SEPARATOR, NEW_COMMUNITY, PROOF_ORDER

CASE_PREFIX = {"principle": "原则", "compliance": "达标"}


@dataclass(frozen=True)
class Change:
    """A set of communities of today and of the plan that exchange units only among themselves."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    units: pd.Index

    @property
    def kind(self) -> str:
        """Split 1 to n, merge n to 1, transfer (none appears or vanishes), regroup (the rest)."""
        if len(self.before) == 1:
            return "split"
        if len(self.after) == 1:
            return "merge"
        return "transfer" if set(self.before) == set(self.after) else "regroup"


@dataclass(frozen=True)
class Draft:
    """One case before it has a number: its row, its plan over its units, and its alternatives."""

    row: dict[str, object]
    plan: pd.Series
    solution: Solution
    alternatives: list[Alternative] = field(default_factory=list)


@dataclass(frozen=True)
class Local:
    """What one strategy drafts for one subdistrict.

    `left`: communities that stay outside the limits, with why. `whole`: the answer, where the subdistrict is one
    problem; None where every draft is a problem of its own.
    """

    drafts: list[Draft]
    left: dict[str, str]
    whole: Solution | None = None


def new_names(subdistrict: str, taken: Iterable[str], count: int) -> list[str]:
    """Names for communities that a plan creates, numbered on from those taken.

    >>> new_names("甲街道", ["甲街道新设1"], 2)
    ['甲街道新设2', '甲街道新设3']
    """
    used, number = set(taken), 0
    names: list[str] = []
    while len(names) < count:
        number += 1
        name = NEW_COMMUNITY.format(subdistrict=subdistrict, number=number)
        if name not in used:
            names.append(name)
    return names


def names_of_parts(
    units: pd.DataFrame, parts: pd.Series, community: str, fresh: Sequence[str], *, pinned: bool = False
) -> pd.Series:
    """Name the parts of one split community: the part with the office keeps the name, the rest take `fresh` in order.

    Without an office part 0 keeps it where units are `pinned` to it, else the part with most households. New parts are
    ordered by households, most first.
    """
    sizes = units.loc[parts.index, "households"].groupby(parts.to_numpy()).sum()
    ranked = sizes.sort_values(ascending=False, kind="stable").index.tolist()
    office = parts.index[units.loc[parts.index, "anchor"].to_numpy(bool)]
    keeper = parts.loc[office[0]] if len(office) else 0 if pinned else ranked[0]
    others = [part for part in ranked if part != keeper]
    return parts.map({keeper: community} | dict(zip(others, fresh, strict=False)))


def changes_between(before: pd.Series, after: pd.Series) -> list[Change]:
    """Group what changes into the smallest sets of communities that exchange units only among themselves.

    Communities whose units are the same before and after are in no group. Order: by first community of today.
    """
    pairs = pd.DataFrame({"before": before, "after": after.reindex(before.index)})
    group: dict[tuple[str, str], tuple[str, str]] = {}

    def top(node: tuple[str, str]) -> tuple[str, str]:
        while group.setdefault(node, node) != node:
            node = group[node]
        return node

    for old, new in pairs.drop_duplicates().itertuples(index=False):
        group[top(("after", new))] = top(("before", old))
    tops = pairs["before"].map(lambda name: top(("before", name)))
    changes = []
    for _, rows in pairs.groupby(tops, sort=False):
        olds, news = _by_size(rows["before"]), _by_size(rows["after"])
        if olds != news or (rows["before"] != rows["after"]).any():
            changes.append(Change(tuple(olds), tuple(news), rows.index))
    return sorted(changes, key=lambda change: change.before)


def _by_size(names: pd.Series) -> list[str]:
    return sorted(names.unique().tolist())


def joined(names: Iterable[str]) -> str:
    """Names as they stand in communities_before and communities_after."""
    return LIST_SEPARATOR.join(names)


def moved_households(units: pd.DataFrame, after: pd.Series) -> int:
    """Households in units whose community changes."""
    moved = units.loc[after.index, "community"].to_numpy() != after.to_numpy()
    return int(units.loc[after.index, "households"].to_numpy()[moved].sum())


def case_row(
    strategy: str,
    change: Change,
    subdistrict: str,
    units: pd.DataFrame,
    after: pd.Series,
    solution: Solution,
    reason: str,
) -> dict[str, object]:
    """One row of the cases table, without its number."""
    return {
        "strategy": strategy,
        "kind": change.kind,
        "subdistrict": subdistrict,
        "communities_before": joined(change.before),
        "communities_after": joined(change.after),
        "moved_households": moved_households(units, after.loc[change.units]),
        "proof": solution.proof,
        "objective": numbers(solution.objective),
        "bound": numbers(solution.bound),
        "gap": round(solution.gap, 6),
        "seconds": solution.seconds,
        "reason": reason,
    }


def numbered(rows: Sequence[dict[str, object]], strategy: str) -> pd.DataFrame:
    """Cases table from rows, numbered in their order: 原则-01, 原则-02, ..."""
    wide = max(2, len(str(len(rows))))
    ids = [f"{CASE_PREFIX[strategy]}-{number:0{wide}d}" for number in range(1, len(rows) + 1)]
    table = pd.DataFrame(list(rows), columns=[column.name for column in CASES_CSV])
    return table.assign(case_id=ids)


def numbers(values: Iterable[float]) -> str:
    """Numbers as a JSON list, whole ones without a point.

    >>> numbers((2.0, 0.0, 964.3))
    '[2, 0, 964.3]'
    """
    return json.dumps([int(v) if float(v).is_integer() else round(float(v), 3) for v in values])


def weakest(proofs: Iterable[str]) -> str:
    """The weakest of several proofs; `optimal` where there was nothing to prove.

    >>> weakest(["optimal", "gap"])
    'gap'
    """
    return min(proofs, key=PROOF_ORDER.index, default="optimal")
