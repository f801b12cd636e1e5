"""Sums a result up: communities before, created, abolished and after, bands, moved households, proofs in words.

Every document of the dossier takes its figures from here, so that no two of them can disagree.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline.dossier.maps.prose import proof_sentence
from pipeline.results import Result
from pipeline.rules import RuleSet, status_of
from pipeline.schema import FAR_OVER, OVER, PROOF_ORDER, STATUS_ZH, UNDER, WITHIN


@dataclass(frozen=True)
class Headline:
    """One strategy in figures: numbers of communities, of communities outside the limits, and what moves."""

    strategy: str
    before: int
    created: tuple[str, ...]
    abolished: tuple[str, ...]
    after: int
    outside_before: int
    outside_after: int
    moved_households: int
    moved_units: int
    cases: int
    proof: str

    @property
    def arithmetic(self) -> str:
        """The ledger in one line, such as 现有75 + 新设9 − 撤销1 = 调整后83."""
        return f"现有{self.before} + 新设{len(self.created)} − 撤销{len(self.abolished)} = 调整后{self.after}"


def headline(result: Result, strategy: str) -> Headline:
    """Sum up one strategy for the whole area."""
    now, then = households_now(result), households_then(result, strategy)
    proposal = result.proposals[strategy]
    moved = moved_units(result, strategy)
    return Headline(
        strategy=strategy,
        before=len(now),
        created=tuple(name for name in then.index if name not in now.index),
        abolished=tuple(name for name in now.index if name not in then.index),
        after=len(then),
        outside_before=count_outside(now, result.area.rules),
        outside_after=count_outside(then, result.area.rules),
        moved_households=int(moved["households"].sum()),
        moved_units=len(moved),
        cases=len(proposal.cases),
        proof=weakest(proposal.subdistricts["proof"]),
    )


def by_subdistrict(result: Result, strategy: str) -> pd.DataFrame:
    """Sum up one strategy by subdistrict (the index, in the order of the communities table).

    Columns: households, before, created, abolished, after, outside_before, outside_after, moved_households, proof.
    """
    rules, units = result.area.rules, result.area.units
    now = community_totals(result, None).assign(outside=lambda table: outside(table["households"], rules))
    then = community_totals(result, strategy).assign(outside=lambda table: outside(table["households"], rules))
    moved = moved_units(result, strategy).groupby("subdistrict")["households"].sum()
    order = pd.Index(now["subdistrict"].unique(), name="subdistrict")
    proofs = result.proposals[strategy].subdistricts.groupby("name")["proof"].agg(weakest)
    figures = {
        "households": units.groupby("subdistrict")["households"].sum(),
        "before": now.groupby("subdistrict").size(),
        "created": then[~then.index.isin(now.index)].groupby("subdistrict").size(),
        "abolished": now[~now.index.isin(then.index)].groupby("subdistrict").size(),
        "after": then.groupby("subdistrict").size(),
        "outside_before": now.groupby("subdistrict")["outside"].sum(),
        "outside_after": then.groupby("subdistrict")["outside"].sum(),
        "moved_households": moved,
    }
    table = pd.DataFrame({name: series.reindex(order, fill_value=0) for name, series in figures.items()})
    return table.astype("int64").assign(proof=proofs.reindex(order).fillna(""))


def chosen_first(result: Result) -> list[str]:
    """List the strategies, the one that is *the* plan first."""
    return [result.strategy, *(name for name in result.proposals if name != result.strategy)]


def community_totals(result: Result, strategy: str | None) -> pd.DataFrame:
    """Sum the units by community, of today (None) or after a strategy.

    Indexed by community, sorted by subdistrict in the order of the communities table, communities of today first
    and in their order, new ones after them; columns subdistrict, households, population, area_km2.
    """
    units = result.area.units
    plan = units["community"] if strategy is None else result.proposals[strategy].plan.reindex(units.index)
    groups = units.assign(area_km2=units.area / 1e6).groupby(plan.rename("community"), sort=False)
    table = pd.DataFrame(
        {
            "subdistrict": groups["subdistrict"].first(),
            "households": groups["households"].sum(),
            "population": groups["population"].sum(min_count=1),
            "area_km2": groups["area_km2"].sum(),
        }
    )
    known = list(result.area.communities.index)
    order = pd.Index([*known, *sorted(set(table.index) - set(known))])
    table = table.reindex(order[order.isin(table.index)]).rename_axis("community")
    subdistricts = list(dict.fromkeys(result.area.communities["subdistrict"]))
    rank = {name: number for number, name in enumerate(subdistricts)}
    return table.iloc[table["subdistrict"].map(rank).fillna(len(rank)).argsort(kind="stable")]


def households_now(result: Result) -> pd.Series:
    """Households by community, of today."""
    return community_totals(result, None)["households"]


def households_then(result: Result, strategy: str) -> pd.Series:
    """Households by community, after a strategy."""
    return community_totals(result, strategy)["households"]


def moved_units(result: Result, strategy: str) -> pd.DataFrame:
    """Units whose community changes: index unit_id; name, subdistrict, community_before, community_after,
    households, population."""
    units = result.area.units
    plan = result.proposals[strategy].plan.reindex(units.index)
    table = pd.DataFrame(units.drop(columns="geometry")).assign(community_before=units["community"])
    table = table.assign(community_after=plan)[plan != units["community"]]
    return table[["name", "subdistrict", "community_before", "community_after", "households", "population"]]


def outside(households: pd.Series, rules: RuleSet) -> pd.Series:
    """Tell which counts lie outside the limits."""
    return status_of(households, rules) != WITHIN


def count_outside(households: pd.Series, rules: RuleSet) -> int:
    """Count the communities outside the limits."""
    return int(outside(households, rules).sum())


def band_counts(households: pd.Series, rules: RuleSet) -> pd.Series:
    """Number of communities in each band, by status from `under` to `far_over`, zeros included."""
    return status_of(households, rules).value_counts().reindex([UNDER, WITHIN, OVER, FAR_OVER], fill_value=0)


def band_label(status: str, rules: RuleSet) -> str:
    """Name a band with its limits in Chinese, such as 达标(1000—3000户)."""
    ranges = {
        UNDER: f"小于{rules.lower}户",
        WITHIN: f"{rules.lower}—{rules.upper}户",
        OVER: f"{rules.upper + 1}—{rules.split_over}户",
        FAR_OVER: f"超过{rules.split_over}户",
    }
    return f"{STATUS_ZH[status]}（{ranges[status]}）"


def weakest(proofs: pd.Series) -> str:
    """Take several proofs together: the weakest of them; optimal when there is nothing to prove.

    >>> weakest(pd.Series(["optimal", "gap", "exhausted"]))
    'gap'
    """
    return min(proofs, key=PROOF_ORDER.index, default="optimal")


def proof_words(proof: str, gap: float = 0.0) -> str:
    """Say in plain Chinese what a proof is worth.

    >>> proof_words("gap", 0.067)
    '未证明最优：与理论最好值的差距不超过6.7%'
    """
    return "未求解" if not proof else proof_sentence(proof, gap).removesuffix("。")


def title_of(result: Result, subject: str) -> str:
    """Title a document: area, subject, edition."""
    edition = f"（{result.edition}）" if result.edition else ""
    return f"{result.area.settings.area.name}{subject}{edition}"


def provenance(result: Result) -> str:
    """Say in one line where the figures come from, of what date, and who drafted the plan."""
    area = result.area.settings.area
    parts = {
        "数据来源": area.source,
        "口径日期": area.date,
        "户数口径": result.area.rules.measure,
        "编制单位": area.drafted_by,
        "数据期次": "" if result.edition == area.date else result.edition,
    }
    return "；".join(f"{label}：{text}" for label, text in parts.items() if text)
