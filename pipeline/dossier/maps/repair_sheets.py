"""Takes from an area what the sheets of its repairs draw: where shapes were mended or left, and each piece close up."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.dossier.maps.imprint import Imprint, imprint_of
from pipeline.dossier.maps.paper import Box
from pipeline.dossier.maps.view import View, fit
from pipeline.results import Area
from pipeline.schema import REPAIR_ZH

MAP_BOX = Box(8.0, 19.5, 216.0, 164.0)
TILE_COLUMNS, TILE_ROWS = 4, 3
TILE_MM, TILE_GAP_MM, CAPTION_MM = (66.5, 44.0), (4.6, 2.0), 9.0
TILES_TOP_MM = 20.0
MOST_TILE_SHEETS = 2
"""Sheets of close-ups; what they do not show is in repairs.csv and in the layer of repairs."""

LEAST_SHOWN_M2 = 0.1
"""Pieces that were mended and are smaller have no close-up: nothing would be seen. Strips are too long for one."""

SMALLEST_TILE_M = 20.0
"""Least ground, in metres, that a close-up shows to each side of its piece."""


@dataclass(frozen=True)
class Marks:
    """The pieces of one kind that were mended, or that were left: middles (x, y) on the ground."""

    zh: str
    done: bool
    kind: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class RepairMap:
    """All that the map of the repairs draws. `largest`: what was left, in words, the largest first."""

    imprint: Imprint
    view: View
    units: gpd.GeoSeries
    communities: gpd.GeoSeries
    marks: tuple[Marks, ...]
    figures: tuple[tuple[str, str], ...]
    largest: tuple[str, ...]


@dataclass(frozen=True)
class Tile:
    """One piece close up: the units around it as they are now, the piece, and two lines of words."""

    view: View
    units: gpd.GeoSeries
    piece: gpd.GeoSeries
    done: bool
    caption: tuple[str, str]


@dataclass(frozen=True)
class RepairTiles:
    """A sheet of close-ups."""

    imprint: Imprint
    tiles: tuple[Tile, ...]


def cut_repair_map(area: Area, edition: str) -> RepairMap:
    """Take from an area what the map of its repairs draws; `area.repairs` has rows."""
    repairs = _repairs(area)
    return RepairMap(
        imprint=imprint_of(area, edition, "核对图1", f"{area.settings.area.name}图形修复位置图", _subtitle(area)),
        view=fit(tuple(area.units.total_bounds), MAP_BOX.width, MAP_BOX.height, margin=0.02),
        units=area.units.geometry,
        communities=area.units.geometry.groupby(area.units["community"]).agg(lambda shapes: shapes.union_all()),
        marks=tuple(_marks(repairs)),
        figures=_figures(repairs),
        largest=tuple(_line(row) for row in repairs[~repairs["done"]].head(9).itertuples()),
    )


def cut_repair_tiles(area: Area, edition: str) -> list[RepairTiles]:
    """Take from an area its close-ups, largest first: what was left, what was mended, lines that were made to meet."""
    repairs = _repairs(area)
    repairs = repairs[~repairs.geometry.is_empty & repairs.geometry.notna() & (repairs["kind"] != "strip")]
    repairs = repairs[(repairs["area_m2"] >= LEAST_SHOWN_M2) | ~repairs["done"]]
    each = TILE_COLUMNS * TILE_ROWS
    shown = repairs.assign(snap=repairs["kind"] == "snap").sort_values(["done", "snap"], kind="stable")
    shown = shown.head(each * MOST_TILE_SHEETS)
    name = area.settings.area.name
    sheets = []
    for number, start in enumerate(range(0, len(shown), each), start=1):
        tiles = tuple(_tile(row, area.units) for row in shown.iloc[start : start + each].itertuples())
        imprint = imprint_of(area, edition, f"核对图1-{number}", f"{name}图形修复放大图（{number}）", _subtitle(area))
        sheets.append(RepairTiles(imprint, tiles))
    return sheets


def _repairs(area: Area) -> gpd.GeoDataFrame:
    assert area.repairs is not None
    return area.repairs.sort_values("area_m2", ascending=False, kind="stable")


def _subtitle(area: Area) -> str:
    repair = area.settings.repair
    return f"容差：吻合{repair.snap_m:g}米，缝隙{repair.gap_m:g}米，重叠{repair.overlap_m:g}米"


def _marks(repairs: gpd.GeoDataFrame) -> list[Marks]:
    marks = []
    for kind, zh in REPAIR_ZH.items():
        for done in (True, False):
            here = repairs[(repairs["kind"] == kind) & (repairs["done"] == done)]
            points = tuple(zip(here["x"].tolist(), here["y"].tolist(), strict=True))
            if points:
                marks.append(Marks(f"{zh}，{'已修复' if done else '未修复'} {len(points)}处", done, kind, points))
    return marks


def _figures(repairs: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    done = repairs["done"]
    return (
        ("已修复", f"{int(done.sum())}处"),
        ("涉及面积", f"{repairs.loc[done, 'area_m2'].sum():,.0f}㎡".replace(",", " ")),
        ("未修复", f"{int((~done).sum())}处"),
    )


def _line(row: object) -> str:
    zh = REPAIR_ZH.get(str(row.kind), str(row.kind))  # type: ignore[attr-defined]
    return f"{row.repair_id} {zh} {row.area_m2:,.0f}㎡：{row.ids}".replace(",", " ")  # type: ignore[attr-defined]


def _tile(row: object, units: gpd.GeoDataFrame) -> Tile:
    piece = row.geometry  # type: ignore[attr-defined]
    left, bottom, right, top = shapely.bounds(piece)
    half = max(right - left, top - bottom, 2 * SMALLEST_TILE_M) / 2
    middle = ((left + right) / 2, (bottom + top) / 2)
    bounds = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    view = fit(bounds, *TILE_MM, margin=0.25)
    near = units.geometry.iloc[sorted(units.sindex.intersection(view.box))]
    done = bool(row.done)  # type: ignore[attr-defined]
    zh = REPAIR_ZH.get(str(row.kind), str(row.kind))  # type: ignore[attr-defined]
    width = "" if pd.isna(row.width_m) else f"，宽{row.width_m:.1f}米"  # type: ignore[attr-defined]
    head = f"{row.repair_id} {zh} {row.area_m2:,.1f}㎡{width}（{'已修复' if done else '未修复'}）"  # type: ignore[attr-defined]
    return Tile(view, near, gpd.GeoSeries([piece], crs=units.crs), done, (head, str(row.ids)))  # type: ignore[attr-defined]
