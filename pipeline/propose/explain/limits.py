"""Finds the smallest raise of the upper limit alone, and cut of the lower limit alone, that will do; and moves both.

A wider limit admits every plan of a narrower one, so amounts can be halved between one that is refused and one that
does. Sums give the first amount worth a trial; every plan found says by how much less it would have done.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline.propose.explain.obstructions import pockets
from pipeline.propose.explain.problem import Piece, Problem, Trials, Verdict, pieces, under

MOST_TRIALS = 12
"""Verdicts asked for one limit."""


@dataclass(frozen=True)
class Least:
    """The least amount (households) by which a limit must move: None where none does or none was found.

    `proved`: no smaller one does; or, without an amount, none at all.
    """

    amount: int | None
    proved: bool
    verdict: Verdict | None = None


def least_raise(problem: Problem, present: Verdict, trials: Trials) -> Least:
    """Find the least raise of the upper limit; `present`: the verdict as it stands."""
    lower, upper = problem.rules.lower, problem.rules.upper
    found, total = pieces(problem), int(problem.ground["households"].sum())
    if any(piece.households < lower for piece in found) or total < lower * problem.least_parts:
        return Least(None, True)
    # A plan under the limit sought exceeds the present one by the difference at most, once for every community.
    spread = -(-present.bound // (total // lower))
    needed = [_upper_needed(problem, piece) for piece in found]
    floor = max([upper + max(1, spread), *needed, *(pocket.households for pocket in pockets(problem))])
    at_hand = max(present.sizes) - upper if present.sizes and min(present.sizes) >= lower else None

    def wider(amount: int) -> Problem:
        return under(problem, upper=upper + amount)

    least = least_amount(
        lambda amount: trials.quick(wider(amount)),
        lambda verdict: max(verdict.sizes, default=0) - upper,
        range(floor - upper, max(total, floor) - upper + 1),
        [present.outside or 0],
        trials,
        at_hand=_held(at_hand, present),
    )
    return _with_plan(least, wider, trials)


def least_cut(problem: Problem, present: Verdict, trials: Trials) -> Least:
    """Find the least cut of the lower limit; `present`: the verdict as it stands."""
    lower, upper = problem.rules.lower, problem.rules.upper
    found = pieces(problem)
    fitting = [_lower_fitting(problem, piece) for piece in found]
    fitting += [pocket.largest for pocket in pockets(problem)]
    highest = min([lower - 1, *fitting])
    large = any(problem.units.loc[piece.units, "households"].max() > upper for piece in found if not piece.kept)
    if highest < 1 or large or any(piece.kept and piece.households > upper for piece in found):
        return Least(None, True)
    at_hand = (
        lower - min(present.sizes) if present.sizes and 0 < min(present.sizes) <= max(present.sizes) <= upper else None
    )

    def wider(amount: int) -> Problem:
        return under(problem, lower=lower - amount)

    least = least_amount(
        lambda amount: trials.quick(wider(amount)),
        lambda verdict: lower - min(verdict.sizes, default=lower),
        range(lower - highest, lower),
        [],
        trials,
        at_hand=_held(at_hand, present),
    )
    return _with_plan(least, wider, trials)


@dataclass(frozen=True)
class Both:
    """Both limits moved at once, as far as the plan at hand needs it, and the verdict under them."""

    lower: int
    upper: int
    verdict: Verdict


def both_limits(problem: Problem, present: Verdict, trials: Trials) -> Both | None:
    """Move both limits to hold the plan at hand; None where it has communities on one side of them only.

    Nothing says that no smaller move of both would do.
    """
    if not present.sizes or min(present.sizes) >= problem.rules.lower or max(present.sizes) <= problem.rules.upper:
        return None
    lower, upper = min(present.sizes), max(present.sizes)
    return Both(lower, upper, trials.verdict(under(problem, lower=lower, upper=upper))) if lower > 0 else None


def _held(amount: int | None, present: Verdict) -> tuple[int, Verdict] | None:
    """The plan at hand as the answer to an amount that it fits."""
    return None if amount is None else (amount, replace(present, feasible=True, outside=0))


def _with_plan(least: Least, wider: Callable[[int], Problem], trials: Trials) -> Least:
    """Solve with the amount found, where that was told without the solver, to know what has to be moved."""
    if least.amount is None or least.verdict is None:
        return least
    if least.verdict.moved is not None and least.verdict.plan is not None:
        return least
    return replace(least, verdict=trials.plan(wider(least.amount), least.verdict))


def least_amount(
    tried: Callable[[int], Verdict],
    used: Callable[[Verdict], int],
    amounts: range,
    hints: Iterable[int],
    trials: Trials,
    *,
    at_hand: tuple[int, Verdict] | None = None,
) -> Least:
    """Find the least of `amounts` with a feasible verdict, where a larger one never does worse.

    Those below `amounts` are known not to do. `tried` gives the verdict, `used` the least amount that the plan of a
    feasible verdict needs. `hints` are tried after the first amount and before the last. `at_hand`: an amount that a
    plan is known for already, with its verdict.
    """
    if not amounts:
        return Least(None, True)
    first = amounts[0]
    refused = low = first - 1
    best, verdict = at_hand or (None, None)
    last = amounts[-1] if best is None else min(amounts[-1], best - 1)
    for amount in dict.fromkeys([first, *sorted(hint for hint in hints if first < hint < last), last]):
        if amount > last or (best is not None and amount == last != first):
            break
        found = tried(amount)
        if found.feasible:
            best, verdict = min(amount, max(first, used(found))), found
            break
        low, refused = amount, amount if found.feasible is False else refused
    if best is None or verdict is None:
        return Least(None, refused == last)
    while best - 1 > low and not trials.over:
        middle = (low + best) // 2
        found = tried(middle)
        if found.feasible:
            best, verdict = min(middle, max(first, used(found))), found
            low = low if best > low else refused
        else:
            low, refused = middle, middle if found.feasible is False else refused
    return Least(best, best == refused + 1, verdict)


def _upper_needed(problem: Problem, piece: Piece) -> int:
    """The upper limit below which sums alone refuse a piece."""
    if piece.kept:
        return piece.households
    parts = piece.households // problem.rules.lower
    largest = int(problem.units.loc[piece.units, "households"].max())
    return max(largest, -(-piece.households // parts) if parts else 0)


def _lower_fitting(problem: Problem, piece: Piece) -> int:
    """The lower limit above which sums alone refuse a piece."""
    if piece.kept:
        return piece.households
    parts = -(-piece.households // problem.rules.upper)
    alone = len(pieces(problem)) == 1
    return piece.households // max(parts, problem.least_parts if alone else 1)
