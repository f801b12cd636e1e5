"""What borders run along: roads, waters and railways near them, barriers, and the crossings of barriers.

Points are set along every border about every 20 m. A point runs along a line that is near and has nearly the
direction that the border has there (a road that only crosses the border has not). A border runs along what more
than half of its points run along.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.rules import RuleSet, barring_of

SPACING_M = 20.0
LEAST_POINTS = 3
DIRECTION_COS = 0.7071
"""A border runs along a line up to 45 degrees apart."""

SIDE_M = 0.5
"""A road must reach this far from a barrier on both sides to cross it."""

CHUNK = 400_000

KIND_ORDER = {"railway": 0, "water": 1, "road": 2}
"""Of two kinds that a border runs along to the same share, the one that is harder to cross names it."""


def describe_borders(
    pieces: pd.DataFrame, count: int, lines: gpd.GeoDataFrame | None, rules: RuleSet, tolerance_m: float
) -> pd.DataFrame:
    """Say of each border 0..count-1 what it runs along.

    Gives along, along_name, road_class, barrier, crossing, factor (see schema.EDGES) and `forbidden`: more than half of
    the border runs along barriers that no community may extend across; these name it then.

    `pieces` (pair, x0, y0, x1, y1, length) are sorted by pair and along the border; every pair has some.
    """
    table = pd.DataFrame(
        {"along": "", "along_name": "", "road_class": "", "barrier": False, "crossing": False, "forbidden": False},
        index=pd.RangeIndex(count),
    )
    if lines is not None and len(lines) and count:
        facts = _line_facts(lines, rules)
        ends, row = _line_segments(lines.geometry.to_numpy())
        points = _border_points(pieces)
        matches = _matches(points, ends, row, facts, tolerance_m)
        verdicts = _verdicts(points, matches, facts)
        table.loc[verdicts.index, verdicts.columns] = verdicts
        crossed = _crossed(pieces[table["barrier"].to_numpy()[pieces["pair"]]], ends, facts.iloc[row], tolerance_m)
        table.loc[crossed, "crossing"] = True
    return table.assign(factor=_factors(table, rules))


def _line_facts(lines: gpd.GeoDataFrame, rules: RuleSet) -> pd.DataFrame:
    """Take kind, name, road_class, barrier, forbidden, factor of each line, by position; missing columns are filled."""
    text = {
        column: lines[column].fillna("").astype("str").to_numpy() if column in lines else ""
        for column in ("kind", "name", "road_class")
    }
    facts = pd.DataFrame(text, index=pd.RangeIndex(len(lines)))
    barring = barring_of(facts["kind"], facts["road_class"], rules).to_numpy()
    barrier = lines["barrier"].fillna(False).astype(bool).to_numpy() if "barrier" in lines else barring != "ignore"
    facts = facts.assign(barrier=barrier, forbidden=barrier & (barring == "forbidden"), along=facts["kind"])
    return facts.assign(factor=_factors(facts, rules))


def _factors(table: pd.DataFrame, rules: RuleSet) -> np.ndarray:
    """Price of a border by what it runs along (columns along, road_class, barrier)."""
    by_class = table["road_class"].map(rules.factor_road).fillna(rules.factor_open)
    road = by_class.where(table["along"] == "road", rules.factor_open)
    return np.where(table["barrier"], rules.factor_barrier, road).astype(float)


def _line_segments(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take lines (of polygons: their boundaries) apart into segments (n, 4) with the position of their line."""
    areal = shapely.get_dimensions(shapes) == 2
    shapes = np.where(areal, shapely.boundary(shapes), shapes)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    here = np.flatnonzero((part[1:] == part[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)) if len(part) else part
    return np.hstack([xy[here], xy[here + 1]]), owner[part[here]]


def _border_points(pieces: pd.DataFrame) -> pd.DataFrame:
    """Set points along each border, evenly, about every SPACING_M: pair, x, y and direction dx, dy (unit length).

    The direction is that from the point before to the point after, so that a jagged border has the direction in
    which it runs on the whole; where the border jumps (several parts) it is that of the piece itself.
    """
    length = pieces["length"].to_numpy()
    ends = pieces[["x0", "y0", "x1", "y1"]].to_numpy()
    stop = np.cumsum(length)
    total = np.bincount(pieces["pair"], weights=length)
    number = np.maximum(LEAST_POINTS, np.ceil(total / SPACING_M)).astype(np.int64)
    pair = np.repeat(np.arange(len(total)), number)
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    step = (total / number)[pair]
    at = (np.cumsum(total) - total)[pair] + (place + 0.5) * step
    piece = np.minimum(np.searchsorted(stop, at), len(pieces) - 1)
    span = ends[piece, 2:] - ends[piece, :2]
    part = (at - stop[piece] + length[piece]) / length[piece]
    xy = ends[piece, :2] + part[:, None] * span
    before = np.maximum(np.arange(len(pair)) - 1, (np.cumsum(number) - number)[pair])
    after = np.minimum(np.arange(len(pair)) + 1, (np.cumsum(number) - 1)[pair])
    chord = xy[after] - xy[before]
    reach = np.hypot(chord[:, 0], chord[:, 1])
    jump = (reach > 1.01 * (after - before) * step) | (reach < 0.1 * step)
    direction = np.where(jump[:, None], span, chord)
    direction = direction / np.hypot(direction[:, 0], direction[:, 1])[:, None]
    return pd.DataFrame({"pair": pair, "x": xy[:, 0], "y": xy[:, 1], "dx": direction[:, 0], "dy": direction[:, 1]})


def _matches(
    points: pd.DataFrame, ends: np.ndarray, row: np.ndarray, facts: pd.DataFrame, tolerance_m: float
) -> pd.DataFrame:
    """Match each point with the best line of each kind: point, line.

    Forbidden barriers first, then other barriers, then by factor, then the nearest.
    """
    tree = shapely.STRtree(shapely.linestrings(ends.reshape(-1, 2, 2)))
    span = ends[:, 2:] - ends[:, :2]
    span = span / np.hypot(span[:, 0], span[:, 1])[:, None]
    kind = pd.factorize(facts["kind"])[0]
    by = ["forbidden", "barrier", "factor"]
    order = facts.assign(position=facts.index).sort_values(by, ascending=[False, False, True])
    rank = np.empty(len(facts), dtype=np.int64)
    rank[order["position"]] = order.groupby(by, sort=False).ngroup()
    found = [pd.DataFrame({"point": [], "line": []}, dtype=np.int64)]
    for start in range(0, len(points), CHUNK):
        some = points.iloc[start : start + CHUNK]
        here = shapely.points(some["x"], some["y"])
        point, segment = tree.query(here, predicate="dwithin", distance=tolerance_m)
        cos = np.abs((some[["dx", "dy"]].to_numpy()[point] * span[segment]).sum(axis=1))
        point, segment = point[cos >= DIRECTION_COS], segment[cos >= DIRECTION_COS]
        line = row[segment]
        near = pd.DataFrame({"point": point + start, "line": line, "kind": kind[line], "rank": rank[line]})
        near["distance"] = shapely.distance(here[point], tree.geometries[segment])
        near = near.sort_values(["point", "kind", "rank", "distance", "line"]).drop_duplicates(["point", "kind"])
        found.append(near[["point", "line"]])
    return pd.concat(found, ignore_index=True)


def _verdicts(points: pd.DataFrame, matches: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Decide per border what it runs along, by the share of its points; only borders that run along something."""
    number = points.groupby("pair").size()
    seen = facts.iloc[matches["line"]].reset_index(drop=True)
    seen = seen.assign(point=matches["point"], pair=points["pair"].to_numpy()[matches["point"]])
    barred = seen[seen["barrier"]].drop_duplicates("point").groupby("pair").size()
    barrier_pairs = barred.index[barred > 0.5 * number[barred.index]]
    # On a border along a barrier only barriers have a say, so that a riverside road does not name it.
    seen = seen[seen["barrier"] | ~seen["pair"].isin(barrier_pairs)]
    shut = seen[seen["forbidden"]].drop_duplicates("point").groupby("pair").size()
    forbidden_pairs = shut.index[shut > 0.5 * number[shut.index]]
    seen = seen[seen["forbidden"] | ~seen["pair"].isin(forbidden_pairs)]
    votes = seen.groupby(["pair", "kind"], as_index=False).size()
    votes = votes[votes["pair"].isin(barrier_pairs) | (votes["size"] > 0.5 * votes["pair"].map(number))]
    votes = votes.assign(order=votes["kind"].map(KIND_ORDER)).sort_values(
        ["pair", "size", "order"], ascending=[True, False, True]
    )
    winner = votes.drop_duplicates("pair")[["pair", "kind"]]
    named = seen.merge(winner, on=["pair", "kind"]).groupby(
        ["pair", "kind", "name", "road_class", "factor"], as_index=False
    )
    named = named.size().sort_values(["pair", "size", "factor", "name"], ascending=[True, False, True, True])
    named = named.drop_duplicates("pair").set_index("pair")
    table = named[["kind", "name", "road_class"]].set_axis(["along", "along_name", "road_class"], axis=1)
    return table.assign(barrier=table.index.isin(barrier_pairs), forbidden=table.index.isin(forbidden_pairs))


def road_crossings(lines: gpd.GeoDataFrame, rules: RuleSet) -> np.ndarray:
    """Find the places (n, 2) where roads go across barriers."""
    ends, row = _line_segments(lines.geometry.to_numpy())
    return _crossing_points(ends, _line_facts(lines, rules).iloc[row])


def _crossed(pieces: pd.DataFrame, ends: np.ndarray, facts: pd.DataFrame, tolerance_m: float) -> np.ndarray:
    """Find the borders (their pair numbers) within tolerance of which a road goes across a barrier.

    `pieces` are of borders along barriers; `facts` has one row per segment of `ends`.
    """
    across = _crossing_points(ends, facts)
    if not len(pieces) or not len(across):
        return np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(shapely.linestrings(pieces[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2)))
    _, piece = tree.query(shapely.points(across), predicate="dwithin", distance=tolerance_m)
    return np.unique(pieces["pair"].to_numpy()[piece])


def _crossing_points(ends: np.ndarray, facts: pd.DataFrame) -> np.ndarray:
    """Points (n, 2) where roads have length on both sides of a barrier that they meet.

    A road that ends at the barrier crosses it only if another road goes on from the same point on the other side
    (road layers are often cut where lines meet).
    """
    barrier = np.flatnonzero(facts["barrier"])
    road = np.flatnonzero(~facts["barrier"] & (facts["kind"] == "road"))
    shapes = shapely.linestrings(ends.reshape(-1, 2, 2))
    r, w = shapely.STRtree(shapes[barrier]).query(shapes[road], predicate="intersects")
    r, w = road[r], barrier[w]
    met = shapely.intersection(shapes[r], shapes[w])
    point = shapely.get_type_id(met) == 0
    r, w, xy = r[point], w[point], shapely.get_coordinates(met[point])
    span = ends[w, 2:] - ends[w, :2]
    sides = []
    for end in (ends[r, :2], ends[r, 2:]):
        offset = end - ends[w, :2]
        sides.append((span[:, 0] * offset[:, 1] - span[:, 1] * offset[:, 0]) / np.hypot(span[:, 0], span[:, 1]))
    place = pd.DataFrame(np.rint(xy / 0.01).astype(np.int64), columns=["x", "y"])
    place = place.assign(left=np.maximum(*sides) > SIDE_M, right=np.minimum(*sides) < -SIDE_M)
    both = place.groupby(["x", "y"]).any()
    return both.index[both.all(axis=1)].to_frame().to_numpy() * 0.01
