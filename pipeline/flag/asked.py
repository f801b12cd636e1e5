"""Flags the communities outside the limits: status, action, clause, and the sentence why, or why not."""

from typing import Any

import pandas as pd

from pipeline.flag.mergeable import is_protected
from pipeline.flag.overload import overload_verdicts, split_verdicts
from pipeline.rules import RuleSet, status_of
from pipeline.schema import LIST_SEPARATOR, OVER, UNDER, WITHIN, columns


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
            "protected": is_protected(communities),
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
