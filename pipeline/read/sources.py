"""A source: what one section of area.toml names, as one table with our column names, and how a place in it is written.

A source has one part or several (sheets of a workbook, files of a folder). Rows are numbered as a person finds them:
features of a layer counted from 1 in file order, rows of a sheet by their row number. The number, plus the `start` of
its part, is the index of `Source.table`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pandas as pd

from pipeline.errors import problem

Rows = list[dict[str, str]]
"""Rows of a problems table that is still being gathered."""

ONE_BY_ONE = 20
"""Faults of one kind in one column that are listed one by one; more of them share a row with all their numbers."""

EXAMPLES = 5
"""Different values shown of the faults that share a row."""


TOTAL = "total"
"""Column of `Source.totals` that keeps the word by which a row was known as a sum (小计, 合计)."""


class Unreadable(Exception):
    """A file that cannot be opened as what its name says; the text says why."""


@dataclass(frozen=True)
class Part:
    """One sheet or layer of a source: row number n of it stands at index `start` + n.

    `label`: file and layer or sheet, as printed. `letters`: sheet letter of each of our columns (empty for layers).
    """

    label: str
    letters: Mapping[str, str] = field(default_factory=dict)
    start: int = 0


@dataclass(frozen=True)
class Source:
    """One section as read. `table` has our column names (a GeoDataFrame for layers); its index is explained above.

    `label`: as printed; of several parts their file, or the number of them. `seen`: the files' own column names.
    `letters`: as in `Part`, of the first part. `refused`: rows whose value in a column could not be taken, as
    reported. `parts`: in order of their `start`; empty where the source is its own only part. `totals`: rows that say
    sums of others (our columns, typed like `table`, indexed alike, and TOTAL, the word that tells them).
    `written`: the counts as they stand in the files. `columns`: rows of schema.COLUMNS_CSV, which column was taken for
    what. `dropped`: columns of personal data that were left out. `date`: of the counts, where the sheet says it
    (2026-03-31, 2026-03, 2026-Q1 or 2026).
    """

    role: str
    label: str
    table: pd.DataFrame
    seen: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, pd.Index] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    totals: pd.DataFrame | None = None
    written: pd.DataFrame | None = None
    columns: Sequence[Mapping[str, str]] = ()
    dropped: tuple[str, ...] = ()
    date: str = ""


def place(source: Source, numbers: Iterable[int], column: str = "") -> str:
    """Write where something stands: `households.xlsx Sheet1!C7` or `units.gpkg feature 7`; runs are shortened."""
    parts = source.parts or (Part(source.label, source.letters),)
    starts = [part.start for part in parts]
    found: dict[int, list[int]] = {}
    for number in numbers:
        which = bisect_right(starts, int(number) - 1) - 1
        found.setdefault(which, []).append(int(number) - starts[which])
    return "; ".join(_place_in(parts[which], found[which], column) for which in sorted(found))


def places(source: Source, numbers: Sequence[int], column: str = "") -> list[str]:
    """Write where each row stands, as `place` does for one: quick for all rows of a large source."""
    parts = source.parts or (Part(source.label, source.letters),)
    starts = [part.start for part in parts]
    heads = [f"{part.label}!{part.letters[column]}" if column in part.letters else "" for part in parts]
    heads = [head or f"{part.label} {_noun(part)} " for head, part in zip(heads, parts, strict=True)]
    which = [bisect_right(starts, int(number) - 1) - 1 for number in numbers]
    return [f"{heads[part]}{int(number) - starts[part]}" for part, number in zip(which, numbers, strict=True)]


def _noun(part: Part) -> str:
    return "row" if part.letters else "feature"


def _place_in(part: Part, numbers: Iterable[int], column: str) -> str:
    runs = ranges(numbers)
    if column in part.letters:
        letter = part.letters[column]
        cells = [f"{letter}{first}" + (f":{letter}{last}" if last > first else "") for first, last in runs]
        return f"{part.label}!{', '.join(cells)}"
    spans = [f"{first}" + (f"–{last}" if last > first else "") for first, last in runs]
    one = len(spans) == 1 and "–" not in spans[0]
    return f"{part.label} {_noun(part)}{'' if one else 's'} {', '.join(spans)}"


def joined(sources: Sequence[Source], label: str) -> Source:
    """Put sources of one role together, one after the other, as parts of one; layers must share their CRS."""
    if len(sources) == 1:
        return sources[0]
    tables, totals, written, parts, start = [], [], [], [], 0
    refused: dict[str, pd.Index] = {}
    for source in sources:
        shift = partial(_shifted, by=start)
        tables.append(shift(source.table))
        totals += [shift(source.totals)] if source.totals is not None else []
        written += [shift(source.written)] if source.written is not None else []
        for column, index in source.refused.items():
            refused[column] = refused.get(column, pd.Index([])).append(index + start)
        own = source.parts or (Part(source.label, source.letters),)
        parts += [replace(part, start=part.start + start) for part in own]
        said = [*source.table.index, *(source.totals.index if source.totals is not None else [])]
        start += max(said, default=0)
    return Source(
        sources[0].role,
        label,
        _stacked(tables),
        tuple(dict.fromkeys(name for source in sources for name in source.seen)),
        sources[0].letters,
        refused,
        tuple(parts),
        _stacked(totals) if totals else None,
        _stacked(written) if written else None,
        [row for source in sources for row in source.columns],
        tuple(dict.fromkeys(name for source in sources for name in source.dropped)),
    )


def _shifted(table: pd.DataFrame, by: int) -> pd.DataFrame:
    return table.set_axis(table.index + by)


def _blank(dtype: object) -> object:
    if isinstance(dtype, pd.StringDtype):
        return ""
    return False if pd.api.types.is_bool_dtype(dtype) else pd.NA if str(dtype) == "Int64" else None


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put typed tables below one another; text that a part does not have is "", yes/no is no, numbers are unknown."""
    names = list(dict.fromkeys(name for table in tables for name in table.columns if name != "geometry"))
    dtypes = {name: next(table[name].dtype for table in tables if name in table) for name in names}
    blank = {name: _blank(dtype) for name, dtype in dtypes.items()}
    filled = [
        table.assign(
            **{
                name: pd.Series(blank[name], index=table.index, dtype=dtypes[name])
                for name in names
                if name not in table
            }
        )
        for table in tables
    ]
    return pd.concat(filled)


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Shorten numbers to runs (first, last).

    >>> ranges([7, 9, 10, 11])
    [(7, 7), (9, 11)]
    """
    runs: list[tuple[int, int]] = []
    for number in sorted({int(number) for number in numbers}):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def faults(
    severity: str, source: Source, values: pd.Series, column: str, name: str, detail: str, advice: str, *, id: str = ""
) -> Rows:
    """Make the rows for values of `source` that are wrong in the same way; `detail` starts the sentence.

    `values`: the wrong values, indexed by row number. Up to ONE_BY_ONE get a row each, more share one.
    """
    if len(values) <= ONE_BY_ONE:
        return [
            problem(
                severity,
                source.role,
                name,
                f"{detail} (found: {shown(value)})." if column and not pd.isna(value) else f"{detail}.",
                advice,
                id=id or _key(source, number),
                source=place(source, [number], column),
            )
            for number, value in values.items()
        ]
    examples = ", ".join(list(dict.fromkeys(shown(value) for value in values.dropna()))[:EXAMPLES])
    found = f" (found among others: {examples})" if column and examples else ""
    where = place(source, values.index, column)
    return [problem(severity, source.role, name, f"{detail}, {len(values)} times{found}.", advice, id=id, source=where)]


def shown(value: object) -> str:
    """Write a value as a person typed it: whole numbers without ".0", text in quotes."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)


def _key(source: Source, number: object) -> str:
    """What the row speaks of: its unit_id or community, where it has one."""
    for column in ("unit_id", "community"):
        if column in source.table and isinstance(value := source.table.at[number, column], str):
            return value
    return ""


def missing_column(source: Source, column: str, advice: str) -> dict[str, str]:
    """Say that a necessary column was not found, and which columns the file has."""
    seen = ", ".join(source.seen) or "none"
    detail = f"No column was recognised as {column}; columns seen: {seen}."
    settle = f'If one of them is meant, write {column} = "its name" under [{source.role}]. {advice}'.strip()
    return problem("error", source.role, "missing column", detail, settle, id=column, source=source.label)
