"""Makes the sheet of the forecast (户数预测): every community of today and of both plans, year by year."""

import pandas as pd

from pipeline.dossier.headline import chosen_first
from pipeline.dossier.outlook import assumed, of_strategy, outlook_sentence, years_of
from pipeline.dossier.sheets import COUNT, PLACE, PROSE, STATUS, Sheet, numbered
from pipeline.dossier.verdict_sheets import limit_words
from pipeline.results import Result
from pipeline.schema import STATUS_ZH, STRATEGY_ZH, TODAY

STRATEGY_LABEL = {TODAY: "现状", **STRATEGY_ZH}


def forecast_sheet(result: Result) -> Sheet | None:
    """List the communities of the chosen plan, of today and of the other plan, those that leave the limits first.

    None without a forecast.
    """
    if result.forecast is None:
        return None
    chosen, *others = chosen_first(result)
    parts = [of_strategy(result, name).sort_values("trigger_year", kind="stable") for name in (chosen, TODAY, *others)]
    rows, years = pd.concat(parts, ignore_index=True), years_of(result.forecast)
    label = {year: f"{year}年" for year in years} | {years[0]: f"{years[0]}年（现状）"}
    table = pd.DataFrame(
        {
            "方案": rows["strategy"].map(STRATEGY_LABEL),
            "街道/镇/中心": rows["subdistrict"],
            "社区": rows["community"],
            **{label[year]: rows[year] for year in years},
            "现判定": rows["status_now"].map(STATUS_ZH),
            "期末判定": rows["status_horizon"].map(STATUS_ZH),
            "触发年": rows["trigger_year"],
            "触发界限": rows["trigger"].map(lambda names: limit_words(names) if names else ""),
            "说明": rows["sentence"],
        }
    )
    counts = dict.fromkeys(label.values(), COUNT)
    kinds = {"序号": PLACE, **counts, "现判定": STATUS, "期末判定": STATUS, "触发年": PLACE, "说明": PROSE}
    said = [f"{STRATEGY_ZH[chosen]}：{outlook_sentence(result)}触发年为越过一条现在尚未越过的界限的首年。"]
    said += [f"{assumed(result.area)}。"] if assumed(result.area) else []
    return Sheet("户数预测", "社区户数预测与触发年", "".join(said), numbered(table), kinds)
