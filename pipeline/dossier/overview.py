"""Writes the first sheet of the workbook (概要): ledger, both strategies side by side, subdistricts, proofs, rules."""

from collections.abc import Sequence

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from pipeline.dossier.book import Book, across, add_page, write_cell
from pipeline.dossier.headline import (
    Headline,
    band_counts,
    band_label,
    by_subdistrict,
    chosen_first,
    headline,
    households_now,
    households_then,
    proof_words,
    title_of,
)
from pipeline.results import Result
from pipeline.rules import RuleSet
from pipeline.schema import PROOF_ZH, STATUS_ZH, STRATEGY_ZH

SHEET = "概要"
WIDTHS = (26.0, *(8.5,) * 7, 15.0, *(8.5,) * 5, 15.0)
PAIRS = ((1, 2), (3, 4), (5, 6))
SERIES_LOOKS = (
    {"fill": {"color": "#5a5a5a"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#2d6a94", "bg_color": "#ffffff"}},
    {"pattern": {"pattern": "percent_20", "fg_color": "#8c5a1a", "bg_color": "#fbd27f"}},
)
"""Fill of the chart's columns, told apart by darkness and pattern when printed in grey."""


def write_overview(book: Book, result: Result) -> None:
    """Write the overview sheet."""
    page = add_page(book, SHEET, title_of(result, "社区规模调整方案概要"), WIDTHS)
    order = chosen_first(result)
    summed = [headline(result, strategy) for strategy in order]
    row = 2
    for figures in summed:
        role = "采用" if figures.strategy == result.strategy else "比较"
        text = f"{STRATEGY_ZH[figures.strategy]}（{role}）：{figures.arithmetic}"
        across(book, page, row, text, "lead" if role == "采用" else "note", WIDTHS, least=24)
        row += 1
    row = _write_strategies(book, page, result, summed, row)
    row = _write_subdistricts(book, page, result, order, row)
    row = _write_remarks(book, page, "三、最优性", _proof_lines(result, order), row)
    row = _write_remarks(book, page, "四、方案实施后仍在标准之外的社区", _left_lines(result), row)
    _write_remarks(book, page, "五、规则依据", rule_lines(result.area.rules), row)


def _write_strategies(book: Book, page: Worksheet, result: Result, summed: Sequence[Headline], row: int) -> int:
    """Set the strategies side by side, with the chart of the bands to the right; return the next free row."""
    across(book, page, row, "一、方案对照", "section", WIDTHS, least=22)
    head = row + 1
    page.write_string(head, 0, "项目", book.formats["head"])
    for (left, right), label in zip(PAIRS, ["调整前", *(STRATEGY_ZH[one.strategy] for one in summed)], strict=False):
        page.merge_range(head, left, head, right, label, book.formats["head"])
    items = _items(result, summed)
    for place, (label, values, kind) in enumerate(items, start=head + 1):
        write_cell(book, page, place, 0, label, "text")
        for (left, right), value in zip(PAIRS, values, strict=False):
            look = "middle" if isinstance(value, str) else kind
            page.merge_range(place, left, place, right, "", book.formats[look])
            write_cell(book, page, place, left, value, look)
    bands = next(place for place, item in enumerate(items, start=head + 1) if item[0].startswith(STATUS_ZH["under"]))
    _insert_chart(book, page, head, bands, len(summed) + 1)
    return head + len(items) + 2


def _items(result: Result, summed: Sequence[Headline]) -> list[tuple[str, list[float | str], str]]:
    """Rows of the comparison: label, values (before, then each strategy), kind."""
    rules = result.area.rules
    now = households_now(result)
    counts = [band_counts(now, rules), *(band_counts(households_then(result, one.strategy), rules) for one in summed)]
    total = int(now.sum())
    bands: list[tuple[str, list[float | str], str]] = [
        (band_label(str(name), rules), [int(count[name]) for count in counts], "count") for name in counts[0].index
    ]
    return [
        ("社区总数", [summed[0].before, *(one.after for one in summed)], "count"),
        ("新设社区", ["—", *(len(one.created) for one in summed)], "count"),
        ("撤销社区", ["—", *(len(one.abolished) for one in summed)], "count"),
        *bands,
        ("标准之外的社区", [summed[0].outside_before, *(one.outside_after for one in summed)], "count"),
        (f"{rules.measure}合计", [total] * (len(summed) + 1), "count"),
        ("划转户数", ["—", *(one.moved_households for one in summed)], "count"),
        ("划转户数占比", ["—", *(one.moved_households / total if total else 0.0 for one in summed)], "share"),
        ("划转基本单元", ["—", *(one.moved_units for one in summed)], "count"),
        ("调整事项", ["—", *(one.cases for one in summed)], "count"),
        ("最优性", ["—", *(PROOF_ZH[one.proof] for one in summed)], "middle"),
    ]


def _insert_chart(book: Book, page: Worksheet, top: int, first: int, series: int) -> None:
    """Draw the number of communities in each band, before and after."""
    chart = book.workbook.add_chart({"type": "column"})
    for place, (left, _) in enumerate(PAIRS[:series]):
        chart.add_series(
            {
                "name": [SHEET, top, left],
                "categories": [SHEET, first, 0, first + 3, 0],
                "values": [SHEET, first, left, first + 3, left],
                "border": {"color": "#333333", "width": 0.75},
                "data_labels": {"value": True, "font": {"size": 9}},
                "gap": 60,
                **SERIES_LOOKS[place],
            }
        )
    chart.set_title({"name": "各规模档社区数", "name_font": {"size": 11, "bold": False}, "overlay": False})
    chart.set_legend({"position": "top", "font": {"size": 9}})
    chart.set_x_axis({"num_font": {"size": 9}})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 545, "height": 340})
    page.insert_chart(top, 7, chart, {"x_offset": 14, "y_offset": 2})


