"""Reads the adjacency table that was exported and edited by hand, whatever a spreadsheet did to its cells."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import YES, as_number, as_text
from pipeline.read.sheets import is_sheet, read_plain
from pipeline.read.sources import Rows, Source, Unreadable, faults, places
from pipeline.schema import labels
from pipeline.settings import LayerSection, Settings

TEXTS = ("a", "b", "kind", "why", "computed")
NUMBERS = ("factor", "border_m")
COLUMNS = (*TEXTS, "allowed", *NUMBERS)

NO = {"false", "0", "no", "n", "f", "否", "不", "不允许", "不可", "×", "x", "假"}
ALLOWED = YES | {"允许", "可以", "可"}

KINDS = {
    **dict.fromkeys(("border", "共有边界", "边界"), "border"),
    **dict.fromkeys(("corner", "角点"), "corner"),
    **dict.fromkeys(("bridge", "相连"), "bridge"),
    **dict.fromkeys(("inherited", "沿用"), "inherited"),
    **dict.fromkeys(("manual", "人工"), "manual"),
    "": "",
}


def read_edits(settings: Settings) -> tuple[pd.DataFrame | None, Rows]:
    """Read the rows of `[adjacency]` (see `results.Area.edits`); None without the section.

    A file that cannot be used is an error. A cell that cannot be read is a warning, and its row is left out.
    """
    if settings.adjacency is None:
        return None, []
    tables, rows = [], []
    for path in settings.paths("adjacency"):
        table, found = _read(path, settings.adjacency)
        tables += [] if table is None else [table]
        rows += found
    return (pd.concat(tables, ignore_index=True) if tables else None), rows


def _read(path: Path, section: LayerSection) -> tuple[pd.DataFrame | None, Rows]:
    if not path.exists():
        detail, advice = f"There is no file {path.name}.", "Copy outputs/<area>/adjacency.csv here, or mend path."
        return None, [problem("error", "adjacency", "missing file", detail, advice, source=str(path))]
    shown = labels("edges")
    names = {name: [section.mapped.get(name, shown[name])] for name in COLUMNS}
    try:
        if not is_sheet(path):
            raise Unreadable("An adjacency table is a csv or a workbook")
        source = read_plain(path, section.layer, "adjacency", names)
        lacking = [name for name in ("a", "b") if name not in source.table]
        if lacking:
            raise Unreadable(f"It has no column {' and '.join(lacking)}")
    except (Unreadable, OSError) as error:
        advice = "Start from outputs/<area>/adjacency.csv and keep its header."
        return None, [problem("error", "adjacency", "unreadable file", f"{error}.", advice, source=path.name)]
    return _typed(source)


def _typed(source: Source) -> tuple[pd.DataFrame, Rows]:
    """Give the columns their types; rows with a cell that cannot be read are told and left out."""
    raw = source.table
    table = pd.DataFrame(index=raw.index)
    for name in TEXTS:
        table[name] = as_text(raw[name]).str.replace(r"^'(?=[=+\-@])", "", regex=True) if name in raw else ""
    words = as_text(raw["allowed"]).str.lower() if "allowed" in raw else pd.Series("", index=raw.index)
    answers = words.map(dict.fromkeys(ALLOWED, True) | dict.fromkeys(NO, False)).astype("object")
    table["allowed"] = answers.where(answers.notna(), None)
    kind = table["kind"].str.lower().map(KINDS)
    advice = "Mend the cell; the row changes nothing as it is."
    rows = faults(
        *("warning", source, words[table["allowed"].isna() & (words != "")], "allowed", "edge refused"),
        *("allowed is neither true nor false", advice),
    )
    rows += faults("warning", source, table["kind"][kind.isna()], "kind", "edge refused", "kind is not known", advice)
    bad = (table["allowed"].isna() & (words != "")) | kind.isna() | (table["a"] == "") | (table["b"] == "")
    for name in NUMBERS:
        blank = pd.Series(np.nan, index=raw.index)
        number, odd = as_number(raw[name]) if name in raw else (blank, blank.notna())
        odd = odd | ((number <= 0) if name == "factor" else (number < 0))
        rows += faults(
            *("warning", source, raw.loc[odd, name] if name in raw else blank[:0], name, "edge refused"),
            *(f"{name} is no number that it can be", advice),
        )
        table[name] = number.astype("float64")
        bad |= odd
    table = table.assign(kind=kind.fillna("").astype("str"), place=places(source, raw.index.tolist(), "a"))
    return table[~bad].reset_index(drop=True), rows
