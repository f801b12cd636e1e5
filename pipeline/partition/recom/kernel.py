"""The compiled steps of the chain: random trees, and the three kinds of step that cut and join parts along them.

Compiled on first use and kept on disk. Everything that calls each other stands in this one file, since the kept code
of a function is thrown away only when its own file changes. What the steps are and which law they keep is said in
`pipeline.partition.recom`.

The parts are 0..k-1. `head` (part -> its first unit, -1 for none) and `after` (unit -> the next of its part) list the
units of a part; `size` holds its households and `count` its units.
"""

import numpy as np

from pipeline.partition.compiled import compiled

RECOMBINE, SPLIT, MERGE = 0, 1, 2
"""Kinds of step, as the counters of tries and successes are numbered."""

MOST_TREES = 300
"""Trees drawn for one step before it is given up. It depends on the joined parts alone, so the law is kept."""


@compiled
def _turned(x: np.uint64, by: np.uint64) -> np.uint64:
    return (x << by) | (x >> (np.uint64(64) - by))


@compiled
def _bits(dice: np.ndarray) -> np.uint64:
    """Next 64 random bits: xoshiro256++ (Blackman and Vigna 2021), `dice` its state (4, uint64)."""
    found = _turned(dice[0] + dice[3], np.uint64(23)) + dice[0]
    shifted = dice[1] << np.uint64(17)
    dice[2] ^= dice[0]
    dice[3] ^= dice[1]
    dice[1] ^= dice[2]
    dice[0] ^= dice[3]
    dice[2] ^= shifted
    dice[3] = _turned(dice[3], np.uint64(45))
    return found


@compiled
def _below(dice: np.ndarray, many: int) -> int:
    """Random whole number in 0..many-1, for `many` under 2^31."""
    return np.int64(((_bits(dice) >> np.uint64(32)) * np.uint64(many)) >> np.uint64(32))  # type: ignore[return-value]


@compiled
def _share(dice: np.ndarray) -> float:
    """Random number in [0, 1)."""
    return np.float64(_bits(dice) >> np.uint64(11)) / 9007199254740992.0


@compiled
def _gathered(part: int, head: np.ndarray, after: np.ndarray, units: np.ndarray, many: int) -> int:
    """Append the units of a part to the `many` that `units` holds; gives how many it holds then."""
    unit = head[part]
    while unit >= 0:
        units[many] = unit
        many += 1
        unit = after[unit]
    return many


@compiled
def _mapped(
    first: np.ndarray,
    near: np.ndarray,
    labels: np.ndarray,
    a: int,
    b: int,
    units: np.ndarray,
    many: int,
    place: np.ndarray,
    low: np.ndarray,
    beside: np.ndarray,
) -> None:
    """Write the neighbours that the units of parts a and b have among one another, by their places in `units`: those
    of the unit at place k are `beside[low[k]:low[k + 1]]`."""
    for k in range(many):
        place[units[k]] = k
    at = 0
    for k in range(many):
        low[k] = at
        unit = units[k]
        for other in near[first[unit] : first[unit + 1]]:
            if labels[other] == a or labels[other] == b:
                beside[at] = place[other]
                at += 1
    low[many] = at


@compiled
def _grown(
    low: np.ndarray,
    beside: np.ndarray,
    many: int,
    parent: np.ndarray,
    mark: np.ndarray,
    stamp: int,
    order: np.ndarray,
    dice: np.ndarray,
) -> None:
    """Draw a uniform spanning tree of mapped units (Wilson 1996): `parent` of each, and the `order` of the units from
    the root outwards. `mark` of a unit is `stamp` once it is in the tree."""
    root = _below(dice, many)
    mark[root] = stamp
    parent[root] = -1
    order[0] = root
    done = 1
    for start in range(many):
        unit = start
        while mark[unit] != stamp:  # a walk at random; a later way out of a unit erases the loop it made
            begin = low[unit]
            parent[unit] = beside[begin + _below(dice, low[unit + 1] - begin)]
            unit = parent[unit]
        begun = done
        unit = start
        while mark[unit] != stamp:
            mark[unit] = stamp
            order[done] = unit
            done += 1
            unit = parent[unit]
        left, right = begun, done - 1
        while left < right:
            order[left], order[right] = order[right], order[left]
            left += 1
            right -= 1


