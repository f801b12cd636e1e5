"""Random small places and an oracle that tries every plan: shares nothing with the search."""

import itertools

import numpy as np
import pandas as pd


def place(seed: int, width: int, height: int, *, communities: int = 1, mean: int = 500, barriers: float = 0.0):
    """A jittered grid of units with random households, edges with random costs, communities grown from random seeds."""
    rng = np.random.default_rng(seed)
    n = width * height
    ids = [f"u{i:02d}" for i in range(n)]
    pairs = [(i, i + 1) for i in range(n) if (i + 1) % width] + [(i, i + width) for i in range(n - width)]
    keep = rng.random(len(pairs)) > 0.1
    pairs = [pair for pair, kept in zip(pairs, keep, strict=True) if kept] if _connected(n, pairs, keep) else pairs
    labels = _grown(rng, n, pairs, communities)
    units = pd.DataFrame(
        {
            "households": rng.integers(0, 2 * mean, n),
            "community": [f"c{label}" for label in labels],
            "subdistrict": "s",
            "anchor": False,
        },
        index=pd.Index(ids, name="unit_id"),
    )
    edges = pd.DataFrame(
        {
            "a": [ids[i] for i, _ in pairs],
            "b": [ids[j] for _, j in pairs],
            "border_m": rng.integers(1, 9, len(pairs)) * 10.0,
            "barrier": rng.random(len(pairs)) < barriers,
            "along": "",
            "road_class": "",
        }
    )
    edges["border_cost"] = edges["border_m"] * rng.choice([0.1, 0.5, 1.0], len(pairs))
    return units, edges


