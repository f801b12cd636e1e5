"""The shipped rule sets, what an area may override, and the documentation that must agree with both."""

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.rules import MergeClauses, RuleSet, load_rules, preset_names, status_of

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "rule-sets.md").read_text("utf-8")
PRESETS = ["henan-2022", "hohhot-2023", "law-2026", "qingpu-2023", "tianjin-2022"]


def bands(*households: int, **values: object) -> list[str]:
    return status_of(pd.Series(households), load_rules(values)).tolist()


def preset_file(preset: str) -> dict:
    return tomllib.loads((ROOT / "pipeline" / "presets" / f"{preset}.toml").read_text("utf-8"))


def section(title: str) -> str:
    return DOCUMENT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> dict[str, list[str]]:
    """Rows of the tables of a section whose first cell is code: name -> the other cells."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section(title).splitlines()]
    return {first.strip("`"): rest for first, *rest in cells if first.startswith("`")}


def shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def test_five_rule_sets_are_shipped():
    assert preset_names() == PRESETS


def test_an_area_that_names_no_rule_set_gets_hohhot():
    assert load_rules().name == "hohhot-2023"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_rule_set_bears_the_name_of_its_file(preset):
    assert load_rules({"preset": preset}).name == preset


@pytest.mark.parametrize(
    ("preset", "limits"),
    [
        ("hohhot-2023", (1000, 3000, 4000, 1000)),
        ("law-2026", (1000, 3000, 3000, 1000)),
        ("henan-2022", (1000, 3000, 3000, 1000)),
        ("tianjin-2022", (1000, 3000, 4000, 1000)),
        ("qingpu-2023", (1000, 2000, 2000, 1000)),
    ],
)
def test_a_rule_set_has_the_limits_of_its_document(preset, limits):
    rules = load_rules({"preset": preset})
    assert (rules.lower, rules.upper, rules.split_over, rules.merge_under) == limits


@pytest.mark.parametrize("preset", ["henan-2022", "tianjin-2022", "qingpu-2023"])
def test_rule_sets_that_count_dwellings_say_so(preset):
    assert load_rules({"preset": preset}).measure == "住宅套数"


def test_the_law_of_2026_cites_its_new_third_article():
    rules = load_rules({"preset": "law-2026"})
    assert rules.clause_limits == "一般在一千户至三千户的范围内设立，也可以根据实际需要，在适当范围内设立"


def test_only_hohhot_asks_for_overload_before_a_split():
    assert [name for name in PRESETS if load_rules({"preset": name}).split_needs_overload] == ["hohhot-2023"]


def test_every_indicator_that_counts_in_a_shipped_rule_set_rests_on_a_document():
    undocumented = [
        (preset, name)
        for preset in PRESETS
        for name, indicator in load_rules({"preset": preset}).overload.items()
        if indicator.counts and "**default**" in rows(preset)[name][-1]
    ]
    assert undocumented == []


def test_the_bands_change_exactly_at_the_limits():
    expected = ["under", "within", "within", "over", "over", "far_over"]
    assert bands(999, 1000, 3000, 3001, 4000, 4001) == expected


def test_there_is_no_band_over_where_the_act_limit_is_the_upper_limit():
    assert bands(2000, 2001, preset="qingpu-2023") == ["within", "far_over"]


@given(households=st.integers(0, 20_000), step=st.integers(0, 20_000))
def test_more_households_never_mean_a_smaller_band(households, step):
    order = ["under", "within", "over", "far_over"]
    smaller, larger = bands(households, households + step)
    assert order.index(smaller) <= order.index(larger)


def test_an_area_may_override_a_limit():
    assert load_rules({"lower": 800, "merge_under": 700}).lower == 800


def test_overriding_one_value_of_an_indicator_keeps_the_others():
    grids = load_rules({"overload": {"grids": {"counts": True}}}).overload["grids"]
    assert (grids.counts, grids.threshold, grids.zh) == (True, 10.0, "网格数")


def test_an_area_may_add_an_indicator_of_its_own():
    own = {"of": "waiting_households", "per": "households", "threshold": 0.2, "zh": "待入住比例", "clause": "本区口径"}
    assert load_rules({"overload": {"own": own}}).overload["own"].per == "households"


def test_overriding_leaves_the_shipped_rule_set_as_it_was():
    load_rules({"overload": {"grids": {"threshold": 99}}})
    assert load_rules().overload["grids"].threshold == 10.0


def test_an_unknown_rule_set_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="Did you mean hohhot-2023"):
        load_rules({"preset": "hohot-2023"})


def test_every_bad_value_is_named_at_once():
    with pytest.raises(InputError) as caught:
        load_rules({"lower": "many", "uper": 3000, "overload": {"grids": {"threshold": "high"}}})
    assert sorted(caught.value.problems["id"]) == ["lower", "overload.grids.threshold", "uper"]


def test_limits_out_of_order_are_refused_with_the_figures():
    with pytest.raises(InputError, match="got 1000, 1000, 900, 4000"):
        load_rules({"upper": 900})


@pytest.mark.parametrize("preset", PRESETS)
def test_the_document_has_every_value_of_a_rule_set_and_no_other(preset):
    values = preset_file(preset)
    flat = {key: value for key, value in values.items() if key not in ("name", "title") and not isinstance(value, dict)}
    for table in ("merge_clauses", "facility"):
        flat |= {f"{table}.{key}": value for key, value in values.get(table, {}).items()}
    documented = {name: cells[0] for name, cells in rows(preset).items() if name not in values["overload"]}
    assert documented == {key: shown(value) for key, value in flat.items()}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_document_has_every_indicator_of_a_rule_set(preset):
    expected = {}
    for name, indicator in load_rules({"preset": preset}).overload.items():
        times = f" × {indicator.times:g}" if indicator.times != 1 else ""
        formula = indicator.of + times + (f" ÷ {indicator.per}" if indicator.per else "")
        line = f"{'above' if indicator.exceeds else 'below'} {indicator.threshold:g}"
        expected[name] = [formula, line, "yes" if indicator.counts else "no", indicator.clause]
    documented = {name: cells[:4] for name, cells in rows(preset).items() if name in expected}
    assert documented == expected


@pytest.mark.parametrize("preset", PRESETS)
def test_the_document_gives_every_value_a_source(preset):
    assert [name for name, cells in rows(preset).items() if not cells[-1]] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_the_document_opens_a_rule_set_with_its_title(preset):
    assert section(preset).strip().startswith(load_rules({"preset": preset}).title)


def test_the_document_has_the_values_that_all_rule_sets_share():
    fields = {
        name: field.get_default(call_default_factory=True)
        for name, field in RuleSet.model_fields.items()
        if not field.is_required() and name not in ("merge_clauses", "overload", "facility")
    }
    clauses = {f"merge_clauses.{name}": field.default for name, field in MergeClauses.model_fields.items()}
    documented = {name: cells[0] for name, cells in rows("Values that all rule sets share").items()}
    assert documented == {name: shown(value) for name, value in (fields | clauses).items()}
