"""Who belongs where in the made-up city: super-blocks grow into subdistricts, cells into communities.

Two communities are moved under another parent on purpose: one that touches its new parent only across a barrier
without a crossing, and one that touches it nowhere.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from pipeline.synthetic.ground import Ground
from pipeline.synthetic.growth import Places, grow, places

COUNTS = (8, 7, 8, 7, 8, 7, 8, 8, 7, 7)
"""Communities of each subdistrict, 75 in all; the two outermost subdistricts are the town and the service centre."""
FEWEST, MOST = 6, 9
"""Communities that a subdistrict may have at least and at most after two of them have changed their parent."""
NEAR_M = 50.0
"""A community farther than this from another subdistrict does not touch it."""


class NoSuchPlaceError(Exception):
    """This draw of the city has no room for a case that the sample must hold; another draw may."""


@dataclass(frozen=True)
class Parents:
    """Who belongs where.

    `community`: number of each cell's community. `subdistrict`: number of each community's subdistrict. `touching`:
    pairs of communities that share a border: a, b, border_m, passable_m (border that is no barrier, or has a
    crossing). `across`, `detached`: the communities moved under another parent.
    """

    community: np.ndarray
    subdistrict: np.ndarray
    touching: pd.DataFrame
    across: int
    detached: int


def settle_parents(ground: Ground, rng: np.random.Generator) -> Parents:
    """Grow 10 subdistricts and 75 communities; raises NoSuchPlaceError where a special case finds no place."""
    parent_of_cell, counts = _grow_subdistricts(ground, rng)
    community = np.full(len(ground.cells), -1)
    subdistrict = np.repeat(np.arange(len(counts)), counts)
    for number, count in enumerate(counts):
        members = np.flatnonzero(parent_of_cell == number)
        shares = np.exp(rng.normal(0, 0.25, count))
        community[members] = np.searchsorted(subdistrict, number) + grow(_places_within(ground, members), shares, rng)
    touching = _touching(ground, community)
    moves = _moves(ground, community, subdistrict, touching)
    for mover, parent in moves:
        subdistrict[mover] = parent
    return Parents(community, subdistrict, touching, moves[0][0], moves[1][0])


def neighbours_within(parents: Parents, number: int) -> list[int]:
    """Communities of the same subdistrict that a community touches."""
    return sorted(
        other
        for other in _neighbours(parents.touching, number)
        if parents.subdistrict[other] == parents.subdistrict[number]
    )


def _centres(cells: np.ndarray) -> np.ndarray:
    return shapely.get_coordinates(shapely.centroid(cells))


def _grow_subdistricts(ground: Ground, rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
    """Subdistrict of each cell, numbered from the middle outwards, and the number of communities each is to have."""
    quarter, count = ground.quarter, ground.quarter.max() + 1
    sizes = np.bincount(quarter, minlength=count)
    centres = np.column_stack([np.bincount(quarter, xy, count) / sizes for xy in _centres(ground.cells).T])
    borders = ground.borders.assign(a=quarter[ground.borders["a"]], b=quarter[ground.borders["b"]])
    label = grow(places(centres, sizes, borders), np.array(COUNTS, float), rng)[quarter]
    held = np.bincount(label)
    distance = np.bincount(label, np.hypot(*_centres(ground.cells).T)) / held
    rank = distance.argsort(kind="stable").argsort(kind="stable")
    order = distance.argsort(kind="stable")
    return rank[label], [COUNTS[part] for part in order]


def _places_within(ground: Ground, members: np.ndarray) -> Places:
    """Graph of some cells alone, numbered by their position in `members`."""
    position = np.full(len(ground.cells), -1)
    position[members] = np.arange(len(members))
    borders = ground.borders.assign(a=position[ground.borders["a"]], b=position[ground.borders["b"]])
    borders = borders[(borders["a"] >= 0) & (borders["b"] >= 0)]
    return places(_centres(ground.cells[members]), np.ones(len(members)), borders)


def _touching(ground: Ground, community: np.ndarray) -> pd.DataFrame:
    """Borders between communities, summed: a, b, border_m, passable_m."""
    borders = ground.borders
    left, right = community[borders["a"]], community[borders["b"]]
    passable = borders["border_m"].where(~borders["barrier"] | borders["crossing"], 0.0)
    table = pd.DataFrame(
        {
            "a": np.minimum(left, right),
            "b": np.maximum(left, right),
            "border_m": borders["border_m"],
            "passable_m": passable,
        }
    )
    return table[table["a"] != table["b"]].groupby(["a", "b"], as_index=False).sum()


def _neighbours(touching: pd.DataFrame, number: int) -> set[int]:
    met = touching[(touching["a"] == number) | (touching["b"] == number)]
    return set((met["a"] + met["b"] - number).tolist())


def _moves(
    ground: Ground, community: np.ndarray, subdistrict: np.ndarray, touching: pd.DataFrame
) -> list[tuple[int, int]]:
    """Pick two communities and their new parents: the first touches its parent only across a barrier, the second
    not at all though it lies near. Four subdistricts take part."""
    shapes = np.array([shapely.union_all(ground.cells[community == number]) for number in range(len(subdistrict))])
    parents = np.array([shapely.union_all(shapes[subdistrict == number]) for number in range(len(COUNTS))])
    away_m = shapely.distance(shapes[:, None], parents[None, :])
    border_m, passable_m = (_with_each_parent(touching, subdistrict, column) for column in ("border_m", "passable_m"))
    room = np.bincount(subdistrict) < MOST
    movable = _removable(shapes, subdistrict)[:, None] & room[None, :]
    movable[np.arange(len(subdistrict)), subdistrict] = False
    across = [(-border_m[n, p], n, p) for n, p in np.argwhere(movable & (border_m > 0) & (passable_m == 0)).tolist()]
    detached = [(away_m[n, p], n, p) for n, p in np.argwhere(movable & (away_m > NEAR_M)).tolist()]
    for _, first, parent in sorted(across):
        for _, second, other in sorted(detached):
            if len({subdistrict[first], parent, subdistrict[second], other}) == 4:
                return [(first, parent), (second, other)]
    raise NoSuchPlaceError("no community lies across a barrier from another subdistrict, or none lies near one")


def _with_each_parent(touching: pd.DataFrame, subdistrict: np.ndarray, column: str) -> np.ndarray:
    """Sum a length of border of each community (rows) with the communities of each subdistrict (columns)."""
    sums = np.zeros((len(subdistrict), len(COUNTS)))
    np.add.at(sums, (touching["a"], subdistrict[touching["b"]]), touching[column])
    np.add.at(sums, (touching["b"], subdistrict[touching["a"]]), touching[column])
    return sums


def _removable(shapes: np.ndarray, subdistrict: np.ndarray) -> np.ndarray:
    """Tell of which communities a subdistrict can be without: it hangs together and has enough communities left."""
    numbers = np.arange(len(subdistrict))
    kept = [shapely.union_all(shapes[(subdistrict == subdistrict[n]) & (numbers != n)]) for n in numbers]
    enough = np.bincount(subdistrict)[subdistrict] > FEWEST
    return enough & (shapely.get_type_id(kept) == shapely.GeometryType.POLYGON)
