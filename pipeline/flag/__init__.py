"""Flags the communities outside the limits: what the rule asks for, on which clause, and the sentence why.

A *condition* is a named predicate. Each gives one row with its value, threshold, verdict (`holds`), the clause it
rests on, and a Chinese sentence with the figures, so that every verdict can be read and disputed on its own.
How sure a verdict is: `verdicts_by_measure` repeats it under every measure of households that was given,
`near_limits` lists those that a small error of the count would change.
"""

from pipeline.flag.asked import flag_communities
from pipeline.flag.by_measure import verdicts_by_measure
from pipeline.flag.decided import decided_candidates, decided_flags
from pipeline.flag.mergeable import CONDITIONS, merge_candidates, merge_conditions
from pipeline.flag.near import near_limits
from pipeline.flag.overload import overload_verdicts, split_verdicts

__all__ = [
    "CONDITIONS",
    "decided_candidates",
    "decided_flags",
    "flag_communities",
    "merge_candidates",
    "merge_conditions",
    "near_limits",
    "overload_verdicts",
    "split_verdicts",
    "verdicts_by_measure",
]
