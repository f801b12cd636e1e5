"""Finds the border lines of a plan: each line once, under the highest rank it has.

A line shared by two communities must be drawn once, or its dashes blur; a line that is also a subdistrict's or the
area's is drawn as that. Lines closer than `TOLERANCE_M` are the same line, so that layers that fit only
roughly still give clean borders.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

TOLERANCE_M = 0.5
SHORTEST_PIECE_M = 2.0
MOST_PIECES = 40_000
WIDEST_STRIP_M = 60.0
"""Strips between units up to this width are closed where a map draws its borders."""

NOTHING = shapely.MultiLineString()


@dataclass(frozen=True)
class Borders:
    """Line work of one plan beside another: `kept` community borders are in both, `adjusted` only in this one,
    `given_up` only in the other. All are (multi)line strings in the working CRS."""

    area: BaseGeometry
    subdistricts: BaseGeometry
    kept: BaseGeometry
    adjusted: BaseGeometry = NOTHING
    given_up: BaseGeometry = NOTHING

    def clipped(self, left: float, bottom: float, right: float, top: float) -> "Borders":
        """Cut all lines to a rectangle."""
        box = (left, bottom, right, top)
        return Borders(*(shapely.clip_by_rect(line, *box) for line in vars(self).values()))

    def only_in(self, place: BaseGeometry) -> "Borders":
        """Keep as changed what changes in or at the edge of a place; elsewhere the border as it is."""
        near = shapely.buffer(place, 2 * TOLERANCE_M)
        elsewhere = shapely.difference(self.adjusted, near)
        kept = shapely.union_all([self.kept, elsewhere])
        adjusted, given_up = (_lines(shapely.intersection(line, near)) for line in (self.adjusted, self.given_up))
        return Borders(self.area, self.subdistricts, kept, adjusted, given_up)


def merged(units: gpd.GeoDataFrame, groups: pd.Series) -> gpd.GeoSeries:
    """Join the units of each group to one shape; returns a GeoSeries indexed by the group, sorted."""
    codes, names = pd.factorize(groups.to_numpy(), sort=True)
    order = np.argsort(codes, kind="stable")
    pieces = np.split(units.geometry.to_numpy()[order], np.flatnonzero(np.diff(codes[order])) + 1)
    shapes = [shapely.union_all(piece, grid_size=None) for piece in pieces]
    return gpd.GeoSeries(shapes, index=pd.Index(names, name=groups.name), crs=units.crs)


def drawn_together(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Close the strips inside each shape where units are drawn to the edges of the roads, for the eye alone.

    Without it every such unit would have a border of its own around it. Shapes are left as they are where they fall
    into no more parts, all together, than there are of them.
    """
    if shapely.get_num_geometries(shapely.union_all(shapes.to_numpy())) <= len(shapes):
        return shapes
    wide = shapely.buffer(shapes.to_numpy(), WIDEST_STRIP_M / 2, join_style="mitre")
    closed = shapely.buffer(wide, -WIDEST_STRIP_M / 2, join_style="mitre")
    return gpd.GeoSeries(shapely.union(closed, shapes.to_numpy()), index=shapes.index, crs=shapes.crs)


def outlines(shapes: gpd.GeoSeries) -> BaseGeometry:
    """All outlines as one line work in which each piece stands once."""
    return shapely.union_all(shapely.boundary(shapes.to_numpy()))


def without(lines: BaseGeometry, *others: BaseGeometry) -> BaseGeometry:
    """Take from line work what runs along other lines, and join what is left to long lines.

    Lines are compared in short pieces, by how far the middle of each lies from the others: a difference would need
    lines that fit exactly, and a buffer around long borders is slow.
    """
    pieces = _pieces(lines, max(SHORTEST_PIECE_M, lines.length / MOST_PIECES))
    for other in others:
        tree = shapely.STRtree(shapely.linestrings(_pieces(other)))
        near, _ = tree.query(shapely.points(pieces.mean(axis=1)), predicate="dwithin", distance=TOLERANCE_M)
        pieces = np.delete(pieces, near, axis=0)
    return _lines(_chained(pieces))


def _pieces(lines: BaseGeometry, longest_m: float | None = None) -> NDArray[np.float64]:
    """Cut line work at its vertices, and longer pieces again; returns their ends, shape (n, 2, 2)."""
    parts = shapely.get_parts(lines)
    parts = parts[shapely.get_type_id(parts) == 1]
    if longest_m is not None:
        parts = shapely.segmentize(parts, longest_m)
    points, line = shapely.get_coordinates(parts, return_index=True)
    starts = np.flatnonzero(line[:-1] == line[1:])
    return np.stack([points[starts], points[starts + 1]], axis=1)


def _chained(pieces: NDArray[np.float64]) -> BaseGeometry:
    """Join each piece to the one before it where that ends at its start."""
    if not len(pieces):
        return NOTHING
    begins = np.ones(len(pieces), dtype=bool)
    begins[1:] = (pieces[1:, 0] != pieces[:-1, 1]).any(axis=1)
    chain = np.cumsum(begins) - 1
    points = np.concatenate([pieces[begins, 0], pieces[:, 1]])
    order = np.argsort(np.concatenate([np.arange(chain[-1] + 1), chain]), kind="stable")
    owners = np.concatenate([np.arange(chain[-1] + 1), chain])[order]
    return shapely.multilinestrings(shapely.linestrings(points[order], indices=owners))


def _lines(found: BaseGeometry) -> BaseGeometry:
    """Join pieces to long lines; points and stubs that the tolerance left at crossings go."""
    parts = shapely.get_parts(found)
    joined = shapely.line_merge(shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1]))
    whole = shapely.simplify(shapely.get_parts(joined), TOLERANCE_M / 10, preserve_topology=False)
    return shapely.multilinestrings(whole[shapely.length(whole) > 6 * TOLERANCE_M])


def borders_of(
    communities: gpd.GeoSeries, subdistricts: gpd.GeoSeries, *, beside: gpd.GeoSeries | None = None
) -> Borders:
    """Rank the border lines of a plan (GeoSeries of communities), and compare them with those of another plan."""
    whole = drawn_together(gpd.GeoSeries([shapely.union_all(subdistricts.to_numpy())]))
    area = outlines(whole)
    parents = without(outlines(subdistricts), area)
    higher = shapely.union_all([area, outlines(subdistricts)])
    own = without(outlines(communities), higher)
    if beside is None:
        return Borders(area, parents, own)
    other = without(outlines(beside), higher)
    adjusted, given_up = without(own, other), without(other, own)
    return Borders(area, parents, without(own, adjusted), adjusted, given_up)
