"""Turns the decisions on one subdistrict into arrays that a search can keep to, and tells whether a plan keeps to them.

Units are numbered in the sorted order of their ids, as `partition.ground_of` does, communities of today in the sorted
order of their names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.decisions import KEEPS_UNITS, names_in

Units = tuple[int, ...]


@dataclass(frozen=True)
class Decided:
    """What every plan of n units, C communities of today and any new ones must keep to.

    `may` (n, C) bool: the unit may belong to this community of today. `fresh` (n) bool: it may belong to a new one.
    `together`: units that share one part. `apart`: pairs of groups of which no unit of the one shares a part with a
    unit of the other. `kept`: communities that must survive; `vanish`: those that must not. `cut`: community and k: its
    units lie in at least k parts, k - 1 of them new. `excused`: communities whose households outside the limits are
    accepted. `own_links`: community and two units of another community of today that hang together by an inherited
    link alone; both must not belong to that community, which is declared to lie in so many parts and no more.
    """

    communities: tuple[str, ...]
    may: np.ndarray
    fresh: np.ndarray
    together: tuple[Units, ...] = ()
    apart: tuple[tuple[Units, Units], ...] = ()
    kept: Units = ()
    vanish: Units = ()
    cut: tuple[tuple[int, int], ...] = ()
    excused: Units = ()
    own_links: tuple[tuple[int, int, int], ...] = ()

    @property
    def binding(self) -> bool:
        """Whether anything is decided at all."""
        lists = (self.together, self.apart, self.kept, self.vanish, self.cut, self.excused, self.own_links)
        return any(lists) or not (self.may.all() and self.fresh.all())


def decided_of(units: pd.DataFrame, decisions: pd.DataFrame, edges: pd.DataFrame | None = None) -> Decided:
    """Make the arrays of one subdistrict from any rows of schema.DECISIONS; rows on others are left aside.

    `units`: households, community, anchor, indexed by unit_id. `edges` (schema.EDGES) give `own_links`, which only
    rows of `parts` ask for. Contradictions show as units that may belong nowhere, or as sets that cannot both hold:
    `conflicts` names them beforehand.
    """
    ids = units.index.sort_values()
    rows = units.loc[ids]
    names = tuple(sorted(rows["community"].astype("str").unique()))
    today = pd.Index(names).get_indexer(rows["community"])
    number = {name: at for at, name in enumerate(names)}
    found = _Gathered(np.ones((len(ids), len(names)), bool), np.ones(len(ids), bool), today, _seats(rows, today))
    for row in with_survivors(decisions, units).itertuples(index=False):
        named = [number[name] for name in names_in(str(row.communities)) if name in number]
        members = [int(at) for at in ids.get_indexer(pd.Index(names_in(str(row.units)), dtype="object")) if at >= 0]
        if (named or members) and row.decision != "rename":
            parts = 2 if pd.isna(row.parts) else int(row.parts)
            found.add(str(row.decision), members, named, parts, number.get(str(row.new_name), -1))
    declared = [at for at in sorted(set(found.declared)) if edges is not None]
    return Decided(
        communities=names,
        may=found.may,
        fresh=found.fresh,
        together=tuple(tuple(group) for group in found.together if len(group) > 1),
        apart=tuple(dict.fromkeys(found.apart)),
        kept=tuple(sorted(found.kept)),
        vanish=tuple(sorted(found.vanish)),
        cut=tuple(sorted(found.cut.items())),
        excused=tuple(sorted(found.excused)),
        own_links=tuple(_foreign_links(ids, today, edges, declared)) if edges is not None else (),
    )


class _Gathered:
    """Arrays and sets while decisions are added one by one."""

    def __init__(self, may: np.ndarray, fresh: np.ndarray, today: np.ndarray, seats: list[int]):
        self.may, self.fresh, self.today, self.seats = may, fresh, today, seats
        self.together: list[list[int]] = []
        self.apart: list[tuple[Units, Units]] = []
        self.kept: set[int] = set()
        self.vanish: set[int] = set()
        self.cut: dict[int, int] = {}
        self.excused: set[int] = set()
        self.declared: list[int] = []

    def add(self, kind: str, members: list[int], named: list[int], parts: int, stays: int) -> None:
        """Add one decision on units (`members`) or communities (`named`)."""
        if kind == "pin":
            self._bind(members, named[0])
        elif kind == "protect" and members:
            self.together.append(members)
            for unit in members:
                self._bind([unit], int(self.today[unit]))
        elif kind in KEEPS_UNITS:
            for community in named:
                self.may[self.today != community, community] = False
                self._bind(self._of(community), community)
            self.excused |= set(named) if kind == "accept" else set()
        elif kind == "forbid split":
            self.together += [self._of(community) for community in named]
        elif kind == "force split":
            self.kept |= set(named)
            self.cut |= {community: max(parts, self.cut.get(community, 2)) for community in named}
        elif kind == "forbid merge":
            others = named if len(named) > 1 else [c for c in range(len(self.seats)) if c not in named]
            pairs = combinations(named, 2) if len(named) > 1 else ((named[0], other) for other in others)
            self.apart += [((self.seats[a],), (self.seats[b],)) for a, b in pairs]
        elif kind == "force merge":
            self.together.append([unit for community in named for unit in self._of(community)])
            self.vanish |= set(named) - {stays}
            self._bind(self.together[-1], stays)
        elif kind == "parts":
            self.declared += named

    def _of(self, community: int) -> list[int]:
        return np.flatnonzero(self.today == community).tolist()

    def _bind(self, members: list[int], community: int) -> None:
        """Let units belong to one community only, which therefore stays."""
        bound = self.may[members, community].copy()
        self.may[members] = False
        self.may[members, community] = bound
        self.fresh[members] = False
        self.kept.add(community)


def _seats(rows: pd.DataFrame, today: np.ndarray) -> list[int]:
    """Unit that a community is known by: its office, or its largest unit; where it goes, the community goes."""
    anchor = rows["anchor"].to_numpy(bool) if "anchor" in rows else np.zeros(len(rows), bool)
    rank = np.where(anchor, np.inf, rows["households"].to_numpy(float))
    return [int(np.flatnonzero(today == number)[rank[today == number].argmax()]) for number in range(today.max() + 1)]


def _foreign_links(
    ids: pd.Index, today: np.ndarray, edges: pd.DataFrame, declared: list[int]
) -> list[tuple[int, int, int]]:
    links = edges[edges["kind"] == "inherited"] if "kind" in edges else edges[:0]
    ends = zip(ids.get_indexer(links["a"]).tolist(), ids.get_indexer(links["b"]).tolist(), strict=True)
    inside = [(i, j) for i, j in ends if min(i, j) >= 0]
    return [(community, i, j) for community in declared for i, j in inside if today[i] != community]


def with_survivors(decisions: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Write into every `force merge` that does not say it which community stays: the one with most households."""
    sizes = units["households"].groupby(units["community"]).sum()
    stays = [
        min(names_in(row.communities), key=lambda name: (-int(sizes.get(name, 0)), name))
        if row.decision == "force merge" and not row.new_name
        else row.new_name
        for row in decisions.itertuples(index=False)
    ]
    return decisions.assign(new_name=pd.Series(stays, index=decisions.index, dtype="str"))


