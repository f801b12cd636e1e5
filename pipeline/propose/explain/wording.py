"""Says in Chinese what a change would do, and chooses the smallest of those that would."""

from collections.abc import Sequence

from pipeline.propose.explain.limits import Both, Least
from pipeline.propose.explain.others import Attempt
from pipeline.propose.explain.problem import Problem, Verdict

Row = dict[str, object]

SMALL_SHARE = 0.1
"""Up to this share of a limit moving it is a small change; beyond it, it comes after all others."""
SOLVED = "已验算"
TRIED = {True: "yes", False: "no", None: "open"}
LIMIT_WORDS = {
    "raise upper": ("放宽上限", "将上限放宽至{limit}户即可"),
    "cut lower": ("降低下限", "将下限降至{limit}户即可"),
}
OTHER_WORDS = {
    "drop decision": "取消{what}即可",
    "open border": "允许跨越{what}即可",
    "join subdistrict": "与{what}统筹划分即可，{amount}户跨街道",
}
NOT_WORDS = {
    "drop decision": "取消{what}仍不能达标",
    "open border": "允许跨越{what}（逐条及两条一起）仍不能达标",
    "join subdistrict": "与{what}统筹划分仍不能达标",
}
OPEN_WORDS = {
    "drop decision": "取消{what}能否达标，限时内未查明",
    "open border": "允许跨越{what}能否达标，限时内未查明",
    "join subdistrict": "与{what}统筹划分能否全部达标，限时内未查明",
}
TIERS = {"drop decision": 1, "open border": 1, "join subdistrict": 2}


def change_of_limit(kind: str, problem: Problem, least: Least) -> Row:
    """Make the row of the least move of one limit (schema.RELAXATIONS_CSV)."""
    rules = problem.rules
    words, does = LIMIT_WORDS[kind]
    today = rules.upper if kind == "raise upper" else rules.lower
    if least.amount is None:
        said = f"仅{words}不能达标（已证明）" if least.proved else f"仅{words}能否达标，限时内未查明"
        verdict = Verdict(False if least.proved else None)
        return _row(kind, today, verdict) | {"sentence": said, "least": least.proved}
    assert least.verdict is not None
    limit = today + least.amount if kind == "raise upper" else today - least.amount
    how = "已证明为最小" if least.proved else "限时内找到的最小值"
    said = f"{does.format(limit=limit)}（{SOLVED}，{how}）"
    row = _row(kind, today, least.verdict) | {"share": least.amount / today}
    return row | {"amount": least.amount, "limit": limit, "least": least.proved, "sentence": said}


def change_of_both(problem: Problem, both: Both) -> Row:
    """Make the row of both limits moved at once (schema.RELAXATIONS_CSV)."""
    rules = problem.rules
    more, less = both.upper - rules.upper, rules.lower - both.lower
    row = _row("move both limits", f"{rules.lower}—{rules.upper}", both.verdict)
    words = f"将下限降至{both.lower}户、上限放宽至{both.upper}户"
    if not both.verdict.feasible:
        return row | {"sentence": f"{words}能否达标，限时内未查明"}
    said = f"{words}即可（{SOLVED}，按现有方案取值）"
    return row | {"amount": more + less, "share": more / rules.upper + less / rules.lower, "sentence": said}


def other_change(kind: str, attempt: Attempt) -> Row:
    """Make the row of a change that moves no limit (schema.RELAXATIONS_CSV)."""
    verdict = attempt.verdict
    if verdict.feasible:
        said = f"{OTHER_WORDS[kind].format(what=attempt.what, amount=attempt.amount)}（{SOLVED}）"
    else:
        words = NOT_WORDS if verdict.feasible is False else OPEN_WORDS
        outside = f"，现有方案有{verdict.outside}户超出范围" if verdict.outside else ""
        proved = f"（已证明{outside}）" if verdict.feasible is False else f"（{outside[1:]}）" if outside else ""
        said = words[kind].format(what=attempt.what) + proved
    amount = {"amount": attempt.amount} if verdict.feasible else {}
    return _row(kind, attempt.what, verdict) | amount | {"sentence": said}


def chosen(rows: Sequence[Row]) -> list[Row]:
    """Mark the smallest change that does.

    Moving a limit by up to SMALL_SHARE comes first, then dropping a decision or opening a border, then joining a
    neighbouring subdistrict, then moving a limit by more; among equals the smaller share, then the smaller amount.
    """
    does = [row for row in rows if row["feasible"] == "yes"]
    best = min(does, key=_rank, default=None)
    return [row | {"smallest": row is best} for row in rows]


def with_smallest(sentence: str, change: str) -> str:
    """End a sentence with the smallest change.

    >>> with_smallest("甲社区4200户。", "将上限放宽至3120户即可（已验算）")
    '甲社区4200户。最小的放宽：将上限放宽至3120户即可（已验算）。'
    """
    return f"{sentence.removesuffix('。')}。最小的放宽：{change}。"


def _rank(row: Row) -> tuple[float, ...]:
    kind, share = str(row["kind"]), float(str(row.get("share", 0)))
    tier = TIERS.get(kind, 0 if share <= SMALL_SHARE else 3)
    return tier, share, int(str(row["amount"])), int(str(row["moved_households"] or 0))


def _row(kind: str, what: object, verdict: Verdict) -> Row:
    return {
        "kind": kind,
        "what": str(what),
        "amount": None,
        "limit": None,
        "feasible": TRIED[verdict.feasible],
        "least": False,
        "households_outside": verdict.outside,
        "moved_households": verdict.moved if verdict.feasible else None,
    }
