"""Makes the forecast: households of every unit in the base year and in each later year that is told.

The rooms, in the order they are used: years (base, horizon), rows (which unit or community a row speaks of and in which
form), told (counts of a year), projects (what is to be built, moved into or pulled down). A row that joins to nothing
is a problem and never guessed.
"""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from pipeline.apportion import apportion
from pipeline.errors import problem
from pipeline.read.forecast.projects import Projects, read_projects, waiting_projects
from pipeline.read.forecast.rows import place_rows
from pipeline.read.forecast.told import base_differs, told_counts
from pipeline.read.forecast.years import base_year, years_of, years_to_hold
from pipeline.read.joins.books import Book, book, listed
from pipeline.read.sources import Rows, Source
from pipeline.rules import RuleSet
from pipeline.settings import Settings

__all__ = ["make_forecast"]


def make_forecast(
    units: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    sources: Mapping[str, Source],
    settings: Settings,
    rules: RuleSet,
) -> tuple[pd.DataFrame | None, list[Book], Rows]:
    """Make the households of every unit by year: index unit_id, one int64 column per year, the base year first.

    `units`: schema.UNITS with their final counts, which are those of the base year; `communities`: schema.COMMUNITIES.
    A count that is told for a year holds until the next that is told; projects are added to it. The last column is the
    horizon. Gives also the row of the reconciliation and the problems; no table where `[forecast]` is not given or
    cannot be used.
    """
    section, source = settings.forecast, sources.get("forecast")
    if section is None or units.empty or not units.index.is_unique or (section.path and source is None):
        return None, [], []
    base, problems = base_year(settings, sources)
    if base is None:
        return None, [], problems
    told, projects, books = pd.DataFrame(columns=["level", "key", "year", "households"]), Projects.none(), []
    if source is not None:
        placed, found = place_rows(source, units, sources)
        problems += found
        told, found = told_counts(source, placed, base)
        problems += [*found, *base_differs(source, placed, told, units, base)]
        projects, found = read_projects(source, placed, section, base, rules.measure)
        problems += [*found, *_told_twice(told, projects, placed, units, source)]
        books = [_book(source, placed, units)]
    waiting, found = waiting_projects(units, communities, {*told["key"], *projects.keys}, section, base, rules.measure)
    problems += found
    projects = projects.and_(waiting)
    if _refused(problems):
        return None, books, problems
    years, found = years_of(section, base, told, projects.last)
    problems += [*found, *years_to_hold(section, years)]
    if _refused(problems):
        return None, books, problems
    forecast, found = _by_unit(units, told, projects, [base, *years])
    return forecast, books, [*problems, *found]


def _refused(problems: Rows) -> bool:
    return any(row["severity"] == "error" for row in problems)


def _by_unit(
    units: gpd.GeoDataFrame, told: pd.DataFrame, projects: Projects, years: list[int]
) -> tuple[pd.DataFrame, Rows]:
    """Lay told counts over today's, year by year, and add what the projects bring."""
    now, shares = units["households"].astype("int64"), _shares(units)
    levels, columns, below = now, {years[0]: now}, []
    for year in years[1:]:
        levels = _told_laid(levels, told[told["year"] == year], units["community"], shares)
        columns[year] = levels + _spread(projects.added(year), units["community"], shares)
        below += columns[year].index[columns[year] < 0].tolist()
    forecast = pd.DataFrame(columns).clip(lower=0)
    return forecast, [*_below_zero(below), *_spread_told(units, told, projects)]


def _shares(units: gpd.GeoDataFrame) -> pd.Series:
    """What counts of a community are spread by: today's households, the area where it has none."""
    households = units["households"].astype("float64")
    empty = households.groupby(units["community"]).transform("sum") == 0
    return households.where(~empty, units.geometry.area)


