"""An oracle for thin graphs: every connected division of the units, every way to name its parts. Shares no search."""

import itertools

import numpy as np
import pandas as pd


def thin_place(
    seed: int, count: int, communities: int, mean: int, *, offices: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A random tree of units with two more edges, households, and communities that hang together."""
    rng = np.random.default_rng(seed)
    pairs = {(int(rng.integers(max(0, k - 3), k)), k) for k in range(1, count)}
    for _ in range(2):
        i, j = sorted(rng.choice(count, 2, replace=False).tolist())
        pairs.add((i, j))
    ids = [f"u{k:02d}" for k in range(count)]
    label = np.full(count, -1)
    label[rng.choice(count, communities, replace=False)] = np.arange(communities)
    ordered = sorted(pairs)
    while (label < 0).any():
        i, j = ordered[rng.integers(len(ordered))]
        if (label[i] < 0) != (label[j] < 0):
            label[i] = label[j] = max(label[i], label[j])
    units = pd.DataFrame(
        {
            "households": rng.integers(0, 2 * mean, count),
            "community": [f"c{k}" for k in label],
            "subdistrict": "s",
            "anchor": False,
        },
        index=pd.Index(ids, name="unit_id"),
    )
    if offices:
        known = [rng.choice(rows.index) for _, rows in units.groupby("community") if rng.random() < 0.8]
        units["anchor"] = units.index.isin(known)
    edges = pd.DataFrame(
        {
            "a": [ids[i] for i, _ in ordered],
            "b": [ids[j] for _, j in ordered],
            "border_m": 1.0,
            "border_cost": rng.integers(1, 90, len(ordered)) / 10,
            "barrier": False,
            "kind": "border",
        }
    )
    return units, edges


def divisions(count: int, pairs: list[tuple[int, int]]) -> list[list[list[int]]]:
    """Every division of units into connected parts, each part a sorted list."""
    found = set()
    for kept in itertools.product((False, True), repeat=len(pairs)):
        root = list(range(count))

        def find(unit: int, root: list[int] = root) -> int:
            while root[unit] != unit:
                unit = root[unit]
            return unit

        for (i, j), inside in zip(pairs, kept, strict=True):
            if inside:
                root[find(i)] = find(j)
        found.add(tuple(find(unit) for unit in range(count)))
    same = {}
    for roots in found:
        parts: dict[int, list[int]] = {}
        for unit, part in enumerate(roots):
            parts.setdefault(part, []).append(unit)
        same[tuple(sorted(map(tuple, parts.values())))] = None
    return [[list(part) for part in division] for division in same]


def best_of_all(units, edges, lower, upper, *, honoured, excused=(), also=None, key=None, within=None):
    """The least (outside, changed, moved, border) over every plan that `honoured(today, labels)` lets pass, or None.

    `key` orders the four numbers, `within` says which of them may be at all.
    """
    names = sorted(units["community"].unique())
    today = np.array([names.index(name) for name in units["community"]])
    counts = units[["households"]].to_numpy() if also is None else np.column_stack([units["households"], also])
    ids = {name: number for number, name in enumerate(units.index)}
    pairs = [(ids[a], ids[b]) for a, b in zip(edges["a"], edges["b"], strict=True)]
    cost = np.rint(edges["border_cost"].to_numpy() * 10).astype(int)
    office = {int(today[u]): u for u in np.flatnonzero(units["anchor"].to_numpy())}
    key = key or (lambda numbers: numbers)
    best = None
    for division in divisions(len(units), pairs):
        may = []
        for part in division:
            own = {int(today[u]) for u in part}
            may.append([*(c for c in own if c not in office or office[c] in part), -1])
        sizes = [counts[part].sum(axis=0) for part in division]
        off = [max(0, int((lower - s).max())) + max(0, int((s - upper).max())) for s in sizes]
        for chosen in itertools.product(*may):
            named = [c for c in chosen if c >= 0]
            if len(set(named)) < len(named):
                continue
            outside = sum(o for o, c in zip(off, chosen, strict=True) if c not in excused)
            created, labels = 0, np.zeros(len(units), int)
            for part, c in zip(division, chosen, strict=True):
                labels[part] = c if c >= 0 else len(names) + created
                created += c < 0
            moved = int(counts[labels != today, 0].sum())
            border = sum(int(k) for (i, j), k in zip(pairs, cost, strict=True)
                         if today[i] == today[j] and labels[i] != labels[j])  # fmt: skip
            numbers = (outside, len(names) - len(named) + created, moved, border / 10)
            if within is not None and not within(numbers):
                continue
            if (best is None or key(numbers) < key(best)) and honoured(today, labels):
                best = numbers
    return best
