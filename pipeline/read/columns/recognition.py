"""Finds which column of a file is which of ours: as area.toml settles it, else by usual names, else by its values.

Every guess is told with what it rests on, and so is what else could have been taken.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.errors import problem
from pipeline.read.cells.values import COUNTS, FIGURES
from pipeline.read.columns.guesses import LOOKS, Values, candidates, contradicted
from pipeline.read.columns.headings import counts_many, cut, forms, plain
from pipeline.read.columns.usual import MEASURE_NAMES, MEASURES, SYNONYMS
from pipeline.read.columns.years import is_year_column, year_column, year_of
from pipeline.read.sources import Rows
from pipeline.schema import MEASURE_COLUMNS

COMPARED = ("unit_id", "community", "subdistrict", "code", *COUNTS)
"""Columns of ours for which it is told what else could have been taken."""


@dataclass(frozen=True)
class Guess:
    """Why a column of theirs is taken: `how` as in schema.COLUMNS_CSV, `evidence` a sentence's part."""

    theirs: str
    how: str
    evidence: str


@dataclass(frozen=True)
class Recognised:
    """Our columns found in a file.

    `guesses`: by our column. `measure`: the column of schema.MEASURE_COLUMNS whose counts `households` holds, "" where
    the heading does not say. `rivals`: theirs -> what was taken in its place.
    """

    guesses: Mapping[str, Guess]
    measure: str
    rivals: Mapping[str, str]
    rows: Rows

    @property
    def chosen(self) -> dict[str, str]:
        """Our column -> theirs."""
        return {ours: guess.theirs for ours, guess in self.guesses.items()}


def recognise(
    role: str,
    seen: Sequence[str],
    mapped: Mapping[str, str],
    measure: str = "常住户",
    *,
    source: str = "",
    short: bool = False,
    values: Values | None = None,
) -> Recognised:
    """Find our columns among those of a file: settled by area.toml, by usual names, by cut names, by their values.

    `seen`: the file's column names; `mapped`: ours -> theirs, as the section settles them; `measure`: the household
    measure of the rule set, whose usual names are taken for `households`; `short`: names may be cut at 10 bytes, as
    Shapefiles do; `values`: gives the text of a column of theirs, where its values may be looked at. Problems: an
    unknown key or a mapped column that is not there (errors), what was guessed, and columns that could be the same of
    ours.
    """
    guesses, rows = _settled(role, seen, mapped, source)
    usual = {ours: names for ours, names in SYNONYMS[role].items() if ours not in ("households", *mapped)}
    guesses |= _by_name(role, usual, seen, guesses, short, values)
    own, measured = MEASURE_COLUMNS[measure], ""
    if "households" in SYNONYMS[role] and "households" not in mapped:
        if own in guesses:
            measured, guess = own, guesses.pop(own)
            guesses["households"] = replace(guess, how="measure" if guess.how == "name" else guess.how)
        else:
            general = {"households": SYNONYMS[role]["households"]}
            guesses |= _by_name(role, general, seen, guesses, short, values)
    if role == "forecast":
        years, found = _by_year(seen, guesses, measure, source)
        guesses |= years
        rows += found
    if values is not None:
        open_to_guess = [ours for ours in LOOKS if ours in SYNONYMS[role] and ours not in (*guesses, *mapped)]
        guesses, found = _by_values(role, open_to_guess, seen, guesses, values, source)
        rows += found
    by_year = sorted(ours for ours in guesses if is_year_column(ours))
    guesses = {ours: guesses[ours] for ours in (*SYNONYMS[role], *by_year) if ours in guesses}
    rivals = _rivals(role, seen, guesses, measure)
    rows += _noted(role, guesses, source) + _rivals_told(role, guesses, rivals, values, source)
    return Recognised(guesses, measured or _measure_named(guesses), rivals, rows)


