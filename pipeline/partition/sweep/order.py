"""Orders the units so that a sweep over them has a narrow front."""

import numpy as np

from pipeline.partition.compiled import compiled

GROWTH = 2.6
"""How many times more states one more unit in the front makes, roughly."""
TURNS = 12
"""Directions in which the drawing of the graph is swept."""
STARTS = 60
MOVES = 6000


def narrow_order(number: int, ends: np.ndarray) -> np.ndarray:
    """Order of `number` units with a narrow front; `ends` (m, 2) are the edges. Deterministic."""
    pairs = np.vstack([ends, ends[:, ::-1]]).astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    first = np.searchsorted(pairs[:, 0], np.arange(number + 1)).astype(np.int64)
    near = np.ascontiguousarray(pairs[:, 1])
    starts = np.unique(np.linspace(0, number - 1, min(number, STARTS, 1 + 12_000 // number)).astype(np.int64))
    orders = [_greedy(number, first, near, int(start)) for start in starts]
    orders += _swept(number, first, near)
    best = min(orders, key=lambda order: _states(order, first, near))
    moves = MOVES if number <= 200 else max(500, MOVES * 200 // number)
    return np.asarray(_improved(best, first, near, moves))


def _swept(number: int, first: np.ndarray, near: np.ndarray) -> list[np.ndarray]:
    """Orders along straight lines over a drawing of the graph: steps from two pairs of units that lie far apart."""

    def farthest(steps: np.ndarray) -> int:
        return int(steps.argmax())

    west = _steps_from(number, first, near, farthest(_steps_from(number, first, near, 0)))
    east = _steps_from(number, first, near, farthest(west))
    south = _steps_from(number, first, near, farthest(np.minimum(west, east)))
    north = _steps_from(number, first, near, farthest(south + np.minimum(west, east)))
    across, along = west - east, south - north
    angles = np.arange(TURNS) * np.pi / TURNS
    return [np.argsort(np.cos(a) * across + np.sin(a) * along, kind="stable").astype(np.int64) for a in angles]


@compiled
def _steps_from(number, first, near, start):  # type: ignore[no-untyped-def]
    """Edges from `start` to every unit; 0 where no way leads."""
    steps = np.full(number, -1, np.int64)
    line = np.empty(number, np.int64)
    line[0], steps[start] = start, 0
    head, tail = 0, 1
    while head < tail:
        unit = line[head]
        head += 1
        for k in range(first[unit], first[unit + 1]):
            if steps[near[k]] < 0:
                steps[near[k]] = steps[unit] + 1
                line[tail] = near[k]
                tail += 1
    return np.maximum(steps, 0)


@compiled
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


@compiled
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


@compiled
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
