"""What two layers show of each other: points of one that should lie on, in, or clear of the shapes of the other.

Kinds of evidence: `borders` of one layer on those of another; borders along `lines` (roads, waters, railways);
`members`, units inside the community that they name; `middles` of shapes of the same name; `offices` inside their
community; `buildings` that no border or road cuts. Samples are taken evenly, so that a large area costs no more than a
small one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

AREAL = ("units", "communities", "subdistricts")
LINEAR = ("roads", "water", "railways")

TESTED = (*AREAL, "premises", "buildings", *LINEAR)

SAMPLED = 80
"""Features of a layer that are looked at for one kind of evidence."""

ALONG = (0.13, 0.47, 0.81)
"""Where on an outline its points are taken, as shares of its length."""

KEEP_BORDERS, KEEP_LINES = 0.8, 0.6
"""Shares of points that should lie on borders and on lines; more than half, for in a town on a grid the half that runs
north fits after any shift to the north."""

CORNERS = 16
"""Corners of a piece of line."""

FEWEST = 4
"""Features below which a kind of evidence says nothing."""

NAMES = (
    ("units", "communities", "community"),
    ("communities", "subdistricts", "subdistrict"),
    ("units", "subdistricts", "subdistrict"),
)
"""What names what: a lower layer, an upper one, and the column that both have."""

Array = np.ndarray


@dataclass(frozen=True)
class Evidence:
    """Points (n, 2) of layer `a` and how far they are from where shapes of layer `b` say they should be, in m.

    `count`: features behind the points. `keep`: share of the points, the nearest, that is averaged: not every border
    runs along a road. `reach`: distances of moved points. `onto`: where moved points should go, for `borders` and
    `lines` (any points) and for `middles` (those of the evidence); None for kinds that tell no place.
    """

    kind: str
    a: str
    b: str
    points: Array
    count: int
    keep: float
    reach: Callable[[Array], Array]
    onto: Callable[[Array], Array] | None = None


def typical(distances: Array, keep: float) -> float:
    """Mean of the nearest share of distances."""
    nearest = np.sort(distances)[: max(1, round(keep * len(distances)))]
    return float(nearest.mean())


def gathered(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Evidence]:
    """Gather the evidence between all layers (by section, in one metric CRS) that has enough features.

    Every feature must have a shape.
    """
    lines = {role: _Lines(_outlines(table)) for role, table in layers.items() if role in (*AREAL, *LINEAR)}
    named = {
        (role, column): _by_name(layers[role], column)
        for role, column in (*((low, column) for low, _, column in NAMES), *((up, column) for _, up, column in NAMES))
        if role in layers
    }
    found = [
        *_borders(layers, lines),
        *_along(layers, lines),
        *_named(layers, named),
        *_offices(layers, named),
        *_buildings(layers, lines),
    ]
    return [one for one in found if one.count >= FEWEST]


Named = Mapping[tuple[str, str], Mapping[str, shapely.Geometry]]
"""Shapes by name, for a section and a column."""


class _Lines:
    """Lines to which points have distances; searched in short pieces, since long lines have large boxes."""

    def __init__(self, lines: Array):
        self.lines = lines
        self.pieces = _pieces(lines)
        self.tree = shapely.STRtree(self.pieces)

    def reach(self, xy: Array) -> Array:
        return np.asarray(self.tree.query_nearest(shapely.points(xy), return_distance=True, all_matches=False)[1])

    def onto(self, xy: Array) -> Array:
        points = shapely.points(xy)
        nearest = self.pieces[self.tree.query_nearest(points, all_matches=False)[1]]
        return np.asarray(shapely.get_coordinates(shapely.shortest_line(points, nearest))[1::2])


def _pieces(lines: Array) -> Array:
    """Cut lines at every so many corners."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return lines
    first = np.searchsorted(line, line)
    last = np.append(line[1:] != line[:-1], True)
    along = np.arange(len(xy)) - first
    copies = 1 + ((along > 0) & (along % CORNERS == 0) & ~last)  # a cut ends one piece and starts the next
    starts = np.repeat(along == 0, copies)
    starts[(np.cumsum(copies) - 1)[copies == 2]] = True
    return np.asarray(shapely.linestrings(np.repeat(xy, copies, axis=0), indices=np.cumsum(starts) - 1))


def _levels(layers: Mapping[str, gpd.GeoDataFrame]) -> list[tuple[str, str, str]]:
    """Those of NAMES that are there; units speak of subdistricts only where no communities stand between them."""
    there = [level for level in NAMES if level[0] in layers and level[1] in layers]
    return there if len(there) < len(NAMES) else there[:-1]


def _shapes(table: gpd.GeoDataFrame) -> Array:
    return np.asarray(table.geometry.array, dtype="object")


def _outlines(table: gpd.GeoDataFrame) -> Array:
    """Lines of a layer: of polygons their outlines."""
    parts = shapely.get_parts(_shapes(table))
    kind = shapely.get_dimensions(parts)
    return shapely.get_parts(np.concatenate([shapely.boundary(parts[kind == 2]), parts[kind == 1]]))


def _even(shapes: Array, most: int = SAMPLED) -> Array:
    """Choose shapes evenly over their order in the file."""
    chosen = np.unique(np.linspace(0, len(shapes) - 1, min(most, len(shapes))).astype("int64"))
    return shapes[chosen] if len(shapes) else shapes


def _on_outlines(outlines: Array) -> Array:
    points = [shapely.line_interpolate_point(outlines, share, normalized=True) for share in ALONG]
    return shapely.get_coordinates(np.concatenate(points))


