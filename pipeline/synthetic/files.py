"""Writes the sample area as a folder of files, the way a district would hand them over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from pipeline.synthetic import names
from pipeline.synthetic.ground import Ground
from pipeline.synthetic.parents import Parents
from pipeline.synthetic.people import People

CRS = "EPSG:4525"
EAST_M, NORTH_M = 37_554_000.0, 4_518_000.0
STAMP = datetime(2026, 3, 31)
"""Date written into the files, so that a second writing gives the same files."""

AREA_TOML = """\
# 示例区:本文件夹中的一切均为程序合成,不对应任何真实地方。由 huajie demo 写出。
# A made-up district. Paths are relative to this file.

[area]
name = "示例区"
code = "150199"                  # 6 位行政区划代码(虚构)
crs = "EPSG:4525"                # 工作坐标系:CGCS2000 三度带第 37 带(米)
synthetic = true                 # 合成数据:每张图、每张表都会注明
drafted_by = "示例区民政局"
date = "2026-03-31"              # 户数的统计日期
source = "合成数据(非真实)"

[rules]
preset = "hohhot-2023"           # 规则集;其中任何数值都可以在这里改,例如:
# upper = 3000

[solve]
seconds = 5                      # 每个街道求解的时限(秒);示例求快,正式使用可删去本节(默认 60)

# 基本单元:小区和网格(面)
[units]
path = "units.gpkg"
unit_id = "unit_id"              # 左边是本工具的列名,右边是文件里的列名
name = "name"
households = "households"
population = "population"
community = "community"
subdistrict = "subdistrict"

# 社区界线图层(去年新设 12 个社区之前的 63 个)
[communities]
path = "communities.gpkg"
community = "社区"
subdistrict = "街道"
code = "代码"

# 社区基本情况表(75 行)
[households]
path = "households.xlsx"
community = "社区"
subdistrict = "街道"
code = "代码"
households = "常住户"
population = "常住人口"
workers = "社区工作者"
floor_m2 = "办公用房面积"
premises_state = "用房状态"
grids = "网格数"
compounds = "小区数"
protected = "历史街区"

# 道路:name 名称,class 等级(expressway 快速路 … residential 街巷)
[roads]
path = "roads.gpkg"
name = "name"
road_class = "class"

[water]
path = "water.gpkg"

[railways]
path = "railways.gpkg"

