"""Which units touch: the adjacency table, the borders between communities, and connected components.

Rook adjacency: two units are neighbours when they share a line; a shared point is none. `borders` finds the shared
lines and `corners` the contacts too short for one, `along` says what they run along, `passage` whether a community may
extend there, `replay` what a planner changed by hand, `links` joins what would otherwise fall apart. Every table is of
`pipeline.schema` (EDGES); nothing given is changed.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.graph.along import describe_borders
from pipeline.graph.borders import shared_pieces
from pipeline.graph.corners import corner_pairs
from pipeline.graph.links import components
from pipeline.graph.passage import CORNER_WHY, passages
from pipeline.graph.replay import fingerprints
from pipeline.graph.whole import Map, whole_table
from pipeline.rules import RuleSet, load_rules
from pipeline.schema import columns

__all__ = ["adjacency", "community_borders", "components", "counted", "drawn_adjacency", "fingerprints"]

TEXTS = ("a", "b", "kind", "along", "along_name", "road_class", "why", "computed")
NOTHING = {"along": "", "along_name": "", "road_class": "", "barrier": False, "crossing": False, "factor": 1.0}


def adjacency(
    units: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame | None = None,
    rules: RuleSet | None = None,
    *,
    least_m: float = 1.0,
    snap_m: float = 0.1,
    along_tolerance_m: float = 15.0,
) -> pd.DataFrame:
    """Make the adjacency table (schema.EDGES) of units, as `drawn_adjacency` does, without crossings and edits."""
    return drawn_adjacency(units, lines, rules, least_m=least_m, snap_m=snap_m, along_tolerance_m=along_tolerance_m)[0]


def drawn_adjacency(
    units: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame | None = None,
    rules: RuleSet | None = None,
    *,
    crossings: gpd.GeoDataFrame | None = None,
    edits: pd.DataFrame | None = None,
    within_m: float = 50.0,
    least_m: float = 1.0,
    snap_m: float = 0.1,
    along_tolerance_m: float = 15.0,
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Make the adjacency table (schema.EDGES) of units, sorted by a, b, with a < b, on a RangeIndex; and tell of it.

    A `border` row needs more than `least_m` metres of shared line; a shorter contact is a `corner`, not allowed. Lines
    of two units count as shared where they lie within `snap_m` of one another, so that small gaps and overlaps of
    digitising do not part neighbours; a real gap (a road that belongs to no unit) does. `bridge` rows join the parts of
    a subdistrict and `inherited` rows the parts of a community of today, each over its shortest way, so that both are
    connected in the table whatever the map looks like (a unit without a shape excepted, which stays alone; and a
    subdistrict that a forbidden barrier parts).

    `lines` (schema.LINES, same CRS) are what borders run along, within `along_tolerance_m`; without a `barrier`
    column the rules say which kinds and road classes are barriers. `rules` gives the factors too, and the barriers that
    are forbidden; default is the default preset. `crossings` (name, geometry; same CRS) serve the barrier borders up to
    `within_m` from them. `edits` (see `results.Area`) are laid over what is found. Lengths are in metres of the units'
    working CRS. The second value are rows of a problems table: crossings that serve nothing, communities that a
    forbidden barrier cuts, and what became of each edit.
    """
    rules = rules or load_rules()
    order = np.argsort(units.index.to_numpy(dtype=object), kind="stable")
    units = units.iloc[order]
    shapes = units.geometry.to_numpy()
    everything = shared_pieces(shapes, snap_m)
    pairs, pieces = _long_enough(everything, least_m)
    described = pairs.join(describe_borders(pieces, len(pairs), lines, rules, along_tolerance_m))
    borders, idle = passages(described, pieces, crossings, within_m)
    corners = corner_pairs(shapes, everything, pairs[["a", "b"]].to_numpy(dtype=np.int64), snap_m)
    corners = corners.assign(
        kind="corner", **NOTHING, allowed=False, why=[CORNER_WHY.format(metres=f"{m:.1f}") for m in corners["border_m"]]
    )
    tables = [table for table in (borders.assign(kind="border"), corners) if len(table)] or [borders.assign(kind="")]
    found = pd.concat(tables, ignore_index=True)
    ids = units.index.to_numpy()
    found = found.assign(a=ids[found["a"]], b=ids[found["b"]], border_cost=found["border_m"] * found["factor"])
    found = _typed(found.assign(computed=""))
    linked, rows, served = whole_table(found, Map(units, shapes, lines, crossings, rules, within_m), edits)
    idle &= ~np.isin(np.arange(len(idle)), list(served))  # crossings come first in what serves bridges
    if idle.any() and crossings is not None:
        rows = [_idle(crossings[idle], within_m), *rows]
    return _typed(linked.sort_values(["a", "b"], kind="stable", ignore_index=True)), rows


