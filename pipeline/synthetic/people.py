"""Who lives where in the made-up city: households, residents, staff and offices of every community and cell.

Only counts are chosen here, by role; what the rules then ask for follows from them and from the map.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from pipeline.synthetic.ground import Ground
from pipeline.synthetic.parents import Parents
from pipeline.synthetic.roles import PROTECTED, new_last_year, roles

RANGES = {
    "split in two": (4060, 4750),
    "split in three": (6060, 6400),
    "far over, not overloaded": (4120, 4480),
    "over": (3320, 3620),
    "within": (1080, 2650),
    "small": (690, 960),
    "merged": (380, 560),
    "partner": (1200, 2100),
}
"""Households of a community by role. A small one (690 or more) beside an `over` one (3320 or more) makes more than
4000 together, so those two cannot merge."""


@dataclass(frozen=True)
class People:
    """`cells`: households, population, compound (bool), one row per cell. `communities`: role, parent (number of the
    community it was carved out of last year, -1 for none), workers, floor_m2, state, grids, protected."""

    cells: pd.DataFrame
    communities: pd.DataFrame


def settle_people(ground: Ground, parents: Parents, rng: np.random.Generator) -> People:
    """Give every community a role, households and staff; raises NoSuchPlaceError where the roles find no place."""
    role = roles(ground, parents, rng)
    households = _households(role, np.bincount(parents.community), rng)
    communities = pd.DataFrame({"role": role, "households": households})
    communities["parent"] = new_last_year(parents, role, rng)
    in_cells = _spread_over_cells(ground, parents, households, rng)
    population = in_cells.groupby(parents.community)["population"].sum().to_numpy()
    return People(in_cells, communities.join(_staff_and_premises(communities, population, rng)))


def _households(role: np.ndarray, cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Households of each community: within the range of its role, more where it has more cells."""
    households = np.empty(len(role), dtype=np.int64)
    for number, name in enumerate(role):
        low, high = RANGES["small" if name.startswith("small") else name]
        if name == "within":
            households[number] = np.clip(
                cells[number] * rng.normal(100, 20), low + rng.integers(90), high - rng.integers(90)
            )
        else:
            households[number] = rng.integers(low, high)
    within, over = np.flatnonzero(role == "within"), np.flatnonzero(role == "over")
    households[within[households[within].argmax()]] = 3000
    households[within[households[within].argmin()]] = 1000
    households[over[households[over].argmax()]] = 4000
    return households


def _spread_over_cells(
    ground: Ground, parents: Parents, households: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Households and residents of each cell; a cell is a compound or, more often where it is large, a grid cell."""
    count = len(ground.cells)
    hectares = shapely.area(ground.cells) / 1e4
    compound = rng.random(count) < np.clip(1.08 - hectares / 16, 0.15, 0.92)
    share = np.where(compound, rng.uniform(0.7, 1.35, count), rng.uniform(0.35, 1.0, count))
    share[~compound & (rng.random(count) < 0.08)] = 0.0
    filled = np.zeros(count, dtype=np.int64)
    for number, total in enumerate(households):
        members = np.flatnonzero(parents.community == number)
        exact = total * share[members] / share[members].sum()
        filled[members] = np.floor(exact)
        filled[members[np.argsort(np.floor(exact) - exact, kind="stable")[: total - filled[members].sum()]]] += 1
    size = rng.uniform(2.05, 2.65, len(households))[parents.community] * rng.uniform(0.94, 1.06, count)
    return pd.DataFrame(
        {"households": filled, "population": np.rint(filled * size).astype(np.int64), "compound": compound}
    )


def _staff_and_premises(communities: pd.DataFrame, population: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Workers, floor area and its state, grids, and whether the quarter is kept as it is."""
    count, households, role = len(communities), communities["households"].to_numpy(), communities["role"]
    calm = (role == "far over, not overloaded").to_numpy()
    split = role.str.startswith("split").to_numpy()
    workers = np.clip(np.rint(population / rng.uniform(440, 640, count)), 6, 13).astype(int)
    workers = np.where(calm, np.ceil(population / 540), workers).astype(int)
    per_household = np.where(
        calm, 0.34, np.where(split, rng.uniform(0.14, 0.36, count), rng.uniform(0.26, 0.52, count))
    )
    grids = np.maximum(2, np.rint(households / np.where(calm, 450, rng.uniform(310, 470, count)))).astype(int)
    state = np.where(rng.random(count) < 0.06, "装修", "可用").astype(object)
    new = rng.permutation(np.flatnonzero(communities["parent"] >= 0))
    state[new] = ["可用"] * 4 + ["装修"] * 4 + ["在建"] * 2 + ["未落实"] * 2
    floor = np.where(state == "未落实", 0, np.rint(households * per_household / 10) * 10 + 20).astype(int)
    return pd.DataFrame(
        {"workers": workers, "floor_m2": floor, "state": state, "grids": grids, "protected": role == PROTECTED}
    )
