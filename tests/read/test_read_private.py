"""Personal data is known by headers and by values; counts, codes and addresses are not taken for it."""

import pandas as pd
import pytest

from pipeline.read.cells.private import is_identity_number, private_columns, without_private
from pipeline.read.sources import Source

IDENTITY = "11010519491231002X"


def columns_of(**columns) -> list[str]:
    return list(
        private_columns(pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in columns.items()}))
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("姓名", ["张三", "李四"]),
        ("户主姓名", ["张三", "李四"]),
        ("社区负责人", ["张三", None]),
        ("社区负责人·电话", ["0471-6320001", None]),
        ("联系方式", [13812345678.0, 15947112233.0]),
        ("身份证号（必填）", [IDENTITY, None]),
        ("联系人", [None, None]),
        ("备注", [IDENTITY, "无"]),
        ("备注二", ["张三 13812345678", "李四：15947112233"]),
        ("F5", [13812345678, 15947112233]),
        ("号码", [150104198001010017.0, 150104198001010017.0]),
    ],
)
def test_names_numbers_and_telephones_of_persons_are_found(name: str, values: list[object]) -> None:
    assert [name] == columns_of(**{name: values})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("社区工作者", [5, 6]),
        ("网格员", [5, 6]),
        ("联系电话数", [120, 300]),
        ("户主数", [1200, 1300]),
        ("固定电话用户", [1200, 1300]),
        ("社区代码", ["150104001001", "150104001002"]),
        ("小区编号", ["15010400101", "15010400102"]),
        ("小区编号", [15010400101, 15010400102]),
        ("代码", ["15010400100111100", "15010400100211100"]),
        ("门牌号", ["大召前街12号", "大南街3号"]),
        ("常住户", [2345, 1200]),
        ("社区", ["书记巷社区", "主任街社区"]),
        ("备注", ["新建", None]),
        ("编号", ["440524188001010014", "123456789012345678"]),
    ],
)
def test_counts_codes_and_addresses_stay(name: str, values: list[object]) -> None:
    assert [] == columns_of(**{name: values})


def test_the_check_digit_tells_an_identity_number() -> None:
    assert is_identity_number(IDENTITY)
    assert is_identity_number(IDENTITY.lower())
    assert not is_identity_number(IDENTITY[:-1] + "1")
    assert not is_identity_number("11010519491331002X")


def test_nothing_of_a_dropped_column_is_kept_but_its_name() -> None:
    table = pd.DataFrame({"社区": ["甲"], "姓名": ["张三"]}, index=[2])
    totals = pd.DataFrame({"社区": ["合计"], "姓名": ["李四"]}, index=[3])
    source, rows = without_private(Source("households", "t.xlsx", table, ("社区", "姓名"), totals=totals))
    assert ["社区"] == list(source.table) == list(source.totals) == list(source.seen)
    assert ("姓名",) == source.dropped
    assert ["personal data"] == [row["problem"] for row in rows]
    assert "张三" not in str(rows)
