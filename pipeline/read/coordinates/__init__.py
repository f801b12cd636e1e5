"""Finds which coordinate system each layer has and brings all layers home; tests whether one lies shifted.

The rooms, in the order they are used: claims, guess, landing, settle (wording): which system a layer has. moves
(offsets, datums, plane): what its section says to do with it. working: the system of the run. diagnosis (evidence,
shifts, trial, verdicts): whether a layer lies shifted against the others. systems: names and comparisons.
"""

from collections.abc import Mapping

import geopandas as gpd
from pyproj import CRS

from pipeline.read.coordinates.diagnosis import find_offsets
from pipeline.read.coordinates.moves import Whither, checked, moved, moves_in_plane
from pipeline.read.coordinates.offsets import offset_of
from pipeline.read.coordinates.settle import Hints, settle
from pipeline.read.coordinates.systems import parse_crs
from pipeline.read.coordinates.working import in_one_crs, to_working, working_crs
from pipeline.read.sources import Rows, Source
from pipeline.settings import LayerSection, Settings

__all__ = ["find_offsets", "place_layers", "to_working", "working_crs"]


def place_layers(parts: Mapping[str, list[Source]], settings: Settings) -> tuple[dict[str, list[Source]], Rows]:
    """Give every layer among the parts of each section its system, and bring those of one section into one.

    Tables stay as they are, and layers that are refused, with an error. Offsets, parameters of datums and control
    points that a section gives are carried out; `working_crs` and `to_working` do the rest.
    """
    working, _ = parse_crs(settings.area.crs, "area")  # a fault of it is told where the working CRS is chosen
    whither = Whither(working, settings.folder)
    named: dict[str, CRS] = {}
    rows: Rows = []
    usable: list[str] = []
    for role in parts:
        section = getattr(settings, role)
        crs, found = parse_crs(offset_of(section.crs, section.offset)[0], role)
        found += checked(section, role, whither)
        rows += found
        named |= {role: crs} if crs is not None else {}
        usable += [] if found else [role]
    doubtful = {role: parts[role] for role in usable if not moves_in_plane(getattr(settings, role))}
    settled, found = settle(doubtful, Hints(named, working, settings.area.code))
    rows += found
    placed = {**parts, **settled}
    for role in usable:
        placed[role], found = _moved(placed[role], getattr(settings, role), whither)
        rows += found
    return placed, rows


def _moved(parts: list[Source], section: LayerSection, whither: Whither) -> tuple[list[Source], Rows]:
    """Move the layers of one section as it says, and bring them into one system."""
    done, rows = [], []
    for part in parts:
        if isinstance(part.table, gpd.GeoDataFrame):
            part, found = moved(part, section, whither)
            rows += found
        done.append(part)
    together, found = in_one_crs(done)
    return together, [*rows, *found]