@compiled
def _cut(
    units: np.ndarray,
    households: np.ndarray,
    parent: np.ndarray,
    order: np.ndarray,
    many: int,
    mark: np.ndarray,
    stamp: int,
    at: int,
) -> int:
    """Cut the tree above the unit that is number `at` of its order; what hangs below is marked with `stamp`. Gives
    the households there."""
    top = order[at]
    mark[top] = stamp
    total = households[units[top]]
    for later in range(at + 1, many):
        unit = order[later]
        if mark[parent[unit]] == stamp:
            mark[unit] = stamp
            total += households[units[unit]]
    return total


@compiled
def _most_fitting(units: np.ndarray, households: np.ndarray, many: int, total: int, least: int) -> int:
    """Bound the edges of any tree that leave at least `least` households on both sides.

    Such edges form a tree of their own. Behind each of its ends lie at least `least` households, and what is left has
    to hold the units inside it: with few left, these can only be few small ones.
    """
    if least <= 0:
        return many - 1
    sizes = np.sort(households[units[:many]])
    bound, ends = 0, 2
    while ends * least <= total:
        left, inside = total - ends * least, 0
        while inside < many and sizes[inside] <= left:
            left -= sizes[inside]
            inside += 1
        bound = max(bound, ends - 1 + inside)
        ends += 1
    return min(bound, many - 1)


@compiled
def _fitting(
    units: np.ndarray,
    households: np.ndarray,
    parent: np.ndarray,
    order: np.ndarray,
    many: int,
    below: np.ndarray,
    total: int,
    least: int,
    bound: int,
    dice: np.ndarray,
) -> int:
    """Take one of `bound` numbers, and the fitting edge of the tree that has this number: its place in the order, or -1
    where fewer edges fit. So each cut that fits is taken with the same chance from every tree."""
    for unit in range(many):
        below[unit] = households[units[unit]]
    wanted = _below(dice, bound)
    for at in range(many - 1, 0, -1):
        unit = order[at]
        if least <= below[unit] <= total - least:
            if wanted == 0:
                return at
            wanted -= 1
        below[parent[unit]] += below[unit]
    return -1


@compiled
def _crossing(low: np.ndarray, beside: np.ndarray, many: int, mark: np.ndarray, stamp: int) -> int:
    """Count the edges between the mapped units that bear the stamp and those that do not."""
    found = 0
    for unit in range(many):
        if mark[unit] == stamp:
            for other in beside[low[unit] : low[unit + 1]]:
                found += mark[other] != stamp
    return found


@compiled
def _between(low: np.ndarray, beside: np.ndarray, many: int, of_a: int) -> int:
    """Count the edges between the first `of_a` mapped units, which are those of part a, and the others."""
    found = 0
    for unit in range(of_a, many):
        for other in beside[low[unit] : low[unit + 1]]:
            found += other < of_a
    return found


@compiled
def _shared_out(
    a: int,
    b: int,
    units: np.ndarray,
    many: int,
    mark: np.ndarray,
    stamp: int,
    labels: np.ndarray,
    head: np.ndarray,
    after: np.ndarray,
    size: np.ndarray,
    count: np.ndarray,
    households: np.ndarray,
) -> None:
    """Give the units that bear the stamp to part b and the others to part a."""
    for part in (a, b):
        head[part], size[part], count[part] = -1, 0, 0
    for place in range(many):
        unit = units[place]
        part = b if mark[place] == stamp else a
        labels[unit] = part
        after[unit] = head[part]
        head[part] = unit
        size[part] += households[unit]
        count[part] += 1


@compiled
def _is_wide(part: int, size: np.ndarray, count: np.ndarray, lower: int) -> bool:
    """Whether a part has households for two and units for two."""
    return size[part] >= 2 * lower and count[part] > 1


