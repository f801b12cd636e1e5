"""Reads the buildings that people may live in: outlines or points, floors, floor area; no other uses."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.sources import Rows, Source, faults, place

NO_DWELLING = ("非住宅", "非居住")
DWELLING = (
    *("住宅", "居住", "居民楼", "商住", "公寓", "宿舍", "别墅", "平房", "民房", "民居", "自建房", "住房", "商品房"),
    *("安置房", "回迁"),
)
OTHER = (
    *("商业", "商铺", "商场", "商务", "办公", "写字楼", "学校", "教育", "教学", "幼儿园", "小学", "中学", "大学"),
    *("医院", "医疗", "卫生", "工业", "厂房", "工厂", "仓库", "仓储", "公共", "公建", "公用", "行政", "机关", "市政"),
    *("车库", "车棚", "停车", "配电", "锅炉", "换热", "泵房", "门卫", "体育", "文化", "宗教", "酒店", "宾馆"),
    *("车站", "大棚"),
)
"""Chinese words for a use, looked for anywhere in it: what is no dwelling in so many words, then what is one (商住,
教师公寓), then what is another use. A use with none of them counts as a dwelling and is told."""

DWELLING_ENGLISH = (
    *("yes", "residential", "apartments", "house", "detached", "semidetached_house", "terrace", "bungalow", "flats"),
    *("dormitory", "dwelling", "mixed"),
)
OTHER_ENGLISH = (
    *("commercial", "retail", "office", "supermarket", "kiosk", "hotel", "industrial", "warehouse", "factory"),
    *("hangar", "public", "civic", "government", "school", "kindergarten", "college", "university", "hospital"),
    *("church", "chapel", "mosque", "temple", "sports_hall", "stadium", "train_station", "transportation", "parking"),
    *("garage", "garages", "carport", "shed", "roof", "toilets", "barn", "farm_auxiliary", "greenhouse", "ruins"),
    *("service", "construction"),
)
"""English words (those of OpenStreetMap), each the whole of a use, since `house` is in `warehouse`."""


def make_buildings(sources: Mapping[str, Source]) -> tuple[gpd.GeoDataFrame | None, Rows]:
    """Make the buildings table: floors and floor_m2 (float64, NaN where unknown), polygons or points.

    None without the section. What is neither polygon nor point, and what its use says is no dwelling, is left out;
    both are told.
    """
    if "buildings" not in sources:
        return None, []
    source = sources["buildings"]
    shapes, rows = _drawn(source)
    lived_in, found = _lived_in(source, shapes.index)
    rows += found
    kept = source.table.loc[lived_in]
    floors, more = _above_zero(source, kept, "floors")
    floor_m2, still_more = _above_zero(source, kept, "floor_m2")
    table = gpd.GeoDataFrame({"floors": floors, "floor_m2": floor_m2}, geometry=shapes[lived_in], crs=shapes.crs)
    return table.reset_index(drop=True), [*rows, *more, *still_more]


def _drawn(source: Source) -> tuple[gpd.GeoSeries, Rows]:
    """Take the features that are polygons or points; broken outlines are mended, since only area and place count."""
    shapes = np.array(source.table.geometry.array, dtype="object")
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    usable = ~shapely.is_empty(shapes) & np.isin(shapely.get_type_id(shapes), (0, 3, 4, 6))
    rows = []
    if (~usable).any():
        detail = f"{(~usable).sum()} features are neither polygons nor points and were left out."
        where = place(source, source.table.index[~usable])
        rows.append(problem("warning", source.role, "not a polygon", detail, "Check the layer.", source=where))
    if (broken & usable).any():
        detail = f"{(broken & usable).sum()} buildings have broken outlines; they were mended to take their area."
        where = place(source, source.table.index[broken & usable])
        rows.append(problem("note", source.role, "invalid shape", detail, "Nothing to do.", source=where))
    return gpd.GeoSeries(shapes[usable], index=source.table.index[usable], crs=source.table.crs), rows


def _lived_in(source: Source, among: pd.Index) -> tuple[pd.Index, Rows]:
    """Leave out what the column `use` says is no dwelling; say which uses were left out and which are not known."""
    if "use" not in source.table:
        return among, []
    words = source.table.loc[among, "use"].str.lower()
    kinds = {word: _kind_of_use(word) for word in words.unique()}
    kind = words.map(kinds)
    rows = []
    if (kind == "other").any():
        detail = (
            f"{(kind == 'other').sum()} of {len(words)} buildings are no dwellings: {_counted(words, kinds, 'other')}."
        )
        advice = "If some are, correct their use."
        rows.append(problem("note", source.role, "buildings left out", detail, advice, source=source.label))
    if (kind == "unknown").any():
        detail = f"Uses that are not known count as dwellings: {_counted(words, kinds, 'unknown')}."
        advice = "Write 住宅 or 非住宅 where it is known."
        rows.append(problem("note", source.role, "use unknown", detail, advice, source=source.label))
    return among[kind != "other"], rows


def _kind_of_use(word: str) -> str:
    """Tell whether a use is a dwelling, another use, or unknown; a blank counts as a dwelling without a word."""
    if any(part in word for part in NO_DWELLING):
        return "other"
    if not word or word in DWELLING_ENGLISH or any(part in word for part in DWELLING):
        return "dwelling"
    if word in OTHER_ENGLISH or any(part in word for part in OTHER):
        return "other"
    return "unknown"


def _counted(words: pd.Series, kinds: Mapping[str, str], kind: str) -> str:
    counts = words[words.map(kinds) == kind].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    shown = [f"{word} {count}" for word, count in counts.head(10).items()]
    return ", ".join(shown) + (f" and {len(counts) - 10} more uses" if len(counts) > 10 else "")


def _above_zero(source: Source, table: pd.DataFrame, column: str) -> tuple[pd.Series, Rows]:
    """Take a figure as unknown where it is 0 or less, which no building is."""
    if column not in table:
        return pd.Series(np.nan, index=table.index), []
    wrong = table[column] <= 0
    found = faults(
        *("warning", source, table.loc[wrong, column], column, "bad value", f"{column} is not above 0"),
        "Correct it; it is taken as unknown.",
    )
    return table[column].where(~wrong), found
