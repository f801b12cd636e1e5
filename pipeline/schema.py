"""The words: names, meanings and Chinese labels of every column, table and value that huajie reads or writes.

One word has one meaning (docs/reference.md is generated from this module and a test holds the two together).
Nothing here knows how a table is made.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table: its name in files and code, what it means, its label in Chinese output, its unit."""

    name: str
    meaning: str
    zh: str
    unit: str = ""


# --- values ---------------------------------------------------------------------------------------------------

UNDER, WITHIN, OVER, FAR_OVER = "under", "within", "over", "far_over"
STATUS_ZH = {UNDER: "偏小", WITHIN: "达标", OVER: "偏大", FAR_OVER: "超大"}
"""`under` < lower <= `within` <= upper < `over` <= split_over < `far_over`."""

LIMIT_ZH = {"lower": "下限", "upper": "上限", "split_over": "拆分线", "merge_under": "合并线"}

ACTION_ZH = {"split": "拆分", "merge": "合并", "none": "不动"}
"""What a rule asks for a flagged community: `none` when it is flagged but nothing is asked, or a condition fails."""

KIND_ZH = {"split": "拆分", "merge": "合并", "transfer": "划转", "regroup": "重组"}
"""Kinds of case: split 1 to n, merge n to 1, transfer (no community appears or vanishes), regroup m to n."""

PROOF_ZH = {
    "optimal": "已证明最优",
    "gap": "有界差距",
    "exhausted": "已穷尽全部可行方案",
    "heuristic": "启发式（未证明）",
    "infeasible": "无可行方案",
}
"""What is known of a result. `gap` carries a bound; `infeasible` carries a reason."""

PROOF_ORDER = ("infeasible", "heuristic", "gap", "exhausted", "optimal")
"""Weakest first: the proof of several results together is the weakest of them."""

CHANGE_ZH = {"U": "未变", "S": "拆分", "M": "合并", "X": "重组/划转"}
"""Change codes (the letters of the UK Office for National Statistics)."""

STRATEGY_ZH = {"principle": "原则方案", "compliance": "达标方案"}

ROAD_CLASSES = ("expressway", "trunk", "primary", "secondary", "tertiary", "residential", "path")
ROAD_CLASS_ZH = {
    "expressway": "快速路/高速",
    "trunk": "干线",
    "primary": "主干路",
    "secondary": "次干路",
    "tertiary": "支路",
    "residential": "街巷",
    "path": "小路",
}

HOW_ZH = {
    "settled": "设置指定",
    "name": "常用列名",
    "measure": "户数口径列名",
    "cut name": "截断列名",
    "values": "按内容判断",
    "unused": "未使用",
    "dropped": "个人信息（已舍弃）",
}
"""How a column of a file was recognised (columns.csv)."""

AS_GIVEN = "as given"
HYPOTHESIS_ZH = {AS_GIVEN: "原坐标", "GCJ-02": "GCJ-02偏移", "BD-09": "BD-09偏移", "another shift": "其他偏移"}
VERDICT_ZH = {"best": "最吻合", "possible": "可能", "refuted": "不符"}
"""Hypotheses of an offset, and what is known of each (offsets.csv)."""

REPAIR_ZH = {
    "ring": "图形自交",
    "overlap": "重叠",
    "gap": "缝隙",
    "strip": "沿路空带",
    "fragment": "碎片",
    "snap": "界线吻合",
}
"""Kinds of repairs.csv."""

SECTION_ZH = {
    "units": "基本单元",
    "communities": "社区",
    "subdistricts": "街道",
    "households": "户数表",
    "roads": "道路",
    "water": "水系",
    "railways": "铁路",
    "premises": "办公用房",
    "buildings": "建筑物",
}
"""Sections of area.toml that name files."""

PREMISES_ZH = {"usable": "可用", "decorating": "装修", "building": "在建", "none": "未落实"}

NEW_COMMUNITY = "{subdistrict}新设{number}"
"""Name of a community that a plan creates, until a decision names it. The subdistrict is part of it because a
community's name is its key: 新设1 of two subdistricts must not become one community."""

SKETCH = "sketch"
"""Name of the problem of counts that were spread by area: what is proposed on them is a sketch and is marked as one."""

