"""Proposals for maps that are no Chinese communities: any units, any column names, any index."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from pipeline.errors import InputError
from pipeline.graph import adjacency
from pipeline.propose import adjust


def zones(counts: list[int], groups: list[str]) -> gpd.GeoDataFrame:
    """A row of squares with pupils, school zones and towns, on an index of numbers."""
    shapes = [box(100 * k, 0, 100 * k + 100, 100) for k in range(len(counts))]
    columns = {"pupils": counts, "zone": groups, "town": "T"}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=3857, index=range(10, 10 + len(counts)))


def connected(plan: pd.Series, edges: pd.DataFrame) -> bool:
    """Whether every group hangs together."""
    for _, members in plan.groupby(plan).groups.items():
        names = {str(unit) for unit in members}
        pairs = [(a, b) for a, b in zip(edges["a"], edges["b"], strict=True) if a in names and b in names]
        reached = {min(names)}
        while more := {x for pair in pairs for x in pair if reached & set(pair)} - reached:
            reached |= more
        if reached != names:
            return False
    return True


def test_a_zone_above_the_limit_gives_the_fewest_pupils_to_its_neighbour():
    units = zones([50, 30, 40, 20, 30], ["a", "a", "a", "b", "b"])
    proposal = adjust(units, lower=40, upper=100, counts="pupils", plan="zone", within="town")
    assert proposal.plan.tolist() == ["a", "a", "b", "b", "b"]
    assert proposal.plan.index.equals(units.index)
    assert proposal.subdistricts["proof"].tolist() == ["optimal"]
    assert proposal.subdistricts["objective"].iloc[0][:3] == [0, 0, 40]


def test_a_created_zone_is_named_after_its_town_in_the_words_of_the_caller():
    units = zones([60, 60, 60, 60], ["a"] * 4)
    proposal = adjust(
        units, lower=50, upper=130, counts="pupils", plan="zone", within="town", new_name="{within}-{number}"
    )
    assert set(proposal.plan) == {"a", "T-1"}
    assert "T-1" in proposal.cases["communities_after"].iloc[0]


def test_a_new_name_that_is_taken_is_passed_over():
    units = zones([60, 60, 60, 60, 60], ["a"] * 4 + ["T-1"])
    names = set(
        adjust(
            units, lower=50, upper=130, counts="pupils", plan="zone", within="town", new_name="{within}-{number}"
        ).plan
    )
    assert {"a", "T-1", "T-2"} == names


def test_without_an_outer_group_the_whole_map_is_one():
    units = zones([90, 30, 20, 20], ["a", "a", "b", "b"])
    assert adjust(units, lower=30, upper=100, counts="pupils", plan="zone").subdistricts["name"].tolist() == ["all"]


def test_a_zone_never_loses_its_anchor():
    units = zones([40, 30, 50, 20, 30], ["a", "a", "a", "b", "b"]).assign(school=[False, False, True, False, True])
    plan = adjust(units, lower=30, upper=110, counts="pupils", plan="zone", anchor="school").plan
    assert plan.loc[12] == "a"
    assert plan.loc[14] == "b"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pupils": [50.5, 30, 40, 20, 30]}, "no whole number"),
        ({"pupils": [50, None, 40, 20, 30]}, "no whole number"),
        ({"zone": ["a", "a", None, "b", "b"]}, "blank"),
        ({"town": ["T", "U", "T", "T", "T"]}, "lies in 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_unit_or_group(change, said):
    units = zones([50, 30, 40, 20, 30], ["a", "a", "a", "b", "b"]).assign(**change)
    with pytest.raises(InputError, match=said):
        adjust(units, lower=40, upper=100, counts="pupils", plan="zone", within="town")


def test_a_missing_column_a_doubled_index_and_degrees_are_told_together():
    units = zones([50, 30], ["a", "b"]).set_crs(4326, allow_override=True)
    with pytest.raises(InputError) as told:
        adjust(units.set_axis([1, 1]), lower=40, upper=100, counts="people", plan="zone")
    assert {"missing column", "duplicate unit ids", "no CRS"} == set(told.value.problems["problem"])


def test_the_tracts_of_a_part_of_chicago_come_inside_their_limits(shared):
    units = gpd.read_file(shared / "data" / "cook_bg10.gpkg.zip", layer="units").set_index("unit_id")
    names = ["Chicago: Austin", "Chicago: Loop", "Chicago: Fuller Park", "Chicago: North Lawndale"]
    units = units[units["subdistrict"].isin(names)]
    proposal = adjust(units, lower=1200, upper=8000, counts="population", within="subdistrict", seconds=20)
    before = units.groupby("community")["population"].sum()
    after = units.groupby(proposal.plan)["population"].sum()
    assert (~before.between(1200, 8000)).sum() == 5
    assert after.between(1200, 8000).all()
    assert before.sum() == after.sum()
    assert connected(proposal.plan, adjacency(units))
    moved = units.loc[proposal.plan != units["community"], "population"].sum()
    assert moved == proposal.cases["moved_households"].sum() == 997 + 3018 + 1199 + 2127
    assert set(proposal.subdistricts["proof"]) == {"optimal"}
