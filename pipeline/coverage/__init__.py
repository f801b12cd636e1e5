"""Finds what is wrong with a drawing of units, as tables with the place as geometry; nothing is changed here.

A sound drawing is a *coverage*: polygons that do not overlap and share their borders corner by corner. `faults` finds
broken outlines, overlaps, gaps and parts; `strips` finds units that stand apart along roads; `planar` cuts the plane
into faces along all outlines; `widths` measures how wide a piece is.
"""

from pipeline.coverage.faults import MAX_OVERLAP_M2, gaps, invalid_rings, overlaps, parts, usable
from pipeline.coverage.planar import HAIRLINE_M, Faces, cut_into_faces, owner_sides, sides_of, with_corners
from pipeline.coverage.strips import strips, suggested_strips_m
from pipeline.coverage.widths import is_narrow, widths

__all__ = [
    "HAIRLINE_M",
    "MAX_OVERLAP_M2",
    "Faces",
    "cut_into_faces",
    "gaps",
    "invalid_rings",
    "is_narrow",
    "overlaps",
    "owner_sides",
    "parts",
    "sides_of",
    "strips",
    "suggested_strips_m",
    "usable",
    "widths",
    "with_corners",
]
