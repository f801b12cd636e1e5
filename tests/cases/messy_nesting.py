"""Cases of domain knowledge in which layers do not nest: each function writes the files of one case into a folder.

All lie on the squares of `small_area` (100 m, columns from the west, rows from the south).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Polygon, union_all
from small_area import CRS, small_communities, small_units, square, write_layers


def drawn(names: dict[str, list], shapes: list) -> gpd.GeoDataFrame:
    """Make a layer of columns and shapes."""
    return gpd.GeoDataFrame(pd.DataFrame(names), geometry=shapes, crs=CRS)


def two_subdistricts() -> gpd.GeoDataFrame:
    """Draw the outlines of the two subdistricts of the small area: 东街道 west of x = 300 m, 西街道 east of it."""
    return drawn({"街道": ["东街道", "西街道"]}, [square(0, 0, 3, 2), square(3, 0, 1, 2)])


def case_19_detached_and_holes(folder: Path, parts_of_a: int | None = 2) -> None:
    """(19) Multipart and holes: 甲社区 has a compound (单位大院) amid 乙社区, and a unit of 丙社区 has two halves.

    +---+---+---+---+---+---+---+      The compound makes a hole in 乙社区 and a detached part (飞地) of 甲社区, which
    |   | 乙  乙  乙  |   |   |   |      the table declares (片数 2). Unit p1 of 丙社区 is drawn as one multipolygon of
    + 甲 +   +---+   + 丙 +丙 +丙 +      two halves, 100 m wide each, with unit p2 between them, 200 m wide.
    |   | 乙 | 甲 | 乙 |p1 |p2 |p1 |
    +   +   +---+   +   +   +   +
    |   | 乙  乙  乙  |   |   |   |
    +---+---+---+---+---+---+---+
    """
    ring = square(1, 0, 3, 3).difference(square(2, 1))
    halves = union_all([square(4, 0, 1, 3), square(7, 0, 1, 3)])
    columns = {
        "unit_id": ["a1", "a2", "b1", "p1", "p2"],
        "households": [1200, 300, 2000, 700, 500],
        "population": [3000, 700, 5000, 1800, 1200],
        "community": ["甲社区", "甲社区", "乙社区", "丙社区", "丙社区"],
        "subdistrict": ["东街道"] * 5,
    }
    units = drawn(columns, [square(0, 0, 1, 3), square(2, 1), ring, halves, square(5, 0, 2, 3)])
    table = pd.DataFrame({"社区": ["甲社区", "乙社区", "丙社区"], "常住户": [1500, 2000, 1200]})
    if parts_of_a is not None:
        table["应有片数"] = [parts_of_a, 1, 1]
    write_layers(folder, units=units, households=table)


def case_28_outline_and_union(folder: Path) -> None:
    """(28) The outline of a subdistrict is not the union of its communities.

    西街道 is drawn 80 m further east than its community 丙社区 reaches: a block of 80 m x 200 m without community.
    东街道 is drawn 2 m further west than 甲社区: drawing noise.
    """
    outlines = two_subdistricts()
    outlines.geometry = [square(-0.02, 0, 3.02, 2), square(3, 0, 1.8, 2)]
    write_layers(folder, units=small_units(), communities=small_communities(), subdistricts=outlines)


def case_29_community_across(folder: Path) -> None:
    """(29) A community crosses the line of its subdistrict: the line of 东街道 runs 60 m west of where 乙社区 ends.

    60 m of its units u3 and u7 (100 m wide each) lie in 西街道.
    """
    outlines = two_subdistricts()
    outlines.geometry = [square(0, 0, 2.4, 2), square(2.4, 0, 1.6, 2)]
    write_layers(folder, units=small_units(), communities=small_communities(), subdistricts=outlines)


def case_33_straddling(folder: Path, *, with_buildings: bool = False) -> None:
    """(33) Compounds (小区) that lie in two communities and do not say to which one they belong.

    The line between 甲社区 and 乙社区 runs 200 m from the west. c1: 100 m x 100 m, 60 m of it west of the line. c2:
    100 m x 50 m, 3 m of it east of the line. c3: 30 m x 50 m, 4 m of it west of the line, which is 13% but no wider
    than a line is drawn. c4 and c5: wholly in 乙社区 and 丙社区. With buildings: one of 2 floors in the west of c1, one
    of 18 floors in its east, on equal footprints.
    """
    units = drawn(
        {
            "unit_id": ["c1", "c2", "c3", "c4", "c5"],
            "households": [400, 300, 200, 1100, 1000],
            "population": [900, 700, 500, 2500, 2000],
        },
        [
            square(1.4, 0),
            square(1.03, 1, 1, 0.5),
            square(1.96, 1.5, 0.3, 0.5),
            square(2.5, 0, 0.5, 2),
            square(3, 0, 1, 2),
        ],
    )
    layers = {"units": units, "communities": small_communities()}
    if with_buildings:
        layers["buildings"] = drawn({"层数": [2, 18]}, [square(1.6, 0.4, 0.2, 0.2), square(2.1, 0.4, 0.2, 0.2)])
    write_layers(folder, **layers)


def same_shape_twice(folder: Path, *, households: int = 300) -> None:
    """(21, shapes) One compound is drawn twice under two keys: u9 is u3 again, its corners moved by centimetres."""
    units = small_units()
    west, south, east, north = units.geometry[2].bounds
    copy = Polygon([(west + 0.02, south), (east, south + 0.03), (east - 0.01, north), (west, north - 0.02)])
    row = units.iloc[[2]].assign(unit_id="u9", name="3号院（东）", households=households)
    write_layers(folder, units=pd.concat([units, row.set_geometry([copy])], ignore_index=True))
