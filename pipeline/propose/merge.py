"""Merges the small communities of a subdistrict, chosen jointly and exactly.

Every connected group of communities that could become one is listed; the best set of disjoint groups is chosen by an
integer programme. Minimised in this order: small communities left over; groups that land above the upper limit;
communities touched; and, negative because longer is better, the shared border inside the groups in metres.

Nothing is lost by listing only groups that cannot be cut in two groups which both reach the lower limit: cutting such
a group resolves the same small communities, touches no more, and abolishes one community less.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.partition.model import choose_disjoint
from pipeline.propose.split import first_gap
from pipeline.results import Solution

MOST_GROUPS = 20_000
"""Groups listed at the most for one subdistrict; beyond it the answer is no longer called optimal."""


@dataclass(frozen=True)
class Group:
    """Communities that could become one: `small` of them are under the merge line, `border_dm` is shared inside."""

    members: frozenset[str]
    households: int
    small: int
    border_dm: int


def merge_communities(
    communities: pd.DataFrame,
    neighbours: pd.DataFrame,
    *,
    merge_under: int,
    lower: int,
    upper: int,
    split_over: int,
    seconds: float = 60.0,
    apart: Collection[frozenset[str]] = (),
    kept: Collection[str] = (),
) -> Solution:
    """Choose merges for one subdistrict.

    `apart`: pairs that must not come into one group, not even by way of a third; `kept`: communities whose name stays.

    `communities`: households, indexed by community; `neighbours`: community, neighbour, border_m, allowed (pairs that
    may merge). The plan is a Series community -> name of the group's largest member. Objective and bound are
    (small left, above upper, touched, -shared border in metres), counting the small communities that the pairs name.
    """
    begun = time.monotonic()
    households = communities["households"]
    small = set(neighbours["community"]) & set(households.index[households < merge_under])
    allowed = neighbours[neighbours["allowed"] & neighbours["community"].isin(small)]
    never = {*apart, *(frozenset(pair) for pair in combinations(sorted(kept), 2))}
    groups, complete = list_groups(households, allowed, small, lower=lower, most=split_over, apart=never)
    levels = [
        [-group.small for group in groups],
        [int(group.households > upper) for group in groups],
        [len(group.members) for group in groups],
        [-group.border_dm for group in groups],
    ]
    chosen, proved = choose_disjoint([group.members for group in groups], levels, until=begun + seconds)
    totals = [sum(level[index] for index in chosen) for level in levels]
    objective = (float(len(small) + totals[0]), float(totals[1]), float(totals[2]), totals[3] / DECIMETRES)
    plan = pd.Series(households.index, index=households.index, name="community")
    for index in chosen:
        members = sorted(groups[index].members, key=lambda name: (name not in kept, -int(households[name]), name))
        plan[members] = members[0]
    spent = round(time.monotonic() - begun, 3)
    if proved and complete:
        return Solution(plan, "optimal", objective, objective, seconds=spent)
    hopeless = len(small - set(allowed["community"]))
    bound = (float(hopeless), 0.0, 0.0, -float(allowed["border_m"].sum()))
    note = "时间用尽" if complete else f"可合并的组合超过{MOST_GROUPS}个，未全部列出"
    return Solution(plan, "gap", objective, bound, first_gap(objective, bound), spent, note)


def list_groups(
    households: pd.Series,
    allowed: pd.DataFrame,
    small: set[str],
    *,
    lower: int,
    most: int,
    apart: Collection[frozenset[str]] = (),
) -> tuple[list[Group], bool]:
    """List the connected groups of at least two that reach `lower`, stay within `most` and cannot be cut in two.

    A group with a pair of `apart` is left out. Returns the groups, smallest first, and whether all of them are listed.
    """
    border: dict[frozenset[str], int] = {}
    near: dict[str, set[str]] = {}
    for one, other, metres in allowed[["community", "neighbour", "border_m"]].itertuples(index=False):
        border[frozenset((one, other))] = round(metres * DECIMETRES)
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    counts = {name: int(households[name]) for name in near}
    rank = sorted((frozenset((name,)) for name in small & near.keys()), key=sorted)
    seen, found = set(rank), []
    while rank:
        members = rank.pop(0)
        total = sum(counts[name] for name in members)
        if len(members) > 1 and total >= lower:
            if _divisible(members, near, counts, lower):
                continue  # and so is every group it could grow into
            shared = sum(metres for pair, metres in border.items() if pair <= members)
            found.append(Group(members, total, len(members & small), shared))
        for name in sorted(set().union(*(near[member] for member in members)) - members):
            wider = members | {name}
            refused = any(name in pair and pair <= wider for pair in apart)
            if total + counts[name] <= most and wider not in seen and not refused:
                if len(seen) >= MOST_GROUPS:
                    return found, False
                seen.add(wider)
                rank.append(wider)
    return found, True


def _divisible(members: frozenset[str], near: dict[str, set[str]], counts: dict[str, int], lower: int) -> bool:
    """Can the group be cut in two connected groups that both reach `lower`?"""
    total = sum(counts[name] for name in members)
    if total < 2 * lower:
        return False
    first = frozenset((min(members),))
    seen, ahead = {first}, [first]
    while ahead:
        side = ahead.pop()
        size = sum(counts[name] for name in side)
        if size >= lower and total - size >= lower and _connected(members - side, near):
            return True
        if total - size < lower:
            continue
        for name in set().union(*(near[member] for member in side)) & members - side:
            wider = side | {name}
            if wider not in seen:
                seen.add(wider)
                ahead.append(wider)
    return False


def _connected(members: frozenset[str], near: dict[str, set[str]]) -> bool:
    left = set(members)
    ahead = [left.pop()]
    while ahead:
        reached = near[ahead.pop()] & left
        left -= reached
        ahead.extend(reached)
    return not left
