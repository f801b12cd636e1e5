"""Community names: the same community under several spellings."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_area import TOTALS, found, read_layers, small_table, small_units

from pipeline.read.names.spelling import name_key, spellings, tidy


@pytest.mark.parametrize(
    "name", ["大召社区", "大召社区居委会", "大召社区居民委员会", "大召居委会", "大 召　社区", "大召"]
)
def test_every_usual_form_of_a_name_means_the_same_community(name: str) -> None:
    assert "大召" == name_key(name)


@given(st.text(min_size=1))
def test_reducing_a_name_never_leaves_nothing_of_something(name: str) -> None:
    assert bool(name_key(name)) == bool(name.strip())


@given(st.text())
def test_tidying_twice_is_tidying_once(name: str) -> None:
    assert tidy(tidy(name)) == tidy(name)


def test_the_commonest_spelling_of_the_first_source_is_used() -> None:
    units = pd.Series(["大召社区", "大召社区", "大召", ""])
    table = pd.Series(["大召居委会", "三里营"])
    expected = {"大召社区": "大召社区", "大召": "大召社区", "大召居委会": "大召社区", "三里营": "三里营"}
    assert expected == spellings([units, table])


def test_a_table_with_other_suffixes_is_joined_and_the_units_spelling_stays(tmp_path: Path) -> None:
    table = small_table()
    table["社区名称"] = ["甲居委会", "乙 社区居民委员会", "丙"]
    table["街道"] = ["东街道办事处", "东街道办事处", "西街道办事处"]
    area = read_layers(tmp_path, units=small_units(), households=table)
    assert TOTALS == area.communities["households"].to_dict()
    assert ["东街道", "东街道", "西街道"] == area.communities["subdistrict"].tolist()
    assert [] == found(area.problems)
    assert ["spellings unified", "spellings unified"] == [
        name for name in found(area.problems, "note") if name not in ("columns recognised", "coordinate system")
    ]