# 办公用房(点):所在的基本单元就是社区居委会所在地
[premises]
path = "premises.gpkg"
"""


def write_files(folder: Path, ground: Ground, parents: Parents, people: People, rng: np.random.Generator) -> None:
    """Write area.toml and every layer and table into `folder` (made if absent; files of these names are replaced)."""
    folder.mkdir(parents=True, exist_ok=True)
    units = _units(ground, parents, people, rng)
    table = _table(parents, people, units)
    (folder / "area.toml").write_text(AREA_TOML, "utf-8", newline="\n")
    lines = _lines(ground, rng)
    roads = lines[~lines["class"].isin(["water", "railway"])]
    _write_workbook(folder / "households.xlsx", table)
    with _fixed_date():
        _write_layer(units, folder / "units.gpkg")
        _write_layer(_old_communities(units, parents, people, table), folder / "communities.gpkg")
        _write_layer(roads, folder / "roads.gpkg")
        _write_layer(lines.loc[lines["class"] == "water", ["name", "geometry"]], folder / "water.gpkg")
        _write_layer(lines.loc[lines["class"] == "railway", ["name", "geometry"]], folder / "railways.gpkg")
        _write_layer(_premises(units, table, rng), folder / "premises.gpkg")


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write STAMP instead of the time of day."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP.strftime("%Y-%m-%dT%H:%M:%SZ")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_layer(layer: gpd.GeoDataFrame, path: Path) -> None:
    path.unlink(missing_ok=True)
    layer.to_file(path, layer=path.stem, driver="GPKG", engine="pyogrio", index=False)


def _on_the_map(shapes: np.ndarray) -> np.ndarray:
    """Move local metres to where the made-up district lies."""
    return shapely.transform(shapes, lambda xy: (xy + np.array([EAST_M, NORTH_M])).round(2))


def _units(ground: Ground, parents: Parents, people: People, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """units.gpkg: unit_id, name, kind, households, population, community, subdistrict, polygons."""
    compound = people.cells["compound"].to_numpy()
    community = names.community_names(parents.subdistrict)[parents.community]
    grid_number = pd.Series(~compound).groupby(parents.community).cumsum()
    compounds = names.compound_names(int(compound.sum()), rng)
    name = np.array(
        [f"{place}第{number}网格" for place, number in zip(community, grid_number, strict=True)], dtype=object
    )
    name[compound] = compounds
    table = {
        "unit_id": [f"U{number:04d}" for number in range(1, len(compound) + 1)],
        "name": name,
        "kind": np.where(compound, "小区", "网格"),
        "households": people.cells["households"],
        "population": people.cells["population"],
        "community": community,
        "subdistrict": np.array(names.SUBDISTRICTS)[parents.subdistrict[parents.community]],
    }
    return gpd.GeoDataFrame(table, geometry=_on_the_map(ground.cells), crs=CRS)


def _table(parents: Parents, people: People, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """households.xlsx: one row per community, figures summed over its units, by subdistrict and code."""
    community = names.community_names(parents.subdistrict)
    number_within = pd.Series(parents.subdistrict).groupby(parents.subdistrict).cumcount() + 1
    parent_code = np.array(names.SUBDISTRICT_CODES)[parents.subdistrict]
    sums = units.groupby("community")[["households", "population"]].sum().loc[community]
    compounds = (units["kind"] == "小区").groupby(units["community"]).sum().loc[community]
    facts = people.communities
    table = pd.DataFrame(
        {
            "社区": community,
            "街道": np.array(names.SUBDISTRICTS)[parents.subdistrict],
            "代码": [f"150199{code}{number:03d}" for code, number in zip(parent_code, number_within, strict=True)],
            "常住户": sums["households"].to_numpy(),
            "常住人口": sums["population"].to_numpy(),
            "社区工作者": facts["workers"],
            "办公用房面积": facts["floor_m2"],
            "用房状态": facts["state"],
            "网格数": facts["grids"],
            "小区数": compounds.to_numpy(),
            "历史街区": np.where(facts["protected"], "是", "否"),
        }
    )
    return table.sort_values("代码", kind="stable").reset_index(drop=True)


def _old_communities(
    units: gpd.GeoDataFrame, parents: Parents, people: People, table: pd.DataFrame
) -> gpd.GeoDataFrame:
    """communities.gpkg: the layer before last year's 12 were created; their extent still lies in their parents'."""
    parent = people.communities["parent"].to_numpy()
    community = names.community_names(parents.subdistrict)
    carved_from = {community[number]: community[p] for number, p in enumerate(parent) if p >= 0}
    old = (
        units.assign(社区=units["community"].replace(carved_from))[["社区", "geometry"]].dissolve("社区").reset_index()
    )
    return old.merge(table[["社区", "街道", "代码"]], on="社区").sort_values("代码")[
        ["社区", "街道", "代码", "geometry"]
    ]


def _lines(ground: Ground, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Every line of the map: name, class, geometry; the lanes have names too where they are long."""
    shapes = _on_the_map(ground.lines["geometry"].to_numpy())
    lines = gpd.GeoDataFrame(
        {"name": ground.lines["name"], "class": ground.lines["line_class"]}, geometry=shapes, crs=CRS
    )
    unnamed = (lines["name"] == "") & ((lines["class"] != "residential") | (lines.length > 260))
    lines.loc[unnamed, "name"] = names.road_names(lines.loc[unnamed], rng)
    return lines


def _premises(units: gpd.GeoDataFrame, table: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """premises.gpkg: an office point in one of the middle units of each community that has premises."""
    rows = []
    for row in table[table["用房状态"] != "未落实"].itertuples(index=False):
        inside = units[(units["community"] == row.社区) & (units["kind"] == "小区")]
        inside = inside if len(inside) else units[units["community"] == row.社区]
        middle = inside.geometry.distance(inside.union_all().centroid).sort_values(kind="stable").index
        chosen = units.geometry[middle[min(int(rng.integers(3)), len(middle) - 1)]]
        point = shapely.point_on_surface(chosen)
        rows.append(
            {
                "name": f"{row.社区}党群服务中心",
                "community": row.社区,
                "floor_m2": row.办公用房面积,
                "state": row.用房状态,
                "geometry": shapely.transform(point, lambda xy: xy.round(1)),
            }
        )
    return gpd.GeoDataFrame(rows, crs=CRS)


def _write_workbook(path: Path, table: pd.DataFrame) -> None:
    """Write the table with its header in the first row."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"title": "社区基本情况表(合成数据)", "created": STAMP})
        head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        sheet = workbook.add_worksheet("社区基本情况表")
        sheet.write_row(0, 0, list(table.columns), head)
        for number, row in enumerate(table.itertuples(index=False), start=1):
            sheet.write_row(number, 0, [value.item() if hasattr(value, "item") else value for value in row])
        sheet.set_column(0, 2, 16)
        sheet.freeze_panes(1, 0)
