"""Finds what stands in the way of a solution, each obstruction with its kind and a sentence in Chinese."""

from dataclasses import dataclass

import pandas as pd

from pipeline.decisions import kept_as_it_is, sentence
from pipeline.graph.passage import line_words
from pipeline.partition.ground import Ground, ground_of
from pipeline.partition.ground import pieces as connected_pieces
from pipeline.propose.explain.problem import Piece, Problem, Verdict, pieces
from pipeline.schema import LIST_SEPARATOR

MOST_NAMED = 5
"""Units named in one sentence."""
MOST_POCKETS = 3
"""Pockets behind a single unit that are named."""


@dataclass(frozen=True)
class Obstruction:
    """One thing in the way. `kind`: of schema.OBSTRUCTION_ZH; `what`: units, lines or decisions concerned; `households`
    that it speaks of; `sentence` without a full stop."""

    kind: str
    what: str
    households: int
    sentence: str


@dataclass(frozen=True)
class Pocket:
    """Units that only one unit, `door`, joins to the rest, in groups that are all below the lower limit.

    They can be in no community but that of the door. `largest`: households of the largest group; `households`: of all
    of them and the door.
    """

    door: str
    units: tuple[str, ...]
    largest: int
    households: int


def overt(problem: Problem) -> list[Obstruction]:
    """List the obstructions that sums and connections show without solving."""
    found = [*_large_units(problem), *_kept(problem)]
    free = [piece for piece in pieces(problem) if not piece.kept]
    total = int(problem.ground["households"].sum())
    whole = len(pieces(problem)) == 1 and len(free) == 1
    if total < problem.rules.lower * problem.least_parts:
        found.append(_short(problem, total))
    elif whole:
        found += _gap(problem, total)
    if not whole and total >= problem.rules.lower:
        found += [one for piece in free for one in _parted(problem, piece)]
    if not any(one.kind in ("total below lower", "arithmetic gap") for one in found):
        found += [_behind_door(problem, pocket) for pocket in _smallest(pockets(problem))]
    return found


def unseen(problem: Problem, verdict: Verdict) -> Obstruction:
    """Say what solving shows where nothing is overt: that units do not fit, or that the time did not tell."""
    lower, upper = problem.rules.lower, problem.rules.upper
    if problem.community:
        what = f"{problem.community}的基本单元不能连片组合成两个以上{lower}—{upper}户的社区"
    else:
        what = f"基本单元不可再分且须连片，不能使每个社区都处于{lower}—{upper}户"
    if verdict.feasible is False:
        least = f"，最少有{verdict.bound}户超出范围" if verdict.bound else ""
        return Obstruction("units", "", verdict.bound, f"已证明：{what}{least}")
    return Obstruction("not proved", "", verdict.outside or 0, f"限时内没有找到方案，也没有证明{what}")


def decisions_at_odds(problem: Problem, rows: pd.DataFrame) -> Obstruction:
    """Say that decisions, with the limits, leave no solution, though any fewer of them would."""
    said = [decision_words(row) for row in rows.itertuples(index=False)]
    what = LIST_SEPARATOR.join(said)
    count = int(problem.ground["households"].sum())
    return Obstruction("decision", what, count, f"{what}，在{problem.rules.lower}—{problem.rules.upper}户的标准下无解")


def decision_words(row: object) -> str:
    """Say a decision with what it speaks of, such as 甲社区人工决定锁定社区（历史街区）."""
    named = row.communities or row.units  # type: ignore[attr-defined]
    both = row.decision == "pin" and row.units and row.communities  # type: ignore[attr-defined]
    return f"{row.units}→{row.communities}{sentence(row)}" if both else f"{named}{sentence(row)}"  # type: ignore[attr-defined]


def pockets(problem: Problem) -> list[Pocket]:
    """Find the units whose removal leaves groups that are too small alone and, with that unit, too large together."""
    found = []
    for piece in pieces(problem):
        if piece.kept or len(piece.units) < 2:
            continue
        ground = ground_of(problem.units.loc[piece.units], problem.edges)
        found += [pocket for door in range(len(ground)) if (pocket := _pocket(ground, door, problem)) is not None]
    return found


def _smallest(found: list[Pocket]) -> list[Pocket]:
    """Keep the pockets that hold no other one, the first few of them."""
    sets = [{pocket.door, *pocket.units} for pocket in found]
    least = [pocket for pocket, mine in zip(found, sets, strict=True) if not any(other < mine for other in sets)]
    return least[:MOST_POCKETS]


