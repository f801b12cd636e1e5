"""Shows what stands in the way of a solution and what would do: a sheet of the workbook and a section of the page."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pandas as pd

from pipeline.dossier.headline import chosen_first
from pipeline.dossier.markup import Child, table, tag
from pipeline.dossier.sheets import COUNT, PLACE, PROSE, Sheet, numbered
from pipeline.results import Result
from pipeline.schema import FEASIBLE_ZH, OBSTRUCTION_ZH, RELAXATION_ZH, STRATEGY_ZH

PROBLEM = ["strategy", "subdistrict", "community"]
NOTE = (
    "每项放宽只改动一处，其余条件不变，逐项求解验算；“最小的放宽”为可行各项中改动最小的一项：界限变动不超过一成的在先，"
    "其次取消人工决定或允许跨越界线，再次与相邻街道统筹，最后为更大的界限变动。放宽须依程序报批，本表不代替审批。"
)


def explanation_sheet(result: Result) -> Sheet | None:
    """List obstructions and changes, problem by problem, those of the chosen plan first; None without any."""
    found = _found(result)
    if found is None:
        return None
    obstructions, changes = found
    amiss = obstructions.assign(
        group="障碍",
        label=obstructions["kind"].map(OBSTRUCTION_ZH),
        verdict="",
        mark="",
        count=obstructions["households"],
    )
    tried = changes.assign(
        group="放宽",
        label=changes["kind"].map(RELAXATION_ZH),
        verdict=changes["feasible"].map(FEASIBLE_ZH),
        mark=["最小" if smallest else "" for smallest in changes["smallest"]],
        count=changes["amount"],
    )
    rows = pd.concat([amiss, tried], ignore_index=True)
    order = {name: place for place, name in enumerate(chosen_first(result))}
    rows = rows.assign(place=rows["strategy"].map(order)).sort_values(
        ["place", "subdistrict", "community"], kind="stable", ignore_index=True
    )
    whole = pd.DataFrame(
        {
            "方案": rows["strategy"].map(STRATEGY_ZH),
            "街道/镇/中心": rows["subdistrict"],
            "社区": rows["community"],
            "类别": rows["group"],
            "种类": rows["label"],
            "说明": rows["sentence"],
            "验算结果": rows["verdict"],
            "最小的放宽": rows["mark"],
            "数量": rows["count"].astype("Int64"),
            "放宽后界限": rows["limit"].astype("Int64"),
            "放宽后超出户数": rows["households_outside"].astype("Int64"),
            "放宽后划转户数": rows["moved_households"].astype("Int64"),
        }
    )
    counts = dict.fromkeys(("数量", "放宽后界限", "放宽后超出户数", "放宽后划转户数"), COUNT)
    middle = dict.fromkeys(("序号", "类别", "验算结果", "最小的放宽"), PLACE)
    return Sheet("障碍与放宽", "未达标的原因与放宽验算", NOTE, numbered(whole), {**counts, **middle, "说明": PROSE})


def explanation_section(result: Result) -> Iterator[Element]:
    """Say of every problem without a solution what stands in the way and what would do; nothing without any."""
    found = _found(result)
    if found is None:
        return
    obstructions, changes = found
    rows: list[list[Child]] = []
    for strategy in chosen_first(result):
        mine = obstructions[obstructions["strategy"] == strategy]
        for key, amiss in mine.groupby(PROBLEM, sort=False):
            tried = changes[(changes[PROBLEM] == pd.Series(dict(zip(PROBLEM, key, strict=True)))).all(axis=1)]
            does = tried[tried["feasible"] == "yes"].sort_values("smallest", ascending=False, kind="stable")
            said = list(does["sentence"]) or ["单独放宽任何一项均未找到可行方案"]
            rows.append(
                [STRATEGY_ZH[strategy], f"{key[1]} {key[2]}".strip(), _listed(amiss["sentence"]), _listed(said)]
            )
    yield tag("h3", "原因与放宽验算")
    heads = ["方案", "街道或社区", "障碍", "可行的放宽（最小的在先）"]
    yield tag("div", table(heads, rows, unbroken=[0]), class_="wide")
    yield tag("p", "每项放宽只改动一处，逐项求解验算；不可行的各项见汇总工作簿“障碍与放宽”。", class_="quiet")


def smallest_relaxations(result: Result) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the smallest change that would do, by strategy and subdistrict; of several splits, the first's."""
    if result.relaxations is None:
        return {}
    rows = result.relaxations[result.relaxations["smallest"].astype(bool)]
    names = ["community", "kind", "what", "amount", "limit", "sentence"]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows.to_dict("records"):
        told = {str(name): None if pd.isna(row[name]) else row[name] for name in names}
        found.setdefault((str(row["strategy"]), str(row["subdistrict"])), told)
    return found


def _found(result: Result) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    if result.obstructions is None or result.relaxations is None or result.obstructions.empty:
        return None
    return result.obstructions, result.relaxations


def _listed(sentences: object) -> Element:
    return tag("ul", *(tag("li", f"{sentence}。") for sentence in sentences))  # type: ignore[attr-defined]
