"""Every layer is brought home: its system settled, offsets and old datums mended, all in one system in metres."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely import Point
from small_area import CRS as METRES
from small_area import (
    SOUTH,
    WEST,
    found,
    read,
    read_layers,
    small_communities,
    small_units,
    write_layers,
    write_sheet,
    write_toml,
)

from pipeline.read.coordinates.datums import is_ballpark, seven_parameters
from pipeline.read.coordinates.guess import FAMILIES, family_of, guesses
from pipeline.read.coordinates.offsets import EARTH, OFFSETS, from_offset, to_offset
from pipeline.read.coordinates.plane import Similarity, fitted, four_parameters
from pipeline.read.coordinates.systems import central_meridian, crs_name, in_metres, same_crs
from pipeline.read.sources import Source


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


IN_CHINA = {"lon": st.floats(73.5, 135.0), "lat": st.floats(18.0, 53.5)}


@given(**IN_CHINA, kind=st.sampled_from(OFFSETS))
def test_an_offset_and_back_is_the_same_place_all_over_china(lon: float, lat: float, kind: str) -> None:
    shown = to_offset(np.array([lon]), np.array([lat]), kind)
    back = from_offset(*shown, kind)
    assert EARTH.inv(lon, lat, back[0][0], back[1][0])[2] < 0.001


@given(**IN_CHINA, kind=st.sampled_from(OFFSETS))
def test_the_true_place_of_what_an_offset_map_shows_is_shown_there(lon: float, lat: float, kind: str) -> None:
    again = to_offset(*from_offset(np.array([lon]), np.array([lat]), kind), kind)
    assert max(abs(again[0][0] - lon), abs(again[1][0] - lat)) < 1e-9


def test_the_formulas_give_the_published_examples() -> None:
    gcj02 = np.ravel(to_offset(np.array([116.404]), np.array([39.915]), "GCJ-02"))
    assert [116.41024449916938, 39.91640428150164] == pytest.approx(gcj02, abs=1e-9)
    bd09 = np.ravel(to_offset(*from_offset(np.array([116.404]), np.array([39.915]), "GCJ-02"), "BD-09"))
    assert [116.41036949371029, 39.92133699351021] == pytest.approx(bd09, abs=1e-9)


@pytest.mark.parametrize("place", [(-0.1, 51.5), (-87.6, 41.9), (55.5, -21.1)])
def test_outside_china_there_is_no_offset(place: tuple[float, float]) -> None:
    lon, lat = np.array([place[0]]), np.array([place[1]])
    for kind in OFFSETS:
        assert (place == np.ravel(to_offset(lon, lat, kind))).all()
        assert (place == np.ravel(from_offset(lon, lat, kind))).all()


def test_a_section_may_say_that_its_degrees_are_those_of_an_offset_map(tmp_path: Path) -> None:
    units = small_units()
    lonlat = units.to_crs("EPSG:4490")
    shown = shapely.transform(lonlat.geometry.array, lambda xy: np.column_stack(to_offset(*xy.T, "BD-09")))
    sections = write_layers(tmp_path, units=lonlat.set_geometry(gpd.GeoSeries(shown, crs=4490)))
    write_toml(tmp_path, {"units": {**sections["units"], "crs": "BD-09"}})
    area = read(tmp_path)
    assert [] == found(area.problems)
    assert units.geometry.hausdorff_distance(area.units.geometry.reset_index(drop=True)).max() < 0.001


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (111.65, 40.8, {("EPSG:4490", False)}),
        (40.8, 111.65, {("EPSG:4490", True)}),
        (37_554_853, 4_518_566, {("EPSG:4525", False)}),
        (4_518_566, 37_554_853, {("EPSG:4525", True)}),
        (19_554_853, 4_518_566, {("EPSG:4497", False)}),
        (25_400_000, 4_000_000, {("EPSG:4513", False)}),
        (45_400_000, 5_100_000, {("EPSG:4533", False)}),
    ],
)
def test_degrees_and_zone_numbers_tell_their_system(x: float, y: float, expected: set[tuple[str, bool]]) -> None:
    found_here = guesses(np.array([[x, y]] * 5))
    assert all(guess.certain for guess in found_here)
    assert expected == {(crs_name(guess.crs), guess.swapped) for guess in found_here}


@pytest.mark.parametrize(("x", "y", "swapped"), [(554_853, 4_518_566, False), (4_518_566, 554_853, True)])
def test_metres_without_zone_number_may_be_in_any_of_21_zones(x: float, y: float, swapped: bool) -> None:
    found_here = guesses(np.array([[x, y]]))
    assert (21, {swapped}, {False}) == (
        len({guess.crs.to_epsg() for guess in found_here}),
        {guess.swapped for guess in found_here},
        {guess.certain for guess in found_here},
    )


def test_the_guess_keeps_the_datum_that_is_said() -> None:
    assert ["EPSG:2361"] == [
        crs_name(guess.crs) for guess in guesses(np.array([[37_554_853, 4_518_566]]), family_of(CRS.from_epsg(2382)))
    ]


def test_every_family_of_codes_is_what_it_says() -> None:
    for family in FAMILIES:
        for code, zone in ((family.zones_3, "3-degree Gauss-Kruger zone 25"), (family.zones_6, "Gauss-Kruger zone 13")):
            assert f"{family.name} / {zone}" == CRS.from_epsg(code).name
        assert f"{family.name} / 3-degree Gauss-Kruger CM 75E" == CRS.from_epsg(family.meridians_3).name
        assert 75.0 == central_meridian(CRS.from_epsg(family.meridians_3))


def test_a_prj_of_esri_is_the_same_system_as_its_epsg_code() -> None:
    epsg = CRS.from_epsg(4546)
    esri = CRS.from_wkt(epsg.to_wkt("WKT1_ESRI"))
    assert esri != epsg
    assert same_crs(esri, epsg)
    assert not same_crs(esri, CRS.from_epsg(4547))


@pytest.mark.parametrize(
    ("own", "target", "expected"),
    [
        (4326, 4490, False),
        (4490, 4546, False),
        (32649, 4546, False),
        (4610, 4490, True),
        (2382, 4546, True),
        (2434, 4546, True),
        (4546, 2382, True),
        (4555, 4490, True),
        (2382, 2361, False),
    ],
)
def test_only_old_datums_are_a_ballpark(own: int, target: int, expected: bool) -> None:
    area = (111.6, 40.7, 111.7, 40.9)
    assert expected == is_ballpark(CRS.from_epsg(own), CRS.from_epsg(target), area)


def test_a_working_crs_made_for_another_place_is_a_warning(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    write_toml(tmp_path, {"area": {"name": "小区", "crs": "EPSG:4549"}, **sections})
    row = read(tmp_path).problems.query("problem == 'central meridian far'").iloc[0]
    assert "central meridian at 120°, the data lies at 111.6°" in row["detail"]
    assert 'Write crs = "EPSG:4546" under [area].' == row["advice"]


def test_layers_that_no_system_brings_together_are_told(tmp_path: Path) -> None:
    far = small_communities().to_crs("EPSG:4490")
    far = far.set_geometry(far.geometry.translate(0.7, 3.3))
    area = read_layers(tmp_path, units=small_units(), communities=far)
    assert {"layers apart"} == set(found(area.problems, "warning")) - {"community without units"}


def test_a_crs_of_area_toml_that_does_not_fit_points_to_the_files_own(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units().to_crs("EPSG:4525"))
    write_toml(tmp_path, {"units": {**sections["units"], "crs": "EPSG:4546"}})
    error = read(tmp_path).problems.iloc[0]
    assert "CRS does not fit" == error["problem"]
    assert "Remove crs under [units]: the file says EPSG:4525, and that fits." == error["advice"]


def moved_area(folder: Path, **keys: object) -> pd.DataFrame:
    """Read the small units by the keys of a section, in an area that works in EPSG:4546; give the problems."""
    sections = write_layers(folder, units=small_units())
    write_toml(folder, {"area": {"name": "小区", "crs": METRES}, "units": {**sections["units"], **keys}})
    return read(folder).problems


def points_file(folder: Path, rows: list[tuple[object, ...]], name: str = "points.csv") -> str:
    """Write a table of control points."""
    write_sheet(pd.DataFrame(rows, columns=["x", "y", "to_x", "to_y"]), folder / name)
    return name


AROUND = [(WEST, SOUTH), (WEST + 400, SOUTH), (WEST, SOUTH + 200), (WEST + 400, SOUTH + 200)]


def test_four_parameters_move_turn_and_stretch(tmp_path: Path) -> None:
    move = four_parameters(10.0, -20.0, 5.0, 3.0)
    x, y = move.moved(np.array([[1000.0, 0.0]]))[0]
    turn = 5.0 * np.pi / 180 / 3600
    assert (x, y) == pytest.approx((10 + 1000 * (1 + 3e-6) * np.cos(turn), -20 + 1000 * (1 + 3e-6) * np.sin(turn)))


def test_four_parameters_of_a_section_are_carried_out(tmp_path: Path) -> None:
    problems = moved_area(tmp_path, helmert=[60.0, -80.0, 0.0, 0.0])
    assert ["datum parameters"] == [name for name in found(problems, "note") if name.startswith("datum")]
    moved = read(tmp_path).units.geometry.reset_index(drop=True)
    assert small_units().geometry.translate(60, -80).hausdorff_distance(moved).max() < 1e-6


@given(
    a=st.floats(0.999, 1.001),
    b=st.floats(-0.01, 0.01),
    shift=st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)),
)
def test_points_give_back_the_similarity_that_moved_them(a: float, b: float, shift: tuple[float, float]) -> None:
    xy = np.array(AROUND, dtype="float64")
    to = Similarity(a, b, to_centre=shift).moved(xy)
    move, left = fitted(xy, to)
    assert left.max() < 1e-3
    assert (a, b) == pytest.approx((move.a, move.b), abs=1e-7)


def test_two_control_points_move_a_layer_with_a_warning_since_nothing_checks_them(tmp_path: Path) -> None:
    name = points_file(tmp_path, [(x, y, x + 60, y - 80) for x, y in AROUND[:2]], "points.xlsx")
    problems = moved_area(tmp_path, control_points=name)
    assert ["control points"] == found(problems, "warning")
    moved = read(tmp_path).units.geometry.reset_index(drop=True)
    assert small_units().geometry.translate(60, -80).hausdorff_distance(moved).max() < 1e-6


def test_one_control_point_is_refused(tmp_path: Path) -> None:
    problems = moved_area(tmp_path, control_points=points_file(tmp_path, [(*AROUND[0], *AROUND[0])]))
    assert ["control points refused"] == found(problems)
    assert "1 control points are too few" in problems.iloc[0]["detail"]


def test_control_points_that_do_not_agree_are_refused_with_the_worst(tmp_path: Path) -> None:
    rows = [(x, y, x + 60, y - 80) for x, y in [*AROUND, (WEST + 200, SOUTH + 100)]]
    rows[2] = (*rows[2][:2], rows[2][2] + 30, rows[2][3])
    problems = moved_area(tmp_path, control_points=points_file(tmp_path, rows))
    assert ["control points refused"] == found(problems)
    assert "at row 4 of points.csv (at most 3 m are taken)" in problems.iloc[0]["detail"]


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        ([(x + 37e6, y, x, y) for x, y in AROUND], "lie 37000 km from the layer"),
        ([(x / 1e5, y / 1e5, x, y) for x, y in AROUND], "change lengths by a factor of 100000.0000"),
        ([(*AROUND[0], "x", 1), (*AROUND[1], 1, 1)], "points.csv row 2: not four numbers"),
    ],
)
def test_control_points_of_another_place_or_unit_are_refused(
    tmp_path: Path, rows: list[tuple[object, ...]], detail: str
) -> None:
    problems = moved_area(tmp_path, control_points=points_file(tmp_path, rows))
    assert ["control points refused"] == found(problems)
    assert detail in problems.iloc[0]["detail"]


def test_control_points_need_a_working_crs(tmp_path: Path) -> None:
    sections = write_layers(tmp_path, units=small_units())
    name = points_file(tmp_path, [(x, y, x, y) for x, y in AROUND])
    write_toml(tmp_path, {"units": {**sections["units"], "control_points": name}})
    assert ["no working CRS"] == found(read(tmp_path).problems)


@pytest.mark.parametrize("keys", [{"helmert": [1.0, 2.0]}, {"helmert": [1.0, 2.0, 0.0, 0.0], "offset": "GCJ-02"}])
def test_parameters_that_cannot_be_are_refused(tmp_path: Path, keys: dict[str, object]) -> None:
    assert "bad value" in found(moved_area(tmp_path, **keys))


def test_seven_parameters_agree_with_the_formula_on_the_ellipsoids() -> None:
    values = [-15.8, 154.4, 82.3, 1.2, -0.8, 2.1, 4.5]
    shapes = gpd.GeoDataFrame(geometry=[Point(111.65, 40.8)], crs="EPSG:4610")
    target = CRS.from_epsg(4490)
    moved = seven_parameters(Source("units", "units", shapes), values, target).table.geometry.iloc[0]
    old = pyproj.Transformer.from_pipeline("+proj=cart +a=6378140 +rf=298.257")
    xyz = np.array(old.transform(111.65, 40.8, 0.0))
    rx, ry, rz = np.array(values[3:6]) * np.pi / 180 / 3600
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    to = np.array(values[:3]) + (1 + values[6] * 1e-6) * turn @ xyz
    back = pyproj.Transformer.from_pipeline("+proj=cart +ellps=GRS80").transform(*to, direction="INVERSE")
    assert (moved.x, moved.y) == pytest.approx(back[:2], abs=1e-10)
