"""Connected components, and the shortest links that join what is apart.

No graph library: components by label propagation with pointer jumping, the links as a minimum spanning forest
(Kruskal) over pairs of shapes within a radius that doubles until all is joined.
"""

import numpy as np
import pandas as pd
import shapely

FIRST_RADIUS_M = 100.0

FEW_PAIRS = 20_000
"""In a group with up to so many pairs to look at, all distances are taken in one go."""


def components(ids: pd.Index, a: pd.Series | np.ndarray, b: pd.Series | np.ndarray) -> pd.Series:
    """Number the connected components of the graph on `ids` with edges a-b: Series id -> number.

    Numbers start at 0 in the order of first appearance in `ids`. Edges with an end outside `ids` are left out, so
    that the induced subgraph of a community needs no filtering.

    >>> components(pd.Index(["u1", "u2", "u3"]), pd.Series(["u1"]), pd.Series(["u3"])).tolist()
    [0, 1, 0]
    """
    ends = np.column_stack([ids.get_indexer(pd.Index(a)), ids.get_indexer(pd.Index(b))])
    inside = (ends >= 0).all(axis=1)
    return pd.Series(numbered(len(ids), ends[inside]), index=ids, name="component")


def numbered(size: int, ends: np.ndarray) -> np.ndarray:
    """Number the components of a graph on positions 0..size-1 with edges ends (m, 2), by first appearance."""
    label = np.arange(size)
    left, right = (ends[:, 0], ends[:, 1]) if len(ends) else (np.empty(0, dtype=np.int64),) * 2
    while True:
        low, high = np.minimum(label[left], label[right]), np.maximum(label[left], label[right])
        apart = low != high
        if not apart.any():
            return np.unique(label, return_inverse=True)[1]
        np.minimum.at(label, high[apart], low[apart])
        while (label != (jumped := label[label])).any():
            label = jumped


def joining_pairs(shapes: np.ndarray, group: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Find the pairs of positions (m, 2), a < b, that join each group into one over the shortest ways.

    `group` (n,) numbers the group of each shape, negative for none; `joined` (k, 2) are the pairs that touch already.
    Within a group the result is a minimum spanning tree of its parts by distance; ties go to the smaller positions.
    Shapes that are empty stay alone.
    """
    part = numbered(len(shapes), joined[group[joined[:, 0]] == group[joined[:, 1]]])
    usable = (group >= 0) & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    table = pd.DataFrame({"position": np.arange(len(shapes)), "group": group, "part": part})[usable]
    table = table[table.groupby("group")["part"].transform("nunique") > 1]
    found = [np.empty((0, 2), dtype=np.int64)]
    for _, members in table.groupby("group"):
        position = members["position"].to_numpy()
        found.append(position[_shortest_links(shapes[position], members["part"].to_numpy())])
    return np.vstack(found)


def _shortest_links(shapes: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Find the pairs of shapes (m, 2) that join all parts of one group."""
    tree = shapely.STRtree(shapes)
    bounds = shapely.total_bounds(shapes)
    widest = float(np.hypot(bounds[2] - bounds[0], bounds[3] - bounds[1])) + 1.0
    part = np.unique(part, return_inverse=True)[1]
    pairs_to_see = (len(shapes) - np.bincount(part).max()) * len(shapes)
    radius = widest if pairs_to_see <= FEW_PAIRS else FIRST_RADIUS_M
    found = np.empty((0, 2), dtype=np.int64)
    while part.any():
        taken = _spanning(_candidates(shapes, tree, part, min(radius, widest)), part)
        found = np.vstack([found, taken])
        part = numbered(part.max() + 1, part[taken])[part]
        radius *= 2
    return found


def _candidates(shapes: np.ndarray, tree: shapely.STRtree, part: np.ndarray, radius: float) -> np.ndarray:
    """Find the closest shapes (m, 2) of any two parts that lie within radius of one another, shortest first.

    The largest part is not searched from: every missing link has an end in another part.
    """
    seekers = np.flatnonzero(part != np.bincount(part).argmax())
    mine, other = tree.query(shapes[seekers], predicate="dwithin", distance=radius)
    mine = seekers[mine]
    apart = part[mine] != part[other]
    pairs = np.sort(np.column_stack([mine[apart], other[apart]]), axis=1)
    distance = shapely.distance(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0], distance))]
    ends = np.sort(part[pairs], axis=1)
    first = np.unique(ends[:, 0] * len(shapes) + ends[:, 1], return_index=True)[1]
    return pairs[np.sort(first)]


def _spanning(candidates: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Take candidates in the order given whenever they join two parts still apart (Kruskal)."""
    above = list(range(part.max() + 1))

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    taken = []
    for place, (low, high) in enumerate(part[candidates].tolist()):
        low, high = root(low), root(high)
        if low != high:
            above[high] = low
            taken.append(place)
    return candidates[taken]
