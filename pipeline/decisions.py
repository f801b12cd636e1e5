"""What a table of decisions says, row by row: the names in its lists, the sentence of a row, areas kept as they are."""

from typing import Any

import pandas as pd

from pipeline.schema import DECIDED, DECISION_ZH, LIST_SEPARATOR, columns

KEEPS_UNITS = ("lock", "accept", "protect")
"""Kinds that keep a community exactly as it is, where they name one."""

PROTECTED = "历史/商业保留区"
"""Reason of the locks that follow from the column `protected` of the communities."""


def none_decided() -> pd.DataFrame:
    """Make an empty table of decisions (schema.DECISIONS)."""
    return pd.DataFrame(columns=columns("decisions"), dtype="str").astype({"parts": "Int64"})


def names_in(listed: str) -> list[str]:
    """Give the names of a list as it stands in a cell.

    >>> names_in("甲、乙"), names_in("")
    (['甲', '乙'], [])
    """
    return listed.split(LIST_SEPARATOR) if listed else []


def with_declared(decisions: pd.DataFrame | None, communities: pd.DataFrame) -> pd.DataFrame:
    """Add below the decisions what columns of the communities declare: a lock where `protected`, `expected_parts`.

    `communities`: schema.COMMUNITIES. What a decision says of a community already is not said twice.
    """
    decisions = none_decided() if decisions is None else decisions
    alone = decisions[decisions["units"] == ""]
    kept = set(alone.loc[alone["decision"].isin(KEEPS_UNITS), "communities"])
    told = set(alone.loc[alone["decision"] == "parts", "communities"])
    unknown = pd.Series(pd.NA, index=communities.index)
    protected = communities.get("protected", unknown).astype("boolean").fillna(False).astype("bool")
    parts = communities.get("expected_parts", unknown).astype("Float64").fillna(0)
    rows = [
        *({"decision": "lock", "communities": name, "reason": PROTECTED}
          for name in communities.index[protected] if name not in kept),
        *({"decision": "parts", "communities": name, "parts": int(parts[name])}
          for name in communities.index[parts >= 1] if name not in told),
    ]  # fmt: skip
    if not rows:
        return decisions
    blank = dict.fromkeys(columns("decisions"), "") | {"parts": pd.NA}
    parents = communities["subdistrict"].to_dict()
    added = pd.DataFrame([blank | row | {"subdistrict": parents[row["communities"]]} for row in rows])
    return pd.concat([decisions, added.astype(decisions.dtypes.to_dict())], ignore_index=True)


def sentence(row: Any) -> str:
    """Say a decision in Chinese, such as 人工决定必须拆分（道路分隔）; `row`: of `itertuples`."""
    if row.decision == "lock" and row.reason == PROTECTED and not row.source:
        return f"属{PROTECTED}，维持现状"
    return f"{DECIDED}{DECISION_ZH[row.decision]}" + (f"（{row.reason}）" if row.reason else "")


def kept_as_it_is(decisions: pd.DataFrame) -> dict[str, str]:
    """Give the communities that decisions keep exactly as they are, each with the sentence that says so."""
    rows = decisions[decisions["decision"].isin(KEEPS_UNITS) & (decisions["units"] == "")]
    return {name: sentence(row) for row in rows.itertuples(index=False) for name in names_in(row.communities)}
