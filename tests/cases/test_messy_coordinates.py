"""Cases 23, 24 and 30: doubtful systems are settled where something confirms them, else refused; offsets are found."""

from pathlib import Path

import geopandas as gpd
import messy_coordinates as messy
import pandas as pd
import pytest
from small_area import found, read

from pipeline.errors import listed
from pipeline.results import Area, Offset


def assert_home(area: Area, crs: str = messy.TRUE) -> None:
    """Every unit lies where it truly does, to the centimetre, with its households."""
    assert [] == found(area.problems), listed(area.problems)
    truth = messy.town_units().set_index("unit_id").to_crs(crs)
    units = area.units.loc[truth.index]
    assert truth.crs.equals(units.crs, ignore_axis_order=True)
    assert truth.geometry.hausdorff_distance(units.geometry).max() < 0.01
    assert truth["常住户"].tolist() == units["households"].tolist()


def row_of(area: Area, name: str) -> pd.Series:
    """Give the one problem of a name."""
    rows = area.problems[area.problems["problem"] == name]
    assert 1 == len(rows), listed(area.problems)
    return rows.iloc[0]


def offset_of(area: Area, layer: str) -> Offset:
    """Give the test of a layer."""
    return next(offset for offset in area.offsets if offset.layer == layer)


def test_case_23_subdistricts_in_three_systems_come_together(tmp_path: Path) -> None:
    messy.three_systems(tmp_path)
    area = read(tmp_path)
    assert_home(area)
    assert [] == found(area.problems, "warning")
    notes = area.problems[area.problems["problem"] == "coordinate system"]
    assert ["EPSG:4546", "EPSG:4525", "EPSG:4490"] == notes["id"].tolist()
    assert "2东街道" not in notes["detail"].iloc[0]
    assert notes["detail"].iloc[1].endswith("EPSG:4525 (CGCS2000 / 3-degree Gauss-Kruger zone 37), from its .prj.")


def test_case_23_a_lost_prj_among_them_is_made_good_by_the_others(tmp_path: Path) -> None:
    messy.one_of_three_without_prj(tmp_path)
    area = read(tmp_path)
    assert_home(area, "EPSG:4546")
    warning = row_of(area, "CRS inferred")
    assert ("EPSG:4546", "1东街道.shp") == (warning["id"], warning["source"])


@pytest.mark.parametrize(
    ("kind", "crs", "why"),
    [
        ("zone", "EPSG:4525", "its eastings start with 37, the number of a 3-degree zone"),
        ("degrees", "EPSG:4490", "its coordinates are degrees inside China"),
        ("metres", "EPSG:4546", "100% of it lies where communities.shp, roads.shp lie"),
    ],
)
def test_case_24_units_without_prj_are_placed_by_their_numbers(tmp_path: Path, kind: str, crs: str, why: str) -> None:
    messy.no_prj(tmp_path, kind)
    area = read(tmp_path)
    assert_home(area, messy.TRUE if kind == "degrees" else crs)
    warning = row_of(area, "CRS inferred")
    assert ("warning", "units", crs, "units.shp") == tuple(warning[["severity", "layer", "id", "source"]])
    assert why in warning["detail"]
    assert "The numbers cannot tell CGCS2000 from Xian 1980 or Beijing 1954" in warning["detail"]
    assert f'Write crs = "{crs}" under [units] if that is right' in warning["advice"]


@pytest.mark.parametrize(("kind", "crs"), [("swapped", "EPSG:4546"), ("swapped zone", "EPSG:4525")])
def test_case_24_north_before_east_is_put_right(tmp_path: Path, kind: str, crs: str) -> None:
    messy.no_prj(tmp_path, kind)
    area = read(tmp_path)
    assert_home(area, crs)
    assert ["CRS inferred", "axes swapped"] == found(area.problems, "warning")
    assert row_of(area, "axes swapped")["detail"].startswith(
        "North stands before east in the file (x about 4519552, y about "
    )


def test_case_24_north_before_east_under_a_right_prj_is_put_right(tmp_path: Path) -> None:
    messy.write_town(tmp_path, messy.swapped(messy.town_units()), messy.TRUE, others=())
    area = read(tmp_path)
    assert_home(area)
    assert ["axes swapped"] == found(area.problems, "warning")


