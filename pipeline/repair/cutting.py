"""Cuts each triangle of open land into the shares of the units at its sides and corners."""

import numpy as np

from pipeline.repair.triangles import UNKNOWN, Triangles

Cut = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rings (k, corners) as complex numbers, their owners (k,), their triangles (k,)."""


def shares_of(triangles: Triangles, label: np.ndarray, centre: np.ndarray, middle: np.ndarray, count: int) -> Cut:
    """Cut the triangles that have `count` sides on outlines."""
    outlined = triangles.beyond != UNKNOWN
    at = np.flatnonzero(outlined.sum(axis=1) == count)
    # Turned so that the side that differs from the others is opposite corner 0.
    first = (outlined[at] if count == 1 else ~outlined[at]).argmax(axis=1)
    order = (first[:, None] + np.arange(3)) % 3
    corner, mid, beyond, own = (
        table[at[:, None], order] for table in (triangles.corner, middle, triangles.beyond, label)
    )
    c0, c1, c2 = corner.T
    if count == 0:
        cuts = [(corner[:, k], mid[:, (k + 2) % 3], centre[at], mid[:, (k + 1) % 3]) for k in range(3)]
        owners = list(own.T)
    elif count == 1:
        cuts = [(c1, c2, mid[:, 1], mid[:, 2]), (c0, mid[:, 2], mid[:, 1], c0)]
        owners = [beyond[:, 0], own[:, 0]]
    elif count == 2:
        cuts, owners = [(c0, c1, mid[:, 0], c0), (c0, mid[:, 0], c2, c0)], [beyond[:, 2], beyond[:, 1]]
    else:
        inner = _incentre(corner)
        cuts = [(corner[:, (k + 1) % 3], corner[:, (k + 2) % 3], inner, inner) for k in range(3)]
        owners = list(beyond.T)
    rings = np.concatenate([np.stack([*cut, cut[0]], axis=-1) for cut in cuts])
    return rings, np.concatenate(owners), np.tile(at, len(cuts))


def _incentre(corner: np.ndarray) -> np.ndarray:
    """Give the middle of the inscribed circle of triangles (m, 3): as far from each side."""
    side = np.abs(corner[:, [1, 2, 0]] - corner[:, [2, 0, 1]])
    return (side * corner).sum(axis=1) / side.sum(axis=1)
