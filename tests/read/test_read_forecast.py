"""Reading a forecast: counts by year in columns or rows, projects, joins, the base year, and what is refused."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from small_area import TOTALS, found, read, small_table, small_units, write_layers, write_sheet, write_toml

from pipeline.errors import InputError
from pipeline.results import Area
from pipeline.settings import load_settings

NOW = [100, 200, 300, 400, 500, 600, 700, 800]


def ahead(
    folder: Path,
    *tables: pd.DataFrame,
    toml: dict[str, object] | None = None,
    rules: dict[str, object] | None = None,
    base: int | None = 2026,
    **layers: gpd.GeoDataFrame | pd.DataFrame,
) -> Area:
    """Write the small area with tables of a forecast and read it."""
    sections = write_layers(folder, **({"units": small_units()} | layers))
    names = [f"forecast-{number}.xlsx" for number in range(len(tables))]
    for table, name in zip(tables, names, strict=True):
        write_sheet(table, folder / name)
    section = ({"path": names} if names else {}) | ({"base": base} if base is not None else {}) | (toml or {})
    write_toml(folder, {**sections, **({"rules": rules} if rules else {}), "forecast": section})
    return read(folder)


def households(area: Area, unit: str) -> dict[int, int]:
    assert area.forecast is not None, area.problems.to_string()
    return area.forecast.loc[unit].to_dict()


def projects(**columns: list[object]) -> pd.DataFrame:
    """Projects in 1号院 (100 households today), as many as the columns have rows."""
    rows = len(next(iter(columns.values())))
    return pd.DataFrame({"小区名称": ["1号院"] * rows, **columns})


# --- counts by year -------------------------------------------------------------------------------------------


def test_columns_of_years_count_the_households_of_a_unit(tmp_path):
    area = ahead(
        tmp_path, pd.DataFrame({"小区编号": ["u1", "u2"], 2027: [150, 250], "2028年": [300, 250], "2030年户数": [1, 2]})
    )
    assert {2026: 100, 2027: 150, 2028: 300, 2030: 1} == households(area, "u1")
    assert {2026: 200, 2027: 250, 2028: 250, 2030: 2} == households(area, "u2")


def test_units_without_a_row_keep_the_count_of_today(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "households_2030": [900]}))
    assert [*area.forecast[2030]] == [900, *NOW[1:]]
    assert [*area.forecast.index] == [*area.units.index]


def test_the_base_year_counts_what_the_units_count(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2026": [130], "2030": [900]}))
    assert [*area.forecast[2026]] == NOW
    (row,) = area.problems[area.problems["problem"] == "forecast differs"].to_dict("records")
    assert ("warning", True) == (row["severity"], "u1 130 (today 100)" in row["detail"])


def test_a_column_of_households_beside_those_of_the_years_is_compared_with_today(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1", "u2"], "户数": [100, 210], "2030": [900, 900]}))
    (row,) = area.problems[area.problems["problem"] == "forecast differs"].to_dict("records")
    assert "u2 210 (today 200)" in row["detail"]
    assert "u1" not in row["detail"]


def test_a_forecast_that_agrees_with_today_is_no_warning(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2026": [100], "2030": [900]}))
    assert [] == found(area.problems, "warning")


def test_rows_of_a_year_each_hold_until_the_next(tmp_path):
    table = pd.DataFrame(
        {"小区名称": ["1号院", "1号院", "2号院"], "年份": [2030, "2027年底", 2028], "户数": [400, 150, 7]}
    )
    area = ahead(tmp_path, table)
    assert {2026: 100, 2027: 150, 2028: 150, 2030: 400} == households(area, "u1")
    assert {2026: 200, 2027: 200, 2028: 7, 2030: 7} == households(area, "u2")


def test_a_blank_cell_keeps_the_count_before_it_and_is_told(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1", "u2"], "2027": [150, None], "2028": [None, 5]}))
    assert {2026: 100, 2027: 150, 2028: 150} == households(area, "u1")
    assert ["forecast blank"] == found(area.problems, "warning")


def test_counts_of_a_community_are_spread_by_the_households_of_today(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"社区名称": ["甲社区"], "2030": [TOTALS["甲社区"] * 2]}))
    assert [200, 400, 300, 400, 1000, 1200, 700, 800] == [*area.forecast[2030]]
    assert ["forecast spread"] == found(area.problems, "warning")


def test_a_community_is_known_by_another_spelling_of_its_name(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"社区": ["甲社区居委会"], "2030": [2801]}))
    assert area.forecast[2030].groupby(area.units["community"]).sum()["甲社区"] == 2801


def test_figures_before_the_base_year_are_left_aside(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2020": [5], "2030": [900]}))
    assert [2026, 2030] == [*area.forecast.columns]


def test_a_heading_of_another_measure_or_of_people_is_no_column_of_households(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2030年人口": [5], "2030年户籍户数": [6], "2030年": [900]}))
    assert {2026: 100, 2030: 900} == households(area, "u1")


def test_a_column_may_be_settled_by_hand(tmp_path):
    table = pd.DataFrame({"unit_id": ["u1"], "远期": [900]})
    assert {2026: 100, 2035: 900} == households(ahead(tmp_path, table, toml={"households_2035": "远期"}), "u1")


# --- projects -------------------------------------------------------------------------------------------------


def test_dwellings_are_lived_in_by_the_usual_occupancy_from_the_year_of_delivery(tmp_path):
    area = ahead(tmp_path, projects(类型=["在建"], 套数=[500], 交付年份=[2028]))
    # 0.3, 0.6, 0.8 x 500 on top of 100.
    assert {2026: 100, 2027: 100, 2028: 250, 2029: 400, 2030: 500} == households(area, "u1")
    (note,) = area.problems[area.problems["problem"] == "forecast assumes"]["detail"]
    assert "30%, 60%, 80%" in note
    assert "no rule prescribes" in note


def test_occupancy_may_be_settled_for_the_area_and_for_a_row(tmp_path):
    table = projects(类型=["在建", "拟建"], 套数=[100, 100], 交付年份=[2027, 2028], 入住率=[None, "50%"])
    area = ahead(tmp_path, table, toml={"occupancy": [0.1, 0.9]})
    assert {2026: 100, 2027: 110, 2028: 100 + 90 + 50} == households(area, "u1")


def test_half_a_household_is_rounded_once_for_the_unit(tmp_path):
    area = ahead(tmp_path, projects(类型=["在建"] * 2, 套数=[255, 1], 交付年份=[2027, 2027]), toml={"occupancy": [0.6]})
    assert 100 + 154 == households(area, "u1")[2027]  # 153 + 0.6


def test_waiting_dwellings_begin_the_year_after_today_whatever_their_delivery(tmp_path):
    area = ahead(tmp_path, projects(类型=["待入住", "待入住"], 套数=[100, 100], 交付年份=[2024, None]))
    assert {2026: 100, 2027: 160, 2028: 220, 2029: 260} == households(area, "u1")


def test_demolition_takes_households_away_at_once(tmp_path):
    area = ahead(tmp_path, projects(类型=["拆迁", "在建"], 套数=[60, 100], 交付年份=[2028, 2027]))
    assert {2026: 100, 2027: 130, 2028: 100, 2029: 120} == households(area, "u1")


@pytest.mark.parametrize(
    "table", [projects(套数=[-60], 交付年份=[2028]), projects(类型=["征收"], 户数=[60], 年份=[2028])]
)
def test_negative_dwellings_and_households_of_a_demolition_are_taken_away(tmp_path, table):
    assert {2026: 100, 2027: 100, 2028: 40} == households(ahead(tmp_path, table), "u1")


def test_more_demolished_than_live_there_leaves_none_and_is_told(tmp_path):
    area = ahead(tmp_path, projects(类型=["拆迁"], 套数=[160], 交付年份=[2027]))
    assert {2026: 100, 2027: 0} == households(area, "u1")
    assert ["forecast below zero"] == found(area.problems, "warning")


def test_what_was_delivered_before_today_adds_only_who_moves_in_later(tmp_path):
    area = ahead(tmp_path, projects(类型=["在建"], 套数=[1000], 交付年份=[2026]))
    assert {2026: 100, 2027: 400, 2028: 600} == households(area, "u1")
    assert ["forecast year"] == found(area.problems, "warning")


def test_where_dwellings_are_counted_all_of_them_count_on_delivery(tmp_path):
    units = small_units().rename(columns={"households": "住宅套数"})
    table = projects(类型=["在建", "待入住"], 套数=[500, 90], 交付年份=[2028, 2026])
    area = ahead(tmp_path, table, units=units, rules={"measure": "住宅套数"})
    assert {2026: 100, 2027: 100, 2028: 600} == households(area, "u1")


def test_projects_with_names_of_their_own_count_in_the_community_they_name(tmp_path):
    table = pd.DataFrame(
        {"项目名称": ["锦绣城", "云庭"], "社区": ["乙社区"] * 2, "套数": [600, 400], "交付年份": [2027] * 2}
    )
    area = ahead(tmp_path, table, toml={"occupancy": [1.0]})
    assert [300 + 300, 700 + 700] == [*area.forecast.loc[["u3", "u7"], 2027]]
    assert ["forecast spread"] == found(area.problems, "warning")


def test_projects_of_a_community_are_spread_over_its_units(tmp_path):
    table = pd.DataFrame({"社区": ["乙社区"], "类型": ["在建"], "套数": [1000], "交付年份": [2027]})
    area = ahead(tmp_path, table, toml={"occupancy": [1.0]})
    assert [300 + 300, 700 + 700] == [*area.forecast.loc[["u3", "u7"], 2027]]


def test_counts_by_year_and_projects_may_come_in_two_files(tmp_path):
    wide = pd.DataFrame({"小区名称": ["2号院"], "2028": [260]})
    area = ahead(tmp_path, wide, projects(类型=["在建"], 套数=[100], 交付年份=[2027]))
    assert {2026: 200, 2027: 200, 2028: 260, 2029: 260} == households(area, "u2")
    assert {2026: 100, 2027: 130, 2028: 160, 2029: 180} == households(area, "u1")


# --- waiting households ---------------------------------------------------------------------------------------


def test_waiting_households_of_communities_are_spread_where_the_section_names_no_file(tmp_path):
    table = small_table().assign(待入住户=[0, 1000, None])
    area = ahead(tmp_path, households=table)
    assert [300 + 90, 700 + 210] == [*area.forecast.loc[["u3", "u7"], 2027]]
    assert [300 + 240, 700 + 560] == [*area.forecast.loc[["u3", "u7"], 2029]]
    (note,) = area.problems[area.problems["problem"] == "forecast assumes"]["detail"]
    assert "1,000 waiting households of 1 communities" in note


def test_waiting_households_do_not_count_beside_a_forecast_of_the_community(tmp_path):
    table = small_table().assign(待入住户=[0, 1000, None])
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u3"], "2027": [350]}), households=table)
    assert [350, 700] == [*area.forecast.loc[["u3", "u7"], 2027]]


def test_waiting_households_may_be_left_out(tmp_path):
    area = ahead(tmp_path, households=small_table().assign(待入住户=[0, 1000, 9]), toml={"waiting": False})
    assert area.forecast is None
    assert ["forecast without figures"] == found(area.problems)


def test_waiting_households_make_no_forecast_by_themselves(tmp_path):
    write_layers(tmp_path, units=small_units(), households=small_table().assign(待入住户=[0, 1000, 9]))
    assert read(tmp_path).forecast is None


# --- joins and faults -----------------------------------------------------------------------------------------


def refused(area: Area) -> dict[str, str]:
    """Errors of the forecast: name -> place."""
    assert area.forecast is None
    rows = area.problems[area.problems["severity"] == "error"]
    return dict(zip(rows["problem"], rows["source"], strict=True))


def test_rows_that_join_to_nothing_are_errors_with_their_cell(tmp_path):
    by_id = pd.DataFrame({"unit_id": ["u1", "u9"], "2030": [1, 2]})
    assert {"counts without shape": "forecast-0.xlsx Sheet1!A3"} == refused(ahead(tmp_path, by_id))


def test_a_name_that_is_not_there_is_an_error_and_not_guessed(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"小区名称": ["1号院", "11号院"], "2030": [1, 2]}))
    assert {"counts without shape": "forecast-0.xlsx Sheet1!A3"} == refused(area)


def test_an_unknown_community_comes_with_the_nearest_name(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"社区": ["甲路社区"], "2030": [1]}))
    assert {"counts without shape"} == set(refused(area))
    assert "甲社区" in area.problems["advice"].iloc[0]


def test_a_table_that_names_nothing_is_an_error(tmp_path):
    assert {"missing column": "forecast-0.xlsx Sheet1"} == refused(ahead(tmp_path, pd.DataFrame({"2030": [1]})))


@pytest.mark.parametrize(
    ("table", "name", "cell"),
    [
        (projects(类型=["商业"], 套数=[5], 交付年份=[2028]), "forecast kind", "B2"),
        (projects(类型=["在建"], 套数=[5], 交付年份=["待定"]), "forecast year", "D2"),
        (projects(类型=["在建"], 套数=[5], 交付年份=[2028], 入住率=["高"]), "bad value", "E2"),
        (pd.DataFrame({"unit_id": ["u1"], "2030": [-4]}), "negative count", "B2"),
        (pd.DataFrame({"unit_id": ["u1"], "年份": ["近期"], "户数": [4]}), "forecast year", "B2"),
        (pd.DataFrame({"unit_id": ["u1", "u1"], "2030": [4, 5]}), "forecast told twice", "A2:A3"),
        (pd.DataFrame({"unit_id": ["u1"] * 2, "年份": [2030] * 2, "户数": [4, 5]}), "forecast told twice", "B2:B3"),
    ],
)
def test_a_fault_of_the_forecast_is_told_with_its_cell(tmp_path, table, name, cell):
    assert {name: f"forecast-0.xlsx Sheet1!{cell}"} == refused(ahead(tmp_path, table))


@pytest.mark.parametrize(
    "second",
    [
        projects(类型=["在建"], 套数=[5], 交付年份=[2028]),
        pd.DataFrame({"社区": ["甲社区"], "类型": ["在建"], "套数": [5], "交付年份": [2028]}),
        pd.DataFrame({"社区": ["甲社区"], "2030": [2000]}),
    ],
)
def test_what_is_told_in_two_ways_is_an_error(tmp_path, second):
    first = pd.DataFrame({"小区名称": ["1号院"], "2030": [900]})
    assert {"forecast told twice"} == set(refused(ahead(tmp_path, first, second)))


def test_the_reconciliation_counts_the_rows_of_the_forecast(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"小区名称": ["1号院", "2号院"], "2030": [1, 2]}))
    (row,) = area.reconciliation[area.reconciliation["role"] == "forecast"].to_dict("records")
    assert ("name", 2, 2, 0, 6) == tuple(
        row[name] for name in ("joined_by", "rows_read", "matched", "unmatched_here", "unmatched_there")
    )


def test_the_file_of_the_forecast_is_among_the_inputs_and_its_columns_are_told(tmp_path):
    area = ahead(tmp_path, pd.DataFrame({"小区名称": ["1号院"], "2030年末户数": [1]}))
    assert "forecast-0.xlsx" in area.inputs
    told = area.columns[area.columns["section"] == "forecast"].set_index("theirs")["column"]
    assert "households_2030" == told["2030年末户数"]


# --- years ----------------------------------------------------------------------------------------------------


def test_the_base_year_is_that_of_the_date_of_the_area(tmp_path):
    sections = write_layers(tmp_path, units=small_units())
    write_sheet(pd.DataFrame({"unit_id": ["u1"], "2030": [900]}), tmp_path / "forecast.xlsx")
    area = {"name": "小区试点", "date": "2025-12-31"}
    write_toml(tmp_path, {"area": area, **sections, "forecast": {"path": "forecast.xlsx"}})
    assert [2025, 2030] == [*read(tmp_path).forecast.columns]


def test_without_a_base_year_it_is_asked_for(tmp_path):
    table = pd.DataFrame({"unit_id": ["u1"], "2030": [900]})
    assert {"no base year": ""} == refused(ahead(tmp_path, table, base=None))


def test_nothing_is_looked_at_after_the_horizon(tmp_path):
    area = ahead(tmp_path, projects(类型=["在建"], 套数=[100], 交付年份=[2028]), toml={"horizon": 2029})
    assert [2026, 2027, 2028, 2029] == [*area.forecast.columns]


@pytest.mark.parametrize("toml", [{"horizon": 2035}, {"horizon": 2026}, {"years": [2029]}])
def test_a_year_without_figures_cannot_be_the_horizon_nor_held(tmp_path, toml):
    area = ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2028": [1], "2030": [900]}), toml=toml)
    assert {"forecast year"} == set(refused(area))


@pytest.mark.parametrize("toml", [{"occupancy": [1.2]}, {"occupancy": []}, {"horizon": 30}])
def test_a_bad_value_of_the_section_is_refused(tmp_path, toml):
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"units": {"path": "units.gpkg"}, "forecast": toml})
    with pytest.raises(InputError):
        load_settings(tmp_path)
