"""Which case of the rules each community of the made-up city is to show, by where it lies.

A role decides how many households and staff a community gets (`people`); what is proposed then follows from the rules.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from pipeline.synthetic.ground import Ground
from pipeline.synthetic.parents import NoSuchPlaceError, Parents, neighbours_within

SPLITS, OVER = 8, 10
LARGE_TOGETHER = {"split": 2, "over": 2, "": 3}
"""Communities to be split and of 3001-4000 households, and how many of each and of both may be given to one
subdistrict: more would leave its neighbours no room to take units over."""
NEW, NEW_TOGETHER = 12, 5
"""Communities created last year, and how many of them in one subdistrict at most."""
LEAST_CELLS_TO_SPLIT = 14
"""A community of fewer cells would need compounds of 300 households and more to be over 4000."""
PROTECTED = "small: protected"
OLD_TOWN_M = (-300.0, 300.0)
"""Where the protected quarter lies."""


@dataclass(frozen=True)
class _Facts:
    """`cells`: number of cells of each community; `beside`: those it touches in its subdistrict; `open`: pairs
    (smaller number first) with a long border that can be crossed."""

    cells: np.ndarray
    subdistrict: np.ndarray
    beside: list[list[int]]
    open: set[tuple[int, int]]


def roles(ground: Ground, parents: Parents, rng: np.random.Generator) -> np.ndarray:
    """Role of each community, the ones that need a certain place given first; what is left over is `within`.

    Raises NoSuchPlaceError where a role finds no place.
    """
    cells = np.bincount(parents.community)
    long = parents.touching.query("passable_m > 150 and passable_m > 0.6 * border_m")
    beside = [neighbours_within(parents, number) for number in range(len(cells))]
    facts = _Facts(cells, parents.subdistrict, beside, set(zip(long["a"].tolist(), long["b"].tolist(), strict=True)))
    from_middle = np.hypot(*(_centres(ground, parents) - OLD_TOWN_M).T).argsort(kind="stable")
    most_cells, any_order = (-cells).argsort(kind="stable"), rng.permutation(len(cells))
    given = {parents.across: "small: across a barrier", parents.detached: "small: detached"}
    given |= _first(facts, given, from_middle, PROTECTED)
    given |= _surrounded(facts, given, "small: beside splits", "split in two", fewest=1)
    given |= _surrounded(facts, given, "small: beside large", "over", fewest=2)
    given |= _first(facts, given, most_cells, "split in three")
    given |= _first(facts, given, most_cells, "far over, not overloaded")
    while _count(given, "split") < SPLITS:
        given |= _first(facts, given, most_cells, "split in two")
    given |= _mergeable(facts, given, any_order)
    while _count(given, "over") < OVER:
        given |= _first(facts, given, any_order, "over")
    return np.array([given.get(number, "within") for number in range(len(cells))], dtype=object)


def new_last_year(parents: Parents, role: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Community that each new one was carved out of last year, -1 for the others; in as few subdistricts as can be."""
    plain = np.isin(role, ["within", "over"])
    carved: dict[int, list[tuple[int, int]]] = {}
    taken: set[int] = set()
    for number in rng.permutation(len(role)).tolist():
        beside = [other for other in neighbours_within(parents, number) if plain[other] and other not in taken]
        held = carved.setdefault(int(parents.subdistrict[number]), [])
        old = [other for _, other in held]
        if plain[number] and number not in old and beside and len(held) < NEW_TOGETHER:
            held.append((number, min(beside, key=lambda other: (old.count(other), other))))
            taken.add(number)
    pairs = [pair for held in sorted(carved.values(), key=len, reverse=True) for pair in held][:NEW]
    if len(pairs) < NEW:
        raise NoSuchPlaceError("too few communities next to each other to have been carved out of one")
    parent = np.full(len(role), -1)
    parent[[number for number, _ in pairs]] = [old for _, old in pairs]
    return parent


def _centres(ground: Ground, parents: Parents) -> np.ndarray:
    """Mean of the cells' centroids of each community."""
    points, cells = shapely.get_coordinates(shapely.centroid(ground.cells)), np.bincount(parents.community)
    return np.column_stack([np.bincount(parents.community, xy) / cells for xy in points.T])


def _count(given: dict[int, str], role: str) -> int:
    return sum(name.startswith(role) for name in given.values())


def _may_be_small(facts: _Facts, given: dict[int, str], number: int) -> bool:
    """Two small communities side by side could merge, which only one pair is to do."""
    return not any(given.get(other, "").startswith("small") for other in facts.beside[number])


def _first(facts: _Facts, given: dict[int, str], order: np.ndarray, role: str) -> dict[int, str]:
    """Give a role to the first free community of an order that has cells enough and may have it."""
    for number in order.tolist():
        fits = facts.cells[number] >= LEAST_CELLS_TO_SPLIT and _may_be_small(facts, given, number)
        if number not in given and fits and not (role != PROTECTED and _crowded(facts, given, number, role)):
            return {number: role}
    raise NoSuchPlaceError(f"no community fits {role!r}")


def _crowded(facts: _Facts, given: dict[int, str], number: int, role: str) -> bool:
    """Tell whether a subdistrict holds as many large communities as it may."""
    siblings = np.flatnonzero(facts.subdistrict == facts.subdistrict[number]).tolist()
    large = [given[other] for other in siblings if given.get(other, "").startswith(("split", "over", "far"))]
    return any(
        sum(name.startswith(kind) for name in large) >= most
        for kind, most in LARGE_TOGETHER.items()
        if role.startswith(kind)
    )


def _surrounded(facts: _Facts, given: dict[int, str], small: str, large: str, *, fewest: int) -> dict[int, str]:
    """Make one community small and the one or two that it touches in its subdistrict large."""
    for number in np.argsort(facts.cells, kind="stable").tolist():
        beside = facts.beside[number]
        fits = all(other not in given and facts.cells[other] >= LEAST_CELLS_TO_SPLIT for other in beside)
        if number not in given and fits and fewest <= len(beside) <= 2 and _may_be_small(facts, given, number):
            return {number: small} | dict.fromkeys(beside, large)
    raise NoSuchPlaceError(f"no community fits {small!r}")


def _mergeable(facts: _Facts, given: dict[int, str], order: np.ndarray) -> dict[int, str]:
    """Make one community small enough to merge with a neighbour that it can reach."""
    for number in order.tolist():
        reached = [
            other
            for other in facts.beside[number]
            if other not in given and (min(number, other), max(number, other)) in facts.open
        ]
        if number not in given and reached and facts.cells[number] <= 16 and _may_be_small(facts, given, number):
            return {number: "merged", reached[0]: "partner"}
    raise NoSuchPlaceError("no community fits the merge")
