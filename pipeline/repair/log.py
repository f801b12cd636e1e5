"""Keeps the account of repairs: one row for each change and for each fault that was left."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.schema import LIST_SEPARATOR, columns


@dataclass(frozen=True)
class Row:
    """One change of shapes, or one fault left; `doubtful`: mended, but someone should look at it."""

    kind: str
    done: bool
    ids: str
    piece: object
    area_m2: float
    width_m: float
    before: str
    after: str
    why: str
    doubtful: bool = False


def change(
    kind: str,
    ids: Iterable[object],
    piece: object,
    before: str,
    after: str,
    why: str,
    *,
    done: bool = True,
    area_m2: float | None = None,
    width_m: float = float("nan"),
    doubtful: bool = False,
) -> Row:
    """Make a row; the area is that of the piece where it is not given."""
    area = float(shapely.area(piece)) if area_m2 is None else area_m2
    return Row(kind, done, LIST_SEPARATOR.join(map(str, ids)), piece, area, width_m, before, after, why, doubtful)


def joined_lines(rows: Sequence[Row], snap_m: float) -> list[Row]:
    """Put narrow pieces (up to snap_m) between the same units into one row of kind `snap` each.

    Hundreds of slivers along one border that was drawn twice are one matter.
    """
    groups: dict[str, list[Row]] = {}
    joined: list[Row] = []
    others: list[Row] = []
    for row in rows:
        thin = row.kind in ("overlap", "gap") and row.done and row.width_m <= snap_m
        (groups.setdefault(row.ids, []) if thin else others).append(row)
    for ids, found in groups.items():
        count = Counter(row.kind for row in found)
        before = " and ".join(f"{count[kind]} {kind}s" for kind in ("overlap", "gap") if count[kind])
        piece = shapely.multipolygons(np.concatenate([shapely.get_parts(row.piece) for row in found]))
        area, width = sum(row.area_m2 for row in found), max(row.width_m for row in found)
        text = (f"two lines up to {width:.2f} m apart ({before})", "one line", f"not wider than snap_m = {snap_m:g}")
        joined.append(Row("snap", True, ids, piece, area, width, *text))
    return others + joined


def repairs_table(rows: Sequence[Row], layer: str, crs: object) -> gpd.GeoDataFrame:
    """Make the table of repairs (schema.REPAIRS_CSV) with the pieces as geometry, in the order given."""
    pieces = np.array([row.piece for row in rows], dtype="object")
    middle = shapely.point_on_surface(pieces)
    figures = {"area_m2": [row.area_m2 for row in rows], "width_m": [row.width_m for row in rows]}
    table = pd.DataFrame(
        {
            "repair_id": [f"R{number:0{max(4, len(str(len(rows))))}d}" for number in range(1, len(rows) + 1)],
            **{
                name: [getattr(row, name) for row in rows] for name in ("kind", "done", "ids", "before", "after", "why")
            },
            **{name: np.round(np.array(values, dtype=float), 3) for name, values in figures.items()},
            "layer": layer,
            "x": np.round(shapely.get_x(middle), 2),
            "y": np.round(shapely.get_y(middle), 2),
        },
    )
    text = dict.fromkeys(("repair_id", "kind", "layer", "ids", "before", "after", "why"), "str")
    table = table[columns("repairs.csv")].astype({**text, "done": bool, "x": float, "y": float})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(pieces, crs=crs), crs=crs)
