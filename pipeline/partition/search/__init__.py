"""A local search for plans that change little: starts for the exact programme, answers where there is no time for it.

Annealing moves units between a fixed set of communities (`anneal`), a strict descent finishes (`polish`), and other
sets of communities are tried in rounds (`tries`). Effort is counted in steps, never in seconds, and all numbers are
whole: a seed gives the same plan on every machine. The loops are compiled when they are first needed.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.partition.ground import Ground
from pipeline.partition.islands import islands_of, least_outside
from pipeline.partition.search.board import Worth, board_of, worth_of

__all__ = ["Worth", "improve", "mend_and_improve", "worth"]


def improve(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    *,
    lower: int,
    upper: int,
    seed: int = 0,
    steps: int | None = None,
    may: np.ndarray | None = None,
    fresh: np.ndarray | None = None,
    locked: np.ndarray | None = None,
) -> np.ndarray:
    """Change labels (n) of today's communities until few households lie outside the limits and few are moved.

    Minimised in this order: households outside the limits, communities created and abolished, moved households, border
    cost. Never worse than today; deterministic for a seed; no part is broken that is whole today.

    `offices`: unit of each community's office or -1; an office never leaves its community unless that is abolished, and
    a community without office keeps at least one of its units. Labels from len(offices) on are new communities.
    `steps`: effort, by default what suits the number of units. `may` (n, C) bool: unit may belong to community; `fresh`
    (n) bool: unit may belong to a new one; `locked` (C) bool: community may not vanish. Where today's labels break a
    mask, the units concerned leave first of all if they can.
    """
    from pipeline.partition.search.course import Course  # here, since the compiler takes long to import

    board = board_of(ground, today, offices, lower, upper, may, fresh)
    kept = np.zeros(len(offices), bool) if locked is None else np.asarray(locked, bool)
    floor = least_outside(ground, islands_of(ground, today, len(offices)), lower, upper)
    return Course(board, kept, seed, steps, floor).run(board.today)


def mend_and_improve(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    labels: np.ndarray,
    *,
    lower: int,
    upper: int,
    may: np.ndarray | None = None,
    fresh: np.ndarray | None = None,
) -> np.ndarray:
    """Give loose pieces of parts (n labels) to neighbouring parts, then improve the plan with small steps.

    The communities in use stay the same. Everything else as in `improve`.
    """
    from pipeline.partition.search.course import Course

    board = board_of(ground, today, offices, lower, upper, may, fresh)
    return Course(board, np.zeros(len(offices), bool), 0, None).mend(np.ascontiguousarray(labels, np.int64))


def worth(
    ground: Ground,
    today: np.ndarray,
    offices: Sequence[int],
    labels: np.ndarray,
    *,
    lower: int,
    upper: int,
    may: np.ndarray | None = None,
    fresh: np.ndarray | None = None,
) -> Worth:
    """What `improve` minimises, of labels (n)."""
    return worth_of(board_of(ground, today, offices, lower, upper, may, fresh), labels)
