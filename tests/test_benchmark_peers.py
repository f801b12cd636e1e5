"""The code that measures huajie and its peers is right where the answer can be seen or tried out."""

import importlib.util
import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely import box

from pipeline.graph import adjacency

SPEC = importlib.util.spec_from_file_location(
    "peers_measuring", Path(__file__).parents[1] / "benchmarks" / "peers" / "measuring.py"
)
measuring = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(measuring)

SIDE = 1000
HOUSEHOLDS = [400, 500, 600, 700]


def row_of_squares() -> gpd.GeoDataFrame:
    """Four squares of a kilometre in a row, two communities of two."""
    table = {"households": HOUSEHOLDS, "community": ["west", "west", "east", "east"], "subdistrict": "s"}
    shapes = [box(SIDE * place, 0, SIDE * (place + 1), SIDE) for place in range(4)]
    return gpd.GeoDataFrame(table, index=["u1", "u2", "u3", "u4"], geometry=shapes, crs="EPSG:4525")


def measures_of(*labels: str, lower: int = 1000, upper: int = 1400) -> dict[str, float]:
    units = row_of_squares()
    return measuring.measured(units, adjacency(units), pd.Series(labels, index=units.index), lower=lower, upper=upper)


weights = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 9))
)


@given(weights)
def test_no_other_assignment_has_a_greater_sum(table):
    found = measuring.assigned(table)
    rows, columns = table.shape
    wide = table if rows <= columns else table.T
    best = max(
        sum(wide[row, column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(wide.shape[1]), len(wide))
    )
    taken = found[found >= 0]
    assert len(set(taken.tolist())) == len(taken) == min(rows, columns)
    assert sum(table[row, column] for row, column in enumerate(found) if column >= 0) == best


def test_labels_mean_nothing_so_that_today_under_other_names_moves_nobody():
    measures = measures_of("7", "7", "west", "west")
    assert (measures["moved"], measures["renamed"], measures["communities"]) == (0.0, 0, 2)


def test_a_plan_on_four_squares_is_measured_as_one_can_see():
    measures = measures_of("a", "b", "b", "b")
    # b (1,800) has 1,300 of east and a is what is left of west, so that u2 with 500 households moves.
    assert measures["moved"] == pytest.approx(500 / 2200)
    assert (measures["inside"], measures["contiguous"], measures["renamed"]) == (0.0, 1.0, 0)
    assert (measures["border_km"], measures["cost_km"]) == pytest.approx((1.0, 1.0))
    one, three_by_one = np.pi / 4, 4 * np.pi * 3 / 8**2
    assert measures["polsby_popper"] == pytest.approx((one + three_by_one) / 2)


def test_the_limits_count_as_inside():
    # They have 1,000 and 1,200.
    assert measures_of("a", "b", "a", "b", lower=1000, upper=1200)["inside"] == 1.0
    assert measures_of("a", "b", "a", "b", lower=1001, upper=1200)["inside"] == 0.5
    assert measures_of("a", "b", "a", "b", lower=1000, upper=1199)["inside"] == 0.5


def test_a_community_in_two_pieces_is_not_contiguous():
    measures = measures_of("a", "b", "a", "b")
    assert measures["contiguous"] == 0.0
    assert measures["border_km"] == pytest.approx(3.0)


def test_new_and_abolished_communities_are_counted():
    assert measures_of("a", "a", "b", "c")["renamed"] == 1
    assert measures_of("a", "a", "a", "a")["renamed"] == 1
    assert measures_of("a", "b", "c", "d")["moved"] == pytest.approx((400 + 600) / 2200)


def test_units_without_households_decide_between_names_that_are_equal_otherwise():
    today, drawn = pd.Series(["p", "p", "p", "q"]), pd.Series(["a", "a", "b", "b"])
    empty = pd.Series([0, 0, 0, 0])
    assert measuring.matched(measuring.overlap(today, drawn, empty)) == {"a": "p", "b": "q"}


def test_no_division_inside_the_limits_moves_fewer_households_than_the_bound():
    lower, upper = 3, 6
    seen = set()
    for sizes in itertools.product((1, 2, 4, 8), repeat=3):
        least = fewest_moved(sizes, lower, upper)
        bound = measuring.least_moved(sizes, lower=lower, upper=upper)
        assert bound <= least + 1e-9, sizes
        seen.add(bound == least)
    assert True in seen  # the bound is reached somewhere, so that it is not idle


def fewest_moved(sizes: tuple[int, ...], lower: int, upper: int) -> float:
    """Try what each community keeps (0: abolished) and how many are new, on no map: any households are a community."""
    total, best = sum(sizes), float("inf")
    for kept in itertools.product(*(range(min(size, upper) + 1) for size in sizes)):
        survivors = [part for part in kept if part]
        filled = sum(max(lower, part) for part in survivors)
        for new in range(total // lower + 1):
            if filled + new * lower <= total <= (len(survivors) + new) * upper:
                best = min(best, total - sum(kept))
    return best
