"""Units are made where none are given: by roads, between buildings, with the households of their community."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from drawn_area import buildings, communities, line, made, point, rectangle, roads, shapes_of
from hypothesis import given, settings
from hypothesis import strategies as st
from small_area import CRS, found, small_table, small_units

from pipeline.dossier.tables import summary
from pipeline.results import Area
from pipeline.schema import columns
from pipeline.tessellate import tessellate_area
from pipeline.workflow import check, draft


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> tuple[Area, Area]:
    """The drawn area with roads and buildings, before and after."""
    return made(tmp_path_factory.mktemp("area"), communities=communities(), roads=roads(), buildings=buildings())


def detail(area: Area, problem: str) -> str:
    """The detail of the one problem of that name."""
    (text,) = area.problems.loc[area.problems["problem"] == problem, "detail"]
    return text


# --- what every area keeps ------------------------------------------------------------------------------------


def test_households_and_population_of_a_community_are_kept_to_the_last_one(places):
    before, after = places
    for column in ("households", "population"):
        sums = after.units.groupby("community")[column].sum()
        assert before.units[column].to_dict() == sums.to_dict()


def test_the_area_of_a_community_is_kept(places):
    before, after = places
    drawn = after.units.area.groupby(after.units["community"]).sum()
    assert before.units.area.to_dict() == pytest.approx(drawn.to_dict(), rel=1e-6)


def test_units_are_polygons_that_share_every_corner(places):
    assert {"Polygon"} == set(places[1].units.geom_type)
    assert shapely.coverage_is_valid(shapes_of(places[1]))


def test_no_unit_holds_far_more_or_less_than_wanted(places):
    _, after = places
    assert 75 <= after.units["households"].min()
    assert after.units["households"].max() <= 375


def test_nothing_given_is_changed(tmp_path):
    before, _ = made(tmp_path, communities=communities(), roads=roads(), buildings=buildings())
    units, homes = before.units.copy(), before.buildings.copy()
    tessellate_area(before)
    pd.testing.assert_frame_equal(units, before.units)
    pd.testing.assert_frame_equal(homes, before.buildings)


def test_the_table_of_units_is_that_of_a_read_area(places):
    before, after = places
    assert before.units.dtypes.to_dict() == after.units.dtypes.to_dict()
    assert columns("units") == [after.units.index.name, *after.units.columns.drop("geometry")]
    assert {"东街道"} == set(after.units["subdistrict"])


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_buildings_and_roads_changes_nothing(places, random):
    before, after = places
    mixed = random.sample(range(len(before.buildings)), len(before.buildings))
    other = replace(before, buildings=before.buildings.iloc[mixed], lines=before.lines.iloc[::-1])
    pd.testing.assert_frame_equal(after.units, tessellate_area(other).units)


@st.composite
def scattered(draw):
    """Draw any buildings with any floors, some of them unknown, some outside all communities."""
    place = st.tuples(st.integers(-2, 92), st.integers(0, 58), st.integers(1, 6), st.integers(1, 3))
    floors = st.one_of(st.just(np.nan), st.integers(1, 30))
    homes = draw(st.lists(st.tuples(place, floors), min_size=1, max_size=40))
    shapes = [rectangle(10 * x, 10 * y, 10 * (x + w), 10 * (y + h)) for (x, y, w, h), _ in homes]
    heights = [float(height) for _, height in homes]
    return gpd.GeoDataFrame({"floors": heights, "floor_m2": np.nan}, geometry=shapes, crs=CRS)


@settings(max_examples=12, deadline=None)
@given(scattered())
def test_whatever_the_buildings_sums_areas_and_corners_hold(places, homes):
    before, _ = places
    after = tessellate_area(replace(before, buildings=homes))
    drawn = after.units.area.groupby(after.units["community"]).sum()
    assert before.units["households"].to_dict() == after.units.groupby("community")["households"].sum().to_dict()
    assert before.units.area.to_dict() == pytest.approx(drawn.to_dict(), rel=1e-6)
    assert {"Polygon"} == set(after.units.geom_type)
    assert shapely.coverage_is_valid(shapes_of(after))


# --- where the households go ----------------------------------------------------------------------------------


def test_households_follow_floor_area(tmp_path):
    homes = buildings([0], [0]).assign(floors=18.0)
    homes = pd.concat([homes, buildings([4], [0])])
    _, after = made(tmp_path, communities=communities(), roads=roads(line((300, -50), (300, 650))), buildings=homes)
    assert {"甲社区-01": 3150, "甲社区-02": 1050} == after.units["households"][:2].to_dict()


def test_blocks_without_buildings_have_no_households_where_the_community_has_some(tmp_path):
    _, after = made(tmp_path, communities=communities(), roads=roads(), buildings=buildings([0], [0]))
    own = after.units[after.units["community"] == "甲社区"]
    assert [0, 4200, 0, 0] == own["households"].tolist()
    assert own.geometry["甲社区-02"].equals(rectangle(0, 0, 300, 300))


def test_without_buildings_households_follow_area(tmp_path):
    _, after = made(tmp_path, communities=communities(), roads=roads(line((200, -50), (200, 650))))
    assert [1400, 2800] == after.units.loc[["甲社区-01", "甲社区-02"], "households"].tolist()
    assert "spread over them by area" in detail(after, "sketch")


def test_a_population_that_is_not_known_stays_unknown(tmp_path):
    _, after = made(tmp_path, communities=communities().drop(columns="population"), roads=roads())
    assert after.units["population"].isna().all()


# --- names and offices ----------------------------------------------------------------------------------------


def test_units_are_numbered_from_north_west_to_south_east_in_their_community(tmp_path):
    _, after = made(tmp_path, communities=communities(), roads=roads())
    names = [f"甲社区-{number:02d}" for number in range(1, 5)] + ["乙社区-01", "乙社区-02"]
    assert names == after.units.index.tolist()
    first, last = after.units.geometry[["甲社区-01", "甲社区-04"]]
    assert first.equals(rectangle(0, 300, 300, 600))
    assert last.equals(rectangle(300, 0, 600, 300))


def test_a_community_that_cannot_be_divided_keeps_its_name_and_is_told(tmp_path):
    _, after = made(tmp_path, communities=communities(), roads=roads(line((300, -50), (300, 650))))
    assert ["甲社区-01", "甲社区-02", "乙社区"] == after.units.index.tolist()
    assert detail(after, "no units") == "1 communities could not be divided and are one unit each: 乙社区."


def test_the_anchor_is_the_unit_in_which_the_usable_office_stands(tmp_path):
    table = {"社区": ["甲社区", "甲社区", "乙社区"], "状态": ["在建", "可用", "可用"], "面积": [900, 300, 300]}
    offices = gpd.GeoDataFrame(table, geometry=[point(100, 100), point(500, 500), point(100, 500)], crs=CRS)
    _, after = made(tmp_path, communities=communities(), roads=roads(), premises=offices)
    (anchor,) = after.units.index[after.units["anchor"]]
    assert after.units.geometry[anchor].equals(rectangle(300, 300, 600, 600))


# --- what is told ---------------------------------------------------------------------------------------------


def test_what_was_made_is_told_as_a_sketch_in_place_of_the_missing_units(places):
    before, after = places
    assert ["no units"] == found(before.problems, "warning")
    assert ["sketch"] == found(after.problems, "warning")
    assert detail(after, "sketch") == (
        f"There are no units: {len(after.units)} were drawn in 2 communities, along roads and between buildings; "
        "households were spread over them by floor area."
    )


def test_each_basis_is_told_with_its_communities(tmp_path):
    homes = buildings(range(6))
    _, after = made(tmp_path, communities=communities(), roads=roads(), buildings=homes)
    assert "by floor area in 1 communities (甲社区), by area in 1 communities (乙社区)" in detail(after, "sketch")


def test_large_blocks_without_buildings_are_left_whole_and_told(tmp_path):
    _, after = made(tmp_path, communities=communities(), roads=roads())
    assert "6 units hold more than twice the 300 households wanted" in detail(after, "unit not divided")


def test_buildings_outside_all_communities_and_unknown_floors_are_told(tmp_path):
    homes = pd.concat([buildings(), buildings([20])], ignore_index=True)
    homes.loc[:4, "floors"] = np.nan
    _, after = made(tmp_path, communities=communities(), roads=roads(), buildings=homes)
    assert "12 of 120 buildings lie in no community" in detail(after, "buildings outside")
    assert "The floor area of 5 buildings in 1 communities is not known" in detail(after, "floors unknown")


def test_the_table_of_counts_says_what_each_count_was_spread_from(places):
    before, _ = places
    rows = [
        ("community", "甲社区", "households", 4200, "4200", "communities.gpkg feature 1", ""),
        ("unit", "甲社区", "population", 10_000, "10000", "communities.gpkg feature 1", ""),
    ]
    after = tessellate_area(replace(before, counts=pd.DataFrame(rows, columns=columns("counts.csv"))))
    assert ["community", "community"] == after.counts["level"][:2].tolist()
    added = after.counts[after.counts["level"] == "unit"]
    assert {"communities.gpkg feature 1"} == set(added["source"])
    assert {"spread from 甲社区 by floor area"} == set(added["reading"])
    assert {"households": 4200, "population": 10_000} == added.groupby("column")["value"].sum().to_dict()


# --- where nothing is made ------------------------------------------------------------------------------------


def test_without_lines_and_buildings_each_community_stays_one_unit(tmp_path):
    before, after = made(tmp_path, communities=communities())
    assert after is before
    (advice,) = after.problems.loc[after.problems["problem"] == "no units", "advice"]
    assert "[roads] and [buildings]" in advice


def test_an_area_with_errors_is_left_as_it_is(tmp_path):
    before, after = made(tmp_path, communities=communities().assign(households=[4200, -1]), roads=roads())
    assert ["negative count"] == found(before.problems)
    assert after is before


@pytest.mark.parametrize("shape", [None, point(0, 0), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
def test_an_area_with_a_faulty_shape_is_left_for_the_check_to_refuse(places, shape):
    before, _ = places
    shapes = [*before.units.geometry[:1], shape]
    faulty = replace(before, units=before.units.set_geometry(gpd.GeoSeries(shapes, before.units.index, crs=CRS)))
    assert tessellate_area(faulty) is faulty


def test_given_units_are_never_divided(tmp_path):
    made(tmp_path, units=small_units(), households=small_table(), roads=roads(), buildings=buildings())
    assert small_units()["unit_id"].tolist() == check(tmp_path).units.index.tolist()


# --- through the whole run ------------------------------------------------------------------------------------


def test_a_community_above_the_limit_is_split_and_the_plan_is_marked_a_sketch(tmp_path: Path):
    made(tmp_path, communities=communities(), roads=roads(), buildings=buildings())
    result = draft(tmp_path, jobs=1, seconds=2)
    cases = result.proposals["principle"].cases[["kind", "communities_before", "proof"]]
    assert [["split", "甲社区", "optimal"]] == cases.to_numpy().tolist()
    assert result.evaluations["principle"].communities["households"].between(1000, 3000).all()
    assert summary(result)["sketch"]
