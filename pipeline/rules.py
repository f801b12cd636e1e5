"""Rule sets: the limits, the act limits and their conditions, each with the clause it rests on.

A rule set is a TOML file in `pipeline/presets/`; an area names one and may override any value.
Sources of the shipped figures: docs/rule-sets.md.
"""

import difflib
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import problem, problems_table, raise_errors
from pipeline.schema import BARRIER_CLASSES, FAR_OVER, OVER, UNDER, WITHIN

DEFAULT_PRESET = "hohhot-2023"


class Indicator(BaseModel):
    """One sign of overload: the value of `of` (over `per`, times `times`) compared with a threshold."""

    model_config = ConfigDict(extra="forbid")
    of: str = Field(description="column of the communities table")
    per: str | None = Field(None, description="column that it is divided by; nothing when absent")
    times: float = Field(1.0, description="factor, such as 100 for a value per 100 households")
    threshold: float = Field(description="value that is still no overload")
    exceeds: bool = Field(True, description="true: overloaded above the threshold; false: below it")
    zh: str = Field(description="name of the indicator in Chinese output")
    unit: str = Field("", description="unit of the value in Chinese output")
    clause: str = Field(description="clause that the threshold rests on")
    counts: bool = Field(True, description="false: shown to the planner, decides nothing")


class MergeClauses(BaseModel):
    """The clause or principle that each condition of a merge rests on, as it is cited in outputs."""

    model_config = ConfigDict(extra="forbid")
    subdistrict: str = Field("不跨街道（属地管理）", description="both lie in one subdistrict")
    border: str = Field("地缘相邻", description="they share a border longer than `corner_m`")
    barrier: str = Field(
        "以道路、街巷、河流为界", description="at most `barrier_share` of the border is a barrier, or it has a crossing"
    )
    combined: str = Field("规模适度", description="together they have at most `split_over` households")
    protected: str = Field("尊重历史沿革", description="neither is a historic or commercial area left as it is")
    split: str = Field("大稳定小调整", description="the neighbour is not itself to be split")


class Facility(BaseModel):
    """Premises and staff that a community of given size should have."""

    model_config = ConfigDict(extra="forbid")
    m2_per_100_households: float | None = Field(None, description="floor area of premises per 100 households, m²")
    least_m2: float | None = Field(None, description="least floor area of premises whatever the size, m²")
    workers_per_10000_residents: float | None = Field(None, description="community workers per 10 000 residents")
    clause: str = Field("", description="clause that these figures rest on")


