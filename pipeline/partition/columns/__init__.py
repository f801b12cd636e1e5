"""Dividing units into a given number of parts by whole parts: every lawful part is a column of a linear programme.

The programme chooses parts that cover every unit once (Garfinkel and Nemhauser 1970). Its columns are too many to
write down, so those that its prices ask for are looked up (Mehrotra, Johnson and Nemhauser 1998), here exactly: a
sweep over the units knows what every beginning of a part costs at least to finish. The bound is far stronger than that
of programmes that give each unit a part, since nothing in it changes when parts trade names.

`frontier`: order of the units, and what the units at the front of the sweep can look like. `pricing`: lawful parts
that the prices ask for. `choice`: the cheapest plan among parts. `starts`: plans to begin with. `bound`: the stages
together. Only the search for good prices uses the solver, and any prices prove something: proofs are in whole numbers.
"""

from pipeline.partition.columns.bound import ColumnBound, column_bound

__all__ = ["ColumnBound", "column_bound"]
