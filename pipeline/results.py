"""What a run knows, as plain tables: what was read (`Area`), what is proposed (`Proposal`), and all of it (`Result`).

Frozen holders without behaviour: stages take tables out of them and put tables in. A *plan* is a Series
unit_id -> community; `objective` and `bound` are lists of numbers in the order in which they are minimised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from pipeline.rules import RuleSet
from pipeline.settings import Settings


@dataclass(frozen=True)
class Offset:
    """What the test of one layer for a map offset found. `table`: schema.OFFSETS_CSV, one row per hypothesis, the best
    first. `given` and `moved`: the layer as given and under the best hypothesis; `trusted`: what it was tested against
    (GeoSeries, working CRS). `converted`: area.toml said so and the layer was brought back already."""

    layer: str
    table: pd.DataFrame
    given: gpd.GeoSeries
    moved: gpd.GeoSeries
    trusted: gpd.GeoSeries
    converted: bool = False


@dataclass(frozen=True)
class Area:
    """One area as read and joined. Tables as in `pipeline.schema`: UNITS, COMMUNITIES, LINES, PROBLEMS_CSV, ..."""

    settings: Settings
    rules: RuleSet
    units: gpd.GeoDataFrame
    communities: pd.DataFrame
    lines: gpd.GeoDataFrame
    premises: gpd.GeoDataFrame | None
    problems: pd.DataFrame
    reconciliation: pd.DataFrame
    inputs: Mapping[str, str]
    """Hash (sha256) of every file read, by its path relative to the area folder."""
    columns: pd.DataFrame | None = None
    """schema.COLUMNS_CSV: which column of which file was taken for what."""
    counts: pd.DataFrame | None = None
    """schema.COUNTS_CSV: where every count comes from."""
    outlines: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    """Polygons as given of `communities` and `subdistricts` (by section): the name column and geometry, working CRS."""
    buildings: gpd.GeoDataFrame | None = None
    """Buildings: polygons with `floors` and `floor_m2` (NaN where unknown), working CRS."""
    repairs: gpd.GeoDataFrame | None = None
    """schema.REPAIRS_CSV with the piece concerned as geometry: what was mended and what was left."""
    crossings: gpd.GeoDataFrame | None = None
    """Bridges and underpasses: name and geometry, working CRS."""
    edits: pd.DataFrame | None = None
    """The adjacency table as it was edited by hand, row by row: a, b, kind, why, computed (str, "" where blank),
    allowed (True, False or None), factor, border_m (float64, NaN where blank), place (file and row)."""
    decisions: pd.DataFrame | None = None
    """schema.DECISIONS: what a planner fixed by hand; None where nothing was decided."""
    offsets: tuple["Offset", ...] = ()
    """Layers that were tested for an offset against the others."""
    forecast: pd.DataFrame | None = None
    """Households of every unit (index) by year (int64 columns, sorted), from the base year, which is today."""


@dataclass(frozen=True)
class Checked:
    """What checking an area found. `measures` and `near` are those of `Result`, None where errors of the input leave
    no verdict to give."""

    area: Area
    measures: pd.DataFrame | None = None
    near: pd.DataFrame | None = None


@dataclass(frozen=True)
class Solution:
    """An answer to one problem, with what is known of it.

    `plan`: Series over the units (or communities) of the problem, None when infeasible. `objective` and `bound`:
    the minimised numbers in their order and proved lower bounds. `gap`: relative, of the first number whose bound
    lies below it. `note`: the reason when infeasible, what limited the search when unproved.
    """

    plan: pd.Series | None
    proof: str
    objective: tuple[float, ...] = ()
    bound: tuple[float, ...] = ()
    gap: float = 0.0
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Alternative:
    """Another way to do a case: `label` says what it puts first, `plan` covers the units of the case."""

    label: str
    solution: Solution


@dataclass(frozen=True)
class Proposal:
    """What one strategy proposes for the whole area.

    `plan`: Series unit_id -> community after, every unit. `cases`: schema.CASES_CSV. `alternatives`: by case_id.
    `subdistricts`: name, strategy, proof, objective, bound, gap, seconds (one row each). `left`: communities that
    stay outside the limits, by name, with the sentence why.
    """

    strategy: str
    plan: pd.Series
    cases: pd.DataFrame
    subdistricts: pd.DataFrame
    alternatives: Mapping[str, list[Alternative]] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evaluation:
    """A plan against today. `numbers`: one row per measure (measure, label, unit, before, after). `communities`:
    schema.COMMUNITIES_CSV, indexed by community. `changes`: one row per pair old-new that shares units
    (before, after, subdistrict, units, households, change)."""

    numbers: pd.DataFrame
    communities: pd.DataFrame
    changes: pd.DataFrame


@dataclass(frozen=True)
class Ensemble:
    """Where a plan stands among random valid plans of the same area. `standing`: schema.ENSEMBLE_CSV. `chains`:
    schema.ENSEMBLE_CHAINS_CSV. `samples`: subdistrict ("" for the whole area), chain, and one column per measure; one
    row per random plan. `caveat`: what has to be said with it, in Chinese."""

    standing: pd.DataFrame
    chains: pd.DataFrame
    samples: pd.DataFrame
    caveat: str


@dataclass(frozen=True)
class Result:
    """Everything a run found; the dossier is written from this alone.

    `proposals` and `evaluations` are keyed by strategy; `strategy` names the one that is *the* plan.
    `manifest`: input hashes, package versions, seed.
    """

    area: Area
    edition: str
    strategy: str
    edges: pd.DataFrame
    flags: pd.DataFrame
    neighbours: pd.DataFrame
    """Candidates for merging with their conditions, one row per pair (see `flag.merge_candidates`)."""
    proposals: Mapping[str, Proposal]
    evaluations: Mapping[str, Evaluation]
    manifest: Mapping[str, object]
    measures: pd.DataFrame | None = None
    """schema.MEASURES_CSV: the verdict on every community under every measure of households that was given."""
    near: pd.DataFrame | None = None
    """schema.NEAR_CSV: communities whose verdict a small error of the count would change."""
    forecast: pd.DataFrame | None = None
    """schema.FORECAST_CSV of today and of every plan, with a column for each year; None without a forecast."""
    ensemble: Ensemble | None = None
    """Where the chosen plan stands among random ones, if that was asked for."""
