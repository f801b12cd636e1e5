"""A small area for tests of reading and checking: eight squares of 100 m, three communities, two subdistricts.

+------+------+------+------+
| u5 甲 | u6 甲 | u7 乙 | u8 丙 |      甲社区 and 乙社区 in 东街道, 丙社区 in 西街道
+------+------+------+------+      households of u1 … u8: 100, 200, … 800
| u1 甲 | u2 甲 | u3 乙 | u4 丙 |      population: twice as many
+------+------+------+------+
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

from pipeline.check import check_area
from pipeline.errors import problems_table
from pipeline.read import read_area
from pipeline.results import Area
from pipeline.rules import load_rules
from pipeline.settings import load_settings

CRS = "EPSG:4546"
WEST, SOUTH, SIDE = 554_000, 4_518_000, 100
COMMUNITY = ["甲社区", "甲社区", "乙社区", "丙社区", "甲社区", "甲社区", "乙社区", "丙社区"]
SUBDISTRICT = {"甲社区": "东街道", "乙社区": "东街道", "丙社区": "西街道"}
TOTALS = {"甲社区": 100 + 200 + 500 + 600, "乙社区": 300 + 700, "丙社区": 400 + 800}

Change = Callable[[Any], Any]


def square(column: float, row: float, columns: float = 1, rows: float = 1) -> Any:
    """Draw a rectangle of squares, columns and rows counted from the lower left."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return box(west, south, west + columns * SIDE, south + rows * SIDE)


def small_units() -> gpd.GeoDataFrame:
    """Make the eight units as a file would hold them."""
    table = pd.DataFrame(
        {
            "unit_id": [f"u{number}" for number in range(1, 9)],
            "name": [f"{number}号院" for number in range(1, 9)],
            "households": [100 * number for number in range(1, 9)],
            "population": [200 * number for number in range(1, 9)],
            "community": COMMUNITY,
        }
    )
    table["subdistrict"] = table["community"].map(SUBDISTRICT)
    return gpd.GeoDataFrame(table, geometry=[square(n % 4, n // 4) for n in range(8)], crs=CRS)


def small_communities() -> gpd.GeoDataFrame:
    """Make the polygons of the three communities, with codes."""
    table = pd.DataFrame({"community": list(SUBDISTRICT), "subdistrict": list(SUBDISTRICT.values())})
    table["code"] = ["150104001001", "150104001002", "150104002001"]
    shapes = [square(0, 0, 2, 2), square(2, 0, 1, 2), square(3, 0, 1, 2)]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def small_table() -> pd.DataFrame:
    """Make the table of counts per community, as a planner heads it."""
    return pd.DataFrame(
        {
            "街道": list(SUBDISTRICT.values()),
            "社区名称": list(SUBDISTRICT),
            "常住户数": list(TOTALS.values()),
            "社区工作者": [5, 4, 3],
        }
    )


def unit_table() -> pd.DataFrame:
    """Make the table of counts per unit; it says 10 households more than the layer for each."""
    units = small_units()
    return pd.DataFrame({"小区编号": units["unit_id"], "常住户": units["households"] + 10})


def write_sheet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as .xlsx or .csv, by the name."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, encoding="utf-8-sig")
    else:
        table.to_excel(path, index=False, engine="xlsxwriter")


def write_toml(folder: Path, sections: dict[str, dict[str, Any]]) -> None:
    """Write an area.toml; values are text, numbers or true and false."""
    lines = []
    for name, values in {"area": {"name": "小区试点"}, **sections}.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    (folder / "area.toml").write_text("\n".join(lines), "utf-8")


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool | int | float) else f'"{value}"'


def write_layers(folder: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Write each section's layer (GeoPackage) or table (xlsx) and the area.toml; give its sections."""
    sections = {}
    for role, table in layers.items():
        spatial = isinstance(table, gpd.GeoDataFrame)
        path = folder / f"{role}.{'gpkg' if spatial else 'xlsx'}"
        if spatial:
            table.to_file(path, driver="GPKG")
        else:
            write_sheet(table, path)
        sections[role] = {"path": path.name}
    write_toml(folder, sections)
    return sections


def read(folder: Path) -> Area:
    """Read the area of a folder by its own rules."""
    settings = load_settings(folder)
    return read_area(settings, load_rules(settings.rules))


def read_layers(folder: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> Area:
    """Write the layers and tables of an area and read it."""
    write_layers(folder, **layers)
    return read(folder)


def all_problems(area: Area) -> pd.DataFrame:
    """Give what reading and checking found, together."""
    return problems_table([*area.problems.to_dict("records"), *check_area(area).to_dict("records")])


def found(problems: pd.DataFrame, severity: str = "error") -> list[str]:
    """List the names of the problems of one severity, in order."""
    return problems.loc[problems["severity"] == severity, "problem"].tolist()
