"""Draws the polygons of units: communities cut along lines, and between buildings where many households are left."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.results import Area
from pipeline.tessellate.cells import divided
from pipeline.tessellate.enclosures import enclosures
from pipeline.tessellate.mesh import faces, holders, in_order, together, twins
from pipeline.tessellate.spreading import AREA, counted


@dataclass(frozen=True)
class Drawn:
    """Polygons that become units, and what they were made from.

    `pieces`: community, share (of its households, in any measure), geometry; from north-west to south-east. `homes`:
    the buildings with `community` ("" outside all), share, basis, filled. `basis`: what each community's households
    are spread by (see `spreading.BASES`), Series by community.
    """

    pieces: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    basis: pd.Series


def draw(area: Area) -> Drawn:
    """Draw the polygons for an area whose units are its communities."""
    blocks = enclosures(
        area.units.geometry,
        area.lines.geometry,
        reach_m=area.settings.repair.snap_m,
        least_m2=area.settings.tessellate.least_m2,
    )
    homes = _homes(area.buildings, blocks)
    inside = homes[homes["community"] != ""]
    basis = inside.groupby("community")["basis"].first().reindex(area.units.index, fill_value=AREA).rename("basis")
    rate = area.units["households"] / inside.groupby("community")["share"].sum()
    households = inside["share"] * inside["community"].map(rate).astype("float64")
    pieces = _between_buildings(blocks, inside, households, area.settings.tessellate.most_households)
    by_area = pieces["community"].map(basis) == AREA
    return Drawn(pieces.assign(share=_held(pieces, inside).where(~by_area, pieces.area)), homes, basis)


def _homes(buildings: gpd.GeoDataFrame | None, blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say of each building the block and community its middle lies in (-1 and "" outside), and what it counts for.

    Buildings are sorted by place, so that their order in the file makes no difference.
    """
    if buildings is None:
        unknown = pd.Series(dtype="float64")
        none = gpd.GeoSeries([], crs=blocks.crs)
        buildings = gpd.GeoDataFrame({"floors": unknown, "floor_m2": unknown}, geometry=none, crs=blocks.crs)
    homes = buildings.iloc[in_order(_shapes(buildings))].reset_index(drop=True)
    building, block = holders(_shapes(blocks), _shapes(homes))
    building, once = np.unique(building, return_index=True)  # a middle on a border is in two: the first has it
    position = np.full(len(homes), -1)
    position[building] = block[once]
    names = np.append(blocks["community"].to_numpy(), "")
    homes = homes.assign(block=position, community=pd.Series(names[position], index=homes.index, dtype="str"))
    return homes.join(counted(homes, homes["community"]))


def _between_buildings(
    blocks: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, households: pd.Series, most: float
) -> gpd.GeoDataFrame:
    """Divide the blocks that hold more than `most` households between their buildings, where they have several."""
    shapes, counts = _shapes(homes), households.to_numpy()
    members = homes.reset_index().groupby("block").indices
    pieces, owners = [], []
    for block, (owner, shape) in enumerate(zip(blocks["community"], blocks.geometry, strict=True)):
        inside = members.get(block, np.empty(0, dtype="int64"))
        parts = np.array([shape], dtype="object")
        if len(inside) > 1 and counts[inside].sum() > most:
            parts = divided(shape, shapes[inside], counts[inside], most)
        pieces.append(parts)
        owners += [owner] * len(parts)
    drawn, community = np.concatenate(pieces), np.array(owners)
    if len(drawn) > len(blocks):
        drawn = _with_shared_corners(_shapes(blocks), drawn, pd.factorize(community)[0])
    order = in_order(drawn)
    return gpd.GeoDataFrame({"community": community[order]}, geometry=drawn[order], crs=blocks.crs)


def _with_shared_corners(blocks: np.ndarray, drawn: np.ndarray, community: np.ndarray) -> np.ndarray:
    """Give all pieces the corners of their neighbours in the blocks around.

    Cut anew along the outlines of the blocks and the seams inside them: the outlines of pieces would not do, since
    each bends the block's outline by up to a step of the grid where a seam ends.
    """
    seams = shapely.linestrings(twins(drawn, within=community).ends.reshape(-1, 2, 2))
    mesh = faces(np.concatenate([shapely.boundary(blocks), seams]))
    face, piece = holders(drawn, mesh)
    return together(mesh[face], piece)


def _held(pieces: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> pd.Series:
    """Sum what the buildings in each piece count for; a building counts in its own community alone, and once."""
    building, piece = holders(_shapes(pieces), _shapes(homes))
    own = homes["community"].to_numpy()[building] == pieces["community"].to_numpy()[piece]
    building, once = np.unique(building[own], return_index=True)
    share = homes["share"].to_numpy()[building]
    return pd.Series(np.bincount(piece[own][once], share, minlength=len(pieces)), index=pieces.index)


def _shapes(table: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(table.geometry.array, dtype="object")
