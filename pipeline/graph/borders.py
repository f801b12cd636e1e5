"""Shared lines of polygons: which pieces of boundary two units have in common, exactly or within a tolerance.

Segments that two units have in common vertex by vertex are found by hashing (nearly all of them in a clean map, in
linear time). What is left over (vertices of one side missing on the other, small gaps and overlaps, the outer
boundary) is compared pairwise through a spatial index.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

GRID_M = 0.001
"""Vertices are the same when they round to the same millimetre."""

PARALLEL_COS = 0.866
"""Left-over segments count as one line up to 30 degrees apart; a corner that leaves the line at a wider angle adds
nothing to the border."""

CHUNK = 400_000


class Segments(NamedTuple):
    """Straight boundary segments in ring order: owner (n,) positions of units, ends (n, 4) x0, y0, x1, y1."""

    owner: np.ndarray
    ends: np.ndarray


def shared_pieces(shapes: np.ndarray, snap_m: float) -> pd.DataFrame:
    """Find the pieces of boundary that two units share: a, b, x0, y0, x1, y1, length.

    `shapes` (n,) are polygons or multipolygons; a < b are positions in it. Sorted by a, b and along the ring of a.
    """
    segments = boundary_segments(shapes)
    first, second = _equal_segments(segments)
    left_over = np.ones(len(segments.owner), dtype=bool)
    left_over[first] = left_over[second] = False
    exact = _table(segments, first, second, segments.ends[first])
    near = _near_pieces(segments, np.flatnonzero(left_over), snap_m)
    pieces = pd.concat([exact, near], ignore_index=True)
    pieces = pieces.sort_values(["a", "b", "segment", "offset"], ignore_index=True)
    return pieces.drop(columns=["segment", "offset"])


def boundary_segments(shapes: np.ndarray) -> Segments:
    """Take all rings, holes included, apart into segments of positive length."""
    parts, owner_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    here = np.flatnonzero(ring[1:] == ring[:-1]) if len(ring) else np.empty(0, dtype=np.int64)
    ends = np.hstack([xy[here], xy[here + 1]])
    real = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return Segments(owner_of_part[part_of_ring[ring[here[real]]]], ends[real])


def _equal_segments(segments: Segments) -> tuple[np.ndarray, np.ndarray]:
    """Find pairs of segments of different units with the same ends in either direction; first is of the smaller."""
    snapped = np.rint(segments.ends / GRID_M).astype(np.int64)
    swap = (snapped[:, 0] > snapped[:, 2]) | ((snapped[:, 0] == snapped[:, 2]) & (snapped[:, 1] > snapped[:, 3]))
    snapped[swap] = snapped[swap][:, [2, 3, 0, 1]]
    key = _mixed(snapped)
    order = np.argsort(key, kind="stable")
    key = key[order]
    firsts, seconds = [], []
    apart = 1
    # Rows of one key stand together; in a clean map at most two, more where units lie on top of one another.
    while True:
        same = np.flatnonzero(key[apart:] == key[:-apart])
        if not len(same):
            break
        i, j = order[same], order[same + apart]
        true = (snapped[i] == snapped[j]).all(axis=1) & (segments.owner[i] != segments.owner[j])
        firsts.append(i[true])
        seconds.append(j[true])
        apart += 1
    i, j = (np.concatenate(found) if found else np.empty(0, dtype=np.int64) for found in (firsts, seconds))
    smaller = segments.owner[i] < segments.owner[j]
    return np.where(smaller, i, j), np.where(smaller, j, i)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Hash rows of integers (n, 4) to one unsigned integer each (the mixing steps of splitmix64)."""
    key = np.zeros(len(numbers), dtype=np.uint64)
    for column in numbers.astype(np.uint64).T:
        key = (key + column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(30)
        key *= np.uint64(0xBF58476D1CE4E5B9)
        key ^= key >> np.uint64(27)
    return key


def _near_pieces(segments: Segments, left_over: np.ndarray, snap_m: float) -> pd.DataFrame:
    """Find where left-over segments of two units lie within snap_m of one another and nearly parallel."""
    shapes = shapely.linestrings(segments.ends[left_over].reshape(-1, 2, 2))
    tree = shapely.STRtree(shapes)
    owner = segments.owner[left_over]
    tables = [_table(segments, left_over[:0], left_over[:0], segments.ends[:0])]
    for start in range(0, len(shapes), CHUNK):
        mine, other = tree.query(shapes[start : start + CHUNK], predicate="dwithin", distance=snap_m)
        mine = mine + start
        ordered = owner[mine] < owner[other]
        i, j = left_over[mine[ordered]], left_over[other[ordered]]
        ends, overlap = _overlaps(segments.ends[i], segments.ends[j], snap_m)
        tables.append(_table(segments, i[overlap], j[overlap], ends[overlap]))
    return pd.concat(tables, ignore_index=True)


def _overlaps(base: np.ndarray, other: np.ndarray, snap_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Cut from each base segment (n, 4) the piece that the other segment accompanies within snap_m.

    The other segment is clipped to the strip of half-width snap_m around the base and projected onto it. Gives the
    pieces (n, 4) and which of them have length.
    """
    origin, along = base[:, :2], base[:, 2:] - base[:, :2]
    length = np.hypot(*along.T)
    along = along / length[:, None]
    s, d = [], []
    for end in (other[:, :2], other[:, 2:]):
        offset = end - origin
        s.append((offset * along).sum(axis=1))
        d.append(along[:, 0] * offset[:, 1] - along[:, 1] * offset[:, 0])
    lower, upper = _within_strip(d[0], d[1], snap_m)
    s0, s1 = s[0] + lower * (s[1] - s[0]), s[0] + upper * (s[1] - s[0])
    start, stop = np.clip(np.minimum(s0, s1), 0, length), np.clip(np.maximum(s0, s1), 0, length)
    parallel = np.abs(s[1] - s[0]) >= PARALLEL_COS * np.hypot(s[1] - s[0], d[1] - d[0])
    pieces = np.hstack([origin + start[:, None] * along, origin + stop[:, None] * along])
    return pieces, parallel & (upper > lower) & (stop - start > GRID_M)


def _within_strip(d0: np.ndarray, d1: np.ndarray, half_width: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the part [lower, upper] of 0..1 on which a value going from d0 to d1 stays within +-half_width."""
    slope = d1 - d0
    level = np.abs(slope) < 1e-12
    safe = np.where(level, 1.0, slope)
    t0, t1 = (-half_width - d0) / safe, (half_width - d0) / safe
    inside = np.abs(d0) <= half_width
    lower = np.where(level, np.where(inside, 0.0, 1.0), np.clip(np.minimum(t0, t1), 0, 1))
    upper = np.where(level, np.where(inside, 1.0, 0.0), np.clip(np.maximum(t0, t1), 0, 1))
    return lower, upper


def _table(segments: Segments, first: np.ndarray, second: np.ndarray, ends: np.ndarray) -> pd.DataFrame:
    """Make the table of pieces; `segment` and `offset` order them along the ring of the first unit."""
    pieces = pd.DataFrame(ends, columns=["x0", "y0", "x1", "y1"])
    from_start = ends[:, :2] - segments.ends[first, :2]
    return pieces.assign(
        a=segments.owner[first],
        b=segments.owner[second],
        segment=first,
        offset=np.hypot(from_start[:, 0], from_start[:, 1]),
        length=np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]),
    )
