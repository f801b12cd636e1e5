"""Makes the sheets on the data as read: what was taken for what (数据核对), repairs (图形修复), offsets (坐标诊断)."""

import pandas as pd

from pipeline.dossier.found import best_offsets, log_tables, reading_kinds, repair_figures
from pipeline.dossier.sheets import COUNT, LONG, PROSE, SHARE, TENTH, Sheet
from pipeline.results import Area, Result
from pipeline.schema import (
    AS_GIVEN,
    HOW_ZH,
    HYPOTHESIS_ZH,
    LIST_SEPARATOR,
    MEASURE_COLUMNS,
    REPAIR_ZH,
    SECTION_ZH,
    TABLES,
    VERDICT_ZH,
)

SNAP = "snap"
"""Kind of repair of lines a few centimetres apart that were made one."""

READ = "read"
"""Kind of a count whose text had to be read, such as 约2300; the workbook lists these, counts.csv lists all."""

READING_ZH = {"as written": "原样采用", READ: "经识读", "scaled": "按总数调整", "spread": "分摊", "summed": "汇总"}
MOST_COUNTS = 500

COLUMN_ZH = {column.name: column.zh for name in ("lines", "communities", "units") for column in TABLES[name]}
COLUMN_ZH["state"] = COLUMN_ZH["premises_state"]
READ_HEADS = ["类别", "用途或对象", "来源", "列", "文件中", "采用为", "方式", "依据"]


def read_sheet(result: Result) -> Sheet | None:
    """List what every column of the files was taken for, and the counts whose text had to be read."""
    area = result.area
    rows = [*_column_rows(area), *_count_rows(area)]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=READ_HEADS)
    kinds = dict.fromkeys(("来源", "文件中", "采用为", "方式"), LONG) | {"依据": PROSE}
    return Sheet("数据核对", "文件各列与数值的识别", f"{_totals(area)}{_readings(area)}", table, kinds)


def _column_rows(area: Area) -> list[tuple[str, ...]]:
    words = COLUMN_ZH | {"households": area.rules.measure}
    return [
        (
            "列", SECTION_ZH.get(row.section, row.section), row.source, row.place, row.theirs,
            words.get(row.column, row.column) or "—", HOW_ZH.get(row.how, row.how), row.evidence,
        )
        for row in log_tables(area)["columns.csv"].fillna("").itertuples(index=False)
    ]  # fmt: skip


def _count_rows(area: Area) -> list[tuple[str, ...]]:
    words = COLUMN_ZH | {"households": area.rules.measure}
    counts = log_tables(area)["counts.csv"]
    return [
        (
            "数值", str(row.id), row.source, "", row.written,
            f"{words.get(row.column, row.column)} {'—' if pd.isna(row.value) else row.value}", row.reading, "",
        )
        for row in counts[reading_kinds(counts) == READ].head(MOST_COUNTS).itertuples(index=False)
    ]  # fmt: skip


def _totals(area: Area) -> str:
    """Sum every measure and the population over the communities, as they are used."""
    columns = {area.rules.measure: "households", "常住人口": "population"}
    columns |= {measure: column for measure, column in MEASURE_COLUMNS.items() if measure != area.rules.measure}
    sums = {
        label: area.communities[column].sum()
        for label, column in columns.items()
        if column in area.communities and area.communities[column].notna().any()
    }
    return "合计：" + "；".join(f"{label}{int(total):,}" for label, total in sums.items()) + "。"


def _readings(area: Area) -> str:
    """Say how many counts were taken as written, read, and so on, and where each is listed."""
    counts = log_tables(area)["counts.csv"]
    if counts.empty:
        return ""
    kinds = reading_kinds(counts).value_counts(sort=False)
    said = "，".join(f"{READING_ZH.get(str(kind), str(kind))}{number:,}项" for kind, number in kinds.items())
    return f"户数、人口等数值{len(counts):,}项：{said}，逐项出处见 counts.csv。"