PROBLEM_ZH = {
    "CRS chosen": "已选定坐标系",
    "CRS corrected": "坐标系说明有误已更正",
    "CRS does not fit": "坐标系不符",
    "CRS inferred": "坐标系由坐标推断",
    "CRS not in metres": "坐标系不以米为单位",
    "CRS overridden": "坐标系以设置为准",
    "axes swapped": "坐标轴颠倒已对调",
    "approximate count": "户数为约数",
    "bad value": "取值不正确",
    "ballpark transformation": "基准转换参数未知",
    "blank count": "户数空缺",
    "central meridian far": "远离中央子午线",
    "code of a larger place": "代码不是社区代码",
    "code of several names": "一个代码对应多个名称",
    "code with lost digits": "代码位数缺失",
    "codes shortened": "代码已取前12位",
    "column guessed from values": "按取值推断列",
    "columns alike": "同类列不止一个",
    "buildings left out": "非居住建筑未计入",
    "buildings outside": "建筑不在任何社区内",
    "columns recognised": "列名识别",
    "community by overlap": "按面积重叠确定社区",
    "community crosses the subdistrict line": "社区跨街道界线",
    "community differs": "所属社区不一致",
    "community in two subdistricts": "社区分属两个街道",
    "community outline differs": "社区界线与单元不符",
    "community without households": "社区没有户数",
    "community without polygon": "社区没有界线",
    "community without units": "社区没有基本单元",
    "control points": "按控制点校正",
    "control points refused": "控制点不可用",
    "coordinate system": "坐标系",
    "compound in two communities": "小区分属两个社区",
    "count kept": "沿用图层户数",
    "count repeated": "户数重复",
    "counts without shape": "有户数无图形",
    "curves drawn as lines": "曲线已折线化",
    "datum parameters": "按转换参数校正",
    "detached parts": "社区不连片",
    "duplicate unit ids": "单元编号重复",
    "empty layer": "图层或表为空",
    "encoding chosen": "已推定文字编码",
    "features left out": "部分要素未采用",
    "floors unknown": "楼层数不明",
    "fractional count": "户数不是整数",
    "homonyms": "同名社区",
    "date instead of number": "数字变成了日期",
    "date of counts": "数据日期",
    "dates differ": "数据日期不一致",
    "formula without value": "公式没有结果",
    "hidden sheets": "隐藏的工作表未读",
    "household totals differ": "户数合计不符",
    "households scaled": "户数按表调整",
    "implausible count": "数值不合常理",
    "invalid shape": "图形无效",
    "kinds chosen": "按类别选取线要素",
    "label outside": "注记不在任何面内",
    "labels joined": "按位置关联注记",
    "layer chosen": "已选定图层",
    "layers joined": "多个图层合并读取",
    "layers apart": "图层位置相距甚远",
    "map offset": "疑似地图偏移",
    "merged number": "数字跨行合并",
    "missing column": "缺少列",
    "missing companion": "缺少附属文件",
    "missing file": "缺少文件",
    "missing section": "缺少设置段",
    "name differs": "名称不一致",
    "name of several communities": "名称对应多个社区",
    "negative count": "户数为负",
    "no CRS": "缺少坐标系",
    "no label": "面内没有注记",
    "no shape": "没有图形",
    "no units": "以社区为基本单元",
    "no working CRS": "缺少工作坐标系",
    "not a number": "不是数字",
    "not a polygon": "不是面要素",
    "not lines": "不是线要素",
    "number converted": "数字已换算",
    "office outside": "用房在社区之外",
    "outlines closed": "线已闭合为面",
    "outlines from lines": "由界线生成面",
    "offset converted": "地图偏移已还原",
    "outlines doubtful": "界线修复存疑",
    "overlaps": "图形重叠",
    "points for polygons": "以点代面",
    "parts joined": "片数少于应有片数",
    "personal data": "个人信息已剔除",
    "polygons joined": "同名图形已合并",
    "population scaled": "人口按表调整",
    "remark of the reader": "读取程序提示",
    "road class unknown": "道路等级不明",
    "same shape twice": "同一图形重复",
    "remarks in names": "名称带说明",
    "rows summed": "多行已汇总",
    "rows left out": "非数据行未读",
    "several anchors": "居委会所在单元不止一个",
    "several labels": "一面有多个注记",
    "several rows": "同一社区有多行",
    "shapes left": "图形问题未修复",
    "shapes mended": "图形已修复",
    "shapes without counts": "有图形无户数",
    "sheet error": "单元格公式出错",
    "sheets read": "读取的工作表",
    "sheets repeat": "工作表内容重复",
    SKETCH: "户数按面积分摊（示意）",
    "spellings unified": "名称写法已统一",
    "subdistrict by overlap": "按面积重叠确定街道",
    "text broken": "文字无法解码",
    "text cut": "文字被截断",
    "subdistrict outline differs": "街道界线与社区不符",
    "tiny units": "单元面积过小",
    "subdistrict from sheet": "街道取自表名",
    "totals agree": "合计相符",
    "totals differ": "合计不符",
    "unit above upper limit": "单元户数超过上限",
    "unit in several parts": "单元不连片",
    "unit lies in another community": "单元位于其他社区",
    "unit lies in another subdistrict": "单元位于其他街道",
    "unit outside its community": "单元在社区界线之外",
    "unit outside its subdistrict": "单元在街道界线之外",
    "unit straddles": "单元跨社区",
    "unit straddles subdistricts": "单元跨街道",
    "unit in two communities": "单元分属两个社区",
    "unit not divided": "单元未能细分",
    "unit without id": "单元没有编号",
    "units apart": "单元之间有空带",
    "units without community": "单元没有所属社区",
    "units without households": "单元没有户数",
    "units without population": "单元没有人口",
    "units without subdistrict": "单元没有所属街道",
    "unknown CRS": "坐标系无法识别",
    "unknown community": "社区无法识别",
    "unknown key": "设置项无法识别",
    "unknown preset": "规则集无法识别",
    "unknown section": "设置段无法识别",
    "unknown state": "用房状态无法识别",
    "unreadable file": "文件无法读取",
    "written as unknown": "记为未知",
    "use unknown": "建筑用途不明",
}
"""Chinese label of every problem that reading and checking may find."""

