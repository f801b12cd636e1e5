"""Lets units that only met at a corner meet in one point, where mending made a short border of it.

Where four units meet and each was drawn by itself, their corners lie apart. Once overlaps and gaps are gone, two of
them that lie across from one another can share a border of a metre or two, and would be neighbours that never were.
Such a border is drawn together to one point; who shared a longer border before still does.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from pipeline.graph.borders import GRID_M, boundary_segments
from pipeline.graph.links import numbered
from pipeline.repair.log import Row, change

LEAST_UNITS = 3
"""Units at each end of a border inside the cover."""

ROUNDS = 5
"""Times that borders which cannot be drawn together are left out, before none is."""


class Net(NamedTuple):
    """The corners and sides of a cover: `places` (k, 2); `sides`: unit, i, j (corners, i < j), length, alike (units
    that have this side)."""

    places: np.ndarray
    sides: pd.DataFrame

    def borders(self) -> pd.DataFrame:
        """List the sides that two units share: a, b (positions, a < b), i, j, length."""
        shared = self.sides[self.sides["alike"] == 2].groupby(["i", "j"])
        return shared.agg(a=("unit", "min"), b=("unit", "max"), length=("length", "first")).reset_index()


class Contacts(NamedTuple):
    """Short borders: the two units and the length of each, and the `corners` (corner, contact) they run through."""

    table: pd.DataFrame
    corners: pd.DataFrame


def meet_in_points(
    drawn: np.ndarray, mended: np.ndarray, ids: np.ndarray, longest_m: float
) -> tuple[np.ndarray, list[Row]]:
    """Draw together the short borders that mending made; gives the shapes (n,) and the account.

    `drawn`, `mended`: shapes before and after; `longest_m`: length up to which a border is no more than a corner.
    Only borders inside the cover go: at the rim of open land one would open a notch.
    """
    fresh = ~shapely.equals_identical(drawn, mended)
    if not fresh.any():
        return mended, []
    net = _net(mended)
    contacts = _contacts(net, drawn, fresh, longest_m)
    kept = np.ones(len(contacts.table), dtype=bool)
    for _ in range(ROUNDS):
        if not kept.any():
            break
        shapes, broken = _drawn_together(net, mended, contacts, kept)
        if not broken.any():
            return shapes, _rows(net, contacts, ids, kept)
        at = contacts.corners.merge(net.sides[["unit", "i"]].rename(columns={"i": "corner"}), on="corner")
        kept[at.loc[broken[at["unit"]], "contact"]] = False
    return mended, []


def _net(shapes: np.ndarray) -> Net:
    segments = boundary_segments(shapes)
    grid = np.rint(segments.ends.reshape(-1, 2) / GRID_M).astype(np.int64)
    _, first, corner = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    ends = np.sort(corner.reshape(-1, 2), axis=1)
    length = np.hypot(*(segments.ends[:, 2:] - segments.ends[:, :2]).T)
    sides = pd.DataFrame({"unit": segments.owner, "i": ends[:, 0], "j": ends[:, 1], "length": length})
    sides["alike"] = sides.groupby(["i", "j"])["unit"].transform("size")
    return Net(segments.ends.reshape(-1, 2)[first], sides)


def _contacts(net: Net, drawn: np.ndarray, fresh: np.ndarray, longest_m: float) -> Contacts:
    """Find the short borders of `fresh` shapes (n,) that are new and lie inside the cover."""
    borders = net.borders()
    table = borders.groupby(["a", "b"], as_index=False)["length"].sum()
    before = _net(drawn).borders().groupby(["a", "b"])["length"].sum()
    known = before.reindex(pd.MultiIndex.from_frame(table[["a", "b"]])).fillna(0.0).to_numpy()
    short = (table["length"] <= longest_m) & (fresh[table["a"]] | fresh[table["b"]]) & (known < table["length"] / 2)
    table = table[short].reset_index(drop=True).rename_axis("contact").reset_index()
    run = borders.merge(table[["contact", "a", "b"]], on=["a", "b"])
    corners = run.melt("contact", ["i", "j"], value_name="corner")[["contact", "corner"]].drop_duplicates()
    inner = _inner(net, corners).reindex(table["contact"], fill_value=False).to_numpy()
    number = np.cumsum(inner) - 1
    corners = corners[inner[corners["contact"]]]
    corners = corners.assign(contact=number[corners["contact"]]).reset_index(drop=True)
    return Contacts(table[inner].reset_index(drop=True), corners)


def _inner(net: Net, corners: pd.DataFrame) -> pd.Series:
    """Tell of each contact whether it lies inside the cover and ends where at least three units meet."""
    of = corners["contact"].to_numpy()
    rim = net.sides.loc[net.sides["alike"] != 2, ["i", "j"]].to_numpy().ravel()
    ends = pd.Series(_is_end(net, corners["corner"])).groupby(of).sum()
    return (ends >= 2) & ~pd.Series(np.isin(corners["corner"], rim)).groupby(of).any()


def _is_end(net: Net, corners: pd.Series) -> np.ndarray:
    """Tell of corners whether at least three units meet there."""
    at = net.sides.melt("unit", ["i", "j"], value_name="corner")[["corner", "unit"]].drop_duplicates()
    return at.groupby("corner").size().reindex(corners).to_numpy() >= LEAST_UNITS


def _drawn_together(
    net: Net, mended: np.ndarray, contacts: Contacts, kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Put the corners of each group of contacts in one place; gives the shapes (n,) and which were broken by it."""
    corners = contacts.corners[kept[contacts.corners["contact"]]]
    first = corners.groupby("corner")["contact"].transform("first")
    group = numbered(len(kept), np.column_stack([corners["contact"], first]))[corners["contact"]]
    ends = _is_end(net, corners["corner"])
    end = pd.DataFrame(np.where(ends[:, None], net.places[corners["corner"]], np.nan))
    place = end.groupby(group).transform("mean").round(3)
    moved = dict(zip(_keys(net.places[corners["corner"]]), place.itertuples(index=False, name=None), strict=True))
    at = net.sides[["i", "j"]].isin(corners["corner"].to_numpy()).any(axis=1)
    touched = np.unique(net.sides.loc[at, "unit"])
    shapes = mended.copy()
    for unit in touched:
        shapes[unit] = shapely.remove_repeated_points(shapely.transform(mended[unit], lambda xy: _put(xy, moved)))
    broken = np.zeros(len(shapes), dtype=bool)
    broken[touched] = ~shapely.is_valid(shapes[touched]) | shapely.is_empty(shapes[touched])
    if not broken.any():
        around = np.unique(shapely.STRtree(mended).query(mended[touched], predicate="intersects")[1])
        faults = [~shapely.is_empty(shapely.coverage_invalid_edges(some[around])) for some in (mended, shapes)]
        broken[around] = faults[1] & ~faults[0]
    return shapes, broken


def _keys(xy: np.ndarray) -> list[tuple[int, int]]:
    return [tuple(key) for key in np.rint(xy / GRID_M).astype(np.int64).tolist()]


def _put(xy: np.ndarray, moved: dict[tuple[int, int], tuple[float, float]]) -> np.ndarray:
    return np.array([moved.get(key, tuple(own)) for key, own in zip(_keys(xy), xy, strict=True)])


def _rows(net: Net, contacts: Contacts, ids: np.ndarray, kept: np.ndarray) -> list[Row]:
    rows = []
    for contact, corners in contacts.corners.groupby("contact"):
        if kept[contact]:
            one = contacts.table.loc[contact]
            text = f"a corner that mending drew out to a border of {one['length']:.2f} m", "one point"
            line = shapely.linestrings(net.places[corners["corner"]])
            pair = ids[[int(one["a"]), int(one["b"])]]
            why = "units that meet at a corner are no neighbours"
            rows.append(change("snap", pair, line, *text, why, width_m=float(one["length"])))
    return rows
