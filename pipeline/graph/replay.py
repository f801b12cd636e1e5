"""Replays a table of edges that was exported and edited by hand on the edges as they are found today.

Each row of the export says under `computed` what was found then, so that a row nobody touched changes nothing, also
after roads or rules changed; a row without it is compared with what is found today. Rows that are missing mean
unchanged. What is edited says so in `computed` again, so that the next export carries it on.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.errors import problem

Row = dict[str, str]

LINKS = ("bridge", "inherited")
"""Kinds of edges that are found, never given by hand."""

EDITED = ("kind", "allowed", "factor", "why")
"""Columns that may be edited, as `computed` keeps them."""

SHOWN = 20
"""Edits that are told one by one; more share a row."""

EXCEL = (
    "If Excel changed the numbers (1.5E+11, lost zeros), import the file by 数据 > 从文本/CSV with columns a and b as "
    "text; else take the row out."
)


class Replayed(NamedTuple):
    """The edges after some edits, the edits (their index) that found their edge, and what is to be told."""

    edges: pd.DataFrame
    used: set[int]
    rows: list[Row]


def fingerprint(kind: object, allowed: object, factor: float, why: object) -> str:
    """Write what was found of an edge as it stands under `computed`.

    >>> fingerprint("border", True, 0.3, "")
    'border|TRUE|0.300|'
    """
    return f"{kind}|{'TRUE' if allowed else 'FALSE'}|{factor:.3f}|{why}"


def fingerprints(edges: pd.DataFrame) -> pd.Series:
    """Write `computed` of every edge: as it was before it was edited, or as it is."""
    found = [fingerprint(*values) for values in zip(*(edges[name] for name in EDITED), strict=True)]
    own = edges["computed"]
    return own.where((own != "") | (edges["kind"] == "manual"), pd.Series(found, index=edges.index)).astype("str")


def checked(edits: pd.DataFrame, units: pd.DataFrame) -> tuple[pd.DataFrame, list[Row]]:
    """Take out the edits that cannot be: of units that are not there, of a unit with itself, said twice.

    `edits`: see `results.Area`. Gives them with their ends in order (a < b) and `edited`: the row says something else
    than it was written with.
    """
    edits = edits.assign(edited=[_is_edited(edit) for edit in edits.itertuples()])
    known = edits["a"].isin(units.index) & edits["b"].isin(units.index)
    rows = []
    if (~known).any():
        lost = edits[~known]
        names = pd.unique(pd.concat([lost["a"], lost["b"]]))
        strange = [str(name) for name in names if name not in units.index]
        detail = f"{len(lost)} edited edges name units that are not there: {_some(strange)}."
        rows.append(problem(_severity(lost), "adjacency", "edge not there", detail, EXCEL, source=_places(lost)))
    edits = edits[known]
    swap = edits["a"] > edits["b"]
    edits = edits.assign(a=edits["a"].where(~swap, edits["b"]), b=edits["b"].where(~swap, edits["a"]))
    alone = edits["a"] == edits["b"]
    twice = edits.duplicated(["a", "b", "kind"]) & ~alone
    for wrong, why in ((alone, "join a unit with itself"), (twice, "stand in the table twice; the first row counts")):
        if wrong.any():
            detail = f"{wrong.sum()} edited edges {why}: {_some(_pairs(edits[wrong]))}."
            rows.append(
                problem(
                    "warning", "adjacency", "edge refused", detail, "Take the row out.", source=_places(edits[wrong])
                )
            )
    return edits[~alone & ~twice], rows


def replayed(edges: pd.DataFrame, edits: pd.DataFrame, links: str = "") -> Replayed:
    """Lay edits over edges (schema.EDGES; one row a pair).

    `links`: bridge or inherited, where the edges are links of this kind; else they are borders, corners and what was
    added by hand, whose kind may have been changed. Inherited links stay allowed.
    """
    edits = edits[edits["kind"] == links] if links else edits[~edits["kind"].isin(LINKS)]
    edges = edges.reset_index(drop=True)
    where = {(a, b): number for number, (a, b) in enumerate(zip(edges["a"], edges["b"], strict=True))}
    changed: dict[int, dict[str, Any]] = {}
    used: set[int] = set()
    rows: list[Row] = []
    for edit in edits.sort_values("kind", key=lambda kind: kind == "manual", kind="stable").itertuples():
        number = where.get((edit.a, edit.b))
        if number is None:
            continue
        used.add(edit.Index)
        if not edit.edited:
            continue
        now = edges.loc[number].to_dict() | changed.get(number, {})
        new, refused = _difference(edit, now)
        if refused:
            rows.append(
                problem(
                    "warning", "adjacency", "edge refused", refused, "Mend the row.", id=_key(edit), source=edit.place
                )
            )
        if new:
            changed[number] = (
                {"computed": fingerprint(*edges.loc[number, list(EDITED)])} | changed.get(number, {}) | new
            )
            said = ", ".join(f"{name} {_plain(now[name])} -> {_plain(value)}" for name, value in new.items())
            rows.append(
                problem(
                    "note",
                    "adjacency",
                    "edge changed by hand",
                    f"{said}.",
                    "Nothing to do.",
                    id=_key(edit),
                    source=edit.place,
                )
            )
    if changed:
        edges = edges.astype({"kind": object, "why": object, "computed": object})
        for number, values in changed.items():
            for name, value in values.items():
                edges.at[number, name] = value
        edges["border_cost"] = edges["border_m"] * edges["factor"]
    return Replayed(edges, used, rows)


def added(edges: pd.DataFrame, edits: pd.DataFrame, units: pd.DataFrame) -> Replayed:
    """Make edges of the rows that a planner added (kind manual) beside those there; of two subdistricts none."""
    parent = units["subdistrict"].to_dict()
    there = set(zip(edges["a"], edges["b"], strict=True))
    new, used, rows = [], set(), []
    for edit in edits[edits["kind"] == "manual"].itertuples():
        if (edit.a, edit.b) in there:
            continue
        used.add(edit.Index)
        if parent[edit.a] != parent[edit.b]:
            detail = f"It would join {parent[edit.a]} and {parent[edit.b]}; no community lies in two subdistricts."
            rows.append(
                problem(
                    "warning",
                    "adjacency",
                    "edge refused",
                    detail,
                    "Take the row out.",
                    id=_key(edit),
                    source=edit.place,
                )
            )
            continue
        # rounded as they are written, so that the next export says the same
        length = 0.0 if np.isnan(edit.border_m) else round(edit.border_m, 2)
        factor = 1.0 if np.isnan(edit.factor) else round(edit.factor, 3)
        allowed = edit.allowed if isinstance(edit.allowed, bool) else True
        new.append(
            {"a": edit.a, "b": edit.b, "border_m": length, "kind": "manual", "along": "", "along_name": ""}
            | {"road_class": "", "barrier": False, "crossing": False, "factor": factor, "border_cost": length * factor}
            | {"allowed": allowed, "why": edit.why, "computed": ""}
        )
        said = f"An edge of {length:g} m was added by hand{'' if allowed else ', not allowed'}."
        rows.append(
            problem("note", "adjacency", "edge added by hand", said, "Nothing to do.", id=_key(edit), source=edit.place)
        )
    return Replayed(pd.DataFrame(new, columns=edges.columns), used, rows)


def without_edge(edits: pd.DataFrame) -> list[Row]:
    """Tell of the edits whose edge is no longer there; of links, which come and go, only where they were edited."""
    lost = edits[edits["edited"] | ~edits["kind"].isin(LINKS)]
    if lost.empty:
        return []
    detail = f"{len(lost)} edited edges are no longer there: {_some(_pairs(lost))}."
    advice = "Take the rows out; or give them kind manual where communities may extend there."
    return [problem(_severity(lost), "adjacency", "edge not there", detail, advice, source=_places(lost))]


def shortened(rows: list[Row]) -> list[Row]:
    """Put edits that are told beyond SHOWN of a kind into one row."""
    kept: list[Row] = []
    for name in dict.fromkeys(row["problem"] for row in rows):
        same = [row for row in rows if row["problem"] == name]
        kept += same[:SHOWN]
        if more := same[SHOWN:]:
            detail = f"So did {len(more)} more: {_some([row['id'] for row in more])}."
            kept.append(same[0] | {"detail": detail, "id": "", "source": ""})
    return kept


def _difference(edit: Any, now: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Find what a row changes of its edge as it is now, and why a part of it cannot be."""
    said = _said(edit) if edit.edited else {}
    new = {name: value for name, value in said.items() if _as_written(name, value) != _as_written(name, now[name])}
    if now["kind"] == "inherited" and "allowed" in new:
        return {}, "An inherited link keeps a community of today whole and stays allowed."
    if "allowed" in new:
        new.setdefault("why", "人工设为可以跨越" if new["allowed"] else "人工设为不可跨越")
    return new, ""


