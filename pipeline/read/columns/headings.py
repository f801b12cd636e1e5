"""What the heading of a column may say: its levels, its unit, its qualifiers, and how a format cuts it.

Levels of a merged header stand in one heading with a mark between them (户数·常住, 户数_常住户, 户数|其中:常住).
A *form* is one way to read a heading; the first is the heading as it stands.
"""

import re
import unicodedata

from pipeline.read.columns.usual import LEVELS

CUT_AT = 10
"""Bytes that a Shapefile keeps of a name."""

_QUALIFIER = "常住|户籍|实有|入住|实住|在册|登记"
_UNIT = re.compile(rf"(.)[(\[【〔](?!(?:{_QUALIFIER})户?数?[)\]】〕])[^()\[\]【】〔〕]*[)\]】〕]$")
_QUALIFIED = re.compile(rf"[(\[【〔]((?:{_QUALIFIER})户?数?)[)\]】〕]$")
_NUMBERING = re.compile(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.．)](?=\D)")
_MARKS = re.compile(rf"[{LEVELS}•・|_/>:\n]+")
_AMONG = re.compile(r"^其中[::]?")
_TOTAL = re.compile(r"合计|总计|小计|总数|总量|共计|计|户|人|个|套|㎡|平方米")
_QUANTITY = ("数量", "个数", "数")
"""Last levels that say how much of the level above, and those that say all of it or its unit."""
_COUNTED = ("户", "人", "套")
"""Last levels that are a unit, and part of the name where the level above is a qualifier (常住·户)."""

_AREA_UNIT = re.compile(r"(?<=面积)(m2|平方米|平米)$")
_FRAME = re.compile(
    r"总?(户数|人口数?|人数|户|居民|居民户|家庭户|住户|社区|规模)|.*(情况|信息|概况|数据|统计表?|台账|名册)"
)
"""Upper levels that say nothing about what stands below them."""
_MANY = re.compile(r"[(\[【〔][十百千万亿]+[^()\[\]]*[)\]】〕]$")
_DWELLING_UNIT = re.compile(r"户数[(\[【〔]套[)\]】〕]$")


def plain(name: str) -> str:
    """Reduce a column's name to what is compared.

    >>> plain("常住户数(户)"), plain("Unit ID"), plain("unit_id"), plain("3、社区名称*")
    ('常住户数', 'unitid', 'unitid', '社区名称')
    >>> plain("户数(户籍)")
    '户数(户籍)'
    """
    bare = re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", str(name))).lower().rstrip("*:;、。\ufffd")
    bare = _NUMBERING.sub("", bare) or bare
    return bare if _DWELLING_UNIT.search(bare) else _UNIT.sub(r"\1", bare)


def forms(name: str) -> list[str]:
    """List what a heading may say, as `plain` writes it, the surest first.

    >>> forms("网格·数量"), forms("户数·合计")
    (['网格·数量', '网格数量', '数量网格', '网格数'], ['户数·合计', '户数'])
    >>> forms("户数·常住")
    ['户数·常住', '户数常住', '常住户数', '常住']
    >>> forms("基本情况_户数")
    ['基本情况户数', '户数基本情况', '户数']
    >>> forms("户数(户籍)")
    ['户数(户籍)', '户数户籍', '户籍户数', '户籍']
    >>> forms("常住·户"), forms("办公用房·面积㎡")
    (['常住·户', '常住户', '常住'], ['办公用房·面积m2', '办公用房面积m2', '面积m2办公用房', '办公用房面积'])
    """
    found = [plain(name)]
    split, levels = _split(name), _levels(name)
    found += ["".join(split)] if len(split) > 1 and split[-1] in _COUNTED else []
    while levels:
        upper, last = "".join(levels[:-1]), levels[-1]
        found += [upper + last, last + upper] + ([f"{upper}数"] if upper and last in _QUANTITY else [])
        found += [_AREA_UNIT.sub("", upper + last)] if upper else []
        if len(levels) < 2 or not _FRAME.fullmatch(levels[0]):
            break
        levels = levels[1:]
    return list(dict.fromkeys(form for form in found if form))


def _split(name: str) -> list[str]:
    """Split a heading into its levels; qualifiers in brackets are levels, 其中 is none."""
    split = _MARKS.split(_QUALIFIED.sub(r"|\1", unicodedata.normalize("NFKC", str(name)).strip()))
    return [level for level in (_AMONG.sub("", plain(level)) for level in split) if level]


def _levels(name: str) -> list[str]:
    """Give the levels of a heading without those that only say the total or the unit."""
    return [level for place, level in enumerate(_split(name)) if not place or not _TOTAL.fullmatch(level)]


def counts_many(name: str) -> bool:
    """Tell whether the unit of a heading is ten thousand or the like, as in 常住人口(万人)."""
    return bool(_MANY.search(unicodedata.normalize("NFKC", str(name)).strip()))


def cut(name: str) -> set[str]:
    """Give what is left of a name cut at 10 bytes, in UTF-8 and in GBK, as `plain` writes it.

    >>> sorted(cut("社区居委会名称")), cut("社区")
    (['社区居', '社区居委会'], set())
    """
    left = {plain(name.encode(code)[:CUT_AT].decode(code, "ignore")) for code in ("utf-8", "gb18030")}
    return left - {plain(name)}
