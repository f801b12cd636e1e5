"""Areas that no plan can bring inside the limits, or that are odd in themselves, from their files to the outputs.

Each is a few squares of 100 m. Every run must end, its plans pass `verify` (a run stops where they do not), whatever
stays outside is told with its reason, and what is said to do is tried once more by listing every way.
"""

import json
from itertools import product
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
from propose.small_places import connected
from small_area import CRS, square, write_layers, write_toml

from pipeline import workflow
from pipeline.results import Result
from pipeline.rules import status_of
from pipeline.schema import WITHIN


class Unit(NamedTuple):
    """One square: its column and row, households, community and subdistrict."""

    column: float
    row: float
    households: int
    community: str
    subdistrict: str = "东街道"


SOUND = [Unit(10 + n, 0, 700, "安社区", "安街道") for n in range(3)]
"""A subdistrict with nothing amiss, which is to stay as it is; it touches no other."""

AREAS = {
    "a unit above the upper limit": [
        *(Unit(0, 0, 4200, "甲社区"), Unit(1, 0, 900, "甲社区"), Unit(2, 0, 700, "乙社区"), Unit(3, 0, 800, "乙社区")),
    ],
    "island units": [
        *(Unit(0, 0, 800, "甲社区"), Unit(1, 0, 900, "甲社区"), Unit(2, 0, 2900, "甲社区")),
        *(Unit(5, 0, 500, "甲社区"), Unit(2.3, 3, 950, "乙社区"), Unit(-1, 0, 1200, "丙社区")),
    ],
    "a subdistrict in two parts": [
        *(Unit(0, 0, 700, "甲社区"), Unit(1, 0, 600, "甲社区"), Unit(0, 1, 650, "乙社区"), Unit(1, 1, 850, "乙社区")),
        *(Unit(6, 0, 300, "丙社区"), Unit(7, 0, 200, "丙社区")),
    ],
    "units and a community without households": [
        *(Unit(0, 0, 0, "甲社区"), Unit(1, 0, 0, "甲社区"), Unit(2, 0, 1500, "乙社区"), Unit(3, 0, 0, "乙社区")),
        *(Unit(4, 0, 1400, "丙社区"), Unit(5, 0, 1900, "丙社区"), Unit(6, 0, 1800, "丙社区")),
    ],
    "communities of one unit": [
        *(Unit(0, 0, 600, "甲社区"), Unit(1, 0, 500, "乙社区"), Unit(2, 0, 1300, "丙社区"), Unit(3, 0, 4300, "丁社区")),
    ],
    "a subdistrict without households": [
        *(Unit(0, 0, 0, "甲社区"), Unit(1, 0, 0, "乙社区"), Unit(2, 0, 1200, "丙社区", "西街道")),
    ],
    "a subdistrict of a single unit": [Unit(0, 0, 800, "甲社区"), Unit(1, 0, 1500, "丙社区", "西街道")],
}

WHOLE = ("a subdistrict in two parts", "units and a community without households")
CRAMPED = [name for name in AREAS if name not in WHOLE]
"""Areas in which something stays outside under the compliance plan, however it is drawn."""


def written(folder: Path, units: list[Unit]) -> Path:
    """Write an area folder."""
    units = [*units, *SOUND]
    table = pd.DataFrame(units).drop(columns=["column", "row"])
    table.insert(0, "unit_id", [f"u{number:02d}" for number in range(len(units))])
    table["population"] = table["households"] * 2
    layer = gpd.GeoDataFrame(table, geometry=[square(unit.column, unit.row) for unit in units], crs=CRS)
    sections = write_layers(folder, units=layer)
    write_toml(folder, {"rules": {"split_needs_overload": False}, "solve": {"seconds": 10}, **sections})
    return folder


@pytest.fixture(scope="module")
def drafted(tmp_path_factory) -> dict[str, Result]:
    """Draft every area once."""
    return {
        name: workflow.draft(written(tmp_path_factory.mktemp("area"), units), jobs=1) for name, units in AREAS.items()
    }


