"""Reads numbers in the ways people write them: ２３４５, 1,234, 2345户, 约2300, 1.2万, and says how each was read."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

LITERAL, CONVERTED, APPROXIMATE, UNKNOWN = "", "converted", "approximate", "unknown"
NO_NUMBER, DATE, ERROR, FORMULA = "no number", "date", "error", "formula"
"""How a value was read: as it stands (a blank too), by how it is written (2345户, 1.2万, 2 345), as a figure
that is not exact (约2300), as unknown (—, 无); or not at all: no number, a date, an error of the sheet (#REF!), a
formula without result."""

BLANKS = frozenset(
    (
        *(
            "无",
            "暂无",
            "暂缺",
            "缺",
            "空",
            "空白",
            "不详",
            "未知",
            "未统计",
            "未填",
            "待统计",
            "待核实",
            "待定",
            "待补",
        ),
        *("无数据", "暂无数据", "n/a", "na", "null", "none", "nan"),
    )
)
_STROKES = "-—–_/\\*.、 "
"""Words, and strokes (——, /), that are written where a number is not known; it is not 0."""

ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")

_UNIT = r"(?:户|人次|人|套|栋|幢|个|件|项|名|家|层|平方米|平米|㎡|m2|m)?"
_DIGITS = r"(?P<digits>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d(?: \d)+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)"
_BEFORE = r"(?P<before>大约|约为|约|近|将近|接近|超过|超|逾|不足|不到|至少|最多|>=|<=|>|<|~|≈|≥|≤)?"
_AFTER = r"(?P<after>\+|以上|以下|以内|左右|上下|余|多)?"
_NUMBER = re.compile(rf"{_BEFORE} ?(?P<sign>[+-]?){_DIGITS} ?(?P<ten>[万千])? ?{_UNIT} ?{_AFTER} ?{_UNIT}")
"""Groups of thousands must be whole: 12 34 or 1,2 are two numbers or a slip, not one number."""

_GROUPED = re.compile(r"\d \d\d")
"""Blanks between thousands may part two numbers after all, so such a number is not passed over in silence."""

_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?|月)?( .*)?|\d{1,2}月\d{1,2}日|\d{1,2}-[a-z]{3}(-\d+)?|[a-z]{3}-\d+"
)


def read_numbers(values: pd.Series) -> pd.DataFrame:
    """Read each value as a number.

    Gives `number` (float64, NaN where there is none) and `how` (see above; LITERAL is ""), on the index of `values`.
    Booleans are no numbers. Of a figure that is not exact the number written is taken.

    >>> read_numbers(pd.Series(["1，234", "约2300户", "1.2万", "—", "2000-2500"], dtype="object")).values.tolist()
    [[1234.0, ''], [2300.0, 'approximate'], [12000.0, 'converted'], [nan, 'unknown'], [nan, 'no number']]
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("Float64").astype("float64")
        how = pd.Series(LITERAL, index=values.index, dtype="str").where(~np.isinf(number), NO_NUMBER)
        return pd.DataFrame({"number": number.where(~np.isinf(number)), "how": how})
    plain = [value.__class__ in (int, float) for value in values.tolist()]
    number = pd.Series(np.nan, index=values.index, dtype="float64")
    how = pd.Series(LITERAL, index=values.index, dtype="object")
    number[plain] = values[plain].astype("float64")
    other = values[~np.array(plain, dtype="bool")].dropna().astype("object")
    read = {value: _read(value) for value in dict.fromkeys(other)}
    number[other.index] = [read[value][0] for value in other]
    how[other.index] = [read[value][1] for value in other]
    how = how.where(~np.isinf(number), NO_NUMBER)
    return pd.DataFrame({"number": number.where(np.isfinite(number)), "how": how.astype("str")})


def _read(value: object) -> tuple[float, str]:
    if isinstance(value, date | datetime | time | timedelta):
        return np.nan, DATE
    if isinstance(value, bool | np.bool_):
        return np.nan, NO_NUMBER
    return _read_text(str(value))


def _has_mark(written: str) -> bool:
    """Tell whether a mark of a footnote stands in a text: 1200① and 1200² are not 12001 and 12002; m² is a unit."""
    return any(unicodedata.category(sign) == "No" for sign in re.sub("[mMｍ米]²", "", written))


def _read_text(written: str) -> tuple[float, str]:
    if _has_mark(written):
        return np.nan, NO_NUMBER
    text = unicodedata.normalize("NFKC", written).strip().lstrip("'‘’`").strip().lower()
    if not text:
        return np.nan, LITERAL
    if text in BLANKS or not text.strip(_STROKES):
        return np.nan, UNKNOWN
    if text.upper() in ERRORS:
        return np.nan, ERROR
    if text.startswith("="):
        return np.nan, FORMULA
    found = _NUMBER.fullmatch(text)
    if found is None:
        return np.nan, DATE if _DATE.fullmatch(text) else NO_NUMBER
    number = float(found["sign"] + found["digits"].replace(",", "").replace(" ", ""))
    number *= {"万": 10_000, "千": 1_000}.get(found["ten"], 1)
    if found["before"] or found["after"]:
        return round(number, 6), APPROXIMATE
    plain = text == found["sign"] + found["digits"] and not _GROUPED.search(text)
    return round(number, 6), LITERAL if plain else CONVERTED


def serial_number(value: object) -> int | None:
    """Number that a spreadsheet keeps for a day; a count that was formatted as a date is this number. None for others.

    >>> serial_number(date(1906, 6, 2))
    2345
    """
    if not isinstance(value, date):
        return None
    day = value.date() if isinstance(value, datetime) else value
    return (day - date(1899, 12, 30)).days
