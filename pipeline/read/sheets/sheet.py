"""Makes a source of one sheet: its rows under their header, its date, its subdistrict, and what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.dates import date_of_counts
from pipeline.read.cells.values import COUNTS
from pipeline.read.names.spelling import subdistrict_key
from pipeline.read.sheets.body import Body, read_body, titles
from pipeline.read.sheets.grid import Grid, Merge, column_letter
from pipeline.read.sheets.header import Choose, Header, find_header
from pipeline.read.sheets.parent import named_subdistrict, titled_subdistrict
from pipeline.read.sources import TOTAL, Rows, Source, ranges

FROM_SHEET = "subdistrict (sheet)"
"""Name of the column that a sheet about one subdistrict gets."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as read: a source under the sheet's own column names, ours -> theirs, and what is to be said of it."""

    name: str
    source: Source
    chosen: dict[str, str]
    rows: Rows


def read_grid(grid: Grid, file: str, role: str, choose: Choose) -> Sheet:
    """Read the rows of a sheet under its header. `file`: the file's name, printed and looked at for a subdistrict.

    The index of `source.table` is the row number; values stay as they are in the file, None where blank.
    """
    label = f"{file} {grid.name}".strip()
    if grid.cells.isna().all(axis=None):
        return Sheet(grid.name, Source(role, label, pd.DataFrame()), {}, [])
    header = find_header(grid, choose)
    chosen = dict(choose(header.names))
    body = read_body(grid, header, chosen)
    used = [name for name in header.names if not _is_nothing(name, body.rows)]
    letters = {name: column_letter(position) for position, name in enumerate(header.names) if name in used}
    above = titles(grid, header)
    source = Source(role, label, body.rows[used], tuple(used), letters, totals=body.totals[[*used, TOTAL]])
    source = replace(source, date=date_of_counts(above, body.footers, [chosen[ours] for ours in chosen]))
    rows = [*_left_out(source, body), *_shared_numbers(source, header, body.shared, chosen)]
    rows += _too_long(source, header, body, chosen) if not grid.name else []
    if "subdistrict" not in chosen and "subdistrict" in choose([FROM_SHEET]):
        source, found = _with_subdistrict(source, grid.name, above, body, file)
        rows += found
    return Sheet(grid.name, source, dict(choose(source.seen)), rows)


def _is_nothing(name: str, rows: pd.DataFrame) -> bool:
    """Tell whether a column has neither a name nor a value."""
    return name.startswith("(") and name.endswith(")") and bool(rows[name].isna().all())


def _left_out(source: Source, body: Body) -> Rows:
    """Note the rows that are no data, with their numbers."""
    kinds: dict[str, pd.Index] = {
        "totals": body.totals.index,
        "notes and signatures": body.footers.index,
        "headings": body.headings.index,
        "repeated headers": body.headers,
    }
    said = [f"{kind} ({_numbers(index)})" for kind, index in kinds.items() if len(index)]
    if not said:
        return []
    detail = f"These rows are no data and were left out: {', '.join(said)}."
    advice = "If one is data, give it its name in the column of names."
    return [problem("note", source.role, "rows left out", detail, advice, source=source.label)]


def _numbers(index: pd.Index) -> str:
    runs = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in ranges(index))
    return f"row{'' if len(index) == 1 else 's'} {runs}"


def _shared_numbers(source: Source, header: Header, shared: Sequence[Merge], chosen: Mapping[str, str]) -> Rows:
    """Say which numbers are merged over rows of different names: the sheet does not tell which of them it is for."""
    rows = []
    counts = {chosen[column] for column in COUNTS if column in chosen}
    for merge in shared:
        severity = "error" if header.names[merge.left] in counts else "warning"
        letter = column_letter(merge.left)
        detail = f"One cell of {header.names[merge.left]} is merged over rows {merge.top} to {merge.bottom}."
        advice = "Unmerge it and give each row its own number."
        where = f"{source.label}!{letter}{merge.top}:{letter}{merge.bottom}"
        rows.append(problem(severity, source.role, "merged number", detail, advice, source=where))
    return rows


def _too_long(source: Source, header: Header, body: Body, chosen: Mapping[str, str]) -> Rows:
    """Find rows of a text file with more cells than the header: a comma in a number or a text parted one of them.

    An error where a count looks like the thousands of a number whose rest stands in the next cell.
    """
    named = [position for level in header.levels for position, text in enumerate(level) if text]
    beyond = body.rows[list(header.names[max(named, default=-1) + 1 :])]
    long = body.rows[beyond.notna().any(axis="columns")]
    if long.empty:
        return []
    parted = pd.Series(False, index=long.index)
    for column in [chosen[column] for column in COUNTS if column in chosen]:
        after = header.names.index(column) + 1
        if after < len(header.names):
            first, rest = (long[name].astype("str").str.strip() for name in (column, header.names[after]))
            parted |= first.str.fullmatch(r"\d{1,3}") & rest.str.fullmatch(r"\d{3}")
    detail = "rows have more cells than the header: what stands in them may be under the wrong name."
    advice = 'Put numbers and texts with a comma in quotes ("1,200"), or give every column a name.'
    rows = []
    if parted.any():
        where, said = f"{source.label} {_numbers(long.index[parted])}", f"{parted.sum()} {detail}"
        rows.append(problem("error", source.role, "number in two cells", said, advice, source=where))
    if (~parted).any():
        where, said = f"{source.label} {_numbers(long.index[~parted])}", f"{(~parted).sum()} {detail}"
        rows.append(problem("warning", source.role, "row longer than header", said, advice, source=where))
    return rows


def _with_subdistrict(source: Source, sheet: str, above: Sequence[str], body: Body, file: str) -> tuple[Source, Rows]:
    """Add a column of the subdistrict that the sheet is about, where its name, title, headings or file name one."""
    titled = next((name for text in above if (name := titled_subdistrict(text))), "")
    ways = {
        "the sheet's name": named_subdistrict(sheet),
        "its title": titled,
        "the file's name": named_subdistrict(file.rpartition(".")[0]),
    }
    way, whole = next(((way, name) for way, name in ways.items() if name), ("", ""))
    between = body.headings.map(lambda text: named_subdistrict(text) or titled_subdistrict(text))
    between = between[between != ""]
    parents = between.reindex(source.table.index, method="ffill") if len(between) else None
    column = pd.Series(whole, index=source.table.index, dtype="object") if parents is None else parents.fillna(whole)
    if not (column != "").any():
        return source, []
    told = ["headings between its rows"] if parents is not None else []
    told += [way] if whole and (column == whole).any() and way else []
    names = "、".join(dict.fromkeys(name for name in column if name))
    detail = f"No column of subdistricts: the rows are taken for {names}, from {' and '.join(told)}."
    severity, advice = "note", "If this is wrong, add a column 街道."
    if whole and titled and subdistrict_key(titled) != subdistrict_key(whole):
        severity, detail = "warning", f"{detail} The sheet's title says {titled}."
    row = problem(severity, source.role, "subdistrict from sheet", detail, advice, source=source.label)
    table = source.table.assign(**{FROM_SHEET: column})
    return replace(source, table=table, seen=(*source.seen, FROM_SHEET)), [row]
