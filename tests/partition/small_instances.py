"""Random small instances in their public form, and an oracle that tries every plan: shares nothing with the search."""

import itertools
import math

import numpy as np


def instance(seed: int, width: int, height: int, parts: int, slack: float) -> dict:
    """A grid with random edges left out and diagonals put in, random counts, and a window of `slack` about the mean."""
    rng = np.random.default_rng(seed)
    n = width * height
    edges = [(i, i + 1) for i in range(n) if (i + 1) % width] + [(i, i + width) for i in range(n - width)]
    edges += [(i, i + width + 1) for i in range(n - width) if (i + 1) % width and rng.random() < 0.3]
    edges = [edge for edge in edges if rng.random() < 0.9]
    counts = rng.integers(0, 40, n)
    mean = counts.sum() / parts
    return {
        "k": parts,
        "L": math.ceil(mean * (1 - slack)),
        "U": math.floor(mean * (1 + slack)),
        "nodes": [
            {"id": f"n{i}", "pop": int(counts[i]), "x": float(i % width), "y": float(i // width)} for i in range(n)
        ],
        "edges": [[f"n{i}", f"n{j}", 1.0] for i, j in edges],
    }


def grid(side: int) -> dict:
    """A square grid of cells into as many parts of as many cells as it is wide."""
    n = side * side
    edges = [(i, i + 1) for i in range(n) if (i + 1) % side] + [(i, i + side) for i in range(n - side)]
    nodes = [{"id": i, "pop": 1, "x": i % side, "y": i // side} for i in range(n)]
    return {"k": side, "L": side, "U": side, "nodes": nodes, "edges": [[i, j, 1] for i, j in edges]}


def plans(given: dict):
    """Every lawful plan, as a list of sets of node numbers."""
    number = {node["id"]: place for place, node in enumerate(given["nodes"])}
    pairs = [(number[a], number[b]) for a, b, *_ in given["edges"]]
    counts = [node["pop"] for node in given["nodes"]]
    for rest in itertools.product(range(given["k"]), repeat=len(counts) - 1):
        labels = (0, *rest)
        if list(dict.fromkeys(labels)) != list(range(given["k"])):
            continue
        members = [{i for i, label in enumerate(labels) if label == part} for part in range(given["k"])]
        sizes = [sum(counts[i] for i in part) for part in members]
        if all(given["L"] <= size <= given["U"] for size in sizes) and all(_hangs(part, pairs) for part in members):
            yield members


def _hangs(part: set[int], pairs) -> bool:
    reached = {min(part)}
    while True:
        more = {v for pair in pairs for v in pair if reached & set(pair) and v in part} - reached
        if not more:
            return reached == part
        reached |= more


def fewest_cuts(given: dict) -> int | None:
    """Fewest cut edges over all plans, or None."""
    number = {node["id"]: place for place, node in enumerate(given["nodes"])}
    pairs = [(number[a], number[b]) for a, b, *_ in given["edges"]]
    cuts = (sum(not any({i, j} <= part for part in members) for i, j in pairs) for members in plans(given))
    return min(cuts, default=None)


def least_inertia(given: dict) -> int | None:
    """Least sum of pop x int(100 d)^2 over all plans, every part from its best node, or None."""
    nodes = given["nodes"]

    def square(i, j):
        return int(100 * math.hypot(nodes[i]["x"] - nodes[j]["x"], nodes[i]["y"] - nodes[j]["y"])) ** 2

    values = (
        sum(min(sum(nodes[i]["pop"] * square(i, c) for i in part) for c in part) for part in members)
        for members in plans(given)
    )
    return min(values, default=None)
