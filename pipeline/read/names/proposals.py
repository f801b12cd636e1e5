"""Proposes which name may be meant where one finds no partner; a proposal is printed and never joined on."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from pipeline.read.names.spelling import name_key
from pipeline.read.names.variants import simplified

LEAST = 0.5
"""Score below which nothing is proposed."""
MOST = 3
"""Names proposed for one."""
WITHIN = 0.7
"""Score of a name that the other contains, as 大召社区 is contained in 大南街大召社区."""


def score(name: str, other: str) -> float:
    """Tell how near two names are, 0 to 1: 1 where they differ in suffix or in traditional characters only.

    The mean of difflib's ratio and of 1 - edit distance / length, both on the names without their suffix.

    >>> score("廣場東社區", "广场东社区居委会"), score("大召寺社区", "大召社区"), score("大召社区", "小黑河社区")
    (1.0, 0.73, 0.0)
    """
    left, right = name_key(simplified(name)), name_key(simplified(other))
    if left == right:
        return 1.0
    if not set(left) & set(right):
        return 0.0
    ratio = SequenceMatcher(None, left, right, autojunk=False).ratio()
    near = (ratio + 1 - _edits(left, right) / max(len(left), len(right))) / 2
    contained = min(len(left), len(right)) > 1 and (left in right or right in left)
    return round(max(near, WITHIN) if contained else near, 2)


def _edits(left: str, right: str) -> int:
    """Count the characters to put in, take out or replace (Levenshtein)."""
    before = list(range(len(right) + 1))
    for row, one in enumerate(left, start=1):
        here = [row]
        for column, other in enumerate(right, start=1):
            here.append(min(before[column] + 1, here[-1] + 1, before[column - 1] + (one != other)))
        before = here
    return before[-1]


def proposals(name: str, known: Iterable[str]) -> list[tuple[str, float]]:
    """List the nearest of the known names with their score, the nearest first; equal ones by name."""
    scored = [(other, score(name, other)) for other in dict.fromkeys(known) if other and other != name]
    near = [pair for pair in scored if pair[1] >= LEAST]
    return sorted(near, key=lambda pair: (-pair[1], pair[0]))[:MOST]


def did_you_mean(name: str, known: Iterable[str], otherwise: Iterable[str] = ()) -> str:
    """Ask for the names that may be meant: of those that found no partner themselves, else of all others.

    >>> did_you_mean("大召寺社区", ["大召社区", "三里营社区"])
    'Did you mean 大召社区 (score 0.73)?'
    """
    near = proposals(name, known) or proposals(name, otherwise)
    listing = " or ".join(f"{other} (score {value:.2f})" for other, value in near)
    return f"Did you mean {listing}?" if near else ""
