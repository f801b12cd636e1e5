"""Sets a plan among random valid plans of the same area, as evidence of whether it is an arbitrary pick.

Each subdistrict is a problem of its own: several chains (`pipeline.partition.recom`) start from the plan. Their draws
are added up over the subdistricts, which are independent, to random plans of the whole area.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import joblib
import numpy as np
import pandas as pd

from pipeline.mixing import ESS_TRUSTED, R_HAT_TRUSTED, effective_draws, r_hat
from pipeline.partition.ground import Ground, ground_of
from pipeline.partition.recom import Chain, limits_around, walk
from pipeline.partition.recom.measuring import NUMBERS, Shapes, measured
from pipeline.results import Ensemble
from pipeline.rules import RuleSet
from pipeline.schema import columns

CHAINS = 4
"""Independent chains, as the source of R-hat asks for."""

LEAST_STEPS = 1000
MOST_DRAWS = 2500
"""Plans kept of each chain; of longer chains every so many-th."""

WARMUP = 0.2
"""Share of the steps of a chain that is not kept, since it begins at the plan."""

LAW = (
    "随机方案由重组链（ReCom）抽取，其平稳分布偏向紧凑的方案，并非所有合格方案的等概率抽样；没有抽到不等于不存在。"
    "随机方案不考虑现状，划转户数多属自然，须与界线、紧凑度、均衡程度一并看。"
)
NONE_MET = "链中没有遇到其他合格方案，无从比较。"
SMALL_SHARE, LEAST_SHARE = 0.05, 0.001


@dataclass(frozen=True)
class Measure:
    """A measure that plans are compared by; `better`: which way is better, empty where neither is."""

    name: str
    label: str
    unit: str
    better: Literal["less", "more", ""] = "less"


MEASURES = (
    Measure("communities", "社区数", "个", ""),
    Measure("moved_households", "划转户数", "户"),
    Measure("new_border_cost", "新增界线代价", "米"),
    Measure("border_m", "社区间界线总长", "米"),
    Measure("cut_edges", "社区界线经过的单元邻接数", "条"),
    Measure("barrier_crossings", "社区内部跨越界线要素", "处"),
    Measure("polsby_popper_mean", "紧凑度（Polsby–Popper）平均", "", "more"),
    Measure("deviation_mean", "社区户数与平均数的平均差距", "户"),
)
"""What is measured, in the order of the tables."""


@dataclass(frozen=True)
class _Place:
    """One subdistrict: its ground, what plans are measured by, the plan (labels) and the limits of the chain."""

    name: str
    ground: Ground
    shapes: Shapes
    plan: np.ndarray
    limits: tuple[int, int]


@dataclass(frozen=True)
class _Length:
    """How long each chain is: steps of the warm-up, draws, steps from one draw to the next."""

    warmup: int
    draws: int
    thin: int


@dataclass(frozen=True)
class _Drawn:
    """What one chain gave: numbers of its plans (draws, NUMBERS), their fingerprints (draws), steps tried and taken."""

    numbers: np.ndarray
    marks: np.ndarray
    tried: np.ndarray
    taken: np.ndarray


def sample_plans(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    plan: pd.Series,
    rules: RuleSet,
    *,
    steps: int,
    seed: int = 0,
    jobs: int = 1,
    report: Callable[[str], None] | None = None,
) -> Ensemble:
    """Draw random valid plans of every subdistrict, and say where the plan stands among them.

    `units`, `edges`: schema.UNITS and EDGES; `plan`: unit_id -> community for every unit, each community connected and
    inside one subdistrict (ValueError otherwise). `steps`: of all chains of one subdistrict together, at least
    LEAST_STEPS. Where communities of the plan lie outside the limits of `rules`, the limits of that subdistrict are
    widened to hold them, which `chains` and `caveat` say. The same seed gives the same tables on any number of jobs.
    """
    length = _length(steps)
    places = [_place(str(name), units.loc[ids], edges, plan, rules) for name, ids in _by_subdistrict(units)]
    seeds = [child.spawn(CHAINS) for child in np.random.SeedSequence(seed).spawn(len(places))]
    work = [
        joblib.delayed(_drawn)(place, length, one)
        for place, several in zip(places, seeds, strict=True)
        for one in several
    ]
    drawn: list[_Drawn] = []
    # Compiled steps let other threads run, so that no process has to load and compile them again.
    for found in joblib.Parallel(n_jobs=min(jobs, len(work)) or 1, prefer="threads", return_as="generator")(work):
        drawn.append(found)
        if report is not None and len(drawn) % CHAINS == 0:
            report(f"{places[len(drawn) // CHAINS - 1].name} ({len(drawn) // CHAINS}/{len(places)})")
    by_place = [drawn[start : start + CHAINS] for start in range(0, len(drawn), CHAINS)]
    values = {place.name: _means(_stack(several)) for place, several in zip(places, by_place, strict=True)}
    plans = [measured(place.ground, place.plan[None, :], place.shapes) for place in places]
    own = {place.name: _means(row)[0] for place, row in zip(places, plans, strict=True)}
    alone = {place.name: _distinct([several]) == 1 for place, several in zip(places, by_place, strict=True)}
    if len(places) > 1:
        fixed = _between(units, edges)
        values = {"": _means(np.sum([_stack(several) for several in by_place], axis=0) + fixed)} | values
        own = {"": _means(np.sum(plans, axis=0) + fixed)[0]} | own
        alone = {"": all(alone.values())} | alone
    rows = [row for name in values for row in _standing(name, values[name], own[name], alone[name])]
    chains = [_chain_row(place, several, length, rules) for place, several in zip(places, by_place, strict=True)]
    table = pd.DataFrame(chains, columns=columns("ensemble-chains.csv"))
    return Ensemble(
        standing=pd.DataFrame(rows, columns=columns("ensemble.csv")),
        chains=table,
        samples=pd.concat([_samples(name, draws) for name, draws in values.items()], ignore_index=True),
        caveat=_caveat(table),
    )


def _length(steps: int) -> _Length:
    each = max(steps, LEAST_STEPS) // CHAINS
    warmup = int(each * WARMUP)
    thin = -(-(each - warmup) // MOST_DRAWS)
    return _Length(warmup, (each - warmup) // thin, thin)


def _by_subdistrict(units: gpd.GeoDataFrame) -> list[tuple[object, pd.Index]]:
    return sorted(units.groupby("subdistrict").groups.items())


def _place(name: str, units: gpd.GeoDataFrame, edges: pd.DataFrame, plan: pd.Series, rules: RuleSet) -> _Place:
    edges = edges[edges["a"].isin(units.index) & edges["b"].isin(units.index)]
    ground = ground_of(units, edges)
    rows = units.loc[ground.ids]
    shapes = Shapes(
        today=pd.factorize(rows["community"])[0].astype(np.int64),
        area=rows.geometry.area.to_numpy(),
        perimeter=rows.geometry.length.to_numpy(),
        border=edges["border_m"].to_numpy(float),
    )
    labels = pd.factorize(plan.loc[ground.ids])[0].astype(np.int32)  # numbered in the order of their first units
    return _Place(name, ground, shapes, labels, limits_around(ground, labels, rules.lower, rules.upper))


def _between(units: gpd.GeoDataFrame, edges: pd.DataFrame) -> np.ndarray:
    """Numbers of the borders between subdistricts, which every plan of the area has: (NUMBERS)."""
    home = units["subdistrict"]
    metres = edges.loc[edges["a"].map(home).to_numpy() != edges["b"].map(home).to_numpy(), "border_m"]
    fixed = {"border_m": metres.sum(), "cut_edges": (metres > 0).sum()}
    return np.array([float(fixed.get(name, 0.0)) for name in NUMBERS])


def _drawn(place: _Place, length: _Length, seed: np.random.SeedSequence) -> _Drawn:
    from pipeline.partition.recom.matching import fingerprints

    lower, upper = place.limits
    chain: Chain = walk(
        place.ground, place.plan, lower=lower, upper=upper, seed=seed,
        draws=length.draws, thin=length.thin, warmup=length.warmup,
    )  # fmt: skip
    numbers = measured(place.ground, chain.labels, place.shapes)
    return _Drawn(numbers, fingerprints(chain.labels), chain.tried, chain.taken)


def _stack(several: list[_Drawn]) -> np.ndarray:
    """Numbers of the chains of one subdistrict, (chains, draws, NUMBERS)."""
    return np.stack([drawn.numbers for drawn in several])


def _means(numbers: np.ndarray) -> np.ndarray:
    """Turn sums over communities, the last two numbers, into means: (..., MEASURES)."""
    assert len(MEASURES) == len(NUMBERS)
    return np.concatenate([numbers[..., :-2], numbers[..., -2:] / numbers[..., :1]], axis=-1).round(6)


def _distinct(places: list[list[_Drawn]]) -> int:
    return len(np.unique(np.concatenate([drawn.marks for several in places for drawn in several])))


def _standing(subdistrict: str, values: np.ndarray, own: np.ndarray, alone: bool) -> list[dict[str, object]]:
    """Rows of ensemble.csv for one subdistrict; `values` (chains, draws, measures)."""
    rows: list[dict[str, object]] = []
    for number, measure in enumerate(MEASURES):
        draws, plan = values[:, :, number], float(own[number])
        low, median, high = np.quantile(draws, [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
        at_most, at_least = float((draws <= plan).mean()), float((draws >= plan).mean())
        hat, effective = r_hat(draws), effective_draws(draws)
        trusted = hat <= R_HAT_TRUSTED and effective >= ESS_TRUSTED
        told = [_told(value, measure) for value in (plan, low, median, high)]
        share = None if not measure.better else at_most if measure.better == "less" else at_least
        sentence = NONE_MET if alone else _sentence(measure, told, share, draws.size)
        if not trusted:
            sentence += f"各链混合不充分（R-hat {hat:.2f}，有效样本{effective:.0f}个），仅供参考，宜增加步数。"
        cells = (subdistrict, measure.name, measure.label, measure.unit, plan, low, median, high, at_most, at_least)
        rows.append(dict(zip(columns("ensemble.csv"), (*cells, hat, effective, trusted, sentence), strict=True)))
    return rows


def _sentence(measure: Measure, told: list[str], share: float | None, draws: int) -> str:
    """Say in Chinese where the plan stands; `told`: its value, and 5%, median and 95% of the random plans."""
    plan, low, median, high = told
    if share is None:
        between = f"九成在{low}至{high}之间，中位数{median}"
        return f"本方案{measure.label}{plan}；随机合格方案{draws}个，{between}。"
    than = "不多于" if measure.better == "less" else "不低于"
    both = f"本方案{plan}，中位数{median}"
    return f"随机合格方案{draws}个中，{measure.label}{than}本方案的{_share(share)}（{both}）。"


def _told(value: float, measure: Measure) -> str:
    return f"{value:.3f}" if not measure.unit else f"{value:.0f}{measure.unit}"


def _share(share: float) -> str:
    """Say a share of the random plans.

    >>> [_share(part) for part in (0.0, 0.0004, 0.003, 0.4)]
    ['一个也没有', '不足0.1%', '仅占0.3%', '占40.0%']
    """
    if share == 0:
        return "一个也没有"
    if share < LEAST_SHARE:
        return f"不足{LEAST_SHARE:.1%}"
    return f"{'仅' if share <= SMALL_SHARE else ''}占{share:.1%}"


def _chain_row(place: _Place, several: list[_Drawn], length: _Length, rules: RuleSet) -> dict[str, object]:
    tried = np.sum([drawn.tried for drawn in several], axis=0)
    taken = np.sum([drawn.taken for drawn in several], axis=0) / np.maximum(tried, 1)
    widened = place.limits != (rules.lower, rules.upper)
    cells = (place.name, *place.limits, widened, len(several), int(tried.sum()), len(several) * length.draws)
    return dict(zip(columns("ensemble-chains.csv"), (*cells, _distinct([several]), *taken.tolist()), strict=True))


def _caveat(chains: pd.DataFrame) -> str:
    """Say what has to be said with any use of the figures."""
    widened = chains[chains["widened"]]
    text = LAW
    if len(widened):
        named = "、".join(f"{row.subdistrict}（{row.lower}—{row.upper}户）" for row in widened.itertuples())
        text += f"本方案有社区在设置标准之外，抽样时已放宽上下限：{named}。"
    return text


def _samples(subdistrict: str, values: np.ndarray) -> pd.DataFrame:
    """Random plans as a table: subdistrict, chain, and one column per measure."""
    chains, draws, _ = values.shape
    table = pd.DataFrame(values.reshape(chains * draws, -1), columns=[measure.name for measure in MEASURES])
    table.insert(0, "chain", np.repeat(np.arange(1, chains + 1), draws))
    table.insert(0, "subdistrict", subdistrict)
    return table
