"""A city small enough to draw, for tests, doctests and notebooks."""

import geopandas as gpd
import shapely

CRS = "EPSG:4525"
SIDE_M = 500.0
_EAST_M, _NORTH_M = 37_554_000.0, 4_518_000.0

_ROWS = (
    (("u1", 1500, "A"), ("u2", 1400, "A"), ("u3", 600, "C"), ("u4", 900, "C")),
    (("u5", 1300, "A"), ("u6", 1200, "A"), ("u7", 500, "C"), ("u8", 400, "D")),
    (("u9", 700, "B"), ("u10", 800, "B"), ("u11", 600, "B"), ("u12", 300, "D")),
)
_ANCHORS = ("u1", "u10", "u4", "u8")


def toy_city() -> gpd.GeoDataFrame:
    """Make the units of a city of 12 squares of 500 m: communities A and B of subdistrict 甲, C and D of 乙.

    Each square: unit, community, households; an asterisk where the community's office stands; ~ the river, = the main
    road (`toy_lines`)::

        +--------+--------~--------+--------+
        | u1  A* | u2  A  ~ u3  C  | u4  C* |
        |   1500 |   1400 ~    600 |    900 |
        +--------+--------~--------+--------+
        | u5  A  | u6  A  ~ u7  C  | u8  D* |
        |   1300 |   1200 ~    500 |    400 |
        +========+========+========+--------+
        | u9  B  | u10 B* | u11 B  | u12 D  |
        |    700 |    800 |    600 |    300 |
        +--------+--------+--------+--------+

    A is too big and D too small; C and D together are within the limits. Two residents to a household. Returns
    schema.UNITS in EPSG:4525, indexed by unit_id.

    >>> toy_city().groupby("community")["households"].sum().to_dict()
    {'A': 5400, 'B': 2100, 'C': 2000, 'D': 700}
    """
    rows = [
        {
            "unit_id": unit,
            "name": unit,
            "households": households,
            "population": households * 2,
            "community": community,
            "subdistrict": "甲" if community in "AB" else "乙",
            "anchor": unit in _ANCHORS,
            "geometry": _square(column, row),
        }
        for row, cells in enumerate(_ROWS)
        for column, (unit, households, community) in enumerate(cells)
    ]
    return gpd.GeoDataFrame(rows, crs=CRS).set_index("unit_id")


def toy_lines() -> gpd.GeoDataFrame:
    """Make the lines of the toy city (schema.LINES): a river of 1000 m and a main road of 1500 m.

    They meet where four squares do, south of u6 and u7: there is the only bridge.

    >>> toy_lines()[["kind", "name", "road_class", "barrier"]].values.tolist()
    [['water', '小河', '', True], ['road', '大街', 'primary', False]]
    """
    river = shapely.LineString([_corner(2, 0), _corner(2, 2)])
    road = shapely.LineString([_corner(0, 2), _corner(3, 2)])
    return gpd.GeoDataFrame(
        {
            "kind": ["water", "road"],
            "name": ["小河", "大街"],
            "road_class": ["", "primary"],
            "barrier": [True, False],
        },
        geometry=[river, road],
        crs=CRS,
    )


def _corner(column: int, row: int) -> tuple[float, float]:
    return _EAST_M + column * SIDE_M, _NORTH_M - row * SIDE_M


def _square(column: int, row: int) -> shapely.Polygon:
    west, north = _corner(column, row)
    return shapely.box(west, north - SIDE_M, west + SIDE_M, north)