def _told_laid(levels: pd.Series, told: pd.DataFrame, community: pd.Series, shares: pd.Series) -> pd.Series:
    """Put the counts that are told for one year in the place of those before."""
    by_unit = told[told["level"] == "unit"].set_index("key")["households"]
    by_community = told[told["level"] == "community"].set_index("key")["households"]
    here = community.isin(by_community.index)
    laid = levels.where(~levels.index.isin(by_unit.index), by_unit.reindex(levels.index)).astype("int64")
    if here.any():
        laid[here] = apportion(by_community, shares[here], community[here])
    return laid


def _spread(added: Mapping[tuple[str, str], int], community: pd.Series, shares: pd.Series) -> pd.Series:
    """Households that are added to each unit: its own, and its share of what its community gets."""
    total = pd.Series(0, index=community.index, dtype="int64")
    of_communities = pd.Series({key: count for (level, key), count in added.items() if level == "community"})
    for (level, key), count in added.items():
        if level == "unit":
            total[key] += count
    here = community.isin(of_communities.index)
    if here.any():
        sign = of_communities.where(of_communities >= 0, -of_communities)
        parts = apportion(sign, shares[here], community[here])
        total[here] += parts * community[here].map(of_communities.map(lambda count: -1 if count < 0 else 1))
    return total


def _below_zero(units: list[str]) -> Rows:
    if not units:
        return []
    detail = f"More households leave than live there in {len(set(units))} units: {listed(dict.fromkeys(units))}"
    advice = "They are taken as empty. Check the figures of demolition."
    return [problem("warning", "forecast", "forecast below zero", detail, advice)]


def _spread_told(units: gpd.GeoDataFrame, told: pd.DataFrame, projects: Projects) -> Rows:
    """Say which communities' figures were spread over several units."""
    keys = [*told.loc[told["level"] == "community", "key"], *(key for level, key in projects.places if level != "unit")]
    several = units["community"].value_counts()
    names = [name for name in dict.fromkeys(keys) if several.get(name, 0) > 1]
    if not names:
        return []
    detail = (
        f"The forecast of {len(names)} communities was spread over their units by today's households, by area where "
        f"there are none: {listed(names)}"
    )
    advice = "Write unit_id or the compound's name in each row to have the new households where they will live."
    return [problem("warning", "forecast", "forecast spread", detail, advice)]


def _told_twice(
    told: pd.DataFrame, projects: Projects, placed: pd.DataFrame, units: gpd.GeoDataFrame, source: Source
) -> Rows:
    """Find communities and units whose forecast is told in two ways, of which one may hold the other already."""
    counted = set(told["key"])
    rows: Rows = []
    parts = units["community"][units.index.isin(told.loc[told["level"] == "unit", "key"])]
    inside = units["community"][units.index.isin([key for level, key in projects.places if level == "unit"])]
    totals = set(told.loc[told["level"] == "community", "key"])
    twice = {key: "counts by year and projects" for _, key in projects.places if key in counted}
    twice |= dict.fromkeys({*parts, *inside} & totals, "a count of its own and counts or projects of its units")
    whole = {key for level, key in projects.places if level == "community"}
    twice |= dict.fromkeys(set(parts) & whole, "projects of the community and counts of its units")
    for name, how in sorted(twice.items()):
        detail = f"The forecast of {name} is told twice: by {how}."
        advice = "Keep one of them: whether one holds the other already is not known."
        rows.append(problem("error", "forecast", "forecast told twice", detail, advice, id=name, source=source.label))
    return rows


def _book(source: Source, placed: pd.DataFrame, units: gpd.GeoDataFrame) -> Book:
    """Make the row of the reconciliation; shapes that no row speaks of keep today's count."""
    here = placed[placed["key"] != ""]
    spoken = units.index.isin(here.loc[here["level"] == "unit", "key"])
    spoken |= units["community"].isin(here.loc[here["level"] == "community", "key"]).to_numpy()
    return book(
        source,
        joined_by=", ".join(sorted(set(here["by"]))),
        matched=len(here),
        unmatched_here=len(placed) - len(here),
        unmatched_there=int((~spoken).sum()),
        many_to_one=int(here.duplicated(["level", "key"], keep=False).sum()),
    )