class RuleSet(BaseModel):
    """A rule set; counts are households of `measure`, limits are inclusive."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(description="name of the rule set, as `preset` gives it")
    title: str = Field(description="title in Chinese output")
    basis: str = Field(description="the document, as it is cited in outputs")
    effective: str = Field(description="date from which it holds, as far as known")
    measure: Literal["常住户", "户籍户", "实有户", "住宅套数"] = Field(
        "常住户", description="what is counted as a household"
    )
    lower: int = Field(gt=0, description="fewest households of a community within the limits")
    upper: int = Field(gt=0, description="most households of a community within the limits")
    split_over: int = Field(gt=0, description="above it a split is asked for")
    merge_under: int = Field(gt=0, description="below it a merge is asked for")
    split_needs_overload: bool = Field(description="true: size alone does not ask for a split")
    overload_needs: int = Field(1, ge=1, description="how many indicators must hold")
    merge_needs_conditions: bool = Field(True, description="true: size alone does not ask for a merge")
    clause_limits: str = Field(description="clause that the limits rest on, as it is cited in outputs")
    clause_split: str = Field(description="clause that asks for splits")
    clause_merge: str = Field(description="clause that asks for merges")
    merge_clauses: MergeClauses = Field(MergeClauses(), description="clause of each condition of a merge, see below")
    overload: dict[str, Indicator] = Field(default_factory=dict, description="indicators by name, see below")
    facility: Facility = Field(Facility(), description="premises and staff due, see below")
    corner_m: float = Field(10.0, ge=0, description="a shared border up to this length is a corner touch")
    near_share: float = Field(
        0.05, ge=0, le=1, description="communities this near to a limit, as a share of their count, are listed as such"
    )
    barrier_share: float = Field(
        0.5, ge=0, le=1, description="a border is barred when more than this share of it runs along a barrier"
    )
    barrier_kinds: tuple[str, ...] = Field(
        ("water", "railway", "expressway"), description="line kinds and road classes a community should not straddle"
    )
    barriers: dict[str, Literal["ignore", "priced", "forbidden"]] = Field(
        default_factory=dict,
        description="what a class of lines is, whatever `barrier_kinds` says: ignore (no barrier), priced (a barrier; "
        "straddling it is counted) or forbidden (no community extends across it but at a crossing)",
    )
    factor_open: float = Field(1.0, gt=0, description="price of a metre of border over open ground")
    factor_barrier: float = Field(0.1, gt=0, description="price of a metre of border along a barrier")
    factor_road: dict[str, float] = Field(
        default_factory=lambda: {
            "expressway": 0.1,
            "trunk": 0.2,
            "primary": 0.3,
            "secondary": 0.4,
            "tertiary": 0.6,
            "residential": 0.8,
            "path": 0.9,
        },
        description="price of a metre of border along a road, by its class",
    )

    @field_validator("barriers")
    @classmethod
    def _classes_known(cls, value: dict[str, str]) -> dict[str, str]:
        if odd := [name for name in value if name not in BARRIER_CLASSES]:
            raise ValueError(f"no class of lines is called {', '.join(odd)}; known: {', '.join(BARRIER_CLASSES)}")
        return value

    @model_validator(mode="after")
    def _limits_in_order(self) -> "RuleSet":
        if not self.merge_under <= self.lower <= self.upper <= self.split_over:
            raise ValueError(
                "limits must satisfy merge_under <= lower <= upper <= split_over, got "
                f"{self.merge_under}, {self.lower}, {self.upper}, {self.split_over}"
            )
        return self


def barring_of(kinds: pd.Series, road_classes: pd.Series, rules: RuleSet) -> pd.Series:
    """Say of each line what it is to a community: ignore, priced or forbidden.

    The class of a road goes before its kind, and `barriers` before `barrier_kinds`.

    >>> barring_of(pd.Series(["water", "road"]), pd.Series(["", "primary"]), load_rules()).tolist()
    ['priced', 'ignore']
    """
    told = dict.fromkeys(rules.barrier_kinds, "priced") | rules.barriers
    return road_classes.map(told).fillna(kinds.map(told)).fillna("ignore").astype("str")


def preset_names() -> list[str]:
    """Names of the shipped rule sets."""
    folder = resources.files("pipeline") / "presets"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


@cache
def _preset(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("pipeline") / "presets" / f"{name}.toml").read_text("utf-8"))


def load_rules(section: dict[str, Any] | None = None) -> RuleSet:
    """Make the rule set of a `[rules]` section: the preset it names, with its other keys laid over it.

    Nested tables are merged key by key. Raises InputError naming every bad key.

    >>> load_rules({"preset": "hohhot-2023", "upper": 2800}).upper
    2800
    """
    given = dict(section or {})
    preset = str(given.pop("preset", DEFAULT_PRESET))
    if preset not in preset_names():
        near = difflib.get_close_matches(preset, preset_names(), 1)
        advice = (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(preset_names())}."
        detail = f"There is no rule set named {preset!r}."
        raise_errors(problems_table([problem("error", "rules", "unknown preset", detail, advice, id=preset)]))
    try:
        return RuleSet(**_laid_over(_preset(preset), given))
    except ValidationError as error:
        rows = []
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"]) or "limits"
            detail = f"{key}: {fault['msg']}."
            rows.append(problem("error", "rules", "bad value", detail, "See docs/reference.md.", id=key))
        raise_errors(problems_table(rows))
        raise


def _laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def indicator_value(communities: pd.DataFrame, indicator: Indicator) -> pd.Series:
    """Value of an indicator for each community, Float64; NA where a figure is missing or the divisor is 0.

    Rounded to two decimals before anything is judged, so that no sentence says "30, below 30". All NA where a column
    is missing.

    >>> today = pd.DataFrame({"floor_m2": [290], "households": [1000]}, index=["东一"])
    >>> indicator_value(today, load_rules().overload["m2_per_100_households"]).tolist()
    [29.0]
    """
    columns = [indicator.of, *([indicator.per] if indicator.per is not None else [])]
    if not set(columns) <= set(communities.columns):
        return pd.Series(pd.NA, index=communities.index, dtype="Float64")
    value = communities[indicator.of].astype("Float64") * indicator.times
    if indicator.per is not None:
        divisor = communities[indicator.per].astype("Float64")
        value = value / divisor.where(divisor > 0)
    return value.round(2)


def status_of(households: pd.Series, rules: RuleSet) -> pd.Series:
    """Band of each count: `under` < lower <= `within` <= upper < `over` <= split_over < `far_over`.

    >>> status_of(pd.Series([999, 1000, 3000, 3001, 4000, 4001]), load_rules()).tolist()
    ['under', 'within', 'within', 'over', 'over', 'far_over']
    """
    bands = np.select(
        [households < rules.lower, households <= rules.upper, households <= rules.split_over],
        [UNDER, WITHIN, OVER],
        FAR_OVER,
    )
    return pd.Series(bands, index=households.index, name="status")
