"""The task that every tool is given: an area cut at its subdistricts, with the limits, a seed and a time limit."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Task:
    """Units and edges (schema.UNITS, EDGES) of an area, and what is asked for.

    `area`: the folder it was read from. `seconds`: CPU seconds that a tool may take in all. `parts`: the number of
    communities that tools are told to draw which cannot choose it, "middle" (as many as have the middle of the limits)
    or "today" (as many as there are, or the nearest number that can be inside).
    """

    units: gpd.GeoDataFrame
    edges: pd.DataFrame
    area: str
    lower: int
    upper: int
    seed: int
    seconds: float
    parts: str = "today"

    def write(self, folder: Path) -> None:
        """Write it for the processes of the tools."""
        self.units.to_parquet(folder / "units.parquet")
        self.edges.to_parquet(folder / "edges.parquet")
        plain = {name: value for name, value in vars(self).items() if name not in ("units", "edges")}
        (folder / "task.json").write_text(json.dumps(plain), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Task":
        """Read what `write` wrote."""
        plain = json.loads((folder / "task.json").read_text("utf-8"))
        edges = pd.read_parquet(folder / "edges.parquet")
        return cls(gpd.read_parquet(folder / "units.parquet"), edges, **plain)


@dataclass(frozen=True)
class Ground:
    """One subdistrict in the terms of the peers: units by position, with no community of today but as a number.

    `shapes`: polygons with households, x, y (centre, km), on positions; `pairs`: (m, 2) neighbours; `cost_m`: (m,)
    border times what it runs along; `today`: (n,) number of the community of today; `parts`: how many
    communities to draw.
    """

    shapes: gpd.GeoDataFrame
    pairs: np.ndarray
    cost_m: np.ndarray
    today: np.ndarray
    parts: int
    lower: int
    upper: int
    seed: int

    @property
    def households(self) -> np.ndarray:
        """Households of each unit."""
        return self.shapes["households"].to_numpy()

    @property
    def target(self) -> float:
        """Households of a community when all have the same."""
        return float(self.households.sum() / self.parts)

    @property
    def slack(self) -> float:
        """Share of the target by which a community may differ from it and stay inside the limits."""
        return max(0.01, min(self.target - self.lower, self.upper - self.target) / self.target)

    def neighbours(self) -> dict[int, list[int]]:
        """List the neighbours of every unit."""
        beside: dict[int, list[int]] = {unit: [] for unit in range(len(self.shapes))}
        for a, b in self.pairs.tolist():
            beside[a].append(b)
            beside[b].append(a)
        return beside


Draw = Callable[[Ground], np.ndarray]
"""Divides the units of one subdistrict: a label for each."""


def by_subdistrict(task: Task, draw: Draw) -> pd.Series:
    """Draw every subdistrict on its own, as the rules ask; give unit_id -> community."""
    drawn = []
    for name, units in task.units.groupby("subdistrict", sort=True):
        ground = _ground(task, units)
        labels = draw(ground) if ground.parts > 1 else np.zeros(len(units), dtype=int)
        drawn.append(pd.Series([f"{name} {label}" for label in labels], index=units.index))
    return pd.concat(drawn)


def _ground(task: Task, units: gpd.GeoDataFrame) -> Ground:
    ends = np.column_stack([units.index.get_indexer(pd.Index(task.edges[end])) for end in ("a", "b")])
    inside = (ends >= 0).all(axis=1)
    centres = units.geometry.centroid
    columns = {"households": units["households"].astype("int64"), "x": centres.x / 1000, "y": centres.y / 1000}
    return Ground(
        shapes=gpd.GeoDataFrame(columns, geometry=units.geometry, crs=units.crs).reset_index(drop=True),
        pairs=ends[inside],
        cost_m=task.edges["border_cost"].to_numpy()[inside],
        today=pd.factorize(units["community"])[0],
        parts=_parts(task, units),
        lower=task.lower,
        upper=task.upper,
        seed=task.seed,
    )


def _parts(task: Task, units: gpd.GeoDataFrame) -> int:
    """Say into how many communities to divide the units, so many that all can be inside the limits if any number is."""
    total = int(units["households"].sum())
    middle = round(2 * total / (task.lower + task.upper))
    wanted = units["community"].nunique() if task.parts == "today" else middle
    return max(1, min(max(wanted, -(-total // task.upper)), total // task.lower))
