"""Gives each narrow overlap to one of the units that cover it; wide ones stay with all of them."""

import numpy as np
import pandas as pd

from pipeline.coverage import HAIRLINE_M, MAX_OVERLAP_M2, is_narrow, owner_sides, widths
from pipeline.repair.ground import Drawing, Ground, clusters, preferred, unit_parts, united
from pipeline.repair.log import Row, change


def give_overlaps(ground: Ground, sides: pd.DataFrame, drawing: Drawing) -> tuple[Ground, list[Row]]:
    """Give narrow overlaps away.

    The unit with the longer border to a piece gets it, which cuts capes off and fills bays up. A unit that would be
    left with nothing, or fall apart by it, gets the piece that holds it together.
    """
    several = ground.covers[ground.covers.duplicated("face", keep=False)]
    if several.empty:
        return ground, []
    several, shapes = _in_pieces(ground, sides, several)
    narrow = is_narrow(shapes, drawing.overlap_m)
    loose = several[narrow[several["piece"]]]
    chosen = _longest_border(ground, sides, loose, drawing)
    for _ in range(2):
        chosen = _held_together(_given(ground, chosen, loose), sides, loose, chosen)
    taker = _by_piece(chosen, loose)
    return _given(ground, chosen, loose), _rows(shapes, taker, several, drawing)


def _in_pieces(ground: Ground, sides: pd.DataFrame, several: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Unite faces that hang together and are covered by the same units: `several` with the column piece; the shapes."""
    who = several.groupby("face")["unit"].agg(tuple)
    member = np.full(len(ground.faces), -1, dtype=np.int64)
    member[who.index] = pd.factorize(who)[0]
    group = clusters(len(ground.faces), sides, member)
    number, shapes = united(ground.faces, group, who.index.to_numpy())
    return several.assign(piece=np.searchsorted(number, group[several["face"]])), shapes


def _longest_border(ground: Ground, sides: pd.DataFrame, loose: pd.DataFrame, drawing: Drawing) -> pd.Series:
    """Choose for each piece the unit whose own land it borders longest: Series face -> unit."""
    own = ground.owner()
    own[ground.covers.loc[ground.covers.duplicated("face"), "face"]] = -1
    border = owner_sides(sides, own)
    choices = loose.merge(border, on=["face", "unit"], how="left").fillna({"length": 0.0})
    choices = choices.groupby(["piece", "unit"], as_index=False)["length"].sum().rename(columns={"piece": "face"})
    taker = preferred(choices, drawing)
    faces = loose.drop_duplicates("face")
    return pd.Series(taker.reindex(faces["piece"]).to_numpy(), index=faces["face"].to_numpy())


def _given(ground: Ground, chosen: pd.Series, loose: pd.DataFrame) -> Ground:
    kept = ground.covers[~ground.covers["face"].isin(loose["face"])]
    given = pd.DataFrame({"face": chosen.index, "unit": chosen.to_numpy()})
    covers = pd.concat([kept, given]).astype("int64").sort_values(["face", "unit"], ignore_index=True)
    return Ground(ground.faces, covers)


def _held_together(given: Ground, sides: pd.DataFrame, loose: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    """Give a piece back to a unit whose parts it joins, or that would have nothing without it."""
    lost = loose[chosen.reindex(loose["face"]).to_numpy() != loose["unit"].to_numpy()]
    part = given.covers.assign(part=unit_parts(given.covers, sides))
    beyond = sides.loc[sides["other"] >= 0, ["face", "other"]].rename(columns={"other": "beside"})
    touched = lost.merge(beyond, on="face").merge(part.rename(columns={"face": "beside"}), on=["beside", "unit"])
    joins = touched.groupby(["piece", "unit"])["part"].nunique()
    joining = joins[joins > 1].reset_index()[["piece", "unit"]]
    nothing = lost.loc[~lost["unit"].isin(given.covers["unit"]), ["piece", "unit"]]
    back = pd.concat([joining, nothing]).drop_duplicates("piece").set_index("piece")["unit"]
    piece = loose.drop_duplicates("face").set_index("face")["piece"]
    return piece.map(back).fillna(chosen).astype("int64")


def _by_piece(chosen: pd.Series, loose: pd.DataFrame) -> pd.Series:
    faces = loose.drop_duplicates("piece")
    return pd.Series(chosen.reindex(faces["face"]).to_numpy(), index=faces["piece"].to_numpy())


def _rows(shapes: np.ndarray, taker: pd.Series, several: pd.DataFrame, drawing: Drawing) -> list[Row]:
    """Account for every overlap that is more than noise; `taker`: piece -> unit."""
    width = widths(shapes, drawing.overlap_m)
    who = several.drop_duplicates(["piece", "unit"]).groupby("piece")["unit"].agg(list)
    rows = []
    for piece, units in who.items():
        ids, shape = drawing.ids[units], shapes[piece]
        before = f"covered by {len(ids)} units"
        if piece in taker.index:
            if width[piece] > HAIRLINE_M:
                text = (before, f"{drawing.ids[taker[piece]]} has it", "it borders this unit longest")
                rows.append(change("overlap", ids, shape, *text, width_m=float(width[piece])))
        elif shape.area > MAX_OVERLAP_M2:
            why = f"wider than overlap_m = {drawing.limits.overlap_m:g}: which unit has it is not for a rule to say"
            rows.append(
                change("overlap", ids, shape, before, "as it was", why, done=False, width_m=float(width[piece]))
            )
    return rows
