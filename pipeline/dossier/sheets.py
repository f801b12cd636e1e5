"""Makes the contents of the workbook's plain sheets: Chinese headings, one table, a note, which columns to sum.

How a sheet looks is decided in `workbook`; the overview and the before-after table have their own modules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.dossier.headline import (
    chosen_first,
    community_totals,
    households_now,
    households_then,
    moved_units,
    proof_words,
)
from pipeline.results import Result
from pipeline.rules import RuleSet, indicator_value, status_of
from pipeline.schema import (
    ACTION_ZH,
    KIND_ZH,
    PREMISES_ZH,
    PROBLEM_ZH,
    PROOF_ZH,
    SECTION_ZH,
    STATUS_ZH,
    STRATEGY_ZH,
    WITHIN,
    labels,
)

COUNT, AREA, METRES, DECIMAL, STATUS = "count", "area", "metres", "decimal", "status"
TENTH, PLACE, TEXT, LONG, PROSE = "tenth", "middle", "text", "long", "prose"
SHARE, ALERT = "share", "alert"
"""Kinds of column: whole number, km², metres, free number, band, number with one decimal, running number; short text,
wrapped text, sentences; per cent, text that stands out."""

NO_ROWS = "无"
JOINED_ZH = {", ": "、", "unit_id": "编号", "code": "代码", "name": "名称"}
SEVERITY_ZH = {"error": "错误", "warning": "警告", "note": "提示"}


@dataclass(frozen=True)
class Sheet:
    """One plain sheet. `kinds` says how each column is written (TEXT when absent); `sums` are totalled at the end."""

    name: str
    title: str
    note: str
    table: pd.DataFrame
    kinds: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[str, ...] = ()


def today_sheet(result: Result) -> Sheet:
    """List every community of today with its figures, the indicators that count, the verdict and the clause (表1)."""
    area, rules = result.area, result.area.rules
    today = community_totals(result, None)
    known = area.communities.reindex(today.index)
    flags = result.flags.set_index("community").reindex(today.index)
    table = pd.DataFrame({"街道/镇/中心": today["subdistrict"], "社区": today.index})
    kinds = {"序号": PLACE, rules.measure: COUNT, "常住人口": COUNT, "面积km²": AREA}
    if "code" in known:
        table["代码"] = known["code"].fillna("").astype("str")
    table = table.assign(**{rules.measure: today["households"], "常住人口": today["population"]})
    table["面积km²"] = today["area_km2"]
    for name, values in _held(known).items():
        table[name] = values
        kinds[name] = TEXT if name == "用房状态" else COUNT
    for name, values in _indicators(known, rules).items():
        table[name] = values
        kinds[name] = TENTH
    status = status_of(today["households"], rules)
    clause = flags["clause"].fillna("").where(status != WITHIN, "")
    table = table.assign(判定=status.map(STATUS_ZH), 措施=flags["action"].map(ACTION_ZH).fillna("—"))
    table = table.assign(依据条款=clause, 理由=flags["reason"].fillna(""))
    kinds |= {"判定": STATUS, "依据条款": LONG, "理由": PROSE}
    note = f"设置标准：{rules.clause_limits}（本表按{rules.lower}—{rules.upper}户判定，含上下限）"
    sums = (rules.measure, "常住人口", "面积km²")
    return Sheet("现状与判定", "表1 社区现状规模与判定", note, numbered(table), kinds, sums)


def _held(known: pd.DataFrame) -> dict[str, pd.Series]:
    """Columns of the communities table that were given, under their Chinese labels."""
    zh = labels("communities")
    names = ("workers", "floor_m2", "premises_state", "grids", "compounds")
    held = {zh[name]: known[name] for name in names if name in known and known[name].notna().any()}
    if zh["premises_state"] in held:
        state = held[zh["premises_state"]]
        held[zh["premises_state"]] = state.map(PREMISES_ZH).fillna(state).fillna("")
    return held


def _indicators(known: pd.DataFrame, rules: RuleSet) -> dict[str, pd.Series]:
    """Values of the indicators that are ratios and count, where their columns are given."""
    ratios = [rule for rule in rules.overload.values() if rule.counts and rule.per is not None]
    return {rule.zh: indicator_value(known, rule) for rule in ratios if {rule.of, rule.per} <= set(known.columns)}


def cases_sheet(result: Result) -> Sheet:
    """List the cases of both strategies, the chosen one first, each with its reason and its proof in words."""
    cases = pd.concat([result.proposals[name].cases for name in chosen_first(result)], ignore_index=True)
    zh = labels("cases.csv")
    table = cases.assign(
        strategy=cases["strategy"].map(STRATEGY_ZH),
        kind=cases["kind"].map(KIND_ZH),
        proof=[proof_words(row.proof, row.gap) for row in cases.itertuples()],
    )
    names = ["case_id", "strategy", "kind", "subdistrict", "communities_before", "communities_after"]
    names += ["moved_households", "reason", "proof"]
    kinds = {zh["moved_households"]: COUNT, zh["reason"]: PROSE} | {
        zh[name]: LONG for name in ("communities_before", "communities_after", "proof")
    }
    note = f"{STRATEGY_ZH[result.strategy]}为本次采用方案；划转户数为所属社区发生变化的户数。"
    return Sheet("调整事项", "调整事项一览", note, table[names].rename(columns=zh), kinds)


def moves_sheet(result: Result) -> Sheet:
    """List every unit whose community changes, with the old and the new one (表4)."""
    measure = result.area.rules.measure
    place = {name: number for number, name in enumerate(community_totals(result, result.strategy).index)}
    moved = moved_units(result, result.strategy)
    places = moved.assign(before=moved["community_before"].map(households_now(result).index.get_loc))
    places = places.assign(after=moved["community_after"].map(place)).sort_values(["before", "after"], kind="stable")
    moved = moved.loc[places.index]
    table = pd.DataFrame(
        {
            "街道/镇/中心": moved["subdistrict"],
            "编号": moved.index,
            "小区/网格": moved["name"].fillna("").astype("str"),
            "原社区": moved["community_before"],
            "新社区": moved["community_after"],
            measure: moved["households"],
            "常住人口": moved["population"],
        }
    )
    note = f"{STRATEGY_ZH[result.strategy]}；未列入本表的小区归属不变。"
    kinds = {"序号": PLACE, measure: COUNT, "常住人口": COUNT}
    return Sheet("小区归属变动", "表4 小区归属变动", note, numbered(table), kinds, (measure, "常住人口"))


def neighbours_sheet(result: Result) -> Sheet:
    """List the candidates for merging with the verdict on their conditions."""
    pairs = result.neighbours
    table = pd.DataFrame(
        {
            "社区": pairs["community"],
            "相邻社区": pairs["neighbour"],
            "合并后户数": pairs["combined"],
            "共有边界m": pairs["border_m"],
            "条件": pairs["allowed"].astype(bool).map({True: "具备", False: "不具备"}),
            "提示": pairs["warning"].fillna(""),
            "说明": pairs["reason"].fillna(""),
        }
    )
    kinds = {"序号": PLACE, "合并后户数": COUNT, "共有边界m": METRES, "提示": LONG, "说明": PROSE}
    note = f"{result.area.rules.clause_merge}。逐对列出小于{result.area.rules.merge_under}户的社区与其相邻社区。"
    return Sheet("合并条件", "合并条件核对", note, numbered(table), kinds)


def numbers_sheet(result: Result) -> Sheet:
    """Set the measures of both strategies beside today's."""
    columns: dict[str, pd.Series] = {}
    for strategy, evaluation in result.evaluations.items():
        numbers = evaluation.numbers.set_index("measure")
        if not columns:
            columns["指标"] = numbers["label"]
            columns["单位"] = numbers["unit"]
            columns["调整前"] = numbers["before"]
        columns[STRATEGY_ZH[strategy]] = numbers["after"]
    table = pd.DataFrame(columns).reset_index(drop=True)
    kinds = dict.fromkeys(["调整前", *(STRATEGY_ZH[name] for name in result.evaluations)], DECIMAL)
    note = "紧凑度、凸包比越接近1，形状越规整；新设、撤销、划转各项的“调整前”为0。"
    return Sheet("前后比较", "调整前后指标比较", note, table, kinds)


