"""Reads projects: dwellings that wait to be moved into, are being built or planned, or are to be pulled down.

What a project adds to today's households: dwellings × (occupancy in the year − occupancy in the base year).
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.forecast.forms import BUILDING, DEMOLITION, KIND_WORDS, PROJECT, WAITING, kind_of
from pipeline.read.forecast.years import year_in
from pipeline.read.joins.books import listed
from pipeline.read.sources import Rows, Source, faults
from pipeline.settings import ForecastSection

_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")

COUNTS_DWELLINGS = "住宅套数"
"""Measure of households under which a dwelling counts whether it is lived in or not."""


@dataclass(frozen=True)
class Project:
    """One project: `dwellings` (negative where they are pulled down), the year it `begins` to count, the share that is
    lived in from then on, year by year."""

    level: str
    key: str
    dwellings: float
    begins: int
    occupancy: tuple[float, ...]

    def households(self, year: int, base: int) -> float:
        """Households that it adds in a year to those of the base year.

        >>> Project("unit", "u1", 100, 2027, (0.3, 0.6, 0.8)).households(2028, 2026)
        60.0
        """
        return self.dwellings * (self._share(year) - self._share(base))

    def _share(self, year: int) -> float:
        return self.occupancy[min(year - self.begins, len(self.occupancy) - 1)] if year >= self.begins else 0.0

    @property
    def last(self) -> int:
        """Year from which it changes nothing more."""
        return self.begins + len(self.occupancy) - 1


@dataclass(frozen=True)
class Projects:
    """All projects of a forecast, with the base year that they count from."""

    base: int
    projects: Sequence[Project] = field(default_factory=tuple)

    @classmethod
    def none(cls) -> "Projects":
        """No projects."""
        return cls(0)

    def and_(self, other: "Projects") -> "Projects":
        """These and others of the same base year."""
        return Projects(max(self.base, other.base), (*self.projects, *other.projects))

    @property
    def places(self) -> set[tuple[str, str]]:
        """Level and key of the units and communities that have projects."""
        return {(project.level, project.key) for project in self.projects}

    @property
    def keys(self) -> set[str]:
        """The units and communities that have projects."""
        return {project.key for project in self.projects}

    @property
    def last(self) -> int | None:
        """Year from which nothing changes more; None without projects."""
        return max((project.last for project in self.projects), default=None)

    def added(self, year: int) -> dict[tuple[str, str], int]:
        """Whole households that are added in a year, by level and key; half a household counts away from none."""
        sums: dict[tuple[str, str], float] = {}
        for project in self.projects:
            place = (project.level, project.key)
            sums[place] = sums.get(place, 0.0) + project.households(year, self.base)
        return {place: _whole(total) for place, total in sums.items()}


def _whole(number: float) -> int:
    """Round to whole households, half of one away from 0; 0.6 x 255 is 153 whatever floating point makes of it."""
    return int(math.copysign(math.floor(round(abs(number), 6) + 0.5), number))


def read_projects(
    source: Source, placed: pd.DataFrame, section: ForecastSection, base: int, measure: str
) -> tuple[Projects, Rows]:
    """Read the rows that speak of projects; `placed`: as `place_rows` gives it.

    Errors: an unknown kind, no year of delivery (but of waiting households, who move in from the year after the base
    year), an occupancy that is none. A row may count `households` in the place of dwellings. Where the rules count
    dwellings, every dwelling counts from its delivery on, and those that wait to be moved into count today.
    """
    here = placed[(placed["form"] == PROJECT) & (placed["key"] != "")]
    if here.empty:
        return Projects(base), []
    table = source.table.loc[here.index]
    blank = pd.Series("", index=table.index, dtype="str")
    none = pd.Series(pd.NA, index=table.index, dtype="Float64")
    amount = table.get("new_dwellings", none).astype("Float64").fillna(table.get("households", none).astype("Float64"))
    said, written = table.get("kind", blank), table.get("year", blank)
    kind = said.map(kind_of).where(said != "", BUILDING).where(amount >= 0, DEMOLITION)
    year, share = written.map(year_in).astype("Int64"), table.get("occupancy", blank)
    curve = _usual(section, measure)
    rows = _faults(source, said[kind == ""], written[year.isna() & (kind != WAITING)], share[share.map(_share).isna()])
    rows += _begun(source, kind, year, base)
    usable = (kind != "") & (year.notna() | (kind == WAITING))
    usable &= ~((kind == WAITING) & (measure == COUNTS_DWELLINGS))
    projects = [
        Project(
            here.at[number, "level"],
            here.at[number, "key"],
            -abs(float(amount[number])) if kind[number] == DEMOLITION else float(amount[number]),
            _begins(kind[number], year[number], base),
            _occupancy(kind[number], share[number], curve),
        )
        for number in table.index[usable]
    ]
    default = [number for number in table.index[usable] if kind[number] != DEMOLITION and not share[number]]
    return Projects(base, projects), [*rows, *_assumed(len(default), section, measure)]


def _faults(source: Source, kinds: pd.Series, years: pd.Series, shares: pd.Series) -> Rows:
    known = ", ".join(words[1] for words in KIND_WORDS.values())
    return [
        *faults("error", source, kinds, "kind", "forecast kind", "The kind is not known", f"Write one of: {known}."),
        *faults(
            *("error", source, years, "year", "forecast year", "The project has no year of delivery"),
            "Write the year in which it is delivered, or pulled down.",
        ),
        *faults(
            *("error", source, shares, "occupancy", "bad value", "The occupancy is no share"),
            "Write a share such as 0.8 or 80%.",
        ),
    ]


def _begins(kind: str, year: object, base: int) -> int:
    """First year that counts: of delivery; households that wait today do not move in before next year."""
    if kind == WAITING:
        return base + 1 if pd.isna(year) else max(int(year), base + 1)  # type: ignore[call-overload]
    return int(year)  # type: ignore[call-overload]


def _begun(source: Source, kind: pd.Series, year: pd.Series, base: int) -> Rows:
    """Warn of projects that were to be delivered by now: what lives there is taken as counted today."""
    late = year[(kind != WAITING) & (year <= base).fillna(False)]
    advice = "Only what moves in or out later is added. Mend the year if it is late, or write 待入住 for what is empty."
    return faults(
        *("warning", source, late, "year", "forecast year", f"The project is of {base} or before: it counts as done"),
        advice,
    )


def _usual(section: ForecastSection, measure: str) -> tuple[float, ...]:
    return (1.0,) if measure == COUNTS_DWELLINGS else tuple(section.occupancy)


def _occupancy(kind: str, share: str, usual: tuple[float, ...]) -> tuple[float, ...]:
    """Shares by year: at once where dwellings are pulled down, what the row says from the first year on, the usual."""
    told = _share(share)
    if kind == DEMOLITION:
        return (1.0,)
    return usual if told is None or not share else (told,)


def _share(text: str) -> float | None:
    """Share that a text says, 0 to 1: a blank is 0, 80% and 80 are 0.8; None where it says none.

    >>> _share("80%"), _share("0.8"), _share("80"), _share("高"), _share("180%")
    (0.8, 0.8, 0.8, None, None)
    """
    found = _SHARE.fullmatch(unicodedata.normalize("NFKC", text).strip()) if text else None
    if found is None:
        return None if text else 0.0
    number = float(found[1])
    number = number / 100 if found[2] or number > 1 else number
    return number if number <= 1 else None


def _assumed(rows: int, section: ForecastSection, measure: str) -> Rows:
    """Say for how many projects the usual occupancy was taken, which is an assumption."""
    if not rows or measure == COUNTS_DWELLINGS:
        return []
    shares = ", ".join(f"{share:.0%}" for share in section.occupancy)
    origin = "as settled" if "occupancy" in section.model_fields_set else "the default, which no rule prescribes"
    detail = f"{rows} projects have no occupancy of their own: {shares} from the year of delivery on ({origin})."
    advice = "Write occupancy = [...] under [forecast] as it is known here, or 入住率 in the rows."
    return [problem("note", "forecast", "forecast assumes", detail, advice)]


def waiting_projects(
    units: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    spoken: set[str],
    section: ForecastSection,
    base: int,
    measure: str,
) -> tuple[Projects, Rows]:
    """Make projects of the waiting households of communities that the forecast does not speak of.

    `spoken`: the units and communities that it speaks of. They move in from the year after the base year.
    """
    if not section.waiting or measure == COUNTS_DWELLINGS or "waiting_households" not in communities:
        return Projects(base), []
    of_units = set(units.loc[units.index.isin(list(spoken)), "community"])
    waiting: Mapping[str, float] = communities["waiting_households"].dropna().astype("float64").to_dict()
    usual = _usual(section, measure)
    projects = [
        Project("community", name, count, base + 1, usual)
        for name, count in waiting.items()
        if count > 0 and name not in spoken and name not in of_units
    ]
    if not projects:
        return Projects(base), []
    shares = ", ".join(f"{share:.0%}" for share in usual)
    total = sum(project.dwellings for project in projects)
    detail = (
        f"The {total:,.0f} waiting households of {len(projects)} communities move in from {base + 1} on ({shares}, "
        f"year by year): {listed(project.key for project in projects)}"
    )
    advice = "Give rows of projects to say when and where, or write waiting = false under [forecast]."
    return Projects(base, projects), [problem("note", "forecast", "forecast assumes", detail, advice)]
