"""Names on the overview: communities with their households, numbers where a name has no room, subdistricts."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from pipeline.dossier.maps.labels import Placed, Setting, Wanted, place_labels
from pipeline.dossier.maps.style import counted
from pipeline.dossier.maps.view import View
from pipeline.schema import WITHIN

PARENT_SIZES = ((10.0, 1.0), (9.0, 0.95), (8.0, 0.9), (7.0, 0.8))


@dataclass(frozen=True)
class OverviewLabels:
    """Labels of an overview. `key`: number and community of those shown by number; `unnamed`: those without a label."""

    communities: list[Placed]
    subdistricts: list[Placed]
    key: list[tuple[int, str]]
    unnamed: int


def label_overview(
    communities: gpd.GeoDataFrame, subdistricts: gpd.GeoSeries, view: View, *, key_room: int
) -> OverviewLabels:
    """Place all names. Communities whose name fits nowhere get a number, as many as the key has room for: those
    outside the limits or changed first."""
    numbers = {key: number for number, key in enumerate(communities.index, start=1)}
    wanted = [_wanted(key, row.label, row.households, row.sign, row.geometry) for key, row in _rows(communities)]
    named = place_labels(wanted, view.box, view.scale)
    chosen = _most_notable(communities.drop(index=[label.key for label in named]), key_room)
    numbered = place_labels(
        [Wanted(key, row.geometry, _numbered(f"{numbers[key]}{row.sign}")) for key, row in _rows(chosen)],
        view.box,
        view.scale,
        taken=named,
    )
    placed = [*named, *numbered]
    beside = place_labels(_detached(communities), view.box, view.scale, taken=placed)
    parents = place_labels(_parents(subdistricts), view.box, view.scale, taken=[*placed, *beside])
    key = sorted((numbers[label.key], label.key) for label in numbered)
    return OverviewLabels([*placed, *beside], parents, key, len(communities) - len(placed))


def _rows(table: gpd.GeoDataFrame) -> list[tuple[str, Any]]:
    """Key and row of every community."""
    return list(zip(table.index, table.itertuples(index=False), strict=True))


def _wanted(key: str, label: str, households: int, sign: str, shape: shapely.Geometry) -> Wanted:
    """Ways to set a community's name, the best first."""
    full = f"{label}\n{counted(households)}户{sign}"
    bold = bool(sign)
    settings = [
        *(Setting(full, size, bold) for size in (7.5, 6.6, 5.8)),
        *(Setting(full, size, bold, inside=0.8) for size in (6.6, 5.8)),
        *(Setting(label + sign, size, bold, inside=inside) for size, inside in ((6.2, 1.0), (5.6, 0.8))),
    ]
    return Wanted(key, shape, settings)


def _numbered(text: str) -> list[Setting]:
    inside = [Setting(text, 6.0, True, inside=share) for share in (1.0, 0.6)]
    return [*inside, Setting(text, 6.0, True, leader=True)]


def _most_notable(communities: gpd.GeoDataFrame, room: int) -> gpd.GeoDataFrame:
    quiet = (communities["status"] == WITHIN) & (communities["sign"] == "") & ~communities["changed"]
    return communities[quiet.to_numpy().argsort(kind="stable").argsort() < room]


def _detached(communities: gpd.GeoDataFrame) -> list[Wanted]:
    """Names wanted on the smaller parts of communities that lie in several; they stand where there is room."""
    wanted = []
    for key, row in _rows(communities):
        parts = shapely.get_parts(row.geometry)
        for number, part in enumerate(parts[np.argsort(-shapely.area(parts))[1:]]):
            wanted.append(Wanted(f"{key} {number}", part, [Setting(row.label, size) for size in (6.2, 5.6)]))
    return wanted


def _parents(subdistricts: gpd.GeoSeries) -> list[Wanted]:
    settings = {
        name: [Setting(name, size, bold=True, inside=inside, padding=1.0) for size, inside in PARENT_SIZES]
        for name in subdistricts.index
    }
    return [Wanted(name, shape, settings[name]) for name, shape in subdistricts.items()]
