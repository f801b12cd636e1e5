"""Community names: which spellings mean the same community, and which of them is used."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source
from pipeline.read.values import look_up

_SUFFIX = re.compile(r"(社区居民委员会|社区居委会|居民委员会|居委会|社区)$")
_CHINESE_GAP = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def tidy(name: str) -> str:
    """Mend what is only typing: full-width forms, outer blanks, blanks between Chinese characters.

    >>> tidy(" 大 召　社区 ")
    '大召社区'
    """
    return _CHINESE_GAP.sub("", unicodedata.normalize("NFKC", name).strip())


def name_key(name: str) -> str:
    """Reduce a community's name to what tells it from others: no blanks, no suffix such as 社区居委会.

    >>> name_key("大召社区居民委员会"), name_key("大 召"), name_key("社区")
    ('大召', '大召', '社区')
    """
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return _SUFFIX.sub("", bare) or bare


def spellings(names: Sequence[pd.Series], key: Callable[[str], str] = name_key) -> dict[str, str]:
    """Choose one spelling for each community: the commonest of the first source that names it.

    `names`: names (str, "" where unknown), source by source in order of precedence; `key` tells which spellings mean
    the same. Gives a dict from every spelling that occurs to the one that is used.
    """
    chosen: dict[str, str] = {}
    used: dict[str, str] = {}
    for series in names:
        counted = series[series != ""].value_counts(sort=False)
        counted = counted.sort_values(ascending=False, kind="stable")
        for name in counted.index:
            used[name] = chosen.setdefault(key(name), tidy(name))
    return used


def subdistrict_key(name: str) -> str:
    """Reduce a subdistrict's name: no blanks, no suffix 街道办事处, 街道办 or 街道 (towns keep their 镇).

    >>> subdistrict_key("昭君路街道办事处"), subdistrict_key("小黑河镇")
    ('昭君路', '小黑河镇')
    """
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"(街道办事处|街道办|街道)$", "", bare) or bare


ORDER = ("units", "communities", "households", "premises", "subdistricts")
"""Whose spelling of a name is used, first to last."""


def one_spelling(sources: Mapping[str, Source]) -> tuple[dict[str, Source], Rows]:
    """Write every community and subdistrict the same way in all sources; a note lists what was unified."""
    spelled, rows = dict(sources), []
    for column, key in (("community", name_key), ("subdistrict", subdistrict_key)):
        having = [role for role in ORDER if role in spelled and column in spelled[role].table]
        used = spellings([spelled[role].table[column] for role in having], key)
        for role in having:
            source = spelled[role]
            table = source.table.assign(**{column: look_up(source.table[column], used)})
            spelled[role] = replace(source, table=table)
        changed = [f"{name} → {chosen}" for name, chosen in used.items() if name != chosen]
        if changed:
            listing = ", ".join(changed[:20]) + (f" and {len(changed) - 20} more" if len(changed) > 20 else "")
            detail, advice = (
                f"{len(changed)} spellings were unified: {listing}.",
                "Nothing to do if they mean the same.",
            )
            rows.append(problem("note", having[0], "spellings unified", detail, advice, id=column))
    return spelled, rows
