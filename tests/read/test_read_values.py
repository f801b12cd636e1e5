"""Values become text, counts, figures and yes/no; what cannot is named."""

import pandas as pd
import pytest

from pipeline.read.cells.values import as_number, as_text, typed
from pipeline.read.sources import Source, place, ranges


def source_of(**columns: list[object]) -> Source:
    """Make a table as a sheet gives it, its rows numbered from 2."""
    table = pd.DataFrame(columns, dtype="object")
    table.index = pd.RangeIndex(2, len(table) + 2)
    letters = {name: "ABC"[position] for position, name in enumerate(columns)}
    return Source("households", "t.xlsx S", table, tuple(columns), letters)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1, 2]), ["1", "2"]),
        (pd.Series([1.0, None]), ["1", ""]),
        (pd.Series([1.0, "1", 1, True, None, " x "], dtype="object"), ["1", "1", "1", "True", "", "x"]),
        (pd.Series([150104001001.0]), ["150104001001"]),
        (pd.Series(["a", None], dtype="str"), ["a", ""]),
    ],
)
def test_keys_are_text_without_the_point_zero_of_spreadsheets(values: pd.Series, expected: list[str]) -> None:
    assert expected == as_text(values).tolist()


@pytest.mark.parametrize(
    ("value", "expected"), [("1,234", 1234.0), ("１２３", 123.0), (" 7 ", 7.0), (12, 12.0), ("1 234", 1234.0)]
)
def test_counts_are_read_as_meant(value: object, expected: float) -> None:
    number, bad = as_number(pd.Series([value], dtype="object"))
    assert ([expected], [False]) == (number.tolist(), bad.tolist())


@pytest.mark.parametrize("value", ["约三百", "2000-2500", "12 34", "1,2", "inf", "nan1", True])
def test_what_is_no_number_is_said_to_be_none(value: str) -> None:
    number, bad = as_number(pd.Series([value], dtype="object"))
    assert ([True], [True]) == (number.isna().tolist(), bad.tolist())


@pytest.mark.parametrize("value", ["1200①", "1200²", "② 1200", "1200⒈户"])
def test_the_mark_of_a_footnote_is_no_digit_of_a_count(value: str) -> None:
    assert [True] == as_number(pd.Series([value], dtype="object"))[1].tolist()


def test_a_figure_may_say_its_unit_with_a_raised_two() -> None:
    assert [450.0] == as_number(pd.Series(["450m²"], dtype="object"))[0].tolist()


def test_blank_counts_are_unknown_not_zero() -> None:
    given, rows = typed(source_of(households=[5, None, ""]))
    assert [5, pd.NA, pd.NA] == given.table["households"].tolist()
    assert [] == rows


def test_a_figure_that_is_no_number_is_unknown_with_a_warning() -> None:
    given, rows = typed(source_of(workers=[5, "多"]))
    assert [False, True] == given.table["workers"].isna().tolist()
    assert [("warning", "t.xlsx S!A3")] == [(row["severity"], row["source"]) for row in rows]


def test_yes_and_no_are_read_in_both_languages() -> None:
    given, _ = typed(source_of(protected=["是", "否", True, 1, 0, None, "yes"]))
    assert [True, False, True, True, False, False, True] == given.table["protected"].tolist()


def test_states_of_premises_are_normalised_and_unknown_ones_are_warned_of() -> None:
    given, rows = typed(source_of(premises_state=["可用", "装修", "在建", "未落实", "", "借用"]))
    assert ["usable", "decorating", "building", "none", "none", "none"] == given.table["premises_state"].tolist()
    assert ["t.xlsx S!A7"] == [row["source"] for row in rows]


def test_runs_of_places_are_shortened() -> None:
    assert [(1, 1), (3, 5)] == ranges([5, 3, 1, 4])
    assert "t.xlsx S!A2, A4:A5" == place(source_of(households=[1]), [2, 4, 5], "households")
    assert "u.gpkg features 2, 4–5" == place(Source("units", "u.gpkg", pd.DataFrame()), [2, 4, 5])
    assert "u.gpkg feature 2" == place(Source("units", "u.gpkg", pd.DataFrame()), [2])
