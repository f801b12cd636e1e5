"""Writes the sample area as a district office would hand it over: the same facts in a folder full of faults.

Compounds come as three Shapefiles, one for some subdistricts each, in three coordinate systems, with GBK text and no
.cpg, every outline drawn anew by a hand that is up to 15 cm off. The register is a workbook with a sheet for each
subdistrict: titles, a header of two levels, merged cells, totals, a footer, telephone numbers, counts written in many
ways, and last year's figures on a hidden sheet. Community borders have no .prj and other forms of the names.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter
from small_area import write_toml

SAMPLE = Path(__file__).parents[2] / "data" / "raw" / "sample"
SYSTEMS = ("EPSG:4525", "EPSG:4546", "EPSG:4490")
HAND_M = 0.15
"""How far a hand is off at each corner."""

UNIT_COLUMNS = {"unit_id": "小区编号", "name": "小区名称", "households": "常住户数", "population": "常住人口"} | {
    "community": "所属社区",
    "subdistrict": "所属街道",
}
REGISTER = (
    *("街道", "社区名称", "社区代码", "常住户", "人口", "社区工作者", "面积㎡", "状态", "网格数", "小区数"),
    *("历史街区", "书记姓名", "联系电话"),
)
GROUPS = {"户数": (3, 3), "人口情况": (4, 4), "办公用房": (6, 7)}
"""First level of the header: the columns it stands over; the others are merged down over both levels."""


def write_messy_sample(folder: Path) -> None:
    """Write the folder with its area.toml; the truth is the sample area in data/raw/sample."""
    register = pd.read_excel(SAMPLE / "households.xlsx", engine="calamine", dtype={"代码": "str"})
    _write_units(folder, list(dict.fromkeys(register["街道"])))
    _write_communities(folder)
    _write_register(register, folder / "社区台账.xlsx")
    for section, name in (("roads", "道路"), ("water", "河流"), ("railways", "铁路")):
        layer = gpd.read_file(SAMPLE / f"{section}.gpkg").to_crs("EPSG:4546")
        _write_shapefile(layer, folder / f"{name}.shp")
    gpd.read_file(SAMPLE / "premises.gpkg").to_crs("EPSG:4490").to_file(folder / "用房.geojson", driver="GeoJSON")
    sections = {
        "area": {"name": "示例区", "crs": "EPSG:4525", "synthetic": True, "date": "2026-03-31"},
        "rules": {"preset": "hohhot-2023"},
        "solve": {"seconds": 1},
        "units": {"path": "小区/*.shp"},
        "communities": {"path": "社区界线.shp"},
        "households": {"path": "社区台账.xlsx"},
        "roads": {"path": "道路.shp", "road_class": "class"},
        "water": {"path": "河流.shp"},
        "railways": {"path": "铁路.shp"},
        "premises": {"path": "用房.geojson"},
    }
    write_toml(folder, sections)


def _write_units(folder: Path, subdistricts: list[str]) -> None:
    units = gpd.read_file(SAMPLE / "units.gpkg").drop(columns="kind").rename(columns=UNIT_COLUMNS)
    drawn = units.set_geometry(_by_hand(units.geometry.to_numpy(), seed=1), crs=units.crs)
    (folder / "小区").mkdir()
    for number, crs in enumerate(SYSTEMS):
        here = drawn["所属街道"].isin(subdistricts[number::3])
        _write_shapefile(drawn[here].to_crs(crs), folder / "小区" / f"小区{number + 1}.shp")


def _by_hand(shapes: np.ndarray, seed: int) -> np.ndarray:
    """Draw polygons anew, every corner off by up to HAND_M to each side, no two polygons alike."""
    rng = np.random.default_rng(seed)

    def off(xy: np.ndarray) -> np.ndarray:
        closed = (xy[0] == xy[-1]).all()
        moved = xy + rng.uniform(-HAND_M, HAND_M, xy.shape)
        return np.vstack([moved[:-1], moved[:1]]) if closed else moved

    return np.array([shapely.Polygon(off(shapely.get_coordinates(shape.exterior))) for shape in shapes])


def _write_communities(folder: Path) -> None:
    layer = gpd.read_file(SAMPLE / "communities.gpkg")
    named = layer.assign(社区=layer["社区"].str.removesuffix("社区") + "社区居委会")
    _write_shapefile(named, folder / "社区界线.shp")
    (folder / "社区界线.prj").unlink()


def _write_shapefile(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write a Shapefile in GBK that does not say so."""
    layer.to_file(path, driver="ESRI Shapefile", encoding="gbk")
    path.with_suffix(".cpg").unlink()


def _write_register(register: pd.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        for subdistrict, rows in register.groupby("街道", sort=False):
            _write_sheet(book, str(subdistrict), rows.reset_index(drop=True))
        old = book.add_worksheet("2025年旧数据")
        old.write_row(0, 0, ["社区名称", "常住户"])
        for number, row in enumerate(register.itertuples(), start=1):
            old.write_row(number, 0, [row.社区, row.常住户 - 100])
        old.hide()


def _write_sheet(book: xlsxwriter.Workbook, subdistrict: str, rows: pd.DataFrame) -> None:
    sheet, head = book.add_worksheet(subdistrict), book.add_format({"bold": True, "align": "center", "border": 1})
    sheet.merge_range(0, 0, 0, len(REGISTER) - 1, f"{subdistrict}社区基本情况统计表", head)
    sheet.write(1, 0, "填表单位:" + subdistrict)
    sheet.write(1, 8, "截至2026年3月31日  单位:户、人")
    over = {column: name for name, (first, last) in GROUPS.items() for column in range(first, last + 1)}
    for column, name in enumerate(REGISTER):
        if column in over:
            sheet.write(3, column, "常住人口" if name == "人口" else name, head)
        else:
            sheet.merge_range(2, column, 3, column, name, head)
    for name, (first, last) in GROUPS.items():
        if first == last:
            sheet.write(2, first, name, head)
        else:
            sheet.merge_range(2, first, 2, last, name, head)
    for number, row in enumerate(rows.itertuples(index=False), start=4):
        sheet.write_row(number, 1, _written(number, row))
    last = 3 + len(rows)
    if len(rows) > 1:
        sheet.merge_range(4, 0, last, 0, subdistrict, head)
    else:
        sheet.write(4, 0, subdistrict, head)
    sheet.write(last + 1, 0, "合 计")
    sheet.write(last + 1, 3, int(rows["常住户"].sum()))
    sheet.write(last + 1, 4, int(rows["常住人口"].sum()))
    sheet.write(last + 3, 0, "注:户数为常住户。")
    sheet.write(last + 4, 0, "填表人:某某")
    sheet.write(last + 4, 6, "审核人:某某")


def _written(number: int, row: object) -> list[object]:
    """Write the cells of one community, its count in a way of its own."""
    community, _, code, households, population, workers, floor, state, grids, compounds, protected = row
    ways = (households, f"{households:,}", f"{households}户", "".join(chr(ord(d) + 0xFEE0) for d in str(households)))
    name = f" {community[0]} {community[1:]}\n" if number % 5 == 0 else community
    cells = [name, float(code) if number % 4 == 0 else code, ways[number % 4], population, workers, floor]
    return [*cells, state, grids, compounds, protected, "某某某", f"1390471{number:04d}"]
