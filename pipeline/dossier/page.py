"""Writes dossier/summary.html: the result on one page in Chinese, with links to maps and tables, for screen and A4."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from xml.etree.ElementTree import Element

import pandas as pd

from pipeline.dossier.bars import band_bars
from pipeline.dossier.certainty import certainty_sections
from pipeline.dossier.forecast_section import forecast_section
from pipeline.dossier.headline import (
    Headline,
    by_subdistrict,
    chosen_first,
    community_totals,
    headline,
    proof_words,
    provenance,
    title_of,
)
from pipeline.dossier.maps import file_stem
from pipeline.dossier.maps.imprint import DISCLAIMER
from pipeline.dossier.marks import marks
from pipeline.dossier.markup import Child, document, table, tag
from pipeline.dossier.overview import rule_lines
from pipeline.dossier.sheets import SEVERITY_ZH
from pipeline.results import Result
from pipeline.schema import KIND_ZH, LIST_SEPARATOR, PROBLEM_ZH, PROOF_ZH, STRATEGY_ZH

FILES = (
    ("../plan.gpkg", "QGIS 图层：基本单元、调整前后社区、划转范围、调整事项，打开即有样式"),
    ("summary.xlsx", "汇总工作簿：概要、现状与判定、调整前后对照、小区归属变动、勾稽等表"),
    ("../plan.csv", "采用方案：每个基本单元调整前后的社区"),
    ("../cases.csv", "两方案的调整事项、目标值与最优性"),
    ("../communities.csv", "调整后的社区"),
    ("../flags.csv", "设置标准以外的社区、依据条款与理由"),
    ("../neighbours.csv", "合并条件逐对核对"),
    ("../lookup.csv", "新旧社区对应关系与户数比重"),
    ("../alternatives.csv", "备选方案"),
    ("../adjacency.csv", "基本单元邻接关系（可修改后重新带入）"),
    ("../measures.csv", "各户数口径下每个社区的判定"),
    ("../near-limits.csv", "接近界限的社区"),
    ("../reconciliation.csv", "读入与关联的核对"),
    ("../columns.csv", "文件各列的识别及依据"),
    ("../counts.csv", "每个户数的出处（文件、表、单元格）"),
    ("../repairs.csv", "图形修复记录"),
    ("../offsets.csv", "坐标偏移诊断"),
    ("../problems.csv", "数据问题清单"),
    ("../summary.json", "供程序读取的汇总"),
)
RANDOM_FILES = (
    ("../ensemble.csv", "本方案在随机合格方案中的位置"),
    ("../ensemble-chains.csv", "随机合格方案的抽取情况"),
)
MOST_PROBLEMS = 40
"""Problems shown on the page; all of them are in the workbook."""


def write_page(result: Result, folder: Path, *, maps: bool = True) -> None:
    """Write summary.html into `folder`; `maps` tells whether the figures were drawn."""
    style = (resources.files("pipeline") / "dossier" / "page.css").read_text("utf-8")
    title = title_of(result, "社区规模调整方案概要")
    sections = [
        *_head(result, title),
        *_conclusion(result),
        *(_maps() if maps else []),
        *_strategies(result),
        *_subdistricts(result),
        *_cases(result, maps),
        *_left(result),
        *forecast_section(result, maps),
        *_proofs(result),
        *certainty_sections(result, maps),
        *_problems(result),
        *_rules(result),
        *_files(result, maps),
    ]
    (folder / "summary.html").write_bytes(document(title, style, *sections).encode())


def _head(result: Result, title: str) -> Iterator[Element]:
    yield tag("h1", title)
    yield tag("p", provenance(result), class_="quiet")
    for mark in marks(result):
        yield tag("p", mark, class_="mark")


def _conclusion(result: Result) -> Iterator[Element]:
    """The ledger in large figures, and what it means in one sentence."""
    figures = headline(result, result.strategy)
    terms = [("", figures.before, "现有"), ("+", len(figures.created), "新设"), ("−", len(figures.abolished), "撤销")]
    cells = []
    for sign, count, label in terms:
        cells += [tag("div", sign, class_="sign") if sign else None, tag("div", tag("b", str(count)), label)]
    cells += [tag("div", "=", class_="sign"), tag("div", tag("b", str(figures.after)), "调整后", class_="sum")]
    yield tag("div", *cells, class_="ledger")
    yield tag("p", _sentence(result, figures), class_="lead")


def _sentence(result: Result, figures: Headline) -> str:
    total = int(result.area.units["households"].sum())
    share = figures.moved_households / total if total else 0.0
    return (
        f"采用{STRATEGY_ZH[figures.strategy]}：标准之外的社区由{figures.outside_before}个变为{figures.outside_after}个；"
        f"{figures.cases}项调整共划转{figures.moved_households:,}户，占{total:,}户的{share:.1%}。"
    )


def _maps() -> Iterator[Element]:
    yield tag("h2", "调整前后示意图")
    yield tag("div", *(_figure(f"overview-{which}", text) for which, text in _OVERVIEWS.items()), class_="pair")


_OVERVIEWS = {"before": "调整前", "after": "调整后"}


def _figure(stem: str, caption: str) -> Element:
    picture = tag("img", src=f"../maps/{stem}.png", alt=f"{caption}示意图")
    link = tag("a", "PDF", href=f"../maps/{stem}.pdf")
    return tag("figure", tag("a", picture, href=f"../maps/{stem}.png"), tag("figcaption", f"{caption} · ", link))


def _strategies(result: Result) -> Iterator[Element]:
    """The bands before and after as bars, both strategies in figures beside them."""
    summed = [headline(result, name) for name in chosen_first(result)]
    heads = ["", "调整前", *(STRATEGY_ZH[one.strategy] for one in summed)]
    rows: list[list[Child]] = [
        ["社区", str(summed[0].before), *(str(one.after) for one in summed)],
        ["新设", "—", *(str(len(one.created)) for one in summed)],
        ["撤销", "—", *(str(len(one.abolished)) for one in summed)],
        ["标准之外", str(summed[0].outside_before), *(str(one.outside_after) for one in summed)],
        ["划转户数", "—", *(f"{one.moved_households:,}" for one in summed)],
        ["划转单元", "—", *(f"{one.moved_units:,}" for one in summed)],
        ["调整事项", "—", *(str(one.cases) for one in summed)],
        ["最优性", "—", *(PROOF_ZH[one.proof] for one in summed)],
    ]
    yield tag("h2", "规模与方案对照")
    yield tag("div", band_bars(result), table(heads, rows, numbers=range(1, len(heads))), class_="pair chart")


def _subdistricts(result: Result) -> Iterator[Element]:
    ledger = by_subdistrict(result, result.strategy)
    heads = [
        "街道/镇/中心",
        "户数",
        "现有",
        "新设",
        "撤销",
        "调整后",
        "标准外（前）",
        "标准外（后）",
        "划转户数",
        "最优性",
    ]
    names = list(ledger.columns[:-1])
    rows = [
        [str(row.Index), *(f"{getattr(row, name):,}" for name in names), PROOF_ZH.get(str(row.proof), "")]
        for row in ledger.itertuples()
    ]
    sums = [f"{int(total):,}" for total in ledger[names].sum()]
    yield tag("h2", "分街道台账")
    yield tag("div", table(heads, rows, numbers=range(1, 9), foot=["合计", *sums, ""]), class_="wide")


def _cases(result: Result, maps: bool) -> Iterator[Element]:
    """The cases of the plan with reason and proof, then those of the other strategy in short."""
    for strategy in chosen_first(result):
        cases = result.proposals[strategy].cases
        yield tag("h2", f"调整事项（{STRATEGY_ZH[strategy]}，{len(cases)}项）")
        if strategy == result.strategy:
            today, then = community_totals(result, None), community_totals(result, strategy)
            for row in cases.itertuples(index=False):
                yield _case(result, row, today["households"], then["households"], maps)
        else:
            yield tag("p", "供比较，未采用。", class_="quiet")
            yield tag("div", _short_cases(cases), class_="wide")


def _case(result: Result, row: object, today: pd.Series, then: pd.Series, maps: bool) -> Element:
    case = dict(row._asdict())  # type: ignore[attr-defined]
    before, after = (case[f"communities_{side}"].split(LIST_SEPARATOR) for side in ("before", "after"))
    stem = file_stem(case["case_id"], result.strategy)
    others = [one.label for one in result.proposals[result.strategy].alternatives.get(case["case_id"], [])]
    words = [
        tag("h3", case["case_id"], tag("span", KIND_ZH[case["kind"]], class_="kind"), case["subdistrict"]),
        _flow(before, after, today, then),
        tag("p", case["reason"]),
        tag(
            "p",
            f"划转{int(case['moved_households']):,}户；{proof_words(case['proof'], case['gap'])}",
            f"；备选：{LIST_SEPARATOR.join(others)}" if others else "",
            "。",
            class_="proof",
        ),
    ]
    picture = [_figure(stem, "图则")] if maps else []
    return tag("section", tag("div", *words), *picture, class_="case", id=stem)


def _flow(before: list[str], after: list[str], today: pd.Series, then: pd.Series) -> Element:
    """Set the communities of a case before and after side by side, with their households."""
    return tag(
        "div",
        tag("ul", *(tag("li", _counted(name, today), _marked(name in after, "撤销")) for name in before)),
        tag("span", "→", class_="arrow"),
        tag("ul", *(tag("li", _counted(name, then), _marked(name in before, "新设")) for name in after)),
        class_="flow",
    )


def _counted(name: str, households: pd.Series) -> str:
    return f"{name}（{int(households[name]):,}户）" if name in households.index else name


def _marked(stays: bool, label: str) -> Element | None:
    return None if stays else tag("span", label, class_="tag")


def _short_cases(cases: pd.DataFrame) -> Element:
    rows: list[list[Child]] = [
        [row.case_id, KIND_ZH[row.kind], row.subdistrict, row.communities_before, row.communities_after,
         f"{int(row.moved_households):,}", PROOF_ZH[row.proof]]
        for row in cases.itertuples(index=False)
    ]  # fmt: skip
    heads = ["编号", "类型", "街道/镇/中心", "调整前", "调整后", "划转户数", "最优性"]
    return table(heads, rows, numbers=[5], unbroken=[1, 2, 6])


def _left(result: Result) -> Iterator[Element]:
    left = result.proposals[result.strategy].left
    yield tag("h2", f"方案实施后仍在标准之外的社区（{len(left)}个）")
    if not left:
        yield tag("p", "无。")
        return
    then = community_totals(result, result.strategy)
    rows = [
        [name, str(then["subdistrict"].get(name, "")), f"{int(then['households'].get(name, 0)):,}", reason]
        for name, reason in left.items()
    ]
    yield tag("div", table(["社区", "街道/镇/中心", "户数", "原因"], rows, numbers=[2], unbroken=[1]), class_="wide")


def _proofs(result: Result) -> Iterator[Element]:
    """Say what is proved and what is not, by strategy."""
    yield tag("h2", "结果有多可靠")
    for strategy in chosen_first(result):
        solved = result.proposals[strategy].subdistricts
        counts = [f"{int((solved['proof'] == name).sum())}个{label}" for name, label in PROOF_ZH.items()
                  if (solved["proof"] == name).any()]  # fmt: skip
        yield tag("p", f"{STRATEGY_ZH[strategy]}：{len(solved)}个街道（镇、中心）中，{'、'.join(counts)}。")
        for row in solved[~solved["proof"].isin(["optimal", "exhausted"])].itertuples(index=False):
            yield tag("p", f"{row.name}：{proof_words(row.proof, row.gap)}。", class_="proof")


def _problems(result: Result) -> Iterator[Element]:
    problems = result.area.problems
    yield tag("h2", f"数据问题（{len(problems)}条）")
    if problems.empty:
        yield tag("p", "未发现问题。")
        return
    rows = [
        [SEVERITY_ZH[row.severity], PROBLEM_ZH.get(row.problem, row.problem),
         *(str(cell) for cell in (row.source, row.id, row.detail, row.advice))]
        for row in problems.head(MOST_PROBLEMS).itertuples(index=False)
    ]  # fmt: skip
    heads = ["级别", "问题", "来源", "对象", "详情", "处理建议"]
    yield tag("div", table(heads, rows, unbroken=[0, 1]), class_="wide")
    if len(problems) > MOST_PROBLEMS:
        yield tag("p", f"另有{len(problems) - MOST_PROBLEMS}条，见汇总工作簿“问题清单”。", class_="quiet")


def _rules(result: Result) -> Iterator[Element]:
    yield tag("h2", "规则依据")
    yield tag("ul", *(tag("li", line) for line in rule_lines(result.area.rules)))


def _files(result: Result, maps: bool) -> Iterator[Element]:
    yield tag("h2", "文件目录")
    ahead = [("../forecast.csv", "现状与各方案社区逐年户数、触发年")] if result.forecast is not None else []
    entries = [
        *FILES,
        *ahead,
        *(RANDOM_FILES if result.ensemble is not None else ()),
        *([("../maps/", "示意图：调整前、调整后、每项调整一幅，PNG 与 PDF")] if maps else []),
    ]
    yield tag("dl", *(
        part
        for path, text in entries
        for part in (tag("dt", tag("a", path.removeprefix("../"), href=path)), tag("dd", text))
    ))  # fmt: skip
    yield tag("p", DISCLAIMER.replace("本图", "本方案").removeprefix("示意图：") + "。", class_="quiet")
