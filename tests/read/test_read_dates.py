"""The date of the counts is found where a sheet says it."""

import pandas as pd
import pytest

from pipeline.read.cells.dates import check_dates, date_of_counts, period
from pipeline.read.sources import Source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("社区户数（截至2026年3月31日）", "2026-03-31"),
        ("数据日期：２０２６-０３", "2026-03"),
        ("2026年一季度社区户数", "2026-Q1"),
        ("2026年第4季度", "2026-Q4"),
        ("2026年社区基本情况", "2026"),
        ("日期 2026-03-31 00:00:00", "2026-03-31"),
        ("填表日期：2026年4月9日", ""),
        ("依据2022年文件填报", ""),
        ("联系电话0471-2026", ""),
        ("社区户数表", ""),
    ],
)
def test_a_date_in_a_title_is_read_as_it_is_meant(text: str, expected: str) -> None:
    assert expected == date_of_counts([text])


def test_a_date_that_says_it_is_that_of_the_counts_goes_first() -> None:
    assert "2025-12-31" == date_of_counts(["2026年社区户数表"], ["注：截至2025年12月31日"])
    assert "" == date_of_counts([], ["王五 2026年4月9日"])


def test_periods_hold_their_days() -> None:
    assert ["2026-01-01", "2026-12-31"] == [str(day) for day in period("2026")]
    assert ["2026-10-01", "2026-12-31"] == [str(day) for day in period("2026-Q4")]
    assert ["2026-02-28", "2026-02-28"] == [str(day) for day in period("2026-02-30")]


def dated(*dates: str) -> list[Source]:
    return [Source("households", f"s{number}", pd.DataFrame(), date=date) for number, date in enumerate(dates)]


def test_dates_that_share_a_day_do_not_differ() -> None:
    assert [] == check_dates(dated("", ""))
    assert ["date of counts"] == [row["problem"] for row in check_dates(dated("2026-Q1", "2026-03-31", "2026", ""))]
    assert ["dates differ"] == [row["problem"] for row in check_dates(dated("2026-Q1", "2026-04"))]


def test_a_date_in_area_toml_that_is_another_is_warned_of() -> None:
    (row,) = check_dates(dated("2026-03"), "2025-12-31")
    assert ("warning", "dates differ") == (row["severity"], row["problem"])
    assert "The counts are of 2026-03 (s0), but area.toml says date = '2025-12-31'." == row["detail"]
    assert "Nothing to do." == check_dates(dated("2026-03"), "2026年3月")[0]["advice"]
