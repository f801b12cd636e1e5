"""A small finished run, made by hand, so that the dossier is tested without the stages that come before it.

Two subdistricts of six communities each, every community 4 x 4 cells of about 150 m:

    东街街道            西河街道
    东一 东二 东三      西一 西二 西三
    东四 东五 东六      西四 西五 西六

东二 is far over the limits and is split, 西四 is under and joins 西五, 东六 is over and (compliance) hands
units to 东五.
"""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.results import Alternative, Area, Evaluation, Proposal, Result, Solution
from pipeline.rules import RuleSet, load_rules, status_of
from pipeline.schema import FLAGS_CSV, LIST_SEPARATOR
from pipeline.settings import AreaSection, Settings

ROWS, COLUMNS, CELL_M = 8, 24, 150.0
ORIGIN = (37_550_000.0, 4_510_000.0)
FACTORS = {"东二": 2.75, "西四": 0.4, "东六": 2.1}
NAMES = np.array(["东一", "东二", "东三", "西一", "西二", "西三", "东四", "东五", "东六", "西四", "西五", "西六"])


def toy_units() -> gpd.GeoDataFrame:
    """Lay out the cells, corners moved a little so that no border is straight."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[: ROWS + 1, : COLUMNS + 1].astype(float)
    corners = np.stack([x, ROWS - y], axis=-1) + rng.uniform(-0.18, 0.18, (ROWS + 1, COLUMNS + 1, 2))
    corners = corners * CELL_M + ORIGIN
    row, column = (index.ravel() for index in np.mgrid[:ROWS, :COLUMNS])
    rings = np.stack(
        [corners[row, column], corners[row, column + 1], corners[row + 1, column + 1], corners[row + 1, column]], axis=1
    )
    community = NAMES[(row // 4) * 6 + column // 4]
    households = rng.integers(70, 130, len(row)) * pd.Series(community).map(FACTORS).fillna(1.0).to_numpy()
    return gpd.GeoDataFrame(
        {
            "name": [f"小区{number:03d}" for number in range(len(row))],
            "households": households.astype("int64"),
            "population": (households * 2.6).astype("int64"),
            "community": community,
            "subdistrict": np.where(column < 12, "东街街道", "西河街道"),
            "anchor": (row % 4 == 1) & (column % 4 == 1),
        },
        geometry=shapely.polygons(rings),
        index=pd.Index([f"u{number:03d}" for number in range(len(row))], name="unit_id"),
        crs="EPSG:4525",
    )


def toy_lines() -> gpd.GeoDataFrame:
    """Two roads, a lane, a river and a railway across the city."""
    width, height = COLUMNS * CELL_M, ROWS * CELL_M
    middle = np.linspace(-200, width + 200, 40)
    river = np.column_stack([middle, height / 2 + 40 * np.sin(middle / 500)])
    paths = [
        np.array([[-300, height / 2 + 150], [width + 300, height / 2 + 150]]),
        np.array([[width / 2, -300], [width / 2, height + 300]]),
        np.array([[900, 0], [900, height]]),
        river,
        np.array([[2400, -300], [3000, height + 300]]),
    ]
    return gpd.GeoDataFrame(
        {
            "kind": ["road", "road", "road", "water", "railway"],
            "name": ["团结大街", "中山路", "二中巷", "小黑河", "京包线"],
            "road_class": ["primary", "secondary", "residential", "", ""],
            "barrier": [False, False, False, True, True],
        },
        geometry=shapely.linestrings(
            np.concatenate(paths) + ORIGIN, indices=np.repeat(range(5), [len(p) for p in paths])
        ),
        crs="EPSG:4525",
    )


def toy_communities(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum the units and add the columns that premises and staff are judged by."""
    table = units.groupby("community").agg(
        subdistrict=("subdistrict", "first"), households=("households", "sum"), population=("population", "sum")
    )
    return table.assign(
        code=[f"1501040010{number:02d}" for number in range(len(table))],
        workers=12,
        floor_m2=np.linspace(300, 900, len(table)).round(1),
        premises_state=(["usable", "decorating", "building", "none"] * 3)[: len(table)],
        grids=(table["households"] // 400 + 1).astype("int64"),
        protected=False,
    )


def toy_edges(units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs of cells that share a border, all on open ground."""
    shapes = units.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="touches")
    shared = shapely.length(shapely.intersection(shapes[a], shapes[b]))
    keep = (a < b) & (shared > 1)
    return pd.DataFrame(
        {
            "a": units.index[a[keep]],
            "b": units.index[b[keep]],
            "border_m": shared[keep],
            "kind": "border",
            "along": "",
            "along_name": "",
            "road_class": "",
            "barrier": False,
            "crossing": False,
            "factor": 1.0,
            "border_cost": shared[keep],
            "allowed": True,
            "why": "",
            "computed": "",
        }
    ).sort_values(["a", "b"], ignore_index=True)


def toy_plan(units: gpd.GeoDataFrame, strategy: str) -> pd.Series:
    """Split 东二 and merge 西四; the compliance plan moves the western column of 东六 to 东五 as well."""
    column = np.arange(len(units)) % COLUMNS
    plan = units["community"].copy()
    plan[(units["community"] == "东二") & (column >= 6)] = "东街街道新设1"
    plan[units["community"] == "西四"] = "西五"
    if strategy == "compliance":
        plan[(units["community"] == "东六") & (column == 8)] = "东五"
    return plan


def toy_cases(units: gpd.GeoDataFrame, plan: pd.Series, strategy: str) -> pd.DataFrame:
    """One row per reviewable change of the plan."""
    label = {"principle": "原则", "compliance": "达标"}[strategy]
    changes = [
        ("split", "东街街道", ["东二"], ["东二", "东街街道新设1"], "optimal"),
        ("merge", "西河街道", ["西四", "西五"], ["西五"], "exhausted"),
        ("transfer", "东街街道", ["东五", "东六"], ["东五", "东六"], "gap"),
    ]
    rows = []
    for number, (kind, subdistrict, before, after, proof) in enumerate(
        changes if strategy == "compliance" else changes[:2]
    ):
        touched = units["community"].isin(before) & (plan != units["community"])
        rows.append(
            {
                "case_id": f"{label}-{number + 1:02d}",
                "strategy": strategy,
                "kind": kind,
                "subdistrict": subdistrict,
                "communities_before": LIST_SEPARATOR.join(before),
                "communities_after": LIST_SEPARATOR.join(after),
                "moved_households": int(units.loc[touched, "households"].sum()),
                "proof": proof,
                "objective": json.dumps([len(after), 0, 612.5, 35]),
                "bound": json.dumps([len(after), 0, 600.0 if proof == "gap" else 612.5, 35]),
                "gap": 0.02 if proof == "gap" else 0.0,
                "seconds": 0.25,
                "reason": f"{before[0]}社区户数不在1000—3000户之内，按“超过4000户且社区管理负荷过重的，原则上予以拆分；"
                "小于1000户且有条件与周边社区合并的，原则上予以合并”的要求提出，新界线沿团结大街、二中巷走向，不跨街道。",
            }
        )
    return pd.DataFrame(rows)


def toy_proposal(units: gpd.GeoDataFrame, strategy: str) -> Proposal:
    """Bundle plan, cases and what is known of them."""
    plan = toy_plan(units, strategy)
    subdistricts = pd.DataFrame(
        {
            "name": ["东街街道", "西河街道"],
            "strategy": strategy,
            "proof": ["gap", "optimal"],
            "objective": [(0.0, 1.0, 1200.0, 640.0), (0.0, 1.0, 640.0, 320.0)],
            "bound": [(0.0, 1.0, 1180.0, 600.0), (0.0, 1.0, 640.0, 320.0)],
            "gap": [0.017, 0.0],
            "seconds": [1.5, 0.5],
        }
    )
    split = units.index[units["community"] == "东二"]
    other = Alternative(
        "户数更均衡", Solution(plan[split], "optimal", (2.0, 0.0, 700.0, 12.0), (2.0, 0.0, 700.0, 12.0))
    )
    cases = toy_cases(units, plan, strategy)
    left = {} if strategy == "compliance" else {"东六": "3001—4000户，规则不要求调整。"}
    return Proposal(strategy, plan, cases, subdistricts, {cases["case_id"].iloc[0]: [other]}, left)


def toy_evaluation(units: gpd.GeoDataFrame, plan: pd.Series, rules: RuleSet) -> Evaluation:
    """Describe the plan's communities and the flows between old and new."""
    after = units.assign(community=plan.to_numpy()).dissolve(
        "community", aggfunc={"subdistrict": "first", "households": "sum", "population": "sum"}
    )
    flows = (
        units.assign(before=units["community"], after=plan)
        .groupby(["before", "after"], as_index=False)
        .agg(subdistrict=("subdistrict", "first"), units=("households", "size"), households=("households", "sum"))
    )
    code = {"东二": "S", "东街街道新设1": "S", "西四": "M", "西五": "M"}
    touched = set(flows.loc[flows["before"] != flows["after"], ["before", "after"]].to_numpy().ravel())
    change = {name: code.get(name, "X" if name in touched else "U") for name in {*after.index, *units["community"]}}
    flows["change"] = flows["after"].map(change)
    origins = flows.sort_values("households", ascending=False).groupby("after")["before"].agg(LIST_SEPARATOR.join)
    communities = pd.DataFrame(
        {
            "subdistrict": after["subdistrict"],
            "households": after["households"],
            "population": after["population"],
            "area_km2": after.area / 1e6,
            "polsby_popper": 4 * np.pi * after.area / after.length**2,
            "status": status_of(after["households"], rules),
            "change": after.index.map(change),
            "predecessors": origins.reindex(after.index),
        },
        index=after.index,
    )
    before = status_of(units.groupby("community")["households"].sum(), rules)
    moved = int(units.loc[plan != units["community"], "households"].sum())
    numbers = pd.DataFrame(
        [
            ("communities", "社区数", "个", len(before), len(communities)),
            ("status_within", "达标社区", "个", (before == "within").sum(), (communities["status"] == "within").sum()),
            ("moved_households", "划转户数", "户", 0, moved),
            ("polsby_popper_mean", "紧凑度", "", 0.71, round(float(communities["polsby_popper"].mean()), 3)),
        ],
        columns=["measure", "label", "unit", "before", "after"],
    )
    return Evaluation(numbers, communities, flows)


def toy_flags(communities: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Flag the three communities outside the limits."""
    status = status_of(communities["households"], rules)
    flagged = communities[status != "within"]
    action = {"far_over": "split", "under": "merge", "over": "none"}
    clause = {"far_over": rules.clause_split, "under": rules.clause_merge, "over": rules.clause_limits}
    table = pd.DataFrame(
        {
            "community": flagged.index,
            "subdistrict": flagged["subdistrict"].to_numpy(),
            "households": flagged["households"].to_numpy(),
            "status": status[flagged.index].to_numpy(),
        }
    )
    table["action"] = table["status"].map(action)
    table["clause"] = table["status"].map(clause)
    table["reason"] = [f"{row.community}现有{row.households}户，设置标准1000—3000户。" for row in table.itertuples()]
    return table[[column.name for column in FLAGS_CSV]]


def toy_neighbours() -> pd.DataFrame:
    """Who 西四 could join."""
    return pd.DataFrame(
        [
            ("西四", "西五", 2240, 560.0, True, "", "同属西河街道，共界560米，合并后在设置标准之内。"),
            ("西四", "东六", 4200, 590.0, False, "", "分属两个街道，不予合并。"),
        ],
        columns=["community", "neighbour", "combined", "border_m", "allowed", "warning", "reason"],
    )


def toy_area(units: gpd.GeoDataFrame, *, synthetic: bool = True) -> Area:
    """Wrap the toy city as an area that was read without faults."""
    section = AreaSection(
        name="示例区",
        code="150104",
        crs="EPSG:4525",
        synthetic=synthetic,
        drafted_by="示例区民政局",
        date="2026年3月",
        source="示例区2025年末人口台账（合成）",
    )
    settings = Settings(area=section, folder=Path("data/raw/toy"), key="toy")
    problems = pd.DataFrame(
        [
            (
                "warning",
                "households",
                "东三",
                "households.xlsx!户数!B4",
                "several rows",
                "东三 appears twice.",
                "Keep one.",
            )
        ],
        columns=["severity", "layer", "id", "source", "problem", "detail", "advice"],
    )
    total = int(units["households"].sum())
    reconciliation = pd.DataFrame(
        [("households.xlsx", "households", "name", 12, 12, 0, 0, 0, total, total)],
        columns=[
            *("source", "role", "joined_by", "rows_read", "matched", "unmatched_here", "unmatched_there"),
            *("many_to_one", "households_in", "households_out"),
        ],
    )
    offices = units[units["anchor"]]
    premises = gpd.GeoDataFrame(
        {"community": offices["community"].to_numpy(), "floor_m2": 450.0, "premises_state": "usable"},
        geometry=offices.geometry.representative_point().to_numpy(),
        crs=units.crs,
    )
    rules = load_rules()
    return Area(
        settings, rules, units, toy_communities(units), toy_lines(), premises, problems, reconciliation,
        {"units.gpkg": "0" * 64, "households.xlsx": "1" * 64},
    )  # fmt: skip


def toy_result(strategy: str = "principle", *, synthetic: bool = True) -> Result:
    """Make the finished run."""
    units = toy_units()
    area = toy_area(units, synthetic=synthetic)
    proposals = {name: toy_proposal(units, name) for name in ("principle", "compliance")}
    return Result(
        area=area,
        edition="2025年末",
        strategy=strategy,
        edges=toy_edges(units),
        flags=toy_flags(area.communities, area.rules),
        neighbours=toy_neighbours(),
        proposals=proposals,
        evaluations={name: toy_evaluation(units, made.plan, area.rules) for name, made in proposals.items()},
        manifest={"inputs": dict(area.inputs), "packages": {"huajie": "0.1.0"}, "seed": 0},
    )


@pytest.fixture(scope="session")
def result() -> Result:
    """The finished run of the toy city, principle plan chosen."""
    return toy_result()


@pytest.fixture(scope="session")
def compliance_result() -> Result:
    """The same run, compliance plan chosen, and not marked synthetic."""
    return toy_result("compliance", synthetic=False)
