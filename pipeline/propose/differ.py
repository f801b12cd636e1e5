"""Measures how far two plans differ: the share of households that one puts elsewhere than the other."""

import pandas as pd

LEAST_SHARE = 0.02
"""Plans that put fewer households than this share elsewhere are one and the same to a planner."""


def matched(households: pd.Series, plan: pd.Series, other: pd.Series, names: set[str]) -> dict[str, str]:
    """Pair some names of `other` with names of `plan`, those that share most households first.

    `households`, `plan`, `other` are on one index. `names`: names of either plan that may change hands; every other
    name stands for itself. A name of `other` without a partner is left out.
    """
    pairs = pd.DataFrame({"plan": plan, "other": other, "households": households})
    pairs = pairs[pairs["plan"].isin(names) & pairs["other"].isin(names)]
    shared = pairs.groupby(["plan", "other"], as_index=False)["households"].sum()
    shared = shared.sort_values(["households", "plan", "other"], ascending=[False, True, True])
    partner: dict[str, str] = {}
    for row in shared.itertuples(index=False):
        if row.other not in partner and row.plan not in partner.values():
            partner[row.other] = row.plan
    return partner


def differing_share(households: pd.Series, plan: pd.Series, other: pd.Series, names: set[str] | None = None) -> float:
    """Share of households whose community differs between two plans over the same units, names matched first.

    `names`: those that may change hands (None: all). Without households it is the share of units.

    >>> homes = pd.Series([300, 200, 500], index=["u1", "u2", "u3"])
    >>> one = pd.Series(["a", "a", "b"], index=homes.index)
    >>> differing_share(homes, one, pd.Series(["b", "a", "a"], index=homes.index))
    0.2
    """
    other = other.reindex(plan.index)
    counts = households.reindex(plan.index)
    counts = counts if counts.sum() else counts * 0 + 1
    either = set(plan) | set(other) if names is None else names
    partner = matched(counts, plan, other, either)
    # A name that found no partner stands for nothing in the other plan.
    called = other.map(lambda name: partner.get(name, "" if name in either else name))
    return float(counts[called.to_numpy() != plan.to_numpy()].sum() / counts.sum())


def really_differ(households: pd.Series, plan: pd.Series, other: pd.Series, names: set[str] | None = None) -> bool:
    """Tell whether a planner would see two plans as two: LEAST_SHARE of the households go elsewhere."""
    return differing_share(households, plan, other, names) >= LEAST_SHARE
