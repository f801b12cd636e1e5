"""Sums up what the subdistricts could trade for what: the rows of the fronts, and the trade worth telling of each."""

import pandas as pd

from pipeline.results import Result

WORTH_TELLING = ("折中", "边界最省", "最均衡", "最少划转")
"""Labels of the points of which one is told for a subdistrict, the first there is."""


def front_rows(result: Result) -> pd.DataFrame | None:
    """Rows of schema.FRONT_CSV of all strategies; None where nothing was traced."""
    tables = [proposal.front.table for proposal in result.proposals.values() if proposal.front is not None]
    return pd.concat(tables, ignore_index=True) if tables else None


def trades(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each subdistrict, by subdistrict: the trade that is told first."""
    others = rows[~rows["chosen"] & (rows["label"] != "")]
    rank = {name: place for place, name in enumerate(WORTH_TELLING)}
    first = others["label"].map(lambda label: min(rank.get(name, len(rank)) for name in label.split("、")))
    return (
        others.assign(first=first).sort_values(["subdistrict", "first"], kind="stable").groupby("subdistrict").head(1)
    )


def trade_sentence(rows: pd.DataFrame) -> str:
    """Say in how many subdistricts there is something to trade."""
    places = rows.groupby("subdistrict")
    whole = int(places["complete"].all().sum())
    rest = "" if whole == len(places) else "，未穷尽" if not whole else f"，其中{whole}个已穷尽"
    return f"{len(places)}个街道/镇/中心的达标方案有可取舍之处，共列出{len(rows)}个互不占优的方案{rest}"
