"""Pieces that are too small join the neighbour with the longest border."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.graph import components
from pipeline.tessellate.joining import filled, joined


def chain(*lengths: float) -> pd.DataFrame:
    """Make the borders of pieces in a row."""
    return pd.DataFrame({"a": range(len(lengths)), "b": range(1, len(lengths) + 1), "length": lengths})


def test_a_small_piece_joins_the_neighbour_with_the_longest_border():
    assert [0, 1, 1] == joined(np.array([9.0, 1.0, 9.0]), chain(3.0, 5.0), enough=2).tolist()


def test_small_pieces_join_one_another_until_they_are_large_enough():
    assert [0, 0, 0, 3] == joined(np.array([1.0, 1.0, 1.0, 9.0]), chain(5.0, 5.0, 1.0), enough=3).tolist()


def test_a_piece_without_neighbours_stays_alone():
    assert [0] == joined(np.array([0.0]), chain(), enough=1).tolist()


def test_pieces_of_nothing_end_up_with_a_neighbour():
    assert [0, 0, 0] == joined(np.zeros(3), chain(1.0, 2.0), enough=1).tolist()


def test_no_two_pieces_join_beyond_the_most():
    assert [0, 0, 2] == joined(np.array([2.0, 2.0, 2.0]), chain(1.0, 1.0), enough=5, most=5).tolist()


def test_a_shed_beside_full_units_joins_one_of_them_all_the_same():
    assert [0, 0, 2] == filled(np.array([290.0, 20.0, 295.0]), chain(9.0, 5.0), most=300).tolist()


@st.composite
def rows_of_pieces(draw):
    households = draw(st.lists(st.integers(0, 400), min_size=1, max_size=30))
    lengths = draw(st.lists(st.floats(1, 9), min_size=len(households) - 1, max_size=len(households) - 1))
    return np.array(households, dtype="float64"), chain(*lengths)


@given(rows_of_pieces())
def test_groups_hang_together_and_none_that_has_a_neighbour_is_nearly_empty(pieces):
    households, borders = pieces
    group = filled(households, borders, most=300)
    inside = borders[group[borders["a"]] == group[borders["b"]]]
    assert len(np.unique(group)) == components(pd.RangeIndex(len(group)), inside["a"], inside["b"]).nunique()
    held = np.bincount(group, households)[np.unique(group)]
    assert len(held) == 1 or held.min() >= 75
    assert held.max() <= max(300, households.max()) + 2 * 75


@given(rows_of_pieces())
def test_a_group_is_named_by_its_first_piece(pieces):
    group = filled(*pieces, most=300)
    assert all(group[first] == first and (np.flatnonzero(group == first)[0] == first) for first in np.unique(group))
