"""The usual names of our columns in planners' files, by section, in two languages."""

from pipeline.schema import MEASURE_COLUMNS

MEASURES = {
    "常住户": ("常住户", "常住户数", "常住家庭户", "常住家庭户数", "常住总户数", "常住居民户数"),
    "户籍户": ("户籍户", "户籍户数", "户籍总户数", "户籍家庭户数", "在册户数"),
    "实有户": ("实有户", "实有户数", "实有总户数", "入住户", "入住户数", "实住户数"),
    "住宅套数": ("住宅套数", "套数", "住房套数", "总套数", "住宅总套数"),
}
"""Columns that hold one measure of households; `households` is that of the rule set's measure, or a general one."""

LEVELS = "·"
"""Between the levels of a column's name whose header has several, such as 户数·常住."""

_NAME = ("name", "名称", "名字")
_COMPOUND = ("小区名称", "小区", "小区名", "网格名称", "楼栋名称", "单元名称", "院落名称", "所属小区")
_PLACE = {
    "community": (
        *("community", "社区", "社区名称", "社区名", "所属社区", "所在社区", "社区居委会", "社区居委会名称"),
        *("居委会", "居委会名称", "居委名称", "居委", "村居", "村居名称", "村社区", "community_name"),
    ),
    "subdistrict": (
        *("subdistrict", "街道", "街道名称", "街道办", "街道办事处", "所属街道", "所在街道", "街镇", "街道/镇/中心"),
        *("街道/镇", "街道镇", "乡镇街道", "街道乡镇", "乡镇", "镇街", "所属街镇", "street", "street_name", "township"),
        *("区域服务中心", "区域服务中心名称", "所属区域服务中心", "服务中心", "所属中心"),
    ),
}
_COUNTS = {
    "households": ("households", "户数", "总户数", "家庭户数", "hh", "household"),
    "population": (
        *("population", "常住人口", "常住人口数", "常住总人口", "人口", "人口数", "总人口", "总人口数", "人数"),
        *("总人数", "residents", "pop"),
    ),
}
_ATTRIBUTES = {
    "code": (
        *("code", "社区代码", "代码", "统计代码", "统计用区划代码", "行政区划代码", "区划代码", "社区编码", "编码"),
        *("community_code",),
    ),
    "workers": ("workers", "社区工作者", "社区工作者数", "工作人员", "工作人员数", "工作者数", "在岗人数", "staff"),
    "floor_m2": (
        *("floor_m2", "办公用房", "办公用房面积", "用房面积", "办公用房㎡", "面积㎡", "办公面积", "建筑面积"),
        *("社区用房面积", "floor_area"),
    ),
    "premises_state": ("premises_state", "用房状态", "办公用房状态", "用房情况"),
    "grids": ("grids", "网格数", "网格", "网格数量"),
    "compounds": ("compounds", "小区数", "小区数量", "居民小区数"),
    "waiting_households": ("waiting_households", "待入住户", "待入住户数", "在建待入住户数", "待入住"),
    "workload_matters": ("workload_matters", "承担事项数", "事项数", "工作事项数"),
    "farthest_walk_m": ("farthest_walk_m", "最远步行距离", "最远距离"),
    "buildings": ("buildings", "楼栋数", "楼栋", "栋数", "楼数"),
    "detached_parts": ("detached_parts", "飞地数", "飞地"),
    "expected_parts": ("expected_parts", "应有片数", "片数", "片区数"),
    "protected": ("protected", "历史/商业保留区", "保留区", "是否保留", "历史街区"),
}
MEASURE_NAMES = {column: (column, *MEASURES[measure]) for measure, column in MEASURE_COLUMNS.items()}
_ROAD_CLASS = (
    "road_class",
    "道路等级",
    "等级",
    "道路类型",
    "道路类别",
    "highway",
    "fclass",
    "class",
    "类型",
    "roadclass",
)
_KIND = ("kind", "类别", "要素类别", "线类别", "type")

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "units": {
        "unit_id": (
            *("unit_id", "单元编号", "基本单元编号", "单元编码", "小区编号", "小区编码", "网格编号", "网格编码"),
            *("网格代码", "小区代码", "地块编号", "楼栋编号", "unitid", "uid", "编号", "id"),
        ),
        "name": (*_NAME, *_COMPOUND),
        **_COUNTS,
        **MEASURE_NAMES,
        **_PLACE,
        "anchor": ("anchor", "居委会所在", "居委会所在地", "办公地", "办公所在", "是否办公地", "office"),
    },
    "communities": {
        "community": (*_PLACE["community"], *_NAME),
        "subdistrict": _PLACE["subdistrict"],
        **_COUNTS,
        **MEASURE_NAMES,
        **_ATTRIBUTES,
    },
    "households": {
        "unit_id": (
            *("unit_id", "单元编号", "基本单元编号", "单元编码", "小区编号", "小区编码", "网格编号", "网格编码"),
            *("网格代码", "小区代码", "地块编号", "楼栋编号", "unitid", "uid"),
        ),
        "name": ("compound", *_COMPOUND),
        **_PLACE,
        **_COUNTS,
        **MEASURE_NAMES,
        **_ATTRIBUTES,
    },
    "forecast": {
        "unit_id": (
            *("unit_id", "单元编号", "基本单元编号", "单元编码", "小区编号", "小区编码", "网格编号", "网格编码"),
            *("网格代码", "小区代码", "地块编号", "楼栋编号", "unitid", "uid"),
        ),
        "name": ("compound", *_COMPOUND, "项目名称", "楼盘名称", "楼盘", "name", "名称"),
        **_PLACE,
        "code": _ATTRIBUTES["code"],
        "year": (
            *("year", "年份", "年度", "预测年份", "预测年度", "预测年", "交付年份", "交付年度", "交付年", "交付时间"),
            *("预计交付时间", "预计交付年份", "交房时间", "竣工时间", "竣工年份", "入住年份", "入住时间", "拆迁时间"),
            *("delivery", "delivered"),
        ),
        "households": (*_COUNTS["households"], "预测户数", "预计户数", "规划户数"),
        **{column: MEASURE_NAMES[column] for column in MEASURE_NAMES if column != "dwellings"},
        "kind": (
            *(
                "kind",
                "类别",
                "类型",
                "项目类型",
                "项目类别",
                "项目状态",
                "建设状态",
                "状态",
                "建设情况",
                "type",
                "state",
            ),
        ),
        "new_dwellings": ("new_dwellings", "dwellings", "规划套数", "新增套数", "待入住套数", *MEASURES["住宅套数"]),
        "occupancy": ("occupancy", "入住率", "预计入住率", "预期入住率"),
    },
    "subdistricts": {"subdistrict": (*_PLACE["subdistrict"], *_NAME)},
    "roads": {"name": (*_NAME, "道路名称", "路名", "街路名称"), "road_class": _ROAD_CLASS, "kind": _KIND},
    "water": {"name": (*_NAME, "河流名称", "水系名称", "河名"), "kind": _KIND},
    "railways": {"name": (*_NAME, "铁路名称", "线路名称", "线名"), "kind": _KIND},
    "crossings": {"name": (*_NAME, "通道名称", "桥名", "桥梁名称", "通道")},
    "premises": {
        "community": _PLACE["community"],
        "name": (*_NAME, "用房名称"),
        "floor_m2": (*_ATTRIBUTES["floor_m2"], "面积"),
        "state": ("state", "状态", "使用状态", *_ATTRIBUTES["premises_state"]),
    },
    "decisions": {
        "decision": ("decision", "kind", "决定", "决定种类", "决定类型", "决定类别", "种类", "事项", "决定事项"),
        "units": (
            *("units", "unit", "unit_id", "unit_ids", "基本单元", "单元", "单元编号", "基本单元编号", "小区编号"),
            *("网格编号", "小区", "小区名称"),
        ),
        "communities": ("communities", "community", "社区", "社区名称", "所属社区", "归属社区", "涉及社区"),
        "parts": ("parts", "个数", "片数", "拆分个数", "拆分数", "分为几个", "应有片数"),
        "new_name": ("new_name", "新名称", "新名", "更名为", "命名为", "保留名称", "合并后名称"),
        "reason": ("reason", "理由", "原因", "说明", "决定理由", "依据"),
        "by": ("by", "决定单位", "决定机关", "提出单位", "作出单位", "决定人", "单位"),
        "date": ("date", "日期", "决定日期", "时间", "决定时间"),
    },
    "buildings": {
        "name": (*_NAME, "楼名", "楼栋名称", "楼号"),
        "floors": ("floors", "层数", "楼层数", "地上层数", "levels", "building:levels", "storeys", "floor"),
        "floor_m2": ("floor_m2", "建筑面积", "总建筑面积", "住宅面积", "floor_area", "建筑面积㎡"),
        "use": (
            *("use", "用途", "房屋用途", "建筑用途", "使用性质", "房屋性质", "建筑类型", "建筑类别", "类型", "类别"),
            *("building", "function", "usage", "fclass", "type"),
        ),
    },
}
"""Usual names of each section's columns, the surest first; how they are compared is said in `headings`."""
