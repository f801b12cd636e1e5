"""Every bad input is told with its file, sheet, row or feature and what to do; the raw files stay as they are."""

import hashlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, Polygon
from small_area import (
    all_problems,
    found,
    read,
    small_communities,
    small_table,
    small_units,
    unit_table,
    write_layers,
    write_sheet,
    write_toml,
)

from pipeline.errors import InputError, listed
from pipeline.rules import load_rules
from pipeline.settings import load_settings


def file_hashes(folder: Path) -> dict[str, str]:
    """Hash every file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def problems_of(folder: Path) -> pd.DataFrame:
    """Read and check an area; the folder must be the same before and after."""
    before = file_hashes(folder)
    problems = all_problems(read(folder))
    assert before == file_hashes(folder)
    return problems


def problems_with(folder: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> pd.DataFrame:
    """Write layers and tables, read and check them."""
    write_layers(folder, **layers)
    return problems_of(folder)


def the_error(problems: pd.DataFrame, name: str) -> dict[str, Any]:
    """Give the one error, which has this name."""
    assert [name] == found(problems), listed(problems)
    return problems.iloc[0].to_dict()


def test_a_sound_area_has_no_errors(tmp_path: Path) -> None:
    layers = {"units": small_units(), "communities": small_communities(), "households": small_table()}
    assert [] == found(problems_with(tmp_path, **layers))


def test_a_missing_file_is_told_with_the_files_that_are_there(tmp_path: Path) -> None:
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"units": {"path": "unit.gpkg"}})
    error = the_error(problems_of(tmp_path), "missing file")
    assert "There is no file unit.gpkg." == error["detail"]
    assert error["source"].endswith("unit.gpkg")
    assert "Mend path under [units] in area.toml; files there: units.gpkg." == error["advice"]


def test_a_table_of_another_district_is_told_row_by_row(tmp_path: Path) -> None:
    other = small_table().assign(街道="他街道", 社区名称=["庚社区", "辛社区", "壬社区"])
    problems = problems_with(tmp_path, units=small_units(), households=other)
    assert "counts without shape" in found(problems), listed(problems)
    assert "households.xlsx" in problems.iloc[0]["source"]


def test_a_missing_column_is_told_with_the_columns_that_are_there(tmp_path: Path) -> None:
    units = small_units().rename(columns={"unit_id": "schlüssel"})
    error = the_error(problems_with(tmp_path, units=units), "missing column")
    assert "units.gpkg" == error["source"]
    columns = "schlüssel, name, households, population, community, subdistrict"
    assert f"No column was recognised as unit_id; columns seen: {columns}." == error["detail"]
    assert 'write unit_id = "its name" under [units]' in error["advice"]


@pytest.mark.parametrize("column", ["households", "community", "subdistrict"])
def test_each_necessary_column_is_asked_for_by_name(tmp_path: Path, column: str) -> None:
    error = the_error(problems_with(tmp_path, units=small_units().drop(columns=column)), "missing column")
    assert column == error["id"]
    assert f"No column was recognised as {column}; columns seen: " in error["detail"]


def test_a_count_of_another_measure_is_not_taken_for_the_one_asked_for(tmp_path: Path) -> None:
    units = small_units().rename(columns={"households": "户籍户数"})
    error = the_error(problems_with(tmp_path, units=units), "missing column")
    assert ("households", True) == (error["id"], "户籍户数" in error["detail"])


def test_a_mapped_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"units": {"path": "units.gpkg", "households": "常住户"}})
    problems = problems_of(tmp_path)
    assert "missing column" == problems.loc[0, "problem"]
    assert "There is no column '常住户' for households; columns seen: unit_id, name" in problems.loc[0, "detail"]


def test_a_misspelt_key_of_a_section_is_told_with_the_nearest(tmp_path: Path) -> None:
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"units": {"path": "units.gpkg", "housholds": "households"}})
    error = the_error(problems_of(tmp_path), "unknown key")
    assert ("housholds is not a column of [units].", "Did you mean households?") == (error["detail"], error["advice"])


def test_an_unknown_preset_is_told_with_the_nearest(tmp_path: Path) -> None:
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"units": {"path": "units.gpkg"}, "rules": {"preset": "hohot-2023"}})
    with pytest.raises(InputError, match=r"no rule set named 'hohot-2023'. Did you mean hohhot-2023\?"):
        load_rules(load_settings(tmp_path).rules)


def test_a_layer_without_crs_is_told(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        write_layers(tmp_path, units=small_units().set_crs(None, allow_override=True))
    error = the_error(problems_of(tmp_path), "no CRS")
    assert ("units", "units.gpkg") == (error["layer"], error["source"])
    assert 'Add crs = "EPSG:…" under [units]' in error["advice"]


def test_the_crs_of_a_section_mends_a_layer_without_one(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        write_layers(tmp_path, units=small_units().set_crs(None, allow_override=True))
    write_toml(tmp_path, {"units": {"path": "units.gpkg", "crs": "EPSG:4546"}})
    assert [] == found(problems_of(tmp_path))


@pytest.mark.parametrize(("crs", "problem"), [("EPSG:99999999", "unknown CRS"), ("EPSG:4490", "CRS not in metres")])
def test_a_working_crs_that_cannot_be_used_is_told(tmp_path: Path, crs: str, problem: str) -> None:
    write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"area": {"name": "小区", "crs": crs}, "units": {"path": "units.gpkg"}})
    error = the_error(problems_of(tmp_path), problem)
    assert crs in error["detail"]


def test_an_empty_layer_is_told(tmp_path: Path) -> None:
    error = the_error(problems_with(tmp_path, units=small_units().head(0)), "empty layer")
    assert ("units.gpkg", "The layer is empty.") == (error["source"], error["detail"])


def test_an_empty_table_is_told(tmp_path: Path) -> None:
    error = the_error(problems_with(tmp_path, units=small_units(), households=small_table().head(0)), "empty layer")
    assert ("households.xlsx Sheet1", "The table is empty.") == (error["source"], error["detail"])


@pytest.mark.parametrize(("role", "name"), [("units", "units.gpkg"), ("households", "households.xlsx")])
def test_a_file_that_is_not_what_its_name_says_is_told(tmp_path: Path, role: str, name: str) -> None:
    write_layers(tmp_path, units=small_units(), households=small_table())
    (tmp_path / name).write_text("this is no such file", "utf-8")
    error = the_error(problems_of(tmp_path), "unreadable file")
    assert (role, name) == (error["layer"], error["source"])


def test_duplicate_unit_ids_are_told_with_their_features(tmp_path: Path) -> None:
    units = small_units()
    units.loc[[1, 5], "unit_id"] = "u1"
    error = the_error(problems_with(tmp_path, units=units), "duplicate unit ids")
    assert ("u1", "unit_id u1 stands at features 1, 2, 6.") == (error["id"], error["detail"])


def test_a_repeated_unit_in_a_table_is_told_with_its_rows(tmp_path: Path) -> None:
    table = unit_table()
    table.loc[2, "小区编号"] = "u1"
    problems = problems_with(tmp_path, units=small_units(), households=table)
    assert ["duplicate unit ids", "household totals differ"] == found(problems)
    assert ("u1", "households.xlsx Sheet1!A2, A4") == tuple(problems.loc[0, ["id", "source"]])


def test_a_negative_count_of_a_layer_is_told_with_its_feature(tmp_path: Path) -> None:
    units = small_units()
    units.loc[2, "households"] = -5
    error = the_error(problems_with(tmp_path, units=units), "negative count")
    assert ("u3", "units.gpkg feature 3") == (error["id"], error["source"])
    assert "households is negative (found: -5)." == error["detail"]


@pytest.mark.parametrize(
    ("value", "problem", "detail"),
    [
        (-5, "negative count", "households is negative (found: -5)."),
        ("约三百", "not a number", "households is not a number (found: '约三百')."),
        (10.5, "fractional count", "households is not a whole number (found: 10.5)."),
        (None, "blank count", "households is blank."),
    ],
)
def test_a_bad_count_of_a_table_is_told_with_its_cell(tmp_path: Path, value: object, problem: str, detail: str) -> None:
    table = small_table().astype({"常住户数": "object"})
    table.loc[1, "常住户数"] = value
    problems = problems_with(tmp_path, units=small_units().drop(columns=["households"]), households=table)
    row = problems[problems["problem"] == problem].iloc[0]
    assert ("error", "乙社区", "households.xlsx Sheet1!C3") == (row["severity"], row["id"], row["source"])
    assert detail == row["detail"]


def test_a_bad_count_of_a_csv_is_told_with_its_cell(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    table = unit_table().astype({"常住户": "object"})
    table.loc[3, "常住户"] = "四百"
    write_sheet(table, tmp_path / "counts.csv")
    write_toml(tmp_path, {**sections, "households": {"path": "counts.csv"}})
    error = the_error(problems_of(tmp_path), "not a number")
    assert ("u4", "counts.csv!B5") == (error["id"], error["source"])


def test_a_count_that_is_no_number_in_a_layer_is_told_with_its_feature(tmp_path: Path) -> None:
    units = small_units().astype({"households": "str"})
    units.loc[6, "households"] = "七百"
    error = the_error(problems_with(tmp_path, units=units), "not a number")
    assert ("u7", "units.gpkg feature 7") == (error["id"], error["source"])


def test_units_without_community_are_told_with_their_features(tmp_path: Path) -> None:
    units = small_units()
    units.loc[[3, 7], "community"] = None
    error = the_error(problems_with(tmp_path, units=units), "units without community")
    assert ("2 units have no community: features 4 (u4), 8 (u8).", "units.gpkg") == (error["detail"], error["source"])


def test_a_community_in_two_subdistricts_is_told_with_both(tmp_path: Path) -> None:
    units = small_units()
    units.loc[0, "subdistrict"] = "西街道"
    error = the_error(problems_with(tmp_path, units=units), "community in two subdistricts")
    assert "甲社区" == error["id"]
    assert "Community 甲社区 lies in 2 subdistricts: 西街道 (in [units]); 东街道 (in [units])." == error["detail"]


def test_a_subdistrict_that_table_and_layer_tell_differently_is_told_with_both(tmp_path: Path) -> None:
    table = small_table().replace({"街道": {"西街道": "东街道"}})
    error = the_error(problems_with(tmp_path, units=small_units(), households=table), "community in two subdistricts")
    assert "Community 丙社区 lies in 2 subdistricts: 西街道 (in [units]); 东街道 (in [households])." == error["detail"]


def test_counts_without_shape_are_told_with_their_row_and_households(tmp_path: Path) -> None:
    table = pd.concat([small_table(), small_table().tail(1).assign(社区名称="丁社区", 常住户数=777)], ignore_index=True)
    problems = problems_with(tmp_path, units=small_units(), households=table)
    assert ["counts without shape", "household totals differ"] == found(problems)
    assert ("丁社区", "households.xlsx Sheet1!B5") == tuple(problems.loc[0, ["id", "source"]])
    expected = "4377 households are in the table, 3600 arrived at the shapes; 777 are in rows without shape."
    assert expected == problems.loc[1, "detail"]


def test_counts_of_a_unit_without_shape_are_told_with_their_row(tmp_path: Path) -> None:
    problems = problems_with(tmp_path, units=small_units().iloc[:7], households=unit_table())
    assert ["counts without shape", "household totals differ"] == found(problems)
    assert ("u8", "households.xlsx Sheet1!A9") == tuple(problems.loc[0, ["id", "source"]])


def test_counts_of_a_community_that_has_a_polygon_but_no_units_are_told(tmp_path: Path) -> None:
    units = small_units()
    units = units[units["community"] != "丙社区"]
    layers = {"communities": small_communities(), "households": small_table()}
    problems = problems_with(tmp_path, units=units, **layers)
    assert ["counts without shape", "household totals differ"] == found(problems)
    assert "The community has a polygon but no units" in problems.loc[0, "detail"]


def test_shapes_without_counts_are_told_with_their_features(tmp_path: Path) -> None:
    units = small_units().drop(columns=["households", "population"])
    error = the_error(problems_with(tmp_path, units=units, households=small_table().head(2)), "shapes without counts")
    assert ("2 units in 1 communities have no count: 丙社区.", "units.gpkg features 4, 8") == (
        error["detail"],
        error["source"],
    )


def test_a_blank_count_of_a_unit_is_told_with_its_feature(tmp_path: Path) -> None:
    units = small_units().astype({"households": "Int64"})
    units.loc[4, "households"] = pd.NA
    error = the_error(problems_with(tmp_path, units=units), "shapes without counts")
    assert ("u5", "units.gpkg feature 5") == (error["id"], error["source"])


def test_shapes_that_are_no_areas_are_told_with_their_features(tmp_path: Path) -> None:
    units = small_units()
    west, south, _, _ = units.total_bounds
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    units.loc[0, "geometry"] = Polygon([(x + west, y + south) for x, y in bow.exterior.coords])
    units.loc[1, "geometry"] = Point(west, south)
    units.loc[2, "geometry"] = None
    problems = problems_with(tmp_path, units=units)
    assert ["no shape", "not a polygon", "invalid shape"] == found(problems)
    listed_features = problems.loc[problems["severity"] == "error", "detail"].str.extract(r"features (.*?)\.$")[0]
    assert ["3 (u3)", "2 (u2)", "1 (u1)"] == listed_features.tolist()


def test_a_layer_where_a_table_is_wanted_says_where_it_belongs(tmp_path: Path) -> None:
    write_sheet(small_table(), tmp_path / "communities.xlsx")
    write_toml(tmp_path, {"communities": {"path": "communities.xlsx"}})
    error = the_error(problems_of(tmp_path), "unreadable file")
    assert "a table of counts belongs under [households]" in error["detail"]


def test_faults_of_several_files_are_told_in_one_go(tmp_path: Path) -> None:
    units = small_units()
    units.loc[1, "unit_id"] = "u1"
    units.loc[2, "households"] = -1
    units.loc[3, "community"] = ""
    units.loc[4, "subdistrict"] = "西街道"
    table = small_table().astype({"常住户数": "object"})
    table.loc[0, "常住户数"] = "很多"
    sections = write_layers(tmp_path, units=units, households=table)
    write_toml(tmp_path, {**sections, "roads": {"path": "roads.gpkg"}})
    problems = problems_of(tmp_path)
    expected = {
        *("duplicate unit ids", "negative count", "units without community", "community in two subdistricts"),
        *("not a number", "missing file"),
    }
    assert expected <= set(found(problems))
    message = str(InputError(problems))
    for part in ("u1", "units.gpkg feature 3", "households.xlsx Sheet1!C2", "roads.gpkg", "甲社区"):
        assert part in message


def test_many_faults_of_one_kind_share_a_row_that_names_every_place(tmp_path: Path) -> None:
    table = pd.DataFrame({"unit_id": [f"x{number}" for number in range(100)], "户数": "很多"})
    problems = problems_with(tmp_path, units=small_units(), households=table)
    row = problems[problems["problem"] == "not a number"]
    assert ["households.xlsx Sheet1!B2:B101"] == row["source"].tolist()
    assert "100 times" in row["detail"].iloc[0]


def test_an_area_toml_saved_in_another_encoding_is_told_how_to_save_it(tmp_path):
    (tmp_path / "area.toml").write_bytes('[area]\nname = "示例区"\n'.encode("gb18030"))
    with pytest.raises(InputError, match=r"not UTF-8.*Save it as UTF-8"):
        load_settings(tmp_path)


def test_unknown_sections_are_told_in_the_order_of_the_file(tmp_path):
    names = ["zeta", "beta", "gamma", "alpha", "delta"]
    write_toml(tmp_path, {"units": {"path": "units.gpkg"}, **{name: {"path": "x"} for name in names}})
    with pytest.raises(InputError) as raised:
        load_settings(tmp_path)
    assert names == raised.value.problems["layer"].tolist()


def test_a_setting_that_is_no_finite_number_is_refused(tmp_path: Path) -> None:
    write_layers(tmp_path, units=small_units())
    with (tmp_path / "area.toml").open("a", encoding="utf-8") as file:
        file.write("\n[repair]\ngap_m = inf\n")
    with pytest.raises(InputError, match="finite number"):
        load_settings(tmp_path)


def test_a_key_that_is_not_known_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    write_toml(tmp_path, {"units": {"path": "units.gpkg"}, "solve": {"second": 5}, "repair": {"colour": 1}})
    with pytest.raises(InputError) as raised:
        load_settings(tmp_path)
    told = raised.value.problems.set_index("layer")
    assert "[solve] has no key second." == told.loc["solve", "detail"]
    assert "Did you mean seconds?" == told.loc["solve", "advice"]
    assert told.loc["repair", "advice"].startswith("Known keys: enabled, snap_m, ")


def test_a_date_and_a_code_without_quotes_are_taken_as_written(tmp_path: Path) -> None:
    text = '[area]\nname = "区"\ndate = 2026-03-31\ncode = 150104\n[units]\npath = "units.gpkg"\n'
    (tmp_path / "area.toml").write_text(text, "utf-8")
    area = load_settings(tmp_path).area
    assert ("2026-03-31", "150104") == (area.date, area.code)
