"""A table per compound without unit_id is joined by the compounds' names, and never on a guess."""

from pathlib import Path

import pandas as pd
from small_area import SUBDISTRICT, TOTALS, found, read_layers, small_communities, small_units

HOUSEHOLDS = [100, 200, 300, 400, 500, 600, 700, 800]


def compound_table() -> pd.DataFrame:
    units = small_units()
    return pd.DataFrame(
        {
            "街道": units["subdistrict"],
            "社区": units["community"],
            "小区名称": units["name"],
            "户数": units["households"],
        }
    )


def bare_units() -> pd.DataFrame:
    return small_units().drop(columns=["households", "population"])


def test_rows_are_joined_by_the_name_of_the_compound(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=bare_units(), households=compound_table().iloc[::-1])
    assert ([], HOUSEHOLDS) == (found(area.problems), area.units["households"].tolist())
    assert "name" == area.reconciliation.loc[1, "joined_by"]


def test_compounds_of_one_name_are_told_by_their_community(tmp_path: Path) -> None:
    units, table = bare_units(), compound_table()
    units.loc[[0, 2, 3], "name"] = "阳光花园"
    table.loc[[0, 2, 3], "小区名称"] = "阳光 花园"
    area = read_layers(tmp_path, units=units, households=table)
    assert ([], HOUSEHOLDS) == (found(area.problems), area.units["households"].tolist())


def test_units_without_community_are_told_by_the_polygon_they_lie_in(tmp_path: Path) -> None:
    units, table = bare_units().drop(columns=["community", "subdistrict"]), compound_table()
    units.loc[[0, 2], "name"] = table.loc[[0, 2], "小区名称"] = "阳光花园"
    area = read_layers(tmp_path, units=units, communities=small_communities(), households=table)
    assert ([], HOUSEHOLDS) == (found(area.problems), area.units["households"].tolist())


def test_the_table_may_give_units_their_community(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=bare_units().drop(columns="community"), households=compound_table())
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert list(SUBDISTRICT.values()) == area.communities["subdistrict"].tolist()


def test_a_name_that_fits_several_units_is_refused(tmp_path: Path) -> None:
    units, table = bare_units(), compound_table()
    units.loc[[0, 1], "name"] = table.loc[0, "小区名称"] = "阳光花园"
    area = read_layers(tmp_path, units=units, households=table)
    errors = area.problems[area.problems["problem"] == "counts without shape"]
    assert ["阳光花园 is the name of several units: u1、u2.", "No unit of the map has the name 2号院."] == (
        errors["detail"].tolist()
    )
    assert ["households.xlsx Sheet1!C2", "households.xlsx Sheet1!C3"] == errors["source"].tolist()


def test_a_compound_that_the_map_has_elsewhere_is_refused_with_its_place(tmp_path: Path) -> None:
    table = compound_table()
    table.loc[0, "社区"] = "乙社区"
    area = read_layers(tmp_path, units=bare_units(), households=table)
    error = area.problems.iloc[0]
    assert "1号院 does not lie in 乙社区 on the map, which has: u1 in 甲社区." == error["detail"]


def test_a_misspelt_name_is_refused_with_a_proposal(tmp_path: Path) -> None:
    units, table = bare_units(), compound_table()
    units.loc[0, "name"], table.loc[0, "小区名称"] = "阳光花园一期", "阳光华园一期"
    area = read_layers(tmp_path, units=units, households=table)
    assert area.problems.loc[0, "advice"].startswith("Did you mean 阳光花园一期 (score 0.83)?")


def test_a_table_per_compound_is_summed_where_the_units_have_no_names(tmp_path: Path) -> None:
    table = compound_table()
    area = read_layers(tmp_path, units=small_units().drop(columns="name"), households=table)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert ([], True) == (found(area.problems, "warning"), "rows summed" in found(area.problems, "note"))
