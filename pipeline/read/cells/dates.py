"""Finds of which date the counts of a sheet are, and says where the sheets of a section differ."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source

_WRITTEN = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:"
    r"年?(?:第?(?P<quarter>[一二三四1-4])季度|Q(?P<q>[1-4]))"
    r"|[年./-](?P<month>1[0-2]|0?[1-9])(?:[月./-](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)日?|月|(?!\d))"
    r"|年)"
)
_BLANK_OR_TIME = re.compile(r"\s+(?:\d\d:\d\d:\d\d)?")
_OF_COUNTS = re.compile(r"(截至|截止|数据|统计|时点|基准)[^\d]{0,8}$")
_OF_FORM = re.compile(r"(填表|填报|制表|报送|上报|打印|导出|印发|文件|办法|标准|依据)[^\d]{0,4}$")
"""What stands before the day on which a form was filled in, or in a regulation's title: no date of the counts."""


def date_of_counts(titles: Iterable[str], footers: Iterable[str] = (), names: Iterable[str] = ()) -> str:
    """Find the date of the counts in title rows, footers and column names: 2026-03-31, 2026-03, 2026-Q1, 2026 or "".

    A date that says it is that of the counts (截至, 数据日期) goes before one that merely stands in a title; in a
    footer only the first kind is taken. The day on which a form was filled in is none.

    >>> date_of_counts(["玉泉区社区情况统计表", "数据日期:2026-03 填表日期:2026年4月9日"])
    '2026-03'
    >>> date_of_counts(["2026年一季度社区户数"]), date_of_counts([], ["注:截至2026年3月31日。"])
    ('2026-Q1', '2026-03-31')
    """
    sure, likely = [], []
    for text, is_footer in [*((text, False) for text in (*titles, *names)), *((text, True) for text in footers)]:
        bare = _BLANK_OR_TIME.sub("", unicodedata.normalize("NFKC", text))
        for found in _WRITTEN.finditer(bare):
            before = bare[: found.start()]
            if _OF_COUNTS.search(before):
                sure.append(_normal(found))
            elif not is_footer and not _OF_FORM.search(before):
                likely.append(_normal(found))
    return next(iter([*sure, *likely]), "")


def _normal(found: re.Match[str]) -> str:
    if quarter := found["quarter"] or found["q"]:
        return f"{found['year']}-Q{'一二三四'.find(quarter) + 1 or quarter}"
    return "-".join([found["year"], *(f"{int(part):02d}" for part in (found["month"], found["day"]) if part)])


def period(written: str) -> tuple[date, date]:
    """First and last day of a date as `date_of_counts` writes it.

    >>> period("2026-Q1")[1], period("2026-02")[1]
    (datetime.date(2026, 3, 31), datetime.date(2026, 2, 28))
    """
    year, *rest = written.split("-")
    first_month = last_month = int(rest[0]) if rest and rest[0].isdigit() else 1
    if not rest:
        last_month = 12
    elif rest[0].startswith("Q"):
        first_month = 3 * int(rest[0][1]) - 2
        last_month = first_month + 2
    end = calendar.monthrange(int(year), last_month)[1]
    days = (min(int(rest[1]), end),) * 2 if len(rest) > 1 else (1, end)
    return date(int(year), first_month, days[0]), date(int(year), last_month, days[1])


def check_dates(parts: Sequence[Source], area_date: str = "") -> Rows:
    """Warn of counts of different dates among the sheets of a section; note the one date that they have in common.

    `area_date`: the date that area.toml prints. A quarter and a day in it do not differ.
    """
    dated = [part for part in parts if part.date]
    if not dated:
        return []
    role, said = parts[0].role, date_of_counts([area_date])
    listing = "; ".join(
        f"{written} ({', '.join(part.label for part in dated if part.date == written)})"
        for written in sorted({part.date for part in dated})
    )
    if _differ([part.date for part in dated]):
        detail = f"The counts of [{role}] are of different dates: {listing}."
        advice = "Ask for counts of one date; who moved in between is counted twice or not at all."
        return [problem("warning", role, "dates differ", detail, advice)]
    finest = max((part.date for part in dated), key=len)
    if said and _differ([said, finest]):
        detail = f"The counts are of {listing}, but area.toml says date = {area_date!r}."
        return [problem("warning", role, "dates differ", detail, "Mend the one that is wrong.", source=dated[0].label)]
    advice = "Nothing to do." if area_date else f'Write date = "{finest}" under [area] to have it printed.'
    detail = f"The counts are of {listing}."
    return [problem("note", role, "date of counts", detail, advice, source=dated[0].label)]


def _differ(written: Sequence[str]) -> bool:
    """Tell whether there is no day that all these dates have in common."""
    spans = [period(one) for one in written]
    return max(first for first, _ in spans) > min(last for _, last in spans)
