"""Several measures of households are kept apart; the one of the rule set is `households`."""

from pathlib import Path

from small_area import TOTALS, found, read, read_layers, small_table, small_units, unit_table, write_layers, write_toml


def test_measures_of_a_table_stand_beside_households(tmp_path: Path) -> None:
    table = small_table().assign(户籍户数=[1500, 1100, 1300], 住宅套数=[2000, None, 1700])
    communities = read_layers(tmp_path, units=small_units(), households=table).communities
    assert TOTALS == communities["households"].to_dict() == communities["resident_households"].to_dict()
    assert [1500, 1100, 1300] == communities["registered_households"].tolist()
    assert ([False, True, False], "Int64") == (
        communities["dwellings"].isna().tolist(),
        str(communities["dwellings"].dtype),
    )
    assert "occupied_households" not in communities


def test_measures_of_units_are_summed_into_communities(tmp_path: Path) -> None:
    units = small_units().assign(户籍户数=[10 * number for number in range(1, 9)])
    area = read_layers(tmp_path, units=units)
    assert [140, 100, 120] == area.communities["registered_households"].tolist()
    assert "resident_households" not in area.communities  # the heading `households` names no measure


def test_a_sum_with_an_uncounted_unit_is_not_known(tmp_path: Path) -> None:
    units = small_units().assign(住宅套数=[None, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0])
    dwellings = read_layers(tmp_path, units=units).communities["dwellings"]
    assert ([True, False, False], [100, 120]) == (dwellings.isna().tolist(), dwellings.dropna().tolist())


def test_measures_of_a_table_per_unit_are_summed_too(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=unit_table().assign(实有户=range(8)))
    assert [0 + 1 + 4 + 5, 2 + 6, 3 + 7] == area.communities["occupied_households"].tolist()


def test_a_bad_value_in_a_measure_that_is_not_in_use_is_a_warning(tmp_path: Path) -> None:
    table = small_table().assign(户籍户数=[1500, "很多", -3])
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert ([], ["not a number", "negative count"]) == (found(area.problems), found(area.problems, "warning"))
    assert [False, True, True] == area.communities["registered_households"].isna().tolist()


def test_the_error_of_an_absent_measure_names_those_that_are_there_and_how_to_settle_it(tmp_path: Path) -> None:
    units = small_units().rename(columns={"households": "户籍户数"}).assign(套数=1)
    error = read_layers(tmp_path, units=units).problems.iloc[0]
    assert (
        "No column was recognised as households, measure 常住户; measures found: 户籍户 (户籍户数), 住宅套数 (套数)."
        == (error["detail"])
    )
    assert 'measure = "户籍户" under [rules]' in error["advice"]
    assert 'households = "户籍户数" under [units]' in error["advice"]


def test_the_advice_for_an_absent_measure_works(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units().rename(columns={"households": "户籍户数"}))
    write_toml(tmp_path, {**sections, "rules": {"measure": "户籍户"}})
    area = read(tmp_path)
    assert ([], TOTALS) == (found(area.problems), area.communities["households"].to_dict())
    assert TOTALS == area.communities["registered_households"].to_dict()
