"""What arithmetic alone says of a place: its islands, and how many households must stay outside the limits."""

import numpy as np

from pipeline.partition.ground import Ground, pieces


def islands_of(ground: Ground, today: np.ndarray, communities: int) -> np.ndarray:
    """Number (n) of the island of each unit: connected units, joined where one community of today has several."""
    label = np.zeros(len(ground), int)
    for number, piece in enumerate(pieces(ground, range(len(ground)))):
        label[piece] = number
    for community in range(communities):
        numbers = np.unique(label[today == community])
        label[np.isin(label, numbers)] = numbers[:1].sum()
    return np.unique(label, return_inverse=True)[1]


def least_outside(ground: Ground, islands: np.ndarray, lower: int, upper: int) -> int:
    """Households that lie outside the limits in every plan: no number of communities fits, or units are too large."""
    least = 0
    for island in range(int(islands.max(initial=-1)) + 1):
        counts = ground.households[islands == island]
        total, large = int(counts.sum()), int(np.maximum(0, counts - upper).sum())
        number = max(1, total // upper)
        off = min(max(0, k * lower - total, total - k * upper) for k in (number, number + 1))
        least += max(off, large)
    return least
