"""The same small area, written in every format, is read to the same tables."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlwt
from pandas.testing import assert_frame_equal
from small_area import CRS, TOTALS, found, read, small_table, small_units, write_layers, write_toml

DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojson": "GeoJSON",
    "kml": "KML",
    "fgb": "FlatGeobuf",
    "mif": "MapInfo File",
    "tab": "MapInfo File",
    "gdb": "OpenFileGDB",
}


def write_units(units: gpd.GeoDataFrame, path: Path) -> None:
    """Write the units in the format that the name says; KML and GeoJSON are in degrees."""
    if path.suffix == ".parquet":
        units.to_parquet(path)
    elif path.suffix == ".shp":
        # a .dbf cuts column names at 10 bytes
        units.rename(columns={"subdistrict": "subdistric"}).to_file(path, driver="ESRI Shapefile", encoding="utf-8")
    elif path.suffix in (".kml", ".geojson"):
        units.to_crs("EPSG:4326").to_file(path, driver=DRIVERS[path.suffix[1:]])
    elif path.suffix == ".fgb":
        units.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")  # the index would put them into another order
    elif path.suffix == ".gdb":
        units.astype({"households": "int32", "population": "int32"}).to_file(path, driver="OpenFileGDB")
    else:
        units.to_file(path, driver=DRIVERS[path.suffix[1:]])


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "shp", "geojson", "kml", "fgb", "mif", "tab", "gdb"])
def test_units_of_every_layer_format_give_the_same_tables(tmp_path: Path, ending: str) -> None:
    write_units(small_units(), tmp_path / f"units.{ending}")
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "units": {"path": f"units.{ending}"}})
    area = read(tmp_path)
    expected = small_units().astype({"population": "Int64"}).assign(anchor=False).set_index("unit_id")
    columns = ["name", "households", "population", "community", "subdistrict", "anchor"]
    assert_frame_equal(expected[columns], pd.DataFrame(area.units[columns]))
    # degrees are written with so many digits that a corner moves by less than 1 mm; MapInfo's .tab has a grid of 1 cm
    moved = shapely.hausdorff_distance(expected.geometry.array, area.units.geometry.array)
    assert (moved < (0.02 if ending == "tab" else 1e-3)).all()
    assert [] == found(area.problems)


def write_table(table: pd.DataFrame, path: Path, encoding: str) -> None:
    """Write the table in the format that the name says."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, encoding=encoding)
    else:
        table.to_excel(path, index=False, engine="xlsxwriter")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("counts.xlsx", ""), ("counts.csv", "utf-8-sig"), ("counts.csv", "utf-8"), ("counts.csv", "gb18030")],
)
def test_tables_of_every_format_give_the_same_counts(tmp_path: Path, name: str, encoding: str) -> None:
    sections = write_layers(tmp_path, units=small_units().drop(columns=["households", "population"]))
    write_table(small_table(), tmp_path / name, encoding)
    write_toml(tmp_path, {**sections, "households": {"path": name}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [5.0, 4.0, 3.0] == area.communities["workers"].tolist()
    assert [] == found(area.problems)


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_an_old_workbook_is_read_with_its_merged_cells(tmp_path: Path, ending: str) -> None:
    sections = write_layers(tmp_path, units=small_units().drop(columns=["households", "population"]))
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("台账")
    sheet.write_merge(0, 0, 0, 3, "社区基本情况统计表")
    for row, cells in enumerate([list(small_table()), *small_table().to_numpy().tolist()], start=1):
        for column, cell in enumerate(cells):
            if (row, column) not in ((2, 0), (3, 0)):
                sheet.write(row, column, cell)
    sheet.write_merge(2, 3, 0, 0, "东街道")
    book.save(str(tmp_path / f"counts.{ending}"))
    write_toml(tmp_path, {**sections, "households": {"path": f"counts.{ending}"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [] == found(area.problems)


def test_the_attributes_of_a_layer_may_serve_as_the_table_of_counts(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units().drop(columns=["households", "population"]))
    small_units().to_file(tmp_path / "counts.gpkg")
    write_toml(tmp_path, {**sections, "households": {"path": "counts.gpkg"}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


def test_the_sheet_with_the_most_recognised_columns_is_read(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    with pd.ExcelWriter(tmp_path / "book.xlsx", engine="xlsxwriter") as book:
        pd.DataFrame({"说明": ["各社区户数见下一张表"]}).to_excel(book, sheet_name="说明", index=False)
        small_table().to_excel(book, sheet_name="台账", index=False)
    write_toml(tmp_path, {**sections, "households": {"path": "book.xlsx"}})
    assert "book.xlsx 台账" == read(tmp_path).reconciliation.loc[1, "source"]


def test_a_zipped_geopackage_is_read_where_it_lies(tmp_path: Path) -> None:
    small_units().to_file(tmp_path / "units.gpkg")
    with zipfile.ZipFile(tmp_path / "units.gpkg.zip", "w") as archive:
        archive.write(tmp_path / "units.gpkg", "units.gpkg")
    (tmp_path / "units.gpkg").unlink()
    write_toml(tmp_path, {"units": {"path": "units.gpkg.zip"}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_shapefile_without_cpg_is_read_in_the_encoding_that_fits(tmp_path: Path, encoding: str) -> None:
    units = small_units().rename(columns={"community": "社区", "subdistrict": "街道"})
    units.to_file(tmp_path / "units.shp", encoding=encoding)
    (tmp_path / "units.cpg").unlink()
    write_toml(tmp_path, {"units": {"path": "units.shp"}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


def test_a_layer_is_chosen_by_the_name_of_its_section(tmp_path: Path) -> None:
    small_units().to_file(tmp_path / "all.gpkg", layer="units")
    small_units().head(1).to_file(tmp_path / "all.gpkg", layer="old")
    write_toml(tmp_path, {"units": {"path": "all.gpkg"}})
    assert 8 == len(read(tmp_path).units)


def test_every_file_read_is_hashed_by_its_path_from_the_area_folder(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    small_units().rename(columns={"subdistrict": "街道"}).to_file(tmp_path / "maps" / "units.shp", encoding="utf-8")
    write_toml(tmp_path, {"units": {"path": "maps/units.shp"}})
    inputs = read(tmp_path).inputs
    expected = {"area.toml", *(f"maps/units.{ending}" for ending in ("shp", "dbf", "shx", "prj", "cpg"))}
    assert expected == set(inputs)
    assert {64} == {len(value) for value in inputs.values()}


def test_a_section_may_name_several_files_in_a_list_a_pattern_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "街道").mkdir()
    for name, half in {"东.gpkg": small_units().head(4), "西.gpkg": small_units().tail(4).to_crs("EPSG:4490")}.items():
        half.to_file(tmp_path / "街道" / name)
    for named in (["街道/东.gpkg", "街道/西.gpkg"], "街道/*.gpkg", "街道"):
        write_toml(tmp_path, {"units": {"path": named}})
        area = read(tmp_path)
        assert TOTALS == area.communities["households"].to_dict()
        assert {"area.toml", "街道/东.gpkg", "街道/西.gpkg"} == set(area.inputs)
        assert (abs(area.units.area - 10_000) < 1).all()


def test_a_fault_in_one_of_several_files_is_told_with_its_own_name_and_row(tmp_path: Path) -> None:
    small_units().head(4).to_file(tmp_path / "a.gpkg")
    small_units().tail(4).assign(households=[1, 2, -3, 4]).to_file(tmp_path / "b.gpkg")
    write_toml(tmp_path, {"units": {"path": "*.gpkg"}})
    problems = read(tmp_path).problems
    assert ["b.gpkg feature 3"] == problems.loc[problems["severity"] == "error", "source"].tolist()
