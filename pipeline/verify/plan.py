"""Check a finished plan: every breach of what a plan promises, found by code that shares nothing with the search.

The adjacency table is taken as given, but its links are checked too, and where a plan changes a community its shape
is dissolved from the map as well. A breach is a fault of huajie, not of the input.
"""

from collections import deque
from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.errors import PlanRefused, problem, problems_table
from pipeline.rules import RuleSet

Row = dict[str, str]
Neighbours = dict[str, list[str]]

REACH_M = 0.5
"""Shapes up to twice this far apart count as touching when a community is dissolved."""


def verify_plan(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    plan: pd.Series,
    rules: RuleSet,
    *,
    left: Mapping[str, str],
    expected_parts: pd.Series | None = None,
    crossing_subdistricts: bool = False,
) -> pd.DataFrame:
    """Make the table of breaches (schema.PROBLEMS_CSV) of a plan: unit_id -> community; empty when it passes.

    - Every unit stands in the plan once, nothing else does, and every unit has a community's name.
    - A community lies in one subdistrict, unless `crossing_subdistricts`.
    - A community is connected in `edges`, where an edge that is not allowed connects nothing. *Inherited* links may
      only carry what is detached today already: a community may have at most 1 + sum(parts met - 1) parts, over the
      communities of today that it takes units from; the parts are those by all other rows, and parts met those of a
      community of today in which the new one has units. So a part may stay detached, be cut or change hands, and no
      plan adds one.
    - A community of today whose parts are declared (`expected_parts`: community -> number, NaN where not) may have no
      more than declared or, where more, than it has today; parts of communities that it takes over whole count
      besides. So a declared community gains no detached part, not even one that exists elsewhere.
    - A bridge lies in one subdistrict and an inherited link in one community of today; both ends of a row are units.
    - A community that the plan changes is one piece on the map, links and multipart units allowed for.
    - Households of the plan, summed community by community, are those of the units.
    - A community outside [rules.lower, rules.upper] is named in `left` with a sentence.
    - A name of today stays with units of its community and, where offices (`anchor`) are known, with an office.
    """
    rows = _coverage_breaches(units, plan)
    sound = plan[plan.index.isin(units.index) & ~plan.index.duplicated() & _named(plan)].astype("str")
    members = {name: list(ids) for name, ids in sound.groupby(sound).groups.items()}
    rows += _name_breaches(units, members)
    if not crossing_subdistricts:
        rows += _nesting_breaches(units, members)
    rows += _edge_breaches(units, edges)
    rows += _contiguity_breaches(units, edges, members, _declared(expected_parts))
    rows += _shape_breaches(units, edges, members)
    rows += _household_breaches(units, plan)
    rows += _limit_breaches(units, members, rules, left)
    return problems_table(rows)


def refuse(breaches: pd.DataFrame) -> None:
    """Raise PlanRefused listing the breaches; do nothing when there is none."""
    if len(breaches):
        raise PlanRefused(breaches)


def _breach(name: str, id: object, detail: str, advice: str) -> Row:
    return problem("error", "verify", name, detail, advice, id=id)


def _some(ids: Iterable[object], shown: int = 5) -> str:
    """List the first few of them."""
    names = [str(name) for name in ids]
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _named(plan: pd.Series) -> pd.Series:
    return plan.notna() & (plan.astype("str").str.strip() != "")


def _coverage_breaches(units: gpd.GeoDataFrame, plan: pd.Series) -> list[Row]:
    """Compare the units of the plan with those of the area, both ways."""
    found = {
        "unit missing": (units.index[~units.index.isin(plan.index)], "left out of the plan", "Give it a community."),
        "unknown unit": (plan.index[~plan.index.isin(units.index)], "in the plan but no unit of the area", "Drop it."),
        "unit twice": (plan.index[plan.index.duplicated()].unique(), "in the plan more than once", "Keep one row."),
        "no community": (plan.index[~_named(plan)], "without the name of a community", "Give it a community."),
    }
    return [
        _breach(name, ids[0], f"{len(ids)} units are {fault}: {_some(ids)}.", advice)
        for name, (ids, fault, advice) in found.items()
        if len(ids)
    ]


