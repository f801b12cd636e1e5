"""Layer files as planners hold them: encodings, cut names, missing files, archives, several layers in one file."""

import sqlite3
import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_area import CRS, TOTALS, all_problems, found, read, small_communities, small_units, write_toml

from pipeline.read.layers.encodings import GB, UTF, Raw, decoded, encoding_of
from pipeline.read.layers.ogr import read_ogr

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from messy_layers import halves, write_dbf, write_shapefile

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30)


def read_shapefile(folder: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read units.shp of a folder; give the units and the problems."""
    write_toml(folder, {"units": {"path": "units.shp"}})
    area = read(folder)
    return area.units, area.problems


def told(problems: pd.DataFrame, name: str) -> list[tuple[str, str]]:
    """Give severity and detail of the problems of one name."""
    return list(problems.loc[problems["problem"] == name, ["severity", "detail"]].itertuples(index=False, name=None))


def the_refusal(folder: Path) -> dict[str, Any]:
    """Give the one error of an area, which is a file that cannot be used."""
    problems = all_problems(read(folder))
    assert ["unreadable file"] == found(problems)
    return problems.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("encoding", "cpg", "mark", "severity"),
    [
        ("gbk", "", 0, "note"),
        ("utf-8", "", 0, "note"),
        ("gbk", "OEM", 0, "note"),
        ("gbk", "", 0x57, "note"),
        ("gbk", "", 0x4D, None),
        ("gbk", "936", 0, None),
        ("gbk", "ANSI 936", 0, None),
        ("gbk", "GB2312", 0, None),
        ("utf-8", "UTF-8", 0, None),
        ("gbk", "UTF-8", 0, "warning"),
        ("gbk", "ISO-8859-1", 0, "warning"),
        ("utf-8", "GBK", 0, "warning"),
        ("utf-8", "", 0x4D, "warning"),
    ],
)
def test_a_shapefile_is_read_in_the_encoding_of_its_texts_whatever_it_says(
    tmp_path: Path, encoding: str, cpg: str, mark: int, severity: str | None
) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp", encoding, cpg)
    table = bytearray((tmp_path / "units.dbf").read_bytes())
    table[29] = mark
    (tmp_path / "units.dbf").write_bytes(table)
    units, problems = read_shapefile(tmp_path)
    assert small_units()["community"].tolist() == units["community"].tolist()
    assert small_units()["name"].tolist() == units["name"].tolist()
    chosen = problems[problems["problem"] == "encoding chosen"]
    assert ([severity] if severity else []) == chosen["severity"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_and_texts_cut_within_a_character_do_not_spoil_the_file(tmp_path: Path, encoding: str) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp", encoding, "")
    width = 11
    long = "恒昌店巷社区居委会"
    whole = long.encode(encoding)[:width].decode(encoding, "ignore")
    rows = [[f"u{n}".encode(), name.encode(encoding), b"100"] for n, name in enumerate([long, *["大召"] * 7])]
    fields = [(b"unit_id", "C", 5), ("x社区居委会名称".encode(encoding), "C", width), (b"hh", "N", 5)]
    write_dbf(tmp_path / "units.dbf", fields, rows)
    column = "x社区居" if encoding == "utf-8" else "x社区居委"
    write_toml(tmp_path, {"units": {"path": "units.shp", "community": column}})
    area = read(tmp_path)
    assert [whole, *["大召"] * 7] == area.units["community"].tolist()
    detail = f"1 texts of {column} fill the column and end within a character, which was left out."
    assert [("warning", detail)] == told(area.problems, "text cut")
    assert "units.shp feature 1" in area.problems["source"].tolist()


def test_columns_whose_names_are_cut_to_the_same_are_told_apart(tmp_path: Path) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp", "utf-8", "")
    names = ["社区居委会", "社区居民数"]
    write_dbf(
        tmp_path / "units.dbf",
        [(b"id", "C", 5), *((name.encode(), "C", 9) for name in names)],
        [[b"u%d" % number, "大召".encode(), b"7"] for number in range(8)],
    )
    write_toml(tmp_path, {"units": {"path": "units.shp", "community": "社区居", "households": "社区居(2)"}})
    units = read(tmp_path).units
    assert ({"大召"}, {7}) == (set(units["community"]), set(units["households"]))


def test_bytes_that_fit_no_encoding_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp", "gbk", "")
    rows = [[b"u%d" % number, "大召".encode("gbk")] for number in range(7)] + [[b"u7", b"\xff\xfe\xff"]]
    write_dbf(tmp_path / "units.dbf", [(b"unit_id", "C", 5), (b"community", "C", 20)], rows)
    units, problems = read_shapefile(tmp_path)
    assert 7 == (units["community"] == "大召").sum()
    assert [("warning", "1 texts of community are not GB18030; they hold � instead.")] == told(problems, "text broken")


@given(CHINESE, st.sampled_from([UTF, GB]), st.integers(4, 40))
def test_a_text_cut_at_any_byte_reads_as_its_beginning(text: str, encoding: str, width: int) -> None:
    cut = text.encode(encoding)[:width].decode("latin-1")
    read_back = decoded(Raw([cut], width), encoding)
    assert text.startswith(read_back.values[0])
    assert [] == read_back.broken


@given(st.lists(CHINESE, min_size=3))
def test_chinese_texts_tell_their_own_encoding(texts: list[str]) -> None:
    for encoding in (UTF, GB):
        raw = Raw([text.encode(encoding).decode("latin-1") for text in texts])
        assert texts == decoded(raw, encoding_of([raw], encoding)).values


def test_texts_of_another_script_are_read_as_the_file_says() -> None:
    for said, texts in (("iso8859-1", ["Réunion", "Saint-André"]), ("cp950", ["大同區", "國順里"])):
        raw = Raw([text.encode(said).decode("latin-1") for text in texts])
        assert said == encoding_of([raw], said)


def test_endings_in_capitals_and_of_mixed_case_are_read(tmp_path: Path) -> None:
    for endings in ((".SHP", ".DBF", ".SHX", ".PRJ", ".CPG"), (".shp", ".Dbf", ".SHX", ".prj", ".cpg")):
        folder = tmp_path / endings[1]
        folder.mkdir()
        write_shapefile(small_units(), folder / "units.shp")
        for ending in endings:
            (folder / f"units{ending.lower()}").rename(folder / f"units{ending}")
        write_toml(folder, {"units": {"path": f"units{endings[0]}"}})
        area = read(folder)
        assert TOTALS == area.communities["households"].to_dict()
        assert {"area.toml", *(f"units{ending}" for ending in endings)} == set(area.inputs)


def test_a_shapefile_without_its_dbf_is_told(tmp_path: Path) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp")
    (tmp_path / "units.dbf").unlink()
    _, problems = read_shapefile(tmp_path)
    assert ["warning"] == problems.loc[problems["problem"] == "missing companion", "severity"].tolist()
    assert "missing column" in found(problems)


def test_a_shapefile_without_its_prj_has_no_crs(tmp_path: Path) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp")
    (tmp_path / "units.prj").unlink()
    write_toml(tmp_path, {"units": {"path": "units.shp", "crs": CRS}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


def test_a_prj_with_chinese_names_in_gbk_is_read(tmp_path: Path) -> None:
    write_shapefile(small_units(), tmp_path / "units.shp")
    prj = (tmp_path / "units.prj").read_text("ascii").replace("CGCS2000_3_Degree_GK_CM_111E", "国家2000三度带")
    (tmp_path / "units.prj").write_bytes(prj.encode("gbk"))
    units, _ = read_shapefile(tmp_path)
    assert "国家2000三度带" == units.crs.name


def test_a_geopackage_that_is_still_open_elsewhere_is_read_whole_and_left_alone(tmp_path: Path) -> None:
    small_units().to_file(tmp_path / "units.gpkg")
    open_elsewhere = sqlite3.connect(tmp_path / "units.gpkg")
    open_elsewhere.execute("pragma journal_mode=wal")
    open_elsewhere.execute("create table waiting (value)")
    open_elsewhere.commit()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".gpkg-shm"}
    write_toml(tmp_path, {"units": {"path": "units.gpkg"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert before == {name: (tmp_path / name).read_bytes() for name in before}
    assert {"area.toml", "units.gpkg", "units.gpkg-wal"} == set(area.inputs)
    open_elsewhere.close()


def test_a_geojson_in_gbk_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "units.geojson").write_bytes(
        small_units().to_crs("EPSG:4326").to_json(ensure_ascii=False).encode("gbk")
    )
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "units": {"path": "units.geojson"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    detail = "The texts are GB18030, not UTF-8, and were read so."
    assert [("warning", detail)] == told(area.problems, "encoding chosen")


def test_curves_are_drawn_as_lines_and_told(tmp_path: Path) -> None:
    circle = "CURVEPOLYGON (CIRCULARSTRING (0 0, 4 0, 4 4, 0 4, 0 0))"
    (tmp_path / "round.csv").write_text(f'WKT,name\n"{circle}",a\n', "utf-8")
    table, rows = read_ogr(tmp_path / "round.csv", "round", "units", "round.csv")
    assert ["curves drawn as lines"] == [row["problem"] for row in rows]
    assert pytest.approx(shapely.Point(2, 2).buffer(8**0.5, 64).area, rel=0.01) == table.area.iloc[0]


def write_geodatabase(folder: Path, layers: dict[str, gpd.GeoDataFrame]) -> None:
    for name, table in layers.items():
        whole = table.astype({"households": "int32", "population": "int32"})
        whole.to_file(folder / "area.gdb", driver="OpenFileGDB", layer=name)


def test_a_geodatabase_with_a_layer_for_each_subdistrict_is_read_as_one_section(tmp_path: Path) -> None:
    east, west = (half.drop(columns="subdistrict") for half in halves())
    write_geodatabase(tmp_path, {"东街道": east, "西街道": west})
    write_toml(tmp_path, {"units": {"path": "area.gdb"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert ["东街道", "东街道", "西街道"] == area.communities["subdistrict"].tolist()
    detail = "2 layers, one for each subdistrict, are read together: 东街道, 西街道."
    assert [("note", detail)] == told(area.problems, "layers joined")
    inside = {name for name in area.inputs if name.startswith("area.gdb/")}
    assert len(inside) == len(area.inputs) - 1 > 5


def test_a_pattern_takes_several_layers_and_their_features_keep_their_numbers(tmp_path: Path) -> None:
    east, west = halves()
    east.to_file(tmp_path / "all.gpkg", layer="2025_east")
    west.assign(households=[400, -800]).to_file(tmp_path / "all.gpkg", layer="2025_west")
    small_units().to_file(tmp_path / "all.gpkg", layer="2020")
    write_toml(tmp_path, {"units": {"path": "all.gpkg"}})
    assert "layers (2025_east, 2025_west, 2020)" in (refusal := the_refusal(tmp_path))["detail"]
    assert 'Say which under [units], layer = "…"; a pattern such as "*街道" takes several.' == refusal["advice"]
    write_toml(tmp_path, {"units": {"path": "all.gpkg", "layer": "2025_*"}})
    area = read(tmp_path)
    assert 8 == len(area.units)
    errors = area.problems[area.problems["severity"] == "error"]
    assert ["all.gpkg 2025_west feature 2"] == errors["source"].tolist()


def test_the_only_layer_of_areas_is_taken_and_told(tmp_path: Path) -> None:
    small_units().to_file(tmp_path / "all.gpkg", layer="图斑")
    small_units().set_geometry(small_units().centroid).to_file(tmp_path / "all.gpkg", layer="中心")
    write_toml(tmp_path, {"units": {"path": "all.gpkg"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [("note", "Layer 图斑 is the only one with the right shapes.")] == told(area.problems, "layer chosen")


def zipped(path: Path, *inside: str) -> None:
    """Pack files of the folder of `path` under other paths, and remove them; `inside`: paths in the zip."""
    files = {file: Path(name).parent for name in inside for file in sorted(path.parent.glob(Path(name).name))}
    with zipfile.ZipFile(path, "w") as archive:
        for file, folder in files.items():
            archive.write(file, str(folder / file.name))
            file.unlink()


def test_several_zips_with_nested_folders_are_one_section(tmp_path: Path) -> None:
    for name, half in zip(("东", "西"), halves(), strict=True):
        write_shapefile(half, tmp_path / f"{name}.shp", "gbk", "")
        zipped(tmp_path / f"{name}.zip", f"成果/矢量/{name}.*")
    write_toml(tmp_path, {"units": {"path": "*.zip"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert {"area.toml", "东.zip", "西.zip"} == set(area.inputs)


def test_a_zip_with_layers_of_several_kinds_gives_each_section_its_own(tmp_path: Path) -> None:
    small_units().drop(columns=["community", "subdistrict"]).to_file(tmp_path / "units.gpkg")
    small_communities().to_file(tmp_path / "communities.gpkg")
    zipped(tmp_path / "all.zip", "a/units.gpkg", "b/communities.gpkg")
    write_toml(tmp_path, {"units": {"path": "all.zip"}, "communities": {"path": "all.zip"}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


def test_a_geodatabase_in_a_zip_is_read(tmp_path: Path) -> None:
    write_geodatabase(tmp_path, {"units": small_units()})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in (tmp_path / "area.gdb").iterdir():
            archive.write(file, f"成果/area.gdb/{file.name}")
    write_toml(tmp_path, {"units": {"path": "all.zip"}})
    assert TOTALS == read(tmp_path).communities["households"].to_dict()


def test_a_zip_without_layers_says_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("说明/readme.pdf", b"")
        archive.writestr("../../outside.rar", b"")
    write_toml(tmp_path, {"units": {"path": "all.zip"}})
    assert "It holds no layer file; in it: outside.rar, 说明/readme.pdf." == the_refusal(tmp_path)["detail"]


def test_what_is_said_of_a_broken_file_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "units.shp").write_bytes(b"no such file")
    write_toml(tmp_path, {"units": {"path": "units.shp"}})
    detail = "Its .shx is missing and cannot be made from the .shp: 'units.shp' not recognized as being in a supported"
    assert the_refusal(tmp_path)["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("name", "advice"), [("a.dwg", "DXF"), ("a.ovobj", "KML"), ("a.mxd", "map"), ("a.PDF", "draw")]
)
def test_a_file_of_a_kind_that_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, name: str, advice: str
) -> None:
    (tmp_path / name).write_bytes(b"\0")
    write_toml(tmp_path, {"units": {"path": name}})
    refusal = the_refusal(tmp_path)
    assert name == refusal["source"]
    assert advice in refusal["advice"]


def test_labels_that_are_nowhere_are_told_with_what_is_there(tmp_path: Path) -> None:
    small_communities()[["geometry"]].to_file(tmp_path / "all.gpkg", layer="communities")
    small_communities().set_geometry(small_communities().centroid).to_file(tmp_path / "all.gpkg", layer="标注")
    write_toml(tmp_path, {"communities": {"path": "all.gpkg", "labels": "注记"}})
    assert "layers: communities, 标注" in the_refusal(tmp_path)["detail"]
    write_toml(tmp_path, {"communities": {"path": "all.gpkg", "labels": "标注"}})
    assert list(TOTALS) == read(tmp_path).communities.index.tolist()
