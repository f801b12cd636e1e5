"""A sheet as it stands: its cells by row number and column, which of them are merged, whether it is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Merge:
    """A merged cell: rows by their number, columns by their position from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet of a file. `name`: "" for a text file. `cells`: values as they stand (str, int, float, bool, date),
    None where blank; indexed by row number from 1, columns by position from 0. `merges`: in order; none in text files.
    """

    name: str
    cells: pd.DataFrame
    merges: tuple[Merge, ...] = ()


def make_grid(name: str, rows: Sequence[Sequence[Any]], merges: Sequence[Merge] = ()) -> Grid:
    """Make a grid of the rows of a file; cells that hold nothing but blanks are None."""
    width = max(map(len, rows), default=0)
    filled = [
        [
            *(value if value.__class__ is not str or value.strip() else None for value in row),
            *[None] * (width - len(row)),
        ]
        for row in rows
    ]
    cells = pd.DataFrame(filled, columns=range(width), dtype="object")
    cells = cells.set_axis(pd.RangeIndex(1, len(cells) + 1), axis="index")
    return Grid(name, cells.where(cells.notna(), None), tuple(merges))


def column_letter(position: int) -> str:
    """Letter of a column counted from 0, as spreadsheets write it.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_position(letters: str) -> int:
    """Position of a column from 0, by its letter.

    >>> column_position("A"), column_position("Z"), column_position("AA")
    (0, 25, 26)
    """
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1
