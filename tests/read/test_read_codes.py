"""Codes of communities are brought to 12 digits where that is certain, and refused where digits were lost."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.cells.codes import community_code, one_length
from pipeline.read.cells.values import as_text
from pipeline.read.sources import Source

CODE = "150104001001"


@pytest.mark.parametrize(
    "written",
    [
        *(CODE, f"{CODE}.0", f" {CODE}\n", f"'{CODE}", "１５０１０４００１００１", "150104 001 001"),
        *("1.50104001001E+11", "1.50104001001e11", f"{CODE}11121", f"{CODE}007", "1.5010400100111E+16"),
    ],
)
def test_every_form_that_keeps_the_digits_gives_the_12(written: str) -> None:
    assert (CODE, "") == (community_code(written).used, community_code(written).refused)


def test_a_number_of_17_digits_keeps_the_first_12() -> None:
    number = as_text(pd.Series([float(f"{CODE}11121")], dtype="object"))[0]
    assert CODE == community_code(number).used


@pytest.mark.parametrize("written", ["1.50104E+11", "1.50104001E+16", "15010400101", "1501040010010", "50104001001"])
def test_a_code_that_lost_digits_is_refused(written: str) -> None:
    assert ("", "lost digits") == (community_code(written).used, community_code(written).refused)


@pytest.mark.parametrize(
    ("written", "place"),
    [("150104001", "a subdistrict"), ("150104001000", "a subdistrict"), ("150104001000.0", "a subdistrict")],
)
def test_the_code_of_a_subdistrict_is_that_of_no_community(written: str, place: str) -> None:
    for among_codes in (True, False):
        assert ("", place) == (
            community_code(written, among_codes=among_codes).used,
            community_code(written, among_codes=among_codes).refused,
        )


@pytest.mark.parametrize("written", ["SQ-07", "7", "001", "A1"])
def test_codes_of_another_kind_stay_as_they_are(written: str) -> None:
    assert written == community_code(written, among_codes=False).used


@given(st.integers(min_value=110000001001, max_value=829999999999), st.sampled_from(["", ".0", "111", "11121"]))
def test_what_is_used_are_the_first_12_digits_or_nothing(number: int, more: str) -> None:
    assert community_code(f"{number}{more}").used in ("", str(number))


def test_refused_codes_are_told_with_their_cells() -> None:
    table = pd.DataFrame(
        {"code": [CODE, "150104001002", "1.50104E+11", "150104001", f"{CODE[:-1]}311121"]}, range(2, 7)
    )
    source, rows = one_length(Source("households", "table.xlsx Sheet1", table, letters={"code": "C"}))
    assert [CODE, "150104001002", "", "", "150104001003"] == source.table["code"].tolist()
    assert [
        ("warning", "code with lost digits", "table.xlsx Sheet1!C4"),
        ("warning", "code of a larger place", "table.xlsx Sheet1!C5"),
        ("note", "codes shortened", "table.xlsx Sheet1!C6"),
    ] == [(row["severity"], row["problem"], row["source"]) for row in rows]


def test_a_code_beside_two_names_is_not_used() -> None:
    names = ["甲社区", "乙社区", "甲居委会", "丙社区"]
    table = pd.DataFrame({"code": [CODE, CODE, CODE, "150104001002"], "community": names}, range(2, 6))
    source, rows = one_length(Source("households", "table.xlsx Sheet1", table, letters={"code": "C"}))
    assert ["", "", "", "150104001002"] == source.table["code"].tolist()
    expected = [("code of several names", CODE, "table.xlsx Sheet1!C2:C4")]
    assert expected == [(row["problem"], row["id"], row["source"]) for row in rows]


def test_a_code_on_several_records_of_one_community_is_used() -> None:
    table = pd.DataFrame({"code": [CODE, CODE], "community": ["甲社区", "甲居委会"]}, range(2, 4))
    source, rows = one_length(Source("households", "table.xlsx Sheet1", table, letters={"code": "C"}))
    assert ([CODE, CODE], []) == (source.table["code"].tolist(), rows)
