"""Writes the messy cases of names, codes and joins: each function writes the files of one case and their area.toml.

All are variants of the area drawn in `small_area`: 甲社区 (u1, u2, u5, u6: 1400 households), 乙社区 (u3, u7: 1000) and
丙社区 (u4, u8: 1200), the first two in 东街道, the last in 西街道.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from small_area import CRS, small_communities, small_table, small_units, square, write_layers

EAST, WEST = "甲社区（东街道）", "甲社区（西街道）"
TRUTH = [100, 200, 300, 400, 500, 600, 700, 800]


def bare_units() -> gpd.GeoDataFrame:
    """Make the units without counts: the table has them."""
    return small_units().drop(columns=["households", "population"])


def compound_table() -> pd.DataFrame:
    """Make a table with a row for each compound, by name."""
    units = small_units()
    columns = {"社区": units["community"], "小区名称": units["name"], "户数": units["households"]}
    return pd.DataFrame(columns)


def case_07_spellings(folder: Path) -> None:
    """Write names with all suffixes, blanks, full-width forms, line breaks and remarks (筹, 代管)."""
    table = small_table()
    table["社区名称"] = ["（代管）甲 社区居民委员会\n", "乙　居委会【筹】", "丙社区居委会(原大南街社区)"]
    write_layers(folder, units=small_units(), households=table)


def case_07_traditional(folder: Path) -> None:
    """Write a name in traditional characters and one with a slip."""
    units = small_units()
    units["community"] = units["community"].replace({"甲社区": "广场东社区", "乙社区": "三里营社区"})
    table = small_table()
    table["社区名称"] = ["廣場東社區", "三里莹社区", "丙社区"]
    write_layers(folder, units=units, households=table)


def case_07_homonyms(folder: Path) -> None:
    """Write two communities of the name 甲社区, in 东街道 and in 西街道; the units do not say their subdistrict."""
    other = {"丙社区": "甲社区"}
    units = bare_units().drop(columns="subdistrict").replace({"community": other})
    register = small_communities().replace({"community": other})
    write_layers(folder, units=units, communities=register, households=small_table().replace({"社区名称": other}))


def case_07_twice(folder: Path) -> None:
    """Write 甲社区 twice, under two spellings, with the same count."""
    again = small_table().head(1).assign(社区名称="甲社区居委会")
    write_layers(folder, units=small_units(), households=pd.concat([small_table(), again]))


def case_08_codes(folder: Path, codes: list[object]) -> None:
    """Write codes as given into a table whose names are old ones, so that only the code can join it."""
    table = small_table().assign(社区代码=pd.Series(codes, dtype="object"))
    table["社区名称"] = ["旧一社区", "旧二社区", "旧三社区"]
    write_layers(folder, units=small_units(), communities=small_communities(), households=table)


def case_12_implausible(folder: Path) -> None:
    """Write more buildings than households, 20 residents per household, and no households for one in preparation."""
    table = small_table().assign(常住户数=[1400, 1000, 0], 楼栋数=[1500, 40, 0], 常住人口=[2800, 20000, 0])
    table["社区名称"] = ["甲社区", "乙社区", "丙社区（筹）"]
    write_layers(folder, units=bare_units(), households=table)


def case_13_compounds(folder: Path) -> None:
    """Write counts per compound only; two compounds in two communities have one name."""
    units, table = bare_units(), compound_table()
    units.loc[[0, 2], "name"] = table.loc[[0, 2], "小区名称"] = "阳光花园"
    write_layers(folder, units=units, households=table)


def case_13_shared_compound(folder: Path) -> None:
    """Write a compound that the table counts in 甲社区 and in 乙社区 while the map has it once."""
    table = compound_table()
    share = table.iloc[[0]].assign(社区="乙社区", 户数=40)
    table.loc[0, "户数"] = 60
    write_layers(folder, units=bare_units(), households=pd.concat([table, share], ignore_index=True))


def case_14_service_centre(folder: Path) -> None:
    """Write a regional service centre as the parent of communities."""
    centre = {"西街道": "桥靠区域服务中心"}
    table = small_table().replace({"街道": centre}).rename(columns={"街道": "区域服务中心"})
    write_layers(folder, units=small_units().replace({"subdistrict": centre}), households=table)


def case_15_created_in_the_units(folder: Path) -> None:
    """Write a community that the units have and the layer of communities has not yet."""
    communities = small_communities()
    communities = communities[communities["community"] != "丙社区"]
    write_layers(folder, units=bare_units(), communities=communities, households=small_table())


def case_15_created_in_the_table(folder: Path) -> None:
    """Write 12 communities that stand in the table alone."""
    names = [f"新{number}社区" for number in "一二三四五六七八九十甲乙"]
    new = pd.DataFrame({"街道": "东街道", "社区名称": names, "常住户数": 900, "社区工作者": 3})
    write_layers(folder, units=small_units(), households=pd.concat([small_table(), new], ignore_index=True))


def case_21_parts(folder: Path, counts: list[float | None]) -> None:
    """Write 丙社区 in two polygons, with these households on its records."""
    communities = small_communities().assign(households=[1400.0, 1000.0, counts[0]])
    communities["geometry"] = [square(0, 0, 2, 2), square(2, 0, 1, 2), square(3, 0)]
    part = communities.tail(1).assign(households=counts[1]).set_geometry([square(3, 1)], crs=CRS)
    layer = gpd.GeoDataFrame(pd.concat([communities, part], ignore_index=True), crs=CRS)
    write_layers(folder, communities=layer.astype({"households": "Float64"}))


def case_34_reconciliation(folder: Path) -> None:
    """Write a row without shape, a community without row, and two rows of one community."""
    table = small_table()
    table["社区名称"] = ["甲社区", "乙社区", "丁社区"]
    second = table.head(1).assign(常住户数=100)
    write_layers(folder, units=bare_units(), households=pd.concat([table, second], ignore_index=True))
