"""Counts find their shapes, and no household is lost on the way."""

from pathlib import Path

import pandas as pd
from small_area import (
    TOTALS,
    found,
    read_layers,
    small_communities,
    small_table,
    small_units,
    square,
    unit_table,
)


def book_of(reconciliation: pd.DataFrame, role: str) -> dict[str, object]:
    """Give the row of one section, without its source."""
    return reconciliation[reconciliation["role"] == role].iloc[0].drop(["source", "role"]).to_dict()


def test_counts_of_the_layer_alone_are_kept(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units())
    assert [100, 200, 300, 400, 500, 600, 700, 800] == area.units["households"].tolist()
    assert ("int64", "Int64") == (str(area.units["households"].dtype), str(area.units["population"].dtype))
    assert (3600, 3600) == tuple(area.reconciliation.loc[0, ["households_in", "households_out"]])


def test_a_table_per_unit_replaces_the_counts_of_the_layer(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=unit_table())
    assert [110, 210, 310, 410, 510, 610, 710, 810] == area.units["households"].tolist()
    expected = {
        "joined_by": "unit_id",
        "rows_read": 8,
        "matched": 8,
        "unmatched_here": 0,
        "unmatched_there": 0,
        "many_to_one": 0,
        "households_in": 3680,
        "households_out": 3680,
    }
    assert expected == book_of(area.reconciliation, "households")


def test_keys_that_are_numbers_are_joined_however_they_are_written(tmp_path: Path) -> None:
    units = small_units().assign(unit_id=range(1, 9))
    table = unit_table().assign(小区编号=[float(number) for number in range(1, 9)])
    area = read_layers(tmp_path, units=units, households=table)
    assert ["1", "2", "3", "4", "5", "6", "7", "8"] == area.units.index.tolist()
    assert 3680 == area.units["households"].sum()


def test_units_that_the_table_leaves_out_keep_their_count_with_a_warning(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=unit_table().head(7))
    assert (810 - 10, ["count kept"]) == (area.units.at["u8", "households"], found(area.problems, "warning"))


def test_a_table_per_unit_may_say_the_community_and_is_followed(tmp_path: Path) -> None:
    table = unit_table().assign(社区=small_units()["community"])
    table.loc[2, "社区"] = "新社区"
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert ("新社区", "东街道") == tuple(area.units.loc["u3", ["community", "subdistrict"]])
    assert ["community differs"] == found(area.problems, "warning")


def test_a_table_of_communities_with_the_same_sums_changes_nothing(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=small_table())
    assert [100, 200, 300, 400, 500, 600, 700, 800] == area.units["households"].tolist()
    assert [] == found(area.problems, "warning")
    assert (3600, 3600) == tuple(area.reconciliation.loc[1, ["households_in", "households_out"]])


def test_units_are_scaled_to_a_newer_table_and_the_sums_are_exact(tmp_path: Path) -> None:
    table = small_table().assign(常住户数=[1401, 1000, 1200])
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert [100, 200, 500, 601] == area.units.loc[area.units["community"] == "甲社区", "households"].tolist()
    assert 3601 == area.units["households"].sum()
    scaled = area.problems[area.problems["problem"] == "households scaled"].iloc[0]
    assert ("warning", True) == (scaled["severity"], "甲社区 1400 → 1401" in scaled["detail"])


def test_counts_of_communities_are_spread_by_area_where_units_have_none(tmp_path: Path) -> None:
    units = small_units().drop(columns=["households", "population"])
    units.loc[6, "geometry"] = square(2, 1, 1, 3)  # three times as large as u3
    area = read_layers(tmp_path, units=units, households=small_table())
    assert [250, 750] == area.units.loc[["u3", "u7"], "households"].tolist()
    assert TOTALS == area.communities["households"].to_dict()
    assert ["sketch"] == found(area.problems, "warning")


def test_the_communities_layer_may_carry_the_counts(tmp_path: Path) -> None:
    units = small_units().drop(columns=["households", "population"])
    communities = small_communities().assign(households=TOTALS.values())
    area = read_layers(tmp_path, units=units, communities=communities)
    assert TOTALS == area.communities["households"].to_dict()
    assert (3600, 3600) == tuple(area.reconciliation.loc[1, ["households_in", "households_out"]])


def test_population_of_the_table_is_spread_like_households(tmp_path: Path) -> None:
    units = small_units().drop(columns=["population"])
    area = read_layers(tmp_path, units=units, households=small_table().assign(常住人口=[2800, 2000, 2400]))
    assert [200, 400, 600, 800, 1000, 1200, 1400, 1600] == area.units["population"].tolist()


def test_rows_are_joined_by_code_before_the_name(tmp_path: Path) -> None:
    table = small_table().assign(社区代码=small_communities()["code"])
    table.loc[0, "社区名称"] = "旧名社区"
    area = read_layers(tmp_path, units=small_units(), communities=small_communities(), households=table)
    assert TOTALS == area.communities["households"].to_dict()
    assert ("code", 3) == tuple(area.reconciliation.loc[2, ["joined_by", "matched"]])
    assert ["name differs"] == found(area.problems, "warning")


def test_several_rows_of_one_community_are_summed_with_a_warning(tmp_path: Path) -> None:
    table = pd.concat([small_table(), small_table().head(1).assign(常住户数=100)])
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert 1500 == area.communities.at["甲社区", "households"]
    assert 2 == area.reconciliation.loc[1, "many_to_one"]
    assert {"several rows", "households scaled"} == set(found(area.problems, "warning"))


def test_a_community_without_polygon_takes_its_extent_from_its_units(tmp_path: Path) -> None:
    communities = small_communities().iloc[[0, 2]]
    area = read_layers(tmp_path, units=small_units(), communities=communities, households=small_table())
    assert [] == found(area.problems)
    assert "community without polygon" in found(area.problems, "note")
    assert 1 == area.reconciliation.loc[1, "unmatched_there"]


def test_a_table_without_counts_adds_what_it_knows_of_communities(tmp_path: Path) -> None:
    table = small_table().drop(columns="常住户数")
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert ([5.0, 4.0, 3.0], 3600) == (area.communities["workers"].tolist(), area.units["households"].sum())
    assert [] == found(area.problems)


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    table = small_table()
    titled = pd.DataFrame([table.columns.tolist(), *table.to_numpy().tolist()], columns=["社区基本情况表", *"BCD"])
    area = read_layers(tmp_path, units=small_units(), households=titled)
    assert TOTALS == area.communities["households"].to_dict()
    assert [] == found(area.problems)


def test_a_row_whose_code_and_name_are_two_communities_of_the_map_is_an_error(tmp_path: Path) -> None:
    codes = small_communities()["code"].tolist()
    table = small_table().assign(社区代码=[codes[1], codes[0], codes[2]])
    area = read_layers(tmp_path, units=small_units(), communities=small_communities(), households=table)
    assert ["code and name disagree"] * 2 == found(area.problems)


def test_polygons_that_count_other_households_than_their_units_are_warned_of(tmp_path: Path) -> None:
    communities = small_communities().assign(households=[*list(TOTALS.values())[:2], 5])
    area = read_layers(tmp_path, units=small_units(), communities=communities)
    row = area.problems[area.problems["problem"] == "counts differ"].iloc[0]
    assert ("warning", True) == (row["severity"], "polygons of" in row["detail"])
    assert 3600 == area.units["households"].sum()
