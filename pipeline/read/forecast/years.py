"""The years of a forecast: the base year, whose households are today's, the later years, and those to hold."""

import re
from collections.abc import Mapping

import pandas as pd

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source
from pipeline.settings import ForecastSection, Settings

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=\D|\d{4}(?!\d)|\d{2}(?!\d)|$)")


def year_in(text: str) -> int | None:
    """Year of a date as people write it, None where it has none.

    >>> year_in("2027"), year_in("2027年底"), year_in("2027-12-31 00:00:00"), year_in("20271231"), year_in("待定")
    (2027, 2027, 2027, 2027, None)
    """
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def base_year(settings: Settings, sources: Mapping[str, Source]) -> tuple[int | None, Rows]:
    """Find the year of today's counts: as settled, else of the area's date, else of the date that a sheet says."""
    assert settings.forecast is not None
    dates = [settings.area.date, *(sources[role].date for role in ("households", "units") if role in sources)]
    told = [settings.forecast.base, *(year_in(date) for date in dates)]
    base = next((year for year in told if year is not None), None)
    if base is not None:
        return base, []
    detail = "It is not said of which year today's counts are."
    advice = "Write base = 2026 under [forecast], or date under [area]."
    return None, [problem("error", "forecast", "no base year", detail, advice)]


def years_of(section: ForecastSection, base: int, told: pd.DataFrame, last: int | None) -> tuple[list[int], Rows]:
    """List the years after the base year up to the horizon; none where the horizon has no figures.

    Those that are told, where counts are told and nothing else; every year where projects change them. `last`: year
    after which no project changes anything more, None without projects.
    """
    counted = sorted({int(year) for year in told["year"] if year > base})
    end = max([*counted, *([last] if last is not None and last > base else [])], default=None)
    if end is None:
        detail = f"The forecast says nothing of any year after {base}."
        advice = "Check its years, and base under [forecast]."
        return [], [problem("error", "forecast", "forecast without figures", detail, advice)]
    horizon = section.horizon if section.horizon is not None else end
    steady = last is not None
    if horizon <= base or (not steady and horizon not in counted):
        listing = ", ".join(map(str, counted)) if not steady else f"any after {base}"
        detail = f"There are no figures for the horizon {horizon}; years: {listing}."
        advice = "Write one of these years as horizon under [forecast]."
        return [], [problem("error", "forecast", "forecast year", detail, advice, id="horizon")]
    years = list(range(base + 1, horizon + 1)) if steady else [year for year in counted if year <= horizon]
    return years, []


def years_to_hold(section: ForecastSection, years: list[int]) -> Rows:
    """Find years under `years` that are no years of the forecast."""
    strange = [year for year in section.years if year not in years]
    if not years or not strange:
        return []
    detail = f"years names {', '.join(map(str, strange))}; years of the forecast: {', '.join(map(str, years))}."
    advice = "Mend years under [forecast]; today is always held."
    return [problem("error", "forecast", "forecast year", detail, advice, id="years")]
