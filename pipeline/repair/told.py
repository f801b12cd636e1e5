"""Says in a few sentences what was mended and what was left; repairs.csv has every piece."""

from collections.abc import Iterable, Sequence

import pandas as pd

from pipeline.coverage import suggested_strips_m
from pipeline.errors import problem
from pipeline.repair.log import Row
from pipeline.schema import LIST_SEPARATOR
from pipeline.settings import Settings

KINDS = {
    "ring": "outlines",
    "snap": "borders drawn twice",
    "overlap": "overlaps",
    "gap": "gaps",
    "strip": "strips",
    "fragment": "fragments",
}
"""Kinds of repairs in the order in which they are told."""

MOST_LISTED = 10

MOST_ROADS = 5
"""Units that stand apart along more roads than this are told in one sentence."""


def problems_of(rows: Sequence[Row], settings: Settings, section: str) -> list[dict[str, str]]:
    """Make the rows of problems: what was mended, what of it is doubtful, what was left, which units stand apart."""
    done, left = [row for row in rows if row.done], [row for row in rows if not row.done]
    apart = [row for row in left if row.kind == "strip"]
    left = [row for row in left if row.kind != "strip"]
    doubtful = [row for row in done if row.doubtful]
    given = getattr(settings, section)
    source = given.path if isinstance(given.path, str) else ", ".join(given.path)
    found = []
    if done:
        advice = "Look through repairs.csv; write enabled = false under [repair] to mend nothing."
        detail = f"{_counted(done)} were mended.{_balance(done)}"
        found.append(problem("note", section, "shapes mended", detail, advice, source=source))
    if doubtful:
        units = ", ".join(row.ids for row in doubtful[:MOST_LISTED])
        detail = f"{len(doubtful)} outlines enclose another area after mending, or lie in parts: {units}."
        advice = "Compare them with the source: repairs.csv says by how much."
        found.append(problem("warning", section, "outlines doubtful", detail, advice, source=source))
    if left:
        largest = sorted(left, key=lambda row: -row.area_m2)[:5]
        shown = "; ".join(f"{row.kind} {row.ids} ({row.area_m2:.0f} m²)" for row in largest)
        detail = f"{_counted(left)} were left as they are, the largest: {shown}."
        advice = "See repairs.csv for each and why; mend the drawing, or raise the limits under [repair]."
        found.append(problem("warning", section, "shapes left", detail, advice, source=source))
    found += _all_apart(apart, section, source)
    return found


def _all_apart(apart: Sequence[Row], section: str, source: str) -> list[dict[str, str]]:
    """Tell which units stand apart: road by road where they are few, else in one sentence with one width for all."""
    roads = [row for row in apart if "strips_m" in row.why]
    if len(roads) <= MOST_ROADS:
        return [_apart(row, section, source) for row in apart]
    roads.sort(key=lambda row: -row.area_m2)
    units = {unit for row in roads for unit in row.ids.split(LIST_SEPARATOR)}
    widths = pd.Series([row.width_m for row in roads])
    names = ", ".join(f"{row.before.partition(' along ')[2]}" for row in roads[:MOST_ROADS])
    detail = f"{len(units)} units stand apart along {len(roads)} roads: {names} and {len(roads) - MOST_ROADS} more."
    why = roads[0].why.partition("; strips_m")[0]
    wanted = f"strips_m = {suggested_strips_m(widths):g}"
    advice = (
        f"They are no neighbours as drawn: {why}; {wanted} under [repair] divides nearly all of them down the middle."
    )
    rows = [problem("warning", section, "units apart", detail, f"{advice} repairs.csv has each.", source=source)]
    return rows + [_apart(row, section, source) for row in apart if row not in roads]


def _apart(row: Row, section: str, source: str) -> dict[str, str]:
    if "strips_m" in row.why:
        advice = f"They are no neighbours as drawn: {row.why} (write it under [repair])."
    else:
        advice = "Nothing to do if that is so."
    return problem(
        "warning" if "strips_m" in row.why else "note", section, "units apart", f"{row.before}.", advice, source=source
    )


def _counted(rows: Iterable[Row]) -> str:
    """Count rows by kind, such as `2 outlines, 14 overlaps`."""
    kinds = [row.kind for row in rows]
    return ", ".join(f"{kinds.count(kind)} {name}" for kind, name in KINDS.items() if kind in kinds)


def _balance(done: Sequence[Row]) -> str:
    """Say what the whole area gained by closing gaps, and by dividing strips."""
    gap = sum(row.area_m2 for row in done if row.kind == "gap")
    strip = sum(row.area_m2 for row in done if row.kind == "strip")
    text = f" Closed gaps add {gap:.0f} m² to the area." if gap >= 0.5 else ""
    return text + (f" Strips along roads add {strip:.0f} m², which is no repair." if strip >= 0.5 else "")
