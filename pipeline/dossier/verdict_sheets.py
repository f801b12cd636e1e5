"""Makes the sheets that say how sure the verdicts are: under every measure (口径对比), near the limits (临界清单)."""

import pandas as pd

from pipeline.dossier.found import measure_figures, measures_compared
from pipeline.dossier.headline import community_totals
from pipeline.dossier.sheets import ALERT, COUNT, PLACE, SHARE, STATUS, Sheet, numbered
from pipeline.results import Result
from pipeline.schema import ACTION_ZH, LIMIT_ZH, LIST_SEPARATOR, STATUS_ZH, WITHIN


def measures_sheet(result: Result) -> Sheet | None:
    """Set the verdicts under every measure side by side, those that differ marked; None with a single measure."""
    if not measures_compared(result):
        return None
    figures, verdicts = measure_figures(result), result.measures
    assert verdicts is not None
    # In the order of 表1, subdistrict by subdistrict.
    places = community_totals(result, None)
    table = pd.DataFrame({"街道/镇/中心": places["subdistrict"], "社区": places.index}, index=places.index)
    kinds = {"序号": PLACE, "差异": ALERT}
    for measure in figures.index:
        judged = verdicts[verdicts["measure"] == measure].set_index("community").reindex(places.index)
        table[measure] = judged["households"].astype("Int64")
        table[f"{measure}判定"] = judged["status"].map(STATUS_ZH).fillna("—")
        asked = judged["action"].where(judged["status"] != WITHIN)
        table[f"{measure}措施"] = asked.map(ACTION_ZH).fillna("—")
        kinds |= {measure: COUNT, f"{measure}判定": STATUS, f"{measure}措施": PLACE}
    differing = verdicts[verdicts["differs"]].groupby("community")["measure"].agg(LIST_SEPARATOR.join)
    table["差异"] = differing.reindex(places.index).fillna("")
    note = (
        f"采用口径：{result.area.rules.measure}；同一规则按其他口径判定，与采用口径不同的列入“差异”。{compared(result)}"
    )
    return Sheet("口径对比", "各户数口径下的判定对比", note, numbered(table), kinds, tuple(figures.index))


def compared(result: Result) -> str:
    """Say in one sentence how the verdicts differ by measure."""
    figures = measure_figures(result)
    said = [
        f"{measure}：{row.communities}个社区中标准之外{row.outside}个"
        + ("" if row.used else f"，判定不同{row.differs}个")
        for measure, row in zip(figures.index, figures.itertuples(), strict=True)
    ]
    return "；".join(said) + "。"


def near_sheet(result: Result) -> Sheet | None:
    """List the communities near a limit, the nearest first; None where there are none."""
    if result.near is None or result.near.empty:
        return None
    near, measure = result.near, result.area.rules.measure
    table = pd.DataFrame(
        {
            "街道/镇/中心": near["subdistrict"],
            "社区": near["community"],
            measure: near["households"],
            "界限": near["limit"].map(limit_words),
            "界限值": near["limit_households"],
            "相差": near["difference"],
            "相差比例": near["share"],
            "判定": near["status"].map(STATUS_ZH),
            "越线后判定": near["status_beyond"].map(STATUS_ZH),
        }
    )
    counts = dict.fromkeys((measure, "界限值", "相差"), COUNT)
    kinds = {"序号": PLACE, **counts, "相差比例": SHARE, "判定": STATUS, "越线后判定": STATUS}
    note = (
        f"户数误差不超过±{result.area.rules.near_share:.0%}即可能改变判定的社区，按接近程度排列；"
        "相差为现有户数减界限值。实施前宜先核实户数。"
    )
    return Sheet("临界清单", "接近界限的社区", note, numbered(table), kinds)


def limit_words(limit: str) -> str:
    """Name the limits of a row in Chinese.

    >>> limit_words("lower, merge_under")
    '下限、合并线'
    """
    return LIST_SEPARATOR.join(LIMIT_ZH[name] for name in limit.split(", "))
