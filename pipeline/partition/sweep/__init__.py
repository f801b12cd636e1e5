"""Divides units into connected parts exactly, by sweeping over the units one by one.

Of the units placed so far only those matter that have neighbours still to come: the front. What a partial plan looks
like from outside is the state of its front: which of its units hang together, in which part, and how many households
each open part has. Plans that look alike are one state. A first sweep merges states that differ in households alone;
each further sweep tells households apart more finely, and only where a plan better than the best known can still come
out. Every sweep is a relaxation, so what its cheapest path costs is a lower bound; a sweep that no path survives proves
that nothing better exists. Relaxed and refined decision diagrams are described in Bergman, Cire, van Hoeve and Hooker,
"Decision Diagrams for Optimization" (2016), sweeping over a front in Knuth, TAOCP 4A, 7.1.4 (Simpath).
"""

from pipeline.partition.sweep.quick import BEGINNINGS, begin, improve
from pipeline.partition.sweep.refine import divide
from pipeline.partition.sweep.task import Division, Task

__all__ = ["BEGINNINGS", "Division", "Task", "begin", "divide", "improve"]
