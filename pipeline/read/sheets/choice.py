"""Chooses the sheets of a workbook that are read together: all that give the same kind of rows and none twice."""

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from pipeline.errors import problem
from pipeline.read.names.spelling import name_key, subdistrict_key
from pipeline.read.sheets.sheet import Sheet
from pipeline.read.sources import EXAMPLES, Rows

REPEATED = 0.5
"""Two sheets are of the same things where so much of the shorter one stands in the other, too."""

_KEYS = ("unit_id", "community", "code", "name")
_ABOUT = (*_KEYS, "subdistrict")


def choose_sheets(sheets: Sequence[Sheet], file: str, role: str) -> tuple[list[Sheet], Rows]:
    """Choose among the sheets of a file; none where two of them count the same things, which is an error.

    The sheet with most recognised columns (the longest of equal ones) is read, and with it every other that tells
    counts or figures of the same kind of thing (units, communities). A note says which were read and which not.
    """
    best = max(sheets, key=lambda sheet: (len(sheet.chosen), len(sheet.source.table)))
    chosen = [sheet for sheet in sheets if sheet is best or (_serves(sheet) and _serves(best) and _alike(sheet, best))]
    rows = _repeated(chosen, file, role)
    others = [sheet.name for sheet in sheets if sheet not in chosen and not sheet.source.table.empty]
    if len(chosen) > 1 or others:
        read = ", ".join(f"{sheet.name} ({len(sheet.source.table)} rows)" for sheet in chosen)
        left = f" Not read: {', '.join(others)}." if others else ""
        advice = f'To read one sheet only, write layer = "its name" under [{role}].'
        rows.append(problem("note", role, "sheets read", f"Read: {read}.{left}", advice, source=file))
    return ([] if any(row["severity"] == "error" for row in rows) else chosen), rows


def _serves(sheet: Sheet) -> bool:
    """Tell whether a sheet says of what its rows are, and something about it."""
    table, ours = sheet.source.table, set(sheet.chosen)
    return not table.empty and bool(ours & set(_KEYS)) and bool(ours - set(_ABOUT))


def _key(sheet: Sheet) -> str:
    return next((column for column in _KEYS if column in sheet.chosen), "")


def _alike(sheet: Sheet, best: Sheet) -> bool:
    return _key(sheet) == _key(best) and ("households" in sheet.chosen) == ("households" in best.chosen)


def _repeated(chosen: Sequence[Sheet], file: str, role: str) -> Rows:
    """Find sheets that are of the same things, such as two years or a summary beside its parts."""
    if len(chosen) < 2:
        return []
    things = {sheet.name: _things(sheet) for sheet in chosen}
    rows = []
    for one, other in combinations(things, 2):
        common = things[one] & things[other]
        if common and len(common) >= REPEATED * min(len(things[one]), len(things[other])):
            names = "、".join(sorted(name for _, name in common)[:EXAMPLES])
            detail = f"Sheets {one} and {other} have {len(common)} rows with the same {_key(chosen[0])}: {names}."
            detail += " Read together they would count twice."
            advice = f'Say which sheet counts: layer = "its name" under [{role}].'
            rows.append(problem("error", role, "sheets repeat", detail, advice, source=file))
    return rows


def _things(sheet: Sheet) -> set[tuple[str, str]]:
    """What the rows of a sheet are about: subdistrict ("" where unknown) and name."""
    table = sheet.source.table
    names = table[sheet.chosen[_key(sheet)]]
    parents = table[sheet.chosen["subdistrict"]] if "subdistrict" in sheet.chosen else pd.Series("", index=names.index)
    pairs = zip(parents.fillna("").astype("str"), names.fillna("").astype("str"), strict=True)
    return {(subdistrict_key(parent), name_key(name)) for parent, name in pairs if name}