def honours(decided: Decided, today: np.ndarray, labels: np.ndarray) -> bool:
    """Tell whether labels (n) keep to what is decided; labels from C on are new communities."""
    known = len(decided.communities)
    old = np.flatnonzero(labels < known)
    used = set(labels.tolist())
    return (
        bool(decided.may[old, labels[old]].all())
        and bool(decided.fresh[labels >= known].all())
        and all(len(set(labels[list(group)].tolist())) == 1 for group in decided.together)
        and not any(set(labels[list(one)]) & set(labels[list(other)]) for one, other in decided.apart)
        and set(decided.kept) <= used
        and not set(decided.vanish) & used
        and all(_new_parts(today, labels, known, community) >= k - 1 for community, k in decided.cut)
        and not any(labels[i] == labels[j] == community for community, i, j in decided.own_links)
    )


def _new_parts(today: np.ndarray, labels: np.ndarray, known: int, community: int) -> int:
    return len({label for label in labels[today == community].tolist() if label >= known})


def smallest_at_odds(decisions: pd.DataFrame, feasible: Callable[[pd.DataFrame], bool]) -> pd.DataFrame:
    """Find decisions that cannot hold together though any fewer of them could, by leaving out one after the other.

    `feasible` solves with some of the rows, as `decided_of(units, rows)` makes them; it must be false for all of them
    and is asked once for each.
    """
    kept = decisions
    for number in decisions.index:
        fewer = kept.drop(index=number)
        if not feasible(fewer):
            kept = fewer
    return kept
