"""Joins texts that stand as points on the map to the areas in which they stand, where the areas have no name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from pipeline.errors import problem
from pipeline.read.cells.values import as_text
from pipeline.read.columns.headings import plain
from pipeline.read.columns.recognition import recognise
from pipeline.read.layers.found import Refused
from pipeline.read.sources import Rows, Source, place

_TEXT_NAMES = (
    *("text", "textstring", "label", "标注", "注记", "文字", "文本", "注记内容", "name", "名称", "社区", "社区名称"),
    *("街道", "街道名称", "小区", "小区名称"),
)
_OF_ROLE = {"communities": "community", "subdistricts": "subdistrict"}


@dataclass(frozen=True)
class Labels:
    """Texts on the map. `points`: `text` and geometry, indexed by feature number; `source`: for naming their place."""

    points: gpd.GeoDataFrame
    source: Source


def labels_of(source: Source) -> Labels:
    """Take the column that holds the texts of a layer of labels; of shapes other than points, a point within them.

    Raises Refused where it is not clear which column holds them.
    """
    table = source.table
    texts = {plain(name): name for name in map(str, table.columns) if name != "geometry"}
    usual = next((texts[name] for name in _TEXT_NAMES if name in texts), None)
    column = usual or recognise(source.role, list(texts.values()), {}).chosen.get(_OF_ROLE.get(source.role, "name"))
    if column is None:
        worded = [name for name in texts.values() if as_text(table[name]).str.contains(r"[^\d.\s-]").any()]
        if len(worded) != 1:
            seen = ", ".join(texts.values()) or "none"
            raise Refused(f"Which column of {source.label} holds the labels is not clear; columns: {seen}", _ADVICE)
        column = worded[0]
    text = as_text(table[column]).map(lambda value: " ".join(value.split()))
    points = gpd.GeoDataFrame({"text": text}, geometry=shapely.point_on_surface(table.geometry.array), crs=table.crs)
    points.index = table.index
    return Labels(points[(text != "").to_numpy() & points.geometry.notna().to_numpy()], source)


_ADVICE = "Name the column of texts “text” or “标注”."


def in_crs_of(labels: Labels, table: gpd.GeoDataFrame, given: str) -> Labels:
    """Bring labels to the CRS of a layer (`given` by its section, else its own); where one of them says none, they are
    taken to be in the same."""
    own = labels.points.crs
    try:
        wanted = CRS.from_user_input(given) if given else table.crs
    except CRSError:  # told when the layer is placed
        wanted = None
    points = labels.points
    if own is not None and wanted is not None and not own.equals(wanted, ignore_axis_order=True):
        points = points.to_crs(wanted)
    return replace(labels, points=points.set_crs(table.crs, allow_override=True))


def named(source: Source, labels: Labels, mapped: Mapping[str, str], *, all_here: bool) -> tuple[Source, Rows]:
    """Give areas without a name the label that stands in them; of several the one nearest to the middle.

    `mapped`: columns settled by the section. `all_here`: every label should stand in an area of this file.
    """
    table = source.table
    seen = [str(name) for name in table.columns if name != "geometry"]
    settled = {ours: theirs for ours, theirs in mapped.items() if theirs in seen}
    column = recognise(source.role, seen, settled).chosen.get(_OF_ROLE.get(source.role, "name"), "name")
    known = as_text(table[column]) if column in table else pd.Series("", index=table.index, dtype="str")
    if (known != "").all():
        return source, []
    inside = _inside(table, labels.points)
    first = inside.drop_duplicates("area")
    text = pd.Series("", index=table.index, dtype="str")
    text.iloc[first["area"]] = first["text"].to_numpy()
    filled = known.where(known != "", text).astype("str")
    rows = _told(source, labels, column, (known == "") & (text != "")) + _several(source, inside, known == "")
    rows += _bare(source, table.index[filled == ""])
    rows += _outside(labels, inside, source.role) if all_here else []
    return replace(source, table=table.assign(**{column: filled})), rows


def _inside(table: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> pd.DataFrame:
    """List which label (number, text) stands in which area (position), nearest to the middle first."""
    shapes = np.asarray(table.geometry.array, dtype="object")
    which, area = shapely.STRtree(shapes).query(points.geometry.array, predicate="intersects")
    middle = shapely.distance(shapely.centroid(shapes[area]), points.geometry.array[which])
    pairs = pd.DataFrame({"area": area, "label": points.index[which], "text": points["text"].to_numpy()[which]})
    return pairs.assign(middle=middle).sort_values(["area", "middle", "label"], kind="stable").reset_index(drop=True)


def _told(source: Source, labels: Labels, column: str, given: pd.Series) -> Rows:
    if not given.any():
        return []
    detail = f"{given.sum()} of {len(given)} areas got their {column} from the labels of {labels.source.label}."
    advice = "Check them on the map; a label belongs to the area in which its point stands."
    return [problem("note", source.role, "labels joined", detail, advice, source=source.label)]


def _several(source: Source, inside: pd.DataFrame, wanted: pd.Series) -> Rows:
    """Say in which areas several labels stand and which was taken."""
    counted = inside.groupby("area")["text"].agg(list)
    several = counted[(counted.map(len) > 1) & wanted.to_numpy()[counted.index]]
    if several.empty:
        return []
    listing = "; ".join(f"{texts[0]} (not {'、'.join(texts[1:6])})" for texts in several[:20])
    detail = f"Several labels stand in {len(several)} areas; the one nearest to the middle was taken: {listing}."
    advice = "Remove other texts from the layer, or move the name to the middle."
    where = place(source, source.table.index[several.index])
    return [problem("warning", source.role, "several labels", detail, advice, source=where)]


def _bare(source: Source, areas: pd.Index) -> Rows:
    """Say which areas have neither a name nor a label."""
    if areas.empty:
        return []
    detail, advice = f"No label stands in {len(areas)} areas without a name.", "Set a label into each, or remove them."
    return [problem("warning", source.role, "no label", detail, advice, source=place(source, areas))]


def _outside(labels: Labels, inside: pd.DataFrame, role: str) -> Rows:
    """Say which labels stand in no area."""
    stray = labels.points.index[~labels.points.index.isin(inside["label"])]
    if stray.empty:
        return []
    detail = (
        f"{len(stray)} labels stand in no area and were left out: {'、'.join(labels.points.loc[stray[:20], 'text'])}."
    )
    where = place(labels.source, stray)
    return [problem("warning", role, "label outside", detail, "Move them into place.", source=where)]
