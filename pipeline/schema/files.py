"""The tables that a run and a check write."""

from pipeline.schema.column import COMMUNITY, HOUSEHOLDS, POPULATION, SUBDISTRICT, Column
from pipeline.schema.memory import EDGES

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
    SUBDISTRICT,
    Column("communities_before", "names before, joined by 、", "调整前社区"),
    Column("communities_after", "names after, joined by 、", "调整后社区"),
    Column("moved_households", "households in units whose community changes", "划转户数", "households"),
    *_ANSWER,
    Column("seconds", "time spent solving", "用时", "s"),
    Column("reason", "the sentence why", "理由"),
)

PLAN_CSV = (
    Column("unit_id", "key of the unit", "基本单元编号"),
    SUBDISTRICT,
    HOUSEHOLDS,
    Column("community_before", "community of today", "调整前社区"),
    Column("community_after", "community in the plan", "调整后社区"),
)
FLAGS_CSV = (
    COMMUNITY,
    SUBDISTRICT,
    HOUSEHOLDS,
    Column("status", "under, over or far_over (communities within the limits are not listed)", "判定"),
    Column("action", "what the rule asks for: split, merge or none", "应采取措施"),
    Column("clause", "the clause it rests on", "依据条款"),
    Column("reason", "the sentence why, or why not", "理由"),
)
COMMUNITIES_CSV = (
    COMMUNITY,
    SUBDISTRICT,
    HOUSEHOLDS,
    POPULATION,
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
    COMMUNITY,
    SUBDISTRICT,
    Column("measure", "常住户, 户籍户, 实有户 or 住宅套数", "户数口径"),
    Column("used", "true for the measure that the rule set names", "采用口径"),
    HOUSEHOLDS,
    Column("status", "under, within, over or far_over under this measure", "判定"),
    Column("action", "what the rule would ask for: split, merge or none", "应采取措施"),
    Column("differs", "true where status or action is not that under the measure in use", "与采用口径不同"),
)
"""measures.csv: the verdict on every community under every measure of households that was given."""

NEAR_CSV = (
    COMMUNITY,
    SUBDISTRICT,
    HOUSEHOLDS,
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

ADJACENCY_CSV = (
    *EDGES[:2],
    Column("name_a", "name of the first unit", "单元甲名称"),
    Column("name_b", "name of the second unit", "单元乙名称"),
    Column("community_a", "community of today of the first unit", "社区甲"),
    Column("community_b", "community of today of the second unit", "社区乙"),
    *EDGES[2:],
)
"""adjacency.csv: the adjacency table, to be edited by hand (kind, allowed, factor and why) and replayed."""
FORECAST_CSV = (
    Column("strategy", "today (the communities of today), principle or compliance", "方案"),
    COMMUNITY,
    SUBDISTRICT,
    Column("status_now", "status in the base year", "现判定"),
    Column("status_horizon", "status in the last year", "期末判定"),
    Column("trigger_year", "first year in which it passes a limit that it has not passed now; empty: none", "触发年"),
    Column("trigger", "limits that it passes in that year: lower, merge_under, upper, split_over", "触发界限"),
    Column("sentence", "what becomes of it, in words", "说明"),
)
"""forecast.csv: communities in the years of the forecast. A column for each year, with its households, stands between
subdistrict and status_now, the base year first."""

ENSEMBLE_CSV = (
    Column("subdistrict", "parent of communities; empty for the whole area", "街道/镇/中心"),
    Column("measure", "name of the measure", "指标"),
    Column("label", "its name in Chinese", "指标名称"),
    Column("unit", "its unit", "单位"),
    Column("plan", "value of the plan", "本方案"),
    Column("low", "5% of the random plans lie below it", "随机方案5%分位"),
    Column("median", "half of the random plans lie below it", "随机方案中位数"),
    Column("high", "95% of the random plans lie below it", "随机方案95%分位"),
    Column("at_most", "share of the random plans whose value is at most that of the plan", "不大于本方案的占比"),
    Column("at_least", "share of the random plans whose value is at least that of the plan", "不小于本方案的占比"),
    Column("r_hat", "rank-normalised split R-hat; 1 where the chains agree", "R-hat"),
    Column("ess", "effective number of independent plans", "有效样本数"),
    Column("trusted", "true where r_hat is at most 1.01 and ess at least 400", "混合充分"),
    Column("sentence", "where the plan stands, as a sentence", "说明"),
)
"""ensemble.csv: where the plan stands among random valid plans, by subdistrict and for the whole area."""

ENSEMBLE_CHAINS_CSV = (
    SUBDISTRICT,
    Column("lower", "fewest households of a community of the random plans", "下限", "households"),
    Column("upper", "most households of a community of the random plans", "上限", "households"),
    Column("widened", "true where the limits were widened to hold the plan", "已放宽"),
    Column("chains", "independent chains", "链数"),
    Column("steps", "steps of all chains together, with those of the warm-up", "总步数"),
    Column("draws", "random plans that were kept", "方案数"),
    Column("distinct", "different ones among them", "互异方案数"),
    Column("recombined", "share of recombining steps that changed the plan", "重组接受率"),
    Column("split", "share of splitting steps that changed the plan", "拆分接受率"),
    Column("merged", "share of merging steps that changed the plan", "合并接受率"),
)
"""ensemble-chains.csv: how the random plans were drawn."""
