"""The principle plan: only what the rules ask for. Splits and merges of one subdistrict, each with its proof."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.decisions import none_decided
from pipeline.partition.ground import DECIMETRES, Ground, ground_of
from pipeline.propose.by_hand import ByHand, draft_by_hand
from pipeline.propose.merge import merge_communities
from pipeline.propose.plan import Change, Draft, Local, case_row, names_of_parts, new_names
from pipeline.propose.split import Wanted, quick_split, split_ground
from pipeline.results import Alternative, Solution
from pipeline.rules import RuleSet
from pipeline.schema import DECIDED
from pipeline.settings import SolveSection

EVEN_WITHIN = (0.05, 0.1, 0.2)
"""How far a part of a balanced split may be from the mean, tried in this order."""
OFF_ROAD = 20
"""How many metres along a road count as one metre off it, where a split puts roads first."""
EXACT_UNITS = 25
"""Up to so many units an alternative in two parts is solved exactly; others come from a quick search, and say so."""
MAIN = ("expressway", "trunk", "primary", "secondary")
"""Road classes that a split along main roads looks for."""


def draft_principle(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    flags: pd.DataFrame,
    neighbours: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    decisions: pd.DataFrame | None = None,
) -> Local:
    """Draft the splits and merges of one subdistrict; all tables may hold rows of this subdistrict only.

    `decisions` (schema.DECISIONS) may speak of others too. What they move and merge comes first; splits and merges are
    drafted on what that leaves, and keep to the rest of them.
    """
    decisions = none_decided() if decisions is None else decisions
    hand = draft_by_hand(units, decisions, rules)
    today, units = units, hand.units
    drafts: list[Draft] = list(hand.drafts)
    left = dict(zip(flags["community"], flags["reason"], strict=True))
    taken = [*today["community"].unique(), *set(units["community"]).difference(today["community"])]
    sizes = units["households"].groupby(units["community"]).sum()
    for flag in flags[flags["action"] == "split"].itertuples(index=False):
        if flag.community not in hand.parts and sizes.get(flag.community, 0) <= rules.split_over:
            continue  # what was moved by hand is enough
        draft = _draft_split(units, edges, flag, rules, solve, taken, hand)
        if draft.solution.plan is None:
            left[flag.community] = f"{_ended(flag.reason)}但{draft.solution.note}。"
        else:
            del left[flag.community]
            taken += [name for name in draft.plan.unique() if name not in taken]
        drafts.append(draft)
    merged, after = _draft_merges(units, flags, neighbours, rules, solve, hand)
    after |= hand.after
    for name in flags.loc[flags["action"] == "merge", "community"]:
        if name not in after:
            left[name] = f"{_ended(left[name])}但与其他合并事项相冲突，本次未安排合并。"
        elif rules.lower <= after[name] <= rules.upper:
            del left[name]
    drafts += merged
    left |= _above_after_merge(merged, rules)
    return Local(drafts, _left_after(left, today, drafts, rules) if len(decisions) else left)


def _left_after(left: dict[str, str], units: pd.DataFrame, drafts: list[Draft], rules: RuleSet) -> dict[str, str]:
    """Keep the reasons of communities outside the limits, and give one to those that decisions brought there."""
    plan = units["community"].copy()
    for draft in drafts:
        plan.loc[draft.plan.index] = draft.plan
    sizes = units["households"].groupby(plan).sum()
    outside = sizes[(sizes < rules.lower) | (sizes > rules.upper)]
    by_hand = f"{DECIDED}调整后不在{rules.lower}—{rules.upper}户以内"
    return {str(name): left.get(str(name), f"{name}{int(size)}户，{by_hand}。") for name, size in outside.items()}


def _draft_split(
    units: pd.DataFrame,
    edges: pd.DataFrame,
    flag: object,
    rules: RuleSet,
    solve: SolveSection,
    taken: list[str],
    hand: ByHand,
) -> Draft:
    community = flag.community  # type: ignore[attr-defined]
    mine = units[units["community"] == community]
    ground = ground_of(mine, edges)
    pinned = tuple(unit for unit, name in enumerate(ground.ids) if name in hand.pinned)
    wanted = Wanted(rules.lower, rules.upper, hand.parts.get(community), with_root=pinned)
    solution = split_ground(ground, wanted, seconds=solve.seconds, seed=solve.seed)
    subdistrict = str(mine["subdistrict"].iloc[0])
    if solution.plan is None:
        change = Change((community,), (community,), mine.index)
        today = mine["community"]
        reason = f"{_ended(flag.reason)}{solution.note}。"  # type: ignore[attr-defined]
        row = case_row("principle", change, subdistrict, units, today, solution, reason) | {"kind": "split"}
        return Draft(row, today, solution, [])

    def named(parts: pd.Series) -> pd.Series:
        fresh = new_names(subdistrict, taken, parts.nunique() - 1)
        return names_of_parts(mine, parts, community, fresh, pinned=bool(pinned))

    plan = named(solution.plan)
    change = Change((community,), tuple(_largest_first(mine, plan, community)), mine.index)
    reason = _ended(flag.reason) + _split_sentence(mine, plan, change.after)  # type: ignore[attr-defined]
    row = case_row("principle", change, subdistrict, units, plan, solution, reason)
    others = _other_splits(ground, edges, solution, wanted, solve)
    alternatives = [Alternative(label, replace(other, plan=named(other.plan))) for label, other in others]
    return Draft(row, plan, replace(solution, plan=plan), alternatives)


def _largest_first(units: pd.DataFrame, plan: pd.Series, community: str) -> list[str]:
    """Names of a split: the one that stays, then the new ones in the order of their numbers."""
    return [
        community,
        *sorted((name for name in plan.unique() if name != community), key=lambda name: (len(name), name)),
    ]


def _ended(sentence: str) -> str:
    """A sentence with its full stop."""
    return sentence if sentence.endswith("。") else sentence + "。"


def _split_sentence(units: pd.DataFrame, plan: pd.Series, names: tuple[str, ...]) -> str:
    sizes = units.loc[plan.index, "households"].groupby(plan.to_numpy()).sum()
    parts = "、".join(f"{name}（{int(sizes[name])}户）" for name in names)
    return f"拟拆分为{len(names)}个社区：{parts}。"


def _other_splits(
    ground: Ground, edges: pd.DataFrame, best: Solution, wanted: Wanted, solve: SolveSection
) -> list[tuple[str, Solution]]:
    """Further splits that differ from the best and from one another, up to `solve.alternatives`."""
    parts = int(best.objective[0])
    mean = ground.households.sum() / parts
    tries: list[tuple[str, Wanted]] = [
        (
            f"均衡优先（各部分与平均相差不超过{share:.0%}）",
            replace(
                wanted,
                lower=max(wanted.lower, int(np.ceil(mean * (1 - share)))),
                upper=min(wanted.upper, int(mean * (1 + share))),
                parts=parts,
            ),
        )
        for share in EVEN_WITHIN
    ]
    tries.append(("主要道路优先", replace(wanted, parts=parts, cost=_off_road(ground, edges))))
    if wanted.parts is None:
        tries.append((f"分为{parts + 1}个", replace(wanted, parts=parts + 1)))
    found: list[tuple[str, Solution]] = []
    seen = [best.plan]
    for label, want in tries:
        if len(found) >= solve.alternatives:
            break
        if label.startswith("均衡") and any(name.startswith("均衡") for name, _ in found):
            continue
        exact = want.parts == 2 and len(ground) <= EXACT_UNITS
        other = (
            split_ground(ground, want, seconds=solve.seconds, seed=solve.seed)
            if exact
            else quick_split(ground, want, seed=solve.seed)
        )
        if other.plan is not None and not any(_same(other.plan, known) for known in seen):
            found.append((label, other))
            seen.append(other.plan)
    return found


def _same(one: pd.Series, other: pd.Series | None) -> bool:
    """Whether two numberings make the same parts."""
    return other is not None and (len(set(zip(one, other, strict=True))) == one.nunique() == other.nunique())


def _off_road(ground: Ground, edges: pd.DataFrame) -> np.ndarray:
    """Cost of each edge of the ground when only metres off main roads, waters and railways really count."""
    a, b = ground.ids.get_indexer(edges["a"]), ground.ids.get_indexer(edges["b"])
    rows = edges[(a >= 0) & (b >= 0)]
    on_line = rows["along"].isin(["water", "railway"]) | rows["road_class"].isin(MAIN)
    metres = rows["border_m"].to_numpy() * DECIMETRES
    return np.rint(np.where(on_line, metres / OFF_ROAD, metres)).astype(np.int64)


def _draft_merges(
    units: pd.DataFrame,
    flags: pd.DataFrame,
    neighbours: pd.DataFrame,
    rules: RuleSet,
    solve: SolveSection,
    hand: ByHand,
) -> tuple[list[Draft], dict[str, int]]:
    """Drafts of the chosen merges, and households after of every community they touch."""
    asked = neighbours[neighbours["community"].isin(flags.loc[flags["action"] == "merge", "community"])]
    here = set(units["community"])  # moves by hand may have emptied some
    asked = asked[asked["community"].isin(here) & asked["neighbour"].isin(here)]
    if asked.empty:
        return [], {}
    communities = units.groupby("community", sort=True)[["households"]].sum()
    solution = merge_communities(
        communities,
        asked,
        merge_under=rules.merge_under,
        lower=rules.lower,
        upper=rules.upper,
        split_over=rules.split_over,
        seconds=solve.seconds,
        apart=hand.apart,
        kept=hand.kept,
    )
    assert solution.plan is not None
    subdistrict = str(units["subdistrict"].iloc[0])
    drafts: list[Draft] = []
    after: dict[str, int] = {}
    for into, members in solution.plan.groupby(solution.plan).groups.items():
        if len(members) < 2:
            continue
        names = (into, *sorted(name for name in members if name != into))
        mine = units.index[units["community"].isin(members)]
        plan = pd.Series(into, index=mine, name="community")
        total = int(communities.loc[list(members), "households"].sum())
        after |= dict.fromkeys(names, total)
        reason = _merge_sentence(communities["households"], names, total, rules)
        row = case_row("principle", Change(names, (into,), mine), subdistrict, units, plan, solution, reason)
        drafts.append(Draft(row, plan, replace(solution, plan=plan), []))
    return drafts, after


def _merge_sentence(households: pd.Series, names: tuple[str, ...], total: int, rules: RuleSet) -> str:
    into, *others = names
    gone = "、".join(f"{name}（{int(households[name])}户）" for name in others)
    small = min(int(households[name]) for name in names)
    joins = f"{gone}并入{into}（{int(households[into])}户）"
    sentence = f"{rules.clause_merge}。{joins}，最小的{small}户不足{rules.merge_under}户；合并后{total}户"
    return sentence + (
        f"，超过{rules.upper}户但未过拆分线{rules.split_over}户，须关注。" if total > rules.upper else "。"
    )


def _above_after_merge(merged: list[Draft], rules: RuleSet) -> dict[str, str]:
    """Communities that a merge leaves above the upper limit, with why."""
    return {
        str(draft.row["communities_after"]): str(draft.row["reason"])
        for draft in merged
        if f"超过{rules.upper}户但" in str(draft.row["reason"])
    }