def _pocket(ground: Ground, door: int, problem: Problem) -> Pocket | None:
    lower, upper = problem.rules.lower, problem.rules.upper
    if ground.households[door] > upper or len(ground.near[door]) < 2:
        return None
    parts = connected_pieces(ground, [unit for unit in range(len(ground)) if unit != door])
    sums = [int(ground.households[part].sum()) for part in parts]
    small = [(size, part) for size, part in zip(sums, parts, strict=True) if size < lower]
    together = int(ground.households[door]) + sum(size for size, _ in small)
    if together <= upper or len(small) == 0:
        return None
    names = tuple(str(ground.ids[unit]) for _, part in small for unit in part)
    return Pocket(str(ground.ids[door]), names, max(size for size, _ in small), together)


def _large_units(problem: Problem) -> list[Obstruction]:
    upper = problem.rules.upper
    free = pd.concat([problem.units.loc[p.units] for p in pieces(problem) if not p.kept] or [problem.units[:0]])
    large = free[free["households"] > upper]
    return [
        Obstruction(
            "unit above upper",
            str(unit),
            int(count),
            f"基本单元{unit}有{int(count)}户，超过上限{upper}户且不可再分，须提供更小的基本单元",
        )
        for unit, count in large["households"].items()
    ]


def _kept(problem: Problem) -> list[Obstruction]:
    lower, upper, why = problem.rules.lower, problem.rules.upper, kept_as_it_is(problem.decisions)
    return [
        Obstruction(
            "decision", piece.kept, piece.households, f"{piece.kept}{piece.households}户在标准之外，{why[piece.kept]}"
        )
        for piece in pieces(problem)
        if piece.kept and not lower <= piece.households <= upper
    ]


def _short(problem: Problem, total: int) -> Obstruction:
    lower = problem.rules.lower
    if problem.community:
        said = f"{problem.community}共{total}户，不足分为两个社区所需的{2 * lower}户，差{2 * lower - total}户"
    else:
        said = f"本街道共{total}户，不足下限{lower}户，差{lower - total}户"
    return Obstruction("total below lower", problem.community, total, said)


def _gap(problem: Problem, total: int) -> list[Obstruction]:
    lower, upper = problem.rules.lower, problem.rules.upper
    most = total // lower
    if most * upper >= total:
        return []
    said = f"{total}户分为{most}个社区则超过上限{upper}户，分为{most + 1}个则不足下限{lower}户"
    return [Obstruction("arithmetic gap", problem.community, total, said)]


def _parted(problem: Problem, piece: Piece) -> list[Obstruction]:
    """Say why a piece that nothing connects with the rest cannot be divided into communities."""
    lower, upper, count = problem.rules.lower, problem.rules.upper, piece.households
    if count >= lower and count // lower * upper >= count:
        return []
    around = walls(problem, piece)
    said = f"{_listed(piece.units)}共{count}户" + (f"，被{LIST_SEPARATOR.join(around)}隔开" if around else "，孤立成片")
    short = f"不足下限{lower}户" if count < lower else f"任何个数的社区都不能使每个处于{lower}—{upper}户"
    return [Obstruction("pocket", _listed(piece.units), count, f"{said}，{short}")]


def walls(problem: Problem, piece: Piece) -> list[str]:
    """Name what stands around a piece: the lines that may not be crossed, and communities kept as they are."""
    edges, inside = problem.edges, set(piece.units)
    round_it = edges[edges["a"].isin(inside) != edges["b"].isin(inside)]
    kept = kept_as_it_is(problem.decisions)
    beyond = round_it["b"].where(round_it["a"].isin(inside), round_it["a"]).map(problem.units["community"])
    names = [f"{name}（维持现状）" for name in sorted(set(beyond.dropna()) & set(kept))]
    shut = round_it[~round_it["allowed"].astype(bool)] if "allowed" in round_it else round_it[:0]
    return [*sorted({line_of(row) for row in shut.itertuples(index=False)}), *names]


def line_of(row: object) -> str:
    """Name the line that a border runs along, in words; a border shut by hand has none."""
    along, name, road = (str(getattr(row, part, "") or "") for part in ("along", "along_name", "road_class"))
    return line_words(along, name, road) if along else "禁止跨越的边界"


def _behind_door(problem: Problem, pocket: Pocket) -> Obstruction:
    lower, upper = problem.rules.lower, problem.rules.upper
    said = (
        f"{_listed(pocket.units)}只经{pocket.door}与其他单元相连，单独不足下限{lower}户，"
        f"与{pocket.door}合计{pocket.households}户又超过上限{upper}户"
    )
    return Obstruction("pocket", _listed(pocket.units), pocket.households, said)


def _listed(units: object) -> str:
    names = [str(name) for name in units]  # type: ignore[attr-defined]
    more = f"等{len(names)}个单元" if len(names) > MOST_NAMED else ""
    return LIST_SEPARATOR.join(names[:MOST_NAMED]) + more
