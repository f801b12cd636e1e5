"""Makes the adjacency table whole: the edits by hand, then the links that join what would otherwise fall apart.

Links are found after the edits, so that an edge taken away by hand, like a forbidden barrier, leaves no community of
today in pieces; links may be edited in their turn.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.graph.links import joining_pairs, numbered
from pipeline.graph.passage import BRIDGE_WHY, INHERITED_WHY, forbidden_lines, shut_by, way_round, ways_over
from pipeline.graph.replay import added, checked, replayed, shortened, without_edge
from pipeline.rules import RuleSet

Row = dict[str, str]


class Map(NamedTuple):
    """What links are drawn on: units in the order of their ids, their shapes, and what lies between them."""

    units: gpd.GeoDataFrame
    shapes: np.ndarray
    lines: gpd.GeoDataFrame | None
    crossings: gpd.GeoDataFrame | None
    rules: RuleSet
    within_m: float


class Whole(NamedTuple):
    """The whole table (schema.EDGES), what is told of it, and the positions of the crossings that serve a bridge."""

    edges: pd.DataFrame
    rows: list[Row]
    served: set[int]


def whole_table(edges: pd.DataFrame, place: Map, edits: pd.DataFrame | None) -> Whole:
    """Lay edits over borders and corners (schema.EDGES), add bridges and inherited links, and tell what came of it."""
    rows: list[Row] = []
    used: set[int] = set()
    if edits is not None:
        edits, rows = checked(edits, place.units)
        fresh = added(edges, edits, place.units)
        old = replayed(edges, edits)
        rows += [*old.rows, *fresh.rows]
        used |= old.used | fresh.used
        edges = pd.concat([old.edges, fresh.edges], ignore_index=True) if len(fresh.edges) else old.edges
    # A border that is not allowed still joins a subdistrict on the map: no bridge takes its place.
    on_map = edges[(edges["kind"] == "border") | edges["allowed"]]
    bridges = _links(on_map, place, "bridge", "subdistrict", BRIDGE_WHY)
    bridges, served = _over_barriers(bridges, on_map, place)
    if edits is not None:
        old = replayed(bridges, edits, "bridge")
        bridges, rows, used = old.edges, [*rows, *old.rows], used | old.used
    passable = pd.concat([edges[edges["allowed"]], bridges[bridges["allowed"]]], ignore_index=True)
    inherited = _links(passable, place, "inherited", "community", INHERITED_WHY)
    rows += _cut(edges, pd.concat([passable, edges[edges["kind"] == "border"], bridges]), place)
    if edits is not None:
        old = replayed(inherited, edits, "inherited")
        inherited, used = old.edges, used | old.used
        rows = shortened([*rows, *old.rows, *without_edge(edits[~edits.index.isin(used)])])
    return Whole(_one_row_a_pair(edges, bridges, inherited), rows, served)


def _links(edges: pd.DataFrame, place: Map, kind: str, level: str, why: str) -> pd.DataFrame:
    """Find the links (schema.EDGES) that join the units of each subdistrict or community, beside the edges given."""
    found = joining_pairs(place.shapes, pd.factorize(place.units[level])[0], _ends(edges, place))
    ids = place.units.index.to_numpy()
    links = pd.DataFrame({"a": ids[found[:, 0]], "b": ids[found[:, 1]]}, dtype=edges["a"].dtype)
    links = links.assign(border_m=0.0, kind=kind, along="", along_name="", road_class="", barrier=False, crossing=False)
    links = links.assign(factor=1.0, border_cost=0.0, allowed=True, why=why, computed="")
    return links.astype({"allowed": bool, "why": "str"})


def _over_barriers(bridges: pd.DataFrame, edges: pd.DataFrame, place: Map) -> tuple[pd.DataFrame, set[int]]:
    """Lead bridges that meet a forbidden barrier to a crossing, or shut them; give the crossings that serve one.

    `edges`: those that the bridges were found beside.
    """
    forbidden = forbidden_lines(place.lines, place.rules)
    if forbidden is None or place.lines is None or bridges.empty:
        return bridges, set()
    groups, joined = pd.factorize(place.units["subdistrict"])[0], _ends(edges, place)
    part = numbered(len(groups), joined[groups[joined[:, 0]] == groups[joined[:, 1]]])
    over = ways_over(place.lines, place.crossings, place.rules)
    ends, ids, served = _ends(bridges, place), place.units.index, set()
    rows = bridges.to_dict("records")
    for row, pair, barrier in zip(rows, ends, shut_by(ends, place.shapes, forbidden), strict=True):
        if not barrier:
            continue
        one, other = (np.flatnonzero(part == part[end]) for end in pair)
        led = way_round(one, other, place.shapes, over, place.within_m) if len(over) else None
        if led is None:
            row |= {"allowed": False, "why": f"相隔{barrier}，禁止跨越，无通道"}
            continue
        served.add(led.crossing)
        a, b = sorted((ids[led.one], ids[led.other]))
        row |= {"a": a, "b": b, "why": f"相隔{barrier}，禁止跨越，有通道：{over['name'].iloc[led.crossing]}"}
    return pd.DataFrame(rows, columns=bridges.columns).astype(bridges.dtypes.to_dict()), served


def _ends(edges: pd.DataFrame, place: Map) -> np.ndarray:
    """Give the positions (m, 2) of the ends of edges among the units."""
    index = place.units.index
    return np.column_stack([index.get_indexer(edges["a"]), index.get_indexer(edges["b"])]).astype(np.int64)


def _cut(edges: pd.DataFrame, touching: pd.DataFrame, place: Map) -> list[Row]:
    """Tell of communities of today that hang together on the map, and in the table only by inherited links."""
    names, group = np.unique(
        place.units["community"].fillna("").to_numpy(dtype=object).astype(str), return_inverse=True
    )
    home = dict(zip(place.units.index, group.tolist(), strict=True))
    inner = edges[edges["a"].map(home) == edges["b"].map(home)]
    shut = inner[~inner["allowed"] & (inner["kind"] == "border")]
    if shut.empty:
        return []
    ends = [_ends(table, place) for table in (touching, touching[touching["allowed"].astype(bool)])]
    before, after = (numbered(len(group), pairs[group[pairs[:, 0]] == group[pairs[:, 1]]]) for pairs in ends)
    rows = []
    for number in sorted(set(shut["a"].map(home))):
        mine = group == number
        parts, met = len(np.unique(after[mine])), len(np.unique(before[mine]))
        if parts > met:
            reasons = "；".join(dict.fromkeys(shut.loc[shut["a"].map(home) == number, "why"]))
            detail = f"{names[number]} falls into {parts} parts along borders that may not be crossed ({reasons})."
            advice = "It stays as it is; a plan may keep these parts together and add none. Crossings would join them."
            rows.append(problem("note", "adjacency", "community cut by barrier", detail, advice, id=names[number]))
    return rows


def _one_row_a_pair(edges: pd.DataFrame, bridges: pd.DataFrame, inherited: pd.DataFrame) -> pd.DataFrame:
    """Put all rows together; a link takes the place of a corner, and an inherited link that of a bridge."""
    bridges = bridges[~_pairs(bridges).isin(_pairs(inherited))]
    linked = _pairs(edges).isin(_pairs(bridges)) | _pairs(edges).isin(_pairs(inherited))
    edges = edges[(edges["kind"] != "corner") | ~linked]
    tables = [table for table in (edges, bridges, inherited) if len(table)]
    return pd.concat(tables or [edges], ignore_index=True)


def _pairs(edges: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(edges[["a", "b"]])
