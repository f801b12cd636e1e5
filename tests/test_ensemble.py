"""A plan stands among random valid plans where counting says it does, on any number of jobs."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from dossier.conftest import toy_edges, toy_plan, toy_units

from pipeline.ensemble import MEASURES, sample_plans
from pipeline.evaluate import evaluate_plan
from pipeline.results import Ensemble
from pipeline.rules import RuleSet, load_rules
from pipeline.schema import columns
from pipeline.verify import verify_plan

NAMES = [measure.name for measure in MEASURES]


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return toy_units()


@pytest.fixture(scope="module")
def edges(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return toy_edges(units)


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_rules()


@pytest.fixture(scope="module")
def ensemble(units, edges, rules) -> Ensemble:
    return sample_plans(units, edges, toy_plan(units, "compliance"), rules, steps=4000, seed=5)


def row_of(ensemble: Ensemble, subdistrict: str, measure: str) -> pd.Series:
    table = ensemble.standing.set_index(["subdistrict", "measure"])
    return table.loc[(subdistrict, measure)]


def test_the_tables_have_the_columns_of_the_schema_and_rows_for_the_area_and_every_subdistrict(ensemble):
    assert columns("ensemble.csv") == list(ensemble.standing.columns)
    assert columns("ensemble-chains.csv") == list(ensemble.chains.columns)
    assert ["", "东街街道", "西河街道"] == ensemble.standing["subdistrict"].unique().tolist()
    assert NAMES * 3 == ensemble.standing["measure"].tolist()
    assert ["东街街道", "西河街道"] == ensemble.chains["subdistrict"].tolist()


def test_the_shares_are_those_of_the_samples(ensemble):
    for row in ensemble.standing.itertuples():
        values = ensemble.samples.loc[ensemble.samples["subdistrict"] == row.subdistrict, row.measure].sort_values()
        assert row.at_most == pytest.approx(sum(value <= row.plan for value in values) / len(values))
        assert row.at_least == pytest.approx(sum(value >= row.plan for value in values) / len(values))
        half = (len(values) + 1) // 2
        assert row.median == values.iloc[half - 1]


def test_the_plan_is_measured_as_the_evaluation_measures_it(ensemble, units, edges, rules):
    numbers = evaluate_plan(units, edges, toy_plan(units, "compliance"), rules).numbers.set_index("measure")["after"]
    for name in ("communities", "moved_households", "border_m", "cut_edges", "barrier_crossings", "polsby_popper_mean"):
        assert row_of(ensemble, "", name)["plan"] == pytest.approx(numbers[name], rel=1e-6), name


def test_random_plans_of_the_area_are_the_sums_over_its_subdistricts(ensemble, units, edges):
    by_place = {name: rows[NAMES].to_numpy() for name, rows in ensemble.samples.groupby("subdistrict")}
    sums = [NAMES.index(name) for name in ("communities", "moved_households", "border_m", "cut_edges")]
    home = units["subdistrict"]
    line = edges.loc[edges["a"].map(home) != edges["b"].map(home), "border_m"]
    expected = (by_place["东街街道"] + by_place["西河街道"])[:, sums] + [0, 0, line.sum(), len(line)]
    assert np.allclose(by_place[""][:, sums], expected)
    communities = [by_place[name][:, 0] for name in ("东街街道", "西河街道")]
    polsby = [by_place[name][:, NAMES.index("polsby_popper_mean")] for name in ("东街街道", "西河街道")]
    mean = sum(n * value for n, value in zip(communities, polsby, strict=True)) / sum(communities)
    assert np.allclose(by_place[""][:, NAMES.index("polsby_popper_mean")], mean, atol=1e-5)


def test_the_same_seed_gives_the_same_tables_on_any_number_of_jobs(ensemble, units, edges, rules):
    plan = toy_plan(units, "compliance")
    twice = sample_plans(units, edges, plan, rules, steps=4000, seed=5, jobs=2)
    for name in ("standing", "chains", "samples"):
        pd.testing.assert_frame_equal(getattr(ensemble, name), getattr(twice, name))
    other = sample_plans(units, edges, plan, rules, steps=4000, seed=6, jobs=2)
    assert not ensemble.samples.equals(other.samples)


def test_the_order_of_the_rows_changes_nothing(ensemble, units, edges, rules):
    turned = sample_plans(units[::-1], edges, toy_plan(units, "compliance")[::-1], rules, steps=4000, seed=5)
    pd.testing.assert_frame_equal(ensemble.standing, turned.standing)


def test_more_steps_do_not_keep_more_plans_than_can_be_told_apart(units, edges, rules):
    plan = toy_plan(units, "compliance")
    long = sample_plans(units, edges, plan, rules, steps=30_000)
    assert (30_000 >= long.chains["steps"]).all()
    assert (10_000 >= long.chains["draws"]).all()
    assert (long.chains["steps"] > 25_000).all()


def test_limits_are_widened_to_hold_a_plan_outside_them_and_this_is_said(units, edges, rules):
    principle = toy_plan(units, "principle")
    sizes = units["households"].groupby(principle).sum()
    assert sizes["东六"] > rules.upper
    found = sample_plans(units, edges, principle, rules, steps=1000)
    chains = found.chains.set_index("subdistrict")
    assert {"东街街道": True, "西河街道": False} == chains["widened"].to_dict()
    assert (rules.lower, sizes["东六"]) == tuple(chains.loc["东街街道", ["lower", "upper"]])
    assert f"东街街道（{rules.lower}—{sizes['东六']}户）" in found.caveat
    assert "西河街道" not in found.caveat


def test_a_place_with_a_single_valid_plan_says_that_there_is_nothing_to_compare_with(units, edges, rules):
    few = units.assign(households=20, community="一", subdistrict="独", anchor=False)
    only = rules.model_copy(update={"lower": 20 * len(few), "upper": 20 * len(few)})
    found = sample_plans(few, edges, few["community"], only, steps=1000)
    assert [1] == found.chains["distinct"].tolist()
    assert ["独"] == found.standing["subdistrict"].unique().tolist()
    assert found.standing["sentence"].str.startswith("链中没有遇到其他合格方案").all()
    assert (found.standing["r_hat"] == 1).all()


def test_a_short_walk_is_told_not_to_be_trusted_and_a_long_one_is_trusted(ensemble, units, edges, rules):
    short = sample_plans(units, edges, toy_plan(units, "compliance"), rules, steps=1000)
    doubtful = short.standing[~short.standing["trusted"]]
    assert len(doubtful)
    assert doubtful["sentence"].str.contains("混合不充分").all()
    long = sample_plans(units, edges, toy_plan(units, "compliance"), rules, steps=100_000, jobs=2)
    assert long.standing["trusted"].all()
    assert not long.standing["sentence"].str.contains("混合不充分").any()


def test_a_sentence_gives_the_share_of_plans_that_are_no_worse(ensemble):
    moved = row_of(ensemble, "", "moved_households")
    draws = int(ensemble.chains["draws"].iloc[0])
    assert 0 == moved["at_most"]
    assert moved["sentence"].startswith(f"随机合格方案{draws}个中，划转户数不多于本方案的一个也没有")
    assert "紧凑度（Polsby–Popper）平均不低于本方案的" in row_of(ensemble, "", "polsby_popper_mean")["sentence"]
    uneven = row_of(ensemble, "", "deviation_mean")
    assert 0.001 < uneven["at_most"] < 1
    assert f"占{uneven['at_most']:.1%}（本方案" in uneven["sentence"]


def test_the_chain_gives_plans_that_the_independent_check_passes(units, edges, rules):
    from pipeline.partition.ground import ground_of
    from pipeline.partition.recom import walk

    plan = toy_plan(units, "compliance")
    mine = units[units["subdistrict"] == "东街街道"]
    others = plan[units["subdistrict"] != "东街街道"]
    ground = ground_of(mine, edges)
    start = pd.factorize(plan.loc[ground.ids])[0]
    chain = walk(ground, start, lower=rules.lower, upper=rules.upper, draws=8, thin=200)
    assert 8 == len({tuple(labels) for labels in chain.labels.tolist()})
    assert any((one.max() != other.max()) for one, other in pairwise(chain.labels))
    for labels in chain.labels:
        drawn = pd.concat([pd.Series([f"东街新{part}" for part in labels], ground.ids), others])
        assert verify_plan(units, edges, drawn, rules, left={}).empty


def test_a_plan_with_a_community_in_pieces_is_refused(units, edges, rules):
    plan = toy_plan(units, "compliance")
    torn = plan.mask(units.index == units.index[0], "东六")
    with pytest.raises(ValueError, match="in pieces"):
        sample_plans(units, edges, torn, rules, steps=1000)


def test_offices_keep_their_names(units, edges, rules):
    plan = toy_plan(units, "compliance")
    free = sample_plans(units.assign(anchor=False), edges, plan, rules, steps=4000, seed=5)
    held = sample_plans(units, edges, plan, rules, steps=4000, seed=5)
    with_names, without = (found.samples["moved_households"].to_numpy() for found in (held, free))
    assert (with_names >= without).all()
    assert (with_names > without).any()


def test_the_sheet_bears_the_plan_its_sentence_and_the_caveat(ensemble, units, edges, tmp_path):
    from dossier.conftest import toy_result
    from matplotlib.text import Text

    from pipeline.dossier.maps import fonts
    from pipeline.dossier.maps.ensemble_sheet import cut_ensemble, draw_ensemble

    result = replace(toy_result("compliance"), ensemble=ensemble)
    sheet = cut_ensemble(result, ensemble)
    with fonts.typeset():
        figure = draw_ensemble(sheet)
        figure.canvas.draw()
    written = [(text.get_gid(), text.get_text().replace("\n", "")) for text in figure.findobj(Text)]
    moved = row_of(ensemble, "", "moved_households")
    assert ("sentence", moved["sentence"]) in written
    assert ("mark", f"本方案{moved['plan']:,.0f}".replace(",", " ")) in written
    assert ("caveat", f"说明：{ensemble.caveat}") in written
    titles = [text for gid, text in written if gid == "measure"]
    assert 6 == len(titles)
    # No barriers in this city: the measure that is the same in every plan gives way.
    assert not any("界线要素" in title for title in titles)


def test_the_compiler_is_loaded_only_when_plans_are_drawn():
    code = "import sys, pipeline.workflow; print('numba' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False" == run.stdout.strip()
