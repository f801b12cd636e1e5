"""Looking ahead: sums by year, the year in which a limit is passed, what a plan must hold."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_area import read, small_communities, small_units, square, write_layers, write_sheet, write_toml

from pipeline.forecast import follow_units, forecast_plans, households_by_year, must_hold, status_by_year, triggers
from pipeline.results import Area
from pipeline.rules import load_rules, status_of
from pipeline.schema import WITHIN, columns

RULES = load_rules()  # 1000 to 3000, split over 4000, merge under 1000
LAW = load_rules({"merge_under": 800})


def years(*counts: int) -> pd.DataFrame:
    """One community, 2026 and the years after it."""
    return pd.DataFrame({2026 + number: [count] for number, count in enumerate(counts)}, index=["甲"])


def trigger(*counts: int, rules=RULES) -> tuple[object, str, str]:
    year, name, sentence = triggers(years(*counts), rules).iloc[0]
    return (None if pd.isna(year) else int(year)), name, sentence


# --- when a limit is passed -----------------------------------------------------------------------------------


def test_a_community_that_grows_over_the_upper_limit_is_triggered_in_that_year():
    assert (2028, "upper", "2028年起超过3000户") == trigger(2800, 3000, 3001, 3500)


def test_a_community_that_shrinks_names_both_limits_of_one_value():
    assert (2027, "lower, merge_under", "2027年起不足1000户（合并线）") == trigger(1000, 999)


def test_limits_of_different_values_are_passed_one_after_the_other():
    assert (2027, "lower", "2027年起不足1000户，2028年起不足800户（合并线）") == trigger(1000, 900, 700, rules=LAW)


def test_a_community_over_the_limit_today_is_triggered_by_the_limit_to_act():
    assert (2028, "split_over", "2028年起超过4000户（拆分线）") == trigger(3500, 4000, 4001)


def test_both_limits_may_be_passed_at_once():
    assert (2027, "upper, split_over") == trigger(2000, 4100)[:2]


def test_a_limit_that_is_passed_for_some_years_only_says_which():
    assert (2027, "upper", "2027—2028年超过3000户") == trigger(2900, 3100, 3100, 2900)
    assert (2027, "upper", "2027年超过3000户") == trigger(2900, 3100, 2900, 2900)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((2000, 2100), "至2027年均在1000—3000户之内"),
        ((900, 950), "现已不足1000户（合并线），至2027年仍在设置标准之外"),
        ((4500, 4100), "现已超过4000户（拆分线），至2027年仍在设置标准之外"),
        ((3500, 2900), "现已超过3000户，2027年起回到设置标准之内"),
        ((900, 1100, 900), "现已不足1000户（合并线），2027年回到设置标准之内"),
    ],
)
def test_a_community_that_passes_no_limit_says_how_it_stands(counts, sentence):
    assert (None, "", sentence) == trigger(*counts)


@given(st.lists(st.integers(0, 6000), min_size=2, max_size=6))
def test_a_community_within_the_limits_is_triggered_in_the_first_year_that_it_is_not(counts):
    status = status_of(pd.Series(counts), RULES).tolist()
    if status[0] == WITHIN:
        first = next((2026 + number for number, band in enumerate(status) if band != WITHIN), None)
        assert first == trigger(*counts)[0]


# --- plans ----------------------------------------------------------------------------------------------------


def area_ahead(folder: Path, table: pd.DataFrame, **section: object) -> Area:
    """Read the small area with a forecast."""
    sections = write_layers(folder, units=small_units())
    write_sheet(table, folder / "forecast.xlsx")
    write_toml(folder, {**sections, "forecast": {"path": "forecast.xlsx", "base": 2026, **section}})
    return read(folder)


@pytest.fixture
def area(tmp_path: Path) -> Area:
    """u1 (甲社区, 100 households) grows to 3000, u4 (丙社区) empties."""
    return area_ahead(tmp_path, pd.DataFrame({"unit_id": ["u1", "u4"], "2028": [3000, 300], "2030": [3000, 0]}))


def test_households_of_a_plan_are_the_sums_of_its_units_in_every_year(area):
    sums = households_by_year(area.forecast, area.units["community"])
    assert {2026: 1400, 2028: 4300, 2030: 4300} == sums.loc["甲社区"].to_dict()
    assert {"甲社区": "far_over", "乙社区": "within", "丙社区": "within"} == status_by_year(sums, RULES)[2028].to_dict()


def test_today_and_every_plan_are_looked_at_year_by_year(area):
    moved = area.units["community"].where(area.units.index != "u1", "乙社区")
    table = forecast_plans(area, {"principle": area.units["community"], "compliance": moved})
    assert [name for name in table if isinstance(name, str)] == columns("forecast.csv")
    assert [2026, 2028, 2030] == [*table.columns[3:6]]
    found = table.set_index(["strategy", "community"])["trigger_year"].dropna().to_dict()
    assert {
        ("today", "甲社区"): 2028,
        ("today", "丙社区"): 2030,
        ("principle", "甲社区"): 2028,
        ("principle", "丙社区"): 2030,
        ("compliance", "乙社区"): 2028,
        ("compliance", "丙社区"): 2030,
    } == found


def test_the_first_year_of_a_plan_is_what_its_units_count_today(area):
    table = forecast_plans(area, {}).set_index("community")
    assert area.units.groupby("community")["households"].sum().to_dict() == table[2026].to_dict()


def test_without_a_forecast_there_is_nothing_to_look_at(tmp_path):
    write_layers(tmp_path, units=small_units())
    area = read(tmp_path)
    assert (None, None) == (forecast_plans(area, {}), must_hold(area))


# --- what a plan must hold ------------------------------------------------------------------------------------


def test_a_plan_need_not_hold_later_unless_it_is_asked_for(area):
    assert must_hold(area) is None


def test_the_horizon_is_held_when_no_years_are_named(tmp_path):
    area = area_ahead(tmp_path, pd.DataFrame({"unit_id": ["u1"], "2028": [5], "2030": [9]}), hold=True)
    assert [2030] == [*must_hold(area).columns]
    assert 9 == must_hold(area).loc["u1", 2030]


def test_the_years_that_are_named_are_held(tmp_path):
    table = pd.DataFrame({"unit_id": ["u1"], "2028": [5], "2029": [7], "2030": [9]})
    area = area_ahead(tmp_path, table, hold=True, years=[2030, 2028])
    assert [2028, 2030] == [*must_hold(area).columns]
    assert [*area.units.index] == [*must_hold(area).index]


# --- units that are made --------------------------------------------------------------------------------------


def test_the_forecast_follows_communities_that_are_divided_into_units(tmp_path):
    sections = write_layers(tmp_path, communities=small_communities().assign(households=[1000, 100, 10]))
    write_sheet(pd.DataFrame({"社区": ["甲社区"], "2030": [3001]}), tmp_path / "forecast.xlsx")
    write_toml(tmp_path, {**sections, "forecast": {"path": "forecast.xlsx", "base": 2026}})
    whole = read(tmp_path)
    units = small_units().set_index("unit_id").assign(households=[100, 200, 60, 5, 300, 400, 40, 5])
    divided = follow_units(replace(whole, units=units), whole)
    assert [*units["households"]] == [*divided.forecast[2026]]
    sums = divided.forecast.groupby(units["community"]).sum()
    assert {"甲社区": 3001, "乙社区": 100, "丙社区": 10} == sums[2030].to_dict()


def test_units_that_stay_keep_their_forecast(area):
    same = replace(area, units=area.units.assign(geometry=square(0, 0)))
    assert follow_units(same, area).forecast is area.forecast
