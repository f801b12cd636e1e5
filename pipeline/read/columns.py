"""Which column of a file is which of ours: by the section's own mapping, else by its usual names in two languages."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.errors import problem
from pipeline.read.sources import Rows
from pipeline.schema import MEASURE_COLUMNS

MEASURES = {
    "常住户": ("常住户", "常住户数", "常住家庭户", "常住家庭户数", "常住总户数"),
    "户籍户": ("户籍户", "户籍户数", "户籍总户数"),
    "实有户": ("实有户", "实有户数", "入住户", "入住户数", "实住户数"),
    "住宅套数": ("住宅套数", "套数", "住房套数", "总套数", "dwellings"),
}
"""Columns that hold one measure of households; only those of the rule set's measure are taken without being mapped."""

_NAME = ("name", "名称", "名字")
_PLACE = {
    "community": (
        *("community", "社区", "社区名称", "社区名", "所属社区", "所在社区", "社区居委会", "社区居委会名称"),
        *("居委会", "居委会名称", "居委名称", "居委", "村居", "村居名称", "村社区", "community_name"),
    ),
    "subdistrict": (
        *("subdistrict", "街道", "街道名称", "街道办", "街道办事处", "所属街道", "所在街道", "街镇", "街道/镇/中心"),
        *("街道/镇", "街道镇", "乡镇街道", "街道乡镇", "乡镇", "镇街", "所属街镇", "street", "street_name", "township"),
    ),
}
_COUNTS = {
    "households": ("households", "户数", "总户数", "家庭户数", "hh", "household"),
    "population": ("population", "常住人口", "常住人口数", "人口", "人口数", "总人口", "人数", "residents", "pop"),
}
_ATTRIBUTES = {
    "code": (
        *("code", "社区代码", "代码", "统计代码", "统计用区划代码", "行政区划代码", "区划代码", "社区编码", "编码"),
        *("community_code",),
    ),
    "workers": ("workers", "社区工作者", "社区工作者数", "工作人员", "工作人员数", "工作者数", "在岗人数", "staff"),
    "floor_m2": (
        *("floor_m2", "办公用房", "办公用房面积", "用房面积", "办公用房㎡", "面积㎡", "办公面积", "建筑面积"),
        *("社区用房面积", "floor_area"),
    ),
    "premises_state": ("premises_state", "用房状态", "办公用房状态", "用房情况"),
    "grids": ("grids", "网格数", "网格", "网格数量"),
    "compounds": ("compounds", "小区数", "小区数量", "居民小区数"),
    "waiting_households": ("waiting_households", "待入住户", "待入住户数", "在建待入住户数", "待入住"),
    "workload_matters": ("workload_matters", "承担事项数", "事项数", "工作事项数"),
    "farthest_walk_m": ("farthest_walk_m", "最远步行距离", "最远距离"),
    "buildings": ("buildings", "楼栋数", "楼栋", "栋数", "楼数"),
    "detached_parts": ("detached_parts", "飞地数", "飞地"),
    "expected_parts": ("expected_parts", "应有片数", "片数", "片区数"),
    "protected": ("protected", "历史/商业保留区", "保留区", "是否保留", "历史街区"),
}
_MEASURES = {column: MEASURES[measure] for measure, column in MEASURE_COLUMNS.items()}
_ROAD_CLASS = (
    "road_class",
    "道路等级",
    "等级",
    "道路类型",
    "道路类别",
    "highway",
    "fclass",
    "class",
    "类型",
    "roadclass",
)
_KIND = ("kind", "类别", "要素类别", "线类别", "type")

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "units": {
        "unit_id": (
            *("unit_id", "单元编号", "基本单元编号", "单元编码", "小区编号", "小区编码", "网格编号", "网格编码"),
            *("网格代码", "小区代码", "地块编号", "楼栋编号", "unitid", "uid", "编号", "id"),
        ),
        "name": (*_NAME, "小区名称", "小区", "网格名称", "楼栋名称", "小区名", "单元名称"),
        **_COUNTS,
        **_PLACE,
        "anchor": ("anchor", "居委会所在", "居委会所在地", "办公地", "办公所在", "是否办公地", "office"),
    },
    "communities": {
        "community": (*_PLACE["community"], *_NAME),
        "subdistrict": _PLACE["subdistrict"],
        **_COUNTS,
        **_MEASURES,
        **_ATTRIBUTES,
    },
    "households": {
        "unit_id": (
            *("unit_id", "单元编号", "基本单元编号", "单元编码", "小区编号", "小区编码", "网格编号", "网格编码"),
            *("网格代码", "小区代码", "地块编号", "楼栋编号", "unitid", "uid"),
        ),
        **_PLACE,
        **_COUNTS,
        **_MEASURES,
        **_ATTRIBUTES,
    },
    "subdistricts": {"subdistrict": (*_PLACE["subdistrict"], *_NAME)},
    "roads": {"name": (*_NAME, "道路名称", "路名", "街路名称"), "road_class": _ROAD_CLASS, "kind": _KIND},
    "water": {"name": (*_NAME, "河流名称", "水系名称", "河名"), "kind": _KIND},
    "railways": {"name": (*_NAME, "铁路名称", "线路名称", "线名"), "kind": _KIND},
    "premises": {
        "community": _PLACE["community"],
        "name": (*_NAME, "用房名称"),
        "floor_m2": (*_ATTRIBUTES["floor_m2"], "面积"),
        "state": ("state", "状态", "使用状态", *_ATTRIBUTES["premises_state"]),
    },
    "buildings": {
        "name": (*_NAME, "楼名", "楼栋名称", "楼号"),
        "floors": ("floors", "层数", "楼层数", "地上层数", "levels", "building:levels", "storeys", "floor"),
        "floor_m2": ("floor_m2", "建筑面积", "总建筑面积", "住宅面积", "floor_area", "建筑面积㎡"),
        "use": (
            *("use", "用途", "房屋用途", "建筑用途", "使用性质", "房屋性质", "建筑类型", "建筑类别", "类型", "类别"),
            *("building", "function", "usage", "fclass", "type"),
        ),
    },
}
"""Usual names of each section's columns, the surest first. Names are compared without case, blanks, underscores and
a unit in brackets at the end."""


