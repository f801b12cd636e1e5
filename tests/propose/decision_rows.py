"""Rows of decisions for tests, written the short way."""

import pandas as pd

from pipeline.decisions import none_decided


def decided(*rows: dict[str, object]) -> pd.DataFrame:
    """Make a table of decisions; the source of each row is `row 2`, `row 3`, ..."""
    table = none_decided()
    blank = dict.fromkeys(table.columns, "") | {"parts": pd.NA, "reason": "规划"}
    full = [blank | {"source": f"row {number}"} | row for number, row in enumerate(rows, start=2)]
    return pd.DataFrame(full, columns=table.columns).astype(table.dtypes.to_dict())


def row(decision: str, communities: str = "", units: str = "", **more: object) -> dict[str, object]:
    """Make one row: the kind, the communities and units joined by 、, and what else it says."""
    return {"decision": decision, "communities": communities, "units": units, **more}