def with_offices(units: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same units with one office in each community."""
    rng = np.random.default_rng(seed)
    offices = [rng.choice(rows.index) for _, rows in units.groupby("community")]
    return units.assign(anchor=units.index.isin(offices))


def _connected(n, pairs, keep) -> bool:
    labels = list(range(n))
    for (i, j), kept in zip(pairs, keep, strict=True):
        if kept and labels[i] != labels[j]:
            old = labels[j]
            labels = [labels[i] if label == old else label for label in labels]
    return len(set(labels)) == 1


def _grown(rng, n, pairs, communities):
    labels = np.full(n, -1)
    labels[rng.choice(n, communities, replace=False)] = np.arange(communities)
    while (labels < 0).any():
        i, j = pairs[rng.integers(len(pairs))]
        if labels[i] < 0 <= labels[j]:
            labels[i] = labels[j]
        elif labels[j] < 0 <= labels[i]:
            labels[j] = labels[i]
    return labels.tolist()


def connected(members: set[str], edges: pd.DataFrame) -> bool:
    """Whether the members hang together by the edges."""
    pairs = [(a, b) for a, b in zip(edges["a"], edges["b"], strict=True) if a in members and b in members]
    reached = {min(members)}
    while True:
        more = {x for a, b in pairs for x in (a, b) if (a in reached) != (b in reached)} - reached
        if not more:
            return reached == members
        reached |= more


def best_split(units, edges, lower, upper):
    """The least (parts, crossings, border cost, imbalance) over all splits in two or more parts, or None."""
    counts = units["households"].to_numpy()
    for parts in range(2, int(counts.sum()) // lower + 1):
        found = []
        for labels in itertools.product(range(parts), repeat=len(units) - 1):
            labels = np.array((0, *labels))
            sizes = np.bincount(labels, counts, parts)
            if len(set(labels.tolist())) == parts and (sizes >= lower).all() and (sizes <= upper).all():
                found.append(labels)
        values = [_split_value(units, edges, labels, parts) for labels in found]
        values = [value for value in values if value is not None]
        if values:
            return min(values)
    return None


def _split_value(units, edges, labels, parts):
    plan = pd.Series(labels, units.index)
    if not all(connected(set(rows.index), edges) for _, rows in plan.groupby(plan)):
        return None
    apart = edges["a"].map(plan).to_numpy() != edges["b"].map(plan).to_numpy()
    sizes = units["households"].groupby(plan).sum()
    uneven = (sizes - sizes.sum() / parts).abs().sum()
    crossings = int((edges["barrier"].to_numpy() & ~apart).sum())
    return (parts, crossings, round(float(edges["border_cost"].to_numpy()[apart].sum()), 1), round(float(uneven), 3))


def best_change(units, edges, lower, upper, most_new=2):
    """The least (outside, created + abolished, moved, border cost) over all plans with at most `most_new` new ones."""
    names = sorted(units["community"].unique())
    today = np.array([names.index(name) for name in units["community"]])
    parts = len(names) + most_new
    every = np.stack(np.unravel_index(np.arange(parts ** len(units)), (parts,) * len(units)), axis=1)
    counts = units["households"].to_numpy()
    sizes = np.stack([(every == part) @ counts for part in range(parts)], axis=1)
    used = np.stack([(every == part).any(axis=1) for part in range(parts)], axis=1)
    off = (np.maximum(0, np.maximum(lower - sizes, sizes - upper)) * used).sum(axis=1)
    changed = (~used[:, : len(names)]).sum(axis=1) + used[:, len(names) :].sum(axis=1)
    moved = (every != today) @ counts
    lawful = _keeps_home(units, names, today, every, used)
    ids = {name: number for number, name in enumerate(units.index)}
    i, j = edges["a"].map(ids).to_numpy(), edges["b"].map(ids).to_numpy()
    fresh = (today[i] == today[j]) & (every[:, i] != every[:, j])
    border = np.rint(fresh @ edges["border_cost"].to_numpy() * 10)
    order = np.lexsort((border, moved, changed, off))
    for number in order[lawful[order]]:
        plan = pd.Series(every[number], units.index)
        if all(connected(set(rows.index), edges) for _, rows in plan.groupby(plan)):
            return (int(off[number]), int(changed[number]), int(moved[number]), float(border[number] / 10))
    return None


def _keeps_home(units, names, today, every, used):
    lawful = np.ones(len(every), bool)
    for number in range(len(names)):
        offices = np.flatnonzero(units["anchor"].to_numpy() & (today == number))
        home = np.flatnonzero(today == number)
        keeps = every[:, offices[0]] == number if len(offices) else (every[:, home] == number).any(axis=1)
        lawful &= keeps | ~used[:, number]
    return lawful


def every_change(units, edges, lower, upper, most_new=2):
    """All lawful plans, as labels (k, n), and a table of their levels, those with least households outside only.

    Columns: outside, changed, moved, border (dm), balance (sum of what communities differ from their mean).
    """
    names = sorted(units["community"].unique())
    today = np.array([names.index(name) for name in units["community"]])
    parts, n = len(names) + most_new, len(units)
    every = np.stack(np.unravel_index(np.arange(parts**n), (parts,) * n), axis=1)
    counts = units["households"].to_numpy()
    members = np.stack([every == part for part in range(parts)], axis=1)
    used = members.any(axis=2)
    whole = np.array([not mask or _whole(units, edges, mask) for mask in range(2**n)])
    keep = whole[members @ (1 << np.arange(n))].all(axis=1) & _keeps_home(units, names, today, every, used)
    every, members, used = every[keep], members[keep], used[keep]
    sizes = members @ counts
    ids = {name: number for number, name in enumerate(units.index)}
    i, j = edges["a"].map(ids).to_numpy(), edges["b"].map(ids).to_numpy()
    fresh = (today[i] == today[j]) & (every[:, i] != every[:, j])
    mean = counts.sum() / used.sum(axis=1)
    levels = pd.DataFrame(
        {
            "outside": (np.maximum(0, np.maximum(lower - sizes, sizes - upper)) * used).sum(axis=1),
            "changed": (~used[:, : len(names)]).sum(axis=1) + used[:, len(names) :].sum(axis=1),
            "moved": (every != today) @ counts,
            "border": np.rint(fresh @ edges["border_cost"].to_numpy() * 10).astype(int),
            "balance": (np.abs(sizes - mean[:, None]) * used).sum(axis=1).round(3),
        }
    )
    best = (levels["outside"] == levels["outside"].min()).to_numpy()
    return every[best], levels[best].reset_index(drop=True)


def _whole(units, edges, mask):
    return connected({name for place, name in enumerate(units.index) if mask >> place & 1}, edges)
