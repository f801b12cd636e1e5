"""The ground of the made-up city: one planar partition of lines and the cells between them.

Lines are noded together on a grid of 1 cm and polygonised once, so cells share their borders exactly and many of
those borders lie exactly on a road, the river or the railway.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from pipeline.synthetic.blocks import GRID_M, cut_up, fatness, target_m2
from pipeline.synthetic.main_lines import BARRIERS, MAIN_LINES, MainLine, draw_main_lines, draw_outline

BARRIER_SETBACK_M = 30.0
"""A road without a bridge ends this far from the barrier, so that nothing takes it for a crossing."""


@dataclass(frozen=True)
class Ground:
    """`cells`: polygons, local metres. `quarter`: number of the super-block of each cell. `borders`: a, b (cell
    numbers), border_m, along (class of the line, or empty), barrier, crossing (a bridge). `lines`: name, line_class,
    geometry."""

    cells: np.ndarray
    quarter: np.ndarray
    borders: pd.DataFrame
    lines: pd.DataFrame


def lay_ground(rng: np.random.Generator) -> Ground:
    """Draw the lines, cut the blocks between them into cells, and tell which line every border runs along."""
    outline = draw_outline(rng)
    main = draw_main_lines(rng)
    quarters = _faces([outline, *main], outline)
    cuts = [cut for quarter in quarters for cut in cut_up(quarter, rng)]
    sources = np.array([*main, *(line for line, _ in cuts)])
    classes = np.array([*(line.line_class for line in MAIN_LINES), *(line_class for _, line_class in cuts)])
    faces = _faces([*shapely.boundary(quarters), *(line for line, _ in cuts)], outline)
    segments = _segments(faces, sources)
    label = _absorb_slivers(faces, segments, classes)
    cells = np.array([shapely.union_all(faces[label == number]) for number in range(label.max() + 1)])
    lines = _lines(segments, sources, classes)
    quarter = np.unique(shapely.STRtree(quarters).nearest(shapely.point_on_surface(cells)), return_inverse=True)[1]
    return Ground(cells, quarter, _borders(segments, label, classes, lines), lines)


def _faces(lines: list[shapely.LineString], outline: shapely.LineString) -> np.ndarray:
    """Polygons that the lines bound inside the outline, in a fixed order (by centroid, north to south)."""
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.contains_xy(shapely.Polygon(outline), *shapely.get_coordinates(shapely.point_on_surface(faces)).T)
    x, y = shapely.get_coordinates(shapely.centroid(faces[inside])).T
    return faces[inside][np.lexsort([x, -y])]


def _segments(faces: np.ndarray, sources: np.ndarray) -> pd.DataFrame:
    """Straight pieces of every border: a, b (faces, b is -1 outside), length_m, source (number of the line it lies
    on, -1 for none), x1, y1, x2, y2."""
    points, face = shapely.get_coordinates(shapely.get_exterior_ring(faces), return_index=True)
    inner = np.flatnonzero(face[1:] == face[:-1])
    ends = np.hstack([points[inner], points[inner + 1]])
    backward = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[backward] = ends[backward][:, [2, 3, 0, 1]]
    table = pd.DataFrame(ends, columns=["x1", "y1", "x2", "y2"]).assign(face=face[inner])
    pairs = table.groupby(["x1", "y1", "x2", "y2"])["face"].agg(a="min", b="max", sides="size").reset_index()
    pairs["b"] = pairs["b"].where(pairs["sides"] == 2, -1)
    pairs["length_m"] = np.hypot(pairs["x2"] - pairs["x1"], pairs["y2"] - pairs["y1"])
    middles = shapely.points((pairs["x1"] + pairs["x2"]) / 2, (pairs["y1"] + pairs["y2"]) / 2)
    nearest = shapely.STRtree(sources).query_nearest(middles, max_distance=0.1, all_matches=False)
    pairs["source"] = -1
    pairs.loc[nearest[0], "source"] = nearest[1]
    return pairs.drop(columns="sides")


def _absorb_slivers(faces: np.ndarray, segments: pd.DataFrame, classes: np.ndarray) -> np.ndarray:
    """Number of the cell that each face belongs to: faces too small or too thin join the neighbour with which they
    share the longest border that is no barrier."""
    inner = segments[segments["b"] >= 0]
    barrier = np.isin(np.where(inner["source"] >= 0, classes[inner["source"]], ""), BARRIERS)
    shared = inner[~barrier].groupby(["a", "b"])["length_m"].sum().reset_index()
    x, y = shapely.get_coordinates(shapely.centroid(faces)).T
    small = (shapely.area(faces) < 0.3 * target_m2(x, y)) | (fatness(faces) < 0.22)
    label = np.arange(len(faces))
    for face in np.flatnonzero(small)[np.argsort(shapely.area(faces[small]), kind="stable")]:
        touching = shared[(shared["a"] == face) | (shared["b"] == face)].sort_values("length_m", ascending=False)
        if len(touching):
            row = touching.iloc[0]
            other = int(row["a"] + row["b"] - face)
            label[label == label[face]] = label[other]
    return np.unique(label, return_inverse=True)[1]


def _lines(segments: pd.DataFrame, sources: np.ndarray, classes: np.ndarray) -> pd.DataFrame:
    """Roads and barriers as drawn on the map: name, line_class, geometry; walls are left out."""
    setback = {
        name: shapely.buffer(shapely.union_all(sources[classes == name]), BARRIER_SETBACK_M) for name in BARRIERS
    }
    drawn = segments[np.isin(segments["source"], np.flatnonzero(classes != ""))].sort_values("source", kind="stable")
    source, number = np.unique(drawn["source"], return_inverse=True)
    shapes = shapely.line_merge(shapely.multilinestrings(_as_lines(drawn), indices=number))
    for position, line in enumerate(source):
        for barrier in _stopping(classes[line], MAIN_LINES[line] if line < len(MAIN_LINES) else None):
            if shapely.intersects(setback[barrier], shapes[position]):
                shapes[position] = shapely.difference(shapes[position], setback[barrier])
    name = [MAIN_LINES[line].name if line < len(MAIN_LINES) else "" for line in source]
    table = pd.DataFrame({"name": name, "line_class": classes[source], "geometry": shapes})
    return table[~shapely.is_empty(shapes)].reset_index(drop=True)


def _as_lines(segments: pd.DataFrame) -> np.ndarray:
    return shapely.linestrings(segments[["x1", "y1", "x2", "y2"]].to_numpy().reshape(-1, 2, 2))


def _stopping(line_class: str, main: MainLine | None) -> tuple[str, ...]:
    """Barriers that a line does not cross: all but its bridges; river and railway pass everywhere."""
    if line_class in ("water", "railway"):
        return ()
    return tuple(name for name in BARRIERS if name != line_class and (main is None or name not in main.bridges))


def _borders(segments: pd.DataFrame, label: np.ndarray, classes: np.ndarray, lines: pd.DataFrame) -> pd.DataFrame:
    """Borders between cells: a, b, border_m, along (class of the line along most of it), barrier, crossing."""
    inner = segments[segments["b"] >= 0].copy()
    inner["along"] = np.where(inner["source"] >= 0, classes[inner["source"]], "")
    left, right = label[inner["a"]], label[inner["b"]]
    inner["a"], inner["b"] = np.minimum(left, right), np.maximum(left, right)
    inner = inner[inner["a"] != inner["b"]]
    by_line = inner.groupby(["a", "b", "along"])["length_m"].sum().reset_index()
    longest = by_line.sort_values(["a", "b", "length_m"]).groupby(["a", "b"]).last()["along"]
    borders = inner.groupby(["a", "b"])["length_m"].sum().rename("border_m").to_frame().assign(along=longest)
    borders["barrier"] = borders["along"].isin(BARRIERS)
    roads = shapely.union_all(lines.loc[~lines["line_class"].isin(BARRIERS), "geometry"].to_numpy())
    along_barrier = inner[inner["along"].isin(BARRIERS)]
    shapely.prepare(roads)
    met = along_barrier.assign(crossing=shapely.dwithin(_as_lines(along_barrier), roads, 1.0))
    borders["crossing"] = met.groupby(["a", "b"])["crossing"].any().reindex(borders.index, fill_value=False)
    return borders.reset_index()