def reconciliation_sheet(result: Result) -> Sheet:
    """Show what was read and joined, then the households at every step of the run."""
    zh = labels("reconciliation.csv")
    read = result.area.reconciliation
    table = (
        read[list(zh)]
        .assign(role=read["role"].replace(SECTION_ZH), joined_by=read["joined_by"].replace(JOINED_ZH, regex=True))
        .rename(columns=zh)
    )
    steps = {
        "基本单元合计": int(result.area.units["households"].sum()),
        "现状社区合计": int(households_now(result).sum()),
    }
    for strategy in result.proposals:
        steps[f"调整后社区合计（{STRATEGY_ZH[strategy]}）"] = int(households_then(result, strategy).sum())
    entered = next(iter(steps.values()))
    checks = pd.DataFrame(
        [
            {zh["source"]: name, zh["role"]: "户数核对", zh["households_in"]: entered, zh["households_out"]: households}
            for name, households in steps.items()
        ]
    )
    counts = ("rows_read", "matched", "unmatched_here", "unmatched_there", "many_to_one", "households_in")
    kinds = {zh[name]: COUNT for name in (*counts, "households_out")} | {zh["source"]: LONG}
    table = pd.concat([table.astype(object), checks.astype(object)], ignore_index=True)
    note = "上部为读入与图表关联的核对，下部为各步骤户数核对；户数在每一步必须相等。"
    return Sheet("勾稽", "数据勾稽", note, table, kinds)