LIST_SEPARATOR = "、"
"""Between the names in `communities_before` and `communities_after`."""

# --- tables in memory -----------------------------------------------------------------------------------------

_HOUSEHOLDS = Column(
    "households", "resident households, of the measure that the rule set names", "常住户", "households"
)
_POPULATION = Column("population", "residents", "常住人口", "persons")
_SUBDISTRICT = Column("subdistrict", "parent of the community: subdistrict, town or service centre", "街道/镇/中心")
_COMMUNITY = Column("community", "name of the community, the key", "社区")

UNITS = (
    Column("unit_id", "key of the unit (the index)", "基本单元编号"),
    Column("name", "name of the compound or cell, may be empty", "名称"),
    _HOUSEHOLDS,
    _POPULATION,
    _COMMUNITY,
    _SUBDISTRICT,
    Column("anchor", "true where the community's office stands", "居委会所在"),
)
"""`units`: GeoDataFrame indexed by unit_id (str), polygons in a working CRS in metres. Columns of MEASURE_COLUMNS may
follow (Int64), where the units' own file or table counts other measures."""

MEASURE_COLUMNS = {
    "常住户": "resident_households",
    "户籍户": "registered_households",
    "实有户": "occupied_households",
    "住宅套数": "dwellings",
}
"""Measures of households that a rule set may name, and the column that keeps each; `households` holds the counts of
the measure that the rule set names."""

_MEASURES = (
    Column("resident_households", "resident households (常住户)", "常住户", "households"),
    Column("registered_households", "households of the household register (户籍户)", "户籍户", "households"),
    Column("occupied_households", "households found living there (实有户)", "实有户", "households"),
    Column("dwellings", "dwellings, occupied or not (住宅套数)", "住宅套数", "dwellings"),
)

COMMUNITIES = (
    _COMMUNITY,
    _SUBDISTRICT,
    Column("code", "12-digit statistical code, may be empty", "代码"),
    _HOUSEHOLDS,
    _POPULATION,
    *_MEASURES,
    Column("workers", "community workers in post", "社区工作者", "persons"),
    Column("floor_m2", "floor area of the community's premises", "办公用房㎡", "m²"),
    Column("premises_state", "usable, decorating, building or none", "用房状态"),
    Column("grids", "number of grids (网格)", "网格数"),
    Column("compounds", "number of residential compounds (小区)", "小区数"),
    Column("waiting_households", "households waiting to move in", "待入住户", "households"),
    Column("workload_matters", "workload matters handled", "承担事项数"),
    Column("farthest_walk_m", "farthest walk from a home to the office", "最远步行距离", "m"),
    Column("buildings", "number of residential buildings (楼栋)", "楼栋数"),
    Column("detached_parts", "parts that do not touch the main part", "飞地数"),
    Column(
        "expected_parts",
        "parts that the community is declared to lie in; blank or 0 where nothing is declared",
        "应有片数",
    ),
    Column("protected", "true for historic or commercial areas that are left as they are", "历史/商业保留区"),
)
"""`communities`: DataFrame indexed by community, one row each, of today. Columns after `population` may be missing;
an indicator is judged only where its column is there."""

