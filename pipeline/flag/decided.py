"""Lays what a planner decided over what the rules ask for: which merges are refused, which actions change, and why."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipeline.decisions import KEEPS_UNITS, names_in, sentence
from pipeline.rules import RuleSet, status_of
from pipeline.schema import DECIDED, columns


def decided_candidates(neighbours: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Refuse the pairs of `merge_candidates` that decisions rule out, with the decision in the reason.

    Ruled out are merges with a community that stays as it is, is to be split or is merged by decision, and the pairs
    that must not merge. A pair that conditions refuse already keeps its reason. `decisions`: schema.DECISIONS.
    """
    allowed, reason = neighbours["allowed"].to_numpy(bool).copy(), neighbours["reason"].to_list()
    pairs = list(zip(neighbours["community"], neighbours["neighbour"], strict=True))
    for row in decisions.itertuples(index=False):
        for at, pair in enumerate(pairs):
            if allowed[at] and _rules_out(row, pair):
                allowed[at], reason[at] = False, f"相邻但{_about(row)}"
    return neighbours.assign(allowed=allowed, reason=pd.Series(reason, index=neighbours.index, dtype="str"))


def _rules_out(row: Any, pair: tuple[str, str]) -> bool:
    named = set(names_in(row.communities))
    if row.decision in KEEPS_UNITS:
        return not row.units and bool(named & set(pair))
    if row.decision in ("force split", "force merge"):
        return bool(named & set(pair))
    return row.decision == "forbid merge" and (named >= set(pair) if len(named) > 1 else bool(named & set(pair)))


def _about(row: Any) -> str:
    """Say a decision with what it speaks of, where that is not the community of the sentence alone."""
    return f"{row.communities}{sentence(row)}" if row.communities else sentence(row)


def decided_flags(
    flags: pd.DataFrame, communities: pd.DataFrame, decisions: pd.DataFrame, rules: RuleSet
) -> pd.DataFrame:
    """Change the actions of `flag_communities` as decided (schema.FLAGS_CSV).

    A community that stays as it is, must not be split, or is accepted gets no action; one that must be split or merged
    gets it though size alone would not ask, and a row where it has none, in the order of `communities`.
    """
    table = flags.set_index("community")
    for name, action, row in _actions(decisions):
        if name not in communities.index:
            continue
        if name not in table.index:
            if action == "none":
                continue
            table.loc[name] = _within(name, communities, rules)
        before = str(table.at[name, "action"])
        if row.decision == "forbid split" and before != "split":
            continue
        table.loc[name, "action"] = action
        if action != "none":
            table.loc[name, "clause"] = DECIDED
        said = str(table.at[name, "reason"])
        if sentence(row) not in said:
            table.loc[name, "reason"] = f"{said.removesuffix('。')}；{sentence(row)}"
    order = [name for name in communities.index if name in table.index]
    return table.loc[order].rename_axis("community").reset_index()[columns("flags.csv")]


def _actions(decisions: pd.DataFrame) -> Iterator[tuple[str, str, Any]]:
    """Give community, action and decision of all that change an action."""
    asked = {"force split": "split", "force merge": "merge", "forbid split": "none"}
    for row in decisions.itertuples(index=False):
        action = "none" if row.decision in KEEPS_UNITS and not row.units else asked.get(str(row.decision))
        if action is not None:
            for name in names_in(str(row.communities)):
                yield name, action, row


def _within(name: str, communities: pd.DataFrame, rules: RuleSet) -> dict[str, object]:
    """Make the row of a community that no rule flags."""
    households = int(communities.at[name, "households"])
    status = str(status_of(pd.Series([households]), rules).iloc[0])
    subdistrict = communities.at[name, "subdistrict"]
    reason = f"{name}{rules.measure}{households}户"
    return {"subdistrict": subdistrict, "households": households, "status": status, "action": "none", "clause": "",
            "reason": reason}  # fmt: skip
