"""Cuts the plane into faces along all outlines at once: what one unit covers, what several cover, what none covers.

The faces are made from one set of lines that meet only in common corners, so whatever units are put together from
them share their borders exactly. Corners of the drawing keep their coordinates to the last bit.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

GRID_M = 1e-4
"""Lines are cut on a grid so fine; corners that fall into one cell of it are one corner."""

HAIRLINE_M = 1e-3
"""Faces narrower than this are noise of the coordinates: they are handed over whole, never divided or reported."""


class Faces(NamedTuple):
    """Polygons that tile the plane between outlines: shapes (n,); `owned` (face, unit), sorted, positions of units."""

    shapes: np.ndarray
    owned: pd.DataFrame

    def owners(self) -> np.ndarray:
        """Count the units that cover each face."""
        return np.bincount(self.owned["face"], minlength=len(self.shapes))


def cut_into_faces(shapes: np.ndarray, working: np.ndarray, chords: np.ndarray, *, exact: bool = True) -> Faces:
    """Cut along the outlines of `shapes[working]` and along `chords` (lines); owners are found among all `shapes`.

    `exact` False leaves the corners on the grid; the faces are then surely valid, but differ from the drawing by up
    to GRID_M.
    """
    outlines = shapely.boundary(shapes[working])
    noded = shapely.union_all(np.concatenate([outlines, chords]), grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    face, unit = shapely.STRtree(shapes).query(inside, predicate="intersects")
    owned = pd.DataFrame({"face": face, "unit": unit}).sort_values(["face", "unit"], ignore_index=True)
    return Faces(_as_drawn(faces, shapes[working]) if exact else faces, owned)


def _as_drawn(faces: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Give the corners of faces the coordinates that they have in the drawing."""
    corners = np.unique(_complex(shapely.get_coordinates(drawn)))
    points = shapely.points(corners.real, corners.imag)
    rounded = _complex(shapely.get_coordinates(shapely.set_precision(points, GRID_M)))
    grid, first = np.unique(rounded, return_index=True)

    def restore(xy: np.ndarray) -> np.ndarray:
        sought = _complex(xy)
        at = np.minimum(np.searchsorted(grid, sought), len(grid) - 1)
        kept = np.where(grid[at] == sought, corners[first[at]], sought)
        return np.column_stack([kept.real, kept.imag])

    return shapely.transform(faces, restore)


def sides_of(shapes: np.ndarray) -> pd.DataFrame:
    """Find what lies on the other side of every straight side of polygons that share their corners.

    Columns: face, other (position of the polygon beyond it, -1 for none), x0, y0, x1, y1, length. A side that two
    polygons share stands there twice, once from each. Of more than two polygons on a side, two are paired.
    """
    rings, owner = _rings(shapes)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    here = np.flatnonzero((ring[1:] == ring[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)) if len(ring) else ring
    corner = np.unique(_complex(xy), return_inverse=True)[1].astype(np.int64)
    low, high = np.minimum(corner[here], corner[here + 1]), np.maximum(corner[here], corner[here + 1])
    key = low * (len(xy) + 1) + high
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    face = owner[ring[here]]
    other = np.full(len(here), -1, dtype=np.int64)
    other[order[same]], other[order[same + 1]] = face[order[same + 1]], face[order[same]]
    ends = np.hstack([xy[here], xy[here + 1]])
    table = pd.DataFrame(ends, columns=["x0", "y0", "x1", "y1"])
    return table.assign(face=face, other=other, length=np.hypot(*(ends[:, 2:] - ends[:, :2]).T))


def with_corners(shapes: np.ndarray, corners: pd.DataFrame) -> np.ndarray:
    """Set corners on the sides of polygons (n,): columns x0, y0, x1, y1 (ends of the side, either way round), x, y."""
    rings, owner = _rings(shapes)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    place = _complex(xy)
    ends = [_complex(corners[list(names)].to_numpy()) for names in (("x0", "y0"), ("x1", "y1"), ("x", "y"))]
    here = np.flatnonzero(ring[1:] == ring[:-1])
    names = np.unique(np.concatenate([place, ends[0], ends[1]]), return_inverse=True)[1].astype(np.int64)
    own, start, stop = np.split(names, [len(place), len(place) + len(corners)])
    sides = pd.DataFrame({"low": np.minimum(own[here], own[here + 1]), "high": np.maximum(own[here], own[here + 1])})
    added = pd.DataFrame({"low": np.minimum(start, stop), "high": np.maximum(start, stop), "point": ends[2]})
    found = sides.assign(at=here).merge(added, on=["low", "high"])
    at, point = found["at"].to_numpy(), found["point"].to_numpy(dtype=np.complex128)
    order = np.lexsort(
        (np.abs(np.concatenate([place - place, point - place[at]])), np.concatenate([np.arange(len(place)), at]))
    )
    merged = np.concatenate([place, point])[order]
    of_ring = np.concatenate([ring, ring[at]])[order]
    fresh = shapely.linearrings(merged.real, merged.imag, indices=of_ring)
    return shapely.polygons(fresh, indices=owner)


def owner_sides(sides: pd.DataFrame, owner: np.ndarray) -> pd.DataFrame:
    """Sum the sides between faces and the units beyond them: face, unit, length; `owner` (n,) is -1 for no unit."""
    beyond = np.where(sides["other"] >= 0, owner[sides["other"]], -1)
    table = sides[["face", "length"]].assign(unit=beyond)
    return table[beyond >= 0].groupby(["face", "unit"], as_index=False)["length"].sum()


def _rings(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pieces, owner = shapely.get_parts(shapes, return_index=True)
    rings, piece = shapely.get_rings(pieces, return_index=True)
    return rings, owner[piece]


def _complex(xy: np.ndarray) -> np.ndarray:
    """Write points as complex numbers, which sort and compare as one value."""
    return np.ascontiguousarray(xy).view(np.complex128).ravel()
