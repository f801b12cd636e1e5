"""Every layer is brought to one system in metres."""

from pathlib import Path

import pytest
import shapely
from pyproj import CRS
from small_area import CRS as METRES
from small_area import found, read, read_layers, small_communities, small_units, write_layers, write_toml

from pipeline.read.coordinates.systems import crs_name, in_metres


def test_the_working_crs_is_that_of_the_units(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), communities=small_communities().to_crs("EPSG:4490"))
    assert METRES == crs_name(area.units.crs)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:3857"])
def test_what_cannot_be_measured_is_brought_to_the_zone_it_lies_in_with_a_warning(tmp_path: Path, crs: str) -> None:
    area = read_layers(tmp_path, units=small_units().to_crs(crs))
    assert "EPSG:4546" == crs_name(area.units.crs)
    assert ["CRS chosen"] == found(area.problems, "warning")
    assert (abs(area.units.area - 10_000) < 1).all()


def test_outside_china_the_utm_zone_is_taken(tmp_path: Path) -> None:
    units = small_units().set_crs("EPSG:32630", allow_override=True).to_crs("EPSG:4326")
    assert "EPSG:32630" == crs_name(read_layers(tmp_path, units=units).units.crs)


def test_the_area_may_name_the_working_crs(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"area": {"name": "小区", "crs": "EPSG:4525"}, **sections})
    area = read(tmp_path)
    assert "EPSG:4525" == crs_name(area.units.crs)
    assert area.units.total_bounds[0] > 37_000_000


def test_roads_in_another_system_arrive_where_they_are(tmp_path: Path) -> None:
    roads = small_units().head(1).drop(columns=["households"])
    roads = roads.set_geometry(roads.boundary).to_crs("EPSG:4326")
    area = read_layers(tmp_path, units=small_units(), roads=roads)
    outline = shapely.boundary(area.units.geometry.iloc[0])
    assert outline.hausdorff_distance(area.lines.geometry.iloc[0]) < 1e-3


def test_coordinates_that_do_not_fit_their_crs_are_told(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units().set_crs("EPSG:4490", allow_override=True))
    assert ["CRS does not fit"] == found(area.problems)


@pytest.mark.parametrize(
    ("code", "expected"), [(4546, True), (4525, True), (32650, True), (4490, False), (3857, False), (2263, False)]
)
def test_lengths_are_measured_in_projected_metres_only(code: int, expected: bool) -> None:
    assert expected == in_metres(CRS.from_epsg(code))
