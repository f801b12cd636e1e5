"""Leaves personal data out: columns of names of persons, identity numbers and telephone numbers are never kept.

They are known by their header and by what stands in them, so that a column under another name, or none, is found too.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date

import pandas as pd

from pipeline.errors import problem
from pipeline.read.columns.headings import plain
from pipeline.read.columns.usual import LEVELS
from pipeline.read.sources import Rows, Source

MOST = 0.5
"""A column is personal where so much of what stands in it is."""

PERSONS = frozenset(
    (
        *("姓名", "户主", "负责人", "联系人", "书记", "主任", "书记主任", "网格员", "网格长", "网格管理员", "楼长"),
        *("楼栋长", "楼门长", "单元长", "业主", "产权人", "房主", "承租人", "法人", "法定代表人", "经办人", "填表人"),
        *("填报人", "审核人", "物业经理", "配偶", "contact", "owner", "householder"),
    )
)
"""Headers of names of persons; a column of numbers under one of them counts such persons and stays."""

_PERSON_ENDING = re.compile(r"(姓名|户主|负责人|联系人|书记|主任|网格员|网格长|楼长|业主)$")
LEAST_NUMBER = 10_000
"""A column of smaller numbers counts something, whatever its header says."""

_NUMBERS = re.compile(
    r"身份证|证件号|公民身份|身份号|电话|手机|联系方式|微信|邮箱|qq号|idcard|idno|phone|mobile|e-?mail"
)
_COUNTED = re.compile(r"(数|数量|户|户数|人数|率|比例|占比|个|台|部)$")
"""Endings of columns that count telephones, persons and so on."""

_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def without_private(source: Source) -> tuple[Source, Rows]:
    """Leave the columns of personal data out of a source as read (the file's own columns), and say which.

    `Source.dropped` keeps their names and no value of theirs.
    """
    found = private_columns(source.table.drop(columns="geometry", errors="ignore"))
    if not found:
        return source, []
    kept = replace(
        source,
        table=source.table.drop(columns=list(found)),
        totals=None if source.totals is None else source.totals.drop(columns=list(found), errors="ignore"),
        seen=tuple(name for name in source.seen if name not in found),
        dropped=tuple(found),
    )
    named = "、".join(f"{_shown(name)} ({why})" for name, why in found.items())
    detail = f"{len(found)} columns of personal data were left out: {named}. Nothing of them is kept or written."
    advice = "Take them out of the file before it is passed on."
    return kept, [problem("warning", source.role, "personal data", detail, advice, source=source.label)]


def private_columns(table: pd.DataFrame) -> dict[str, str]:
    """Find the columns of a table of raw values that hold personal data, each with how it was known.

    A header decides unless numbers stand under it that count (5 网格员). Values decide by 18-digit identity numbers
    whose date and check digit are right (GB 11643) and by mobile numbers that do not all begin alike, as codes do.
    """
    found = {}
    for name in table.columns:
        if why := _by_header(str(name), table[name]) or _by_values(table[name]):
            found[name] = why
    return found


def _by_header(name: str, values: pd.Series) -> str:
    last, whole = plain(name.split(LEVELS)[-1]), plain(name).replace(LEVELS, "")
    if _COUNTED.search(last) or not (_says_person(last) or _NUMBERS.search(whole)):
        return ""
    numbers = pd.to_numeric(values.dropna().astype("object"), errors="coerce")
    counts = len(numbers) > 0 and (numbers.astype("float64") < LEAST_NUMBER).mean() > MOST
    return "" if counts else "by its header"


def _says_person(header: str) -> bool:
    return header in PERSONS or _PERSON_ENDING.search(header) is not None


def _by_values(values: pd.Series) -> str:
    if pd.api.types.is_numeric_dtype(values) and not (values >= 1e10).fillna(False).any():
        return ""
    filled = values.dropna().astype("object").tolist()
    # Only what is long enough is looked at: columns of counts, names and short codes cost next to nothing.
    long = [
        value
        for value in filled
        if (value.__class__ is str and len(value) > 10) or (value.__class__ in (int, float) and value >= 1e10)
    ]
    if not long or len(long) < MOST * len(filled):
        return ""
    least = MOST * len(filled)
    if sum(map(_has_identity_number, long)) >= least:
        return "identity numbers stand in it"
    texts = [
        f"{value:.0f}" if value.__class__ is float else unicodedata.normalize("NFKC", str(value)) for value in long
    ]
    mobiles = [found for text in texts if (found := _MOBILE.search(text))]
    if len(mobiles) < least or not mobiles:
        return ""
    bare = [found[0][:6] for found in mobiles if found[0] == found.string.strip()]
    alike = Counter(bare).most_common(1)[0][1] > MOST * len(bare) if bare else False
    return "" if alike else "mobile numbers stand in it"


def _has_identity_number(value: object) -> bool:
    if isinstance(value, float):
        # As a number of a sheet it has lost its last digits: the day of birth is what is left to tell it by.
        digits = f"{value:.0f}"
        return len(digits) == 18 and _is_birthday(digits[6:14])
    return any(is_identity_number(found) for found in _IDENTITY.findall(unicodedata.normalize("NFKC", str(value))))


def _shown(name: str) -> str:
    return _MOBILE.sub("…", _IDENTITY.sub("…", name))


def is_identity_number(text: str) -> bool:
    """Tell whether a text is an identity number: 18 characters, a date of birth, and the check digit of GB 11643.

    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    if not _IDENTITY.fullmatch(text) or not _is_birthday(text[6:14]):
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False)) % 11
    return "10X98765432"[rest] == text[17].upper()


def _is_birthday(digits: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(digits).year <= 2100
    except ValueError:
        return False