@pytest.mark.parametrize(("kind", "crs"), [("zone", "EPSG:4525"), ("degrees", "EPSG:4490")])
def test_case_24_zone_numbers_and_degrees_need_no_other_layer(tmp_path: Path, kind: str, crs: str) -> None:
    messy.no_prj_alone(tmp_path, kind)
    area = read(tmp_path)
    assert_home(area, messy.TRUE if kind == "degrees" else crs)
    assert crs == row_of(area, "CRS inferred")["id"]


def test_case_24_metres_without_zone_and_nothing_to_confirm_them_are_refused(tmp_path: Path) -> None:
    messy.no_prj_alone(tmp_path, "metres")
    area = read(tmp_path)
    assert ["no CRS"] == found(area.problems)
    error = row_of(area, "no CRS")
    assert ("units", "units.shp") == (error["layer"], error["source"])
    assert "Candidates: EPSG:4534 (central meridian 75°) to EPSG:4554 (central meridian 135°)" in error["detail"]
    assert error["advice"].startswith('Add crs = "EPSG:…" under [units] with the system it was made in')


def test_case_24_candidates_are_listed_with_those_of_the_province_first(tmp_path: Path) -> None:
    messy.no_prj_alone(tmp_path, "metres", code="140106")
    error = row_of(read(tmp_path), "no CRS")
    assert "Candidates, best first: EPSG:4546 (central meridian 111°), EPSG:4547" in error["detail"]
    assert error["advice"].startswith('Add crs = "EPSG:4546" under [units] if that is right, else with the system')


@pytest.mark.parametrize(
    ("kind", "said", "used", "refuted"),
    [
        ("zone", "EPSG:4545", "EPSG:4546", "then it would lie 252 km away"),
        ("degrees", "EPSG:4546", "EPSG:4490", "its coordinates cannot be in it"),
        ("numbered", "EPSG:4546", "EPSG:4525", "its coordinates cannot be in it"),
    ],
)
def test_case_24_a_wrong_prj_is_mended_where_the_other_layers_confirm_it(
    tmp_path: Path, kind: str, said: str, used: str, refuted: str
) -> None:
    messy.wrong_prj(tmp_path, kind)
    area = read(tmp_path)
    assert_home(area, messy.TRUE if kind == "degrees" else used)
    warning = row_of(area, "CRS corrected")
    assert ("warning", "units", used, "units.shp") == tuple(warning[["severity", "layer", "id", "source"]])
    assert warning["detail"].startswith(f"The file says {said} (")
    assert refuted in warning["detail"]
    assert "100% of it lies where communities.shp, roads.shp lie" in warning["detail"]


@pytest.mark.parametrize(("kind", "first"), [("degrees", "EPSG:4490"), ("numbered", "EPSG:4525")])
def test_case_24_a_wrong_prj_that_nothing_confirms_is_refused_with_the_candidate(
    tmp_path: Path, kind: str, first: str
) -> None:
    messy.wrong_prj(tmp_path, kind, others=())
    area = read(tmp_path)
    assert ["CRS does not fit"] == found(area.problems)
    error = row_of(area, "CRS does not fit")
    assert f"Candidates, best first: {first}" in error["detail"]
    assert error["advice"].startswith(f'The file is probably in another system: write crs = "{first}" under [units]')


def test_case_24_two_layers_apart_are_both_refused_since_either_may_be_wrong(tmp_path: Path) -> None:
    messy.wrong_prj(tmp_path, "zone", others=("communities",))
    area = read(tmp_path)
    errors = area.problems[area.problems["severity"] == "error"]
    assert ["units.shp", "communities.shp"] == errors["source"].tolist()
    assert ['write crs = "EPSG:4546" under [units]', 'write crs = "EPSG:4545" under [communities]'] == [
        advice.split(": ")[1].split(" if")[0] for advice in errors["advice"]
    ]


