"""Reads districting instances in their public form, a graph as JSON, and writes the answer."""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import HuajieError

KEYS = ("k", "L", "U", "nodes", "edges")


@dataclass(frozen=True)
class Instance:
    """Nodes 0..n-1, in the order of the file, to be divided into `parts` connected parts within [lower, upper].

    `ids` (n) as given; `counts` (n) int64; `places` (n, 2) x and y in the units of the file, None where a node has
    none; `ends` (m, 2): edges, each pair once; `border` (m): shared border, 1 where none is given.
    """

    ids: list[Any]
    counts: np.ndarray
    places: np.ndarray | None
    ends: np.ndarray
    border: np.ndarray
    parts: int
    lower: int
    upper: int


def read_instance(path: Path) -> Instance:
    """Read an instance; one HuajieError lists everything that is wrong with it."""
    try:
        given = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise HuajieError(f"{path} cannot be read: {error.strerror or error}. Name a JSON file.") from None
    except (ValueError, RecursionError) as error:
        raise HuajieError(f"{path} is no JSON: {error}. The form is in docs/solve.md.") from None
    return instance_of(given, str(path))


def instance_of(given: object, name: str = "the instance") -> Instance:
    """Check what a JSON file holds and make an instance of it; `name` is used in messages."""
    if not isinstance(given, dict):
        raise HuajieError(f"{name} holds no object with {', '.join(KEYS)}. The form is in docs/solve.md.")
    wrong = [f"key {key} is missing" for key in KEYS if key not in given]
    if wrong:
        raise HuajieError(_listed(name, wrong))
    parts, lower, upper = _whole(given["k"]), _limit(given["L"], math.ceil), _limit(given["U"], math.floor)
    for key, value in (("k", parts), ("L", lower), ("U", upper)):
        if value is None:
            wrong.append(f"{key} is {_shown(given[key])}, not a {'whole ' if key == 'k' else ''}number")
    if parts is not None and parts < 1:
        wrong.append(f"k is {parts}; there must be at least one part")
    if lower is not None and upper is not None and lower > upper:
        wrong.append(f"L ({lower}) is above U ({upper})")
    ids, counts, places = _nodes(given["nodes"], wrong)
    ends, border = _edges(given["edges"], {_key(one): place for place, one in enumerate(ids)}, wrong)
    if wrong or parts is None or lower is None or upper is None:
        raise HuajieError(_listed(name, wrong))
    return Instance(
        ids=ids,
        counts=np.array(counts, np.int64),
        places=np.array(places, float) if all(place is not None for place in places) else None,
        ends=np.array(ends, np.int64).reshape(-1, 2),
        border=np.array(border, float),
        parts=parts,
        lower=lower,
        upper=upper,
    )


def write_plan(path: Path, instance: Instance, labels: np.ndarray) -> None:
    """Write `id, part` for every node; parts are numbered from 1 in the order in which the nodes meet them."""
    number = {label: place for place, label in enumerate(dict.fromkeys(labels.tolist()), start=1)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", "part"])
        rows.writerows([one, number[label]] for one, label in zip(instance.ids, labels.tolist(), strict=True))


def _nodes(nodes: object, wrong: list[str]) -> tuple[list[Any], list[int], list[tuple[float, float] | None]]:
    ids: list[Any] = []
    counts: list[int] = []
    places: list[tuple[float, float] | None] = []
    if not isinstance(nodes, list) or not nodes:
        wrong.append("nodes is not a list of at least one node")
        return ids, counts, places
    seen = set()
    for number, node in enumerate(nodes):
        if not isinstance(node, dict) or not {"id", "pop"} <= node.keys():
            wrong.append(f"node number {number + 1} has no id or no pop")
            continue
        count = _whole(node["pop"])
        if count is None or count < 0:
            wrong.append(f"node {_shown(node['id'])} has pop {_shown(node['pop'])}, not a whole number from 0")
        if _key(node["id"]) in seen:
            wrong.append(f"node {_shown(node['id'])} stands twice")
        seen.add(_key(node["id"]))
        ids.append(node["id"])
        counts.append(count or 0)
        x, y = node.get("x"), node.get("y")
        placed = isinstance(x, (int, float)) and isinstance(y, (int, float)) and _number(x) and _number(y)
        places.append((float(x), float(y)) if placed else None)  # type: ignore[arg-type]
    return ids, counts, places


def _edges(edges: object, number: dict[str, int], wrong: list[str]) -> tuple[list[tuple[int, int]], list[float]]:
    if not isinstance(edges, list):
        wrong.append("edges is not a list")
        return [], []
    found: dict[tuple[int, int], float] = {}
    for edge in edges:
        if not isinstance(edge, list) or len(edge) < 2 or (len(edge) > 2 and not _number(edge[2])):
            wrong.append(f"edge {_shown(edge)} is not [id, id, shared border]")
            continue
        i, j = number.get(_key(edge[0])), number.get(_key(edge[1]))
        if i is None or j is None:
            wrong.append(f"edge {_shown(edge)} names a node that does not exist")
        elif i == j:
            wrong.append(f"edge {_shown(edge)} leads from a node to itself")
        else:
            found.setdefault((min(i, j), max(i, j)), float(edge[2]) if len(edge) > 2 else 1.0)
    return list(found), list(found.values())


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _limit(value: object, rounded: Callable[[float], int]) -> int | None:
    """A limit on whole counts: one with a fraction lets in the same counts as the whole number inside it."""
    if isinstance(value, float) and math.isfinite(value):
        return rounded(value)
    return _whole(value)


def _whole(value: object) -> int | None:
    """Whole number of a JSON value (2.0 is one), or None."""
    if not _number(value) or value != int(value):  # type: ignore[call-overload]
        return None
    return int(value)  # type: ignore[call-overload]


def _key(one: object) -> str:
    """What tells ids apart: 1 and "1" are different nodes."""
    return json.dumps(one, sort_keys=True)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(name: str, wrong: list[str]) -> str:
    shown = wrong if len(wrong) <= 20 else [*wrong[:20], f"and {len(wrong) - 20} more"]
    lines = "\n".join(f"- {line}" for line in shown)
    return f"{name} cannot be solved:\n{lines}\nThe form is in docs/solve.md."
