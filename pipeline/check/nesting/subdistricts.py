"""Compares the outline of each subdistrict with its communities: what they take beyond it, what of it has none."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.check.nesting.ground import NOISE_M, Ground, wide
from pipeline.check.rows import Found, Rows, listing, one_by_one
from pipeline.errors import problem
from pipeline.measures import width_m

PIECE_M2 = 100.0
"""Smaller pieces are drawing noise; so is as much of it in all."""

STRONGLY = 0.05
"""An outline that differs by at least this share of its area is worth a warning; by less, a note."""

SHOWN = 5
"""Pieces shown of one subdistrict, the largest first."""

ADVICE = (
    "Nothing to do where nobody lives there, such as rivers and parks; else correct the outline or the communities."
)


def check_subdistricts(ground: Ground, outside: gpd.GeoDataFrame) -> Rows:
    """Tell where subdistricts and their communities do not cover the same ground, with m², width and place.

    `outside`: of `crossing.find_outside`; what crosses has a row of its own and is not said again. All drawing noise
    together is one note.
    """
    lacking, at = find_lacking(ground), ground.files["subdistricts"]
    beyond = outside[~outside["crosses"]]
    over, small = _pieces(beyond.geometry, beyond["subdistrict"])
    bare, smaller = _pieces(lacking.geometry, lacking.index)
    noise = lacking["noise_m2"].sum() + outside["noise_m2"].sum() + small + smaller
    sums = [pieces.groupby("name")["area_m2"].sum() for pieces in (over, bare)]
    shares = sum(part.reindex(ground.subdistricts.index, fill_value=0.0) for part in sums) / ground.subdistricts.area
    strong, slight = (list(shares.index[which]) for which in (shares >= STRONGLY, (shares > 0) & (shares < STRONGLY)))

    def tell(name: str) -> Found:
        return _found(name, shares[name], over[over["name"] == name], bare[bare["name"] == name])

    many = "outlines of subdistricts differ from their communities"
    return [
        *one_by_one("warning", "subdistricts", "subdistrict outline differs", strong, tell, many, ADVICE, source=at),
        *one_by_one("note", "subdistricts", "subdistrict outline differs", slight, tell, many, ADVICE, source=at),
        *_noise(noise, at),
    ]


def find_lacking(ground: Ground) -> gpd.GeoDataFrame:
    """Find what of each subdistrict no community covers: geometry (at least NOISE_M wide), noise_m2 (the rest)."""
    drawn = ground.drawn().to_numpy()
    shapes = ground.subdistricts.to_numpy()
    there, community = shapely.STRtree(drawn).query(shapes, predicate="intersects")
    covered = [shapely.union_all(drawn[community[there == at]]) for at in range(len(shapes))]
    rest = gpd.GeoSeries(shapely.difference(shapes, covered), index=ground.subdistricts.index, crs=ground.units.crs)
    broad = wide(rest)
    return gpd.GeoDataFrame({"noise_m2": (rest.area - broad.area).clip(lower=0.0)}, geometry=broad)


def _pieces(shapes: gpd.GeoSeries, names: pd.Series | pd.Index) -> tuple[pd.DataFrame, float]:
    """Take shapes apart: name, area_m2, width_m, x, y of each piece, largest first; and the area of all too small."""
    whole = shapes.to_numpy()
    parts, of = shapely.get_parts(whole[~shapely.is_empty(whole)], return_index=True)
    series, middle = gpd.GeoSeries(parts), shapely.point_on_surface(parts)
    named = np.asarray(names)[~shapely.is_empty(whole)][of]
    table = pd.DataFrame({"name": named, "area_m2": series.area, "width_m": width_m(series)})
    table = table.assign(x=shapely.get_x(middle), y=shapely.get_y(middle))
    small = table["area_m2"] < PIECE_M2
    return table[~small].sort_values("area_m2", ascending=False, kind="stable"), table.loc[small, "area_m2"].sum()


def _found(name: str, share: float, over: pd.DataFrame, bare: pd.DataFrame) -> Found:
    said = [
        *([f"its communities reach beyond it with {_said(over)}"] if len(over) else []),
        *([f"no community covers {_said(bare)} of it"] if len(bare) else []),
    ]
    return Found(name, f"The outline of {name} differs by {share:.2%}: {'; '.join(said)}.", f"{name} ({share:.2%})")


def _said(pieces: pd.DataFrame) -> str:
    shown = [
        f"{piece.area_m2:.0f} m² ({piece.width_m:.0f} m wide, at {piece.x:.0f}, {piece.y:.0f})"
        for piece in pieces.head(SHOWN).itertuples()
    ]
    rest = pieces["area_m2"].iloc[SHOWN:]
    return listing([*shown, *([f"{len(rest)} more pieces of {rest.sum():.0f} m²"] if len(rest) else [])])


def _noise(area_m2: float, source: str) -> Rows:
    if area_m2 <= PIECE_M2:
        return []
    detail = (
        f"Slivers along the outlines of subdistricts, narrower than {NOISE_M:.0f} m or smaller than {PIECE_M2:.0f} m², "
        f"make {area_m2:.0f} m² in all: drawing noise."
    )
    advice = "Nothing to do; take the outlines from the communities if they shall be the same."
    return [problem("note", "subdistricts", "subdistrict outline differs", detail, advice, source=source)]
