"""Counts find their shapes: joins by unit, community and name, the books kept of them, and the trace of every count."""
