"""Writes the messy cases of drawing: each function writes one case, as planners hold it, into a folder."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, Polygon
from shapely.affinity import translate

CRS = "EPSG:4546"
WEST, SOUTH = 554_000.0, 4_518_000.0


def shape(*corners: tuple[float, float]) -> Polygon:
    """Draw a polygon by corners in metres from the lower left of the place."""
    return translate(Polygon(corners), WEST, SOUTH)


def units_table(shapes: list[Any], communities: list[str] | None = None) -> gpd.GeoDataFrame:
    """Make units u1, u2, ... with 100, 200, ... households, all in 东街道."""
    count = len(shapes)
    table = pd.DataFrame(
        {
            "unit_id": [f"u{number}" for number in range(1, count + 1)],
            "households": [100 * number for number in range(1, count + 1)],
            "population": [250 * number for number in range(1, count + 1)],
            "community": communities or ["甲社区"] * count,
            "subdistrict": "东街道",
        }
    )
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def write_case(folder: Path, units: gpd.GeoDataFrame, settings: str = "", **lines: gpd.GeoDataFrame) -> None:
    """Write units.gpkg, the layers of lines by section, and an area.toml that names them."""
    units.to_file(folder / "units.gpkg")
    sections = ['[area]\nname = "图形试点"', '[units]\npath = "units.gpkg"']
    for section, layer in lines.items():
        layer.to_file(folder / f"{section}.gpkg")
        sections.append(f'[{section}]\npath = "{section}.gpkg"')
    (folder / "area.toml").write_text("\n".join([*sections, settings]), "utf-8")


def case_17_overlaps_and_gaps(folder: Path, settings: str = "") -> None:
    """Case 17: four hand-digitised neighbours of 100 m. u1 reaches 2 m into u2; between u3 and u4 there is a gap of
    2 m, and one of 0.4 m between u1 and u3.

        +-----+ +-----+
        | u3  | | u4  |
        +-----+ +-----+
        +------#------+
        | u1   # u2   |
        +------#------+
    """
    units = units_table(
        [
            shape((0, 0), (102, 0), (102, 99.6), (0, 99.6)),
            shape((100, 0), (200, 0), (200, 100), (100, 100)),
            shape((0, 100), (99, 100), (99, 200), (0, 200)),
            shape((101, 100), (200, 100), (200, 200), (101, 200)),
        ]
    )
    write_case(folder, units, settings)


def case_17_drawn_twice(folder: Path) -> None:
    """Case 17: u2 is a compound of 100 x 100 m that was drawn a second time, 40 m farther, as u3."""
    units = units_table([shape((0, 0), (100, 0), (100, 100), (0, 100))] * 2)
    units.loc[1, "geometry"] = translate(units.geometry.iloc[0], 40, 0)
    write_case(folder, units)


def case_18_broken_outlines(folder: Path, settings: str = "") -> None:
    """Case 18: u1 has a bow-tie at its corner, u2 a spike, u3 doubled corners, u4 is sound."""
    units = units_table(
        [
            shape((0, 0), (100, 0), (100, 100), (97, 100), (100, 98), (97, 98), (97, 100), (0, 100)),
            shape((100, 0), (200, 0), (200, 50), (250, 50), (200, 50), (200, 100), (100, 100)),
            shape((0, 100), (0, 100), (100, 100), (100, 100), (100, 200), (0, 200)),
            shape((100, 100), (200, 100), (200, 200), (100, 200)),
        ]
    )
    write_case(folder, units, settings)


def case_18_bow_tie(folder: Path, settings: str = "") -> None:
    """Case 18: the corners of u1 are in the wrong order, so that it is two triangles; u2 beside it is sound."""
    units = units_table(
        [
            shape((0, 0), (100, 100), (100, 0), (0, 100)),
            shape((100, 0), (200, 0), (200, 100), (100, 100)),
        ]
    )
    write_case(folder, units, settings)


def case_20_real_gaps(folder: Path) -> None:
    """Case 20: a ring of eight units around a park of 60 x 60 m; u1 and u2 are parted by a river of 12 m with a line,
    u3 and u4 by a slit of 1 m.

        +----+----+----+      the park is the middle; the river runs up between u1 and u2,
        | u6 | u7 | u8 |      the slit between u2 and u3
        +----+----+----+
        | u4 |park| u5 |
        +----+----+----+
        | u1 ~ u2 | u3 |
        +----+----+----+
    """
    units = units_table(
        [
            shape((0, 0), (88, 0), (88, 100), (0, 100)),
            shape((100, 0), (160, 0), (160, 100), (100, 100)),
            shape((161, 0), (260, 0), (260, 100), (161, 100)),
            shape((0, 100), (100, 100), (100, 160), (0, 160)),
            shape((160, 100), (260, 100), (260, 160), (160, 160)),
            shape((0, 160), (100, 160), (100, 260), (0, 260)),
            shape((100, 160), (160, 160), (160, 260), (100, 260)),
            shape((160, 160), (260, 160), (260, 260), (160, 260)),
        ]
    )
    river = LineString([(WEST + 94, SOUTH), (WEST + 94, SOUTH + 100)])
    water = gpd.GeoDataFrame({"name": ["小河"]}, geometry=[river], crs=CRS)
    write_case(folder, units, water=water)


def case_27_road_edges(folder: Path, strips_m: float = 0.0, *, skew: float = 0.0) -> None:
    """Case 27: four units drawn to the edges of two roads that cross, 24 m and 16 m wide; no unit owns the roads.

    +----+ +----+
    | u3 | | u4 |      人民路 runs up between them (24 m), 建设街 across (16 m); `skew` moves the corner of u1
    +----+ +----+      towards the crossing
    +----+ +----+
    | u1 | | u2 |
    +----+ +----+
    """
    units = units_table(
        [
            shape((0, 0), (100, 0), (100 + skew, 100 + skew), (0, 100)),
            shape((124, 0), (224, 0), (224, 100), (124, 100)),
            shape((0, 116), (100, 116), (100, 216), (0, 216)),
            shape((124, 116), (224, 116), (224, 216), (124, 216)),
        ]
    )
    ways = [((112, -50), (112, 266)), ((-50, 108), (274, 108))]
    lines = [LineString([(WEST + x, SOUTH + y) for x, y in way]) for way in ways]
    table = {"name": ["人民路", "建设街"], "road_class": ["primary", "secondary"]}
    roads = gpd.GeoDataFrame(table, geometry=lines, crs=CRS)
    write_case(folder, units, f"[repair]\nstrips_m = {strips_m}" if strips_m else "", roads=roads)


def point(x: float, y: float) -> Point:
    """Give a point in metres from the lower left of the place."""
    return Point(WEST + x, SOUTH + y)
