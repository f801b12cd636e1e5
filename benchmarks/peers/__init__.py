"""Sets huajie beside the tools that draw contiguous areas in other fields, on one map, measured by one code.

`python -m benchmarks.peers` (see `__main__`). Nothing is installed by it; a tool that is not there is named.
"""
