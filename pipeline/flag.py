"""Flags the communities outside the limits: what the rule asks for, on which clause, and the sentence why.

A *condition* is a named predicate. Each gives one row with its value, threshold, verdict (`holds`), the clause it
rests on, and a Chinese sentence with the figures, so that every verdict can be read and disputed on its own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline.rules import Indicator, RuleSet, indicator_value, status_of
from pipeline.schema import LIST_SEPARATOR, OVER, UNDER, WITHIN, columns

OVERLOAD_COLUMNS = ["community", "indicator", "value", "threshold", "holds", "clause", "sentence", "counts"]
CONDITION_COLUMNS = ["community", "neighbour", "condition", "value", "threshold", "holds", "clause", "sentence"]
CANDIDATE_COLUMNS = ["community", "neighbour", "combined", "border_m", "allowed", "warning", "reason"]

# --- overload -------------------------------------------------------------------------------------------------


def overload_verdicts(communities: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Judge every indicator of overload for every community that has a value for it.

    Returns community, indicator, value, threshold, holds, clause, sentence, counts (false: shown, decides nothing),
    one row per judgement, in the order of `communities` and of the rule set. An indicator whose columns are missing,
    or whose value is missing or divided by zero, gives no row.
    """
    tables = [_judged(communities, name, rule) for name, rule in rules.overload.items()]
    tables = [table for table in tables if len(table)]
    if not tables:
        empty = pd.DataFrame(columns=OVERLOAD_COLUMNS, dtype="str")
        return empty.astype({"value": float, "threshold": float, "holds": bool, "counts": bool})
    verdicts = pd.concat(tables, ignore_index=True)
    order = np.argsort(communities.index.get_indexer(verdicts["community"]), kind="stable")
    return verdicts.iloc[order].reset_index(drop=True)


def _judged(communities: pd.DataFrame, name: str, indicator: Indicator) -> pd.DataFrame:
    value = indicator_value(communities, indicator).dropna().astype(float)
    holds = value > indicator.threshold if indicator.exceeds else value < indicator.threshold
    sentences = [_indicator_sentence(indicator, number, held) for number, held in zip(value, holds, strict=True)]
    verdicts = pd.DataFrame({"community": value.index, "indicator": name, "value": value.to_numpy()})
    return verdicts.assign(
        threshold=indicator.threshold,
        holds=holds.to_numpy(dtype=bool),
        clause=indicator.clause,
        sentence=sentences,
        counts=indicator.counts,
    )


def _indicator_sentence(indicator: Indicator, value: float, holds: bool) -> str:
    overloaded = "高于" if indicator.exceeds else "低于"
    compared = overloaded if holds else f"不{overloaded}"
    return f"{indicator.zh}{_figure(value)}{indicator.unit}，{compared}{_figure(indicator.threshold)}{indicator.unit}"


def _figure(number: float) -> str:
    return np.format_float_positional(round(float(number), 2), trim="-")