def counted(edges: pd.DataFrame) -> pd.DataFrame:
    """Give the edges that a plan is made on: all borders, which cost, and what else is allowed."""
    return edges[(edges["kind"] == "border") | edges["allowed"]].reset_index(drop=True)


def _typed(edges: pd.DataFrame) -> pd.DataFrame:
    plain = dict.fromkeys(TEXTS, "str") | dict.fromkeys(("barrier", "crossing", "allowed"), bool)
    return edges[columns("edges")].astype(plain | dict.fromkeys(("border_m", "factor", "border_cost"), float))


def _idle(crossings: gpd.GeoDataFrame, within_m: float) -> dict[str, str]:
    names = [name or "(no name)" for name in crossings["name"]]
    listed = "、".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    detail = (
        f"{len(names)} crossings lie within {within_m:g} m of no border along a barrier and change nothing: {listed}."
    )
    advice = "Nothing to do where no units meet; else check their place, or raise within_m under [crossings]."
    return problem("note", "crossings", "crossing without barrier", detail, advice)


def community_borders(edges: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    """Make the table of borders between the communities of a plan.

    One row per pair of communities that touch: a, b (a < b), border_m, barrier_m, crossing, allowed, by_hand; from the
    `border` rows of `edges` and from the corners and manual rows that a planner allows. `barrier_m` is the part of the
    border that runs along a barrier; `crossing` is true where at least one barrier part has a crossing, `allowed` where
    a community may extend across some of it, `by_hand` where a planner says that the two touch.
    """
    allowed = edges["allowed"].astype(bool) if "allowed" in edges else pd.Series(True, index=edges.index)
    by_hand = edges["kind"].isin(("corner", "manual")) & allowed
    here = (edges["kind"] == "border") | by_hand
    kept = edges[here].assign(allowed=allowed[here], by_hand=by_hand[here])
    ends = pd.DataFrame({"left": kept["a"].map(plan), "right": kept["b"].map(plan)}).astype("str")
    swapped = ends["left"] > ends["right"]
    table = pd.DataFrame(
        {
            "a": ends["left"].where(~swapped, ends["right"]),
            "b": ends["right"].where(~swapped, ends["left"]),
            "border_m": kept["border_m"].astype(float),
            "barrier_m": kept["border_m"].where(kept["barrier"], 0.0).astype(float),
            **{name: kept[name].astype(bool) for name in ("crossing", "allowed", "by_hand")},
        }
    )
    table = table[table["a"] != table["b"]]
    sums = {"border_m": "sum", "barrier_m": "sum", "crossing": "any", "allowed": "any", "by_hand": "any"}
    return table.groupby(["a", "b"], as_index=False).agg(sums)


def _long_enough(pieces: pd.DataFrame, least_m: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum pieces to one row per pair of units longer than least_m; give the pieces left with their row as `pair`."""
    sums = pieces.groupby(["a", "b"], sort=True)["length"].agg("sum")
    number = pieces.groupby(["a", "b"], sort=True).ngroup().to_numpy()
    long = sums.to_numpy() > least_m
    renumbered = np.cumsum(long) - 1
    kept = pieces[long[number]].assign(pair=renumbered[number[long[number]]])
    pairs = sums[long].rename("border_m").reset_index()
    return pairs, kept.sort_values("pair", kind="stable", ignore_index=True)