def _by_name(
    role: str,
    usual: Mapping[str, Sequence[str]],
    seen: Sequence[str],
    guesses: Mapping[str, Guess],
    short: bool,
    values: Values | None,
) -> dict[str, Guess]:
    """Find columns by their usual names: whole headings first, then other ways to read them, then cut names."""
    found: dict[str, Guess] = {}
    whole, read = _indexed(seen, slice(0, 1)), _indexed(seen, slice(1, None))
    for index, how in ((whole, "name"), (read, "name"), (whole, "cut name")):
        if how == "cut name" and not short:
            continue
        for ours, names in usual.items():
            taken = {guess.theirs for guess in (*guesses.values(), *found.values())}
            if ours in guesses or ours in found:
                continue
            for name, form in _looked_for(role, ours, names, how):
                theirs = next((heading for heading in index.get(form, []) if heading not in taken), None)
                if theirs is not None and _may_be(ours, theirs, how, values):
                    said = "cut from" if how == "cut name" else "usual name"
                    found[ours] = Guess(theirs, how, f"{said} {name}")
                    break
    return found


def _indexed(seen: Sequence[str], which: slice) -> dict[str, list[str]]:
    """List the headings by some of the forms in which they can be read."""
    index: dict[str, list[str]] = {}
    for heading in seen:
        for form in forms(heading)[which]:
            index.setdefault(form, []).append(heading)
    return index


def _looked_for(role: str, ours: str, names: Iterable[str], how: str) -> list[tuple[str, str]]:
    """List usual names with the forms to look for; of cut names those that can be no other column's."""
    if how != "cut name":
        return [(name, plain(name)) for name in names]
    owners = _cut_owners(role)
    return [(name, form) for name in names for form in sorted(cut(name)) if owners[form] == {ours}]


@cache
def _cut_owners(role: str) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for ours, names in SYNONYMS[role].items():
        for form in {form for name in names for form in cut(name)}:
            owners.setdefault(form, set()).add(ours)
    return owners


def _may_be(ours: str, theirs: str, how: str, values: Values | None) -> bool:
    """Refuse counts in ten thousands, and cut names that the values speak against."""
    if ours in COUNTS and counts_many(theirs):
        return False
    number = ours in (*COUNTS, *FIGURES, "code")
    return how != "cut name" or values is None or not contradicted(number, values(theirs))


def _by_values(
    role: str,
    open_to_guess: Sequence[str],
    seen: Sequence[str],
    guesses: Mapping[str, Guess],
    values: Values,
    source: str,
) -> tuple[dict[str, Guess], Rows]:
    """Guess columns that no name fits by what stands in them, where just one column looks so."""
    found, rows = dict(guesses), []
    for ours in open_to_guess:
        if role == "households" and "unit_id" in guesses:  # the units say where they belong
            continue
        free = [heading for heading in seen if heading not in {guess.theirs for guess in found.values()}]
        alike = candidates(ours, free, values)
        if len(alike) == 1:
            theirs, why = next(iter(alike.items()))
            found[ours] = Guess(theirs, "values", why)
            detail = f"{theirs} is taken for {ours} by its values, as no heading fits: {why}. This is a guess."
            advice = f'If it is wrong, write {ours} = "its name" under [{role}].'
            rows.append(problem("note", role, "column guessed from values", detail, advice, id=ours, source=source))
        elif alike:
            detail = f"{', '.join(alike)} all look like {ours} by their values; none is taken."
            advice = f'Write {ours} = "its name" under [{role}].'
            rows.append(problem("note", role, "columns alike", detail, advice, id=ours, source=source))
    return found, rows


def _by_year(
    seen: Sequence[str], guesses: Mapping[str, Guess], measure: str, source: str
) -> tuple[dict[str, Guess], Rows]:
    """Find the columns of a forecast that count the households of a year; the first of several for one year."""
    taken = {guess.theirs for guess in guesses.values()}
    found: dict[str, Guess] = {}
    rows: Rows = []
    for theirs in seen:
        year = year_of(theirs, measure)
        if year is None or theirs in taken or year_column(year) in guesses:
            continue
        if year_column(year) in found:
            detail = f"{found[year_column(year)].theirs} was taken for the households of {year}, {theirs} was not."
            advice = f'If the other is meant, write {year_column(year)} = "{theirs}" under [forecast].'
            rows.append(problem("warning", "forecast", "columns alike", detail, advice, id=year, source=source))
            continue
        found[year_column(year)] = Guess(theirs, "name", f"households of {year}")
    return found, rows


