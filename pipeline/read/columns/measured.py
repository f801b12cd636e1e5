"""Keeps the measures of households apart: which one a source counts, and what to do where another is asked for."""

from dataclasses import replace

from pipeline.errors import problem
from pipeline.read.sources import Source, missing_column
from pipeline.schema import MEASURE_COLUMNS

NAMES = {column: measure for measure, column in MEASURE_COLUMNS.items()}


def with_measure(source: Source, column: str) -> Source:
    """Fill the column of the measure that `households` counts, where its heading says which ("" where it does not)."""
    if not column or "households" not in source.table:
        return source
    told = {column: source.table["households"]}
    written = source.written
    if written is not None and "households" in written:
        written = written.assign(**{column: written["households"]})
    letters = dict(source.letters)
    if "households" in letters:
        letters[column] = letters["households"]
    return replace(source, table=source.table.assign(**told), letters=letters, written=written)


def missing_households(source: Source, measure: str, advice: str) -> dict[str, str]:
    """Say that no column counts the rule set's measure, which measures are there, and how to settle it."""
    found = {row["column"]: row["theirs"] for row in source.columns if row["column"] in NAMES}
    if not found:
        return missing_column(source, "households", advice)
    there = ", ".join(f"{NAMES[column]} ({theirs})" for column, theirs in found.items())
    detail = f"No column was recognised as households, measure {measure}; measures found: {there}."
    column, theirs = next(iter(found.items()))
    settle = (
        f"Add a column of {measure}. If the limits are meant for another measure, write for example "
        f'measure = "{NAMES[column]}" under [rules]; to use its figures as {measure} on purpose, write '
        f'households = "{theirs}" under [{source.role}]. {advice}'
    ).strip()
    return problem("error", source.role, "missing column", detail, settle, id="households", source=source.label)
