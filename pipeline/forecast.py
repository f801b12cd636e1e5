"""Looks ahead: households of communities in the years of a forecast, and the year in which each leaves the limits.

A *forecast* is a DataFrame of units (index unit_id) by year (int64 columns, sorted); its first column is the base year,
whose counts are today's, its last the horizon. Nothing here knows how it was told or how a plan was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.apportion import apportion
from pipeline.results import Area
from pipeline.rules import RuleSet, status_of
from pipeline.schema import LIMIT_ZH, LIST_SEPARATOR, TODAY, WITHIN, columns


@dataclass(frozen=True)
class _Limit:
    """A limit with its value; `names`: its keys, several where they are equal; `floor`: counts below it are beyond."""

    names: tuple[str, ...]
    households: int
    floor: bool

    def passed(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Tell which counts lie beyond it; the limit itself is still within."""
        return counts < self.households if self.floor else counts > self.households

    @property
    def beyond(self) -> str:
        """Say in Chinese what it is to lie beyond it."""
        named = [LIMIT_ZH[name] for name in self.names if name in ("split_over", "merge_under")]
        said = f"（{LIST_SEPARATOR.join(named)}）" if named else ""
        return f"{'不足' if self.floor else '超过'}{self.households}户{said}"


def households_by_year(forecast: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    """Sum a forecast by the communities of a plan: index community in order of first appearance, columns years.

    `plan`: unit_id -> community, for every unit of the forecast (KeyError otherwise).

    >>> units = pd.DataFrame({2026: [900, 400], 2030: [900, 2600]}, index=["u1", "u2"])
    >>> households_by_year(units, pd.Series({"u1": "甲", "u2": "甲"})).to_dict("list")
    {2026: [1300], 2030: [3500]}
    """
    return forecast.groupby(plan.loc[forecast.index].rename("community"), sort=False).sum()


def status_by_year(households: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Band of each community in each year, on the index and columns of `households`."""
    return households.apply(status_of, rules=rules).astype("str")


def triggers(households: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Find the first year in which each community passes a limit that it has not passed in the base year.

    `households`: communities by year, the base year first. Gives on its index: trigger_year (Int64, NA where none),
    trigger (the limits passed in that year, joined by comma and blank, "" where none) and sentence (Chinese).
    """
    passed = {limit: limit.passed(households) for limit in _limits(rules)}
    fresh = {limit: beyond & ~beyond.iloc[:, [0]].to_numpy() for limit, beyond in passed.items()}
    rows = []
    for community in households.index:
        first = {limit: _first(table.loc[community]) for limit, table in fresh.items()}
        told = {limit: year for limit, year in first.items() if year is not None}
        year = min(told.values(), default=None)
        names = [name for limit, at in told.items() if at == year for name in limit.names]
        beyond = {limit: table.loc[community] for limit, table in passed.items()}
        rows.append((year, ", ".join(names), _sentence(households.loc[community], beyond, told, rules)))
    table = pd.DataFrame(rows, index=households.index, columns=["trigger_year", "trigger", "sentence"])
    return table.astype({"trigger_year": "Int64", "trigger": "str", "sentence": "str"})


def forecast_plans(area: Area, plans: Mapping[str, pd.Series]) -> pd.DataFrame | None:
    """Look ahead for the communities of today (strategy `today`) and of every plan; None without a forecast.

    `plans`: by strategy, unit_id -> community. Gives schema.FORECAST_CSV with the households of each year (int columns
    named by the year) between subdistrict and status_now, today first.
    """
    if area.forecast is None:
        return None
    parts = [
        _looked_ahead(area, area.forecast, plan).assign(strategy=name)
        for name, plan in {TODAY: area.units["community"], **plans}.items()
    ]
    named = columns("forecast.csv")
    after = named.index("subdistrict") + 1
    return pd.concat(parts, ignore_index=True)[[*named[:after], *area.forecast.columns, *named[after:]]]


def _looked_ahead(area: Area, forecast: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    households = households_by_year(forecast, plan)
    status = status_by_year(households, area.rules)
    subdistrict = area.units["subdistrict"].groupby(plan.loc[area.units.index]).first()
    table = households.assign(
        subdistrict=subdistrict.reindex(households.index),
        status_now=status.iloc[:, 0],
        status_horizon=status.iloc[:, -1],
    )
    table = table.join(triggers(households, area.rules)).rename_axis("community").reset_index()
    return table.sort_values(["subdistrict", "community"], ignore_index=True)


def must_hold(area: Area) -> pd.DataFrame | None:
    """Give the further counts within whose limits a plan must keep, beside today's: index unit_id, columns years.

    None where there is no forecast or `hold` under `[forecast]` is false. The years are those of `years`, the horizon
    where none are named.
    """
    section, forecast = area.settings.forecast, area.forecast
    if section is None or forecast is None or not section.hold:
        return None
    years = sorted(set(section.years)) or [int(forecast.columns[-1])]
    return forecast[years]


def follow_units(area: Area, before: Area) -> Area:
    """Bring the forecast of `before` to the units of `area`, which were made by dividing those of `before`.

    Each former unit is a community; its counts are spread over its units by today's households (equally where it has
    none), so that those of the base year are today's. The area as it is where its units are the same.
    """
    forecast, units = before.forecast, area.units
    if forecast is None or units.index.equals(forecast.index):
        return area
    spread = {year: apportion(counts, units["households"], units["community"]) for year, counts in forecast.items()}
    return replace(area, forecast=pd.DataFrame(spread, index=units.index).astype("int64"))


# --- limits and sentences ---------------------------------------------------------------------------------------


def _limits(rules: RuleSet) -> list[_Limit]:
    """List the limits, those of equal value and side as one; nearer ones before farther ones."""
    limits = []
    for names, floor in ((("lower", "merge_under"), True), (("upper", "split_over"), False)):
        values = {name: int(getattr(rules, name)) for name in names}
        for value in dict.fromkeys(values.values()):
            limits.append(_Limit(tuple(name for name in names if values[name] == value), value, floor))
    return limits


def _first(flags: pd.Series) -> int | None:
    """First year that is true, None where there is none."""
    true = flags.index[flags.to_numpy(dtype="bool")]
    return int(true[0]) if len(true) else None


def _sentence(counts: pd.Series, beyond: Mapping[_Limit, pd.Series], told: Mapping[_Limit, int], rules: RuleSet) -> str:
    """Say what becomes of one community: when it passes which limit and for how long, or that it does not."""
    horizon = counts.index[-1]
    if told:
        order = sorted(told, key=lambda limit: told[limit])
        said = [f"{_span(beyond[limit], told[limit])}{limit.beyond}" for limit in order]
        return "，".join(said)
    status = status_of(counts, rules)
    if (status == WITHIN).all():
        return f"至{horizon}年均在{rules.lower}—{rules.upper}户之内"
    farthest = next((limit for limit in reversed(list(beyond)) if beyond[limit].iloc[0]), None)
    now = f"现已{farthest.beyond}" if farthest is not None else f"现在{rules.lower}—{rules.upper}户之内"
    back = _first(status == WITHIN)
    if back is None:
        return f"{now}，至{horizon}年仍在设置标准之外"
    stays = bool((status.loc[back:] == WITHIN).all())
    return f"{now}，{back}年{'起' if stays else ''}回到设置标准之内"


def _span(beyond: pd.Series, first: int) -> str:
    """Say from when to when a limit is passed: from a year on (起), or the years up to the return."""
    later = beyond.loc[first:].to_numpy(dtype="bool")
    if later.all():
        return f"{first}年起"
    last = int(beyond.loc[first:].index[int(np.argmin(later)) - 1])
    return f"{first}年" if last == first else f"{first}—{last}年"