def repairs_sheet(result: Result) -> Sheet | None:
    """List what was left of the faults of drawing, then what was mended; None where there is neither.

    Lines that were made to meet are counted only: they are many and small, and repairs.csv has each.
    """
    repairs = log_tables(result.area)["repairs.csv"]
    if repairs.empty:
        return None
    repairs = repairs.assign(done=repairs["done"].astype(bool)).sort_values("done", kind="stable")
    repairs = repairs[repairs["kind"] != SNAP]
    table = pd.DataFrame(
        {
            "编号": repairs["repair_id"],
            "处理": repairs["done"].map({True: "已修复", False: "未修复"}),
            "类型": repairs["kind"].map(lambda kind: REPAIR_ZH.get(kind, kind)),
            "图层": repairs["layer"].map(lambda layer: SECTION_ZH.get(layer, layer)),
            "涉及单元": repairs["ids"],
            "面积㎡": repairs["area_m2"].astype(float),
            "宽度m": repairs["width_m"].astype(float),
            "修复前": repairs["before"],
            "修复后": repairs["after"],
            "原因": repairs["why"],
            "横坐标": repairs["x"].astype(float).round(1),
            "纵坐标": repairs["y"].astype(float).round(1),
        }
    ).reset_index(drop=True)
    kinds = dict.fromkeys(("面积㎡", "宽度m", "横坐标", "纵坐标"), TENTH)
    kinds |= dict.fromkeys(("涉及单元", "修复前", "修复后", "原因"), LONG)
    return Sheet("图形修复", "图形修复记录", mended(result.area), table, kinds)


def mended(area: Area) -> str:
    """Say in one sentence what was mended and what was left."""
    figures = repair_figures(area)
    left = f"{figures['left']}处未修复，须在原图上核对" if figures["left"] else "没有遗留"
    repairs = log_tables(area)["repairs.csv"]
    snaps = int((repairs["kind"] == SNAP).sum())
    met = f"（其中界线吻合{snaps}处，宽不过{area.settings.repair.snap_m:g}米，逐处见repairs.csv）" if snaps else ""
    return f"修复{figures['mended']}处{met}，易手面积{figures['area_m2']:,.0f}㎡；{left}。原始文件未作改动。"


def offsets_sheet(result: Result) -> Sheet | None:
    """List how well every tested layer fits the others as given and under each hypothesis; None without a test."""
    offsets = log_tables(result.area)["offsets.csv"]
    if offsets.empty:
        return None
    table = pd.DataFrame(
        {
            "图层": offsets["layer"].map(lambda layer: SECTION_ZH.get(layer, layer)),
            "来源": offsets["source"],
            "参照图层": offsets["trusted"].map(sections_zh),
            "假设": offsets["hypothesis"].replace(HYPOTHESIS_ZH),
            "吻合距离m": offsets["fit_m"].astype(float),
            "偏移量m": offsets["shift_m"].astype(float),
            "方位角°": offsets["azimuth_deg"].astype(float),
            "可信度": offsets["confidence"].astype(float),
            "结论": offsets["verdict"].map(lambda verdict: VERDICT_ZH.get(verdict, verdict)),
        }
    )
    kinds = dict.fromkeys(("吻合距离m", "偏移量m"), TENTH) | {"方位角°": COUNT, "可信度": SHARE, "来源": LONG}
    return Sheet("坐标诊断", "坐标偏移诊断", "".join(diagnosis(result.area)), table, kinds)


def diagnosis(area: Area) -> list[str]:
    """Say in one sentence for each tested layer how it lies, and what to do where it is shifted."""
    said = []
    for row in best_offsets(area).itertuples(index=False):
        name, hypothesis = SECTION_ZH.get(row.layer, row.layer), HYPOTHESIS_ZH.get(row.hypothesis, row.hypothesis)
        if row.converted:
            said.append(f"{name}（{row.source}）已按设置改正（{hypothesis}）。")
        elif row.hypothesis == AS_GIVEN:
            said.append(f"{name}（{row.source}）按原坐标最吻合，未见偏移。")
        else:
            said.append(
                f"{name}（{row.source}）疑有{hypothesis}，约{row.shift_m:,.0f}米（可信度{row.confidence:.0%}），"
                f"尚未改正；核实后在 area.toml 的 [{row.layer}] 中设置 offset 或控制点。"
            )
    return said


def sections_zh(sections: str) -> str:
    """Name sections of area.toml that are joined by 、 in Chinese."""
    return LIST_SEPARATOR.join(SECTION_ZH.get(name, name) for name in sections.split(LIST_SEPARATOR))
