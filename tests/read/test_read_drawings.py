"""Drawings hold areas, lines and texts together: KML with its folders, DXF with its CAD layers."""

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from small_area import CRS, SUBDISTRICT, TOTALS, all_problems, found, read, small_communities, small_units, write_toml

sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from messy_layers import Points, dxf, hatch, lwpolyline, text


def told(problems: pd.DataFrame, name: str) -> list[tuple[str, str]]:
    """Give severity and detail of the problems of one name."""
    return list(problems.loc[problems["problem"] == name, ["severity", "detail"]].itertuples(index=False, name=None))


# --- KML ------------------------------------------------------------------------------------------------------


def units_in_degrees() -> gpd.GeoDataFrame:
    return small_units().to_crs("EPSG:4326")


def ring(points: Sequence[tuple[float, float]]) -> str:
    coordinates = " ".join(f"{x:.9f},{y:.9f},0" for x, y in points)
    return f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"


def polygon(points: Sequence[tuple[float, float]]) -> str:
    return f"<Polygon><outerBoundaryIs>{ring(points)}</outerBoundaryIs></Polygon>"


def placemark(name: str, shape: str, told: str = "") -> str:
    return f"<Placemark><name>{name}</name>{told}{shape}</Placemark>"


def folder(name: str, *inside: str) -> str:
    return f"<Folder><name>{name}</name>{''.join(inside)}</Folder>"


def kml(*inside: str, encoding: str = "UTF-8") -> bytes:
    body = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>玉泉</name>{"".join(inside)}</Document></kml>'
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode("gb18030" if encoding != "UTF-8" else "utf-8")


def unit_marks(told: str) -> list[str]:
    """Write a Placemark for each unit; `told` is formatted with its households and its unit_id."""
    marks = []
    for unit in units_in_degrees().itertuples():
        what = told.format(unit.households, unit.unit_id)
        marks.append(placemark(unit.name, polygon(list(unit.geometry.exterior.coords)), what))
    return marks


def in_folders(marks: list[str]) -> list[str]:
    """Put the Placemarks into a folder for each community within one for each subdistrict."""
    communities = small_units()["community"].tolist()
    return [
        folder(
            subdistrict,
            *(
                folder(name, *(mark for mark, of in zip(marks, communities, strict=True) if of == name))
                for name, parent in SUBDISTRICT.items()
                if parent == subdistrict
            ),
        )
        for subdistrict in ("东街道", "西街道")
    ]


def write_kml_area(tmp_path: Path, content: bytes, name: str = "units.kml", **keys: str) -> None:
    (tmp_path / name).write_bytes(content)
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "units": {"path": name, "unit_id": "编号", **keys}})


PAIRS = '<Data name="户数"><value>{0}</value></Data><Data name="编号"><value>{1}</value></Data>'
DATA = f"<ExtendedData>{PAIRS}</ExtendedData>"
FIELDS = '<SimpleData name="户数">{0}</SimpleData><SimpleData name="编号">{1}</SimpleData>'
SCHEMA_DATA = f'<ExtendedData><SchemaData schemaUrl="#S">{FIELDS}</SchemaData></ExtendedData>'
CELLS = "<tr><td>户数</td><td>{0}</td></tr><tr><td>编号</td><td>{1}</td></tr>"
HTML = f"<description><![CDATA[<html><table><tr><td>属性</td></tr>{CELLS}</table></html>]]></description>"


@pytest.mark.parametrize("data", [DATA, SCHEMA_DATA, HTML])
def test_folders_of_a_kml_are_read_together_and_tell_the_parents(tmp_path: Path, data: str) -> None:
    write_kml_area(tmp_path, kml(*in_folders(unit_marks(data))))
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert SUBDISTRICT == area.communities["subdistrict"].to_dict()
    assert (abs(area.units.area - 10_000) < 1).all()
    listed = "东街道/甲社区, 东街道/乙社区, 西街道/丙社区"
    detail = f"3 folders are read together: {listed}; column folder names them."
    assert [("note", detail)] == told(area.problems, "layers joined")
    assert [] == found(all_problems(area))


