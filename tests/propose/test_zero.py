"""Places where the least change moves nobody."""

import time

import pandas as pd

from pipeline.propose import propose_compliance
from pipeline.propose.capped import capped_solver
from pipeline.propose.comply import task_of
from pipeline.propose.pareto import Caps
from pipeline.rules import load_rules
from pipeline.settings import SolveSection


def place() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six units in a row; b, in the middle, has no households."""
    ids = pd.Index([f"u{k}" for k in range(6)], name="unit_id")
    columns = {
        "households": [900, 900, 0, 0, 700, 800],
        "community": ["a", "a", "b", "b", "c", "c"],
        "subdistrict": "s",
        "anchor": False,
    }
    units = pd.DataFrame(columns, index=ids)
    edges = pd.DataFrame({"a": ids[:-1], "b": ids[1:], "border_m": 50.0, "border_cost": 50.0, "barrier": False})
    return units, edges


def test_a_community_without_households_is_abolished():
    units, edges = place()
    rules = load_rules({"lower": 1000, "upper": 1800})
    found = propose_compliance(units, edges, rules, SolveSection(seconds=10, front=True))
    assert found.subdistricts["objective"].tolist() == [[0, 1, 0, 0]]
    assert found.subdistricts["proof"].tolist() == ["optimal"]
    assert "b" not in set(found.plan)


def test_no_plan_moves_fewer_than_nobody():
    units, edges = place()
    task = task_of(units, edges, lower=1000, upper=1800)
    first = units["community"].replace({"b": "a"})
    solve = capped_solver(task, first, seed=0)
    assert (
        solve(Caps(changed=None, moved=-1, border=None), ("moved", "border", "changed"), time.monotonic() + 10) is None
    )
