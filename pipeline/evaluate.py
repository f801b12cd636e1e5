"""Sets a plan against today: counts, households, shape and borders before and after, and what became of whom.

Names of the plan are taken as matched to those of today: a community *survives* when its name is in both.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.measures import area_km2, convex_hull_ratio, dissolved, polsby_popper, reock
from pipeline.results import Evaluation
from pipeline.rules import RuleSet, status_of
from pipeline.schema import FAR_OVER, LIST_SEPARATOR, OVER, STATUS_ZH, UNDER, WITHIN, columns


@dataclass(frozen=True)
class Measure:
    """One number of an evaluation: its key, its Chinese label and its unit. `before` is 0 for what a plan does."""

    name: str
    label: str
    unit: str


MEASURES = (
    Measure("communities", "社区数", "个"),
    Measure("created", "新设社区", "个"),
    Measure("abolished", "撤销社区", "个"),
    Measure("touched", "涉及现有社区", "个"),
    *(Measure(f"status_{key}", f"{STATUS_ZH[key]}社区", "个") for key in (UNDER, WITHIN, OVER, FAR_OVER)),
    Measure("outside", "设置标准以外社区", "个"),
    Measure("households", "总户数", "户"),
    Measure("households_outside", "超出或不足设置标准的户数", "户"),
    Measure("moved_households", "划转户数", "户"),
    Measure("moved_units", "划转基本单元", "个"),
    Measure("polsby_popper_mean", "紧凑度（Polsby–Popper）平均", ""),
    Measure("polsby_popper_min", "紧凑度（Polsby–Popper）最低", ""),
    Measure("reock_mean", "紧凑度（Reock）平均", ""),
    Measure("reock_min", "紧凑度（Reock）最低", ""),
    Measure("convex_hull_ratio_mean", "凸包比平均", ""),
    Measure("convex_hull_ratio_min", "凸包比最低", ""),
    Measure("cut_edges", "社区界线经过的单元邻接数", "条"),
    Measure("border_m", "社区间界线总长", "米"),
    Measure("new_border_m", "新增界线长", "米"),
    Measure("border_along_road", "沿道路的界线占比", ""),
    Measure("border_along_barrier", "沿界线要素的界线占比", ""),
    Measure("barrier_crossings", "社区内部跨越界线要素处", "处"),
)
"""The rows of `Evaluation.numbers`, in order."""


def evaluate_plan(units: gpd.GeoDataFrame, edges: pd.DataFrame, plan: pd.Series, rules: RuleSet) -> Evaluation:
    """Measure a plan against the communities of today.

    `units`: schema.UNITS. `edges`: schema.EDGES. `plan`: unit_id -> community for every unit (KeyError otherwise).
    Returns `numbers` (measure, label, unit, before, after), `communities` (schema.COMMUNITIES_CSV, indexed by
    community) and `changes` (before, after, subdistrict, units, households, change).
    """
    current = units["community"].rename("community")
    proposed = plan.loc[units.index].rename("community")
    today, then = _communities(units, current, rules), _communities(units, proposed, rules)
    changes = change_table(units, proposed)
    before = {**_counts(today, rules), **_shape(today), **_borders(edges, current, current)}
    after = {**_counts(then, rules), **_shape(then), **_borders(edges, proposed, current)}
    after |= _moves(units, proposed, changes)
    numbers = pd.DataFrame(
        [(m.name, m.label, m.unit, before.get(m.name, 0.0), after[m.name]) for m in MEASURES],
        columns=["measure", "label", "unit", "before", "after"],
    ).astype({"before": float, "after": float})
    communities = then.assign(**_ancestry(changes)).loc[:, columns("communities.csv")[1:]]
    return Evaluation(numbers=numbers, communities=communities, changes=changes)


def _communities(units: gpd.GeoDataFrame, plan: pd.Series, rules: RuleSet) -> pd.DataFrame:
    """Sum and measure the communities of a plan, indexed by community, sorted by subdistrict and name."""
    groups = units.assign(population=units["population"].astype("Int64")).groupby(plan)
    shapes = dissolved(units.geometry, plan)
    communities = pd.DataFrame(
        {
            "subdistrict": groups["subdistrict"].first(),
            "households": groups["households"].sum().astype("int64"),
            "population": groups["population"].sum(min_count=1),
        }
    )
    communities = communities.join(
        [measure(shapes) for measure in (area_km2, polsby_popper, reock, convex_hull_ratio)]
    ).assign(status=status_of(communities["households"], rules))
    return communities.rename_axis("community").sort_values(["subdistrict", "community"])


def _counts(communities: pd.DataFrame, rules: RuleSet) -> dict[str, float]:
    households, status = communities["households"], communities["status"]
    outside = (rules.lower - households).clip(lower=0) + (households - rules.upper).clip(lower=0)
    return {
        "communities": len(communities),
        **{f"status_{key}": (status == key).sum() for key in (UNDER, WITHIN, OVER, FAR_OVER)},
        "outside": (status != WITHIN).sum(),
        "households": households.sum(),
        "households_outside": outside.sum(),
    }


def _shape(communities: pd.DataFrame) -> dict[str, float]:
    return {
        f"{name}_{statistic}": communities[name].agg(statistic)
        for name in ("polsby_popper", "reock", "convex_hull_ratio")
        for statistic in ("mean", "min")
    }


def _borders(edges: pd.DataFrame, plan: pd.Series, current: pd.Series) -> dict[str, float]:
    """Measure the borders between the communities of a plan; the outer border of the area has no edges."""
    shared = edges[edges["kind"].isin(("border", "manual"))]
    cut, cut_today = _cut(shared, plan), _cut(shared, current)
    metres, barrier = shared["border_m"], shared["barrier"].astype(bool)
    total = metres[cut].sum()
    shares = {"road": metres[cut & (shared["along"] == "road")], "barrier": metres[cut & barrier]}
    return {
        "cut_edges": cut.sum(),
        "border_m": total,
        "new_border_m": metres[cut & ~cut_today].sum(),
        **{f"border_along_{name}": part.sum() / total if total else 0.0 for name, part in shares.items()},
        "barrier_crossings": (barrier & ~cut).sum(),
    }


def _cut(edges: pd.DataFrame, plan: pd.Series) -> pd.Series:
    return pd.Series(edges["a"].map(plan).to_numpy() != edges["b"].map(plan).to_numpy(), index=edges.index)


def _moves(units: gpd.GeoDataFrame, proposed: pd.Series, changes: pd.DataFrame) -> dict[str, float]:
    moved = units["community"] != proposed
    before, after = set(changes["before"]), set(changes["after"])
    return {
        "created": len(after - before),
        "abolished": len(before - after),
        "touched": changes.loc[changes["change"] != "U", "before"].nunique(),
        "moved_households": units.loc[moved, "households"].sum(),
        "moved_units": moved.sum(),
    }


def change_table(units: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    """List every pair of a community of today and one of the plan that share units, with its change code.

    The codes are those of the UK Office for National Statistics: U the same units; S one community of today divided,
    the parts holding nothing else; M whole communities of today joined, and nothing else; X all other pairs, so both
    sides of a transfer. Returns before, after, subdistrict, units, households, change; sorted by before, then most
    households first.
    """
    paired = pd.DataFrame(
        {
            "before": units["community"],
            "after": plan.loc[units.index],
            "subdistrict": units["subdistrict"],
            "households": units["households"],
        }
    )
    changes = (
        paired.groupby(["before", "after"], as_index=False)
        .agg(subdistrict=("subdistrict", "first"), units=("households", "size"), households=("households", "sum"))
        .sort_values(["before", "households", "after"], ascending=[True, False, True], ignore_index=True)
    )
    parts = changes.groupby("before")["after"].transform("size")
    sources = changes.groupby("after")["before"].transform("size")
    only_split = sources.groupby(changes["before"]).transform("max") == 1
    only_merged = parts.groupby(changes["after"]).transform("max") == 1
    codes = np.select([only_split & only_merged, only_split, only_merged], ["U", "S", "M"], "X")
    return changes.assign(change=codes)


def _ancestry(changes: pd.DataFrame) -> dict[str, pd.Series]:
    """Say of each community of the plan what its change is and where its units come from, most households first."""
    ranked = changes.sort_values(["after", "households", "before"], ascending=[True, False, True]).groupby("after")
    return {"change": ranked["change"].first(), "predecessors": ranked["before"].agg(LIST_SEPARATOR.join)}