def test_a_kmz_is_read_as_the_kml_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "units.kmz", "w") as archive:
        archive.writestr("doc.kml", kml(*in_folders(unit_marks(DATA))))
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "units": {"path": "units.kmz", "unit_id": "编号"}})
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert ["units.kmz"] == area.reconciliation["source"].tolist()


def test_a_kml_of_ovital_in_gb2312_is_read_and_told(tmp_path: Path) -> None:
    content = kml(*in_folders(unit_marks(DATA)), encoding="GB2312")
    write_kml_area(tmp_path, content, "units.ovkml")
    area = read(tmp_path)
    assert TOTALS == area.communities["households"].to_dict()
    assert [("warning", "The texts are GB18030, not UTF-8, and were read so.")] == told(
        area.problems, "encoding chosen"
    )


def test_one_folder_of_a_kml_is_taken_by_the_name_of_the_section_or_of_its_key_layer(tmp_path: Path) -> None:
    marks = unit_marks(DATA)
    old = folder("旧方案", *marks[:2])
    write_kml_area(tmp_path, kml(old, folder("单元", *marks)), community="社区")
    assert 8 == len(read(tmp_path).units)
    write_kml_area(tmp_path, kml(old, folder("新方案", *marks)), layer="新*")
    assert 8 == len(read(tmp_path).units)
    write_kml_area(tmp_path, kml(old, folder("新方案", *marks)), layer="定稿")
    problems = all_problems(read(tmp_path))
    assert ["There is no folder '定稿'; folders: 旧方案 (2), 新方案 (8)."] == problems.loc[:0, "detail"].tolist()


def test_lines_and_points_between_the_areas_of_a_kml_are_left_out_and_told(tmp_path: Path) -> None:
    road = placemark("路", "<LineString><coordinates>111.6,40.8 111.7,40.9</coordinates></LineString>")
    point = placemark("", "<Point><coordinates>111.6,40.8</coordinates></Point>")
    write_kml_area(tmp_path, kml(*unit_marks(DATA), road, point))
    problems = read(tmp_path).problems
    left = problems[problems["problem"] == "features left out"]
    assert ["units.kml features 9–10"] == left["source"].tolist()
    assert "1 LineString, 1 Point" in left["detail"].iloc[0]


def test_a_ring_of_a_kml_that_is_not_closed_is_closed_and_told_and_so_is_a_closed_line(tmp_path: Path) -> None:
    shapes = [list(shape.exterior.coords) for shape in units_in_degrees().geometry]
    track = " ".join(f"{x:.9f},{y:.9f}" for x, y in shapes[1])
    marks = unit_marks(DATA)
    marks[0] = marks[0].replace(ring(shapes[0]), ring(shapes[0][:-1]))
    marks[1] = marks[1].replace(polygon(shapes[1]), f"<LineString><coordinates>{track}</coordinates></LineString>")
    write_kml_area(tmp_path, kml(*marks))
    area = read(tmp_path)
    assert (abs(area.units.area - 10_000) < 1).all()
    closed = area.problems[area.problems["problem"] == "outlines closed"]
    assert [("warning", "units.kml feature 1"), ("note", "units.kml feature 2")] == list(
        closed[["severity", "source"]].itertuples(index=False, name=None)
    )


def test_named_points_of_a_kml_name_the_areas_around_them(tmp_path: Path) -> None:
    communities = small_communities().to_crs("EPSG:4326")
    shapes = [placemark("", polygon(list(shape.exterior.coords))) for shape in communities.geometry]
    points = [
        placemark(name, f"<Point><coordinates>{shape.centroid.x},{shape.centroid.y}</coordinates></Point>")
        for name, shape in zip(communities["community"], communities.geometry, strict=True)
    ]
    (tmp_path / "all.kml").write_bytes(kml(folder("图斑", *shapes), folder("标签", *points)))
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "communities": {"path": "all.kml"}})
    assert list(TOTALS) == read(tmp_path).communities.index.tolist()


