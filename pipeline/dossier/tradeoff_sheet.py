"""Makes the sheet of what could be traded for what (方案取舍): plans of a subdistrict that do not beat each other."""

from pipeline.dossier.sheets import COUNT, METRES, PROSE, Sheet, numbered
from pipeline.dossier.tradeoff import front_rows, trade_sentence
from pipeline.results import Result
from pipeline.schema import PROOF_ZH, STRATEGY_ZH, labels


def tradeoff_sheet(result: Result) -> Sheet | None:
    """List the points of every front with what each costs and brings; None where nothing was traced."""
    rows = front_rows(result)
    if rows is None:
        return None
    zh = labels("front.csv")
    table = rows.assign(
        strategy=rows["strategy"].map(STRATEGY_ZH),
        chosen=rows["chosen"].map({True: "采用", False: ""}),
        proof=rows["proof"].map(PROOF_ZH),
        complete=rows["complete"].map({True: "是", False: "否"}),
    ).drop(columns="point")
    counts = dict.fromkeys((zh["changed"], zh["moved_households"], zh["imbalance"]), COUNT)
    kinds = {**counts, zh["border_cost"]: METRES, zh["compactness"]: METRES, zh["sentence"]: PROSE}
    note = (
        f"{trade_sentence(rows)}。户数偏差为各社区户数与平均户数之差的绝对值之和；社区间界线总长越短越紧凑；"
        "取舍均与采用方案相比。"
    )
    return Sheet("方案取舍", "达标方案的取舍", note, numbered(table.rename(columns=zh)), kinds)
