"""The messy cases of names, codes and joins end as promised: read right, or refused with cell and advice."""

from pathlib import Path

import messy_joins as messy
import pandas as pd
import pytest
from small_area import SUBDISTRICT, TOTALS, all_problems, found, read

from pipeline.results import Area


def rows_of(area: Area, problem: str) -> list[tuple[str, str, str]]:
    """List severity, id and source of every problem of a name."""
    rows = area.problems[area.problems["problem"] == problem]
    return list(rows[["severity", "id", "source"]].itertuples(index=False, name=None))


def details(area: Area, problem: str) -> list[str]:
    return area.problems.loc[area.problems["problem"] == problem, "detail"].tolist()


def test_case_07_every_spelling_finds_its_community_and_remarks_are_noted(tmp_path: Path) -> None:
    messy.case_07_spellings(tmp_path)
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert [
        "The names of 1 communities say “in preparation”: 乙居委会 (筹).",
        "The names of 1 communities say “managed on behalf”: 甲社区居民委员会 (代管).",
        "The names of 1 communities say “old name”: 丙社区居委会 (原大南街社区).",
    ] == details(area, "remarks in names")


def test_case_07_traditional_characters_and_slips_are_proposed_and_never_joined(tmp_path: Path) -> None:
    messy.case_07_traditional(tmp_path)
    area = read(tmp_path)
    cells = "households.xlsx Sheet1!B2", "households.xlsx Sheet1!B3"
    assert [("error", "廣場東社區", cells[0]), ("error", "三里莹社区", cells[1])] == rows_of(
        area, "counts without shape"
    )
    advice = area.problems.loc[area.problems["problem"] == "counts without shape", "advice"].tolist()
    assert advice[0].startswith("Did you mean 广场东社区 (score 1.00)?")
    assert advice[1].startswith("Did you mean 三里营社区 (score 0.67)?")


def test_case_07_homonyms_in_two_subdistricts_stay_apart(tmp_path: Path) -> None:
    messy.case_07_homonyms(tmp_path)
    area = read(tmp_path)
    assert [] == found(all_problems(area))
    expected = {messy.EAST: 1400, "乙社区": 1000, messy.WEST: 1200}
    assert expected == area.communities["households"].to_dict()
    assert [messy.EAST, messy.WEST] == area.units.loc[["u1", "u8"], "community"].tolist()


def test_case_07_a_community_that_stands_twice_with_one_count_is_refused(tmp_path: Path) -> None:
    messy.case_07_twice(tmp_path)
    area = read(tmp_path)
    assert [("error", "甲社区", "households.xlsx Sheet1!B2, B5")] == rows_of(area, "count repeated")
    assert ["甲社区 has 2 records with the same households: 1400, 1400."] == details(area, "count repeated")


@pytest.mark.parametrize(
    "codes",
    [
        ["1.50104001001E+11", "150104001002.0", "'150104002001"],
        [150104001001.0, 150104001002, "150104002001\n"],
        ["15010400100111121", "15010400100211121", "15010400200111121"],
        [15010400100111121.0, 1.5010400100211e16, 15010400200111121.0],
        ["150104001001007", "１５０１０４００１００２", "150104 002 001"],
    ],
)
def test_case_08_codes_that_keep_their_12_digits_join(tmp_path: Path, codes: list[object]) -> None:
    messy.case_08_codes(tmp_path, codes)
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert ["150104001001", "150104001002", "150104002001"] == area.communities["code"].tolist()


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        *(("1.50104E+11", "code with lost digits"), ("15010400100", "code with lost digits")),
        *(("50104001002", "code with lost digits"), ("150104001", "code of a larger place")),
    ],
)
def test_case_08_codes_that_lost_digits_or_are_of_a_subdistrict_never_join(
    tmp_path: Path, code: str, problem: str
) -> None:
    messy.case_08_codes(tmp_path, ["150104001001", code, "150104002001"])
    area = read(tmp_path)
    assert [("warning", "旧二社区", "households.xlsx Sheet1!E3")] == rows_of(area, problem)
    assert [("error", "旧二社区", "households.xlsx Sheet1!B3")] == rows_of(area, "counts without shape")


