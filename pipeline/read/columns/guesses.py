"""What the values of a column say of it: codes, names of communities or subdistricts, or what they cannot be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.read.cells.codes import community_code

Values = Callable[[str], pd.Series]
"""Gives the text of a column of theirs ("" where blank)."""

NEARLY_ALL = 0.9
"""Part of the values that must look alike."""
FEWEST = 3
"""Values below which nothing is concluded."""
LOOKED_AT = 2000
"""Values looked at, from the top."""

_REMARK = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]$")


@dataclass(frozen=True)
class Look:
    """What the values of one column of ours look like; `said` ends the sentence “9 of 9 values …”."""

    test: Callable[[str], bool]
    said: str


def _ends(*endings: str) -> Callable[[str], bool]:
    return lambda text: len(text) > 1 and _REMARK.sub("", text).endswith(endings)


LOOKS = {
    "code": Look(lambda text: len(community_code(text).used) == 12, "are codes of 12 digits"),
    "community": Look(_ends("社区", "居委会", "居民委员会", "居民区"), "end in 社区 or 居委会"),
    "subdistrict": Look(
        _ends("街道", "街道办", "街道办事处", "镇", "乡", "苏木", "地区办事处", "区域服务中心"),
        "end in 街道, 镇 or 服务中心",
    ),
}


def looks_like(ours: str, text: pd.Series) -> str:
    """Say why values look like a column of ours, as `9 of 9 values end in 社区 or 居委会`; "" if they do not."""
    told = text[text != ""].head(LOOKED_AT)
    alike = int(told.map(LOOKS[ours].test).sum()) if len(told) else 0
    if len(told) < FEWEST or alike < NEARLY_ALL * len(told):
        return ""
    return f"{alike} of {len(told)} values {LOOKS[ours].said}"


def candidates(ours: str, headings: Sequence[str], values: Values) -> dict[str, str]:
    """Find the columns whose values look like one of ours: theirs -> why."""
    found = {heading: looks_like(ours, values(heading)) for heading in headings}
    return {heading: why for heading, why in found.items() if why}


def contradicted(is_number: bool, text: pd.Series) -> bool:
    """Tell whether values speak against a column: words in most rows of a number, nothing but numbers in a text."""
    told = text[text != ""].head(LOOKED_AT)
    numbers = told.str.contains(r"\d", regex=True) & ~told.str.contains(r"[\u3400-\u9fff]{2}", regex=True)
    return bool(len(told)) and (numbers.mean() < 0.5 if is_number else bool(numbers.all()))


def first_values(heading: str, values: Values, most: int = 3, longest: int = 20) -> str:
    """Write the first few different values of a column."""
    text = values(heading)
    firsts = text[text != ""].drop_duplicates().head(most)
    return "、".join(value if len(value) <= longest else f"{value[:longest]}…" for value in firsts)
