"""Writes the messy cases of coordinate systems and map offsets: three systems, no .prj, a wrong .prj, offset tracing.

The town lies around 111.66°E 40.81°N: 14 by 14 units of uneven width (90 to 240 m) in 49 communities of four units and
seven subdistricts, roads along every border of a community and some of the others. The truth is in EPSG:4546.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely import LineString, Point, box
from small_area import write_toml

from pipeline.read.coordinates.offsets import to_offset

TRUE = "EPSG:4546"
SIDE = 14
WIDTHS = np.array([120, 90, 210, 150, 240, 100, 170, 130, 220, 110, 190, 95, 160, 140])
MIDDLE = (555_690.0, 4_519_680.0)
Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


def lines_at(middle: float, widths: np.ndarray) -> np.ndarray:
    """Where the lines of the grid lie, m."""
    return middle - widths.sum() / 2 + np.concatenate([[0], np.cumsum(widths)])


EAST, NORTH = lines_at(MIDDLE[0], WIDTHS), lines_at(MIDDLE[1], np.roll(WIDTHS, 5))


def town_units() -> gpd.GeoDataFrame:
    """Make the 196 units, with the headings of a Chinese table."""
    rows, shapes = [], []
    for row in range(SIDE):
        for column in range(SIDE):
            community = f"第{row // 2 * 7 + column // 2 + 1}社区"
            subdistrict = f"{'东西南北中上下'[row // 2]}街道"
            number = row * SIDE + column
            rows.append((f"u{number + 1}", 50 + number, 2 * (50 + number), community, subdistrict))
            shapes.append(box(EAST[column], NORTH[row], EAST[column + 1], NORTH[row + 1]))
    table = pd.DataFrame(rows, columns=["unit_id", "常住户", "人口", "社区", "街道"])
    return gpd.GeoDataFrame(table, geometry=shapes, crs=TRUE)


def town_communities() -> gpd.GeoDataFrame:
    """Make the polygons of the 49 communities."""
    return town_units()[["社区", "街道", "geometry"]].dissolve("社区", as_index=False)


def town_roads() -> gpd.GeoDataFrame:
    """Make roads along every second line of the grid and short ones inside."""
    ends = (EAST[0], EAST[-1], NORTH[0], NORTH[-1])
    roads = [LineString([(x, ends[2]), (x, ends[3])]) for x in EAST[::2]]
    roads += [LineString([(ends[0], y), (ends[1], y)]) for y in NORTH[::2]]
    roads += [LineString([(EAST[3], NORTH[k]), (EAST[4], NORTH[k])]) for k in (1, 5, 9)]
    return gpd.GeoDataFrame({"name": [f"{n}号路" for n in range(len(roads))]}, geometry=roads, crs=TRUE)


def town_offices() -> gpd.GeoDataFrame:
    """Make the office of each community, a point inside it."""
    communities = town_communities()
    points = shapely.point_on_surface(communities.geometry.array)
    return gpd.GeoDataFrame({"社区": communities["社区"]}, geometry=points, crs=TRUE)


def moved(shapes: gpd.GeoDataFrame, change: Callable[[np.ndarray], np.ndarray]) -> gpd.GeoDataFrame:
    """Change every coordinate; the statement of the system stays."""
    geometry = shapely.transform(shapes.geometry.array, change)
    return shapes.set_geometry(gpd.GeoSeries(geometry, index=shapes.index, crs=shapes.crs))


def traced(shapes: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Draw shapes where a map with an offset shows them, as if it were the truth."""
    degrees = Transformer.from_crs(TRUE, "EPSG:4490", always_xy=True)

    def on_map(xy: np.ndarray) -> np.ndarray:
        lonlat = to_offset(*degrees.transform(xy[:, 0], xy[:, 1]), kind)
        return np.column_stack(degrees.transform(*lonlat, direction="INVERSE"))

    return moved(shapes, on_map)


