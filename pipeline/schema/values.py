"""The values that columns may hold, and their Chinese labels."""

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

TODAY = "today"
"""What stands for the communities of today beside the strategies (forecast.csv)."""

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

BARRIER_CLASSES = ("water", "railway", *ROAD_CLASSES)
BARRING_ZH = {"ignore": "不作界线", "priced": "可以跨越", "forbidden": "禁止跨越"}
"""What a class of lines is to a community: nothing, a barrier whose straddling is counted, or one never straddled."""

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

DECISION_ZH = {
    "pin": "固定单元",
    "lock": "锁定社区",
    "forbid split": "禁止拆分",
    "force split": "必须拆分",
    "forbid merge": "禁止合并",
    "force merge": "必须合并",
    "protect": "保护",
    "accept": "认可现状",
    "parts": "应有片数",
    "rename": "更名",
}
"""Kinds of decisions that a planner fixes by hand (docs/decisions.md)."""

DECIDED = "人工决定"
"""What a flag or a case rests on where no clause but a decision asks for it."""

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
    "crossings": "通道",
    "adjacency": "邻接关系",
    "decisions": DECIDED,
    "forecast": "户数预测",
}
"""Sections of area.toml that name files."""

PREMISES_ZH = {"usable": "可用", "decorating": "装修", "building": "在建", "none": "未落实"}

NEW_COMMUNITY = "{subdistrict}新设{number}"
"""Name of a community that a plan creates, until a decision names it. The subdistrict is part of it because a
community's name is its key: 新设1 of two subdistricts must not become one community."""

LIST_SEPARATOR = "、"
"""Between the names in `communities_before` and `communities_after`."""
