"""Tests every layer for a map offset against the others: which hypothesis makes it fit, how surely, and who is off.

The direction of a known offset tells which of two layers has it: a layer traced on a GCJ-02 map lies east-north-east
of the others, and bringing the others "back" would only double the distance. Layers that fit one another as they are
form a group, and a group is tested as one. Nothing is moved here.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import combinations, product

import geopandas as gpd
import numpy as np
import shapely

from pipeline.read.coordinates.evidence import AREAL, LINEAR, TESTED, typical
from pipeline.read.coordinates.shifts import estimated
from pipeline.read.coordinates.trial import (
    BETTER,
    EXACT,
    FITS,
    LEAST_SHIFT_M,
    Finding,
    Trial,
    confidence,
    from_here,
    prepared,
    weighed,
)
from pipeline.read.coordinates.verdicts import TELL, outcome, sentence
from pipeline.read.sources import Rows, Source
from pipeline.results import Offset
from pipeline.settings import Settings

AT_ODDS = 1.0
"""How two layers fit that another hypothesis brings closer together."""

MUCH_BETTER = 1 / 3
"""Share of what a layer has as it is below which distances must fall after a shift that was searched for: a search
always finds something a little better."""


def find_offsets(sources: Mapping[str, Source], settings: Settings) -> tuple[tuple[Offset, ...], Rows]:
    """Test all layers of an area (in the working CRS) against one another; nothing where no two can be compared.

    A suspected offset is a warning `map offset` with its length, azimuth, confidence and the line to write; when it
    is not sure only a note.
    """
    layers = {role: drawn for role, source in sources.items() if (drawn := _drawn(source)) is not None}
    if len(layers) < 2:
        return (), []
    trial = prepared(layers, settings)
    findings = _findings(trial, layers)
    offsets, rows = [], []
    for role in layers:
        finding = next((found for found in findings if role in found.layers), None)
        one = outcome(role, sources[role], layers, trial, findings)
        offsets += [one] if one is not None else []
        if finding is not None and finding.confidence >= TELL:
            rows.append(sentence(role, sources[role], trial, finding))
    return tuple(offsets), rows


def _drawn(source: Source) -> gpd.GeoDataFrame | None:
    """The features of a layer that have a place; None where it cannot be tested."""
    table = source.table
    if source.role not in TESTED or not isinstance(table, gpd.GeoDataFrame) or table.crs is None:
        return None
    drawn = table[np.isfinite(shapely.bounds(np.asarray(table.geometry.array, dtype="object"))).all(axis=1)]
    return drawn if len(drawn) else None


def _findings(trial: Trial, layers: Iterable[str]) -> list[Finding]:
    """Find the groups that lie off, the surest first, each against those that are left."""
    groups = _groups(trial, list(layers))
    findings: list[Finding] = []
    while len(groups) > 1:
        found = [finding for group in groups for finding in _known_offsets(trial, group, groups)]
        if not found:
            found = [one for pair in combinations(groups, 2) for one in _other_shifts(trial, *pair)]
        best = max(found, key=lambda one: one.confidence, default=None)
        if best is None or best.confidence < TELL:
            break
        findings.append(best)
        groups.remove(best.group)
    return findings


def _groups(trial: Trial, layers: list[str]) -> list[frozenset[str]]:
    """Join layers that fit one another as they are, the closest first; two that are at odds stay apart.

    Offices fit a community that lies 100 m off as well as the true one, so that joining whoever fits somebody would
    put layers together that their own borders show to lie apart.
    """
    fit = {pair: _fit(trial, *pair) for pair in combinations(layers, 2)}
    odds = [frozenset(pair) for pair, value in fit.items() if value is not None and value >= AT_ODDS]
    close = sorted((value, pair) for pair, value in fit.items() if value is not None and value < AT_ODDS)
    groups = [frozenset([role]) for role in layers]
    for _, pair in close:
        first, second = (next(group for group in groups if role in group) for role in pair)
        if first != second and not any(pair <= first | second for pair in odds):
            groups = [group for group in groups if group not in (first, second)] + [first | second]
    return sorted(groups, key=lambda group: min(layers.index(role) for role in group))


def _fit(trial: Trial, one: str, other: str) -> float | None:
    """How well two layers fit as they are, as a share of what chance gives; AT_ODDS where another way fits better.

    None where nothing tells.
    """
    evidence = trial.between([one], [other])
    weights = weighed(evidence) if evidence else np.array([])
    as_now = float(weights @ trial.misfit(evidence, [one], trial.now[one])) if evidence else np.inf
    rivals = [
        float(weights @ trial.misfit(evidence, [role], how))
        for role in ((one, other) if evidence else ())
        for how in trial.hypotheses
        if how != trial.now[role]
    ]
    next_best = min(rivals, default=1.0)
    if _shift(trial, {one}, {other}) is not None:
        return AT_ODDS
    if min(as_now, next_best) >= FITS or abs(as_now - next_best) < EXACT:
        return None
    return AT_ODDS if as_now > next_best else as_now


def _known_offsets(trial: Trial, group: frozenset[str], groups: list[frozenset[str]]) -> list[Finding]:
    """Try the offsets of web maps on a group, against each of the others."""
    found = []
    for other in groups:
        evidence = trial.between(group, other) if other != group else []
        for how in trial.hypotheses if evidence else ():
            shifted = frozenset(role for role in group if how != trial.now[role])
            if shifted == group and (sure := confidence(trial, evidence, group, how, BETTER)) > 0:
                found.append(Finding(group, group, other, how, sure))
    return found


def _other_shifts(trial: Trial, one: frozenset[str], other: frozenset[str]) -> list[Finding]:
    """Look for a constant shift between two groups, and if they show none as a whole, between two of their layers.

    The group of fewer layers with borders or lines is the suspect.
    """
    sizes = [len(group & {*AREAL, *LINEAR}) for group in (one, other)]
    suspect, trusted = (one, other) if sizes[0] <= sizes[1] else (other, one)
    found = [_shift(trial, suspect, trusted)]
    if found == [None]:
        found = [_shift(trial, {role}, {against}) for role, against in product(sorted(suspect), sorted(trusted))]
    return [replace(one, group=suspect, sided=sizes[0] != sizes[1]) for one in found if one is not None]


def _shift(trial: Trial, suspect: AbstractSet[str], trusted: AbstractSet[str]) -> Finding | None:
    """Look for a constant shift of some layers against others, by those that have borders or lines in common."""
    on_lines = [one for one in trial.between(suspect, trusted) if one.kind in ("borders", "lines")]
    if not on_lines or min(typical(one.reach(one.points), one.keep) for one in on_lines) < LEAST_SHIFT_M / 6:
        return None
    told = {role for one in on_lines for role in (one.a, one.b)}
    layers, evidence = frozenset(suspect & told), trial.between(suspect & told, trusted & told)
    how = estimated(evidence, layers)
    if how is None or np.hypot(*how.shift) < LEAST_SHIFT_M:
        return None
    relative = from_here(trial, how)
    sure = min(confidence(relative, some, layers, how, MUCH_BETTER) for some in (evidence, on_lines))
    return Finding(layers, layers, frozenset(trusted & told), how, sure) if sure > 0 else None