def _write_subdistricts(book: Book, page: Worksheet, result: Result, order: Sequence[str], row: int) -> int:
    """Write the ledger of every subdistrict under each strategy; return the next free row."""
    across(book, page, row, "二、分街道台账（现有 + 新设 − 撤销 = 调整后）", "section", WIDTHS, least=22)
    tables = {strategy: by_subdistrict(result, strategy) for strategy in order}
    first = tables[order[0]]
    figures = ["created", "abolished", "after", "outside_after", "moved_households"]
    labels = ["新设", "撤销", "调整后", "标准外", "划转户数", "最优性"]
    head = row + 1
    for column, label in enumerate(["街道/镇/中心", "现有", "现标准外"]):
        page.merge_range(head, column, head + 1, column, label, book.formats["head"])
    for place, strategy in enumerate(order):
        left = 3 + place * len(labels)
        page.merge_range(head, left, head, left + len(labels) - 1, STRATEGY_ZH[strategy], book.formats["head"])
        for step, label in enumerate(labels):
            page.write_string(head + 1, left + step, label, book.formats["head"])
    for line, name in enumerate(first.index, start=head + 2):
        values = [first.loc[name, "before"], first.loc[name, "outside_before"]]
        _write_ledger(book, page, line, name, values, [tables[one].loc[name] for one in order], figures, "")
    sums = [table.select_dtypes("number").sum().astype(object) for table in tables.values()]
    totals = [sums[0]["before"], sums[0]["outside_before"]]
    _write_ledger(book, page, head + 2 + len(first), "合计", totals, sums, figures, "sum_")
    return head + 2 + len(first) + 2


def _write_ledger(
    book: Book,
    page: Worksheet,
    line: int,
    name: str,
    values: Sequence[object],
    parts: Sequence[pd.Series],
    figures: Sequence[str],
    look: str,
) -> None:
    write_cell(book, page, line, 0, name, f"{look}text")
    for column, value in enumerate(values, start=1):
        write_cell(book, page, line, column, value, f"{look}count")
    for place, part in enumerate(parts):
        left = 3 + place * (len(figures) + 1)
        for step, figure in enumerate(figures):
            write_cell(book, page, line, left + step, part[figure], f"{look}count")
        proof = PROOF_ZH.get(str(part.get("proof", "")), "")
        write_cell(book, page, line, left + len(figures), proof, "sum_text" if look else "middle")


def _write_remarks(book: Book, page: Worksheet, title: str, remarks: Sequence[str], row: int) -> int:
    """Write a section of plain sentences over the whole width; return the next free row."""
    across(book, page, row, title, "section", WIDTHS, least=22)
    for place, text in enumerate(remarks, start=row + 1):
        across(book, page, place, text, "note", WIDTHS)
    return row + len(remarks) + 2


def _proof_lines(result: Result, order: Sequence[str]) -> list[str]:
    """Say how many subdistricts are proved, and name those that are not."""
    texts = []
    for strategy in order:
        table = result.proposals[strategy].subdistricts
        proved = table["proof"].isin(["optimal", "exhausted"])
        said = [f"{row.name}{proof_words(row.proof, row.gap)}" for row in table[~proved].itertuples(index=False)]
        proofs = [f"{len(table)}个街道（镇、中心）中{int(proved.sum())}个已证明最优", *said]
        texts.append(f"{STRATEGY_ZH[strategy]}：{'；'.join(proofs)}。")
    return texts


def _left_lines(result: Result) -> list[str]:
    left = result.proposals[result.strategy].left
    return [f"{number}. {name}：{reason}" for number, (name, reason) in enumerate(left.items(), start=1)] or ["无。"]


def rule_lines(rules: RuleSet) -> list[str]:
    """State the rule set in sentences with their clauses."""
    return [
        f"规则集：{rules.title}（{rules.name}），自{rules.effective}起施行；户数口径：{rules.measure}。",
        f"设置标准{rules.lower}—{rules.upper}户（含）：{rules.clause_limits}。",
        f"超过{rules.split_over}户：{rules.clause_split}。",
        f"小于{rules.merge_under}户：{rules.clause_merge}。",
        f"依据：{rules.basis}。",
    ]