def _said(edit: Any) -> dict[str, Any]:
    """Take what a row says otherwise than it was written with; a row that was not written by us says all it has."""
    found = dict(zip(EDITED, edit.computed.split("|", len(EDITED) - 1), strict=False))
    given: dict[str, Any] = {}
    if edit.kind and edit.kind not in (*LINKS, "manual"):  # a row added for an edge that is there keeps the edge's kind
        given["kind"] = edit.kind
    if isinstance(edit.allowed, bool):
        given["allowed"] = edit.allowed
    if not np.isnan(edit.factor):
        given["factor"] = round(edit.factor, 3)
    if edit.why:
        given["why"] = edit.why
    return {name: value for name, value in given.items() if _as_written(name, value) != found.get(name)}


def _is_edited(edit: Any) -> bool:
    return not edit.computed or bool(_said(edit))


def _as_written(name: str, value: Any) -> str:
    if name == "allowed":
        return "TRUE" if value else "FALSE"
    return f"{value:.3f}" if name == "factor" else str(value)


def _severity(edits: pd.DataFrame) -> str:
    """Tell what happened to rows that nobody edited more quietly."""
    return "warning" if edits["edited"].any() else "note"


def _key(edit: Any) -> str:
    return f"{edit.a}–{edit.b}"


def _pairs(edits: pd.DataFrame) -> list[str]:
    return [f"{a}–{b}" for a, b in zip(edits["a"], edits["b"], strict=True)]


def _places(edits: pd.DataFrame) -> str:
    return _some(edits["place"], 10)


def _some(names: Iterable[object], shown: int = 5) -> str:
    said = [str(name) for name in names]
    return ", ".join(said[:shown]) + (f" and {len(said) - shown} more" if len(said) > shown else "")


def _plain(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else repr(str(value))
