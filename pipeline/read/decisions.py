"""Reads what a planner fixed by hand: one decision to a row, its units and communities found in the area.

A row that names nothing, too much, or something that the area does not have is an error with its file, sheet and row;
what is meant is never guessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.errors import problem
from pipeline.read.names.proposals import did_you_mean
from pipeline.read.names.spelling import name_key, tidy
from pipeline.read.sources import Rows, Source, place
from pipeline.schema import DECISION_ZH, LIST_SEPARATOR, NEW_COMMUNITY, columns

KINDS: dict[str, tuple[str, ...]] = {
    "pin": ("固定单元", "固定", "固定归属", "指定归属", "单元归属", "指定社区"),
    "lock": ("锁定社区", "锁定"),
    "forbid split": ("禁止拆分", "不得拆分", "不拆分", "不予拆分"),
    "force split": ("必须拆分", "强制拆分"),
    "forbid merge": ("禁止合并", "不得合并", "不合并", "不予合并"),
    "force merge": ("必须合并", "强制合并"),
    "protect": ("保护", "保留", "历史保护", "商业保护", "历史保留区", "商业保留区", "历史/商业保留区"),
    "accept": ("认可", "认可现状", "接受现状"),
    "parts": ("应有片数", "片数", "认可飞地"),
    "rename": ("更名", "命名", "改名"),
}
"""Kinds of decisions, and what they are called in Chinese tables."""

ONE_BY_ONE = ("lock", "forbid split", "force split", "accept", "parts", "protect")
"""Kinds that are decided for each community of a row by itself."""

_BETWEEN = re.compile(r"[、，,;；\n]+")
_CREATED = NEW_COMMUNITY.format(subdistrict="{}", number=1).removesuffix("1").removeprefix("{}")


class Fault(Exception):
    """Why a row cannot be taken: problem, detail, advice."""


@dataclass(frozen=True)
class _Known:
    """What the area has. `units`: unit_id -> community; `by_name`: name of a compound -> its unit_ids; `communities`:
    name -> subdistrict; `by_key`: reduced name -> names."""

    units: Mapping[str, str]
    by_name: Mapping[str, list[str]]
    communities: Mapping[str, str]
    by_key: Mapping[str, list[str]]
    made: bool

    @property
    def subdistricts(self) -> list[str]:
        return list(dict.fromkeys(self.communities.values()))


def make_decisions(
    sources: Mapping[str, Source], units: pd.DataFrame, communities: pd.DataFrame
) -> tuple[pd.DataFrame | None, Rows]:
    """Make the table of decisions (schema.DECISIONS), None where the area has none, and the faults of its rows.

    `units`: schema.UNITS, indexed by unit_id; a unit is named by its unit_id, or by its compound's name where only
    one unit has it. `communities`: schema.COMMUNITIES.
    """
    source = sources.get("decisions")
    if source is None:
        return None, []
    table, known = source.table, _known(units, communities, made="units" not in sources)
    if "decision" not in table:
        seen = ", ".join(source.seen) or "none"
        detail = f"No column was recognised as decision; columns seen: {seen}."
        advice = "Head it 决定, and write in it: " + "、".join(DECISION_ZH.values()) + "."
        return None, [problem("error", "decisions", "missing column", detail, advice, source=source.label)]
    blank = pd.Series("", index=table.index, dtype="str")
    told: list[dict[str, object]] = []
    rows: Rows = []
    refused = set(source.refused.get("parts", pd.Index([])))
    for number in table.index:
        cells = {name: str(table.get(name, blank)[number]) for name in _TEXTS}
        parts = table["parts"][number] if "parts" in table else None
        where = place(source, [number])
        try:
            if number in refused:
                raise Fault("decision unclear", "The number of parts is not a number.", "Write a whole number.")
            for entry in _decided(cells, parts, known):
                told.append(entry | {"source": where})
        except Fault as fault:
            name, detail, advice = fault.args
            rows.append(problem("error", "decisions", name, detail, advice, id=cells["decision"], source=where))
    made = pd.DataFrame(told, columns=columns("decisions"))
    kinds = dict.fromkeys(columns("decisions"), "str") | {"parts": "Int64"}
    return made.astype(kinds), rows


_TEXTS = ("decision", "units", "communities", "new_name", "reason", "by", "date")


def with_declared_parts(communities: pd.DataFrame, decisions: pd.DataFrame | None) -> pd.DataFrame:
    """Write the parts that decisions declare into `expected_parts`, over what files say."""
    declared = decisions[decisions["decision"] == "parts"] if decisions is not None else None
    if declared is None or declared.empty:
        return communities
    parts = declared.drop_duplicates("communities", keep="last").set_index("communities")["parts"].astype("float64")
    before = communities.get("expected_parts", pd.Series(float("nan"), index=communities.index))
    return communities.assign(expected_parts=parts.reindex(communities.index).fillna(before.astype("float64")))


def _known(units: pd.DataFrame, communities: pd.DataFrame, *, made: bool) -> _Known:
    by_name: dict[str, list[str]] = {}
    for unit, name in units["name"].items():
        by_name.setdefault(tidy(str(name)), []).append(str(unit))
    by_key: dict[str, list[str]] = {}
    for name in communities.index:
        by_key.setdefault(name_key(str(name)), []).append(str(name))
    parents = communities["subdistrict"].astype("str").to_dict()
    return _Known(units["community"].astype("str").to_dict(), by_name, parents, by_key, made)


def _kind(text: str) -> str:
    """Tell the kind of a decision by any of its names."""
    plain = re.sub(r"[\s_\-]+", " ", tidy(text)).lower()
    for kind, names in KINDS.items():
        if plain in (kind, kind.replace(" ", "")) or plain in names:
            return kind
    known = "、".join(DECISION_ZH.values())
    raise Fault("unknown decision", f"There is no decision {text!r}." if text else "It says no decision.",
                 f"Known: {known}.")  # fmt: skip


def _decided(cells: dict[str, str], parts: object, known: _Known) -> Iterable[dict[str, object]]:
    """Make the rows of one decision; raises Fault where it cannot be taken."""
    kind = _kind(cells["decision"])
    count = None if pd.isna(parts) else parts
    units = _found(cells["units"], known.units, lambda name: _unit(name, known))
    if kind == "rename":
        names = [tidy(cells["communities"])] if cells["communities"] else []
    else:
        names = _found(cells["communities"], known.communities, lambda name: _community(name, known))
    _require(kind, units, names, count, cells, known)
    keeps = _new_name(kind, cells["new_name"], names, known)
    said = {"reason": cells["reason"], "by": cells["by"], "date": cells["date"].removesuffix(" 00:00:00")}
    entry = {"decision": kind, "parts": count, "new_name": keeps, **said}
    subdistrict = _one_subdistrict(kind, units, names, known)
    each = [[name] for name in names] if kind in ONE_BY_ONE and not units else [names]
    for some in each:
        own = known.communities[some[0]] if kind in ONE_BY_ONE and not units else subdistrict
        lists = {"units": LIST_SEPARATOR.join(units), "communities": LIST_SEPARATOR.join(some)}
        yield entry | lists | {"subdistrict": own}


def _found(text: str, known: Mapping[str, str], find: Callable[[str], str]) -> list[str]:
    """Find what a cell names: one thing, or several with a mark between them."""
    if not text:
        return []
    names = [text] if text in known else [part.strip() for part in _BETWEEN.split(text)]
    return list(dict.fromkeys(find(name) for name in names if name))


def _unit(name: str, known: _Known) -> str:
    if known.made:
        raise Fault(
            *("unknown unit", f"{name}: the units of this area are made anew from its communities and have no lasting"),
            "Give a layer of [units], or decide on communities.",
        )
    if name in known.units:
        return name
    bearing = known.by_name.get(tidy(name), [])
    if len(bearing) == 1:
        return bearing[0]
    if bearing:
        advice = f"Write the unit_id: {' or '.join(bearing[:5])}."
        raise Fault("unknown unit", f"{name} is the name of {len(bearing)} units.", advice)
    raise Fault("unknown unit", f"No unit has the unit_id or name {name}.", "Correct it.")


def _community(name: str, known: _Known) -> str:
    if name in known.communities:
        return name
    alike = known.by_key.get(name_key(name), [])
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise Fault("unknown community", f"{name} may be {' or '.join(alike)}.", "Write the whole name.")
    near = did_you_mean(name, list(known.communities))
    raise Fault("unknown community", f"There is no community {name}.", near or "Correct the name.")


def _require(
    kind: str, units: list[str], names: list[str], count: object, cells: dict[str, str], known: _Known
) -> None:
    """Refuse a row that says less than its kind needs, or more than it can mean."""
    least_units = {"pin": 1}.get(kind, 0)
    least_names = {"pin": 1, "protect": 0, "force merge": 2}.get(kind, 1)
    most_names = {"pin": 1, "rename": 1}.get(kind, len(names))
    zh = DECISION_ZH[kind]
    if len(units) < least_units or len(names) < least_names or (kind == "protect" and not units and not names):
        needs = {"pin": "its units and one community", "protect": "its units or communities"}
        wanted = needs.get(kind, "two communities" if least_names == 2 else "a community")
        raise Fault("decision unclear", f"{zh} ({kind}) needs {wanted}.", "Fill in the cells.")
    if len(names) > most_names:
        raise Fault("decision unclear", f"{zh} ({kind}) takes one community, {len(names)} are named.", "One row each.")
    if units and kind not in ("pin", "protect"):
        raise Fault("decision unclear", f"{zh} ({kind}) speaks of communities, but units are named.",
                     "Clear the cell of units, or use 固定单元 or 保护.")  # fmt: skip
    if units and kind == "protect" and names and {known.units[unit] for unit in units} != set(names):
        raise Fault("decision unclear", f"The units do not lie in {LIST_SEPARATOR.join(names)} today.",
                     "Name the units or the community; to move units use 固定单元.")  # fmt: skip
    least_parts = {"force split": 2, "parts": 1}.get(kind)
    if count is not None and (least_parts is None or float(count) < least_parts or float(count) % 1):  # type: ignore[arg-type]
        advice = "Clear the cell." if least_parts is None else f"Write a whole number from {least_parts} on."
        raise Fault("decision unclear", f"{count:g} parts make no sense for {zh} ({kind}).", advice)
    if kind == "parts" and count is None:
        raise Fault("decision unclear", f"{zh} (parts) needs the number of parts.", "Fill in the cell.")
    if cells["new_name"] and kind not in ("rename", "force merge"):
        raise Fault("decision unclear", f"A new name makes no sense for {zh} ({kind}).", "Use a row 更名 for it.")


def _new_name(kind: str, text: str, names: list[str], known: _Known) -> str:
    """Find the new name, or among merged communities the one whose name stays."""
    if kind == "force merge" and text:
        stays = _community(text, known)
        if stays not in names:
            raise Fault("decision unclear", f"{stays} is none of those that are merged.", "Name one of them.")
        return stays
    if kind != "rename":
        return ""
    new, old = tidy(text), names[0]
    if not new:
        raise Fault("decision unclear", "更名 (rename) needs the new name.", "Fill in the cell.")
    if _creator(old, known) is None:
        example = NEW_COMMUNITY.format(subdistrict=(known.subdistricts or ["甲街道"])[0], number=1)
        detail = f"{old} is not the name of a community that a plan creates."
        raise Fault("unknown community", detail, f"Such names are written like {example}.")
    if _creator(new, known) is not None or name_key(new) in known.by_key:
        raise Fault("decision unclear", f"{new} is the name of another community.", "Choose a name not yet used.")
    return new


def _creator(name: str, known: _Known) -> str | None:
    """Give the subdistrict whose new community bears this name, None where it is no such name."""
    parent, mark, number = name.rpartition(_CREATED)
    return parent if mark and number.isdecimal() and parent in known.subdistricts else None


def _one_subdistrict(kind: str, units: list[str], names: list[str], known: _Known) -> str:
    if kind == "rename":
        return _creator(names[0], known) or ""
    parents = [known.communities.get(known.units[unit], "") for unit in units]
    parents += [known.communities[name] for name in names]
    parents = list(dict.fromkeys(parents))
    if len(parents) > 1 and (kind not in ONE_BY_ONE or units):
        detail = f"It joins what lies in {len(parents)} subdistricts: {LIST_SEPARATOR.join(parents)}."
        raise Fault("decision across subdistricts", detail, "No plan crosses a subdistrict; one row for each.")
    return parents[0]
