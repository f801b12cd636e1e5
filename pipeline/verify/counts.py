"""Check a finished plan against further counts of its units, by code that shares nothing with the search."""

from collections.abc import Mapping

import pandas as pd

from pipeline.errors import problem, problems_table
from pipeline.rules import RuleSet


def verify_counts(
    plan: pd.Series, also: pd.DataFrame | None, rules: RuleSet, *, left: Mapping[str, str]
) -> pd.DataFrame:
    """Make the table of breaches (schema.PROBLEMS_CSV): communities outside the limits in a further count, unsaid.

    `also`: by unit_id one column of households for each further count, such as a forecast year; None: there is none.
    """
    rows = []
    if also is None:
        return problems_table([])
    for year in also.columns:
        counts = also[year].to_dict()
        sums: dict[str, int] = {}
        for unit, name in plan.items():
            sums[str(name)] = sums.get(str(name), 0) + int(counts[unit])
        for name, count in sums.items():
            if not rules.lower <= count <= rules.upper and not str(left.get(name, "")).strip():
                detail = f"{name} has {count} households in {year}, outside {rules.lower} to {rules.upper}."
                advice = "Say in `left` why it leaves the limits."
                rows.append(problem("error", "verify", "limits broken unsaid", detail, advice, id=name))
    return problems_table(rows)
