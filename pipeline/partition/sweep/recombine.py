"""Finds good divisions without proof: joins two neighbouring parts and cuts them anew along a random spanning tree.

The recombination of DeFord, Duchin and Solomon, "Recombination: a family of Markov chains for redistricting" (2021),
used here as annealing: what makes the division dearer is taken ever more seldom.
"""

import numpy as np

from pipeline.partition.compiled import compiled
from pipeline.partition.sweep.task import Task

STEPS, ROUNDS = 1000, 200_000
"""Recombinations for each unit, and at most."""
TRIES = 20_000
"""Random trees drawn for a first division."""


def recombined(task: Task, *, seed: int = 0, steps: int | None = None) -> np.ndarray | None:
    """Labels (n) of a good division, or None where no random tree gave one. Deterministic for a seed."""
    number = len(task.households)
    joining = np.flatnonzero(task.joins)
    both = np.concatenate([joining, joining])
    side = np.repeat([0, 1], len(joining))
    tails = task.ends[both, side]
    order = np.lexsort((both, tails))
    first = np.searchsorted(tails[order], np.arange(number + 1)).astype(np.int64)
    near = np.ascontiguousarray(task.ends[both, 1 - side][order]).astype(np.int64)
    labels = np.full(number, -1, np.int64)
    counts = task.households.astype(np.int64)
    limits = (task.lower, task.upper, task.parts)
    random = np.array([88172645463325252 + 2654435761 * (seed + 1)], np.uint64)
    if not _begun(labels, first, near, counts, limits, random, max(50, min(TRIES, 2_000_000 // number))):
        return None
    ends, price = task.ends.astype(np.int64), (task.cut - task.kept).astype(np.int64)
    total = int(counts.sum())
    rounds = min(ROUNDS, STEPS * number) if steps is None else steps
    best = _annealed(labels, first, near, counts, limits, ends, price, task.uneven, total, random, rounds)
    return np.asarray(best)


@compiled
def _drawn(random):  # type: ignore[no-untyped-def]
    word = random[0]
    word ^= word << np.uint64(13)
    word ^= word >> np.uint64(7)
    word ^= word << np.uint64(17)
    random[0] = word
    return np.int64(word >> np.uint64(1))


@compiled
def _tree(start, inside, first, near, parent, order, random):  # type: ignore[no-untyped-def]
    """Random spanning tree of the units `inside` that `start` reaches: always take a random edge of the border."""
    number = len(inside)
    seen = np.zeros(number, np.bool_)
    waiting_unit, waiting_from = np.empty(len(near) + 1, np.int64), np.empty(len(near) + 1, np.int64)
    waiting_unit[0], waiting_from[0] = start, -1
    waiting, reached = 1, 0
    while waiting > 0:
        pick = _drawn(random) % waiting
        unit, source = waiting_unit[pick], waiting_from[pick]
        waiting -= 1
        waiting_unit[pick], waiting_from[pick] = waiting_unit[waiting], waiting_from[waiting]
        if seen[unit]:
            continue
        seen[unit] = True
        parent[unit] = source
        order[reached] = unit
        reached += 1
        for k in range(first[unit], first[unit + 1]):
            other = near[k]
            if inside[other] and not seen[other]:
                waiting_unit[waiting], waiting_from[waiting] = other, unit
                waiting += 1
    return reached


@compiled
def _begun(labels, first, near, counts, limits, random, tries):  # type: ignore[no-untyped-def]
    """Fill `labels` by cutting parts off random trees; whether it worked out."""
    lower, upper, parts = limits
    number = len(labels)
    parent, order, below = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int64)
    total = counts.sum()
    for _ in range(tries):
        labels[:] = -1
        left, done = total, 0
        while done < parts - 1:
            inside = labels < 0
            size = inside.sum()
            cut_off = False
            for _ in range(4):
                pick, start = _drawn(random) % size, -1
                for unit in range(number):
                    if inside[unit]:
                        if pick == 0:
                            start = unit
                            break
                        pick -= 1
                reached = _tree(start, inside, first, near, parent, order, random)
                if reached < size:
                    break
                rest = parts - done - 1
                low, high = max(lower, left - rest * upper), min(upper, left - rest * lower)
                chosen, met = -1, 0
                below[:] = counts
                for place in range(reached - 1, 0, -1):
                    unit = order[place]
                    below[parent[unit]] += below[unit]
                    if low <= below[unit] <= high:
                        met += 1
                        if _drawn(random) % met == 0:
                            chosen = unit
                if chosen < 0:
                    continue
                left -= below[chosen]
                labels[chosen] = done
                for place in range(1, reached):
                    unit = order[place]
                    if parent[unit] >= 0 and labels[parent[unit]] == done and inside[parent[unit]]:
                        labels[unit] = done
                cut_off = True
                break
            if not cut_off:
                break
            done += 1
        if done == parts - 1 and lower <= left <= upper:
            inside = labels < 0
            start = 0
            for unit in range(number):
                if inside[unit]:
                    start = unit
            if _tree(start, inside, first, near, parent, order, random) == inside.sum():
                labels[inside] = done
                return True
    return False


@compiled
def _price(labels, ends, price, uneven, total, counts, parts):  # type: ignore[no-untyped-def]
    cost = np.int64(0)
    for edge in range(len(ends)):
        if labels[ends[edge, 0]] != labels[ends[edge, 1]]:
            cost += price[edge]
    if uneven > 0:
        sizes = np.zeros(parts, np.int64)
        for unit in range(len(labels)):
            sizes[labels[unit]] += counts[unit]
        for part in range(parts):
            cost += uneven * abs(parts * sizes[part] - total)
    return cost


@compiled
def _annealed(  # type: ignore[no-untyped-def]
    labels, first, near, counts, limits, ends, price, uneven, total, random, rounds
):
    """Recombine again and again, boldly at first; the cheapest labels met."""
    lower, upper, parts = limits
    number = len(labels)
    parent, order, below = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int64)
    now = _price(labels, ends, price, uneven, total, counts, parts)
    best, least = labels.copy(), now
    trial = labels.copy()
    typical = max(1.0, np.abs(price).mean())
    if parts < 2:
        return best
    for step in range(rounds):
        heat = typical * 2.0 * (1.0 - step / rounds) + 1e-9
        edge = _drawn(random) % len(ends)
        one, two = labels[ends[edge, 0]], labels[ends[edge, 1]]
        if one == two:
            continue
        inside = (labels == one) | (labels == two)
        size = inside.sum()
        reached = _tree(ends[edge, 0], inside, first, near, parent, order, random)
        if reached < size:
            continue
        both = np.int64(0)
        for place in range(reached):
            below[order[place]] = counts[order[place]]
            both += counts[order[place]]
        chosen, met = -1, 0
        for place in range(reached - 1, 0, -1):
            unit = order[place]
            below[parent[unit]] += below[unit]
            if lower <= below[unit] <= upper and lower <= both - below[unit] <= upper:
                met += 1
                if _drawn(random) % met == 0:
                    chosen = unit
        if chosen < 0:
            continue
        trial[:] = labels
        for place in range(reached):
            trial[order[place]] = two
        trial[chosen] = one
        for place in range(1, reached):
            unit = order[place]
            if unit != chosen and trial[parent[unit]] == one:
                trial[unit] = one
        cost = _price(trial, ends, price, uneven, total, counts, parts)
        if cost <= now or (_drawn(random) % 1000003) / 1000003.0 < np.exp((now - cost) / heat):
            labels[:] = trial
            now = cost
            if now < least:
                best[:], least = labels, now
    return best
