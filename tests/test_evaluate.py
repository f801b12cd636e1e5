"""Evaluations on cities of unit squares of 100 m; each letter of a drawing is the community of one unit."""

import string

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from pipeline.evaluate import MEASURES, change_table, evaluate_plan
from pipeline.results import Evaluation
from pipeline.rules import load_rules
from pipeline.schema import columns

RULES = load_rules()
SIDE_M = 100


def city(*drawing: str, households: int = 500) -> gpd.GeoDataFrame:
    """Units u00, u01, ... row by row, each with as many households and twice as many residents."""
    places = [(row, column, letter) for row, line in enumerate(drawing) for column, letter in enumerate(line)]
    squares = [box(x * SIDE_M, -y * SIDE_M, (x + 1) * SIDE_M, (1 - y) * SIDE_M) for y, x, _ in places]
    units = {
        "name": "",
        "households": households,
        "population": pd.array([2 * households] * len(places), dtype="Int64"),
        "community": [letter for *_, letter in places],
        "subdistrict": "东街",
        "anchor": False,
    }
    index = pd.Index([f"u{y}{x}" for y, x, _ in places], name="unit_id")
    return gpd.GeoDataFrame(units, index=index, geometry=squares, crs="EPSG:4525")


def plan_of(*drawing: str) -> pd.Series:
    return city(*drawing)["community"]


