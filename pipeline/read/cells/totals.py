"""Rows that say sums of other rows (小计, 合计, 总计, 全区): how they are known, and whether the sums are right."""

import re
import unicodedata

import pandas as pd

from pipeline.errors import problem
from pipeline.read.names.spelling import name_key, subdistrict_key
from pipeline.read.sources import TOTAL, Rows, Source, place
from pipeline.schema import MEASURE_COLUMNS

SUMMED = (
    *("households", "population", *MEASURE_COLUMNS.values(), "workers", "floor_m2", "grids", "compounds"),
    *("waiting_households", "buildings"),
)
"""Columns whose totals are sums; distances and yes/no are not."""

ROUNDING = 0.5
"""Sums of rounded areas may differ by so much."""

_SUM = re.compile(r"(?P<of>[^:;,。]{0,15}?)(?P<word>小计|合计|总计|共计)(数|户数)?:?(\([^()]*\))?")
_AREA = re.compile(r"(全|本)(区|县|旗|市|街道|镇|乡|辖区)(总数|汇总)?:?")
_HINT = re.compile("[计全本]")
_EVERYTHING = re.compile(r"(全|本)(区|县|旗|市|辖区|表)")


def total_word(text: str) -> str:
    """Give the word by which a cell says that its row is a sum, without blanks; "" where it says no such thing.

    >>> total_word("合 计"), total_word("大召街道小计"), total_word("全区"), total_word("大召社区")
    ('合计', '大召街道小计', '全区', '')
    """
    if not _HINT.search(text):
        return ""
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return bare if _SUM.fullmatch(bare) or _AREA.fullmatch(bare) else ""


def check_totals(source: Source) -> Rows:
    """Compare every total of a sheet with the rows it stands for.

    小计 stands for the rows next to it up to the last 小计, or for those of the community or subdistrict it names;
    总计 and 全区 for all rows; 合计 for all rows, or like 小计 where a sheet has several. A difference is a warning
    with both figures; one note counts the totals that agree. `source`: one sheet, typed, not yet joined with others.
    """
    if source.totals is None or source.totals.empty or source.table.empty:
        return []
    rows: Rows = []
    agreed = 0
    columns = [column for column in SUMMED if column in source.totals and column in source.table]
    for number in source.totals.index:
        said = source.totals.loc[number, columns].dropna()
        scopes = [scope for scope in _scopes(source, number) if len(scope)]
        if said.empty or not scopes:
            continue
        fitting = [
            [column for column in said.index if _agrees(source, scope, column, said[column])] for scope in scopes
        ]
        best = max(range(len(scopes)), key=lambda which: (len(fitting[which]), -which))
        agreed += len(fitting[best])
        differing = [column for column in said.index if column not in fitting[best]]
        rows += [_difference(source, number, scopes[best], column) for column in differing]
    if agreed:
        detail = f"{agreed} totals agree with the rows they stand for."
        rows.append(problem("note", source.role, "totals agree", detail, "Nothing to do.", source=source.label))
    return rows


def _scopes(source: Source, number: int) -> list[pd.Index]:
    """List the rows that a total may stand for, the likeliest first."""
    assert source.totals is not None
    words = source.totals[TOTAL]
    everything, beside = source.table.index, _beside(source, number)
    found = _SUM.fullmatch(words[number])
    word, of = (found["word"], found["of"]) if found else ("", words[number])
    no_text = pd.Series("", index=words.index)
    if word == "总计" or _EVERYTHING.match(of):
        return [everything]
    if word in ("合计", "共计") and not of:
        alone = (words == words[number]).sum() == 1
        return [everything, beside] if alone else [beside, everything]
    community = _of_community(source, of or str(source.totals.get("community", no_text).get(number, "")))
    if len(community):
        return [community, beside]
    named = _of_subdistrict(source, of or str(source.totals.get("subdistrict", no_text).get(number, "")))
    # Where a subdistrict is written in the first of its rows only, its name finds no more than that row.
    complete = "subdistrict" in source.table and (source.table["subdistrict"] != "").all()
    return [named] if complete and len(named) else [beside, named]


def _beside(source: Source, number: int) -> pd.Index:
    """Rows from the total before this one, or up to the next where the totals of a sheet stand above their rows."""
    assert source.totals is not None
    rows, totals = source.table.index, source.totals.index
    small = [other for other in totals if "小计" in source.totals.at[other, TOTAL]] or list(totals)
    if small[0] < rows.min():
        end = min((other for other in totals if other > number), default=rows.max() + 1)
        return rows[(rows > number) & (rows < end)]
    start = max((other for other in totals if other < number), default=0)
    return rows[(rows > start) & (rows < number)]


def _of_community(source: Source, name: str) -> pd.Index:
    """Rows of a community; where it is written in the first of its rows only, that does not find them."""
    told = source.table.get("community")
    if told is None or (told == "").any() or not name or total_word(name):
        return source.table.index[:0]
    return source.table.index[told.map(name_key) == name_key(name)]


def _of_subdistrict(source: Source, name: str) -> pd.Index:
    if "subdistrict" not in source.table or not name or total_word(name):
        return source.table.index[:0]
    return source.table.index[source.table["subdistrict"].map(subdistrict_key) == subdistrict_key(name)]


def _agrees(source: Source, scope: pd.Index, column: str, said: float) -> bool:
    counted = source.table.loc[scope, column]
    allowed = 0 if str(counted.dtype) == "Int64" else ROUNDING
    return bool(abs(counted.sum() - said) <= allowed)


def _difference(source: Source, number: int, scope: pd.Index, column: str) -> dict[str, str]:
    assert source.totals is not None
    word, said = source.totals.at[number, TOTAL], source.totals.at[number, column]
    counted = source.table.loc[scope, column]
    more = said - counted.sum()
    blank = f" {int(counted.isna().sum())} of these rows have no number." if counted.isna().any() else ""
    rows = f"the {len(scope)} rows it stands for ({place(source, scope, column)})"
    differ = f"it says {_figure(abs(more))} {'more' if more > 0 else 'less'}"
    detail = f"{word} says {_figure(said)} {column}, but {rows} add up to {_figure(counted.sum())}: {differ}.{blank}"
    advice = "Find out which is right: a row may be missing, repeated or mistyped. The rows are used, not the total."
    where = place(source, [number], column)
    return problem("warning", source.role, "totals differ", detail, advice, id=word, source=where)


def _figure(value: float) -> str:
    return f"{float(value):.10g}"