def split_verdicts(communities: pd.DataFrame, rules: RuleSet, verdicts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge which communities the rule asks to split, indexed like `communities`.

    Returns `holding` and `judged` (how many counting indicators hold, and how many had a value) and `split`. Where the
    rule set asks for overload but a community has no counting indicator at all, its size alone decides.
    """
    verdicts = overload_verdicts(communities, rules) if verdicts is None else verdicts
    counting = verdicts[verdicts["counts"]].groupby("community")["holds"]
    holding = counting.sum().reindex(communities.index, fill_value=0).astype(int)
    judged = counting.size().reindex(communities.index, fill_value=0).astype(int)
    size_decides = (judged == 0) | (not rules.split_needs_overload)
    split = (communities["households"] > rules.split_over) & (size_decides | (holding >= rules.overload_needs))
    return pd.DataFrame({"holding": holding, "judged": judged, "split": split.astype(bool)})


# --- mergeable ------------------------------------------------------------------------------------------------
# Each predicate takes the table of pairs (see `_pairs`) and the rules and returns value, threshold, holds and the
# sentence, on the same index.


def _verdict(pairs: pd.DataFrame, value: pd.Series, threshold: float, sentences: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"value": value.astype(float), "threshold": threshold, "holds": value <= threshold, "sentence": sentences},
        index=pairs.index,
    )


def in_one_subdistrict(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where both communities lie in one subdistrict (value: number of subdistricts)."""
    ours, theirs = pairs["subdistrict"], pairs["neighbour_subdistrict"]
    sentences = [f"同属{a}" if a == b else f"分属{a}与{b}，不跨街道合并" for a, b in zip(ours, theirs, strict=True)]
    return _verdict(pairs, (ours != theirs) + 1, 1, sentences)


def border_is_long_enough(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where the shared border is longer than a corner touch (value: metres)."""
    border, least = pairs["border_m"], _figure(rules.corner_m)
    holds = border > rules.corner_m
    sentences = [
        f"共有边界{_figure(metres)}米" if held else f"共有边界仅{_figure(metres)}米，不超过{least}米（角点相接）"
        for metres, held in zip(border, holds, strict=True)
    ]
    return _verdict(pairs, border, rules.corner_m, sentences).assign(holds=holds)


def border_is_open(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where no barrier runs along the border, or a crossing exists (value: share of the border along one)."""
    share = pairs["barrier_m"] / pairs["border_m"].where(pairs["border_m"] > 0, 1.0)
    holds = (share <= rules.barrier_share) | pairs["crossing"].astype(bool)
    sentences = [
        _barrier_sentence(part, crossing, rules) for part, crossing in zip(share, pairs["crossing"], strict=True)
    ]
    return _verdict(pairs, share, rules.barrier_share, sentences).assign(holds=holds)


def _barrier_sentence(share: float, crossing: bool, rules: RuleSet) -> str:
    if share == 0:
        return "共有边界无河流、铁路等界线要素阻隔"
    found = f"共有边界{share:.0%}为河流、铁路等界线要素"
    if share <= rules.barrier_share:
        return f"{found}，不超过{rules.barrier_share:.0%}"
    return f"{found}，{'有' if crossing else '无'}通道"


def combined_is_within(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where the two together stay within `split_over` (value: households together)."""
    combined, limit = pairs["combined"], rules.split_over
    sentences = [f"合并后{number}户，{'超过' if number > limit else '不超过'}{limit}户" for number in combined]
    return _verdict(pairs, combined, limit, sentences)


def neither_is_protected(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where neither is a historic or commercial area that is left as it is (value: how many are)."""
    named = [
        LIST_SEPARATOR.join([a] * p + [b] * q)
        for a, b, p, q in zip(
            pairs["community"], pairs["neighbour"], pairs["protected"], pairs["neighbour_protected"], strict=True
        )
    ]
    sentences = [f"{names}为历史/商业保留区，维持现状" if names else "均不属历史/商业保留区" for names in named]
    return _verdict(pairs, pairs["protected"].astype(int) + pairs["neighbour_protected"], 0, sentences)


def neighbour_is_not_split(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where the neighbour is not itself to be split (value: 1 where it is)."""
    sentences = [
        f"{name}（{number}户）须拆分，不参与合并" if split else f"{name}无拆分事项"
        for name, number, split in zip(
            pairs["neighbour"], pairs["neighbour_households"], pairs["neighbour_split"], strict=True
        )
    ]
    return _verdict(pairs, pairs["neighbour_split"].astype(int), 0, sentences)


CONDITIONS: dict[str, Callable[[pd.DataFrame, RuleSet], pd.DataFrame]] = {
    "subdistrict": in_one_subdistrict,
    "border": border_is_long_enough,
    "barrier": border_is_open,
    "combined": combined_is_within,
    "protected": neither_is_protected,
    "split": neighbour_is_not_split,
}
"""The conditions for a merge, in the order in which a sentence names them."""


def _pairs(communities: pd.DataFrame, borders: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Pair every community under `merge_under` with each that touches it, in the order of `communities`."""
    sides = [
        borders.rename(columns={"a": "community", "b": "neighbour"}),
        borders.rename(columns={"a": "neighbour", "b": "community"}),
    ]
    pairs = pd.concat([side for side in sides if len(side)] or [sides[0]], ignore_index=True)
    small = communities.index[communities["households"] < rules.merge_under]
    pairs = pairs[pairs["community"].isin(small)]
    order = communities.index
    ranks = [order.get_indexer(pairs["neighbour"]), order.get_indexer(pairs["community"])]
    pairs = pairs.iloc[np.lexsort(ranks)].reset_index(drop=True)
    ours, theirs = communities.loc[pairs["community"]], communities.loc[pairs["neighbour"]]
    split = split_verdicts(communities, rules)["split"]
    return pairs.assign(
        subdistrict=ours["subdistrict"].to_numpy(),
        neighbour_subdistrict=theirs["subdistrict"].to_numpy(),
        neighbour_households=theirs["households"].to_numpy(dtype="int64"),
        combined=ours["households"].to_numpy(dtype="int64") + theirs["households"].to_numpy(dtype="int64"),
        protected=_protected(ours),
        neighbour_protected=_protected(theirs),
        neighbour_split=split.loc[pairs["neighbour"]].to_numpy(dtype=bool),
    )


def _protected(communities: pd.DataFrame) -> np.ndarray:
    if "protected" not in communities:
        return np.zeros(len(communities), dtype=bool)
    return communities["protected"].astype("boolean").fillna(False).to_numpy(dtype=bool)


def merge_conditions(communities: pd.DataFrame, borders: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Judge every condition for every pair of a small community and one that touches it, a row for each.

    Returns community, neighbour, condition (a key of `CONDITIONS`), value, threshold, holds, clause, sentence.
    """
    return _conditions(_pairs(communities, borders, rules), rules)


def _conditions(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    judged = [
        pairs[["community", "neighbour"]]
        .join(predicate(pairs, rules))
        .assign(condition=name, clause=getattr(rules.merge_clauses, name))
        for name, predicate in CONDITIONS.items()
    ]
    return pd.concat(judged)[CONDITION_COLUMNS].sort_index(kind="stable").reset_index(drop=True)


def merge_candidates(communities: pd.DataFrame, borders: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """List, for every community under `merge_under`, each community that touches it and whether they may merge.

    `communities`: indexed by community. `borders`: a, b, border_m, barrier_m, crossing (`graph.community_borders`).
    Returns community, neighbour, combined, border_m, allowed, warning, reason. Refused pairs are there too, with the
    conditions that fail; a combined count above `upper` and up to `split_over`, or still below `lower`, is allowed
    with a warning. Which of the allowed merges are made together is decided by `propose`.
    """
    pairs = _pairs(communities, borders, rules)
    if pairs.empty:
        empty = pd.DataFrame(columns=CANDIDATE_COLUMNS, dtype="str")
        return empty.astype({"combined": "int64", "border_m": float, "allowed": bool})
    conditions = _conditions(pairs, rules)
    failed = conditions[~conditions["holds"]].groupby(["community", "neighbour"])["sentence"].agg("，且".join)
    keys = pd.MultiIndex.from_frame(pairs[["community", "neighbour"]])
    refusals = failed.reindex(keys).fillna("").to_numpy()
    warnings = [_size_warning(combined, rules) for combined in pairs["combined"]]
    reasons = [
        f"相邻但{refusal}" if refusal else f"相邻，合并后{combined}户，合并条件均符合{warning and '；' + warning}"
        for refusal, combined, warning in zip(refusals, pairs["combined"], warnings, strict=True)
    ]
    return pairs.assign(allowed=refusals == "", warning=warnings, reason=reasons)[CANDIDATE_COLUMNS]


def _size_warning(combined: int, rules: RuleSet) -> str:
    if rules.upper < combined <= rules.split_over:
        return f"合并后{combined}户，超过{rules.upper}户但不超过{rules.split_over}户"
    if combined < rules.lower:
        return f"合并后{combined}户，仍不足{rules.lower}户"
    return ""


# --- flags ----------------------------------------------------------------------------------------------------


def flag_communities(communities: pd.DataFrame, neighbours: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Flag the communities outside the limits, with what the rule asks for and why, or why not.

    `neighbours`: the table of `merge_candidates`. Returns schema.FLAGS_CSV in the order of `communities`; action is
    split, merge, or none where nothing is asked or a condition fails.
    """
    facts = _facts(communities, neighbours, rules)
    facts = facts[facts["status"] != WITHIN].rename_axis("community").reset_index()
    asked = [_asked(fact, rules) for fact in facts.itertuples(index=False)]
    named = pd.DataFrame(asked, columns=["action", "clause", "reason"], index=facts.index, dtype="str")
    return facts.join(named)[columns("flags.csv")]


def _facts(communities: pd.DataFrame, neighbours: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Bring together what a flag is decided on and what its sentence says, indexed like `communities`."""
    verdicts = overload_verdicts(communities, rules)
    counting, allowed = verdicts[verdicts["counts"]], neighbours["allowed"].astype(bool)
    partners, refused = neighbours[allowed], neighbours[~allowed]
    size = partners["warning"].where(partners["warning"] != "", "合并后" + partners["combined"].astype("str") + "户")

    def said(table: pd.DataFrame, sentences: pd.Series, separator: str) -> pd.Series:
        return sentences.groupby(table["community"]).agg(separator.join).reindex(communities.index, fill_value="")

    return pd.DataFrame(
        {
            "subdistrict": communities["subdistrict"],
            "households": communities["households"].astype("int64"),
            "status": status_of(communities["households"], rules),
            "protected": _protected(communities),
            **split_verdicts(communities, rules, verdicts),
            "load": said(counting, counting["sentence"], "；"),
            "signs": said(counting[counting["holds"]], counting.loc[counting["holds"], "sentence"], "；"),
            "partners": said(partners, partners["neighbour"] + "（" + size + "）", LIST_SEPARATOR),
            "refusals": said(refused, refused["neighbour"] + refused["reason"], "；"),
        }
    )


def _asked(fact: Any, rules: RuleSet) -> tuple[str, str, str]:
    """Decide action, clause and sentence of one row of `_facts`."""
    size = f"{fact.community}{rules.measure}{fact.households}户"
    if fact.status == UNDER:
        return _asked_of_small(fact, size, rules)
    if fact.status == OVER:
        band = f"{rules.upper + 1}—{rules.split_over}户"
        return "none", rules.clause_limits, f"{size}，在{band}之间，超出设置标准但未达拆分线，列入关注"
    return _asked_of_large(fact, f"{size}，超过{rules.split_over}户", rules)


def _asked_of_large(fact: Any, size: str, rules: RuleSet) -> tuple[str, str, str]:
    if not fact.split:
        counted = f"{fact.judged}项指标中{fact.holding}项成立，不足{rules.overload_needs}项"
        return "none", rules.clause_split, f"{size}，但管理负荷未达过重标准（{counted}），暂不拆分：{fact.load}"
    if not rules.split_needs_overload:
        return "split", rules.clause_split, f"{size}，原则上应予拆分"
    if not fact.judged:
        return "split", rules.clause_split, f"{size}，原则上应予拆分；未提供负荷指标，仅按户数判定"
    return "split", rules.clause_split, f"{size}，且管理负荷过重，原则上应予拆分：{fact.signs}"


def _asked_of_small(fact: Any, size: str, rules: RuleSet) -> tuple[str, str, str]:
    if fact.households >= rules.merge_under:
        reason = f"{size}，不足{rules.lower}户，但未低于合并线{rules.merge_under}户，列入关注"
        return "none", rules.clause_limits, reason
    size = f"{size}，小于{rules.merge_under}户"
    if fact.partners:
        return "merge", rules.clause_merge, f"{size}，可与{fact.partners}合并"
    # A community that is itself protected fails with every neighbour alike: that is said once.
    why_not = "属历史/商业保留区，维持现状" if fact.protected else fact.refusals or "无相邻社区"
    if rules.merge_needs_conditions:
        return "none", rules.clause_merge, f"{size}，但不具备合并条件：{why_not}"
    return "merge", rules.clause_merge, f"{size}，原则上应予合并；目前无可行的合并对象：{why_not}"
