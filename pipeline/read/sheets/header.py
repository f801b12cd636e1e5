"""Finds the header of a sheet under its title rows and joins the levels of each column's name to one.

A header of two or three levels (户数 over 常住 and 户籍) is told by its merged cells, or by a row of names that stands
under a blank of the row above. Where the sheet's own layout leaves a choice, the names that are recognised decide.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.read.columns.usual import LEVELS
from pipeline.read.sheets.grid import Grid, Merge, column_letter

HEADER_WITHIN = 10
"""The header is looked for in so many rows that are not blank; titles may stand above it."""

DEPTH = 3
"""So many levels a header may have."""

Choose = Callable[[Sequence[str]], Mapping[str, str]]
"""Finds our columns among names of a file: ours -> theirs."""

_BRACKETED = re.compile(r"[(（\[].*[)）\]]")
_UNIT = re.compile(r"[(（\[].*[)）\]]|[户人个套栋幢件项次米%％㎡]|平方米|平方公里|万人|km²|m²|m2")
_NUMBER = re.compile(r"[\d.,%％\s]+")


@dataclass(frozen=True)
class Header:
    """The names of a sheet's columns. `first`, `last`: row numbers of its levels. `levels`: texts of each level as they
    stand in its row, None where blank. `names`: one name for each column, all different."""

    first: int
    last: int
    names: tuple[str, ...]
    levels: tuple[tuple[str | None, ...], ...]


def find_header(grid: Grid, choose: Choose) -> Header:
    """Find the header: the rows whose names give most of our columns; of equal ones those that the layout speaks for.

    The grid must have a row that is not blank; the first of them is the header where no name is recognised.
    """
    numbers = grid.cells.index[grid.cells.notna().any(axis="columns")][:HEADER_WITHIN]
    ranked = []
    for number in numbers:
        deepest = _depth(grid, number)
        for depth in range(1, deepest + 1):
            header = _header(grid, number, depth)
            # Titles above a header add nothing that is recognised, so the shorter header is the right one.
            ranked.append(((len(choose(header.names)), depth == deepest, -depth, -number), header))
    return max(ranked, key=lambda pair: pair[0])[1]


def _depth(grid: Grid, number: int) -> int:
    """Tell how many levels a header that begins in this row has by the layout."""
    depth = 1
    while depth < DEPTH and number + depth in grid.cells.index and _goes_on(grid, number, number + depth - 1):
        depth += 1
    return depth


def _goes_on(grid: Grid, first: int, last: int) -> bool:
    """Tell whether the row below a header's last one belongs to it, too."""
    width = len(grid.cells.columns)
    for merge in grid.merges:
        if first <= merge.top <= last < merge.bottom:  # 街道 merged down beside the levels
            return True
        if merge.top == last == merge.bottom and merge.left < merge.right and merge.right - merge.left + 1 < width:
            return True
    return _is_sublevel(_texts(grid, last + 1), [_texts(grid, number) for number in range(first, last + 1)])


def _is_sublevel(below: list[str | None], above: list[list[str | None]]) -> bool:
    """Tell whether a row of a sheet without merged cells names parts of the columns above it, or their units."""
    texts = [text for text in below if text is not None]
    if not texts or any(_NUMBER.fullmatch(text) for text in texts):
        return False
    under_blank = any(
        text is not None and position > 0 and all(row[position] is None for row in above)
        for position, text in enumerate(below)
    )
    return under_blank or all(_UNIT.fullmatch(text) for text in texts)


def _header(grid: Grid, first: int, depth: int) -> Header:
    levels = [_texts(grid, number) for number in range(first, first + depth)]
    spread = _spread(levels, [merge for merge in grid.merges if first <= merge.top < first + depth], first)
    names = [_joined([level[position] for level in spread]) for position in range(len(grid.cells.columns))]
    return Header(first, first + depth - 1, _once(names), tuple(tuple(level) for level in levels))


def _texts(grid: Grid, number: int) -> list[str | None]:
    row = grid.cells.loc[number]
    return [None if pd.isna(value) else re.sub(r"\s*\n\s*", "", str(value).strip()) for value in row]


def _spread(levels: list[list[str | None]], merges: list[Merge], first: int) -> list[list[str | None]]:
    """Write the name of a group over each of its columns: over those merged with it, else over the blanks beside it."""
    spread = [list(level) for level in levels]
    across = [merge for merge in merges if merge.left < merge.right]
    for merge in across:
        row = spread[merge.top - first]
        row[merge.left : merge.right + 1] = [row[merge.left]] * (merge.right - merge.left + 1)
    for upper, lower in zip(spread, levels[1:], strict=False) if not across else ():
        for position in range(1, len(upper)):
            if upper[position] is None and lower[position] is not None:
                upper[position] = upper[position - 1]
    return spread


def _joined(levels: list[str | None]) -> str:
    """Join the levels of a name; one that only says the unit (户) in brackets is left out, unless there is no other."""
    said = list(dict.fromkeys(level for level in levels if level))
    named = [level for number, level in enumerate(said) if number == 0 or not _BRACKETED.fullmatch(level)]
    return LEVELS.join(named)


def _once(names: list[str]) -> tuple[str, ...]:
    """Name every column, once: a blank or repeated name gets its letter."""
    different: list[str] = []
    for position, name in enumerate(names):
        different.append(name if name and name not in different else f"{name}({column_letter(position)})")
    return tuple(different)
