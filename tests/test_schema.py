"""The words are complete: what the code says has its label."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.schema import PROBLEM_ZH

PACKAGE = Path(__file__).parents[1] / "pipeline"
NAME_AT = {"Fault": 0, "at_odds": 0, "problem": 2, "faults": 4, "unit_faults": 2, "one_by_one": 2}
"""Functions that make problems, and which of their arguments is the name."""

NAMED_BY_CALLER = {"rows.py", "sources.py", "decisions.py", "conflicts.py"}
"""Modules in which such a function passes on the name it is given."""


def problem_names() -> Iterator[tuple[str, ast.expr]]:
    """Give the module and the name of every problem that is made, those of `verify` aside: they reach no document."""
    for path in PACKAGE.rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        for call in calls if "verify" not in path.parts else []:
            if isinstance(call.func, ast.Name) and call.func.id in NAME_AT:
                given = [
                    part for arg in call.args for part in (arg.value.elts if isinstance(arg, ast.Starred) else [arg])
                ]
                yield path.name, given[NAME_AT[call.func.id]]


def pattern(module: str, name: ast.expr) -> str:
    """Write a name as a pattern: parts of an f-string that are filled in match any word."""
    if isinstance(name, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in name.values)
    if isinstance(name, ast.Name) and name.id == "SKETCH":
        return "sketch"
    if isinstance(name, ast.Name) and module in NAMED_BY_CALLER:
        return ""
    assert isinstance(name, ast.Constant)
    return re.escape(name.value)


PATTERNS = {pattern(*found) for found in problem_names()} - {""}


def test_every_problem_that_can_be_found_has_a_chinese_label():
    assert set() == {name for name in PATTERNS if not any(re.fullmatch(name, known) for known in PROBLEM_ZH)}


def test_every_label_is_of_a_problem_that_can_be_found():
    assert set() == {known for known in PROBLEM_ZH if not any(re.fullmatch(name, known) for name in PATTERNS)}


def test_no_two_problems_share_a_label():
    assert len(PROBLEM_ZH) == len(set(PROBLEM_ZH.values()))
