"""Whole counts are spread without losing one."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.apportion import apportion

members = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), min_size=1, max_size=40)


@given(members, st.lists(st.integers(0, 100_000), min_size=3, max_size=3))
def test_sums_are_exact_and_no_part_is_negative(pairs: list[tuple[str, int]], figures: list[int]) -> None:
    groups, shares = pd.Series([group for group, _ in pairs]), pd.Series([share for _, share in pairs])
    totals = pd.Series(dict(zip("abc", figures, strict=True)))
    parts = apportion(totals, shares, groups)
    assert totals[sorted(groups.unique())].to_dict() == parts.groupby(groups).sum().to_dict()
    assert (parts >= 0).all()


@given(members, st.lists(st.integers(0, 100_000), min_size=3, max_size=3))
def test_no_part_is_a_whole_household_away_from_its_share(pairs: list[tuple[str, int]], figures: list[int]) -> None:
    groups, shares = pd.Series([group for group, _ in pairs]), pd.Series([share + 1.0 for _, share in pairs])
    totals = pd.Series(dict(zip("abc", figures, strict=True)))
    quota = groups.map(totals) * shares / shares.groupby(groups).transform("sum")
    assert ((apportion(totals, shares, groups) - quota).abs() < 1 + 1e-6).all()


@given(members)
def test_spreading_what_is_there_changes_nothing(pairs: list[tuple[str, int]]) -> None:
    groups, shares = pd.Series([group for group, _ in pairs]), pd.Series([share + 1 for _, share in pairs])
    assert shares.tolist() == apportion(shares.groupby(groups).sum(), shares, groups).tolist()
