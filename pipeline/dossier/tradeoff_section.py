"""Makes the page's section on what the compliance plan could trade for what."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pipeline.dossier.markup import Child, tag
from pipeline.dossier.tradeoff import front_rows, trade_sentence, trades
from pipeline.results import Result

MOST_TOLD = 12
"""Subdistricts told on the page; all of them are in the workbook."""


def tradeoff_section(result: Result, maps: bool) -> Iterator[Element]:
    """Tell one trade of each subdistrict; nothing where none was traced. `maps`: link to the figure."""
    rows = front_rows(result)
    if rows is None:
        return
    told = trades(rows)
    yield tag("h2", "达标方案的取舍")
    yield tag("p", f"{trade_sentence(rows)}。")
    yield tag(
        "ul",
        *(
            tag("li", f"{row.subdistrict}（{row.label}）：{row.sentence}")
            for row in told.head(MOST_TOLD).itertuples(index=False)
        ),
    )
    left = f"另有{len(told) - MOST_TOLD}个街道/镇/中心；" if len(told) > MOST_TOLD else ""
    link: list[Child] = [tag("a", "取舍图", href="../maps/front.png"), "、"] if maps else []
    yield tag("p", left, "各方案见", *link, "汇总工作簿“方案取舍”与front.csv。", class_="quiet")
