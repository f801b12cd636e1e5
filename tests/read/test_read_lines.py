"""Roads, waters and railways become one table of lines."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString, Point
from small_area import CRS, SOUTH, WEST, found, read, read_layers, small_units, square, write_layers, write_toml

from pipeline.read.lines import CLASS_WORDS
from pipeline.schema import ROAD_CLASSES


def line(number: int) -> LineString:
    """Draw a line from south to north."""
    return LineString([(WEST + number * 50, SOUTH), (WEST + number * 50, SOUTH + 200)])


def lines_of(**columns: list[str]) -> gpd.GeoDataFrame:
    """Make a layer of lines with these columns."""
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[line(number) for number in range(count)], crs=CRS)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *[("motorway", "expressway"), ("快速路", "expressway"), ("国道", "trunk"), ("主干路", "primary")],
        *[("次干路", "secondary"), ("支路", "tertiary"), ("巷", "residential"), ("cycleway", "path")],
        *[("Primary", "primary"), ("不详", "residential")],
    ],
)
def test_classes_of_roads_are_normalised(tmp_path: Path, word: str, expected: str) -> None:
    area = read_layers(tmp_path, units=small_units(), roads=lines_of(name=["中路"], 道路等级=[word]))
    assert [("road", "中路", expected)] == list(area.lines[["kind", "name", "road_class"]].itertuples(index=False))


def test_every_class_of_the_schema_has_its_words() -> None:
    assert list(ROAD_CLASSES) == list(CLASS_WORDS)
    assert dict.fromkeys(ROAD_CLASSES, True) == {name: name in CLASS_WORDS[name] for name in ROAD_CLASSES}


def test_barriers_are_what_the_rule_set_names(tmp_path: Path) -> None:
    layers = {"water": lines_of(name=["河"]), "railways": lines_of(name=["铁路"])}
    roads = lines_of(highway=["motorway", "primary"])
    sections = write_layers(tmp_path, units=small_units(), roads=roads, **layers)
    assert [True, False, True, True] == read(tmp_path).lines["barrier"].tolist()
    assert ["road", "road", "water", "railway"] == read(tmp_path).lines["kind"].tolist()
    (tmp_path / "area.toml").write_text(
        (tmp_path / "area.toml").read_text("utf-8") + '\n[rules]\nbarrier_kinds = ["railway", "primary"]\n', "utf-8"
    )
    assert [False, True, False, True] == read(tmp_path).lines["barrier"].tolist()
    assert {"units", "roads", "water", "railways"} == set(sections)


def test_a_mixed_layer_serves_each_section_by_its_kinds(tmp_path: Path) -> None:
    lines_of(kind=["road", "rail", "cycleway", "river"]).to_file(tmp_path / "ways.gpkg")
    sections = write_layers(tmp_path, units=small_units())
    for role in ("roads", "water", "railways"):
        sections[role] = {"path": "ways.gpkg"}
    write_toml(tmp_path, sections)
    table = read(tmp_path).lines
    expected = [("road", "residential"), ("road", "path"), ("water", ""), ("railway", "")]
    assert expected == list(table[["kind", "road_class"]].itertuples(index=False))


def test_waters_drawn_as_areas_give_their_banks(tmp_path: Path) -> None:
    water = gpd.GeoDataFrame({"name": ["湖"]}, geometry=[square(0, 0, 2, 1)], crs=CRS)
    table = read_layers(tmp_path, units=small_units(), water=water).lines
    assert [("water", "湖", "LineString", 600.0)] == [
        (row.kind, row.name, row.geometry.geom_type, row.geometry.length) for row in table.itertuples(index=False)
    ]


def test_lines_of_several_parts_become_single_and_points_are_left_out(tmp_path: Path) -> None:
    shapes = [MultiLineString([line(0), line(1)]), Point(WEST, SOUTH)]
    roads = gpd.GeoDataFrame({"name": ["甲路", "牌"]}, geometry=shapes, crs=CRS)
    area = read_layers(tmp_path, units=small_units(), roads=roads)
    assert ["甲路", "甲路"] == area.lines["name"].tolist()
    assert ["not lines"] == found(area.problems, "warning")


def test_an_area_without_lines_has_an_empty_table_of_the_same_columns(tmp_path: Path) -> None:
    table = read_layers(tmp_path, units=small_units()).lines
    assert (0, ["kind", "name", "road_class", "barrier", "geometry"]) == (len(table), table.columns.tolist())
    assert CRS == table.crs.to_string()
