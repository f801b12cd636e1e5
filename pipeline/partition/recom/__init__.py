"""Random valid plans of one ground: a Markov chain of connected parts within household limits, in any number.

Three kinds of step, after recombination (DeFord, Duchin and Solomon 2021, "Recombination"), each corrected by
Metropolis and Hastings so that the chain is reversible and its law is known. With C(x) the number of edges that a plan
x cuts, W(x) the number of its parts with households for two (twice the lower limit) and |P| the number of units of a
part P:

- *recombine* (half of the steps): take an edge that x cuts, at random; join the two parts there; draw a uniform
  spanning tree of the joined part (Wilson 1996) and one of its edges until both sides of the cut tree are within the
  limits; go there with the chance C(x) / C(y) (of the edges of a tree only those that fit are numbered, and the
  number drawn is less than a bound on how many can fit: the same law, and fewer trees);
- *split* (a quarter): take a part P with households for two at random, a uniform spanning tree of it and one of its
  edges; where both sides are within the limits, go there with the chance W(x) (|P| - 1) / C(y);
- *merge* (a quarter): take an edge that x cuts, at random; where the two parts joined to P are within the limits, go
  there with the chance C(x) / (W(y) (|P| - 1)).

The law: the chance of a plan is proportional to the number of its spanning forests, the product over its parts of the
number of spanning trees. A part of which many trees can be drawn is a compact one, so the chain favours compact plans,
as all of this family do. Why the chances are so: a tree of P that is cut at one of its |P| - 1 edges falls into A and B
in trees(A) trees(B) edges(A, B) of its trees(P) (|P| - 1) ways, and A and B are met from y with the chance
edges(A, B) / C(y). Drawing again until a cut fits multiplies both ways of a recombination by one number.

That every valid plan can be reached is not certain for every ground; where limits are tight, parts may be caught.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.partition.ground import Ground, pieces

__all__ = ["Chain", "limits_around", "walk"]

Seed = int | np.random.SeedSequence


@dataclass(frozen=True)
class Chain:
    """What a walk met. `labels` (draws, n) int32: the part of each unit, numbered 0.. in the order of their first
    units. `tried`, `taken` (3) int64: steps by kind (recombine, split, merge), and those that changed the plan."""

    labels: np.ndarray
    tried: np.ndarray
    taken: np.ndarray


def limits_around(ground: Ground, labels: np.ndarray, lower: int, upper: int) -> tuple[int, int]:
    """Widen limits until they hold every part of a plan (n labels): a chain can start only from a plan within them."""
    sizes = np.bincount(labels, ground.households)[np.bincount(labels) > 0]
    return min(lower, int(sizes.min())), max(upper, int(sizes.max()))


def walk(
    ground: Ground,
    start: np.ndarray,
    *,
    lower: int,
    upper: int,
    draws: int,
    thin: int = 1,
    warmup: int = 0,
    free: bool = True,
    seed: Seed = 0,
) -> Chain:
    """Walk from a valid plan (n labels): `warmup` steps, then `draws` plans, each `thin` steps after the one before.

    `free` False keeps the number of parts: recombining steps only. The same seed gives the same walk. Raises
    ValueError where the start is not valid: a part in pieces or outside [lower, upper].
    """
    from pipeline.partition.recom import kernel  # here, since it takes a second to load

    labels = _numbered(np.asarray(start)[None, :])[0].astype(np.int64)
    _require_valid(ground, labels, lower, upper)
    parts = int(labels.max()) + 1
    most = min(len(ground), int(ground.households.sum()) // lower if lower > 0 else len(ground))
    first, near = neighbours(ground)
    sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    kept = np.empty((draws, len(ground)), np.int32)
    tried, taken = np.zeros(3, np.int64), np.zeros(3, np.int64)
    kernel.walk(
        first, near, _joining(ground), ground.households, labels, parts,
        max(most, parts), lower, upper, warmup, thin, free, sequence.generate_state(4, np.uint64), kept, tried, taken,
    )  # fmt: skip
    return Chain(_numbered(kept), tried, taken)


def neighbours(ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours of unit u as `near[first[u]:first[u + 1]]`; int64, (n + 1) and (2m)."""
    first = np.cumsum([0, *map(len, ground.near)])
    return first, np.array([other for row in ground.near for other in row], np.int64)


def _joining(ground: Ground) -> np.ndarray:
    """Edges (m, 2) over which a part may extend; a border that is not allowed joins nothing."""
    pairs = [(unit, other) for unit, row in enumerate(ground.near) for other in row if unit < other]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _numbered(labels: np.ndarray) -> np.ndarray:
    """Number the parts of plans (draws, n) in the order of their first units, so that a plan has one form."""
    from pipeline.partition.recom import matching

    return matching.numbered(np.ascontiguousarray(labels, np.int32))


def _require_valid(ground: Ground, labels: np.ndarray, lower: int, upper: int) -> None:
    sizes = np.bincount(labels, ground.households)
    if sizes.min() < lower or sizes.max() > upper:
        raise ValueError(f"start: parts of {int(sizes.min())} to {int(sizes.max())}, limits {lower} to {upper}")
    for part in range(len(sizes)):
        if len(pieces(ground, np.flatnonzero(labels == part).tolist())) != 1:
            raise ValueError(f"start: the part of {ground.ids[int((labels == part).argmax())]} is in pieces")