LINES = (
    Column("kind", "road, water or railway", "类别"),
    Column("name", "name, may be empty", "名称"),
    Column("road_class", "class of a road, empty for others", "道路等级"),
    Column("barrier", "true where a community should not straddle the line", "界线要素"),
)
"""`lines`: GeoDataFrame of roads, waters and railways together, in the working CRS."""

EDGES = (
    Column("a", "unit_id, the smaller of the two", "单元甲"),
    Column("b", "unit_id, the larger of the two", "单元乙"),
    Column("border_m", "length of the shared border; 0 for bridge and inherited", "共有边界长", "m"),
    Column("kind", "border, bridge or inherited", "类别"),
    Column("along", "what most of the border runs along: road, water, railway, or empty for open ground", "沿线类别"),
    Column("along_name", "its name, may be empty", "沿线名称"),
    Column("road_class", "its class if a road", "道路等级"),
    Column("barrier", "true where the border runs along a barrier", "界线要素"),
    Column("crossing", "true where a road or bridge crosses that barrier on this border", "有通道"),
    Column(
        "factor", "price of a border here: 1.0 open ground, less along a road by class, 0.1 along a barrier", "边界系数"
    ),
    Column("border_cost", "border_m x factor", "边界代价", "m"),
)
"""`edges`: DataFrame, one row per pair of neighbouring units (rook), sorted by a, b. An explicit table: it can be
edited and replayed. Kinds: a `border` is a shared line; a `bridge` joins parts of a subdistrict that touch nowhere, the
shortest way across; an `inherited` row joins a detached part of a community of today to the rest of it, so that
detachment that exists is not mistaken for one that a plan makes."""

# --- files of a run -------------------------------------------------------------------------------------------

_STRATEGY = Column("strategy", "principle or compliance", "方案")
_ANSWER = (
    Column("proof", "optimal, gap, exhausted, heuristic or infeasible", "最优性说明"),
    Column("objective", "the minimised numbers in their order, as a JSON list", "目标值"),
    Column("bound", "proved lower bounds of the same numbers, as a JSON list", "下界"),
    Column("gap", "relative gap of the first number whose bound is below it; 0 when proved", "差距"),
)
CASES_CSV = (
    Column("case_id", "key of the case, such as 原则-01 or 达标-01", "事项编号"),
    _STRATEGY,
    Column("kind", "split, merge, transfer or regroup", "类型"),
    _SUBDISTRICT,
    Column("communities_before", "names before, joined by 、", "调整前社区"),
    Column("communities_after", "names after, joined by 、", "调整后社区"),
    Column("moved_households", "households in units whose community changes", "划转户数", "households"),
    *_ANSWER,
    Column("seconds", "time spent solving", "用时", "s"),
    Column("reason", "the sentence why", "理由"),
)