def test_points_of_a_kml_in_place_of_areas_are_refused(tmp_path: Path) -> None:
    point = "<Point><coordinates>111.6,40.8</coordinates></Point>"
    (tmp_path / "all.kml").write_bytes(kml(*(placemark(name, point) for name in TOTALS)))
    write_toml(tmp_path, {"area": {"name": "小区", "crs": CRS}, "communities": {"path": "all.kml"}})
    problems = read(tmp_path).problems
    refused = problems[problems["problem"] == "not a polygon"]
    assert ["all.kml features 1–3"] == refused["source"].tolist()


def test_a_polygon_with_a_hole_and_a_shape_of_two_parts_stay_so(tmp_path: Path) -> None:
    outer, inner = [(111.0, 40.0), (112.0, 40.0), (112.0, 41.0), (111.0, 40.0)], [(111.5, 40.2), (111.6, 40.2)]
    hole = f"<innerBoundaryIs>{ring([*inner, (111.6, 40.3), inner[0]])}</innerBoundaryIs>"
    holed = polygon(outer).replace("</Polygon>", hole + "</Polygon>")
    apart = polygon([(x + 2, y) for x, y in outer])
    write_kml_area(
        tmp_path, kml(placemark("a", f"<MultiGeometry>{holed}{apart}</MultiGeometry>", DATA.format(1, "u1")))
    )
    shape = read(tmp_path).units.geometry.iloc[0]
    assert (2, 1) == (len(shape.geoms), len(shape.geoms[0].interiors))


# --- DXF ------------------------------------------------------------------------------------------------------


def squares() -> list[Points]:
    return [list(shape.exterior.coords)[:-1] for shape in small_communities().geometry]


def outlines(layers: Sequence[str]) -> list[str]:
    return [lwpolyline(points, layer, closed=True) for points, layer in zip(squares(), layers, strict=True)]


def names(layer: str, kind: str = "TEXT", written: Sequence[str] = tuple(TOTALS)) -> list[str]:
    middles = [(shape.centroid.x, shape.centroid.y) for shape in small_communities().geometry]
    return [text(point, name, layer, kind) for point, name in zip(middles, written, strict=True)]


def read_dxf_area(tmp_path: Path, content: bytes, **keys: str) -> tuple[list[str], pd.DataFrame]:
    """Read a DXF of communities; give their names and the problems."""
    (tmp_path / "all.dxf").write_bytes(content)
    write_toml(tmp_path, {"communities": {"path": "all.dxf", "crs": CRS, **keys}})
    area = read(tmp_path)
    return area.communities.index.tolist(), area.problems


@pytest.mark.parametrize(
    ("code_page", "encoding", "noted"),
    [("ANSI_936", "gb18030", 0), ("", "gb18030", 1), ("ANSI_1252", "gb18030", 1), ("", "utf-8", 1)],
)
def test_texts_of_a_dxf_are_read_in_the_encoding_that_fits(
    tmp_path: Path, code_page: str, encoding: str, noted: int
) -> None:
    content = dxf([*outlines(["社区界"] * 3), *names("注记")], code_page, encoding)
    found_names, problems = read_dxf_area(tmp_path, content)
    assert list(TOTALS) == found_names
    assert noted == len(told(problems, "encoding chosen"))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_texts_of_a_dxf_without_header_are_read_in_the_encoding_that_fits(tmp_path: Path, encoding: str) -> None:
    content = dxf([*outlines(["社区界"] * 3), *names("注记")], "", encoding)
    bare = content[content.index(b"ENDSEC") + len(b"ENDSEC\n") :]
    assert list(TOTALS) == read_dxf_area(tmp_path, bare)[0]


def test_a_text_of_several_lines_and_escaped_characters_is_one_name(tmp_path: Path) -> None:
    written = ["甲\\P社区", "{\\fSimSun|b0|i0|c134|p2;乙社区}", "\\U+4E19社区"]
    found_names, _ = read_dxf_area(tmp_path, dxf([*outlines(["0"] * 3), *names("0", "MTEXT", written)]))
    assert ["甲社区", "乙社区", "丙社区"] == found_names


