"""Count the steps of our chain and of GerryChain's ReCom in a CPU second, on the same graph in the same run.

    python benchmarks/recom.py [--units 100 300 1000] [--steps 300] [--seconds 3] [--tolerance 0.5]

Both recombine only (the number of parts stays), from the same plan, with the same limits: the mean part ±50%
(`--tolerance`). Maps are those of `../shared/bench/units_map.py` where it is there, else grids. GerryChain (1.0 or
later) is measured where it is installed; its chain draws random-weight minimum trees by default and uniform ones on the
second line. Ours draws uniform trees. Target: 50 times as many steps. The last row of each map is our chain with a free
number of parts.
"""

import argparse
import importlib.util
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.partition.ground import Ground, ground_of
from pipeline.partition.recom import limits_around, walk

MAPS = Path(__file__).parents[1].parent / "shared" / "bench" / "units_map.py"
MEAN = 2000
TOLERANCE = 0.5
"""Of the mean part: limits of 1,000 to 3,000 households are ±50%."""


def ground(count: int, seed: int) -> Ground:
    """Make the ground of a map of about `count` units, with 250 households each on average."""
    if MAPS.is_file() and importlib.util.find_spec("scipy"):
        spec = importlib.util.spec_from_file_location("units_map", MAPS)
        assert spec is not None
        assert spec.loader is not None
        maps = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(maps)
        made = maps.make(count, seed, streets=1, wiggle=0)
        households, pairs = made["hh"], list(zip(made["ei"].tolist(), made["ej"].tolist(), strict=True))
    else:
        wide = round(count**0.5)
        count = wide * wide
        households = np.random.default_rng(seed).integers(50, 451, count)
        pairs = [(i, i + 1) for i in range(count) if (i + 1) % wide] + [(i, i + wide) for i in range(count - wide)]
    ids = [f"u{i:06d}" for i in range(len(households))]
    units = pd.DataFrame({"households": households}, index=ids)
    edges = pd.DataFrame([(ids[i], ids[j]) for i, j in pairs], columns=["a", "b"])
    return ground_of(units, edges.assign(border_cost=1.0, barrier=False))


def start_of(place: Ground, parts: int, lower: int, upper: int) -> np.ndarray:
    """Find a plan of `parts` parts within the limits: grow one from random units, then take the most even that chains
    meet, again and again."""
    total = int(place.households.sum())
    labels = np.full(len(place), -1)
    ahead = np.random.default_rng(0).permutation(np.flatnonzero(place.households > 0))[:parts].tolist()
    labels[ahead] = range(parts)
    for unit in ahead:  # all parts grow side by side
        for other in place.near[unit]:
            if labels[other] < 0:
                labels[other] = labels[unit]
                ahead.append(other)
    for seed in range(1000):
        low, high = limits_around(place, labels, lower, upper)
        if (low, high) == (lower, upper):
            return labels
        met = walk(place, labels, lower=low, upper=high, draws=200, free=False, seed=seed).labels
        sizes = [np.bincount(plan, place.households) for plan in met]
        labels = min(zip(sizes, met, strict=True), key=lambda pair: np.abs(pair[0] - total / parts).max())[1]
    raise SystemExit(f"no plan of {parts} parts was met")


def per_second(run: Callable[[int], Any], steps: int) -> float:
    """Steps of a CPU second."""
    begun = time.process_time()
    run(steps)
    return steps / (time.process_time() - begun)


def ours(place: Ground, start: np.ndarray, lower: int, upper: int, free: bool, seconds: float) -> tuple[float, float]:
    """Steps of our chain in a CPU second, and the share of them that changed the plan."""
    args = {"lower": lower, "upper": upper, "free": free}
    walk(place, start, draws=1, thin=10, **args)  # compiles
    steps = 1000
    while True:
        begun = time.process_time()
        chain = walk(place, start, draws=1, thin=steps, seed=1, **args)
        spent = time.process_time() - begun
        if spent > seconds / 2:
            return steps / spent, chain.taken.sum() / chain.tried.sum()
        steps = int(steps * min(10.0, max(2.0, seconds / max(spent, 1e-3))))


def theirs(
    place: Ground, start: np.ndarray, target: float, tolerance: float, steps: int, uniform: bool
) -> tuple[float, float]:
    """Steps of GerryChain's ReCom in a CPU second, and the share of them that changed the plan."""
    import networkx
    from gerrychain import Graph, MarkovChain, Partition, accept, updaters
    from gerrychain.proposals import recom
    from gerrychain.tree import bipartition_tree, uniform_spanning_tree

    plain = networkx.Graph(place.ends.tolist())
    networkx.set_node_attributes(plain, dict(enumerate(place.households.tolist())), "households")
    graph = Graph.from_networkx(plain)
    first = Partition(
        graph, dict(enumerate(start.tolist())), {"households": updaters.Tally("households", alias="households")}
    )
    tree = partial(bipartition_tree, spanning_tree_fn=uniform_spanning_tree) if uniform else bipartition_tree
    propose = partial(
        recom, pop_col="households", pop_target=target, epsilon=tolerance, node_repeats=0, bipartition_tree_fn=tree
    )
    changed = 0

    def run(number: int) -> None:
        nonlocal changed
        chain = MarkovChain(propose, [], accept.always_accept, first, number + 1, rng=random.Random(1))
        plans = iter(chain)
        last = next(plans)
        for plan in plans:
            changed += any(last.parts[part] != plan.parts[part] for part in last.parts)
            last = plan

    return per_second(run, steps), changed / steps


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--steps", type=int, default=300, help="steps of GerryChain")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="of the mean part")
    parser.add_argument("--seconds", type=float, default=3.0, help="CPU seconds for each of ours")
    given = parser.parse_args()
    peer = importlib.util.find_spec("gerrychain") is not None
    if not peer:
        print("GerryChain is not installed: only our own chain is measured.\n")
    print("| chain | units | parts | steps per CPU second | changed the plan | ours: times as many steps |")
    print("|---|---|---|---|---|---|")
    for count in given.units:
        place = ground(count, seed=1)
        parts = max(2, round(int(place.households.sum()) / MEAN))
        target = int(place.households.sum()) / parts
        lower, upper = int(np.ceil(target * (1 - given.tolerance))), int(target * (1 + given.tolerance))
        start = start_of(place, parts, lower, upper)
        size = f"{len(place):,} | {parts}"
        mine, moved = ours(place, start, lower, upper, False, given.seconds)
        print(f"| ours, recombining | {size} | {mine:,.0f} | {moved:.0%} | |", flush=True)
        for name, uniform in (("GerryChain ReCom", False), ("GerryChain ReCom, uniform trees", True)) if peer else ():
            speed, moved = theirs(place, start, target, given.tolerance, given.steps, uniform)
            print(f"| {name} | {size} | {speed:,.0f} | {moved:.0%} | **{mine / speed:,.0f}** |", flush=True)
        free, moved = ours(place, start, lower, upper, True, given.seconds)
        print(f"| ours, free number | {size} | {free:,.0f} | {moved:.0%} | |", flush=True)


if __name__ == "__main__":
    main()
