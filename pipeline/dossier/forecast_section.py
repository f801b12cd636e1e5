"""Makes the page's section on the forecast: how long the plan holds, and which community leaves the limits when."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pipeline.dossier.markup import Child, table, tag
from pipeline.dossier.outlook import assumed, leaving, outlook_sentence, years_of
from pipeline.results import Result
from pipeline.schema import STATUS_ZH

MOST_ROWS = 20
"""Rows shown on the page; all of them are in the workbook."""


def forecast_section(result: Result, maps: bool) -> Iterator[Element]:
    """Say how long the chosen plan holds; nothing without a forecast. `maps`: link to the figure."""
    if result.forecast is None:
        return
    broken = leaving(result, result.strategy)
    base, *_, horizon = years_of(result.forecast)
    yield tag("h2", f"户数预测（{base}—{horizon}年）")
    yield tag("p", outlook_sentence(result))
    rows: list[list[Child]] = [
        [
            row["community"], row["subdistrict"], f"{row[base]:,}", f"{row[horizon]:,}",
            STATUS_ZH[row["status_horizon"]], str(row["trigger_year"]), row["sentence"],
        ]
        for row in broken.head(MOST_ROWS).to_dict("records")
    ]  # fmt: skip
    heads = ["社区", "街道/镇/中心", f"{base}年户数", f"{horizon}年户数", "期末判定", "触发年", "说明"]
    if rows:
        yield tag("div", table(heads, rows, numbers=[2, 3], unbroken=[1, 4, 5]), class_="wide")
    link: list[Child] = [tag("a", "预测图", href="../maps/forecast.png"), "、"] if maps and rows else []
    more = f"{assumed(result.area)}；" if assumed(result.area) else ""
    yield tag("p", more, "逐年户数见", *link, "汇总工作簿“户数预测”与forecast.csv。", class_="quiet")
