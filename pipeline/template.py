"""Writes a new area folder: a commented area.toml and Excel templates for the counts and for decisions."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from pipeline.errors import UsageError
from pipeline.rules import DEFAULT_PRESET, preset_names
from pipeline.schema import DECIDED, DECISION_ZH, labels

AREA_TOML = """\
# 一个区(旗、县)的设置。路径相对于本文件;以 # 开头的行不起作用,需要时去掉 #。
# Settings of one area. Paths are relative to this file; take the # away from what you need.

[area]
name = "{name}"
# code = "150104"            # 6 位行政区划代码
# crs = "EPSG:4525"          # 以米为单位的工作坐标系;不写则取图层自己的
# drafted_by = ""            # 编制单位,印在图和表上
# date = ""                  # 数据日期,如 2026-03
# source = ""                # 数据来源

[rules]
preset = "{preset}"       # {presets}
# lower = 1000               # 规则中的任何数值都可以在这里改

# 基本单元(小区、网格):面图层。与 [communities] 至少要有一个;没有时删去本节,
# 由社区面、道路和建筑物划出示意单元,方案均标注“示意”。
[units]
path = "units.gpkg"
# households = "常住户"       # 列名认不出来时,在这里写:我们的列名 = "你们的列名"

# 社区面图层
# [communities]
# path = "communities.shp"

# 户数表:按 unit_id、代码或名称与图层关联
[households]
path = "households.xlsx"

# 道路、河流、铁路、办公用房:可以没有;有了,界线就会沿着它们走
# [roads]
# path = "roads.gpkg"
# [water]
# path = "water.gpkg"
# [railways]
# path = "railways.gpkg"
# [premises]
# path = "premises.gpkg"

# 建筑物(面,或带建筑面积的点):没有基本单元时,户数按住宅的建筑面积分摊
# [buildings]
# path = "buildings.gpkg"      # 层数、建筑面积、用途

# 界线要素:社区能否跨越,按类别写 ignore(不作界线)、priced(尽量不跨)或 forbidden(禁止跨越,有通道处除外)
# [barriers]
# water = "forbidden"          # 还有 railway、expressway、trunk、primary、secondary、tertiary、residential、path

# 通道(桥梁、地道):点图层,或带 名称、经度、纬度 的表
# [crossings]
# path = "crossings.kmz"
# within_m = 50                # 离界线多少米以内有效

# 人工修改过的邻接表:从 outputs 里复制 adjacency.csv,在 Excel 中改 allowed、factor、why 后放在这里
# [adjacency]
# path = "adjacency.csv"
# 人工决定(固定单元、锁定社区、禁止或必须拆分/合并、更名……):一行一项,所有方案都遵守;
# 填好 decisions.xlsx 后去掉 #。种类与写法见该表第一列的下拉选项。
# [decisions]
# path = "decisions.xlsx"
# 户数预测:逐年户数(列:2027年、2028年…),或项目(类型:待入住/在建/拟建/拆迁,套数,交付年份,入住率)
# [forecast]
# path = "预测.xlsx"
# base = 2026                  # 现状户数的年份;不写则取 date 的年份
# horizon = 2035               # 看到哪一年;不写则到最后一年
# occupancy = [0.3, 0.6, 0.8]  # 交付当年起逐年的入住率,为假设值,按当地实际改
# hold = true                  # 达标方案在 years 所列年份也须达标;不写 years 则为最后一年
"""

SHEET = "社区"
COLUMNS = ("community", "subdistrict", "code", "households", "population", "workers", "floor_m2", "grids", "compounds")
"""Columns of the template, headed by their Chinese labels, which reading recognises."""

DECISION_COLUMNS = ("decision", "units", "communities", "parts", "new_name", "reason", "by", "date")
"""Columns of the table of decisions, headed likewise."""

LAST_ROW = 500
"""Rows in which the kind of a decision is chosen from a list."""


def write_area(folder: Path) -> list[Path]:
    """Write area.toml, households.xlsx and decisions.xlsx into a folder; return what was written.

    The folder is made where it is not there. Raises UsageError where one of the files is there already.
    """
    settings, table, decisions = (folder / name for name in ("area.toml", "households.xlsx", "decisions.xlsx"))
    there = [path.name for path in (settings, table, decisions) if path.exists()]
    if there:
        raise UsageError(f"{folder} already holds {' and '.join(there)}. Name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    text = AREA_TOML.format(
        name=folder.resolve().name.replace('"', ""), preset=DEFAULT_PRESET, presets=" | ".join(preset_names())
    )
    settings.write_text(text, "utf-8")
    _write_table(table, SHEET, [labels("communities")[column] for column in COLUMNS])
    kinds = list(DECISION_ZH.values())
    _write_table(decisions, DECIDED, [labels("decisions")[column] for column in DECISION_COLUMNS], choices=kinds)
    return [settings, table, decisions]


def _write_table(path: Path, name: str, heads: Sequence[str], *, choices: Sequence[str] = ()) -> None:
    """Write an empty sheet under its heads; `choices`: what the first column may say."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, heads, head)
        sheet.set_column(0, len(heads) - 1, 16)
        sheet.freeze_panes(1, 0)
        if choices:
            sheet.data_validation(1, 0, LAST_ROW, 0, {"validate": "list", "source": list(choices)})
