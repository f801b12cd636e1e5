"""Judges overload: each indicator for each community, and which communities the rule asks to split."""

import numpy as np
import pandas as pd

from pipeline.rules import Indicator, RuleSet, indicator_value

OVERLOAD_COLUMNS = ["community", "indicator", "value", "threshold", "holds", "clause", "sentence", "counts"]


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
    return f"{indicator.zh}{figure(value)}{indicator.unit}，{compared}{figure(indicator.threshold)}{indicator.unit}"


def figure(number: float) -> str:
    """Write a figure with two decimals at most, as it stands in sentences."""
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
