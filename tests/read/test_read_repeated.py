"""Records of one community, and units under two communities, are summed, noted or refused as what they say allows."""

from pathlib import Path

import pandas as pd
import pytest
from small_area import found, read_layers, small_table, small_units, unit_table


@pytest.mark.parametrize(("counts", "severity"), [((60, 40), "warning"), ((60, 60), "error")])
def test_a_compound_under_two_communities_is_told_where_rows_are_summed(
    tmp_path: Path, counts: tuple[int, int], severity: str
) -> None:
    table = pd.DataFrame(
        {
            "社区": ["甲社区", "甲社区", "乙社区", "乙社区", "丙社区"],
            "小区": ["一院", "阳光花园", "阳光花园", "二院", "三院"],
            "户数": [1340, counts[0], counts[1], 940, 1200],
        }
    )
    area = read_layers(tmp_path, units=small_units(), households=table)
    row = area.problems[area.problems["problem"] == "compound in two communities"].iloc[0]
    assert (severity, "阳光花园", "households.xlsx Sheet1!B3:B4") == (row["severity"], row["id"], row["source"])


def test_a_unit_under_two_communities_is_refused_with_both_cells(tmp_path: Path) -> None:
    table = unit_table().assign(社区=small_units()["community"])
    table = pd.concat([table, table.head(1).assign(社区="乙社区")], ignore_index=True)
    area = read_layers(tmp_path, units=small_units(), households=table)
    row = area.problems.iloc[0]
    assert ("unit in two communities", "u1", "households.xlsx Sheet1!A2, A10") == (
        row["problem"],
        row["id"],
        row["source"],
    )


def test_a_blank_beside_a_count_of_the_same_community_is_no_fault(tmp_path: Path) -> None:
    table = pd.concat([small_table(), small_table().head(1).assign(常住户数=None)])
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert ([], 1400) == (found(area.problems), area.communities.at["甲社区", "households"])


def test_a_row_without_shape_and_without_households_stops_nothing(tmp_path: Path) -> None:
    new = small_table().tail(1).assign(社区名称="丁社区（筹）", 常住户数=0)
    area = read_layers(tmp_path, units=small_units(), households=pd.concat([small_table(), new]))
    assert ([], ["counts without shape"]) == (found(area.problems), found(area.problems, "warning"))
    assert "it has no households" in area.problems.loc[0, "detail"]


def test_a_compound_that_stands_twice_with_the_same_count_is_warned_of(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "社区": ["甲社区", "甲社区", "乙社区", "乙社区", "丙社区"],
            "小区": ["一院", "二院", "三院", "三院", "四院"],
            "户数": [900, 500, 500, 500, 1200],
        }
    )
    area = read_layers(tmp_path, units=small_units(), households=table)
    row = area.problems[area.problems["problem"] == "compound repeated"].iloc[0]
    assert ("warning", "households.xlsx Sheet1!B4:B5") == (row["severity"], row["source"])
