"""The tables that stages hand to one another."""

from pipeline.schema.column import COMMUNITY, HOUSEHOLDS, POPULATION, SUBDISTRICT, Column

UNITS = (
    Column("unit_id", "key of the unit (the index)", "基本单元编号"),
    Column("name", "name of the compound or cell, may be empty", "名称"),
    HOUSEHOLDS,
    POPULATION,
    COMMUNITY,
    SUBDISTRICT,
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
    COMMUNITY,
    SUBDISTRICT,
    Column("code", "12-digit statistical code, may be empty", "代码"),
    HOUSEHOLDS,
    POPULATION,
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

DECISIONS = (
    Column("decision", "kind of decision", "决定"),
    Column("units", "unit_id of the units it speaks of, joined by 、; may be empty", "基本单元"),
    Column("communities", "names of the communities it speaks of, joined by 、; may be empty", "社区"),
    Column("parts", "number of parts, for `force split` and `parts`; blank elsewhere", "个数"),
    Column("new_name", "new name (`rename`), or the community whose name stays (`force merge`)", "新名称"),
    Column("reason", "why it was decided", "理由"),
    Column("by", "who decided", "决定单位"),
    Column("date", "when, as given", "日期"),
    Column("subdistrict", "subdistrict that it concerns", "街道/镇/中心"),
    Column("source", "file, sheet and row", "来源"),
)
"""`decisions`: DataFrame, one row per decision in the order of the file; a row of the file that names several
communities which are decided one by one stands here once for each. What columns of the
communities declare (`protected`, `expected_parts`) follows as rows of `lock` and `parts` without a source."""

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
    Column("kind", "border, corner, bridge, inherited or manual", "类别"),
    Column("along", "what most of the border runs along: road, water, railway, or empty for open ground", "沿线类别"),
    Column("along_name", "its name, may be empty", "沿线名称"),
    Column("road_class", "its class if a road", "道路等级"),
    Column("barrier", "true where the border runs along a barrier", "界线要素"),
    Column("crossing", "true where a road or bridge crosses that barrier on this border", "有通道"),
    Column(
        "factor", "price of a border here: 1.0 open ground, less along a road by class, 0.1 along a barrier", "边界系数"
    ),
    Column("border_cost", "border_m x factor", "边界代价", "m"),
    Column("allowed", "true where a community may extend from one unit to the other here", "可以跨越"),
    Column("why", "the sentence why or why not, empty for an open border", "说明"),
    Column(
        "computed",
        "what stood here before it was edited by hand: kind, allowed, factor and why, parted by |; "
        "in adjacency.csv of every row, and not to be edited",
        "计算结果（勿改）",
    ),
)
"""`edges`: DataFrame, a row per pair of neighbouring units (rook), sorted by a, b. An explicit table: it can be
edited and replayed. Kinds: a `border` is a shared line; a `corner` is a contact too short for one, not allowed unless a
planner allows it; a `bridge` joins parts of a subdistrict that touch nowhere, the shortest way across; an `inherited`
row joins a detached part of a community of today to the rest of it, so that detachment that exists is not mistaken for
one that a plan makes; a `manual` row was added by hand. Only an inherited row may stand beside another row of its pair:
a border that may not be crossed and parts a community of today. What is not allowed connects nothing; what is a border
has its cost, allowed or not."""