PLAN_CSV = (
    Column("unit_id", "key of the unit", "基本单元编号"),
    _SUBDISTRICT,
    _HOUSEHOLDS,
    Column("community_before", "community of today", "调整前社区"),
    Column("community_after", "community in the plan", "调整后社区"),
)
FLAGS_CSV = (
    _COMMUNITY,
    _SUBDISTRICT,
    _HOUSEHOLDS,
    Column("status", "under, over or far_over (communities within the limits are not listed)", "判定"),
    Column("action", "what the rule asks for: split, merge or none", "应采取措施"),
    Column("clause", "the clause it rests on", "依据条款"),
    Column("reason", "the sentence why, or why not", "理由"),
)
COMMUNITIES_CSV = (
    _COMMUNITY,
    _SUBDISTRICT,
    _HOUSEHOLDS,
    _POPULATION,
    Column("area_km2", "area", "面积", "km²"),
    Column("polsby_popper", "4 pi area / perimeter², 1 for a circle", "紧凑度"),
    Column("status", "under, within, over or far_over", "判定"),
    Column("change", "U unchanged, S split, M merged, X regrouped or transferred", "变动类型"),
    Column(
        "predecessors", "communities of today that its units come from, joined by 、, most households first", "来源社区"
    ),
)
"""communities.csv: the communities after the plan."""
PROBLEMS_CSV = (
    Column("severity", "error (the run stops), warning or note", "级别"),
    Column("layer", "section of area.toml or stage that found it", "图层/表"),
    Column("id", "key of the thing concerned: unit_id, community, row", "对象"),
    Column("source", "file, sheet, row or cell, or feature", "来源"),
    Column("problem", "short name of the problem", "问题"),
    Column("detail", "what was found, with figures", "详情"),
    Column("advice", "what to do", "处理建议"),
)
RECONCILIATION = (
    Column("source", "file and sheet or layer", "来源"),
    Column("role", "section of area.toml", "用途"),
    Column("joined_by", "code, name, unit_id, or empty", "关联方式"),
    Column("rows_read", "rows read", "读入行数"),
    Column("matched", "rows that found their shape", "匹配"),
    Column("unmatched_here", "rows of this source without a shape", "表中有图上无"),
    Column("unmatched_there", "shapes that no row of this source speaks of", "图上有表中无"),
    Column("many_to_one", "rows that share their shape with another row", "多对一"),
    Column("households_in", "sum of households in this source", "读入户数", "households"),
    Column("households_out", "sum of households after the join", "入图户数", "households"),
)

COLUMNS_CSV = (
    Column("section", "section of area.toml", "设置段"),
    Column("source", "file and sheet or layer", "来源"),
    Column("column", "our column; empty for a column that is not used", "本工具列名"),
    Column("theirs", "the file's own column", "原列名"),
    Column("place", "letter of the column in a sheet", "列"),
    Column("how", "settled, name, measure, cut name, values, unused or dropped", "识别方式"),
    Column("evidence", "what the guess rests on: the usual name it matches, the first values", "依据"),
)
"""columns.csv: which column of which file was taken for what. `settled` by area.toml; `name`: a usual name; `measure`:
a usual name of the rule set's measure of households; `cut name`: a usual name cut by the format; `values`: what stands
in it; `unused`; `dropped`: personal data, never kept."""

COUNTS_CSV = (
    Column("level", "unit or community", "层级"),
    Column("id", "unit_id or community", "对象"),
    Column("column", "households, population or a measure of households", "列"),
    Column("value", "the count as it is used", "数值"),
    Column("written", "the value as it stands in the file", "原文"),
    Column("source", "file, sheet and cell, or feature", "来源"),
    Column("reading", "what was done to it: empty as written, else read, scaled, spread or summed", "处理"),
)
"""counts.csv: where every count comes from."""

REPAIRS_CSV = (
    Column("repair_id", "key of the change", "修复编号"),
    Column("kind", "ring, overlap, gap, strip, fragment or snap", "类型"),
    Column("done", "true where it was mended, false where it was left as it is", "已修复"),
    Column("layer", "section of area.toml", "图层"),
    Column("ids", "units concerned, joined by 、", "涉及单元"),
    Column("area_m2", "area of the piece that changed hands or is at fault", "面积", "m²"),
    Column("width_m", "width of the piece", "宽度", "m"),
    Column("before", "how it was", "修复前"),
    Column("after", "how it is", "修复后"),
    Column("why", "why it was mended so, or left", "原因"),
    Column("x", "middle of the piece, in the working CRS", "横坐标", "m"),
    Column("y", "middle of the piece, in the working CRS", "纵坐标", "m"),
)
"""repairs.csv: every change of a shape, and what was not safe to mend."""

OFFSETS_CSV = (
    Column("layer", "section of area.toml that was tested", "图层"),
    Column("source", "file and layer", "来源"),
    Column("trusted", "sections it was tested against", "参照图层"),
    Column("hypothesis", "as given, GCJ-02, BD-09 or another shift", "假设"),
    Column("fit_m", "typical distance to the trusted layers under it", "吻合距离", "m"),
    Column("shift_m", "length of the shift it would mean here", "偏移量", "m"),
    Column("azimuth_deg", "direction of the shift, clockwise from north", "偏移方位角", "°"),
    Column("confidence", "0 to 1, how much better it fits than the next", "可信度"),
    Column("verdict", "best, possible or refuted", "结论"),
)
"""offsets.csv: how well each layer fits the others as given and under each hypothesis of an offset."""

