"""Where a community may extend from unit to unit: forbidden barriers, the crossings that open them, and why.

A crossing (bridge, underpass) serves every barrier border near it. A border along a forbidden barrier that has no
crossing, neither a point of that layer nor a road across, is not allowed; nor is a bridge over such a barrier.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.rules import RuleSet, barring_of
from pipeline.schema import LIST_SEPARATOR, ROAD_CLASS_ZH, SECTION_ZH

LINE_ZH = {"water": SECTION_ZH["water"], "railway": SECTION_ZH["railways"], "road": SECTION_ZH["roads"]}

BRIDGE_WHY = "所在街道各部分互不相接，取最近处相连"
INHERITED_WHY = "社区现状不连片，照现状相连"
CORNER_WHY = "仅角点相接（{metres}米）"


def passages(
    borders: pd.DataFrame, pieces: pd.DataFrame, crossings: gpd.GeoDataFrame | None, within_m: float
) -> tuple[pd.DataFrame, np.ndarray]:
    """Say of each border whether it is allowed and why; tell which crossings (n, bool) serve none of them.

    `borders`: those of `along.describe_borders`, 0..m-1; `pieces`: pair, x0, y0, x1, y1. Gives the borders with the
    crossings counted in, and with `allowed` and `why` for `forbidden`.
    """
    names, idle = _served(borders, pieces, crossings, within_m)
    through = names.reindex(borders.index).fillna("")
    crossing = borders["crossing"] | (through != "")
    told = borders.assign(crossing=crossing, allowed=~borders["forbidden"] | crossing, why="")
    spoken = borders["forbidden"] | (through != "")
    told.loc[spoken, "why"] = [
        _sentence(*values)
        for values in zip(
            *(told.loc[spoken, name] for name in ("along", "along_name", "road_class", "forbidden", "crossing")),
            through[spoken],
            strict=True,
        )
    ]
    return told.drop(columns="forbidden"), idle


def shut_links(
    links: np.ndarray,
    shapes: np.ndarray,
    lines: gpd.GeoDataFrame | None,
    crossings: gpd.GeoDataFrame | None,
    rules: RuleSet,
    within_m: float,
) -> list[str]:
    """Say why each link (m, 2 positions of shapes) over open ground may not be used; "" where it may.

    A link goes the shortest way from shape to shape. It is shut where it meets a forbidden barrier, unless a crossing
    lies between the two: no farther from either than `within_m` and half the way.
    """
    if lines is None or not len(lines) or not len(links):
        return [""] * len(links)
    columns = {
        name: lines[name].fillna("").astype("str") if name in lines else pd.Series("", index=lines.index)
        for name in ("kind", "road_class", "name")
    }
    shut = barring_of(columns["kind"], columns["road_class"], rules) == "forbidden"
    if "barrier" in lines:
        shut &= lines["barrier"].fillna(False).astype(bool)
    if not shut.any():
        return [""] * len(links)
    ways = shapely.shortest_line(shapes[links[:, 0]], shapes[links[:, 1]])
    met = lines.geometry[shut].to_numpy()
    way, line = shapely.STRtree(met).query(ways, predicate="intersects")
    first = pd.Series(line, index=way).groupby(level=0).first()
    if crossings is not None and len(crossings):
        points, reach = crossings.geometry.to_numpy(), within_m + shapely.length(ways) / 2
        served = [
            number
            for number in first.index
            if (np.maximum(*(shapely.distance(points, shapes[end]) for end in links[number])) <= reach[number]).any()
        ]
        first = first.drop(served)
    why = [""] * len(links)
    for number, found in first.items():
        kind, road_class, name = (columns[key][shut].iloc[found] for key in ("kind", "road_class", "name"))
        why[int(number)] = f"相隔{_named(kind, name, road_class)}，禁止跨越"
    return why


def _served(
    borders: pd.DataFrame, pieces: pd.DataFrame, crossings: gpd.GeoDataFrame | None, within_m: float
) -> tuple[pd.Series, np.ndarray]:
    """Name the crossings of each barrier border that has some: Series border -> names; and those that serve none."""
    none = pd.Series(dtype="str")
    if crossings is None or not len(crossings):
        return none, np.zeros(0, dtype=bool)
    barred = pieces[borders["barrier"].to_numpy()[pieces["pair"]]]
    if barred.empty:
        return none, np.ones(len(crossings), dtype=bool)
    tree = shapely.STRtree(shapely.linestrings(barred[["x0", "y0", "x1", "y1"]].to_numpy().reshape(-1, 2, 2)))
    point, piece = tree.query(crossings.geometry.to_numpy(), predicate="dwithin", distance=within_m)
    met = pd.DataFrame({"pair": barred["pair"].to_numpy()[piece], "point": point}).drop_duplicates()
    met["name"] = crossings["name"].replace("", "未命名通道").to_numpy()[met["point"]]
    names = met.sort_values(["pair", "point"]).groupby("pair")["name"].agg(_listed)
    return names, ~np.isin(np.arange(len(crossings)), point)


def _named(kind: str, name: str, road_class: str) -> str:
    """Write a line with its name and class: 黄河（水系）, 铁路."""
    of = ROAD_CLASS_ZH.get(road_class) or LINE_ZH.get(kind, kind)
    return f"{name}（{of}）" if name else of


def _listed(names: pd.Series) -> str:
    return LIST_SEPARATOR.join(dict.fromkeys(names))


def _sentence(kind: str, name: str, road_class: str, forbidden: bool, crossing: bool, through: str) -> str:
    along = f"沿{_named(kind, name, road_class)}" + ("，禁止跨越" if forbidden else "")
    if not crossing:
        return f"{along}，无通道"
    return f"{along}，有通道：{through}" if through else f"{along}，有道路跨越"
