"""Says what units were made of and what their counts rest on, in the problems and in the table of counts."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem, problems_table
from pipeline.results import Area
from pipeline.schema import SKETCH, columns
from pipeline.tessellate.drawing import Drawn
from pipeline.tessellate.spreading import AREA, BASES, KNOWN_ENOUGH

LISTED = 12
"""Names listed in one sentence."""

Rows = list[dict[str, str]]


def with_problems(area: Area, units: gpd.GeoDataFrame, drawn: Drawn) -> pd.DataFrame:
    """Put what was made in the place of the warning that there are no units."""
    replaced = area.problems["problem"] == "no units"
    source = next(iter(area.problems.loc[replaced, "source"]), "")
    rows = [
        _sketch(units, drawn.basis, _cut_by(area, drawn.homes), source),
        *_undivided(units, source),
        *_too_large(units, area.settings.tessellate.most_households),
        *_buildings(drawn.homes),
    ]
    return problems_table([*area.problems[~replaced].to_dict("records"), *rows])


def _cut_by(area: Area, homes: gpd.GeoDataFrame) -> str:
    """Say what there was to cut communities by."""
    kinds = {"road": "roads", "water": "waters", "railway": "railways"}
    along = [name for kind, name in kinds.items() if (area.lines["kind"] == kind).any()]
    between = (homes["community"] != "").any()
    parts = [f"along {', '.join(along)}"] if along else []
    return " and ".join([*parts, "between buildings"] if between else parts)


def _sketch(units: gpd.GeoDataFrame, basis: pd.Series, cut_by: str, source: str) -> dict[str, str]:
    """Say how many units were made and by what the households were spread."""
    several = _several(units)
    divided = basis[basis.index.isin(units.loc[several, "community"])]
    spread = [
        f"by {one} in {len(names)} communities ({_listed(names)})" if len(names) < len(divided) else f"by {one}"
        for one in BASES
        if len(names := divided.index[divided == one])
    ]
    detail = (
        f"There are no units: {several.sum()} were drawn in {len(divided)} communities, {cut_by}; "
        f"households were spread over them {', '.join(spread)}."
    )
    advice = (
        "What is proposed on them is a sketch (示意): give a layer of compounds or grid cells as [units] for a plan."
    )
    if (divided == AREA).any():
        advice += " [buildings] would show where people live in the communities that were spread by area."
    return problem("warning", "units", SKETCH, detail, advice, source=source)


def _undivided(units: gpd.GeoDataFrame, source: str) -> Rows:
    """Say which communities are still one unit."""
    alone = units.loc[~_several(units), "community"]
    if alone.empty:
        return []
    detail = f"{len(alone)} communities could not be divided and are one unit each: {_listed(alone)}."
    advice = "They can be flagged and merged, but not split. Give [roads] that run through them, or [buildings]."
    return [problem("warning", "units", "no units", detail, advice, source=source)]


def _too_large(units: gpd.GeoDataFrame, most: int) -> Rows:
    """Say which units hold far more households than wanted, for want of buildings between which to divide them."""
    large = units[_several(units) & (units["households"] > 2 * most)]
    if large.empty:
        return []
    shown = _listed(f"{unit} ({count})" for unit, count in large["households"].items())
    detail = f"{len(large)} units hold more than twice the {most} households wanted and were left whole: {shown}."
    advice = "Give the roads or buildings inside them; a unit is never cut."
    return [problem("note", "units", "unit not divided", detail, advice)]


def _buildings(homes: gpd.GeoDataFrame) -> Rows:
    """Say which buildings were not counted, and for which the floors are not known."""
    rows = []
    outside = int((homes["community"] == "").sum())
    if outside:
        detail = f"{outside} of {len(homes)} buildings lie in no community and count for nothing."
        advice = "Check the CRS of the layer if these are many."
        rows.append(problem("note", "buildings", "buildings outside", detail, advice))
    filled = homes[homes["filled"] & (homes["community"] != "")]
    if len(filled):
        detail = (
            f"The floor area of {len(filled)} buildings in {filled['community'].nunique()} communities is not known; "
            f"they count with the median floors of their community, where {KNOWN_ENOUGH:.0%} or more are known."
        )
        advice = "Complete floors or floor_m2 where it matters."
        rows.append(problem("note", "buildings", "floors unknown", detail, advice))
    return rows


def _several(units: gpd.GeoDataFrame) -> pd.Series:
    """Which units share their community with others (bool)."""
    return units["community"].duplicated(keep=False)


def _listed(names: Iterable[object]) -> str:
    written = [str(name) for name in names]
    return "、".join(written[:LISTED]) + (f" and {len(written) - LISTED} more" if len(written) > LISTED else "")


def with_counts(counts: pd.DataFrame | None, units: gpd.GeoDataFrame, basis: pd.Series) -> pd.DataFrame | None:
    """Add where the counts of new units come from (schema.COUNTS_CSV): spread from the count of their community."""
    if counts is None:
        return None
    made = units[_several(units)]
    of = made["community"]
    told = counts[counts["id"].isin(of)].sort_values("level", kind="stable").drop_duplicates(["id", "column"])
    added = []
    for column in ("households", "population"):
        source = of.map(told[told["column"] == column].set_index("id")["source"])
        rows = {"level": "unit", "id": made.index, "column": column, "value": made[column], "written": ""}
        reading = "spread from " + of + " by " + of.map(basis)
        added.append(pd.DataFrame(rows | {"source": source, "reading": reading})[source.notna() & made[column].notna()])
    stale = (counts["level"] == "unit") & counts["id"].isin(of)
    kept = counts[~(stale & counts.duplicated(["id", "column"], keep=False))]
    kept = kept.assign(level=kept["level"].where(~stale, "community"))
    return pd.concat([kept, *added], ignore_index=True)[columns("counts.csv")]