def test_case_12_implausible_figures_are_warnings_with_their_cells(tmp_path: Path) -> None:
    messy.case_12_implausible(tmp_path)
    area = read(tmp_path)
    assert [] == found(all_problems(area))
    sheet = "households.xlsx Sheet1!"
    assert [
        ("warning", "甲社区", f"{sheet}C2"),
        ("warning", "乙社区", f"{sheet}C3; {sheet}F3"),
        ("warning", "丙社区", f"{sheet}C4"),
    ] == rows_of(area, "implausible count")
    assert [
        "1400 households live in 1500 buildings.",
        "20000 residents in 1000 households are 20.00 in each; 1 to 6 are believed.",
        "It is in preparation (筹) and has no households.",
    ] == details(area, "implausible count")


def test_case_13_counts_per_compound_are_joined_by_name_within_the_community(tmp_path: Path) -> None:
    messy.case_13_compounds(tmp_path)
    area = read(tmp_path)
    assert ([], messy.TRUTH) == (found(area.problems), area.units["households"].tolist())


def test_case_13_a_compound_in_two_communities_is_refused_with_both_cells(tmp_path: Path) -> None:
    messy.case_13_shared_compound(tmp_path)
    area = read(tmp_path)
    cells = "households.xlsx Sheet1!B2, B10"
    assert [("error", "1号院", cells)] == rows_of(area, "unit in two communities")
    sheet = "households.xlsx Sheet1!"
    said = f"甲社区 ({sheet}B2), 乙社区 ({sheet}B10)"
    assert [f"1号院 stands under 2 communities: {said}; the map has: u1 in 甲社区."] == (
        details(area, "unit in two communities")
    )


def test_case_14_a_regional_service_centre_is_a_parent_like_any(tmp_path: Path) -> None:
    messy.case_14_service_centre(tmp_path)
    area = read(tmp_path)
    assert [] == found(all_problems(area))
    assert ["东街道", "东街道", "桥靠区域服务中心"] == area.communities["subdistrict"].tolist()


def test_case_15_a_community_without_polygon_takes_its_extent_from_its_units(tmp_path: Path) -> None:
    messy.case_15_created_in_the_units(tmp_path)
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert list(SUBDISTRICT.values()) == area.communities["subdistrict"].tolist()
    detail = "1 communities have no polygon; their extent follows from their units: 丙社区."
    assert [detail] == details(area, "community without polygon")


def test_case_15_communities_without_any_shape_are_refused_one_by_one(tmp_path: Path) -> None:
    messy.case_15_created_in_the_table(tmp_path)
    area = read(tmp_path)
    refused = rows_of(area, "counts without shape")
    assert ("error", "新一社区", "households.xlsx Sheet1!B5") == refused[0]
    assert (12, "households.xlsx Sheet1!B16") == (len(refused), refused[-1][2])


def test_case_21_records_with_different_counts_are_summed_and_told(tmp_path: Path) -> None:
    messy.case_21_parts(tmp_path, [500, 700])
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert [("warning", "丙社区", "communities.gpkg features 3–4")] == rows_of(area, "several rows")
    assert ["丙社区 has 2 records; their households were summed: 500, 700."] == details(area, "several rows")


def test_case_21_polygons_of_one_community_are_one_with_several_parts(tmp_path: Path) -> None:
    messy.case_21_parts(tmp_path, [1200, None])
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert ["no units"] == found(area.problems, "warning")
    assert 3 == len(area.units)


def test_case_21_the_same_count_on_each_part_is_refused(tmp_path: Path) -> None:
    messy.case_21_parts(tmp_path, [1200, 1200])
    assert [("error", "丙社区", "communities.gpkg features 3–4")] == rows_of(read(tmp_path), "count repeated")


def test_case_34_what_finds_no_partner_is_listed_and_nothing_is_dropped(tmp_path: Path) -> None:
    messy.case_34_reconciliation(tmp_path)
    area = read(tmp_path)
    assert ["counts without shape", "household totals differ", "shapes without counts"] == found(area.problems)
    assert [("error", "丁社区", "households.xlsx Sheet1!B4")] == rows_of(area, "counts without shape")
    assert ["2 units in 1 communities have no count: 丙社区."] == details(area, "shapes without counts")
    assert ["甲社区 has 2 records; their households were summed: 1400, 100."] == details(area, "several rows")
    book = area.reconciliation[area.reconciliation["role"] == "households"].iloc[0]
    figures = ["rows_read", "matched", "unmatched_here", "unmatched_there", "many_to_one"]
    assert [4, 3, 1, 1, 2] == book[figures].tolist()
    assert (3700, 2500) == (book["households_in"], book["households_out"])
    assert not pd.isna(book["joined_by"])
