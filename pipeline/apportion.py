"""Spreads whole counts over units so that every sum stays exact (method of the largest remainder)."""

import numpy as np
import pandas as pd


def apportion(totals: pd.Series, shares: pd.Series, groups: pd.Series) -> pd.Series:
    """Spread each group's total over its members in proportion to their shares, in whole numbers.

    `totals`: whole number by group; `shares`: >= 0 by member; `groups`: group by member, all in `totals`. Where the
    shares of a group are all 0 its members share equally. Gives int64 by member; sums equal the totals. Ties go to
    the member that comes first.

    >>> apportion(pd.Series({"a": 10}), pd.Series([1.0, 1.0, 1.0]), pd.Series(["a"] * 3)).tolist()
    [4, 3, 3]
    """
    share = shares.astype("float64").fillna(0.0)
    whole = share.groupby(groups).transform("sum")
    share = share.where(whole > 0, 1.0)
    whole = share.groupby(groups).transform("sum")
    total = groups.map(totals).astype("int64")
    quota = total * (share / whole)
    part = np.floor(quota).astype("int64")
    left = total - part.groupby(groups).transform("sum")
    rank = (quota - part).groupby(groups).rank(method="first", ascending=False)
    return part + (rank <= left).astype("int64")
