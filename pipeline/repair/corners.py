"""Says whose each corner of the triangles of open land is."""

import numpy as np
import pandas as pd
import shapely

from pipeline.repair.triangles import UNKNOWN, Triangles


def corner_owners(triangles: Triangles, around: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Find the unit of each corner of a triangle (m, 3); `around` (n,) are the faces about and `owner` (n,) theirs.

    It is the unit's whose outline begins there; from it the word goes round the corner from triangle to triangle, so
    that the fan of triangles at a corner between two units is parted in its middle. A corner that no word reaches is
    that of the unit that has a corner at the same place, or the nearest corner's; a unit that is barred comes last.
    """
    first, second = triangles.beyond[:, [1, 2, 0]], triangles.beyond[:, [2, 0, 1]]
    label = np.where(first == UNKNOWN, second, np.where(second == UNKNOWN, first, np.minimum(first, second)))
    corner = triangles.corner.ravel()
    pairs = _facing_corners(triangles)
    places = _units_by_place(around, owner)
    for barred in (_barred_corners(triangles), corner[:0]):
        label = _spread(label.ravel(), pairs)
        silent = np.flatnonzero((label == UNKNOWN) & ~np.isin(corner, barred))
        label[silent] = places.reindex(corner[silent]).fillna(UNKNOWN).to_numpy(dtype=np.int64)
        label = _nearest_in_triangle(label.reshape(-1, 3), triangles.corner)
    return label


def _spread(label: np.ndarray, pairs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Pass labels on between facing corners, one triangle at a time, until no silent corner hears more."""
    label = label.copy()
    mine, theirs = pairs
    while True:
        news = (label[mine] == UNKNOWN) & (label[theirs] != UNKNOWN)
        if not news.any():
            return label
        told = pd.Series(label[theirs[news]]).groupby(mine[news]).min()
        label[told.index.to_numpy()] = told.to_numpy()


def _facing_corners(triangles: Triangles) -> tuple[np.ndarray, np.ndarray]:
    """Pair the corners (numbered 3 x triangle + corner) that two triangles with a common side have at its ends."""
    triangle, side = np.nonzero(triangles.next >= 0)
    other = triangles.next[triangle, side]
    mine, theirs = [], []
    for step in (1, 2):
        corner = (side + step) % 3
        same = triangles.corner[other] == triangles.corner[triangle, corner][:, None]
        mine.append(3 * triangle + corner)
        theirs.append(3 * other + same.argmax(axis=1))
    return np.concatenate(mine), np.concatenate(theirs)


def _barred_corners(triangles: Triangles) -> np.ndarray:
    triangle, side = np.nonzero(triangles.barred)
    return np.concatenate([triangles.corner[triangle, (side + step) % 3] for step in (1, 2)])


def _units_by_place(around: np.ndarray, owner: np.ndarray) -> pd.Series:
    """Give the first unit that has a corner at each place: Series place (complex) -> unit."""
    xy, face = shapely.get_coordinates(around, return_index=True)
    return pd.Series(owner[face]).groupby(np.ascontiguousarray(xy).view(np.complex128).ravel()).min()


def _nearest_in_triangle(label: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Give corners (m, 3) that are still without a unit that of the nearest corner of their triangle."""
    found = label.copy()
    for k in range(3):
        left, right = (k + 1) % 3, (k + 2) % 3
        nearer = np.abs(corner[:, left] - corner[:, k]) <= np.abs(corner[:, right] - corner[:, k])
        use_left = (label[:, right] == UNKNOWN) | ((label[:, left] != UNKNOWN) & nearer)
        found[:, k] = np.where(label[:, k] == UNKNOWN, np.where(use_left, label[:, left], label[:, right]), label[:, k])
    return found