def edges_of(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Edges between the squares of a city, over open ground."""
    cells = set(units.index)
    pairs = [
        (f"u{y}{x}", f"u{y + down}{x + right}")
        for y, x in ((int(key[1]), int(key[2])) for key in units.index)
        for down, right in ((0, 1), (1, 0))
        if f"u{y + down}{x + right}" in cells
    ]
    ground = {"along": "", "along_name": "", "road_class": "", "barrier": False, "crossing": False, "factor": 1.0}
    table = pd.DataFrame(pairs, columns=["a", "b"]).assign(border_m=100.0, kind="border", **ground, border_cost=100.0)
    return table.assign(allowed=True, why="", computed="")[columns("edges")]


def evaluated(today: tuple[str, ...], then: tuple[str, ...], **options: int) -> Evaluation:
    units = city(*today, **options)
    return evaluate_plan(units, edges_of(units), plan_of(*then), RULES)


def number(evaluation: Evaluation, measure: str) -> tuple[float, float]:
    row = evaluation.numbers.set_index("measure").loc[measure]
    return row["before"], row["after"]


SPLIT = evaluated(("aaaaabb",), ("aaaccbb",))
MERGE = evaluated(("abcc",), ("aacc",))
TRANSFER = evaluated(("aaabb",), ("aabbb",))
REGROUP = evaluated(("aabbcc",), ("aaaccc",))
KEPT = evaluated(("aabb",), ("aabb",))


# --- numbers ------------------------------------------------------------------------------------------------


def test_numbers_have_a_row_for_every_measure_in_order():
    assert SPLIT.numbers["measure"].tolist() == [measure.name for measure in MEASURES]


def test_numbers_have_keys_labels_and_units():
    assert SPLIT.numbers.columns.tolist() == ["measure", "label", "unit", "before", "after"]


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [(SPLIT, (2, 1, 0, 3)), (MERGE, (3, 0, 1, 2)), (TRANSFER, (2, 0, 0, 2)), (REGROUP, (3, 0, 1, 2))],
)
def test_communities_created_and_abolished_add_up(evaluation, expected):
    before, after = number(evaluation, "communities")
    created, abolished = number(evaluation, "created")[1], number(evaluation, "abolished")[1]
    assert (before, created, abolished, after) == expected


@pytest.mark.parametrize(("evaluation", "touched"), [(SPLIT, 1), (MERGE, 2), (TRANSFER, 2), (REGROUP, 3), (KEPT, 0)])
def test_a_community_is_touched_when_its_units_change(evaluation, touched):
    assert number(evaluation, "touched") == (0, touched)


def test_moved_households_are_those_whose_community_changes():
    assert (number(SPLIT, "moved_households"), number(SPLIT, "moved_units")) == ((0, 1000), (0, 2))


def test_a_plan_that_changes_nothing_moves_nobody():
    changed = KEPT.numbers[KEPT.numbers["before"] != KEPT.numbers["after"]]
    assert changed["measure"].tolist() == []


def test_households_outside_the_limits_are_counted_from_the_nearer_limit():
    found = evaluated(("aaaaab",), ("aaaabb",), households=800)
    assert number(found, "households_outside") == (1000 + 200, 200)


def test_communities_outside_are_the_sum_of_the_bands_outside():
    found = evaluated(("aaaaab",), ("aaaabb",), households=800)
    counts = {key: number(found, f"status_{key}") for key in ("under", "within", "over", "far_over")}
    assert counts == {"under": (1, 0), "within": (0, 1), "over": (1, 1), "far_over": (0, 0)}
    assert number(found, "outside") == (2, 1)


def test_compactness_is_given_on_average_and_at_its_lowest():
    found = evaluated(("ab", "ab"), ("ab", "bb"))
    assert number(found, "convex_hull_ratio_mean") == pytest.approx((1.0, (1 + 6 / 7) / 2))
    assert number(found, "convex_hull_ratio_min") == pytest.approx((1.0, 6 / 7))


def test_new_borders_are_those_that_separate_nobody_today():
    found = evaluated(("aab", "aab"), ("abb", "abb"))
    assert (number(found, "border_m"), number(found, "new_border_m")) == ((200, 200), (0, 200))


def test_cut_edges_count_neighbours_in_different_communities():
    assert number(evaluated(("aa", "bb"), ("aa", "ab")), "cut_edges") == (2, 2)


def test_the_share_along_roads_is_of_the_border_between_communities():
    units = city("aab")
    edges = edges_of(units).assign(along=["road", ""])
    found = evaluate_plan(units, edges, plan_of("abb"), RULES)
    assert number(found, "border_along_road") == (0, 1)


def test_a_barrier_is_a_crossing_inside_a_community_and_a_border_outside():
    units = city("aab")
    edges = edges_of(units).assign(barrier=[True, False])
    found = evaluate_plan(units, edges, plan_of("abb"), RULES)
    assert (number(found, "barrier_crossings"), number(found, "border_along_barrier")) == ((1, 0), (0, 1))


def test_bridges_are_no_borders():
    units = city("aab")
    edges = edges_of(units).assign(kind=["border", "bridge"])
    assert number(evaluate_plan(units, edges, units["community"], RULES), "cut_edges") == (0, 0)


def test_an_area_of_one_community_has_no_border_to_take_shares_of():
    assert number(evaluated(("aaa",), ("aaa",)), "border_along_road") == (0, 0)


# --- communities --------------------------------------------------------------------------------------------


def test_communities_have_the_columns_of_the_contract():
    assert [SPLIT.communities.index.name, *SPLIT.communities.columns] == columns("communities.csv")


def test_communities_are_those_of_the_plan_with_exact_sums():
    table = SPLIT.communities
    assert table[["households", "population"]].T.to_dict("list") == {
        "a": [1500, 3000],
        "b": [1000, 2000],
        "c": [1000, 2000],
    }
    assert table["area_km2"].tolist() == pytest.approx([0.03, 0.02, 0.02])


def test_population_that_nobody_counted_stays_unknown():
    units = city("ab").assign(population=pd.array([None, 7], dtype="Int64"))
    table = evaluate_plan(units, edges_of(units), units["community"], RULES).communities
    assert table["population"].isna().tolist() == [True, False]


def test_predecessors_come_with_most_households_first():
    table = evaluated(("abbbcc",), ("aaaacc",)).communities
    assert table["predecessors"].to_dict() == {"a": "b、a", "c": "c"}


@pytest.mark.parametrize(
    ("evaluation", "changes"),
    [
        (KEPT, {"a": "U", "b": "U"}),
        (SPLIT, {"a": "S", "b": "U", "c": "S"}),
        (MERGE, {"a": "M", "c": "U"}),
        (TRANSFER, {"a": "X", "b": "X"}),
        (REGROUP, {"a": "X", "c": "X"}),
    ],
)
def test_every_community_has_its_change_code(evaluation, changes):
    assert evaluation.communities["change"].to_dict() == changes


# --- changes ------------------------------------------------------------------------------------------------


def test_changes_list_every_pair_that_shares_units():
    assert SPLIT.changes.drop(columns="subdistrict").to_numpy().tolist() == [
        ["a", "a", 3, 1500, "S"],
        ["a", "c", 2, 1000, "S"],
        ["b", "b", 2, 1000, "U"],
    ]


def test_a_community_that_is_only_renamed_is_unchanged():
    assert change_table(city("aabb"), plan_of("aazz"))["change"].tolist() == ["U", "U"]


def test_a_merge_and_a_split_side_by_side_keep_their_own_codes():
    assert change_table(city("aabcc"), plan_of("adbbb"))["change"].tolist() == ["S", "S", "M", "M"]


def test_a_community_divided_between_old_neighbours_is_irregular():
    assert change_table(city("abbc"), plan_of("aacc"))["change"].unique().tolist() == ["X"]


def test_a_plan_without_some_unit_is_refused():
    units = city("aab")
    with pytest.raises(KeyError, match="u02"):
        evaluate_plan(units, edges_of(units), plan_of("aa"), RULES)


def test_a_plan_is_matched_by_unit_and_not_by_position():
    units = city("aaabb")
    found = evaluate_plan(units, edges_of(units), plan_of("aabbb").iloc[::-1], RULES)
    pd.testing.assert_frame_equal(found.numbers, TRANSFER.numbers)


# --- properties ---------------------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcd")
PLANS = st.lists(LETTERS, min_size=12, max_size=12)
COUNTS = st.lists(st.integers(0, 3000), min_size=12, max_size=12)


def random_city(letters: list[str], counts: list[int]) -> gpd.GeoDataFrame:
    rows = ["".join(letters[start : start + 4]) for start in (0, 4, 8)]
    return city(*rows).assign(households=counts)


@settings(max_examples=15)
@given(today=PLANS, then=PLANS, counts=COUNTS)
def test_households_are_conserved(today, then, counts):
    units = random_city(today, counts)
    found = evaluate_plan(units, edges_of(units), pd.Series(then, index=units.index), RULES)
    total = sum(counts)
    assert number(found, "households") == (total, total)
    assert (found.communities["households"].sum(), found.changes["households"].sum()) == (total, total)


@settings(max_examples=15)
@given(today=PLANS, then=PLANS, counts=COUNTS, names=st.permutations(string.ascii_lowercase[:4]))
def test_relabelling_communities_changes_nothing_in_the_numbers(today, then, counts, names):
    units = random_city(today, counts)
    plan = pd.Series(then, index=units.index)
    other = dict(zip("abcd", names, strict=True))
    renamed = units.assign(community=units["community"].map(other))
    found = evaluate_plan(units, edges_of(units), plan, RULES)
    again = evaluate_plan(renamed, edges_of(units), plan.map(other), RULES)
    pd.testing.assert_frame_equal(found.numbers, again.numbers)


@settings(max_examples=50)
@given(today=PLANS, then=PLANS)
def test_change_codes_follow_their_definition(today, then):
    units = random_city(today, [1] * 12)
    plan = pd.Series(then, index=units.index)
    pairs = set(zip(today, then, strict=True))

    def code(before: str, after: str) -> str:
        afters = {b for a, b in pairs if a == before}
        befores = {a for a, b in pairs if b == after}
        if len(afters) == len(befores) == 1:
            return "U"
        if all(a == before for a, b in pairs if b in afters):
            return "S"
        if all(b == after for a, b in pairs if a in befores):
            return "M"
        return "X"

    found = change_table(units, plan).set_index(["before", "after"])["change"].to_dict()
    assert found == {pair: code(*pair) for pair in pairs}
