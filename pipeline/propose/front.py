"""Tells what could be traded for what: the points of a front measured, labelled and put into words."""

from collections.abc import Iterable

import pandas as pd

from pipeline.partition.ground import DECIMETRES
from pipeline.propose.differ import matched
from pipeline.propose.pareto import Point, Trace
from pipeline.results import Front
from pipeline.schema import FRONT_CSV, LIST_SEPARATOR

CRITERIA = ["changed", "moved_households", "border_cost", "compactness", "imbalance"]
FEWEST_CHANGES, LEAST_MOVED, LEAST_BORDER = "变动最少", "最少划转", "边界最省"
MOST_BALANCED, BETWEEN = "最均衡", "折中"
WORDS = {
    "changed": ("新设或撤销社区", "个"),
    "border_cost": ("新增边界成本", "米"),
    "imbalance": ("户数偏差", "户"),
    "compactness": ("社区间界线", "米"),
}
MAIN = ("changed", "moved_households", "border_cost")
"""Criteria that a sentence always speaks of; the others only where they are what a point is for."""


def front_of(units: pd.DataFrame, edges: pd.DataFrame, trace: Trace, chosen: pd.Series, strategy: str) -> Front:
    """Measure and name the points of one subdistrict; points that another is no worse than in any way are dropped.

    `units`: households, community, subdistrict by unit_id; `edges`: border_m of every pair that touches; `chosen`: the
    plan that was chosen, one of the points, which always stays. New communities bear the names that they have in the
    chosen plan where they share households.
    """
    created = set(chosen) - set(units["community"])
    plans = [_named_alike(units, chosen, point.solution.plan, created) for point in trace.points]
    rows = pd.DataFrame(
        [
            _measured(units, edges, point, plan) | {"chosen": plan.equals(chosen), "at": at}
            for at, (point, plan) in enumerate(zip(trace.points, plans, strict=True))
        ]
    )
    rows = rows.sort_values([*CRITERIA[:3], "imbalance", "chosen"], ascending=[True] * 4 + [False], kind="stable")
    rows = rows.drop_duplicates(CRITERIA)
    rows = rows[_undominated(rows) | rows["chosen"].to_numpy()].reset_index(drop=True)
    subdistrict = str(units["subdistrict"].iloc[0])
    names = _labels(rows)
    sentences = [
        _sentence(row, rows[rows["chosen"]].iloc[0], label)
        for (_, row), label in zip(rows.iterrows(), names, strict=True)
    ]
    table = rows.assign(
        strategy=strategy,
        subdistrict=subdistrict,
        point=range(1, len(rows) + 1),
        label=names,
        sentence=sentences,
        complete=trace.complete,
    )[[column.name for column in FRONT_CSV]]
    kept = {(subdistrict, number): plans[at] for number, at in enumerate(rows["at"], start=1)}
    return Front(table, kept)


def merged_fronts(fronts: Iterable[Front]) -> Front | None:
    """Put the fronts of several subdistricts together; None where there are none."""
    fronts = list(fronts)
    if not fronts:
        return None
    plans = {key: plan for front in fronts for key, plan in front.plans.items()}
    return Front(pd.concat([front.table for front in fronts], ignore_index=True), plans)


def _named_alike(units: pd.DataFrame, chosen: pd.Series, plan: pd.Series | None, created: set[str]) -> pd.Series:
    """A plan whose new communities are called as in the chosen plan where they share most households."""
    assert plan is not None
    plan = plan.loc[chosen.index]
    new = set(plan) - set(units["community"])
    households = units.loc[chosen.index, "households"]
    partner = matched(households, chosen, plan, created | new)
    partner = {name: partner[name] for name in new & set(partner)}
    free = sorted((created | new) - set(partner.values()), key=lambda name: (len(name), name))
    rest = sorted(new - set(partner), key=lambda name: (len(name), name))
    return plan.replace(partner | dict(zip(rest, free, strict=False))).rename("community")


def _measured(units: pd.DataFrame, edges: pd.DataFrame, point: Point, plan: pd.Series) -> dict[str, object]:
    """The five numbers of a point, and what is known of it."""
    sizes = units["households"].groupby(plan.reindex(units.index)).sum()
    apart = edges["a"].map(plan) != edges["b"].map(plan)
    inside = edges["a"].isin(plan.index) & edges["b"].isin(plan.index)
    return {
        "changed": point.changed,
        "moved_households": point.moved,
        "border_cost": point.border / DECIMETRES,
        "compactness": round(float(edges.loc[apart & inside, "border_m"].sum()), 1),
        "imbalance": round(float((sizes - sizes.mean()).abs().sum()), 1),
        "proof": "optimal" if point.proved else "heuristic",
    }


