"""A folder straight from a district office gives what the clean sample gives, and says what was done to it."""

import pandas as pd
import pytest
from messy_folder import SAMPLE, write_messy_sample
from pandas.testing import assert_frame_equal

from pipeline import workflow
from pipeline.errors import listed


@pytest.fixture(scope="module")
def clean() -> workflow.Examined:
    return workflow.examine(SAMPLE)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> workflow.Examined:
    folder = tmp_path_factory.mktemp("raw") / "office"
    folder.mkdir()
    write_messy_sample(folder)
    return workflow.examine(folder)


def test_every_community_has_its_households_and_its_subdistrict(clean, messy) -> None:
    columns = ["subdistrict", "households", "population", "workers", "floor_m2", "premises_state", "protected"]
    assert_frame_equal(clean.area.communities[columns].sort_index(), messy.area.communities[columns].sort_index())


def test_every_unit_has_its_households_and_its_community(clean, messy) -> None:
    columns = ["households", "population", "community", "subdistrict", "anchor"]
    expected, read = (pd.DataFrame(examined.area.units[columns]).sort_index() for examined in (clean, messy))
    assert_frame_equal(expected, read)


def test_the_same_communities_are_flagged_for_the_same_action(clean, messy) -> None:
    columns = ["community", "status", "action"]
    expected, found = (
        examined.flags[columns].sort_values("community", ignore_index=True) for examined in (clean, messy)
    )
    assert_frame_equal(expected, found)


def borders(examined: workflow.Examined, longer_than: float) -> set[tuple[str, str]]:
    """Pairs of units that share a longer border than so many metres."""
    edges = examined.edges
    edges = edges[(edges["kind"] == "border") & (edges["border_m"] > longer_than)]
    return set(zip(edges["a"], edges["b"], strict=True))


def test_units_that_touch_in_the_clean_map_touch_after_repair_and_no_others_do(clean, messy) -> None:
    # a border may be some decimetres shorter or longer where both ends were drawn by hand
    assert set() == borders(clean, 4) - borders(messy, 0)
    assert set() == borders(messy, 0) - borders(clean, 2)


def test_what_is_shorter_than_a_gap_that_is_closed_counts_as_a_corner_where_outlines_were_mended(clean, messy) -> None:
    gap_m = messy.area.settings.repair.gap_m
    assert borders(messy, 0) == borders(messy, gap_m)
    assert borders(clean, 0) > borders(clean, gap_m)


def test_repair_keeps_the_area_to_a_ten_thousandth(clean, messy) -> None:
    drawn = clean.area.units.union_all().area
    assert abs(messy.area.units.union_all().area - drawn) < 1e-4 * drawn


def test_nothing_personal_is_kept_and_the_hidden_sheet_is_not_read(messy) -> None:
    told = listed(messy.area.problems)
    assert "书记姓名" in told
    assert "联系电话" in told
    assert "2025年旧数据" in told


def test_the_clean_sample_has_nothing_to_mend(clean) -> None:
    assert clean.area.repairs is None or clean.area.repairs.empty
    assert {"note"} == set(clean.area.problems["severity"])
