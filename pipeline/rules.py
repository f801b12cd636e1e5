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
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import problem, problems_table, raise_errors
from pipeline.schema import FAR_OVER, OVER, UNDER, WITHIN

DEFAULT_PRESET = "hohhot-2023"


class Indicator(BaseModel):
    """One sign of overload: the value of `of` (over `per`, times `times`) compared with a threshold.

    `of` and `per` are columns of the communities table. `exceeds`: overloaded above the threshold; otherwise below.
    `counts`: false for an indicator that is shown to the planner but decides nothing.
    """

    model_config = ConfigDict(extra="forbid")
    of: str
    per: str | None = None
    times: float = 1.0
    threshold: float
    exceeds: bool = True
    zh: str
    unit: str = ""
    clause: str
    counts: bool = True


class MergeClauses(BaseModel):
    """The clause or principle that each condition of a merge rests on (the names are those of `flag.CONDITIONS`)."""

    model_config = ConfigDict(extra="forbid")
    subdistrict: str = "不跨街道(属地管理)"
    border: str = "地缘相邻"
    barrier: str = "以道路、街巷、河流为界"
    combined: str = "规模适度"
    protected: str = "尊重历史沿革"
    split: str = "大稳定小调整"


class Facility(BaseModel):
    """Premises and staff that a community of given size should have."""

    model_config = ConfigDict(extra="forbid")
    m2_per_100_households: float | None = None
    least_m2: float | None = None
    workers_per_10000_residents: float | None = None
    clause: str = ""


class RuleSet(BaseModel):
    """A rule set; counts are households of `measure`, limits are inclusive."""

    model_config = ConfigDict(extra="forbid")
    name: str
    title: str
    basis: str = Field(description="the document, as it is cited in outputs")
    effective: str = Field(description="date from which it holds, as far as known")
    measure: Literal["常住户", "户籍户", "实有户", "住宅套数"] = "常住户"
    lower: int = Field(gt=0)
    upper: int = Field(gt=0)
    split_over: int = Field(gt=0, description="above it a split is asked for")
    merge_under: int = Field(gt=0, description="below it a merge is asked for")
    split_needs_overload: bool = Field(description="true: size alone does not ask for a split")
    overload_needs: int = Field(1, ge=1, description="how many indicators must hold")
    merge_needs_conditions: bool = Field(True, description="true: size alone does not ask for a merge")
    clause_limits: str
    clause_split: str
    clause_merge: str
    merge_clauses: MergeClauses = MergeClauses()
    overload: dict[str, Indicator] = Field(default_factory=dict)
    facility: Facility = Facility()
    corner_m: float = Field(10.0, ge=0, description="a shared border up to this length is a corner touch")
    barrier_share: float = Field(
        0.5, ge=0, le=1, description="a border is barred when more than this share of it runs along a barrier"
    )
    barrier_kinds: tuple[str, ...] = Field(
        ("water", "railway", "expressway"), description="line kinds and road classes a community should not straddle"
    )
    factor_open: float = Field(1.0, gt=0)
    factor_barrier: float = Field(0.1, gt=0)
    factor_road: dict[str, float] = Field(
        default_factory=lambda: {
            "expressway": 0.1,
            "trunk": 0.2,
            "primary": 0.3,
            "secondary": 0.4,
            "tertiary": 0.6,
            "residential": 0.8,
            "path": 0.9,
        }
    )

    @model_validator(mode="after")
    def _limits_in_order(self) -> "RuleSet":
        if not self.merge_under <= self.lower <= self.upper <= self.split_over:
            raise ValueError(
                "limits must satisfy merge_under <= lower <= upper <= split_over, got "
                f"{self.merge_under}, {self.lower}, {self.upper}, {self.split_over}"
            )
        return self


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