MEASURES_CSV = (
    _COMMUNITY,
    _SUBDISTRICT,
    Column("measure", "常住户, 户籍户, 实有户 or 住宅套数", "户数口径"),
    Column("used", "true for the measure that the rule set names", "采用口径"),
    _HOUSEHOLDS,
    Column("status", "under, within, over or far_over under this measure", "判定"),
    Column("action", "what the rule would ask for: split, merge or none", "应采取措施"),
    Column("differs", "true where status or action is not that under the measure in use", "与采用口径不同"),
)
"""measures.csv: the verdict on every community under every measure of households that was given."""

NEAR_CSV = (
    _COMMUNITY,
    _SUBDISTRICT,
    _HOUSEHOLDS,
    Column("limit", "lower, upper, split_over or merge_under", "界限"),
    Column("limit_households", "its value", "界限值", "households"),
    Column("difference", "households above it, negative below", "相差", "households"),
    Column("share", "difference over the count: an error of so much crosses the limit", "相差比例"),
    Column("status", "status now", "判定"),
    Column("status_beyond", "status on the other side of the limit", "越线后判定"),
)
"""near-limits.csv: communities whose verdict a small error of the count would change, the nearest first."""

NEIGHBOURS_CSV = (
    Column("community", "community under the merge limit", "社区"),
    Column("neighbour", "community that touches it", "相邻社区"),
    Column("combined", "households of both together", "合并后户数", "households"),
    Column("border_m", "length of the shared border", "共有边界长", "m"),
    Column("allowed", "true where every condition of a merge holds", "具备合并条件"),
    Column("warning", "what to weigh although it is allowed", "提示"),
    Column("reason", "the sentence why, or why not", "说明"),
)
LOOKUP_CSV = (
    _STRATEGY,
    Column("subdistrict", "parent of the community after", "街道/镇/中心"),
    Column("community_before", "community of today", "调整前社区"),
    Column("community_after", "community in the plan", "调整后社区"),
    Column("units", "units they share", "共有单元数"),
    Column("households", "households in these units", "共有户数", "households"),
    Column("share_of_before", "part of the households of the community of today", "占原社区比重"),
    Column("share_of_after", "part of the households of the community in the plan", "占新社区比重"),
    Column("change", "U unchanged, S split, M merged, X regrouped or transferred", "变动类型"),
)
ALTERNATIVES_CSV = (
    Column("case_id", "case that this is another way to do", "事项编号"),
    Column("label", "what the alternative puts first", "备选方案"),
    *_ANSWER,
    Column("unit_id", "key of the unit", "基本单元编号"),
    Column("households", "households of the unit", "常住户", "households"),
    Column("community", "community in the alternative", "社区"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "units": UNITS,
    "communities": COMMUNITIES,
    "lines": LINES,
    "edges": EDGES,
    "plan.csv": PLAN_CSV,
    "flags.csv": FLAGS_CSV,
    "cases.csv": CASES_CSV,
    "communities.csv": COMMUNITIES_CSV,
    "problems.csv": PROBLEMS_CSV,
    "reconciliation.csv": RECONCILIATION,
    "columns.csv": COLUMNS_CSV,
    "counts.csv": COUNTS_CSV,
    "repairs.csv": REPAIRS_CSV,
    "offsets.csv": OFFSETS_CSV,
    "measures.csv": MEASURES_CSV,
    "near-limits.csv": NEAR_CSV,
    "neighbours.csv": NEIGHBOURS_CSV,
    "lookup.csv": LOOKUP_CSV,
    "alternatives.csv": ALTERNATIVES_CSV,
}


def columns(table: str) -> list[str]:
    """Names of the columns of a table, in order.

    >>> columns("plan.csv")
    ['unit_id', 'subdistrict', 'households', 'community_before', 'community_after']
    """
    return [column.name for column in TABLES[table]]


def labels(table: str) -> dict[str, str]:
    """Chinese label of each column of a table.

    >>> labels("plan.csv")["households"]
    '常住户'
    """
    return {column.name: column.zh for column in TABLES[table]}
