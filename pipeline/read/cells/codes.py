"""Brings the codes of communities to their 12 digits, where that is certain, and sets aside what lost digits.

A code of a community has 12 digits: 6 of the county, 3 of the subdistrict, 3 of the community (统计用区划代码). What
follows them in longer codes, 2 + 3 digits of the kind of place or 3 of a grid, says nothing about the community. A
spreadsheet keeps 15 digits of a number, hence the first 12 of any code; text such as 1.50104E+11 keeps what it shows.
Codes of other kinds (SQ-07) are left as they are: they may join by being equal.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.errors import problem
from pipeline.read.names.spelling import name_key
from pipeline.read.sources import EXAMPLES, Rows, Source, faults, place

LENGTH = 12
LONGER = (15, 17)
"""With 3 digits of a grid or of the kind of place, or with 2 + 3 of the kind of place."""
PARENTS = {2: "a province", 4: "a city", 6: "a county", 9: "a subdistrict"}
"""What shorter codes stand for."""

_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"
_FULL = re.compile(rf"{_PROVINCE}\d{{10}}")
_LIKE_A_CODE = re.compile(rf"{_PROVINCE}\d{{8,14}}")
_SUBDISTRICT = re.compile(rf"{_PROVINCE}\d{{7}}")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
_TYPING = re.compile(r"[\s'’‘`\u200b\ufeff]+")

ADVICE = "Write the 12 digits as text (设置单元格格式:文本) in the file; until then the row is joined by its name."


@dataclass(frozen=True)
class Code:
    """A code as it is used ("" where it must not join) and why it was refused ("" where it was not)."""

    used: str
    refused: str = ""


def community_code(written: str, *, among_codes: bool = True) -> Code:
    """Reduce one code to the 12 digits of its community; `among_codes`: the column holds codes of this kind.

    >>> community_code("150104001001.0"), community_code("15010400100111121")
    (Code(used='150104001001', refused=''), Code(used='150104001001', refused=''))
    >>> community_code("1.50104E+11")
    Code(used='', refused='lost digits')
    """
    text = _TYPING.sub("", unicodedata.normalize("NFKC", written))
    text = re.sub(r"(?<=\d)\.0+$", "", text)
    digits = _unfolded(text)
    if digits is None:
        return Code("", "lost digits")
    if not digits.isdecimal():
        return Code(digits)
    if len(digits) in (LENGTH, *LONGER) and _FULL.match(digits):
        first = digits[:LENGTH]
        return Code("", PARENTS[9]) if first.endswith("000") else Code(first)
    if len(digits) in PARENTS and (among_codes or _SUBDISTRICT.fullmatch(digits)):
        return Code("", PARENTS[len(digits)])
    if _LIKE_A_CODE.fullmatch(digits) or (among_codes and len(digits) > 9):
        return Code("", "lost digits")
    return Code(digits)


def _unfolded(text: str) -> str | None:
    """Write 1.50104001001E+11 out; None where it shows fewer digits than a code has."""
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return text
    shown, length = match[1] + (match[2] or ""), int(match[3]) + 1
    if len(shown) < LENGTH or length not in (LENGTH, *LONGER):
        return None
    return shown[:length].ljust(length, "0")


def one_length(source: Source) -> tuple[Source, Rows]:
    """Bring the column `code` of a source to 12 digits; what must not join becomes "", with its cell as a warning.

    A code under which the source lists communities of different names must not join either.
    """
    if "code" not in source.table:
        return source, []
    written = source.table["code"].astype("str")
    told = written[written != ""]
    full = told.map(lambda text: bool(_FULL.match(community_code(text).used)))
    codes = told.map(lambda text: community_code(text, among_codes=bool(full.mean() > 0.5)))
    used = codes.map(lambda code: code.used).reindex(written.index, fill_value="").astype("str")
    refused = codes.map(lambda code: code.refused)
    rows = _refused(source, told, refused)
    shared, found = _of_several(source, used)
    used, rows = used.where(~shared, "").astype("str"), rows + found
    changed = told[(refused == "") & ~shared[told.index] & (used[told.index] != told)]
    if len(changed):
        pairs = [f"{old} → {used[number]}" for number, old in changed.head(EXAMPLES).items()]
        detail = f"{len(changed)} codes were brought to 12 digits, such as {', '.join(pairs)}."
        where = place(source, changed.index, "code")
        rows.append(problem("note", source.role, "codes shortened", detail, "Nothing to do.", id="code", source=where))
    return replace(source, table=source.table.assign(code=used)), rows


def _of_several(source: Source, used: pd.Series) -> tuple[pd.Series, Rows]:
    """Find codes that stand beside different names: where (bool by row), and a warning for each."""
    nowhere = pd.Series(False, index=used.index)
    if "community" not in source.table:
        return nowhere, []
    keys = source.table["community"].map(name_key)
    told = keys[(used != "") & (keys != "")]
    names = told.groupby(used[told.index]).transform("nunique")
    shared = nowhere | (names > 1).reindex(used.index, fill_value=False)
    rows = []
    for code, numbers in used[shared].groupby(used[shared], sort=False).groups.items():
        listing = "、".join(source.table.loc[numbers, "community"].unique())
        detail = f"Code {code} stands beside different names: {listing}; it is not used."
        advice = "Correct the code of one of them; until then they are joined by their names."
        where = place(source, numbers, "code")
        rows.append(problem("warning", source.role, "code of several names", detail, advice, id=code, source=where))
    return shared, rows


def _refused(source: Source, told: pd.Series, refused: pd.Series) -> Rows:
    rows = faults(
        *("warning", source, told[refused == "lost digits"], "code", "code with lost digits"),
        "The code has not all digits of a community's code and is not used",
        ADVICE,
    )
    for kind in PARENTS.values():
        rows += faults(
            *("warning", source, told[refused == kind], "code", "code of a larger place"),
            f"The code is that of {kind}, not of a community, and is not used",
            ADVICE,
        )
    return rows