@pytest.mark.parametrize(("name", "strategy"), list(product(AREAS, ("principle", "compliance"))))
def test_a_run_ends_and_writes_what_it_found(name, strategy, tmp_path):
    area = written(tmp_path, AREAS[name])
    finished = workflow.run(
        area, out=tmp_path / "out", processed=tmp_path / "processed", strategy=strategy, jobs=1, maps=False
    )
    summary = json.loads((finished.folder / "summary.json").read_text("utf-8"))
    assert strategy == summary["strategy"]
    total = sum(unit.households for unit in [*AREAS[name], *SOUND])
    assert {"in": total, "out": total} == summary["households"]
    changes = pd.read_csv(finished.folder / "relaxations.csv")
    named = {(row["strategy"], row["name"]): row["relaxation"] for row in summary["subdistricts"]}
    for row in changes[changes["smallest"]].itertuples():
        assert row.sentence in {told["sentence"] for told in named.values() if told}
    page = (finished.folder / "dossier" / "summary.html").read_text("utf-8")
    for sentence in pd.read_csv(finished.folder / "obstructions.csv")["sentence"]:
        assert sentence in page


@pytest.mark.parametrize("name", AREAS)
def test_whatever_stays_outside_is_told_with_its_reason(name, drafted):
    result = drafted[name]
    for proposal in result.proposals.values():
        sizes = result.area.units["households"].groupby(proposal.plan).sum()
        outside = sizes.index[status_of(sizes, result.area.rules) != WITHIN]
        assert set(outside) == set(proposal.left)
        assert all(len(sentence) > 10 for sentence in proposal.left.values())
        assert "安社区" not in proposal.left


@pytest.mark.parametrize("name", AREAS)
def test_only_subdistricts_with_households_outside_are_explained(name, drafted):
    result = drafted[name]
    compliance = result.proposals["compliance"].subdistricts
    amiss = {row.name for row in compliance.itertuples() if row.objective[0] > 0}
    explained = result.obstructions[result.obstructions["strategy"] == "compliance"]
    assert amiss == set(explained["subdistrict"])
    assert (len(amiss) > 0) is (name in CRAMPED)


@pytest.mark.parametrize("name", CRAMPED)
def test_the_limits_that_are_named_are_those_of_a_list_of_all_ways(name, drafted):
    result = drafted[name]
    rules, rows = result.area.rules, result.relaxations
    rows = rows[rows["strategy"] == "compliance"].set_index(["subdistrict", "kind"])
    for subdistrict in rows.index.get_level_values(0).unique():
        ways = divisions(result, subdistrict)
        highest = min((max(sizes) for sizes in ways if min(sizes) >= rules.lower), default=None)
        lowest = max((min(sizes) for sizes in ways if max(sizes) <= rules.upper), default=0) or None
        for kind, limit in (("raise upper", highest), ("cut lower", lowest)):
            row = rows.loc[(subdistrict, kind)]
            assert limit == (None if pd.isna(row["limit"]) else row["limit"])
            assert ("no" if limit is None else "yes", True) == (row["feasible"], bool(row["least"]))


def divisions(result: Result, subdistrict: str) -> list[list[int]]:
    """Sizes of the parts, for every way to divide the units of a subdistrict into connected parts."""
    units = result.area.units[result.area.units["subdistrict"] == subdistrict]
    edges = result.edges[result.edges["allowed"]]
    counts = units["households"].to_dict()
    found = []
    for labels in product(range(len(units)), repeat=len(units)):
        if any(label > max(labels[:place], default=-1) + 1 for place, label in enumerate(labels)):
            continue  # another numbering of the same parts
        parts = [
            {unit for unit, label in zip(units.index, labels, strict=True) if label == number} for number in set(labels)
        ]
        if all(connected(part, edges) for part in parts):
            found.append([sum(counts[unit] for unit in part) for part in parts])
    return found


def kinds(result: Result, subdistrict: str = "东街道", strategy: str = "compliance") -> list[str]:
    rows = result.obstructions
    return rows.loc[(rows["strategy"] == strategy) & (rows["subdistrict"] == subdistrict), "kind"].tolist()


def change(result: Result, kind: str, subdistrict: str = "东街道") -> pd.Series:
    rows = result.relaxations[result.relaxations["strategy"] == "compliance"].set_index(["subdistrict", "kind"])
    return rows.loc[(subdistrict, kind)]


def test_a_unit_above_the_upper_limit_is_a_warning_and_the_obstruction(drafted):
    result = drafted["a unit above the upper limit"]
    assert "unit above upper limit" in set(result.area.problems["problem"])
    assert ["unit above upper"] == kinds(result)
    assert ["unit above upper"] == kinds(result, strategy="principle")
    assert 4200 == change(result, "raise upper")["limit"]


