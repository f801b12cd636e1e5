"""Sums a forecast up: who leaves the limits and when, and how many communities lie in each band from year to year."""

from typing import Any

import pandas as pd

from pipeline.results import Area, Result
from pipeline.rules import RuleSet, status_of
from pipeline.schema import FAR_OVER, OVER, TODAY, UNDER, WITHIN

BANDS = (WITHIN, UNDER, OVER, FAR_OVER)


def years_of(forecast: pd.DataFrame) -> list[int]:
    """Years that a table of schema.FORECAST_CSV has columns for, the base year first."""
    return [column for column in forecast.columns if isinstance(column, int)]


def of_strategy(result: Result, strategy: str) -> pd.DataFrame:
    """Rows of the forecast for one plan, or for `today`."""
    assert result.forecast is not None
    return result.forecast[result.forecast["strategy"] == strategy]


def leaving(result: Result, strategy: str) -> pd.DataFrame:
    """Rows of the communities that pass a limit, the earliest first, in one year those with most households first."""
    rows = of_strategy(result, strategy)
    rows = rows[rows["trigger_year"].notna()]
    order = rows.assign(last=rows[years_of(rows)[-1]]).sort_values(
        ["trigger_year", "last", "community"], ascending=[True, False, True]
    )
    return order.drop(columns="last").reset_index(drop=True)


def bands_by_year(rows: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Number of communities in each band (the index) in each year."""
    counts = {year: status_of(rows[year], rules).value_counts() for year in years_of(rows)}
    return pd.DataFrame(counts).reindex(list(BANDS)).fillna(0).astype("int64")


def forecast_figures(result: Result) -> dict[str, Any]:
    """What summary.json says of the forecast: `{"forecast": {...}}`, nothing without one.

    `broken`: communities of the chosen plan that pass a limit, with the year and the limits; `plans`: of today and of
    every strategy, communities outside the limits by year and how many pass one.
    """
    if result.forecast is None:
        return {}
    years = years_of(result.forecast)
    rules, section = result.area.rules, result.area.settings.forecast
    broken = leaving(result, result.strategy)
    plans = {}
    for name in (TODAY, *result.proposals):
        rows = of_strategy(result, name)
        outside = bands_by_year(rows, rules).drop(index=WITHIN).sum()
        plans[name] = {
            "outside": {str(year): int(outside[year]) for year in years},
            "broken": int(rows["trigger_year"].notna().sum()),
        }
    figures = {
        "base": years[0],
        "horizon": years[-1],
        "years": years,
        "held": bool(section and section.hold),
        "broken": [
            {"community": row.community, "year": int(row.trigger_year), "trigger": row.trigger}
            for row in broken.itertuples(index=False)
        ],
        "plans": plans,
    }
    return {"forecast": figures}


def first_broken(result: Result) -> str:
    """Say how many communities of the chosen plan pass a limit, and when the first does."""
    broken, horizon = leaving(result, result.strategy), years_of(of_strategy(result, result.strategy))[-1]
    if broken.empty:
        return f"至{horizon}年没有社区越过界限"
    return f"至{horizon}年将有{len(broken)}个社区越过界限，最早在{int(broken['trigger_year'].iloc[0])}年"


def outlook_sentence(result: Result) -> str:
    """Say in one sentence how long the chosen plan holds, and how many communities lie outside the limits meanwhile."""
    rows = of_strategy(result, result.strategy)
    base, *_, horizon = years_of(rows)
    outside = bands_by_year(rows, result.area.rules).drop(index=WITHIN).sum()
    counts = f"设置标准之外的社区{base}年{outside[base]}个、{horizon}年{outside[horizon]}个"
    return f"{first_broken(result)}；{counts}。"


def assumed(area: Area) -> str:
    """Say which occupancy was assumed, "" where every figure was told."""
    section, told = area.settings.forecast, area.problems["problem"] == "forecast assumes"
    if section is None or not told.any():
        return ""
    shares = "、".join(f"{share:.0%}" for share in section.occupancy)
    origin = "设置值" if "occupancy" in section.model_fields_set else "默认假设，并非规定"
    return f"入住率按交付当年起{shares}计（{origin}）"