def test_hatches_are_areas_where_no_line_is_closed(tmp_path: Path) -> None:
    hatches = [hatch(points, "填充") for points in squares()]
    assert list(TOTALS) == read_dxf_area(tmp_path, dxf([*hatches, *names("注记")]))[0]
    found_names, problems = read_dxf_area(tmp_path, dxf([*outlines(["填充"] * 3), *hatches, *names("注记")]))
    assert list(TOTALS) == found_names
    assert "3 features of other kinds" in told(problems, "features left out")[0][1]


def test_outlines_in_several_cad_layers_are_refused_unless_one_is_named(tmp_path: Path) -> None:
    content = dxf([*outlines(["大红线", "大红线", "蓝线"]), *names("注记")])
    found_names, problems = read_dxf_area(tmp_path, content)
    assert [] == found_names
    detail = "Several CAD layers hold shapes of this kind: 大红线 (2), 蓝线 (1)."
    assert [("error", detail)] == told(problems, "unreadable file")
    assert list(TOTALS) == read_dxf_area(tmp_path, content, layer="*线")[0]
    assert ["丙社区"] == read_dxf_area(tmp_path, content, layer="蓝线")[0]


def test_the_cad_layer_named_like_the_section_is_taken(tmp_path: Path) -> None:
    content = dxf([*outlines(["SQ_社区界"] * 3), *outlines(["地块"] * 3), *names("注记")])
    assert list(TOTALS) == read_dxf_area(tmp_path, content)[0]


def test_the_cad_layer_whose_texts_fit_the_areas_best_names_them(tmp_path: Path) -> None:
    roads = [text((554_010.0 + 20 * n, 4_518_010.0), f"{n}号路", "路名") for n in range(12)]
    content = dxf([*outlines(["社区界"] * 3), *roads, *names("社区名")])
    assert list(TOTALS) == read_dxf_area(tmp_path, content)[0]
    assert "4号路" in read_dxf_area(tmp_path, content, labels="路名")[0]


def test_border_lines_of_a_dxf_are_cut_into_areas_named_by_its_texts(tmp_path: Path) -> None:
    west, south = squares()[0][2][0], squares()[0][0][1]
    frame: Points = [(west, south), (west + 400, south), (west + 400, south + 200), (west, south + 200)]
    across = [[(west + 200, south), (west + 200, south + 200)], [(west + 300, south), (west + 300, south + 200)]]
    open_frame = [[frame[0], frame[1], frame[2]], [frame[2], frame[3], frame[0]]]
    lines = [lwpolyline(points, "界线", closed=False) for points in (*open_frame, *across)]
    found_names, problems = read_dxf_area(tmp_path, dxf([*lines, *names("注记")]))
    assert set(TOTALS) == set(found_names)
    assert [("warning", "4 border lines were cut into 3 areas.")] == told(problems, "outlines from lines")


def test_labels_beside_a_dxf_are_brought_to_the_crs_that_its_section_names(tmp_path: Path) -> None:
    points = small_communities().set_geometry(small_communities().centroid).to_crs("EPSG:4490")
    points[["community", "geometry"]].to_file(tmp_path / "labels.gpkg")
    content = dxf(outlines(["社区界"] * 3))
    assert list(TOTALS) == read_dxf_area(tmp_path, content, labels="labels.gpkg")[0]


def test_what_stands_on_the_sheet_of_a_dxf_is_not_read(tmp_path: Path) -> None:
    on_sheet = [entity.replace("8\n图框\n", "8\n图框\n67\n1\n") for entity in (*outlines(["图框"] * 3), *names("图框"))]
    content = dxf([*outlines(["社区界"] * 3), *names("注记"), *on_sheet])
    assert list(TOTALS) == read_dxf_area(tmp_path, content)[0]


def test_a_dxf_does_not_say_its_crs(tmp_path: Path) -> None:
    (tmp_path / "all.dxf").write_bytes(dxf([*outlines(["0"] * 3), *names("0")]))
    write_toml(tmp_path, {"communities": {"path": "all.dxf"}})
    assert "no CRS" in found(read(tmp_path).problems)
