"""The words: names, meanings and Chinese labels of every column, table and value that huajie reads or writes.

One word has one meaning (docs/reference.md is generated from this package and a test holds the two together).
Nothing here knows how a table is made.
"""

from pipeline.schema.column import Column
from pipeline.schema.files import (
    ADJACENCY_CSV,
    ALTERNATIVES_CSV,
    CASES_CSV,
    COLUMNS_CSV,
    COMMUNITIES_CSV,
    COUNTS_CSV,
    ENSEMBLE_CHAINS_CSV,
    ENSEMBLE_CSV,
    FLAGS_CSV,
    FORECAST_CSV,
    LOOKUP_CSV,
    MEASURES_CSV,
    NEAR_CSV,
    NEIGHBOURS_CSV,
    OFFSETS_CSV,
    PLAN_CSV,
    PROBLEMS_CSV,
    RECONCILIATION,
    REPAIRS_CSV,
)
from pipeline.schema.memory import COMMUNITIES, DECISIONS, EDGES, LINES, MEASURE_COLUMNS, UNITS
from pipeline.schema.problems import OFFSET, PROBLEM_ZH, SKETCH
from pipeline.schema.values import (
    ACTION_ZH,
    AS_GIVEN,
    BARRIER_CLASSES,
    BARRING_ZH,
    CHANGE_ZH,
    DECIDED,
    DECISION_ZH,
    FAR_OVER,
    HOW_ZH,
    HYPOTHESIS_ZH,
    KIND_ZH,
    LIMIT_ZH,
    LIST_SEPARATOR,
    NEW_COMMUNITY,
    OVER,
    PREMISES_ZH,
    PROOF_ORDER,
    PROOF_ZH,
    REPAIR_ZH,
    ROAD_CLASS_ZH,
    ROAD_CLASSES,
    SECTION_ZH,
    STATUS_ZH,
    STRATEGY_ZH,
    TODAY,
    UNDER,
    VERDICT_ZH,
    WITHIN,
)

__all__ = [
    "ACTION_ZH",
    "ADJACENCY_CSV",
    "ALTERNATIVES_CSV",
    "AS_GIVEN",
    "BARRIER_CLASSES",
    "BARRING_ZH",
    "CASES_CSV",
    "CHANGE_ZH",
    "COLUMNS_CSV",
    "COMMUNITIES",
    "COMMUNITIES_CSV",
    "COUNTS_CSV",
    "DECIDED",
    "DECISIONS",
    "DECISION_ZH",
    "EDGES",
    "ENSEMBLE_CHAINS_CSV",
    "ENSEMBLE_CSV",
    "FAR_OVER",
    "FLAGS_CSV",
    "FORECAST_CSV",
    "HOW_ZH",
    "HYPOTHESIS_ZH",
    "KIND_ZH",
    "LIMIT_ZH",
    "LINES",
    "LIST_SEPARATOR",
    "LOOKUP_CSV",
    "MEASURES_CSV",
    "MEASURE_COLUMNS",
    "NEAR_CSV",
    "NEIGHBOURS_CSV",
    "NEW_COMMUNITY",
    "OFFSET",
    "OFFSETS_CSV",
    "ON_REQUEST",
    "OVER",
    "PLAN_CSV",
    "PREMISES_ZH",
    "PROBLEMS_CSV",
    "PROBLEM_ZH",
    "PROOF_ORDER",
    "PROOF_ZH",
    "RECONCILIATION",
    "REPAIRS_CSV",
    "REPAIR_ZH",
    "ROAD_CLASSES",
    "ROAD_CLASS_ZH",
    "SECTION_ZH",
    "SKETCH",
    "STATUS_ZH",
    "STRATEGY_ZH",
    "TABLES",
    "TODAY",
    "UNDER",
    "UNITS",
    "VERDICT_ZH",
    "WITHIN",
    "Column",
    "columns",
    "labels",
]

TABLES: dict[str, tuple[Column, ...]] = {
    "units": UNITS,
    "communities": COMMUNITIES,
    "decisions": DECISIONS,
    "lines": LINES,
    "edges": EDGES,
    "plan.csv": PLAN_CSV,
    "flags.csv": FLAGS_CSV,
    "cases.csv": CASES_CSV,
    "communities.csv": COMMUNITIES_CSV,
    "problems.csv": PROBLEMS_CSV,
    "reconciliation.csv": RECONCILIATION,
    "columns.csv": COLUMNS_CSV,
    "counts.csv": COUNTS_CSV,
    "repairs.csv": REPAIRS_CSV,
    "offsets.csv": OFFSETS_CSV,
    "measures.csv": MEASURES_CSV,
    "near-limits.csv": NEAR_CSV,
    "neighbours.csv": NEIGHBOURS_CSV,
    "lookup.csv": LOOKUP_CSV,
    "alternatives.csv": ALTERNATIVES_CSV,
    "adjacency.csv": ADJACENCY_CSV,
    "forecast.csv": FORECAST_CSV,
    "ensemble.csv": ENSEMBLE_CSV,
    "ensemble-chains.csv": ENSEMBLE_CHAINS_CSV,
}

ON_REQUEST = ("forecast.csv", "ensemble.csv", "ensemble-chains.csv")
"""Tables that a run writes only when it is asked for them or has what they need."""


def columns(table: str) -> list[str]:
    """Names of the columns of a table, in order.

    >>> columns("plan.csv")
    ['unit_id', 'subdistrict', 'households', 'community_before', 'community_after']
    """
    return [column.name for column in TABLES[table]]


def labels(table: str) -> dict[str, str]:
    """Chinese label of each column of a table.

    >>> labels("plan.csv")["households"]
    '常住户'
    """
    return {column.name: column.zh for column in TABLES[table]}