def swapped(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write north before east."""
    return moved(shapes, lambda xy: xy[:, ::-1])


def write_shp(shapes: gpd.GeoDataFrame, path: Path, *, prj: str | None) -> None:
    """Write a Shapefile whose .prj says `prj`; None: it has none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes.set_crs(prj or shapes.crs, allow_override=True).to_file(path, encoding="utf-8")
    if prj is None:
        path.with_suffix(".prj").unlink()


def write_town(
    folder: Path,
    units: gpd.GeoDataFrame,
    prj: str | None,
    *,
    others: tuple[str, ...] = ("communities", "roads"),
    keys: Mapping[str, object] | None = None,
    area: Mapping[str, object] | None = None,
) -> None:
    """Write units.shp with the .prj given, the other layers as they truly are, and area.toml."""
    write_shp(units, folder / "units.shp", prj=prj)
    sections = {"area": {"name": "小城", **(area or {})}, "units": {"path": "units.shp", **(keys or {})}}
    layers = {"communities": town_communities, "roads": town_roads, "premises": town_offices}
    for role in others:
        write_shp(layers[role](), folder / f"{role}.shp", prj=TRUE)
        sections[role] = {"path": f"{role}.shp"}
    write_toml(folder, sections)


def three_systems(folder: Path) -> None:
    """Case 23: seven subdistricts in seven files, in three systems in turn; each .prj is right."""
    units = town_units()
    systems = ("EPSG:4546", "EPSG:4525", "EPSG:4490")
    for number, (name, part) in enumerate(units.groupby("街道", sort=False)):
        crs = systems[number % 3]
        write_shp(part.to_crs(crs), folder / "街道" / f"{number + 1}{name}.shp", prj=crs)
    write_toml(folder, {"units": {"path": "街道/*.shp"}})


def one_of_three_without_prj(folder: Path) -> None:
    """Case 23 with the .prj of one file lost, one that holds metres without zone number."""
    three_systems(folder)
    next((folder / "街道").glob("1*.prj")).unlink()


def no_prj(folder: Path, kind: str) -> None:
    """Case 24: units without .prj: `zone` number in the eastings, `degrees`, `swapped` metres, plain `metres`."""
    units = town_units()
    kinds = {
        "zone": lambda: units.to_crs("EPSG:4525"),
        "degrees": lambda: units.to_crs("EPSG:4490"),
        "swapped": lambda: swapped(units),
        "swapped zone": lambda: swapped(units.to_crs("EPSG:4525")),
        "metres": lambda: units,
    }
    write_town(folder, kinds[kind](), None)


def no_prj_alone(folder: Path, kind: str, **area: str) -> None:
    """Case 24 with nothing else that could tell: units without .prj and no other layer."""
    kinds = {"zone": "EPSG:4525", "degrees": "EPSG:4490", "metres": "EPSG:4546"}
    write_town(folder, town_units().to_crs(kinds[kind]), None, others=(), area=area)


def wrong_prj(folder: Path, kind: str, *, others: tuple[str, ...] = ("communities", "roads")) -> None:
    """Case 24: a .prj that is wrong: the next `zone`, metres for `degrees`, no zone number for `numbered` eastings."""
    units = town_units()
    if kind == "zone":
        write_town(folder, units, "EPSG:4545", others=others)
    elif kind == "degrees":
        write_town(folder, units.to_crs("EPSG:4490"), "EPSG:4546", others=others)
    else:
        write_town(folder, units.to_crs("EPSG:4525"), "EPSG:4546", others=others)


def offset_tracing(folder: Path, kind: str, *, told: bool = False) -> None:
    """Case 30: units traced on a GCJ-02 or BD-09 map, over clean layers; `told` in area.toml."""
    keys = {"offset": kind} if told else {}
    others = ("communities", "roads", "premises")
    write_town(folder, traced(town_units(), kind), TRUE, others=others, keys=keys)


def old_datum(folder: Path, *, points: bool = False) -> None:
    """Units in Xian 1980, which lie about 100 m off, with control points or without; no other layer."""
    shift = np.array([62.0, -81.0])
    units = moved(town_units(), lambda xy: xy + shift)
    keys = {"control_points": "points.csv"} if points else {}
    write_town(folder, units, "EPSG:2382", others=(), keys=keys, area={"crs": TRUE})
    corners = [Point(x, y) for x in (EAST[0], EAST[-1]) for y in (NORTH[0], NORTH[-1])]
    rows = [(point.x + shift[0], point.y + shift[1], point.x, point.y) for point in corners]
    pd.DataFrame(rows, columns=["x", "y", "to_x", "to_y"]).to_csv(folder / "points.csv", index=False)
