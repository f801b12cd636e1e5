"""Lists the communities so near to a limit that a small error of their count would change the verdict."""

import pandas as pd

from pipeline.rules import RuleSet, status_of
from pipeline.schema import columns

FLOORS, CEILINGS = ("lower", "merge_under"), ("upper", "split_over")
"""A count at a floor is still above it, a count at a ceiling still below it: limits are inclusive."""

ROUNDING = 1e-9
"""0.29 x 800 is 231.99999999999997 in floating point; a limit exactly at the edge is near all the same."""


def near_limits(communities: pd.DataFrame, rules: RuleSet, share: float | None = None) -> pd.DataFrame:
    """List each community and limit that an error of at most `share` (of the rules when None) brings together.

    An error of x means true = counted x (1 ± x): the limit lies within households x (1 ± share). Limits of equal value
    share a row, such as `lower, merge_under`. Returns schema.NEAR_CSV, the nearest first.
    """
    error = rules.near_share if share is None else share
    tables = [_near(communities, *limit, rules, error) for limit in _limits(rules)]
    table = pd.concat(tables)
    order = table["share"].abs().argsort(kind="stable")
    return table.iloc[order].rename_axis("community").reset_index()[columns("near-limits.csv")]


def _limits(rules: RuleSet) -> list[tuple[str, int, bool]]:
    """Name, value and whether it is a floor, of every limit; those of equal value and kind together."""
    limits = []
    for names, floor in ((FLOORS, True), (CEILINGS, False)):
        values = {name: int(getattr(rules, name)) for name in names}
        for value in sorted(set(values.values())):
            limits.append((", ".join(name for name in names if values[name] == value), value, floor))
    return limits


def _near(communities: pd.DataFrame, names: str, value: int, floor: bool, rules: RuleSet, share: float) -> pd.DataFrame:
    """Give the communities near to one limit, indexed by community, in their order."""
    difference = communities["households"].astype("int64") - value
    near = communities[difference.abs() <= share * communities["households"] + ROUNDING * value]
    households, difference = near["households"].astype("int64"), difference[near.index]
    above, below = (value, value - 1) if floor else (value + 1, value)
    beyond = pd.Series(below, index=near.index).where(households >= above, above)
    return pd.DataFrame(
        {
            "subdistrict": near["subdistrict"],
            "households": households,
            "limit": names,
            "limit_households": value,
            "difference": difference,
            "share": difference / households,
            "status": status_of(households, rules).astype("str"),
            "status_beyond": status_of(beyond, rules).astype("str"),
        }
    )
