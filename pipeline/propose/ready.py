"""Has every inner loop compiled before a clock of a solution runs: once on a machine it takes some seconds.

Compiled code is kept beside its source, so a later process only loads it.
"""

from functools import cache

import pandas as pd

from pipeline.propose.comply import comply
from pipeline.propose.split import split_community


@cache
def make_ready() -> None:
    """Split and adjust a small made-up place, once in a process."""
    units, edges = _row([300, 900, 900, 900, 800, 200, 100, 300], "aaaaabbb")
    split_community(units, edges, lower=1000, upper=3000, seconds=600)
    comply(units, edges, lower=1000, upper=3000, seconds=600)


def _row(households: list[int], communities: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units in a row, each 100 m wide, and their edges."""
    ids = pd.Index([f"u{k}" for k in range(len(households))], name="unit_id")
    columns = {"households": households, "community": list(communities), "subdistrict": "s", "anchor": False}
    edges = pd.DataFrame({"a": ids[:-1], "b": ids[1:], "border_m": 100.0, "border_cost": 100.0, "barrier": False})
    return pd.DataFrame(columns, index=ids), edges
