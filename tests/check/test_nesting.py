"""Units, communities and subdistricts are compared with the polygons of one another, and each fault is said once.

The town: squares of 100 m in 12 columns and 4 rows, unit `c7r0` in column 7 and row 0, 100 households each.
甲社区 has columns 0–3, 乙社区 4–7 (both 东街道), 丙社区 8–11 (西街道).
"""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Polygon
from small_area import CRS, SOUTH, WEST, found, read_layers, small_communities, small_units, square

from pipeline.check import check_area
from pipeline.errors import problem, problems_table
from pipeline.results import Area

COMMUNITIES = {"甲社区": "东街道", "乙社区": "东街道", "丙社区": "西街道"}


def town_units() -> gpd.GeoDataFrame:
    """Make the units of the town."""
    places = [(column, row) for column in range(12) for row in range(4)]
    table = pd.DataFrame({"unit_id": [f"c{column}r{row}" for column, row in places], "households": 100})
    table["population"] = 250
    table["community"] = [list(COMMUNITIES)[column // 4] for column, _ in places]
    table["subdistrict"] = table["community"].map(COMMUNITIES)
    return gpd.GeoDataFrame(table, geometry=[square(*place) for place in places], crs=CRS)


def town_communities() -> gpd.GeoDataFrame:
    """Draw the communities of the town."""
    table = {"community": list(COMMUNITIES), "subdistrict": list(COMMUNITIES.values())}
    return gpd.GeoDataFrame(table, geometry=[square(4 * number, 0, 4, 4) for number in range(3)], crs=CRS)


def town_subdistricts() -> gpd.GeoDataFrame:
    """Draw the subdistricts of the town."""
    shapes = [square(0, 0, 8, 4), square(8, 0, 4, 4)]
    return gpd.GeoDataFrame({"subdistrict": ["东街道", "西街道"]}, geometry=shapes, crs=CRS)


@pytest.fixture
def town(tmp_path: Path) -> Area:
    """Read the town with all its polygons."""
    return read_layers(tmp_path, units=town_units(), communities=town_communities(), subdistricts=town_subdistricts())


def with_outlines(area: Area, role: str, **shapes: Polygon | None) -> Area:
    """Draw polygons of communities or subdistricts anew, or leave them out (None)."""
    layer = area.outlines[role]
    names = layer.iloc[:, 0]
    drawn = [shapes.get(name, shape) for name, shape in zip(names, layer.geometry, strict=True)]
    kept = [shape is not None for shape in drawn]
    redrawn = layer.set_geometry(gpd.GeoSeries(drawn, index=layer.index, crs=layer.crs))[kept]
    return replace(area, outlines={**area.outlines, role: redrawn})


def with_shapes(area: Area, **shapes: Polygon) -> Area:
    """Draw some units anew."""
    drawn = [shapes.get(unit, shape) for unit, shape in area.units.geometry.items()]
    return replace(area, units=area.units.set_geometry(gpd.GeoSeries(drawn, index=area.units.index, crs=CRS)))


def with_values(area: Area, column: str, **values: str) -> Area:
    """Change values of one column, by unit."""
    units = area.units.copy()
    for unit, value in values.items():
        units.loc[unit, column] = value
    return replace(area, units=units)


def only(area: Area, *roles: str) -> Area:
    """Keep the polygons of these sections."""
    return replace(area, outlines={role: area.outlines[role] for role in roles})


def rows(area: Area) -> list[tuple[str, str, str, str]]:
    """List what is said: severity, problem, id, detail."""
    problems = check_area(area)
    return list(problems[["severity", "problem", "id", "detail"]].itertuples(index=False, name=None))


def names(area: Area) -> list[str]:
    """List the names of the problems."""
    return check_area(area)["problem"].tolist()


def test_layers_that_nest_give_no_rows(town: Area) -> None:
    assert {"communities": 3, "subdistricts": 2} == {role: len(layer) for role, layer in town.outlines.items()}
    assert check_area(town).empty


# --- units ------------------------------------------------------------------------------------------------------


def test_a_unit_that_stands_under_another_community_than_it_lies_in_is_named_with_both(town: Area) -> None:
    moved = only(with_values(town, "community", c2r2="乙社区"), "communities")
    detail = "c2r2 (100 households) stands under 乙社区; it lies by area in: 甲社区 100%."
    assert ("warning", "unit lies in another community", "c2r2", detail) in rows(moved)
    assert ["unit lies in another community", "detached parts"] == names(moved)


def test_a_unit_mostly_in_another_community_does_not_straddle_too(town: Area) -> None:
    line = with_outlines(town, "communities", 甲社区=square(0, 0, 4, 4).difference(square(3.4, 1, 0.6, 1)))
    line = with_outlines(line, "communities", 乙社区=square(4, 0, 4, 4).union(square(3.4, 1, 0.6, 1)))
    detail = "c3r1 (100 households) stands under 甲社区; it lies by area in: 乙社区 60%, 甲社区 40%."
    assert [("warning", "unit lies in another community", "c3r1", detail)] == rows(line)


@pytest.mark.parametrize(("across_m", "told"), [(9, []), (11, ["unit straddles"]), (50, ["unit straddles"])])
def test_a_unit_straddles_from_a_tenth_of_its_area(town: Area, across_m: int, told: list[str]) -> None:
    line = with_outlines(town, "communities", 甲社区=square(0, 0, 4, 4).difference(square(4 - across_m / 100, 1)))
    line = with_outlines(line, "communities", 乙社区=square(4, 0, 4, 4).union(square(4 - across_m / 100, 1)))
    assert told == names(line)


def test_what_is_no_wider_than_a_line_is_drawn_does_not_straddle(town: Area) -> None:
    thin = with_shapes(town, c3r1=square(3.7, 1, 0.34, 1), c4r1=square(4.04, 1, 0.96, 1))
    assert [] == [name for name in names(only(thin, "communities")) if name.startswith("unit")]


def test_a_unit_wholly_in_its_community_does_not_straddle_where_polygons_overlap(town: Area) -> None:
    assert [] == names(with_outlines(town, "communities", 乙社区=square(3.5, 0, 4.5, 4)))


def test_a_unit_across_the_line_of_a_subdistrict_is_said_so_once(town: Area) -> None:
    wide = with_shapes(town, c7r1=square(7, 1, 1.3, 1), c8r1=square(8.3, 1, 0.7, 1))
    detail = "c7r1 (100 households) stands under 乙社区; it lies by area in: 乙社区 (东街道) 77%, 丙社区 (西街道) 23%."
    assert [("warning", "unit straddles subdistricts", "c7r1", detail)] == rows(wide)


def test_without_polygons_of_communities_units_are_held_against_subdistricts(town: Area) -> None:
    wide = only(with_shapes(town, c7r1=square(7, 1, 1.09, 1), c8r1=square(8.09, 1, 0.91, 1)), "subdistricts")
    assert "unit straddles subdistricts" not in names(wide)
    wider = only(with_shapes(town, c7r1=square(7, 1, 1.3, 1), c8r1=square(8.3, 1, 0.7, 1)), "subdistricts")
    detail = "c7r1 (100 households) stands under 东街道; it lies by area in: 东街道 77%, 西街道 23%."
    assert ("warning", "unit straddles subdistricts", "c7r1", detail) in rows(wider)


def test_a_unit_under_another_subdistrict_than_it_lies_in_is_told(town: Area) -> None:
    moved = only(with_values(town, "subdistrict", c2r2="西街道"), "subdistricts")
    detail = "c2r2 (100 households) stands under 西街道; it lies by area in: 东街道 100%."
    assert ("warning", "unit lies in another subdistrict", "c2r2", detail) in rows(moved)


def test_a_unit_in_no_polygon_is_told_to_lie_outside(town: Area) -> None:
    far = with_shapes(town, c0r0=square(-5, 0))
    detail = "c0r0 (100 households) stands under 甲社区; it lies by area in: no polygon 100%."
    assert ("warning", "unit outside its community", "c0r0", detail) in rows(only(far, "communities"))


def test_units_of_a_community_without_polygon_are_not_held_against_the_polygon_they_lie_in(town: Area) -> None:
    new = {f"c{column}r{row}": "新社区" for column in (4, 5) for row in range(4)}
    assert [] == names(with_values(only(town, "communities"), "community", **new))


def test_each_unit_amiss_has_a_row(town: Area) -> None:
    shifted = with_outlines(town, "communities", 甲社区=square(0, 0, 3.8, 4), 乙社区=square(3.8, 0, 4.2, 4))
    told = check_area(only(shifted, "communities"))
    assert ["c3r0", "c3r1", "c3r2", "c3r3"] == told["id"].tolist()
    assert {"unit straddles"} == set(told["problem"])


def test_floor_area_decides_where_a_unit_holds_buildings(town: Area) -> None:
    line = with_outlines(town, "communities", 甲社区=square(0, 0, 4, 4).difference(square(3.7, 1, 0.3, 1)))
    line = only(
        with_outlines(line, "communities", 乙社区=square(4, 0, 4, 4).union(square(3.7, 1, 0.3, 1))), "communities"
    )
    assert ["unit straddles"] == names(line)
    tower, hut = square(3.1, 1.1, 0.4, 0.4), square(3.8, 1.2, 0.1, 0.1)
    west = gpd.GeoDataFrame({"floors": [6.0]}, geometry=[tower], crs=CRS)
    assert [] == names(replace(line, buildings=west))
    both = gpd.GeoDataFrame({"floors": [1.0, 18.0], "floor_m2": [float("nan"), 1600.0]}, geometry=[tower, hut], crs=CRS)
    detail = (
        "c3r1 (100 households) stands under 甲社区; it lies by floor area of the buildings inside in: "
        "乙社区 50%, 甲社区 50%."
    )
    assert [("warning", "unit straddles", "c3r1", detail)] == rows(replace(line, buildings=both))


# --- communities ------------------------------------------------------------------------------------------------


def test_a_community_across_the_line_is_told_with_the_units_there_and_they_are_not_said_again(town: Area) -> None:
    line = with_outlines(town, "subdistricts", 东街道=square(0, 0, 7, 4), 西街道=square(7, 0, 5, 4))
    detail = (
        "乙社区 lies with 40000 m² (25%) beyond the line of its subdistrict 东街道, 40000 m² in 西街道. "
        "Units there: c7r0, c7r1, c7r2, c7r3 (400 households)."
    )
    assert [("warning", "community crosses the subdistrict line", "乙社区", detail)] == rows(line)
    assert [("warning", "community crosses the subdistrict line", "乙社区", detail)] == rows(only(line, "subdistricts"))


def test_a_community_that_reaches_over_the_line_without_units_says_so(town: Area) -> None:
    shapes = {f"c7r{row}": square(7, row, 0.9, 1) for row in range(4)}
    line = with_outlines(
        with_shapes(town, **shapes), "subdistricts", 东街道=square(0, 0, 7.9, 4), 西街道=square(7.9, 0, 4.1, 4)
    )
    beyond = "乙社区 lies with 4000 m² (2%) beyond the line of its subdistrict 东街道, 4000 m² in 西街道."
    assert [f"{beyond} No unit lies there."] == [row[3] for row in rows(line)]


def test_slivers_along_the_line_do_not_cross_it(town: Area) -> None:
    line = with_outlines(town, "subdistricts", 东街道=square(0, 0, 7.96, 4), 西街道=square(7.96, 0, 4.04, 4))
    noise = (
        "Slivers along the outlines of subdistricts, narrower than 5 m or smaller than 100 m², make 1600 m² in all: "
        "drawing noise."
    )
    assert [("note", "subdistrict outline differs", "", noise)] == rows(line)


def test_a_polygon_that_is_older_than_its_units_is_told_instead_of_each_unit(town: Area) -> None:
    old = with_outlines(town, "communities", 甲社区=square(0, 0, 2, 4), 乙社区=square(2, 0, 6, 4))
    assert [
        (
            "warning",
            "community outline differs",
            "乙社区",
            "The polygon of 乙社区 and its units agree by 67%: 0 m² of its units lie outside of it, and units of other "
            "communities take 80000 m² of it.",
        ),
        (
            "warning",
            "community outline differs",
            "甲社区",
            "The polygon of 甲社区 and its units agree by 50%: 80000 m² of its units lie outside of it, and units of "
            "other communities take 0 m² of it. Mostly outside: c2r0, c2r1, c2r2, c2r3, c3r0, c3r1, c3r2, c3r3 "
            "(800 households).",
        ),
    ] == rows(old)


def test_polygons_that_units_do_not_fill_are_a_note(town: Area) -> None:
    wide = with_outlines(town, "communities", 甲社区=square(-4, 0, 8, 4))
    detail = (
        "The units of 1 communities fill less than 80% of their polygons, which leaves 160000 m² of land without "
        "units: 甲社区 (50%)."
    )
    assert [("note", "community outline differs", "", detail)] == rows(only(wide, "communities"))


def test_communities_that_are_the_units_are_not_held_against_themselves(tmp_path: Path) -> None:
    layer = town_communities().assign(households=1000, population=2500)
    area = read_layers(tmp_path, communities=layer, subdistricts=town_subdistricts())
    assert [] == names(area)


# --- subdistricts -----------------------------------------------------------------------------------------------


def test_land_without_community_is_a_note_below_a_twentieth_and_a_warning_above(town: Area) -> None:
    slight = with_outlines(town, "subdistricts", 西街道=square(8, 0, 4.1, 4))
    assert [("note", "西街道")] == [(row[0], row[2]) for row in rows(slight)]
    strong = with_outlines(town, "subdistricts", 西街道=square(8, 0, 5, 4))
    assert [("warning", "西街道")] == [(row[0], row[2]) for row in rows(strong)]
    middle = f"{WEST + 1250}, {SOUTH + 200}"
    assert [
        f"The outline of 西街道 differs by 20.00%: no community covers 40000 m² (100 m wide, at {middle}) of it."
    ] == [row[3] for row in rows(strong)]


def test_land_of_a_community_without_polygon_is_not_without_community(town: Area) -> None:
    bare = with_outlines(town, "communities", 丙社区=None)
    assert [] == names(bare)


def test_a_little_land_beyond_the_outline_is_a_note(town: Area) -> None:
    line = with_outlines(town, "communities", 丙社区=square(8, 0, 4, 4).union(square(12, 0, 0.2, 0.4)))
    piece = f"800 m² (20 m wide, at {WEST + 1210}, {SOUTH + 20})"
    assert [
        (
            "note",
            "subdistrict outline differs",
            "西街道",
            f"The outline of 西街道 differs by 0.50%: its communities reach beyond it with {piece}.",
        )
    ] == rows(line)


def test_broken_polygons_are_told_and_compared_as_mended(town: Area) -> None:
    bow = Polygon([(WEST, SOUTH), (WEST + 400, SOUTH + 400), (WEST + 400, SOUTH), (WEST, SOUTH + 400)])
    told = check_area(with_outlines(town, "communities", 甲社区=bow))
    assert ("invalid shape", "communities", "甲社区") in set(
        zip(told["problem"], told["layer"], told["id"], strict=True)
    )
    assert [] == found(told, "error")


def test_checking_changes_no_outline(town: Area) -> None:
    before = {role: layer.copy() for role, layer in town.outlines.items()}
    check_area(town)
    assert all(before[role].equals(layer) for role, layer in town.outlines.items())


def test_while_a_layer_seems_to_lie_off_nothing_that_may_follow_from_it_is_to_be_mended(tmp_path: Path) -> None:
    moved = small_communities().assign(geometry=small_communities().translate(60, 0))
    area = read_layers(tmp_path, units=small_units(), communities=moved)
    before = check_area(area)
    assert "warning" in set(before["severity"])
    suspected = problem("warning", "units", "map offset", "", "", id="units")
    after = check_area(replace(area, problems=problems_table([*area.problems.to_dict("records"), suspected])))
    nested = after[after["problem"].isin(before.loc[before["severity"] == "warning", "problem"])]
    assert {"note"} == set(nested["severity"])
    assert nested["advice"].str.startswith("Settle the suspected map offset first").all()