@pytest.mark.parametrize(("kind", "least", "most", "azimuth"), [("GCJ-02", 585, 589, 76), ("BD-09", 1365, 1372, 55)])
def test_case_30_units_traced_on_an_offset_map_are_told_with_shift_and_azimuth(
    tmp_path: Path, kind: str, least: float, most: float, azimuth: float
) -> None:
    messy.offset_tracing(tmp_path, kind)
    area = read(tmp_path)
    assert [] == found(area.problems)
    warning = row_of(area, "map offset")
    assert ("warning", "units", kind, "units.shp") == tuple(warning[["severity", "layer", "id", "source"]])
    assert f'write offset = "{kind}" under [units]; nothing was moved.' in warning["advice"]
    assert [(kind, "best"), ("as given", "refuted")] == [
        (row["hypothesis"], row["verdict"])
        for _, row in offset_of(area, "units").table.iterrows()
        if row["hypothesis"] in (kind, "as given")
    ]
    best = offset_of(area, "units").table.iloc[0]
    assert least <= best["shift_m"] <= most
    assert abs(azimuth - best["azimuth_deg"]) <= 0.5
    assert f"m towards {azimuth}° from where communities、premises、roads show the same places" in warning["detail"]
    assert best["confidence"] > 0.8
    assert "communities、premises、roads" == best["trusted"]


@pytest.mark.parametrize("kind", ["GCJ-02", "BD-09"])
def test_case_30_units_whose_offset_is_told_are_brought_home(tmp_path: Path, kind: str) -> None:
    messy.offset_tracing(tmp_path, kind, told=True)
    area = read(tmp_path)
    assert_home(area)
    assert [] == found(area.problems, "warning")
    assert kind == row_of(area, "offset converted")["id"]
    offset = offset_of(area, "units")
    assert offset.converted
    assert kind == offset.table["hypothesis"].iloc[0]


def test_case_30_clean_layers_are_not_suspected(tmp_path: Path) -> None:
    messy.write_town(tmp_path, messy.town_units(), messy.TRUE, others=("communities", "roads", "premises"))
    area = read(tmp_path)
    assert [] == found(area.problems, "warning")
    assert {"as given"} == {offset.table["hypothesis"].iloc[0] for offset in area.offsets}
    assert not area.problems["problem"].eq("map offset").any()


def test_case_30_an_offset_that_is_told_but_not_there_is_told_back(tmp_path: Path) -> None:
    messy.write_town(tmp_path, messy.town_units(), messy.TRUE, keys={"offset": "GCJ-02"})
    warning = row_of(read(tmp_path), "map offset")
    assert "area.toml says GCJ-02, but it fits communities、roads better as the file has it" in warning["detail"]


def test_case_30_roads_of_an_offset_map_are_the_ones_suspected(tmp_path: Path) -> None:
    messy.write_town(tmp_path, messy.town_units(), messy.TRUE, others=("communities", "premises"))
    messy.write_shp(messy.traced(messy.town_roads(), "GCJ-02"), tmp_path / "roads.shp", prj=messy.TRUE)
    with (tmp_path / "area.toml").open("a", encoding="utf-8") as file:
        file.write('\n[roads]\npath = "roads.shp"\n')
    assert "roads" == row_of(read(tmp_path), "map offset")["layer"]


def test_case_30_the_layer_is_given_as_it_is_and_as_it_would_be(tmp_path: Path) -> None:
    messy.offset_tracing(tmp_path, "GCJ-02")
    offset = offset_of(read(tmp_path), "units")
    truth = gpd.GeoSeries(messy.town_units().geometry.array)
    assert offset.moved.reset_index(drop=True).hausdorff_distance(truth, align=False).max() < 0.01
    assert 580 < offset.given.reset_index(drop=True).distance(offset.moved.reset_index(drop=True)).max() + 240 < 900


def test_an_old_datum_is_warned_of_and_control_points_mend_it(tmp_path: Path) -> None:
    messy.old_datum(tmp_path)
    assert ["ballpark transformation"] == found(read(tmp_path).problems, "warning")
    messy.old_datum(tmp_path, points=True)
    area = read(tmp_path)
    assert_home(area)
    assert [] == found(area.problems, "warning")
    assert "It was moved by the 4 points of points.csv" in row_of(area, "control points")["detail"]
