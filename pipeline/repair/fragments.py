"""Joins crumbs of units, cut off from the rest of them, to the neighbour with the longest border."""

import numpy as np
import pandas as pd
import shapely

from pipeline.repair.ground import Drawing, Ground, preferred, unit_parts
from pipeline.repair.log import Row, change

ROUNDS = 5
"""A crumb among crumbs waits until one of its neighbours has joined a unit."""


def join_fragments(ground: Ground, sides: pd.DataFrame, drawing: Drawing) -> tuple[Ground, list[Row]]:
    """Join the parts of units of up to fragment_m2 that are not their largest part; parts that touch none stay."""
    rows: list[Row] = []
    for _ in range(ROUNDS):
        covers = ground.covers.assign(part=unit_parts(ground.covers, sides))
        covers["area"] = shapely.area(ground.faces)[covers["face"]]
        crumb = _crumbs(covers, drawing.limits.fragment_m2)
        alone = ~covers["face"].duplicated(keep=False)
        loose = covers[crumb & alone]
        taker = _takers(loose, covers[~crumb & alone], sides, drawing)
        if taker.empty:
            break
        moved = loose[loose["part"].isin(taker.index)]
        rows += _rows(ground, moved, taker, drawing)
        joined = covers["unit"].where(~covers.index.isin(moved.index), covers["part"].map(taker)).astype("int64")
        ground = Ground(ground.faces, covers[["face"]].assign(unit=joined))
    return ground, rows


def _crumbs(covers: pd.DataFrame, most_m2: float) -> np.ndarray:
    """Say which rows of `covers` belong to a small part that is not the largest of its unit."""
    area = covers.groupby("part")["area"].sum()
    parts = covers.drop_duplicates("part").assign(whole=lambda table: table["part"].map(area))
    parts = parts.sort_values(["unit", "whole", "face"], ascending=[True, False, True])
    smaller = parts[parts.duplicated("unit") & (parts["whole"] <= most_m2)]
    return covers["part"].isin(smaller["part"]).to_numpy()


def _takers(loose: pd.DataFrame, firm: pd.DataFrame, sides: pd.DataFrame, drawing: Drawing) -> pd.Series:
    """Choose for each loose part the unit that it borders longest: Series part -> unit."""
    beyond = sides.loc[sides["other"] >= 0, ["face", "other", "length"]]
    border = beyond.merge(loose[["face", "unit", "part"]], on="face")
    border = border.merge(firm[["face", "unit"]].rename(columns={"face": "other", "unit": "taker"}), on="other")
    border = border[border["unit"] != border["taker"]]
    choices = border.groupby(["part", "taker"], as_index=False)["length"].sum()
    own = loose.drop_duplicates("part").set_index("part")["unit"]
    return preferred(choices.rename(columns={"part": "face", "taker": "unit"}), drawing, own)


def _rows(ground: Ground, moved: pd.DataFrame, taker: pd.Series, drawing: Drawing) -> list[Row]:
    rows = []
    for part, faces in moved.groupby("part"):
        piece = shapely.coverage_union_all(ground.faces[faces["face"]])
        old, new = drawing.ids[faces["unit"].iloc[0]], drawing.ids[taker[part]]
        before = f"a part of {old}, cut off from the rest of it"
        why = f"not above fragment_m2 = {drawing.limits.fragment_m2:g}, and it borders {new} longest"
        rows.append(change("fragment", [old, new], piece, before, f"part of {new}", why))
    return rows
