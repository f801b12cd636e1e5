"""Buildings are read as outlines or points with floors and floor area; what is no dwelling is left out and told."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Polygon
from small_area import CRS, SOUTH, WEST, found, read_layers, small_communities, small_table, square

from pipeline.results import Area


def read_buildings(folder: Path, shapes: list | None = None, **values: list) -> Area:
    """Read an area whose layer of buildings has these columns."""
    size = max((len(column) for column in values.values()), default=len(shapes or []))
    drawn = shapes or [square(number / 10, 0, 0.05, 0.05) for number in range(size)]
    layer = gpd.GeoDataFrame(values, geometry=drawn, crs=CRS)
    return read_layers(folder, communities=small_communities(), households=small_table(), buildings=layer)


def row(area: Area, problem: str) -> pd.Series:
    """The one problem of that name in the layer of buildings."""
    rows = area.problems[(area.problems["problem"] == problem) & (area.problems["layer"] == "buildings")]
    assert 1 == len(rows)
    return rows.iloc[0]


def test_an_area_without_buildings_has_none(tmp_path):
    assert read_layers(tmp_path, communities=small_communities(), households=small_table()).buildings is None


@pytest.mark.parametrize("names", [("层数", "建筑面积"), ("floors", "floor_m2"), ("地上层数", "住宅面积")])
def test_floors_and_floor_area_are_found_by_their_usual_names(tmp_path, names):
    area = read_buildings(tmp_path, **{names[0]: [6, 18], names[1]: [2000.5, None]})
    assert [6.0, 18.0] == area.buildings["floors"].tolist()
    assert 2000.5 == area.buildings["floor_m2"][0]
    assert np.isnan(area.buildings["floor_m2"][1])


def test_columns_that_are_not_there_are_unknown(tmp_path):
    table = read_buildings(tmp_path, 楼号=["1号楼"]).buildings
    assert ["floors", "floor_m2", "geometry"] == table.columns.tolist()
    assert table[["floors", "floor_m2"]].isna().all(axis=None)


@pytest.mark.parametrize("word", ["住宅", "商住楼", "教师公寓", "居民楼", "apartments", "yes", "House", ""])
def test_dwellings_are_kept_without_a_word(tmp_path, word):
    area = read_buildings(tmp_path, 用途=[word, "住宅"])
    assert 2 == len(area.buildings)
    assert [] == [name for name in found(area.problems, "note") if name in ("buildings left out", "use unknown")]


@pytest.mark.parametrize("word", ["商业", "非住宅", "小学校", "地下车库", "warehouse", "Retail"])
@pytest.mark.parametrize("column", ["用途", "使用性质", "类型", "building"])
def test_what_is_no_dwelling_is_left_out_and_told(tmp_path, word, column):
    area = read_buildings(tmp_path, **{column: ["住宅", word]})
    assert 1 == len(area.buildings)
    assert f"1 of 2 buildings are no dwellings: {word.lower()} 1." == row(area, "buildings left out")["detail"]


def test_a_use_that_is_not_known_counts_as_a_dwelling_and_is_told(tmp_path):
    area = read_buildings(tmp_path, 用途=["住宅", "其他", "其他"])
    assert 3 == len(area.buildings)
    assert "Uses that are not known count as dwellings: 其他 2." == row(area, "use unknown")["detail"]


def test_floors_of_zero_or_less_are_unknown_and_named(tmp_path):
    area = read_buildings(tmp_path, 层数=[6, 0, -1])
    assert [True, False, False] == area.buildings["floors"].notna().tolist()
    rows = area.problems[area.problems["problem"] == "bad value"]
    assert ["buildings.gpkg feature 2", "buildings.gpkg feature 3"] == rows["source"].tolist()
    assert {"warning"} == set(rows["severity"])


def test_lines_are_left_out_and_named(tmp_path):
    bare = LineString([(WEST, SOUTH), (WEST + 9, SOUTH)])
    area = read_buildings(tmp_path, [square(0, 0, 0.1, 0.1), bare], 层数=[6, 6])
    assert 1 == len(area.buildings)
    assert "buildings.gpkg feature 2" == row(area, "not a polygon")["source"]


def test_broken_outlines_are_mended_for_their_area_and_named(tmp_path):
    bow = Polygon([(WEST, SOUTH), (WEST + 10, SOUTH + 10), (WEST + 10, SOUTH), (WEST, SOUTH + 10)])
    area = read_buildings(tmp_path, [bow], 层数=[6])
    assert area.buildings.is_valid.all()
    assert 50 == pytest.approx(area.buildings.area.sum())
    assert "buildings.gpkg feature 1" == row(area, "invalid shape")["source"]


def test_where_every_building_is_left_out_the_table_is_empty(tmp_path):
    assert read_buildings(tmp_path, 用途=["商业"]).buildings.empty
