"""Draws chance numbers that are the same on every machine."""

import numpy as np

from pipeline.partition.compiled import compiled

EXPONENTIAL = np.rint(-np.log((np.arange(4096) + 0.5) / 4096) * 65536).astype(np.int64)
"""Evenly likely values of an exponential distribution of mean 65,536, whole so that all machines agree on them."""


@compiled
def chance(seed: np.ndarray) -> np.uint64:
    """Next number of a xorshift generator (Marsaglia 2003); `seed` (1) uint64, not 0, is its state."""
    x = seed[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    seed[0] = x
    return x


@compiled
def below(seed: np.ndarray, limit: int) -> int:
    """Chance number in [0, limit)."""
    return int(((chance(seed) >> np.uint64(33)) * np.uint64(limit)) >> np.uint64(31))


@compiled
def seeded(number: int) -> np.ndarray:
    """State of a generator for any whole number (mixed as in SplitMix64)."""
    z = np.uint64(number) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    state = np.zeros(1, np.uint64)
    state[0] = z if z != np.uint64(0) else np.uint64(1)
    return state