@compiled
def walk(
    first: np.ndarray,
    near: np.ndarray,
    ends: np.ndarray,
    households: np.ndarray,
    labels: np.ndarray,
    parts: int,
    most: int,
    lower: int,
    upper: int,
    warmup: int,
    thin: int,
    free: bool,
    dice: np.ndarray,
    kept: np.ndarray,
    tried: np.ndarray,
    taken: np.ndarray,
) -> None:
    """Walk `warmup` steps and then `thin` steps for each row of `kept` (draws, n), which takes the labels.

    `first` (n + 1), `near`: neighbours of each unit. `ends` (m, 2): the edges. `labels` (n): the start, changed in
    place. `most`: room for parts. `tried`, `taken` (3): counters by kind of step.
    """
    n, m = len(labels), len(ends)
    head, after = np.full(most + 1, -1), np.full(n, -1)
    size, count = np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    for unit in range(n - 1, -1, -1):
        part = labels[unit]
        after[unit] = head[part]
        head[part] = unit
        size[part] += households[unit]
        count[part] += 1
    wide = 0  # parts that may be split
    for part in range(parts):
        wide += _is_wide(part, size, count, lower)
    cuts = 0
    for edge in range(m):
        cuts += labels[ends[edge, 0]] != labels[ends[edge, 1]]
    units, place = np.empty(n, np.int32), np.empty(n, np.int32)
    low, beside = np.empty(n + 1, np.int32), np.empty(2 * m, np.int32)
    below = np.empty(n, np.int64)
    order, parent, mark = np.empty(n, np.int32), np.empty(n, np.int32), np.zeros(n, np.int64)
    stamp = 0
    for step in range(warmup + thin * len(kept)):
        kind = RECOMBINE
        if free:
            throw = _below(dice, 4)
            kind = RECOMBINE if throw < 2 else (SPLIT if throw == 2 else MERGE)
        tried[kind] += 1
        if kind == SPLIT:
            if wide > 0:
                a = _below(dice, parts)
                while not _is_wide(a, size, count, lower):
                    a = _below(dice, parts)
                many = _gathered(a, head, after, units, 0)
                _mapped(first, near, labels, a, a, units, many, place, low, beside)
                _grown(low, beside, many, parent, mark, stamp + 1, order, dice)
                stamp += 2
                at = 1 + _below(dice, many - 1)
                part_b = _cut(units, households, parent, order, many, mark, stamp, at)
                part_a = size[a] - part_b
                if min(part_a, part_b) >= lower and max(part_a, part_b) <= upper:
                    new = _crossing(low, beside, many, mark, stamp)
                    if _share(dice) * (cuts + new) < wide * (many - 1):
                        _shared_out(a, parts, units, many, mark, stamp, labels, head, after, size, count, households)
                        wide += _is_wide(a, size, count, lower) + _is_wide(parts, size, count, lower) - 1
                        parts += 1
                        cuts += new
                        taken[SPLIT] += 1
        elif cuts > 0:
            edge = _below(dice, m)
            while labels[ends[edge, 0]] == labels[ends[edge, 1]]:
                edge = _below(dice, m)
            a, b = labels[ends[edge, 0]], labels[ends[edge, 1]]
            total, many = size[a] + size[b], count[a] + count[b]
            others = wide - _is_wide(a, size, count, lower) - _is_wide(b, size, count, lower)
            merges = kind == MERGE and total <= upper and _share(dice) * ((others + 1) * (many - 1)) < cuts
            if merges or kind == RECOMBINE:
                of_a = _gathered(a, head, after, units, 0)
                _gathered(b, head, after, units, of_a)
                _mapped(first, near, labels, a, b, units, many, place, low, beside)
                old = _between(low, beside, many, of_a)
            if kind == RECOMBINE:
                least = max(lower, total - upper)
                bound = _most_fitting(units, households, many, total, least)
                for _ in range(MOST_TREES):
                    _grown(low, beside, many, parent, mark, stamp + 1, order, dice)
                    stamp += 2
                    at = _fitting(units, households, parent, order, many, below, total, least, bound, dice)
                    if at > 0:
                        _cut(units, households, parent, order, many, mark, stamp, at)
                        new = _crossing(low, beside, many, mark, stamp)
                        if _share(dice) * (cuts - old + new) < cuts:
                            _shared_out(a, b, units, many, mark, stamp, labels, head, after, size, count, households)
                            wide = others + _is_wide(a, size, count, lower) + _is_wide(b, size, count, lower)
                            cuts += new - old
                            taken[RECOMBINE] += 1
                        break
            elif merges:
                cuts -= old
                parts -= 1
                wide = others + 1
                _shared_out(a, b, units, many, mark, -1, labels, head, after, size, count, households)
                if b != parts:  # the last part takes the free number
                    unit = head[parts]
                    while unit >= 0:
                        labels[unit] = b
                        unit = after[unit]
                    head[b], size[b], count[b] = head[parts], size[parts], count[parts]
                taken[MERGE] += 1
        if step >= warmup and (step - warmup + 1) % thin == 0:
            kept[(step - warmup) // thin] = labels
