"""Which units touch: the adjacency table, the borders between communities, and connected components.

Rook adjacency: two units are neighbours when they share a line; a shared point is none. `borders` finds the shared
lines, `along` says what they run along, `links` joins what would otherwise fall apart. Every table is of
`pipeline.schema` (EDGES); nothing given is changed.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.graph.along import describe_borders
from pipeline.graph.borders import shared_pieces
from pipeline.graph.links import components, joining_pairs
from pipeline.rules import RuleSet, load_rules
from pipeline.schema import columns

__all__ = ["adjacency", "community_borders", "components"]


def adjacency(
    units: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame | None = None,
    rules: RuleSet | None = None,
    *,
    least_m: float = 1.0,
    snap_m: float = 0.1,
    along_tolerance_m: float = 15.0,
) -> pd.DataFrame:
    """Make the adjacency table (schema.EDGES) of units, sorted by a, b, with a < b, on a RangeIndex.

    A `border` row needs more than `least_m` metres of shared line. Lines of two units count as shared where they lie
    within `snap_m` of one another, so that small gaps and overlaps of digitising do not part neighbours; a real gap
    (a road that belongs to no unit) does. `bridge` rows join the parts of a subdistrict and `inherited` rows the
    parts of a community of today, each over its shortest way, so that both are connected in the table whatever the
    map looks like (a unit without a shape excepted, which stays alone).

    `lines` (schema.LINES, same CRS) are what borders run along, within `along_tolerance_m`; without a `barrier`
    column the kinds and road classes in `rules.barrier_kinds` are barriers. `rules` gives the factors too; default
    is the default preset. Lengths are in metres of the units' working CRS.
    """
    rules = rules or load_rules()
    order = np.argsort(units.index.to_numpy(dtype=object), kind="stable")
    units = units.iloc[order]
    shapes = units.geometry.to_numpy()
    pieces = shared_pieces(shapes, snap_m)
    pairs, pieces = _long_enough(pieces, least_m)
    described = pairs.join(describe_borders(pieces, len(pairs), lines, rules, along_tolerance_m))
    linked = _with_links(described, units, shapes)
    linked["border_cost"] = linked["border_m"] * linked["factor"]
    ids = units.index.to_numpy()
    linked = linked.sort_values(["a", "b"], ignore_index=True)
    linked = linked.assign(a=ids[linked["a"].to_numpy()], b=ids[linked["b"].to_numpy()])
    text = dict.fromkeys(("a", "b", "kind", "along", "along_name", "road_class"), "str")
    return linked[columns("edges")].astype({**text, "barrier": bool, "crossing": bool})


def community_borders(edges: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    """Make the table of borders between the communities of a plan: a, b, border_m, barrier_m, crossing.

    One row per pair of communities that touch, a < b, from the `border` rows of `edges`. `barrier_m` is the part of
    the border that runs along a barrier; `crossing` is true where at least one barrier part has a crossing.
    """
    kept = edges[edges["kind"] == "border"]
    ends = pd.DataFrame({"left": kept["a"].map(plan), "right": kept["b"].map(plan)}).astype("str")
    swapped = ends["left"] > ends["right"]
    table = pd.DataFrame(
        {
            "a": ends["left"].where(~swapped, ends["right"]),
            "b": ends["right"].where(~swapped, ends["left"]),
            "border_m": kept["border_m"].astype(float),
            "barrier_m": kept["border_m"].where(kept["barrier"], 0.0).astype(float),
            "crossing": kept["crossing"].astype(bool),
        }
    )
    table = table[table["a"] != table["b"]]
    return table.groupby(["a", "b"], as_index=False).agg({"border_m": "sum", "barrier_m": "sum", "crossing": "any"})


def _long_enough(pieces: pd.DataFrame, least_m: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum pieces to one row per pair of units longer than least_m; give the pieces left with their row as `pair`."""
    sums = pieces.groupby(["a", "b"], sort=True)["length"].agg("sum")
    number = pieces.groupby(["a", "b"], sort=True).ngroup().to_numpy()
    long = sums.to_numpy() > least_m
    renumbered = np.cumsum(long) - 1
    kept = pieces[long[number]].assign(pair=renumbered[number[long[number]]])
    pairs = sums[long].rename("border_m").reset_index()
    return pairs, kept.sort_values("pair", kind="stable", ignore_index=True)


def _with_links(borders: pd.DataFrame, units: gpd.GeoDataFrame, shapes: np.ndarray) -> pd.DataFrame:
    """Add the bridge and inherited rows to the border rows (a, b are positions of units)."""
    tables = [borders.assign(kind="border")]
    joined = borders[["a", "b"]].to_numpy(dtype=np.int64).reshape(-1, 2)
    for kind, level in (("bridge", "subdistrict"), ("inherited", "community")):
        found = joining_pairs(shapes, pd.factorize(units[level])[0], joined)
        joined = np.vstack([joined, found])
        link = pd.DataFrame({"a": found[:, 0], "b": found[:, 1]})
        empty = {"along": "", "along_name": "", "road_class": "", "barrier": False, "crossing": False}
        tables.append(link.assign(border_m=0.0, kind=kind, factor=1.0, **empty))
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