def plain(name: str) -> str:
    """Reduce a column's name to what is compared.

    >>> plain("常住户数(户)"), plain("Unit ID"), plain("unit_id")
    ('常住户数', 'unitid', 'unitid')
    """
    bare = re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", str(name))).lower()
    return re.sub(r"(.)[(\[][^()\[\]]*[)\]]$", r"\1", bare)


def recognise(
    role: str,
    seen: Sequence[str],
    mapped: Mapping[str, str],
    measure: str = "常住户",
    *,
    source: str = "",
    short: bool = False,
) -> tuple[dict[str, str], Rows]:
    """Find our columns among those of a file.

    `seen`: the file's column names; `mapped`: ours -> theirs, as the section settles them; `measure`: the household
    measure of the rule set, whose usual names are taken for `households`; `short`: the file cuts names at 10 bytes, as
    Shapefiles do. Gives ours -> theirs and the problems: an
    unknown key or a mapped column that is not there (errors), and what was guessed (one note).
    """
    chosen, rows = _settled(role, seen, mapped, source)
    guessed = {}
    by_plain: dict[str, str] = {}
    for name in seen:
        by_plain.setdefault(plain(name), name)
    for column, usual in SYNONYMS[role].items():
        if column in mapped:
            continue
        for name in _candidates(column, usual, measure, short):
            theirs = by_plain.get(plain(name))
            if theirs is not None and theirs not in chosen.values():
                chosen[column] = theirs
                if plain(theirs) != plain(column):
                    guessed[column] = theirs
                break
    if guessed:
        listing = ", ".join(f"{ours} = {theirs}" for ours, theirs in guessed.items())
        advice = f"If one is wrong, settle it under [{role}]."
        rows.append(problem("note", role, "columns recognised", f"{listing}.", advice, source=source))
    return chosen, rows


def _candidates(column: str, usual: tuple[str, ...], measure: str, short: bool) -> tuple[str, ...]:
    """List the names to look for, the surest first; cut names come after all whole ones."""
    names = (usual[0], *MEASURES[measure], *usual[1:]) if column == "households" else usual
    return (*names, *(name.encode()[:10].decode("utf-8", "ignore") for name in names)) if short else names


def _settled(role: str, seen: Sequence[str], mapped: Mapping[str, str], source: str) -> tuple[dict[str, str], Rows]:
    """Take the columns that the section maps; report keys and columns that do not exist."""
    chosen, rows = {}, []
    exact, loose = set(seen), {plain(name): name for name in seen}
    for column, theirs in mapped.items():
        if column not in SYNONYMS[role]:
            near = difflib.get_close_matches(column, SYNONYMS[role], 1)
            advice = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(SYNONYMS[role])}."
            rows.append(
                problem("error", role, "unknown key", f"{column} is not a column of [{role}].", advice, id=column)
            )
        elif theirs in exact or plain(theirs) in loose:
            chosen[column] = theirs if theirs in exact else loose[plain(theirs)]
        else:
            detail = f"There is no column {theirs!r} for {column}; columns seen: {', '.join(map(str, seen)) or 'none'}."
            advice = f"Mend {column} = {theirs!r} under [{role}] in area.toml."
            rows.append(problem("error", role, "missing column", detail, advice, id=column, source=source))
    return chosen, rows


def recognised_count(role: str, seen: Sequence[str], mapped: Mapping[str, str], measure: str) -> int:
    """Count how many of our columns a row of names would give; used to find the header row and the sheet."""
    return len(recognise(role, seen, {key: name for key, name in mapped.items() if name in seen}, measure)[0])