def _name_breaches(units: gpd.GeoDataFrame, members: Mapping[str, list[str]]) -> list[Row]:
    """Find names of today that moved away from their units, or from all offices of their community."""
    rows = []
    today = _today(units)
    offices = set(units.index[units["anchor"].fillna(False).astype(bool)]) if "anchor" in units else set()
    for name, ids in members.items():
        before = set(today.get(name, ()))
        if not before:
            continue
        if not before & set(ids):
            detail = f"{name} keeps its name but none of its {len(before)} units; it now stands on {_some(ids)}."
            rows.append(_breach("name moved", name, detail, "Names carry over by units: give it another name."))
        elif before & offices and not before & offices & set(ids):
            detail = f"{name} keeps its name but not its office, which stands in {_some(sorted(before & offices))}."
            rows.append(_breach("office lost", name, detail, "The part that holds the office keeps the name."))
    return rows


def _nesting_breaches(units: gpd.GeoDataFrame, members: Mapping[str, list[str]]) -> list[Row]:
    """Find communities that lie in more than one subdistrict."""
    parent = units["subdistrict"].to_dict()
    rows = []
    for name, ids in members.items():
        parents = sorted({str(parent[unit]) for unit in ids})
        if len(parents) > 1:
            detail = f"{name} lies in {len(parents)} subdistricts: {_some(parents)}."
            rows.append(_breach("crosses subdistricts", name, detail, "Keep every community in one subdistrict."))
    return rows


def _edge_breaches(units: gpd.GeoDataFrame, edges: pd.DataFrame) -> list[Row]:
    """Find rows of the adjacency table that name no unit, and links that join what they may not."""
    rows = []
    strangers = edges[~(edges["a"].isin(units.index) & edges["b"].isin(units.index))]
    if len(strangers):
        detail = f"{len(strangers)} rows of the adjacency table name no unit: {_some(_pairs(strangers))}."
        rows.append(_breach("unknown unit in edges", "", detail, "Make the table again from the units."))
    for kind, level in (("bridge", "subdistrict"), ("inherited", "community")):
        links = edges[(edges["kind"] == kind) & ~edges.index.isin(strangers.index)]
        belongs = units[level].to_dict()
        false = links[links["a"].map(belongs) != links["b"].map(belongs)]
        if len(false):
            detail = f"{len(false)} {kind} rows join units of two: {_some(_pairs(false))}."
            rows.append(_breach(f"false {kind}", "", detail, f"A {kind} row joins units of one {level} of today."))
    return rows


def _pairs(edges: pd.DataFrame) -> list[str]:
    return [f"{a}–{b}" for a, b in zip(edges["a"], edges["b"], strict=True)]


def _declared(expected: pd.Series | None) -> dict[str, int]:
    """Parts declared of each community that is declared to lie in any."""
    if expected is None:
        return {}
    return {str(name): int(parts) for name, parts in expected.items() if not pd.isna(parts) and parts >= 1}


def _contiguity_breaches(
    units: gpd.GeoDataFrame, edges: pd.DataFrame, members: Mapping[str, list[str]], declared: Mapping[str, int]
) -> list[Row]:
    """Find communities in several parts, and those with more detached parts than today (see verify_plan)."""
    edges = _allowed(edges)
    every = _neighbours(edges)
    real = _neighbours(edges[edges["kind"] != "inherited"])
    today = _today(units)
    parts_today = {name: _parts(ids, real) for name, ids in today.items()}
    part_today = {
        unit: (name, number)
        for name, parts in parts_today.items()
        for number, part in enumerate(parts)
        for unit in part
    }
    rows = []
    for name, ids in members.items():
        parts = _parts(ids, every)
        if len(parts) > 1:
            said = "; ".join(f"{len(part)} units with {part[0]}" for part in parts[:4])
            detail = f"{name} falls into {len(parts)} parts that do not touch: {said}."
            rows.append(_breach("not contiguous", name, detail, "Keep every community in one part."))
            continue
        met = {part_today[unit] for unit in ids}
        allowed = 1 + len(met) - len({community for community, _ in met})
        count = len(_parts(ids, real))
        if count > allowed:
            detail = f"{name} has {count} parts that do not touch where the communities it comes from allow {allowed}."
            rows.append(_breach("new detached part", name, detail, "A plan may keep a detached part, not make one."))
        elif name in declared and name in today:
            mine = set(ids)
            whole = [other for other, units_of in today.items() if other == name or mine.issuperset(units_of)]
            most = 1 + sum(max(declared.get(other, 1), len(parts_today[other])) - 1 for other in whole)
            if count > most:
                detail = f"{name} has {count} parts that do not touch, {declared[name]} are declared."
                rows.append(_breach("more parts than declared", name, detail, "Leave the part with its community."))
    return rows