def _borders(layers: Mapping[str, gpd.GeoDataFrame], lines: Mapping[str, _Lines]) -> list[Evidence]:
    """Borders of communities and subdistricts are borders of what lies next below them."""
    pairs = [(above, below) for below, above, _ in _levels(layers)]
    return [one for pair in pairs for one in _on_lines("borders", *pair, lines, KEEP_BORDERS)]


def _along(layers: Mapping[str, gpd.GeoDataFrame], lines: Mapping[str, _Lines]) -> list[Evidence]:
    """Borders run along roads, waters and railways, in part."""
    pairs = [(areal, linear) for areal in AREAL for linear in LINEAR if areal in layers and linear in layers]
    return [one for pair in pairs for one in _on_lines("lines", *pair, lines, KEEP_LINES)]


def _on_lines(kind: str, a: str, b: str, lines: Mapping[str, _Lines], keep: float) -> list[Evidence]:
    """Points on the outlines of layer a, where layer b has lines around them at all."""
    ours, theirs = lines[a].lines, lines[b]
    if not len(ours) or not len(theirs.lines):
        return []
    around = shapely.box(*shapely.total_bounds(theirs.lines))
    outlines = _even(ours[shapely.intersects(ours, around)])
    points = _on_outlines(outlines) if len(outlines) else np.empty((0, 2))
    points = points[shapely.intersects_xy(around, points)]
    count = min(len(outlines), len(theirs.lines), len(points))
    return [Evidence(kind, a, b, points, count, keep, theirs.reach, theirs.onto)] if count else []


def _by_name(table: gpd.GeoDataFrame, column: str) -> dict[str, shapely.Geometry]:
    """Shapes of each name as one; not united, since only distances to them are asked for."""
    if column not in table:
        return {}
    known = table[table[column] != ""]
    names = known[column].to_numpy(dtype="object")
    shapes = np.asarray(known.geometry.array, dtype="object")
    groups = pd.Series(range(len(known)), dtype="int64").groupby(names).indices
    return {name: shapely.geometrycollections(shapes[where]) for name, where in groups.items()}


def _named(layers: Mapping[str, gpd.GeoDataFrame], named: Named) -> list[Evidence]:
    """Units lie in the community, and communities in the subdistrict, that they name."""
    found = []
    for below, above, column in _levels(layers):
        if column in layers[below]:
            found += _inside("members", below, above, layers[below], column, named[above, column])
            found += _middles(below, above, named[below, column], named[above, column])
    return found


def _offices(layers: Mapping[str, gpd.GeoDataFrame], named: Named) -> list[Evidence]:
    """Offices stand in the community that they serve."""
    if "premises" not in layers or "community" not in layers["premises"]:
        return []
    offices = layers["premises"]
    return [
        one
        for above in ("units", "communities")
        if above in layers
        for one in _inside("offices", "premises", above, offices, "community", named[above, "community"])
    ]


def _inside(
    kind: str, a: str, b: str, table: gpd.GeoDataFrame, column: str, targets: Mapping[str, shapely.Geometry]
) -> list[Evidence]:
    """Points in the shapes of layer a, and the shape of layer b of the name that they bear."""
    known = table[table[column].isin(list(targets))]
    known = known.iloc[_even(np.arange(len(known)))]
    if known.empty:
        return []
    shapes = np.asarray([targets[name] for name in known[column]], dtype="object")
    points = shapely.get_coordinates(shapely.point_on_surface(np.asarray(known.geometry.array, dtype="object")))

    def reach(xy: Array) -> Array:
        return np.asarray(shapely.distance(shapely.points(xy), shapes))

    return [Evidence(kind, a, b, points, known[column].nunique(), 0.8, reach)]


def _middles(
    below: str, above: str, here: Mapping[str, shapely.Geometry], there: Mapping[str, shapely.Geometry]
) -> list[Evidence]:
    """Middles of the shapes of one name in both layers."""
    names = [str(name) for name in _even(np.asarray(sorted(set(here) & set(there)), dtype="object"))]
    if not names:
        return []
    xy, to = (shapely.get_coordinates([shapely.centroid(side[name]) for name in names]) for side in (here, there))

    def reach(moved: Array) -> Array:
        return np.asarray(np.hypot(*(moved - to).T))

    return [Evidence("middles", below, above, xy, len(names), 0.5, reach, lambda _: to)]


def _buildings(layers: Mapping[str, gpd.GeoDataFrame], lines: Mapping[str, _Lines]) -> list[Evidence]:
    """Borders and roads do not cut buildings: how deep the nearest one reaches into a circle of the building's area."""
    if "buildings" not in layers:
        return []
    shapes = _shapes(layers["buildings"])
    shapes = _even(shapes[shapely.get_dimensions(shapes) == 2], 3 * SAMPLED)
    if not len(shapes):
        return []
    radius = np.sqrt(shapely.area(shapes) / np.pi)
    points = shapely.get_coordinates(shapely.centroid(shapes))
    found = []
    for role in (*AREAL, "roads", "railways"):
        if role in layers and len(lines[role].lines):
            found.append(_clear_of(role, points, radius, lines[role]))
    return found


def _clear_of(role: str, points: Array, radius: Array, lines: _Lines) -> Evidence:
    def reach(xy: Array) -> Array:
        return np.asarray(np.maximum(0.0, radius - lines.reach(xy)))

    return Evidence("buildings", "buildings", role, points, len(points), 0.98, reach)
