"""Takes the rows of data out of a sheet: sums, notes, headings and repeated headers are told apart and kept aside."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from pipeline.read.cells.totals import total_word
from pipeline.read.cells.values import COUNTS, FIGURES, MAX_COUNT, as_number
from pipeline.read.sheets.grid import Grid, Merge
from pipeline.read.sheets.header import Header
from pipeline.read.sheets.parent import named_subdistrict, titled_subdistrict
from pipeline.read.sources import TOTAL

NAMES = ("unit_id", "community", "name", "code")
"""Columns that say what a row speaks of, the surest first."""

FINEST = ("unit_id", "name", "community", "code")
"""The same, the smallest thing first: a row of one community may be the sum of its compounds."""

LEAST_NUMBERS = 4
"""A row of column numbers (1, 2, 3, ... or 甲, 乙, 1, 2, ...) has at least so many of them."""

ALIKE = 0.6
"""A row repeats the header where so much of what it says is the same."""

_NOTE = re.compile(
    r"(注|附注|备注|说明|填表说明|数据来源|资料来源)(\([^()]*\))?(:.*)?|(注|附注|备注|说明)[0-9一二三、.].*"
    r"|(截至|截止|以上|上述|本表|此表).*"
)
_SIGNATURE = re.compile(
    r"(填表人|填报人|制表人?|统计人|审核人?|复核人?|审批人|经办人"
    r"|(单位|部门|统计|主管|分管)?(负责人|领导)|联系人|(联系)?电话|(填表|填报|报送|制表|统计|数据)?(日期|时间)|(填报|填表|制表|报送)单位"
    r")(\([^()]*\))?(:.*)?|单位(\([^()]*\))?:.*"
)
"""What the first cell of a row below the table says: a note or who filled the form in."""

_FOOTER_BEGINS = frozenset("注附备说填数资制统审复经单部负主分领联电报日时截以上本此")

_QUANTITY = re.compile(r"\d+(个|家)?(社区|村|居委会|小区|网格)?")
_LETTERS = "甲乙丙丁戊己庚辛"


@dataclass(frozen=True)
class Body:
    """The rows below a header, under its names, by what they are; the index is the row number.

    `rows`: of data. `totals`: sums of others, with the word that tells them in the column `total`. `footers`: notes and
    who filled the form in. `headings`: Series of their text, titles between the rows. `headers`: repeated headers and
    column numbers. `shared`: cells of numbers that are merged over rows of different names.
    """

    rows: pd.DataFrame
    totals: pd.DataFrame
    footers: pd.Series
    headings: pd.Series
    headers: pd.Index
    shared: tuple[Merge, ...]


def read_body(grid: Grid, header: Header, chosen: Mapping[str, str]) -> Body:
    """Sort the rows below a header; wholly blank rows are left out. `chosen`: ours -> the header's names.

    A cell merged down stands in each of its rows, if it is no number; a blank that is not merged stays blank.
    """
    numbers = [theirs for ours, theirs in chosen.items() if ours in (*COUNTS, *FIGURES)]
    texts = [name for name in header.names if name not in numbers]
    name = next((chosen[ours] for ours in NAMES if ours in chosen), texts[0] if texts else header.names[0])
    below = grid.cells.loc[header.last + 1 :].set_axis(list(header.names), axis="columns")
    below = below[below.notna().any(axis="columns")]
    cells = _filled_down(grid, header, texts).loc[below.index]

    headers = _repeated_headers(below, header, name).union(_column_numbers(below))
    naming = [chosen[ours] for ours in FINEST if ours in chosen] or [name]
    words = _total_words(cells.drop(index=headers), texts, naming)
    rest = below.drop(index=headers.union(words.index))
    named = _headings(rest, set(titles(grid, header)))
    counts = [chosen[ours] for ours in COUNTS if ours in chosen]
    footers = _footers(rest.drop(index=named.index), texts, name, counts)
    headings = pd.concat([named, _above_headers(rest.drop(index=footers.index), below, headers)])
    headings = headings[~headings.index.duplicated()].sort_index()
    rows = cells.drop(index=headers.union(words.index).union(headings.index).union(footers.index))
    totals = cells.loc[words.index].assign(**{TOTAL: words})
    return Body(rows, totals, footers, headings, headers, _shared(grid, header, rows, numbers, name))


def titles(grid: Grid, header: Header) -> list[str]:
    """Texts of the rows above the header, one to a row."""
    above = grid.cells.loc[: header.first - 1]
    return [" ".join(str(value) for value in row if value is not None) for row in above.itertuples(index=False)]


def _filled_down(grid: Grid, header: Header, texts: list[str]) -> pd.DataFrame:
    """Write the text of a cell that is merged down into each of its rows; a number would be counted several times."""
    cells = grid.cells.set_axis(list(header.names), axis="columns")
    down = [merge for merge in grid.merges if merge.top > header.last and merge.top < merge.bottom]
    filled = {}
    for position in sorted({merge.left for merge in down} & set(range(len(header.names)))):
        if header.names[position] in texts:
            values = cells.iloc[:, position].to_numpy(dtype="object", copy=True)
            for merge in down:
                if merge.left == position:
                    values[merge.top - 1 : merge.bottom] = values[merge.top - 1]
            filled[header.names[position]] = values
    return cells.assign(**filled)


def _said(values: pd.Series, judge: Callable[[str], object]) -> pd.Series:
    """Judge the different texts of a column; the rows for which the judgement is not empty, with it."""
    texts = {value for value in values.tolist() if value.__class__ is str}
    found = {text: told for text in texts if (told := judge(text))}
    return values[values.isin(list(found))].map(found) if found else values.iloc[:0]


def _repeated_headers(below: pd.DataFrame, header: Header, name: str) -> pd.Index:
    """Find rows that say the header again, level by level, as sheets that were copied under one another have them."""
    position = header.names.index(name)
    own = {_bare(text) for level in header.levels if (text := level[position])}
    found: list[int] = []
    for number in _said(below[name], lambda text: _bare(text) in own).index:
        at = below.index.get_loc(number)
        for row, level in zip(below.iloc[at : at + len(header.levels)].itertuples(), header.levels, strict=False):
            said = [(_bare(value), text) for value, text in zip(row[1:], level, strict=True) if value is not None]
            if sum(text is not None and value == _bare(text) for value, text in said) < max(1, ALIKE * len(said)):
                break
            found.append(row[0])
    return pd.Index(sorted(set(found)), dtype="int64")


def _column_numbers(below: pd.DataFrame) -> pd.Index:
    """Find the row of column numbers that stands under the header of a statistical form."""
    if below.empty:
        return below.index[:0]
    texts = [str(value).strip("()（） ").removesuffix(".0") for value in below.iloc[0] if value is not None]
    letters = sum(1 for text in texts if text in _LETTERS)
    counted = [str(number) for number in range(1, len(texts) + 1)]
    after = list(_LETTERS[:letters]) + [str(number) for number in range(1, len(texts) - letters + 1)]
    enough = len(texts) >= LEAST_NUMBERS and len(texts) >= len(below.columns) - 1
    return below.index[:1] if enough and texts in (counted, after) else below.index[:0]


def _total_words(cells: pd.DataFrame, texts: list[str], naming: list[str]) -> pd.Series:
    """Find the rows that say sums, wherever the word stands, unless they name a thing of their own; with the word.

    `naming`: columns of names, the smallest thing first; a row names the first of them that it fills. How many there
    are (15个社区, or 15 behind the word) is no name.
    """
    found: dict[int, tuple[str, int]] = {}
    for column in texts:
        for number, word in _said(cells[column], total_word).items():
            found.setdefault(int(number), (str(word), cells.columns.get_loc(column)))
    words = {number: word for number, (word, at) in found.items() if not _names(cells.loc[number], naming, at)}
    return pd.Series(words, dtype="object").sort_index().astype("str")


def _names(row: pd.Series, naming: list[str], at: int) -> bool:
    """Tell whether a row with the word of a sum in position `at` names a thing of its own."""
    own = next((column for column in naming if not pd.isna(row[column])), None)
    if own is None:
        return False
    said = _bare(row[own]).removesuffix(".0")
    behind = row.index.get_loc(own) > at
    return not (total_word(said) or (_QUANTITY.fullmatch(said) and (behind or not said.isdecimal())))


def _lonely(rows: pd.DataFrame) -> pd.Series:
    """Text of the rows that say one text and nothing else."""
    alone = rows[rows.notna().sum(axis="columns") == 1]
    texts = pd.Series([row[row.notna()].iloc[0] for _, row in alone.iterrows()], index=alone.index, dtype="object")
    return texts[[isinstance(text, str) for text in texts]]


def _headings(rest: pd.DataFrame, titles: set[str]) -> pd.Series:
    """Find rows of one text that name a subdistrict or repeat a title."""
    lonely = _lonely(rest)
    said = [bool(named_subdistrict(text) or titled_subdistrict(text) or text in titles) for text in lonely]
    return lonely[said]


def _above_headers(rest: pd.DataFrame, below: pd.DataFrame, headers: pd.Index) -> pd.Series:
    """Find rows of one text that stand right above a repeated header, as its titles do."""
    lonely, found = _lonely(rest), []
    for at in below.index.get_indexer(headers):
        while at > 0 and below.index[at - 1] in lonely.index:
            at -= 1
            found.append(below.index[at])
    return lonely.loc[sorted(set(found))]


def _is_footer(text: str) -> bool:
    # Most texts of a long table are names; one look at where they begin spares the rest of the work.
    if text.lstrip()[:1] not in _FOOTER_BEGINS:
        return False
    return any(pattern.fullmatch(_bare(text)) is not None for pattern in (_NOTE, _SIGNATURE))


def _is_counted(row: pd.Series, name: str, counts: list[str]) -> bool:
    """Tell whether a row names a thing and counts it, so that the note before its name is a remark on it."""
    named = isinstance(row[name], str) and not _is_footer(row[name])
    number = as_number(row[counts].astype("object"))[0]
    return named and bool((number.abs() <= MAX_COUNT).any())


def _footers(rest: pd.DataFrame, texts: list[str], name: str, counts: list[str]) -> pd.Series:
    """Find notes and signatures below the table: rows whose first cell says so, and lone texts that follow them.

    A note in a row with a name and a count of its own is a remark that stands before the name, and the row is data.
    """
    candidates: set[int] = set()
    for column in texts:
        candidates |= set(_said(rest[column], _is_footer).index)
    found = {}
    for number in sorted(candidates):
        said = [str(value) for value in rest.loc[number] if value is not None]
        remark = _NOTE.fullmatch(_bare(said[0])) and _is_counted(rest.loc[number], name, counts)
        if _is_footer(said[0]) and not remark:
            found[number] = " ".join(said)
    for above, number in pairwise(rest.index) if found else ():
        filled = [value for value in rest.loc[number] if value is not None] if above in found else []
        if len(filled) == 1 and isinstance(filled[0], str):
            found.setdefault(number, filled[0])
    return pd.Series(found, dtype="object").sort_index()


def _shared(grid: Grid, header: Header, rows: pd.DataFrame, numbers: list[str], name: str) -> tuple[Merge, ...]:
    """Find cells of numbers that stand for several rows which are not the same thing."""
    found = []
    for merge in grid.merges:
        if merge.top > header.last and merge.top < merge.bottom and header.names[merge.left] in numbers:
            named = rows.loc[(rows.index >= merge.top) & (rows.index <= merge.bottom), name]
            found += [merge] if named.nunique(dropna=False) > 1 else []
    return tuple(found)


def _bare(value: object) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))
