"""Columns that count the households of one year: 2027, 2028年, households_2030, 2030年户数."""

import re

from pipeline.read.columns.headings import plain
from pipeline.read.columns.usual import LEVELS, MEASURES

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\.0)?(?!\d)")
_OURS = re.compile(r"households_(20\d\d)")
_WORDS = (
    *("households", "household", "forecast", "hh", "家庭户数", "总户数", "户数", "住户", "家庭户", "预测", "预计"),
    *("规划", "常住", "年末", "年底", "末", "底", "年", "户", "数", "y"),
)
"""What a heading may say beside the year without meaning anything but households."""


def year_of(heading: str, measure: str = "常住户") -> int | None:
    """Year whose households a heading says it counts, None where it says anything else.

    `measure`: the household measure of the rule set; a column of another measure is none.

    >>> year_of("2027"), year_of("households_2030"), year_of("2030年户数(户)"), year_of("户数·2030.0")
    (2027, 2030, 2030, 2030)
    >>> year_of("2030年人口"), year_of("2030年户籍户数"), year_of("2027-2030年户数")
    (None, None, None)
    """
    text = plain(heading)
    years = _YEAR.findall(text)
    if len(years) != 1:
        return None
    rest = re.sub(rf"[-{LEVELS}•・|/:.()()]", "", _YEAR.sub("", text))
    known = sorted({*MEASURES[measure], *_WORDS}, key=len, reverse=True)
    return int(years[0]) if re.fullmatch(f"(?:{'|'.join(map(re.escape, known))})*", rest) else None


def year_column(year: int) -> str:
    """Name of our column for the households of a year.

    >>> year_column(2030)
    'households_2030'
    """
    return f"households_{year}"


def is_year_column(column: str) -> bool:
    """Tell whether a column of ours counts the households of a year."""
    return _OURS.fullmatch(column) is not None


def year_counted(column: str) -> int:
    """Year whose households a column of ours counts.

    >>> year_counted("households_2030")
    2030
    """
    found = _OURS.fullmatch(column)
    assert found is not None
    return int(found[1])