def _measure_named(guesses: Mapping[str, Guess]) -> str:
    """Find the measure that the heading of `households` names, "" where it names none or another column holds it."""
    if "households" not in guesses:
        return ""
    read = set(forms(guesses["households"].theirs))
    named = [column for column, names in MEASURE_NAMES.items() if read & {plain(name) for name in names}]
    return named[0] if named and named[0] not in guesses else ""


def _rivals(role: str, seen: Sequence[str], guesses: Mapping[str, Guess], measure: str) -> dict[str, str]:
    """Find columns that could be one of ours as well as the one guessed: theirs -> ours."""
    taken = {guess.theirs for guess in guesses.values()}
    rivals: dict[str, str] = {}
    for ours in [ours for ours in COMPARED if ours in guesses and guesses[ours].how != "settled"]:
        names = (*SYNONYMS[role][ours], *(MEASURES[measure] if ours == "households" else ()))
        usual = {plain(name) for name in names}
        for theirs in seen:
            if theirs not in taken and theirs not in rivals and usual & set(forms(theirs)):
                rivals[theirs] = ours
    return rivals


def _rivals_told(
    role: str, guesses: Mapping[str, Guess], rivals: Mapping[str, str], values: Values | None, source: str
) -> Rows:
    """Say which column was taken and which not; counts that differ are a warning."""
    rows = []
    for theirs, ours in rivals.items():
        taken = guesses[ours].theirs
        differ = int((values(taken) != values(theirs)).sum()) if values is not None and ours in COUNTS else 0
        detail = f"{taken} was taken for {ours}; {theirs} could be {ours} too and was not taken"
        detail += f" (they differ in {differ} rows)." if differ else "."
        advice = f'If the other is meant, write {ours} = "{theirs}" under [{role}].'
        rows.append(
            problem("warning" if differ else "note", role, "columns alike", detail, advice, id=ours, source=source)
        )
    return rows


def _noted(role: str, guesses: Mapping[str, Guess], source: str) -> Rows:
    """Note the columns that were found under another name than ours."""
    guessed = {
        ours: guess.theirs
        for ours, guess in guesses.items()
        if guess.how not in ("settled", "values") and plain(guess.theirs) != plain(ours)
    }
    if not guessed:
        return []
    listing = ", ".join(f"{ours} = {theirs}" for ours, theirs in guessed.items())
    advice = f"If one is wrong, settle it under [{role}]."
    return [problem("note", role, "columns recognised", f"{listing}.", advice, source=source)]


def _settled(role: str, seen: Sequence[str], mapped: Mapping[str, str], source: str) -> tuple[dict[str, Guess], Rows]:
    """Take the columns that the section maps; report keys and columns that do not exist."""
    guesses: dict[str, Guess] = {}
    rows = []
    read = _indexed(seen, slice(None))
    for column, theirs in mapped.items():
        fitting = [theirs] if theirs in seen else read.get(plain(theirs), [])
        if column not in SYNONYMS[role] and not (role == "forecast" and is_year_column(column)):
            near = difflib.get_close_matches(column, SYNONYMS[role], 1)
            advice = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(SYNONYMS[role])}."
            rows.append(
                problem("error", role, "unknown key", f"{column} is not a column of [{role}].", advice, id=column)
            )
        elif fitting:
            guesses[column] = Guess(fitting[0], "settled", "area.toml")
        else:
            detail = f"There is no column {theirs!r} for {column}; columns seen: {', '.join(map(str, seen)) or 'none'}."
            advice = f"Mend {column} = {theirs!r} under [{role}] in area.toml."
            rows.append(problem("error", role, "missing column", detail, advice, id=column, source=source))
    return guesses, rows


def recognised(role: str, seen: Sequence[str], mapped: Mapping[str, str], measure: str) -> dict[str, str]:
    """Find our columns among a row of names, ours -> theirs; used to find the header row and the sheets."""
    return recognise(role, seen, {key: name for key, name in mapped.items() if name in seen}, measure).chosen
