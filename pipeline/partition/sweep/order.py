"""Orders the units so that a sweep over them has a narrow front."""

import numpy as np

from pipeline.partition.sweep.layers import jit

GROWTH = 2.6
"""How many times more states one more unit in the front makes, roughly."""
TURNS = 12
"""Directions in which the drawing of the graph is swept."""
STARTS = 60
MOVES = 6000
DRAWN = 600
"""Units up to which the graph is drawn (the time goes with their cube)."""


def narrow_order(number: int, ends: np.ndarray) -> np.ndarray:
    """Order of `number` units with a narrow front; `ends` (m, 2) are the edges. Deterministic."""
    pairs = np.vstack([ends, ends[:, ::-1]]).astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    first = np.searchsorted(pairs[:, 0], np.arange(number + 1)).astype(np.int64)
    near = np.ascontiguousarray(pairs[:, 1])
    starts = np.unique(np.linspace(0, number - 1, min(number, STARTS)).astype(np.int64))
    orders = [_greedy(number, first, near, int(start)) for start in starts]
    if 3 < number <= DRAWN:
        orders += _swept(number, pairs)
    best = min(orders, key=lambda order: _states(order, first, near))
    moves = MOVES if number <= 200 else max(500, MOVES * 200 // number)
    return np.asarray(_improved(best, first, near, moves))


def _swept(number: int, pairs: np.ndarray) -> list[np.ndarray]:
    """Orders along straight lines over a drawing of the graph (the two smoothest vectors of its Laplacian)."""
    laplacian = np.zeros((number, number))
    laplacian[pairs[:, 0], pairs[:, 1]] = -1.0
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    across, along = np.linalg.eigh(laplacian)[1][:, 1:3].T
    angles = np.arange(TURNS) * np.pi / TURNS
    return [np.argsort(np.cos(a) * across + np.sin(a) * along, kind="stable").astype(np.int64) for a in angles]


@jit
def _states(order, first, near):  # type: ignore[no-untyped-def]
    """States that a sweep in this order will make, roughly."""
    number = len(order)
    place = np.empty(number, np.int64)
    for t in range(number):
        place[order[t]] = t
    change = np.zeros(number + 1, np.int64)
    for unit in range(number):
        last = place[unit]
        for k in range(first[unit], first[unit + 1]):
            last = max(last, place[near[k]])
        change[place[unit]] += 1
        change[last] -= 1
    total, wide = 0.0, 0
    for t in range(number):
        wide += change[t]
        total += GROWTH**wide
    return total


@jit
def _greedy(number, first, near, start):  # type: ignore[no-untyped-def]
    """Take next the unit that widens the front least, of several the one whose neighbours have waited longest."""
    order = np.empty(number, np.int64)
    place = np.full(number, number, np.int64)
    left = first[1:] - first[:-1]
    order[0], place[start] = start, 0
    for k in range(first[start], first[start + 1]):
        left[near[k]] -= 1
    for t in range(1, number):
        best, least, longest = -1, number, number
        for unit in range(number):
            if place[unit] < number:
                continue
            wider, oldest = 1 if left[unit] > 0 else 0, number
            for k in range(first[unit], first[unit + 1]):
                if place[near[k]] < number:
                    oldest = min(oldest, place[near[k]])
                    if left[near[k]] == 1:
                        wider -= 1
            if oldest == number:
                wider = number - 1  # beside nothing placed so far: only when nothing else is left
            if wider < least or (wider == least and oldest < longest):
                best, least, longest = unit, wider, oldest
        order[t], place[best] = best, t
        for k in range(first[best], first[best + 1]):
            left[near[k]] -= 1
    return order


@jit
def _improved(order, first, near, moves):  # type: ignore[no-untyped-def]
    """Move single units to other places while that makes fewer states; random, but always the same way."""
    number = len(order)
    best, least = order.copy(), _states(order, first, near)
    random = np.uint64(88172645463325252)
    trial = order.copy()
    for _ in range(moves):
        random ^= random << np.uint64(13)
        random ^= random >> np.uint64(7)
        random ^= random << np.uint64(17)
        start = np.int64(random % np.uint64(number))
        shift = np.int64((random >> np.uint64(32)) % np.uint64(17)) - 8
        goal = min(number - 1, max(0, start + shift))
        trial[:] = best
        unit = trial[start]
        step = 1 if goal > start else -1
        for t in range(start, goal, step):
            trial[t] = trial[t + step]
        trial[goal] = unit
        states = _states(trial, first, near)
        if states <= least:
            best[:], least = trial, states
    return best
