"""Finds the features of a section in a drawing (KML, DXF), which holds areas, lines and texts of everything together.

What tells them apart is the group that they lie in: the folder of a KML, the CAD layer of a DXF.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.read.layers.found import AREAL, LAYER_NAMES, Refused, parents_in
from pipeline.read.layers.labels import Labels, labels_of
from pipeline.read.layers.outlines import closed, is_area, is_line, is_point
from pipeline.read.sources import Rows, Source, place

POINTED = ("premises", "crossings")
"""Sections whose features may be points."""

_WORDS = {"folder": "folder", "layer": "CAD layer"}


@dataclass(frozen=True)
class Drawn:
    """What a section has in a drawing. `shapes`: its features under the numbers that they have in the file; `texts`:
    the points with a text by group, as labels; `rows`: what was chosen and left out."""

    shapes: Source
    texts: dict[str, Labels]
    rows: Rows


def in_drawing(source: Source, group: str, wanted: str | None) -> Drawn:
    """Find the features of a section among all of a drawing; raises Refused where the choice is open.

    `group`: the column that names the folder or CAD layer; `wanted`: name or pattern that the section gives.
    """
    groups = source.table.get(group, pd.Series("", index=source.table.index)).fillna("").astype("str")
    here = _wanted(groups, wanted, group)
    fitting = _fitting(closed(source)[0] if source.role in AREAL else source, source) & here
    if not fitting.any() and source.role in AREAL:  # it may be a network of border lines
        fitting = here & is_line(source.table)
    if not fitting.any() and group == "folder":  # points in place of areas are told as such
        fitting = here & is_point(source.table)
    if wanted is None:
        here = groups.isin(_likeliest(groups[fitting] if fitting.any() else groups, source.role, group))
    taken = fitting & here
    worded = _worded(source)
    left = here & ~taken & ~worded
    shapes = replace(source, table=source.table[taken].drop(columns="text", errors="ignore"))
    rows = _read_together(shapes, groups[taken], group) + _left_out(source, left, group)
    texts = {name: _texts(source, worded & (groups == name), name) for name in dict.fromkeys(groups[worded])}
    return Drawn(_with_parents(shapes, groups[taken]), texts, rows)


def _texts(source: Source, worded: pd.Series, group: str) -> Labels:
    return labels_of(replace(source, label=f"{source.label} {group}".strip(), table=source.table[worded]))


def _fitting(whole: Source, source: Source) -> pd.Series:
    """Tell which features have the shapes that the section wants; of closed lines and hatches only the lines."""
    table = whole.table
    if source.role not in AREAL:
        fits = ~is_point(table) if source.role not in POINTED else is_point(table) | is_area(table)
        return pd.Series(fits, index=table.index)
    areas = is_area(table)
    closed_lines = areas & is_line(source.table)
    hatched = "text" in table and closed_lines.any()  # only CAD draws an area twice
    return pd.Series(closed_lines if hatched else areas, index=table.index)


def _worded(source: Source) -> pd.Series:
    column = "text" if "text" in source.table else "name"
    text = source.table.get(column, pd.Series("", index=source.table.index)).fillna("")
    return (text != "") & is_point(source.table)


def _wanted(groups: pd.Series, wanted: str | None, group: str) -> pd.Series:
    """Tell which features lie in the groups that the section names; all where it names none."""
    called = groups.map(lambda path: wanted is None or _is_called(path, wanted)).astype("bool")
    if not called.any() and len(groups):
        word = _WORDS[group]
        raise Refused(f"There is no {word} {wanted!r}; {word}s: {_counted(groups)}", "Mend layer in area.toml.")
    return called


def _likeliest(groups: pd.Series, role: str, group: str) -> list[str]:
    """Choose among the groups of fitting shapes: those named like the section, else all folders or the only layer."""
    usual = "|".join(re.escape(name) for name in LAYER_NAMES[role])
    like = re.compile(rf"(^|[/_\-\s\d])({usual})(界|界线|边界|范围|范围线|面)?$", re.IGNORECASE)
    names = list(dict.fromkeys(groups))
    named = [name for name in names if like.search(name)]
    if named or group == "folder" or len(names) <= 1:
        return named or names
    advice = f'Say which under [{role}], layer = "…"; a pattern such as "*界" takes several.'
    raise Refused(f"Several {_WORDS[group]}s hold shapes of this kind: {_counted(groups)}", advice)


def _is_called(path: str, wanted: str) -> bool:
    return path == wanted or any(fnmatchcase(name, wanted) for name in (path, *path.split("/")))


def _counted(groups: pd.Series) -> str:
    return ", ".join(f"{name or '(none)'} ({count})" for name, count in groups.value_counts(sort=False).items())


def _read_together(shapes: Source, groups: pd.Series, group: str) -> Rows:
    names = [name for name in dict.fromkeys(groups) if name]
    if len(names) < 2:
        return []
    detail = f"{len(names)} {_WORDS[group]}s are read together: {', '.join(names[:20])}; column {group} names them."
    advice = "Say which under layer if only some are meant."
    return [problem("note", shapes.role, "layers joined", detail, advice, source=shapes.label)]


def _left_out(source: Source, left: pd.Series, group: str) -> Rows:
    if not left.any():
        return []
    kinds = source.table.geom_type[left].value_counts().sort_index()
    listing = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    detail = f"{left.sum()} features of other kinds in the same {_WORDS[group]}s were left out: {listing}."
    advice = "Nothing to do if they are no outlines; else close them."
    where = place(source, source.table.index[left])
    return [problem("warning", source.role, "features left out", detail, advice, source=where)]


def _with_parents(shapes: Source, groups: pd.Series) -> Source:
    return replace(shapes, table=with_parents(shapes.table, groups, shapes.role))


def with_parents(table: pd.DataFrame, groups: Iterable[str], role: str) -> pd.DataFrame:
    """Add the columns 街道 and 社区 where folders or layers bear such names and the file has no such column."""
    told = pd.DataFrame([parents_in(name, role) for name in groups], index=table.index)
    new = {name: told[name].fillna("") for name in told.columns if name not in table}
    return table.assign(**new)


def best_texts(texts: dict[str, Labels], shapes: Source) -> Labels | None:
    """Choose the group whose texts name the areas best: most areas with one text; None where there are no texts.

    Raises Refused where there are no areas yet and several groups of texts.
    """
    if len(texts) <= 1:
        return next(iter(texts.values()), None)
    areas = shapes.table[is_area(shapes.table)]
    if areas.empty:
        advice = f'Say under [{shapes.role}] which holds the names, labels = "…".'
        raise Refused(f"Texts lie in several CAD layers or folders: {', '.join(texts)}", advice)
    alone = {name: _with_one(areas, labels) for name, labels in texts.items()}
    return texts[max(alone, key=lambda name: alone[name])]


def _with_one(areas: pd.DataFrame, labels: Labels) -> int:
    inside = areas.sindex.query(labels.points.geometry.array, predicate="intersects")[1]
    return int((np.bincount(inside, minlength=1) == 1).sum())
