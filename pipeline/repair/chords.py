"""Finds the short ways across open land between units, which close the mouths of gaps and part narrow from wide.

A chord goes from a corner of one unit straight to the nearest point of another, over land that no unit owns, and
nothing else reaches into the circle around it (a Gabriel edge): it crosses a gap where it is narrow, not slantwise.
Of the other ways only the foot is kept, a stub that sets a corner on the outline across from a corner: land between
is later divided by its corners, and a long outline with none would face whichever corner is at its end.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.coverage import sides_of

TOUCH_M = 1e-3
"""Nearer than this, corner and outline touch."""

SLACK = 1.001
"""The circle around a chord is taken so much wider, so that at a square crossing neither diagonal is one."""

STUB_M = 2e-3
"""Length of a stub; it encloses nothing and leaves a corner only."""

STUB_APART_M = 0.05
"""Stubs nearer than this to a chord or to one another would cross it, or set one corner twice."""

CHUNK = 50_000


class Chords(NamedTuple):
    """Ways across: lines (k,), and the positions `ends` (k, 2) of the units that each joins; `stubs` (m,) of others."""

    lines: np.ndarray
    ends: np.ndarray
    stubs: np.ndarray


def find_chords(shapes: np.ndarray, longest_m: float) -> Chords:
    """Find the chords of up to `longest_m` between polygons (n,)."""
    sides = sides_of(shapes)
    outer = sides[sides["other"] < 0]
    segments = shapely.linestrings(outer[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2))
    owner = outer["face"].to_numpy()
    tree = shapely.STRtree(segments)
    corners = outer[["face", "x0", "y0"]].drop_duplicates()
    found = [_candidates(corners.iloc[start : start + CHUNK], tree, owner, longest_m) for start in _starts(corners)]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"line": [], "a": [], "b": []})
    lines = table["line"].to_numpy(dtype="object")
    open_land = _over_open_land(lines, shapes)
    lines, table = lines[open_land], table[open_land]
    alone = _nothing_near(lines, tree)
    alone[alone] = _uncrossed(lines[alone])
    return Chords(
        lines[alone], table.loc[alone, ["a", "b"]].to_numpy(dtype=np.int64), _stubs(lines[~alone], lines[alone])
    )


def _starts(table: pd.DataFrame) -> range:
    return range(0, len(table), CHUNK)


def _candidates(corners: pd.DataFrame, tree: shapely.STRtree, owner: np.ndarray, longest_m: float) -> pd.DataFrame:
    """Draw the line from each corner to the nearest point of every other unit in reach: line, a, b."""
    points = shapely.points(corners[["x0", "y0"]].to_numpy())
    mine = corners["face"].to_numpy()
    corner, segment = tree.query(points, predicate="dwithin", distance=longest_m)
    foreign = mine[corner] != owner[segment]
    corner, segment = corner[foreign], segment[foreign]
    distance = shapely.distance(points[corner], tree.geometries[segment])
    table = pd.DataFrame({"corner": corner, "segment": segment, "distance": distance, "b": owner[segment]})
    table = table.sort_values(["corner", "b", "distance", "segment"]).drop_duplicates(["corner", "b"])
    table = table[table["distance"] > TOUCH_M]
    lines = shapely.shortest_line(points[table["corner"]], tree.geometries[table["segment"]])
    return pd.DataFrame({"line": lines, "a": mine[table["corner"]], "b": table["b"].to_numpy()})


def _over_open_land(lines: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Say which lines meet units in their ends only."""
    start, stop = (shapely.line_interpolate_point(lines, at, normalized=True) for at in (0.01, 0.99))
    ends = np.stack([shapely.get_coordinates(start), shapely.get_coordinates(stop)], axis=1)
    hit, _ = shapely.STRtree(shapes).query(shapely.linestrings(ends), predicate="intersects")
    free = np.ones(len(lines), dtype=bool)
    free[hit] = False
    return free


def _nothing_near(lines: np.ndarray, tree: shapely.STRtree) -> np.ndarray:
    """Say which lines have no outline in the circle around them but those that they end on."""
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    line, segment = tree.query(middle, predicate="dwithin", distance=SLACK * shapely.length(lines) / 2)
    ends = [shapely.get_point(lines[line], at) for at in (0, 1)]
    apart = np.logical_and(*(shapely.distance(end, tree.geometries[segment]) > TOUCH_M for end in ends))
    alone = np.ones(len(lines), dtype=bool)
    alone[line[apart]] = False
    return alone


def _uncrossed(lines: np.ndarray) -> np.ndarray:
    """Say which lines cross no shorter one (of two as long, none before it)."""
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    length = shapely.length(lines).round(6)
    longer = (length[one] > length[other]) | ((length[one] == length[other]) & (one > other))
    kept = np.ones(len(lines), dtype=bool)
    kept[one[longer]] = False
    return kept


def _stubs(lines: np.ndarray, chords: np.ndarray) -> np.ndarray:
    """Keep the last bit of each line, where no chord and no other stub is near."""
    bit = np.minimum(STUB_M, shapely.length(lines) / 2)
    ends = [shapely.line_interpolate_point(lines, -bit), shapely.get_point(lines, 1)]
    stubs = shapely.linestrings(np.stack([shapely.get_coordinates(end) for end in ends], axis=1))
    needed = np.ones(len(stubs), dtype=bool)
    needed[shapely.STRtree(chords).query(stubs, predicate="dwithin", distance=STUB_APART_M)[0]] = False
    stubs = stubs[needed]
    one, other = shapely.STRtree(stubs).query(stubs, predicate="dwithin", distance=STUB_APART_M)
    first = np.ones(len(stubs), dtype=bool)
    first[one[one > other]] = False
    return stubs[first]
