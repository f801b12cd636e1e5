"""Where a community may extend from unit to unit: forbidden barriers, the crossings that open them, and why.

A crossing (bridge, underpass) serves every barrier border near it. A border along a forbidden barrier that has no
crossing, neither a point of that layer nor a road across, is not allowed; nor is a bridge over such a barrier.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.graph.along import road_crossings
from pipeline.rules import RuleSet, barring_of
from pipeline.schema import LIST_SEPARATOR, ROAD_CLASS_ZH, SECTION_ZH

LINE_ZH = {"water": SECTION_ZH["water"], "railway": SECTION_ZH["railways"], "road": SECTION_ZH["roads"]}

BRIDGE_WHY = "所在街道各部分互不相接，取最近处相连"
INHERITED_WHY = "社区现状不连片，照现状相连"
NAMELESS, BY_ROAD = "未命名通道", "道路跨越处"
CORNER_WHY = "仅角点相接（{metres}米）"


class Led(NamedTuple):
    """A shape of each of two parts and the crossing between them, as positions."""

    one: int
    other: int
    crossing: int


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


def forbidden_lines(lines: gpd.GeoDataFrame | None, rules: RuleSet) -> gpd.GeoDataFrame | None:
    """Give the lines that no community may extend across; None where there are none."""
    if lines is None or not len(lines):
        return None
    kind, road_class = (
        lines[name].fillna("").astype("str") if name in lines else pd.Series("", index=lines.index)
        for name in ("kind", "road_class")
    )
    shut = barring_of(kind, road_class, rules) == "forbidden"
    if "barrier" in lines:
        shut &= lines["barrier"].fillna(False).astype(bool)
    name = lines["name"].fillna("").astype("str") if "name" in lines else ""
    found = lines.assign(kind=kind, road_class=road_class, name=name)[shut]
    return found if len(found) else None


def ways_over(lines: gpd.GeoDataFrame, crossings: gpd.GeoDataFrame | None, rules: RuleSet) -> gpd.GeoDataFrame:
    """Put crossings and the places where roads go across barriers into one table: name and geometry."""
    places = shapely.points(road_crossings(lines, rules))
    roads = gpd.GeoDataFrame({"name": BY_ROAD}, index=range(len(places)), geometry=places, crs=lines.crs)
    if crossings is None or not len(crossings):
        return roads
    named = crossings.assign(name=crossings["name"].replace("", NAMELESS))
    return pd.concat([named[["name", "geometry"]], roads], ignore_index=True) if len(roads) else named


def shut_by(links: np.ndarray, shapes: np.ndarray, forbidden: gpd.GeoDataFrame) -> list[str]:
    """Name the forbidden barrier that each link (m, 2 positions of shapes) meets on its shortest way; "" for none."""
    ways = shapely.shortest_line(shapes[links[:, 0]], shapes[links[:, 1]])
    way, line = shapely.STRtree(forbidden.geometry.to_numpy()).query(ways, predicate="intersects")
    named = [""] * len(links)
    for number, found in zip(way.tolist(), line.tolist(), strict=True):
        row = forbidden.iloc[found]
        named[number] = named[number] or _named(row["kind"], row["name"], row["road_class"])
    return named


def way_round(
    one: np.ndarray, other: np.ndarray, shapes: np.ndarray, over: gpd.GeoDataFrame, within_m: float
) -> Led | None:
    """Find the crossing of `over` that joins two parts (positions of shapes); None for none.

    It lies no farther from either shape than `within_m` and half the way between them; of several the one nearest to
    both.
    """
    points = over.geometry.to_numpy()
    ends, reach = [], []
    for part in (one, other):
        nearest = shapely.STRtree(shapes[part]).nearest(points)
        ends.append(part[nearest])
        reach.append(shapely.distance(points, shapes[part[nearest]]))
    apart = shapely.distance(shapes[ends[0]], shapes[ends[1]])
    near = np.flatnonzero(np.maximum(*reach) <= within_m + apart / 2)
    if not len(near):
        return None
    best = near[np.argmin((reach[0] + reach[1])[near])]
    return Led(int(ends[0][best]), int(ends[1][best]), int(best))


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
    met["name"] = crossings["name"].replace("", NAMELESS).to_numpy()[met["point"]]
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