def _undominated(rows: pd.DataFrame) -> list[bool]:
    """Tell which rows no other row beats: nowhere worse and somewhere better."""
    values = rows[CRITERIA].to_numpy(float)
    return [not ((values <= row).all(axis=1) & (values < row).any(axis=1)).any() for row in values]


def _labels(rows: pd.DataFrame) -> list[str]:
    """Name the points that a planner asks for first."""
    chosen = rows[rows["chosen"]].iloc[0]
    names: dict[int, list[str]] = {int(at): [] for at in rows.index}
    fewest = rows["moved_households"].idxmin()
    if chosen["moved_households"] > rows["moved_households"].min():
        names[int(chosen.name)].append(FEWEST_CHANGES)
        names[int(fewest)].append(LEAST_MOVED)
    else:
        names[int(chosen.name)].append(LEAST_MOVED)
    if rows["border_cost"].min() < chosen["border_cost"]:
        names[int(rows["border_cost"].idxmin())].append(LEAST_BORDER)
    alike = rows[rows["changed"] == chosen["changed"]]
    if alike["imbalance"].min() < chosen["imbalance"]:  # fewer communities are not a better balance
        names[int(alike["imbalance"].idxmin())].append(MOST_BALANCED)
    knee = _knee(alike)
    if knee is not None and not names[knee]:
        names[knee].append(BETWEEN)
    return [LIST_SEPARATOR.join(names[int(at)]) for at in rows.index]


def _knee(rows: pd.DataFrame) -> int | None:
    """The row farthest below the line between the ends of the front of moves and border; None where none is below."""
    both = rows[["moved_households", "border_cost"]].to_numpy(float)
    rows = rows[[not ((both <= one).all(axis=1) & (both < one).any(axis=1)).any() for one in both]]
    moved, border = rows["moved_households"].astype(float), rows["border_cost"].astype(float)
    if moved.max() == moved.min() or border.max() == border.min():
        return None
    saved = (
        1
        - (moved - moved.min()) / (moved.max() - moved.min())
        - (border - border.min()) / (border.max() - border.min())
    )
    return int(saved.idxmax()) if saved.max() > 0.01 else None


def _sentence(row: pd.Series, chosen: pd.Series, label: str) -> str:
    """Say what a point costs and what it brings, against the chosen plan."""
    if row["chosen"]:
        return (
            f"采用方案：新设或撤销{row['changed']}个社区，划转{row['moved_households']}户，"
            f"新增边界成本{row['border_cost']:.0f}米，户数偏差{row['imbalance']:.0f}户。"
        )
    told = [name for name in CRITERIA if name in MAIN or (name == "imbalance" and MOST_BALANCED in label)]
    worse = [name for name in CRITERIA if row[name] > chosen[name]]
    better = [name for name in CRITERIA if row[name] < chosen[name]]
    costs = [_difference(name, row, chosen) for name in worse if name in told]
    gains = [name for name in better if name in told] or better
    gained = "、".join(_difference(name, row, chosen) for name in gains)
    cost = "、".join(costs)
    ended = "。" if row["proof"] == "optimal" else "（未证明最优）。"
    if not gained:
        return f"{cost}{ended}"
    may = "可" if gained.startswith("少") else "可使"
    return f"{cost}{may}{gained}{ended}" if cost else f"划转与边界不增加，{gained}{ended}"


def _difference(name: str, row: pd.Series, chosen: pd.Series) -> str:
    """Say how much more or less of one criterion a point has.

    >>> one, other = pd.Series({"border_cost": 258.0}), pd.Series({"border_cost": 430.0})
    >>> _difference("border_cost", one, other)
    '新增边界成本减少40%（430米→258米）'
    """
    now, then = float(chosen[name]), float(row[name])
    more = then > now
    share = abs(then - now) / now if now else 0.0
    if name == "moved_households":
        part = f"（{'+' if more else '−'}{_percent(share)}）" if now else ""
        return f"{'多' if more else '少'}划转{abs(then - now):.0f}户{part}"
    if name == "changed":
        return f"{'多' if more else '少'}新设或撤销{abs(then - now):.0f}个社区"
    what, unit = WORDS[name]
    part = _percent(share) if now else ""
    return f"{what}{'增加' if more else '减少'}{part}（{now:.0f}{unit}→{then:.0f}{unit}）"


def _percent(share: float) -> str:
    """A share in per cent, with a decimal where it is small.

    >>> _percent(0.4), _percent(0.0008)
    ('40%', '0.1%')
    """
    return f"{share:.0%}" if share >= 0.0095 else f"{share:.1%}"