def test_islands_stay_with_their_communities_or_join_one_by_a_link(drafted):
    result = drafted["island units"]
    assert {("u02", "u03"), ("u02", "u04")} == set(
        result.edges.loc[result.edges["kind"] == "bridge", ["a", "b"]].itertuples(index=False, name=None)
    )
    assert ["pocket"] == kinds(result)
    assert "u03、u04只经u02与其他单元相连，单独不足下限1000户" in result.obstructions["sentence"].iloc[0]
    assert 4350 == change(result, "raise upper")["limit"]
    both = change(result, "move both limits")
    assert ("yes", 450, "将下限降至950户、上限放宽至3400户即可（已验算，按现有方案取值）") == (
        *(both["feasible"], both["amount"], both["sentence"]),
    )
    assert both["smallest"]


def test_a_subdistrict_in_two_parts_is_joined_by_the_shortest_bridge(drafted):
    result = drafted["a subdistrict in two parts"]
    assert 1 == (result.edges["kind"] == "bridge").sum()


def test_a_community_without_households_is_a_warning_and_is_joined_to_another(drafted):
    result = drafted["units and a community without households"]
    assert {"community without households", "units without households"} <= set(result.area.problems["problem"])
    assert "甲社区" not in set(result.proposals["principle"].plan)
    compliance = result.proposals["compliance"]
    assert {} == compliance.left
    assert (result.area.units["households"].groupby(compliance.plan).sum() >= 1000).all()


def test_communities_of_one_unit_may_join_and_cannot_be_split(drafted):
    result = drafted["communities of one unit"]
    principle = result.proposals["principle"]
    assert principle.plan["u00"] == principle.plan["u01"]
    assert "只有一个基本单元" in principle.left["丁社区"]
    rows = result.relaxations[result.relaxations["strategy"] == "principle"]
    assert {"no"} == set(rows["feasible"])


def test_a_subdistrict_without_households_is_helped_by_its_neighbour_alone(drafted):
    result = drafted["a subdistrict without households"]
    assert ["total below lower"] == kinds(result)
    assert ("no", "no") == tuple(change(result, kind)["feasible"] for kind in ("raise upper", "cut lower"))
    joined = change(result, "join subdistrict")
    assert ("西街道", "yes", True) == (joined["what"], joined["feasible"], joined["smallest"])
    assert all("与西街道统筹划分即可" in result.proposals["compliance"].left[name] for name in ("甲社区",))


def test_a_subdistrict_of_a_single_unit_is_joined_or_the_limit_is_cut_to_it(drafted):
    result = drafted["a subdistrict of a single unit"]
    assert ["total below lower"] == kinds(result)
    assert 800 == change(result, "cut lower")["limit"]
    joined = change(result, "join subdistrict")
    assert ("yes", 800, True) == (joined["feasible"], joined["amount"], joined["smallest"])


def test_a_river_that_may_not_be_crossed_leaves_a_pocket_that_a_bridge_would_open(tmp_path):
    units = [
        *(Unit(0, 0, 400, "甲社区"), Unit(1, 0, 800, "乙社区"), Unit(2, 0, 900, "乙社区"), Unit(3, 0, 700, "乙社区")),
    ]
    folder = written(tmp_path, units)
    shape = square(0, 0).exterior.intersection(square(1, 0).exterior)
    river = gpd.GeoDataFrame({"name": ["小黑河"]}, geometry=[shape], crs=CRS)
    river.to_file(folder / "water.gpkg", driver="GPKG")
    with (folder / "area.toml").open("a", encoding="utf-8") as file:
        file.write('\n[water]\npath = "water.gpkg"\n[barriers]\nwater = "forbidden"\n')
    result = workflow.draft(folder, jobs=1)
    assert ["pocket"] == kinds(result)
    opened = change(result, "open border")
    assert ("yes", 1, True) == (opened["feasible"], opened["amount"], opened["smallest"])
    assert "小黑河（水系）（u00—u01）" == opened["what"]
    left = result.proposals["compliance"].left["甲社区"]
    assert left.endswith("最小的放宽：允许跨越小黑河（水系）（u00—u01）即可（已验算）。")
