"""Near names are proposed, in an order that does not depend on the order of the input, and never joined."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_area import found, read_layers, small_table, small_units

from pipeline.read.names.proposals import did_you_mean, proposals, score
from pipeline.read.names.variants import _SIMPLIFIED, _TRADITIONAL, _USUAL, _VARIANTS, simplified

NAMES = st.text(alphabet="大小召寺东西街园里社区", min_size=1, max_size=6)


@given(NAMES, NAMES)
def test_a_score_lies_between_0_and_1_whichever_comes_first(one: str, other: str) -> None:
    assert 0 <= score(one, other) <= 1
    assert score(one, one) == 1


@pytest.mark.parametrize(
    ("name", "other", "least"),
    [("大召社區", "大召社区", 1), ("大南街大召社区", "大召社区", 0.7), ("三里莹社区", "三里营社区", 0.6)],
)
def test_usual_slips_are_near(name: str, other: str, least: float) -> None:
    assert score(name, other) >= least


def test_the_order_of_the_names_makes_no_difference() -> None:
    names = ["大召东社区", "大召西社区", "大召前社区", "大召后社区", "无关社区"]
    assert proposals("大召社区", names) == proposals("大召社区", names[::-1])
    assert 3 == len(proposals("大召社区", names))


def test_nothing_is_proposed_where_nothing_is_near() -> None:
    assert "" == did_you_mean("大召社区", ["小黑河社区"])


def test_the_table_of_variants_is_a_table() -> None:
    assert (len(_TRADITIONAL), len(_VARIANTS)) == (len(_SIMPLIFIED), len(_USUAL))
    assert len(set(_TRADITIONAL + _VARIANTS)) == len(_TRADITIONAL + _VARIANTS)
    assert simplified(_SIMPLIFIED) == _SIMPLIFIED


def test_a_near_name_is_proposed_and_not_joined(tmp_path: Path) -> None:
    table = small_table().replace({"社区名称": {"乙社区": "乙社區"}})
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert ["counts without shape", "household totals differ"] == found(area.problems)
    assert area.problems.loc[0, "advice"].startswith("Did you mean 乙社区 (score 1.00)? Correct its name or code")
    assert 1000 == area.communities.at["乙社区", "households"]  # the layer's own count