def problems_sheet(result: Result) -> Sheet:
    """List what reading and checking found."""
    zh = labels("problems.csv")
    problems = result.area.problems
    table = problems.assign(
        severity=problems["severity"].replace(SEVERITY_ZH),
        layer=problems["layer"].replace(SECTION_ZH),
        problem=problems["problem"].replace(PROBLEM_ZH),
    )
    table = table.rename(columns=zh)[list(zh.values())]
    kinds = {zh[name]: LONG for name in ("id", "source", "problem", "advice")} | {zh["detail"]: PROSE}
    note = "读入与检查中发现的问题；“警告”“提示”不影响运行，请核对。"
    return Sheet("问题清单", "数据问题清单", note, table.reset_index(drop=True), kinds)


def basis_sheet(result: Result) -> Sheet:
    """State every value of the rule set with its clause, the sources with their hashes, the versions."""
    rows = [*_rule_rows(result.area.rules), *_source_rows(result)]
    table = pd.DataFrame(rows, columns=["类别", "项目", "取值", "依据或说明"])
    kinds = {"项目": LONG, "取值": PROSE, "依据或说明": PROSE}
    return Sheet("口径说明", "规则、口径与数据来源", f"规则集：{result.area.rules.name}", table, kinds)


def _rule_rows(rules: RuleSet) -> list[tuple[str, str, str, str]]:
    size = "不需要" if not rules.split_needs_overload else f"需要，至少{rules.overload_needs}项"
    rows = [
        ("规则", "规则集", f"{rules.title}（{rules.name}）", rules.basis),
        ("规则", "施行日期", rules.effective, ""),
        ("规则", "户数口径", rules.measure, ""),
        ("规则", "设置标准", f"{rules.lower}—{rules.upper}户（含）", rules.clause_limits),
        ("规则", "拆分线", f"超过{rules.split_over}户", rules.clause_split),
        ("规则", "拆分须负荷过重", size, rules.clause_split),
        ("规则", "合并线", f"小于{rules.merge_under}户", rules.clause_merge),
        ("规则", "合并须具备条件", "需要" if rules.merge_needs_conditions else "不需要", rules.clause_merge),
        ("规则", "点接触的最大边界长", f"{rules.corner_m:g}米", "不超过此长度的共有边界按角点相接，不视为相邻"),
    ]
    for rule in rules.overload.values():
        sense = "高于" if rule.exceeds else "低于"
        counts = "负荷指标" if rule.counts else "负荷指标（仅供参考）"
        rows.append((counts, rule.zh, f"{sense}{rule.threshold:g}{rule.unit}", rule.clause))
    facility = rules.facility
    for label, value in (
        ("每百户办公用房", _with_unit(facility.m2_per_100_households, "㎡")),
        ("办公用房下限", _with_unit(facility.least_m2, "㎡")),
        ("每万人社区工作者", _with_unit(facility.workers_per_10000_residents, "名")),
    ):
        if value:
            rows.append(("设施配备", label, value, facility.clause))
    return rows


def _with_unit(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g}{unit}"


def _source_rows(result: Result) -> list[tuple[str, str, str, str]]:
    area = result.area.settings.area
    rows = [
        ("数据", label, text, "")
        for label, text in (
            ("数据来源", area.source),
            ("口径日期", area.date),
            ("数据期次", result.edition),
            ("编制单位", area.drafted_by),
            ("坐标系", result.area.units.crs.name if result.area.units.crs else area.crs),
        )
        if text
    ]
    rows += [("输入文件", name, digest, "SHA-256") for name, digest in sorted(result.area.inputs.items())]
    for key, value in result.manifest.items():
        if key == "inputs":
            continue
        entries = value.items() if isinstance(value, Mapping) else [(key, value)]
        rows += [("软件与参数", str(name), str(entry), "") for name, entry in entries]
    proofs = "、".join(f"{zh}（{name}）" for name, zh in PROOF_ZH.items())
    return [*rows, ("说明", "最优性说明", "每项结果注明已知程度", proofs)]


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """Put a running number in front."""
    table = table.reset_index(drop=True)
    table.insert(0, "序号", range(1, len(table) + 1))
    return table
