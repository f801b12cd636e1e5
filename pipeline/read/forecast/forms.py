"""The ways in which a row of a forecast is written, and the words for the kinds of project."""

import re
import unicodedata

import pandas as pd

from pipeline.read.columns.years import is_year_column

WIDE, LONG, PROJECT, BLANK = "wide", "long", "project", ""
"""Forms of a row: a column for each year; one year and its households; a project; nothing said."""

WAITING, BUILDING, PLANNED, DEMOLITION = "waiting", "building", "planned", "demolition"
KIND_WORDS = {
    WAITING: ("waiting", "待入住", "已交付待入住", "已建成待入住", "交付未入住"),
    BUILDING: ("building", "under construction", "construction", "在建", "建设中", "在建项目", "施工中", "已开工"),
    PLANNED: ("planned", "拟建", "规划", "待建", "未开工", "规划中", "拟建项目", "已批未建"),
    DEMOLITION: ("demolition", "demolished", "拆迁", "拆除", "征收", "腾退", "拟拆迁", "待拆迁", "征迁"),
}
_KIND = {word: kind for kind, words in KIND_WORDS.items() for word in words}


def forms_of(table: pd.DataFrame) -> pd.Series:
    """Tell in which form each row is written.

    A count with a year is a count of that year, unless the row says of which kind of project it is.
    """
    blank = pd.Series("", index=table.index, dtype="str")
    years = [column for column in table.columns if is_year_column(column)]
    counted = table["households"].notna() if "households" in table else pd.Series(False, index=table.index)
    built = table["new_dwellings"].notna() if "new_dwellings" in table else pd.Series(False, index=table.index)
    kind = table.get("kind", blank)
    project = built | (counted & (kind.map(kind_of) != ""))
    long = counted & (table.get("year", blank) != "") & ((kind == "") | ~project)
    form = pd.Series(BLANK, index=table.index).where(~project, PROJECT).where(~long, LONG)
    return form.where(~table[years].notna().any(axis="columns"), WIDE) if years else form


def kind_of(text: str) -> str:
    """Kind that a word stands for, "" where it is not known; what is said in brackets makes no difference.

    >>> kind_of("在建（二期）"), kind_of("拆迁"), kind_of("住宅")
    ('building', 'demolition', '')
    """
    bare = re.sub(r"[(\[【].*?[)\]】]", "", unicodedata.normalize("NFKC", text)).strip().lower()
    return _KIND.get(bare, "")
