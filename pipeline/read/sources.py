"""A source: one file of the area folder as a table with our column names, and how a place in it is written.

Rows are numbered as a person finds them: features of a layer counted from 1 in file order, rows of a sheet by their
row number. The number is the index of `Source.table`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.errors import problem

Rows = list[dict[str, str]]
"""Rows of a problems table that is still being gathered."""

ONE_BY_ONE = 20
"""Faults of one kind in one column that are listed one by one; more of them share a row with all their numbers."""

EXAMPLES = 5
"""Different values shown of the faults that share a row."""


@dataclass(frozen=True)
class Source:
    """One file as read. `table` has our column names (a GeoDataFrame for a layer) and the row numbers as index.

    `label`: file and layer or sheet, as printed. `seen`: the file's own column names. `letters`: sheet letter of each
    of our columns (empty for layers). `refused`: rows whose value in a column could not be taken, as reported.
    """

    role: str
    label: str
    table: pd.DataFrame
    seen: tuple[str, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, pd.Index] = field(default_factory=dict)


def place(source: Source, numbers: Iterable[int], column: str = "") -> str:
    """Write where something stands: `households.xlsx Sheet1!C7` or `units.gpkg feature 7`; runs are shortened."""
    runs = ranges(numbers)
    if column in source.letters:
        letter = source.letters[column]
        cells = [f"{letter}{first}" + (f":{letter}{last}" if last > first else "") for first, last in runs]
        return f"{source.label}!{', '.join(cells)}"
    parts = [f"{first}" + (f"–{last}" if last > first else "") for first, last in runs]
    one = len(parts) == 1 and "–" not in parts[0]
    noun = "row" if source.letters else "feature"
    return f"{source.label} {noun}{'' if one else 's'} {', '.join(parts)}"


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
