"""The sample area holds every case it promises, by the rules; the toy city is the one that its docstring draws."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.flag import flag_communities, merge_candidates
from pipeline.graph import adjacency, community_borders
from pipeline.read import read_area
from pipeline.results import Area
from pipeline.rules import load_rules
from pipeline.settings import load_settings
from pipeline.synthetic import toy_city, toy_lines, write_sample

COMMITTED = Path(__file__).parents[1] / "data" / "raw" / "sample"
LAYERS = ("units", "communities", "roads", "water", "railways", "premises")


def read(folder: Path) -> Area:
    settings = load_settings(folder)
    return read_area(settings, load_rules(settings.rules))


def flags_of(area: Area) -> pd.DataFrame:
    edges = adjacency(area.units, area.lines, area.rules)
    neighbours = merge_candidates(area.communities, community_borders(edges, area.units["community"]), area.rules)
    return flag_communities(area.communities, neighbours, area.rules)


def created_and_abolished(area: Area, flags: pd.DataFrame) -> tuple[int, int]:
    """Communities that the rules ask for: the fewest parts of each split, and one less for each small one."""
    parts = -(-flags.loc[flags["action"] == "split", "households"] // area.rules.upper)
    return int((parts - 1).sum()), int((flags["action"] == "merge").sum())


@pytest.fixture(scope="module")
def area() -> Area:
    return read(COMMITTED)


@pytest.fixture(scope="module")
def flags(area: Area) -> pd.DataFrame:
    return flags_of(area)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_excel(COMMITTED / "households.xlsx", engine="calamine", dtype={"代码": str})


def layer(name: str, folder: Path = COMMITTED) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / f"{name}.gpkg")


# --- the sample: what is in the folder ------------------------------------------------------------------------


def test_the_sample_is_read_without_an_error_or_a_warning(area):
    assert area.problems[area.problems["severity"] != "note"].empty


def test_the_sample_says_that_it_is_synthetic(area):
    assert area.settings.area.synthetic
    assert "合成" in area.settings.area.source


def test_there_are_75_communities_of_which_12_are_missing_in_the_boundary_layer(table):
    known = layer("communities")["社区"]
    assert (75, 63, 12) == (len(table), len(known), len(set(table["社区"]) - set(known)))


def test_there_are_eight_subdistricts_a_town_and_a_service_centre(table):
    ending = table["街道"].drop_duplicates().str.extract("(街道|镇|区域服务中心)$")[0]
    assert {"街道": 8, "镇": 1, "区域服务中心": 1} == ending.value_counts().to_dict()


def test_the_units_cover_the_area_without_gap_or_overlap():
    shapes = layer("units").geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_interior_rings(shapely.coverage_union_all(shapes)) == 0


def test_the_number_of_units_is_that_of_a_district():
    units = layer("units")
    assert 900 <= len(units) <= 1500
    assert units.groupby("subdistrict").size().between(90, 160).all()


def test_the_table_gives_the_sums_over_the_units(table):
    units = layer("units")
    units["compound"] = units["kind"] == "小区"
    sums = units.groupby("community")[["households", "population", "compound"]].sum().loc[table["社区"]]
    assert sums.to_numpy().tolist() == table[["常住户", "常住人口", "小区数"]].to_numpy().tolist()


def test_names_and_codes_are_unique(table):
    units, roads = layer("units"), layer("roads")
    named = roads.loc[roads["name"] != "", "name"]
    keys = (table["社区"], table["代码"], units["unit_id"], units["name"], named)
    assert [True] * 5 == [column.is_unique for column in keys]


def test_a_new_community_still_lies_in_the_old_polygon_of_its_parent():
    units, old = layer("units"), layer("communities").set_index("社区")
    spots = gpd.GeoDataFrame(units[["community", "subdistrict"]], geometry=units.representative_point())
    found = spots.sjoin(old.reset_index(), predicate="within")
    created = found[~found["community"].isin(old.index)]
    assert (created["subdistrict"] == created["街道"]).all()
    assert (created.groupby("community")["社区"].nunique() == 1).all()
    assert old.geometry.area.sum() == pytest.approx(units.geometry.area.sum())


def test_an_office_stands_in_its_own_community_and_some_new_ones_have_none(table):
    offices, units = layer("premises"), layer("units")
    standing = offices.sjoin(units[["community", "geometry"]], predicate="within")
    assert standing["community_left"].tolist() == standing["community_right"].tolist()
    assert len(standing) == len(offices)
    without = set(table["社区"]) - set(offices["community"])
    assert without
    assert without.isdisjoint(layer("communities")["社区"])


def test_many_borders_lie_exactly_on_roads_and_the_barriers(area):
    edges = adjacency(area.units, area.lines, area.rules, along_tolerance_m=0.1)
    along = edges.groupby("along")["border_m"].sum() / edges["border_m"].sum()
    assert along["road"] > 0.6
    assert {"water", "railway"} <= set(along.index)


def test_only_a_few_bridges_cross_the_river(area):
    roads, water = area.lines[area.lines["kind"] == "road"], area.lines[area.lines["kind"] == "water"]
    meeting = roads[roads.intersects(water.union_all())]
    assert 2 <= len(meeting) <= 12
    assert meeting.crosses(water.union_all()).all()


# --- the sample: what the rules make of it --------------------------------------------------------------------


def test_the_rules_ask_for_9_communities_more_and_1_less(area, flags):
    assert (9, 1) == created_and_abolished(area, flags)


def test_a_community_over_4000_that_is_not_overloaded_stays(flags):
    stays = flags[(flags["status"] == "far_over") & (flags["action"] == "none")]
    assert 1 == len(stays)
    assert "暂不拆分" in stays["reason"].iloc[0]


def test_several_communities_of_3001_to_4000_are_flagged_and_nothing_is_asked(flags):
    over = flags[flags["status"] == "over"]
    assert len(over) >= 5
    assert {"none"} == set(over["action"])


@pytest.mark.parametrize("why", ["无通道", "不跨街道合并", "合并后", "保留区", "须拆分"])
def test_every_reason_against_a_merge_occurs(flags, why):
    staying = flags[(flags["status"] == "under") & (flags["action"] == "none")]
    assert 4 <= len(staying) <= 6
    assert staying["reason"].str.contains(why).any()


def test_most_communities_are_within_the_limits_and_some_exactly_on_them(area, flags):
    households = area.communities["households"]
    assert 45 <= len(households) - len(flags) <= 52
    assert {1000, 3000, 4000} <= set(households)


def test_one_community_is_detached_from_its_subdistrict(area):
    edges = adjacency(area.units, area.lines, area.rules)
    assert 1 == (edges["kind"] == "bridge").sum()
    assert 0 == (edges["kind"] == "inherited").sum()


def test_every_subdistrict_could_be_made_compliant_by_its_total(area):
    total = area.units.groupby("subdistrict")["households"].sum()
    assert (np.ceil(total / area.rules.upper) <= total // area.rules.lower).all()


# --- the sample: written again --------------------------------------------------------------------------------


def test_the_committed_sample_is_what_the_generator_writes(tmp_path, table):
    write_sample(tmp_path / "sample")
    fresh = tmp_path / "sample"
    assert (fresh / "area.toml").read_text("utf-8") == (COMMITTED / "area.toml").read_text("utf-8")
    again = pd.read_excel(fresh / "households.xlsx", engine="calamine", dtype={"代码": str})
    pd.testing.assert_frame_equal(table, again)
    for name in LAYERS:
        old, new = layer(name), layer(name, fresh)
        pd.testing.assert_frame_equal(
            pd.DataFrame(old.drop(columns="geometry")), pd.DataFrame(new.drop(columns="geometry"))
        )
        assert old.normalize().geom_equals_exact(new.normalize(), 0.02).all(), name
        assert old.crs == new.crs


def test_another_seed_gives_another_city_with_the_same_arithmetic(tmp_path):
    write_sample(tmp_path / "other", seed=1)
    other = read(tmp_path / "other")
    assert 75 == len(other.communities)
    assert (9, 1) == created_and_abolished(other, flags_of(other))
    assert other.units["households"].sum() != layer("units")["households"].sum()


# --- the toy city ---------------------------------------------------------------------------------------------


def drawn_units() -> pd.DataFrame:
    """Read the drawing in the docstring of toy_city."""
    rows = re.findall(r"^\s+\| (u.*)\|\n\s+\|(.*)\|$", toy_city.__doc__, re.MULTILINE)
    squares = []
    for north, (names, counts) in enumerate(rows):
        for east, (name, count) in enumerate(zip(re.split("[|~]", names), re.split("[|~]", counts), strict=True)):
            unit, community = name.replace("*", " ").split()
            squares.append((unit, community, int(count), "*" in name, east, north))
    return pd.DataFrame(squares, columns=["unit_id", "community", "households", "anchor", "east", "north"])


def test_the_drawing_of_the_toy_city_shows_its_units():
    drawn = drawn_units().set_index("unit_id")
    shown = ["community", "households", "anchor"]
    pd.testing.assert_frame_equal(
        drawn[shown], pd.DataFrame(toy_city()[shown]), check_dtype=False, check_index_type=False
    )


def test_the_drawing_of_the_toy_city_shows_where_its_units_lie():
    drawn = drawn_units()
    bounds = toy_city().bounds
    assert drawn["east"].tolist() == ((bounds["minx"] - bounds["minx"].min()) / 500).tolist()
    assert drawn["north"].tolist() == ((bounds["maxy"].max() - bounds["maxy"]) / 500).tolist()


def test_the_drawing_of_the_toy_city_shows_river_and_road():
    edges = adjacency(toy_city(), toy_lines()).set_index(["a", "b"])
    beside = {kind: set(edges.index[edges["along"] == kind]) for kind in ("water", "road")}
    assert {("u2", "u3"), ("u6", "u7")} == beside["water"]
    assert {("u5", "u9"), ("u10", "u6"), ("u11", "u7")} == beside["road"]


def test_the_only_bridge_of_the_toy_city_is_where_road_and_river_meet():
    edges = adjacency(toy_city(), toy_lines())
    assert [("u6", "u7")] == list(edges.loc[edges["crossing"], ["a", "b"]].itertuples(index=False, name=None))
