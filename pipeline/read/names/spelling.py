"""Community names: which spellings mean the same community, and which of them is used."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import look_up
from pipeline.read.sources import Rows, Source

_SUFFIX = re.compile(r"(社区居民委员会|社区居委会|居民委员会|居委会|社区居民区|居民区|社区)$")
_CHINESE_GAP = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")

REMARKS = {
    "in preparation": r"筹|筹备|筹建|筹备中|筹建中|筹备组|筹备处|拟设|拟建|待建|未备案",
    "managed on behalf": r"代管|托管",
    "abolished": r"已撤销|已撤|待撤销",
    "new": r"新设|新建|新成立",
    "old name": r"原[^()\[\]【】〔〕]+(?:社区|居委会|居民委员会|村)|曾用名[^()\[\]【】〔〕]+",
}
"""What is said of a community in brackets beside its name, and is no part of it."""

PREPARING = "in preparation"

_WORDS = "|".join(REMARKS.values())
_REMARK = re.compile(rf"[(\[【〔]\s*({_WORDS})\s*[)\]】〕]|(?<=社区)(筹备组|筹备处)$")


def tidy(name: str) -> str:
    """Mend what is only typing: full-width forms, outer blanks, blanks between Chinese characters; drop remarks.

    >>> tidy(" 大 召　社区 "), tidy("【代管】大召社区（筹）")
    ('大召社区', '大召社区')
    """
    return _settled(name, _REMARK) or _settled(name)


def _settled(name: str, left_out: re.Pattern[str] | None = None) -> str:
    """Tidy until nothing changes: what is left out may bring together what was apart."""
    before, text = None, name
    while text != before:
        before = text
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()
        text = _CHINESE_GAP.sub("", text)
        text = left_out.sub("", text) if left_out is not None else text
    return text


def remarks(name: str) -> dict[str, str]:
    """Find what is remarked in brackets beside a name: the fact and the words.

    >>> remarks("（代管）大召社区(筹)")
    {'managed on behalf': '代管', 'in preparation': '筹'}
    """
    words = [next(filter(None, match.groups())) for match in _REMARK.finditer(_settled(name))]
    return {fact: word for word in words for fact, known in REMARKS.items() if re.fullmatch(known, word)}


def name_key(name: str) -> str:
    """Reduce a community's name to what tells it from others: no blanks, no remarks, no suffix such as 社区居委会.

    >>> name_key("大召社区居民委员会"), name_key("大 召(筹)"), name_key("社区")
    ('大召', '大召', '社区')
    """
    bare = re.sub(r"\s+", "", tidy(name))
    return _SUFFIX.sub("", bare) or bare or re.sub(r"\s+", "", name)


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


ORDER = ("units", "communities", "households", "premises", "subdistricts", "forecast")
"""Whose spelling of a name is used, first to last."""


def one_spelling(sources: Mapping[str, Source]) -> tuple[dict[str, Source], Rows]:
    """Write every subdistrict and community the same way in all sources; notes list what was unified and remarked."""
    spelled, rows = dict(sources), _remarks_told(sources)
    for column, key in (("subdistrict", subdistrict_key), ("community", name_key)):
        having = [role for role in ORDER if role in spelled and column in spelled[role].table]
        used = spellings([spelled[role].table[column] for role in having], key)
        for role in having:
            source = spelled[role]
            table = source.table.assign(**{column: look_up(source.table[column], used)})
            spelled[role] = replace(source, table=table)
        changed = [f"{name!r} → {chosen}" for name, chosen in used.items() if name != chosen]
        if changed:
            listing = ", ".join(changed[:20]) + (f" and {len(changed) - 20} more" if len(changed) > 20 else "")
            detail = f"{len(changed)} spellings were unified: {listing}."
            advice = "Nothing to do if they mean the same."
            rows.append(problem("note", having[0], "spellings unified", detail, advice, id=column))
    return spelled, rows


def remarked(sources: Mapping[str, Source]) -> dict[str, dict[str, str]]:
    """List the communities of whose name something is remarked: tidy name -> fact -> words."""
    found: dict[str, dict[str, str]] = {}
    for role in [role for role in ORDER if role in sources and "community" in sources[role].table]:
        for name in sources[role].table["community"].unique():
            if said := remarks(name):
                found[tidy(name)] = found.get(tidy(name), {}) | said
    return found


def _remarks_told(sources: Mapping[str, Source]) -> Rows:
    rows = []
    told = remarked(sources)
    for fact in REMARKS:
        names = [f"{name} ({said[fact]})" for name, said in told.items() if fact in said]
        if names:
            detail = f"The names of {len(names)} communities say “{fact}”: {'、'.join(names)}."
            advice = "The words are left out of the name; nothing to do."
            rows.append(problem("note", "communities", "remarks in names", detail, advice, id=fact))
    return rows
