"""Makes units where none are given: communities cut along lines and between buildings, households spread over them.

The rooms, in the order they are used: drawing (with enclosures along lines, spreading for what a building counts for,
cells between buildings), counting (names, households, offices), telling (what was made, on what ground). `mesh` and
`joining` are what they share. What is proposed on such units is a sketch (示意) and is marked as one.
"""

from dataclasses import replace

import numpy as np
import shapely

from pipeline.results import Area
from pipeline.tessellate.counting import units_of
from pipeline.tessellate.drawing import draw
from pipeline.tessellate.telling import with_counts, with_problems

__all__ = ["tessellate_area"]


def tessellate_area(area: Area) -> Area:
    """Divide the units of an area whose units are its communities; the same area where nothing can divide them.

    Units are connected, share every corner with their neighbours, fill their community (whose corners move by less
    than a tenth of a millimetre), and sum to its households and population. They are named <community>-01, -02, …
    from north-west to south-east; a community that stays one unit keeps its name. An area with errors, on which
    nothing will be run, is left as it is.
    """
    given = not area.lines.empty or (area.buildings is not None and not area.buildings.empty)
    if not given or not _sound(area):
        return area
    drawn = draw(area)
    if len(drawn.pieces) == len(area.units):
        return area
    units = units_of(area, drawn)
    return replace(
        area,
        units=units,
        problems=with_problems(area, units, drawn),
        counts=with_counts(area.counts, units, drawn.basis),
    )


def _sound(area: Area) -> bool:
    """Tell whether every unit is a community with a sound polygon, in an area without errors."""
    units, shapes = area.units, area.units.geometry.array
    if units.empty or units.crs is None or (area.problems["severity"] == "error").any():
        return False
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6)) & shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    return bool(polygonal.all() and units.index.is_unique and (units.index == units["community"]).all())
