"""Makes the page's sections on how far the figures can be trusted: other measures, near limits, repairs, offsets.

A section is there only when there is something to say.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pipeline.dossier.data_sheets import diagnosis, mended, sections_zh
from pipeline.dossier.found import check_tables, measures_compared
from pipeline.dossier.maps.offset_sheets import doubtful
from pipeline.dossier.markup import Child, table, tag
from pipeline.dossier.verdict_sheets import compared, limit_words
from pipeline.results import Result
from pipeline.schema import ACTION_ZH, LIST_SEPARATOR, REPAIR_ZH, SECTION_ZH, STATUS_ZH

MOST_ROWS = 20
"""Rows of a table shown on the page; all of them are in the workbook."""


def certainty_sections(result: Result, maps: bool) -> Iterator[Element]:
    """Give the sections in their order: verdicts first, then the data they rest on; `maps`: link to the figures."""
    yield from _measures(result)
    yield from _near(result)
    yield from _repairs(result, maps)
    yield from _offsets(result, maps)


def _measures(result: Result) -> Iterator[Element]:
    """Say how the verdicts differ by measure, and list the communities whose verdict does."""
    if not measures_compared(result):
        return
    verdicts = check_tables(result)["measures.csv"]
    used = verdicts[verdicts["used"]].set_index("community")
    differing = verdicts[verdicts["differs"].astype(bool)]
    yield tag("h2", f"户数口径不同时判定是否改变（{differing['community'].nunique()}个社区改变）")
    yield tag("p", compared(result))
    rows: list[list[Child]] = [
        [
            row.community, row.subdistrict,
            f"{int(used.loc[row.community, 'households']):,}", _verdict(used.loc[row.community]),
            row.measure, f"{int(row.households):,}", _verdict(row),
        ]
        for row in differing.head(MOST_ROWS).itertuples(index=False)
    ]  # fmt: skip
    if rows:
        heads = ["社区", "街道/镇/中心", result.area.rules.measure, "判定", "其他口径", "户数", "判定"]
        yield tag("div", table(heads, rows, numbers=[2, 5], unbroken=[1, 3, 6]), class_="wide")
    yield from _rest(len(differing), "口径对比")


def _verdict(row: object) -> str:
    """Write status and action of a row of measures.csv, such as 偏小（合并）."""
    status, action = STATUS_ZH[row.status], row.action  # type: ignore[attr-defined]
    return status if action == "none" else f"{status}（{ACTION_ZH[action]}）"


def _near(result: Result) -> Iterator[Element]:
    near = check_tables(result)["near-limits.csv"]
    if near.empty:
        return
    yield tag("h2", f"接近界限的社区（{near['community'].nunique()}个）")
    share = result.area.rules.near_share
    yield tag("p", f"户数误差不超过±{share:.0%}即可能改变以下社区的判定，实施前宜先核实户数。")
    rows: list[list[Child]] = [
        [
            row.community, row.subdistrict, f"{int(row.households):,}", STATUS_ZH[row.status],
            f"{limit_words(row.limit)} {int(row.limit_households):,}", _signed(row.difference, "+,"),
            _signed(row.share, "+.1%"), STATUS_ZH[row.status_beyond],
        ]
        for row in near.head(MOST_ROWS).itertuples(index=False)
    ]  # fmt: skip
    heads = ["社区", "街道/镇/中心", "户数", "判定", "界限", "相差", "相差比例", "越线后判定"]
    yield tag("div", table(heads, rows, numbers=[2, 5, 6], unbroken=[1, 3, 4]), class_="wide")
    yield from _rest(len(near), "临界清单")


def _signed(number: float, form: str) -> str:
    return format(number, form).replace("-", "−") if number else format(number, form.removeprefix("+"))


def _repairs(result: Result, maps: bool) -> Iterator[Element]:
    """Sum the repairs up by kind; those that were left are named."""
    repairs = check_tables(result)["repairs.csv"]
    if repairs.empty:
        return
    yield tag("h2", "图形修复")
    yield tag("p", mended(result.area))
    counts = repairs.assign(done=repairs["done"].astype(bool), kind=repairs["kind"].replace(REPAIR_ZH))
    sums = counts.groupby(["kind", "done"], sort=False)["area_m2"].agg(["size", "sum", "max"])
    rows: list[list[Child]] = [
        [kind, "已修复" if done else "未修复", f"{int(row['size']):,}", f"{row['sum']:,.0f}", f"{row['max']:,.0f}"]
        for (kind, done), row in sums.iterrows()
    ]
    heads = ["类型", "处理", "处数", "面积合计㎡", "最大一处㎡"]
    yield tag("div", table(heads, rows, numbers=[2, 3, 4]), class_="wide")
    link: list[Child] = [tag("a", "位置图", href="../maps/repairs.png"), "、"] if maps else []
    yield tag("p", "逐处见", *link, "汇总工作簿“图形修复”与图层 repairs。", class_="quiet")


def _offsets(result: Result, maps: bool) -> Iterator[Element]:
    """Say which layers are shifted, or were brought back; nothing where all fit as given."""
    shifted = doubtful(result.area)
    if not shifted:
        return
    yield tag("h2", "坐标诊断")
    yield tag("ul", *(tag("li", sentence) for sentence in diagnosis(result.area)))
    tested = dict.fromkeys(name for one in shifted for name in str(one.table["trusted"].iloc[0]).split(LIST_SEPARATOR))
    against = f"以{sections_zh(LIST_SEPARATOR.join(tested))}为参照；各假设的吻合距离见汇总工作簿“坐标诊断”"
    yield tag("p", against, *(_offset_link(one.layer) for one in shifted if maps), "。", class_="quiet")


def _offset_link(layer: str) -> Element:
    return tag("span", "、", tag("a", f"核对图（{SECTION_ZH.get(layer, layer)}）", href=f"../maps/offset-{layer}.png"))


def _rest(count: int, sheet: str) -> Iterator[Element]:
    if count > MOST_ROWS:
        yield tag("p", f"另有{count - MOST_ROWS}条，见汇总工作簿“{sheet}”。", class_="quiet")
