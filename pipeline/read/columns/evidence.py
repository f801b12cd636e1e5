"""Writes down which column of a file was taken for what, and what that rests on."""

from collections.abc import Mapping

from pipeline.read.columns.guesses import Values, first_values
from pipeline.read.columns.recognition import Guess, Recognised
from pipeline.read.sources import Source

Entry = dict[str, str]
"""One row of schema.COLUMNS_CSV."""


def columns_found(raw: Source, found: Recognised, values: Values) -> list[Entry]:
    """List every column of a file in its order: ours, how it was found, on what evidence (schema.COLUMNS_CSV).

    `raw`: the file under its own column names, without those of personal data, which it names in `dropped`; `values`:
    the text of one of its columns. Values are shown of columns that are taken.
    """
    ours = {guess.theirs: (column, guess) for column, guess in found.guesses.items()}
    kept = [_entry(raw, theirs, *_told(theirs, ours, found.rivals, values)) for theirs in raw.seen]
    dropped = [_entry(raw, theirs, "", "dropped", "data of persons") for theirs in raw.dropped]
    return sorted([*kept, *dropped], key=lambda entry: (len(entry["place"]), entry["place"]))


def _told(
    theirs: str, ours: Mapping[str, tuple[str, Guess]], rivals: Mapping[str, str], values: Values
) -> tuple[str, str, str]:
    """Say of one column: ours, how, evidence."""
    if theirs in ours:
        column, guess = ours[theirs]
        firsts = first_values(theirs, values)
        return column, guess.how, guess.evidence + (f"; first values: {firsts}" if firsts else "")
    return "", "unused", f"could be {rivals[theirs]} too; another column was taken" if theirs in rivals else ""


def _entry(raw: Source, theirs: str, column: str, how: str, evidence: str) -> Entry:
    return {
        "section": raw.role,
        "source": raw.label,
        "column": column,
        "theirs": theirs,
        "place": raw.letters.get(theirs, ""),
        "how": how,
        "evidence": evidence,
    }
