"""What can go wrong, said once: the table of problems, and the few errors that reach a user.

A check returns *all* it found as a table (`problems`); `raise_errors` is the one place that turns a table with
errors in it into one exception.
"""

from collections.abc import Iterable

import pandas as pd

from pipeline.schema import columns


class HuajieError(Exception):
    """Base of every error huajie raises on purpose."""


class InputError(HuajieError):
    """The input cannot be used. `problems` holds every problem found; the message lists the errors."""

    def __init__(self, problems: pd.DataFrame):
        self.problems = problems
        super().__init__(listed(errors_of(problems)))


class PlanRefused(HuajieError):
    """A finished plan did not pass `verify`. This is a fault of huajie, not of the input."""

    def __init__(self, breaches: pd.DataFrame):
        self.breaches = breaches
        super().__init__(
            "the plan was refused by its own check; nothing was written. Please report this:\n" + listed(breaches)
        )


class UsageError(HuajieError):
    """The command was called wrongly (exit code 2)."""


def problem(
    severity: str, layer: str, problem: str, detail: str, advice: str, *, id: object = "", source: str = ""
) -> dict[str, str]:
    """Make one row of a problems table; `severity` is error, warning or note."""
    return {
        "severity": severity,
        "layer": layer,
        "id": str(id),
        "source": source,
        "problem": problem,
        "detail": detail,
        "advice": advice,
    }


def problems_table(rows: Iterable[dict[str, str]]) -> pd.DataFrame:
    """Make a problems table (schema.PROBLEMS_CSV), errors first, otherwise in the order given."""
    table = pd.DataFrame(list(rows), columns=columns("problems.csv"), dtype="str")
    rank = table["severity"].map({"error": 0, "warning": 1, "note": 2})
    return table.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def listed(problems: pd.DataFrame) -> str:
    """Write problems one to a line: where, what, and what to do."""
    lines = []
    for row in problems.itertuples(index=False):
        where = " ".join(part for part in (f"[{row.layer}]", row.source, row.id) if part)
        lines.append(f"- {where}: {row.detail} {row.advice}".rstrip())
    return "\n".join(lines)


def errors_of(problems: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a problems table that stop a run."""
    return problems[problems["severity"] == "error"]


def raise_errors(problems: pd.DataFrame) -> None:
    """Raise one InputError that lists every error of the table; do nothing when there is none."""
    if len(errors_of(problems)):
        raise InputError(problems)
