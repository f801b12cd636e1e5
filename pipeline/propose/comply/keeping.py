"""Lists every set of its own units that a community can keep: connected, with its office, not too much given away.

A set is a bitmask over the units of one community. Every piece of it holds the office or touches a unit from outside
over which it may hang together with the rest.
"""

import numpy as np

from pipeline.partition.compiled import compiled


@compiled
def kept_sets(
    near: np.ndarray, counts: np.ndarray, must: int, banned: int, seeds: int, low: int, high: int, found: np.ndarray
) -> int:
    """Write into `found` all sets that hold `must` and nothing of `banned`, with `low` to `high` households in all.

    `near` (k): neighbours of each unit as a bitmask. Every piece of a set holds a unit of `seeds` or touches or holds
    `must`. Returns how many there are, or -1 where they do not fit or the search takes too long.
    """
    n = len(counts)
    taken, barred, ahead = np.zeros(2 * n + 4, np.int64), np.zeros(2 * n + 4, np.int64), np.zeros(2 * n + 4, np.int64)
    first = seeds
    for i in range(n):
        if (must >> i) & 1:
            first |= near[i]
    taken[0], barred[0], ahead[0] = must, banned, first
    top, total, steps = 1, 0, 0
    while top > 0:
        top -= 1
        steps += 1
        if steps > 10 * len(found):
            return -1
        mine, out = taken[top], barred[top]
        edge = ahead[top] & ~mine & ~out
        weight = 0
        for i in range(n):
            if (mine >> i) & 1:
                weight += counts[i]
        if weight > high:
            continue
        whole, rim = mine | edge, edge
        while rim:
            beside = 0
            for i in range(n):
                if (rim >> i) & 1:
                    beside |= near[i]
            rim = beside & ~whole & ~out
            whole |= rim
        most = 0
        for i in range(n):
            if (whole >> i) & 1:
                most += counts[i]
        if most < low:
            continue
        if edge == 0:
            if weight >= low:
                if total >= len(found):
                    return -1
                found[total] = mine
                total += 1
            continue
        unit = 0
        while not (edge >> unit) & 1:
            unit += 1
        bit = 1 << unit
        taken[top], barred[top], ahead[top] = mine, out | bit, edge
        top += 1
        taken[top], barred[top], ahead[top] = mine | bit, out, edge | near[unit]
        top += 1
    return total


@compiled
def fewest(ptr: np.ndarray, near: np.ndarray, price: np.ndarray, open_to: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Cheapest way (n, C) from the `starts` (n, C) of each community to each unit, its own price (n, C) included.

    Only over units that are `open_to` (n, C) the community; where there is no way, a number above all sums.
    """
    n, communities = price.shape
    far = np.int64(1) << 60
    cheapest = np.full((n, communities), far)
    queue, waits = np.zeros(n + 1, np.int64), np.zeros(n, np.bool_)
    for c in range(communities):
        head = tail = 0
        for u in range(n):
            waits[u] = starts[u, c]
            if starts[u, c]:
                cheapest[u, c] = 0
                queue[tail] = u
                tail += 1
        while head != tail:
            u = queue[head]
            head = (head + 1) % (n + 1)
            waits[u] = False
            for k in range(ptr[u], ptr[u + 1]):
                v = near[k]
                reached = cheapest[u, c] + price[v, c]
                if open_to[v, c] and reached < cheapest[v, c]:
                    cheapest[v, c] = reached
                    if not waits[v]:
                        waits[v] = True
                        queue[tail] = v
                        tail = (tail + 1) % (n + 1)
    return cheapest
