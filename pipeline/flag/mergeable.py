"""Judges merges: each condition for each pair of a small community and one that touches it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.flag.overload import figure, split_verdicts
from pipeline.rules import RuleSet
from pipeline.schema import LIST_SEPARATOR

CONDITION_COLUMNS = ["community", "neighbour", "condition", "value", "threshold", "holds", "clause", "sentence"]
CANDIDATE_COLUMNS = ["community", "neighbour", "combined", "border_m", "allowed", "warning", "reason"]

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
    """Hold where the shared border is longer than a corner touch, or a planner says they touch (value: metres)."""
    border, least = pairs["border_m"], figure(rules.corner_m)
    by_hand = pairs["by_hand"].astype(bool)
    holds = (border > rules.corner_m) | by_hand
    sentences = [
        f"共有边界{figure(metres)}米" + ("，人工认定相邻" if said else "")
        if held
        else f"共有边界仅{figure(metres)}米，不超过{least}米（角点相接）"
        for metres, held, said in zip(border, holds, by_hand, strict=True)
    ]
    return _verdict(pairs, border, rules.corner_m, sentences).assign(holds=holds)


def border_is_open(pairs: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Hold where no barrier runs along the border, or a crossing exists (value: share of the border along one).

    A border no part of which may be crossed (a forbidden barrier, or taken away by hand) never is.
    """
    share = pairs["barrier_m"] / pairs["border_m"].where(pairs["border_m"] > 0, 1.0)
    allowed = pairs["allowed"].astype(bool)
    holds = allowed & ((share <= rules.barrier_share) | pairs["crossing"].astype(bool))
    sentences = [
        _barrier_sentence(part, crossing, rules) if may else "共有边界不得跨越"
        for part, crossing, may in zip(share, pairs["crossing"], allowed, strict=True)
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
    pairs = pairs.assign(allowed=pairs.get("allowed", True), by_hand=pairs.get("by_hand", False))
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
        protected=is_protected(ours),
        neighbour_protected=is_protected(theirs),
        neighbour_split=split.loc[pairs["neighbour"]].to_numpy(dtype=bool),
    )


def is_protected(communities: pd.DataFrame) -> np.ndarray:
    """Tell which communities are historic or commercial areas that are left as they are (bool, in their order)."""
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

    `communities`: indexed by community. `borders`: a, b, border_m, barrier_m, crossing, allowed, by_hand
    (`graph.community_borders`; without the last two every border is allowed and none by hand).
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