def _allowed(edges: pd.DataFrame) -> pd.DataFrame:
    return edges[edges["allowed"].astype(bool)] if "allowed" in edges else edges


def _neighbours(edges: pd.DataFrame) -> Neighbours:
    table: Neighbours = {}
    for a, b in zip(edges["a"], edges["b"], strict=True):
        table.setdefault(a, []).append(b)
        table.setdefault(b, []).append(a)
    return table


def _parts(ids: Iterable[str], neighbours: Neighbours) -> list[list[str]]:
    """Take units apart into those that hang together, by breadth-first search; largest part first."""
    unseen = dict.fromkeys(ids)
    parts = []
    while unseen:
        first = next(iter(unseen))
        del unseen[first]
        part, queue = [first], deque([first])
        while queue:
            for unit in neighbours.get(queue.popleft(), ()):
                if unit in unseen:
                    del unseen[unit]
                    part.append(unit)
                    queue.append(unit)
        parts.append(part)
    return sorted(parts, key=len, reverse=True)


def _shape_breaches(units: gpd.GeoDataFrame, edges: pd.DataFrame, members: Mapping[str, list[str]]) -> list[Row]:
    """Dissolve the communities that the plan changes: find those in more pieces than links and units explain."""
    today = {name: set(ids) for name, ids in _today(units).items()}
    shape = dict(zip(units.index, units.geometry.to_numpy(), strict=True))
    links = _neighbours(_allowed(edges[edges["kind"] != "border"]))
    rows = []
    for name, ids in members.items():
        mine = set(ids)
        if today.get(name) == mine:
            continue
        shapes = [shape[unit] for unit in ids]
        grown = shapely.buffer(shapes, REACH_M, quad_segs=2)
        pieces = shapely.get_num_geometries(shapely.union_all(grown))
        inside = sum(other in mine for unit in ids for other in links.get(unit, ())) // 2
        extra = sum(int(count) - 1 for count in shapely.get_num_geometries(shapes) if count > 1)
        allowed = 1 + inside + extra
        if pieces > allowed:
            detail = f"{name} is {pieces} separate pieces on the map where its links explain {allowed}."
            rows.append(_breach("pieces on the map", name, detail, "Check the adjacency table against the shapes."))
    return rows


def _household_breaches(units: gpd.GeoDataFrame, plan: pd.Series) -> list[Row]:
    """Sum the households of the plan, community by community, and compare with those of the units."""
    households = units["households"].to_dict()
    sums: dict[str, int] = {}
    for unit, name in plan.items():
        sums[str(name)] = sums.get(str(name), 0) + int(households.get(unit, 0))
    planned, given = sum(sums.values()), int(units["households"].sum())
    if planned == given:
        return []
    detail = f"The communities of the plan have {planned} households, the units {given} ({planned - given:+d})."
    return [_breach("households differ", "", detail, "No household may be lost or counted twice.")]


def _limit_breaches(
    units: gpd.GeoDataFrame, members: Mapping[str, list[str]], rules: RuleSet, left: Mapping[str, str]
) -> list[Row]:
    """Find communities outside the limits of which nothing is said."""
    households = units["households"].to_dict()
    rows = []
    for name, ids in members.items():
        count = sum(int(households[unit]) for unit in ids)
        if not rules.lower <= count <= rules.upper and not str(left.get(name, "")).strip():
            detail = f"{name} has {count} households, outside {rules.lower} to {rules.upper}, and no reason is given."
            rows.append(_breach("limits broken unsaid", name, detail, "Say in `left` why it stays outside."))
    return rows


def _today(units: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """List the units of each community of today."""
    table: dict[str, list[str]] = {}
    for unit, name in units["community"].fillna("").astype("str").items():
        table.setdefault(name, []).append(str(unit))
    return table
