"""Measures a plan, whoever drew it: limits, contiguity, moved households after name matching, borders, shape.

Names of a plan mean nothing here: every plan, huajie's too, gets the names of today anew, by the assignment under which
the most households keep the name of their community. The assignment is exact and needs no solver.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.graph import components
from pipeline.measures import dissolved, polsby_popper


def measured(
    units: gpd.GeoDataFrame, edges: pd.DataFrame, plan: pd.Series, *, lower: int, upper: int
) -> dict[str, float]:
    """Measure a plan against the communities of today.

    `units`, `edges`: schema.UNITS and EDGES; `plan`: unit_id -> any label, every unit (KeyError otherwise). Returns
    communities, inside and contiguous (shares of the communities), moved (share of the households), renamed (created
    and abolished communities), border_km, cost_km (border times what it runs along), polsby_popper (mean).
    """
    drawn = plan.loc[units.index].astype("str").rename("community")
    households = units["households"].astype("int64")
    sums = households.groupby(drawn).sum()
    kept = matched(overlap(units["community"], drawn, households))
    same = units["community"].astype("str") == drawn.map(kept)
    cut = (edges["kind"] == "border") & (edges["a"].map(drawn).to_numpy() != edges["b"].map(drawn).to_numpy())
    return {
        "communities": len(sums),
        "inside": float(sums.between(lower, upper).mean()),
        "contiguous": float((parts(edges, drawn) == 1).mean()),
        "moved": float(households[~same].sum() / max(1, households.sum())),
        "renamed": len(sums) + units["community"].nunique() - 2 * len(kept),
        "border_km": float(edges.loc[cut, "border_m"].sum() / 1000),
        "cost_km": float(edges.loc[cut, "border_cost"].sum() / 1000),
        "polsby_popper": float(polsby_popper(dissolved(units.geometry, drawn)).mean()),
    }


def overlap(today: pd.Series, drawn: pd.Series, households: pd.Series) -> pd.DataFrame:
    """Weigh what each drawn community (columns) has of each community of today (rows); 0 where they share no unit.

    The weights order pairs by households first and, since units may be empty, by units second; they are whole numbers.
    """
    weights = households.astype("int64") * (len(households) + 1) + 1
    return weights.groupby([today.astype("str"), drawn.astype("str")]).sum().unstack(fill_value=0)


def matched(weights: pd.DataFrame) -> dict[str, str]:
    """Give drawn communities the name of one of today each, so that the sum of the weights is greatest.

    Communities that share no unit are never matched. Returns drawn -> today, for the matched ones alone.
    """
    table = weights.to_numpy()
    pairs = zip(range(len(table)), assigned(table), strict=True)
    return {str(weights.columns[column]): str(weights.index[row]) for row, column in pairs if table[row, column] > 0}


def assigned(weights: np.ndarray) -> np.ndarray:
    """Assign to every row a column of its own with the greatest sum of weights; -1 where columns run out.

    Whole numbers, not negative. Augments along shortest paths under dual prices, a row at a time (Kuhn 1955, The
    Hungarian Method; Jonker and Volgenant 1987, A Shortest Augmenting Path Algorithm): cubic in the longer side.
    """
    rows, columns = weights.shape
    if not rows or not columns:
        return np.full(rows, -1)
    size = max(rows, columns)
    cost = np.zeros((size, size), dtype=np.int64)
    cost[:rows, :columns] = -weights.astype(np.int64)
    row_of = np.full(size, -1)
    row_price, column_price = cost.min(axis=1), np.zeros(size, dtype=np.int64)
    for row in range(size):
        _augment(cost, row, row_of, row_price, column_price)
    column_of = np.empty(size, dtype=np.int64)
    column_of[row_of] = np.arange(size)
    return np.where(column_of < columns, column_of, -1)[:rows]


def _augment(cost: np.ndarray, row: int, row_of: np.ndarray, row_price: np.ndarray, column_price: np.ndarray) -> None:
    """Find the free column nearest to `row` and shift the assignment along the way there (all but cost changes)."""
    size = len(cost)
    far = np.iinfo(np.int64).max
    distance, before, reached = np.full(size, far), np.full(size, -1), np.zeros(size, dtype=bool)
    here, travelled, last = row, 0, -1
    while True:
        through = travelled + cost[here] - row_price[here] - column_price
        nearer = ~reached & (through < distance)
        distance[nearer], before[nearer] = through[nearer], last
        last = int(np.argmin(np.where(reached, far, distance)))
        reached[last], travelled = True, distance[last]
        if row_of[last] < 0:
            break
        here = int(row_of[last])
    passed = reached.copy()
    passed[last] = False
    slack = travelled - distance[passed]
    column_price[passed] -= slack
    row_price[row_of[passed]] += slack
    row_price[row] += travelled
    while before[last] >= 0:
        row_of[last] = row_of[before[last]]
        last = int(before[last])
    row_of[last] = row


def parts(edges: pd.DataFrame, plan: pd.Series) -> pd.Series:
    """Count the connected parts of each community of a plan over all rows of `edges`, links included."""
    first, second = edges["a"].map(plan).to_numpy(), edges["b"].map(plan).to_numpy()
    inner = edges[first == second]
    return components(plan.index, inner["a"], inner["b"]).groupby(plan).nunique()


def least_moved(sizes: Iterable[int], *, lower: int, upper: int) -> float:
    """Bound from below how many households move in any plan with every community inside the limits.

    `sizes`: households of the communities of today. One over `upper` loses what is too much. One under `lower` either
    gains what it lacks or is abolished and loses all; each moved household is gained once and lost once. Communities
    under the limit may be shared between the two here, so that the bound takes a sort and no search.
    """
    counts = sorted(sizes)
    lost = float(sum(max(0, size - upper) for size in counts))
    small = [size for size in counts if size < lower]
    lost, gained = lost + sum(small), 0.0
    # Largest first: they lack least for what they would lose.
    for size in reversed(small):
        if gained >= lost:
            break
        share = min(1.0, (lost - gained) / lower)
        lost, gained = lost - share * size, gained + share * (lower - size)
    return max(lost, gained)
