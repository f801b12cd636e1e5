"""What the steps of repair share: the drawing, and the faces it is cut into with the units that they go to."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.graph.links import numbered
from pipeline.settings import RepairSection


class Drawing(NamedTuple):
    """The units to be mended, in order: ids, community (codes), shapes (n,), and what may be mended."""

    ids: np.ndarray
    community: np.ndarray
    shapes: np.ndarray
    limits: RepairSection

    @property
    def gap_m(self) -> float:
        """Width up to which gaps are closed."""
        return max(self.limits.gap_m, self.limits.snap_m)

    @property
    def overlap_m(self) -> float:
        """Width up to which overlaps are given away."""
        return max(self.limits.overlap_m, self.limits.snap_m)


class Ground(NamedTuple):
    """Faces (k,) that share their corners, and `covers` (face, unit): which unit has which face. No row: none has."""

    faces: np.ndarray
    covers: pd.DataFrame

    def owner(self) -> np.ndarray:
        """Give the unit of each face, the first of several, -1 for none."""
        owner = np.full(len(self.faces), -1, dtype=np.int64)
        first = self.covers.drop_duplicates("face")
        owner[first["face"]] = first["unit"]
        return owner


def preferred(choices: pd.DataFrame, drawing: Drawing, own: pd.Series | None = None) -> pd.Series:
    """Choose for each face (column face) the unit with the greatest `length`; Series face -> unit.

    On ties (to the millimetre) a unit of the same community as `own` (face -> unit) goes first, then the smaller id.
    """
    rank = pd.Series(drawing.ids.astype("str")).rank(method="first").to_numpy()
    table = choices.assign(length=choices["length"].round(3), rank=rank[choices["unit"]], other=False)
    if own is not None:
        table["other"] = drawing.community[choices["unit"]] != drawing.community[choices["face"].map(own)]
    table = table.sort_values(["face", "length", "other", "rank"], ascending=[True, False, True, True])
    return table.drop_duplicates("face").set_index("face")["unit"]


def clusters(size: int, sides: pd.DataFrame, member: np.ndarray) -> np.ndarray:
    """Number the groups of faces (size,) that hang together over sides between members (size,) of the same kind.

    `member` is -1 for faces that belong to no group; they are numbered too, each alone.
    """
    ends = sides[["face", "other"]].to_numpy()
    ends = ends[ends[:, 1] >= 0]
    same = (member[ends[:, 0]] >= 0) & (member[ends[:, 0]] == member[ends[:, 1]])
    return numbered(size, ends[same])


def united(faces: np.ndarray, group: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unite the faces of each group among the positions `which`; gives the group numbers, sorted, and the shapes."""
    order = which[np.argsort(group[which], kind="stable")]
    number, start = np.unique(group[order], return_index=True)
    whole = (
        [
            shapely.coverage_union_all(faces[some]) if len(some) > 1 else faces[some[0]]
            for some in np.split(order, start[1:])
        ]
        if len(order)
        else []
    )
    return number, np.array(whole, dtype="object")


def unit_parts(covers: pd.DataFrame, sides: pd.DataFrame) -> np.ndarray:
    """Number the parts that the faces of each unit form: one number per row of `covers`, parts of all units counted on.

    Faces that touch in a point only are apart.
    """
    rows = covers.assign(row=np.arange(len(covers)))
    inner = sides.loc[sides["other"] >= 0, ["face", "other"]]
    joined = inner.merge(rows, on="face").merge(rows.rename(columns={"face": "other"}), on=["other", "unit"])
    return numbered(len(covers), joined[["row_x", "row_y"]].to_numpy())
