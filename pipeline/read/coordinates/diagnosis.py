"""Tests every layer for a map offset against the others: which hypothesis makes it fit, how surely, and who is off.

The direction of a known offset tells which of two layers has it: a layer traced on a GCJ-02 map lies east-north-east
of the others, and bringing the others "back" would only double the distance. Layers that fit one another as they are
form a group, and a group is tested as one. Nothing is moved here.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from pipeline.errors import problem
from pipeline.read.coordinates.evidence import AREAL, LINEAR, Array, Evidence, gathered, typical
from pipeline.read.coordinates.offsets import offset_of
from pipeline.read.coordinates.shifts import ANOTHER, AS_GIVEN, Ground, Hypothesis, estimated
from pipeline.read.sources import Rows, Source
from pipeline.results import Offset
from pipeline.schema import LIST_SEPARATOR, columns
from pipeline.settings import Settings

TESTED = (*AREAL, "premises", "buildings", *LINEAR)

FITS = 0.5
"""A hypothesis is believed where distances fall below this share of what any wrong place gives."""

BETTER = 0.6
"""... and below this share of what the layer has as it is."""

AT_ODDS = 1.0
"""How two layers fit that another hypothesis brings closer together."""

MUCH_BETTER = 1 / 3
"""The same for a shift that was searched for: a search always finds something a little better."""

LEAST_SHIFT_M = 20.0
"""Shifts below this are within what digitising leaves."""

WARN, TELL = 0.5, 0.25
"""Confidence from which a suspected offset is a warning, and from which it is a note."""

EXACT = 0.01
"""Share of what chance gives below which no difference is made."""

HALF_SURE = 5
"""Features that make a finding half as sure as endless ones."""

WRONG_PLACES = 800.0 * np.array([[np.sin(turn), np.cos(turn)] for turn in np.radians([20, 110, 200, 290])])
"""Shifts (m) that are surely wrong; distances after them are what chance gives."""


@dataclass(frozen=True)
class Tested:
    """All evidence of an area, and how its layers lie now: `now` by section, the hypothesis already carried out."""

    evidence: list[Evidence]
    ground: Ground
    hypotheses: list[Hypothesis]
    now: Mapping[str, Hypothesis]
    chance: Mapping[int, float]
    known: dict[tuple[int, str, Hypothesis], float] = field(default_factory=dict)
    """Distances that were asked for before; a group and its table ask for the same ones."""

    def between(self, some: Iterable[str], others: Iterable[str]) -> list[Evidence]:
        """Evidence that one of `some` and one of `others` give together."""
        one, other = set(some), set(others)
        return [e for e in self.evidence if (e.a in one and e.b in other) or (e.a in other and e.b in one)]

    def distance(self, one: Evidence, layer: str, how: Hypothesis) -> float:
        """Typical distance (m) of one piece of evidence if `layer`, as its file gives it, is shifted so."""
        key = (id(one), "" if how == self.now[layer] else layer, how)
        if key not in self.known:
            self.known[key] = typical(one.reach(self._moved(one, layer, how)), one.keep)
        return self.known[key]

    def _moved(self, one: Evidence, layer: str, how: Hypothesis) -> Array:
        now = self.now[layer]
        if how == now:
            return one.points
        if layer == one.a:
            return self.ground.true(self.ground.shown(one.points, now), how)
        # instead of the shapes the points are moved, the other way
        return self.ground.true(self.ground.shown(one.points, how), now)

    def misfit(self, evidence: list[Evidence], layers: Iterable[str], how: Hypothesis) -> Array:
        """Distances under a hypothesis as shares of what chance gives, one for each piece of evidence."""
        of = set(layers)
        return np.array(
            [self.distance(e, e.a if e.a in of else e.b, how) / self.chance[id(e)] for e in evidence]
        )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What was found of a group of layers against others; `layers` are those of the group that show it."""

    group: frozenset[str]
    layers: frozenset[str]
    trusted: frozenset[str]
    how: Hypothesis
    confidence: float
    sided: bool = True
    """False where the others may as well be the ones that lie off."""


def find_offsets(sources: Mapping[str, Source], settings: Settings) -> tuple[tuple[Offset, ...], Rows]:
    """Test all layers of an area (in the working CRS) against one another; nothing where no two can be compared.

    A suspected offset is a warning `map offset` with its length, azimuth, confidence and the line to write; below
    WARN only a note.
    """
    layers = {
        role: source.table
        for role, source in sources.items()
        if role in TESTED and isinstance(source.table, gpd.GeoDataFrame) and source.table.crs is not None
    }
    if len(layers) < 2:
        return (), []
    tested = _tested(layers, settings)
    findings = _findings(tested, layers)
    offsets, rows = [], []
    for role in layers:
        finding = next((found for found in findings if role in found.layers), None)
        one = _offset(role, sources[role], layers, tested, findings)
        offsets += [one] if one is not None else []
        if finding is not None and finding.confidence >= TELL:
            rows.append(_row(role, sources[role], tested, finding))
    return tuple(offsets), rows


def _tested(layers: Mapping[str, gpd.GeoDataFrame], settings: Settings) -> Tested:
    """Gather the evidence that tells places apart: pieces that fit as well anywhere are left out."""
    crs = CRS.from_user_input(next(iter(layers.values())).crs)
    boxes = np.array([table.total_bounds for table in layers.values()])
    box = np.nanmedian(boxes, axis=0)
    ground = Ground(crs, (float((box[0] + box[2]) / 2), float((box[1] + box[3]) / 2)))
    evidence, chance = [], {}
    for one in gathered(layers):
        anywhere = float(np.median([typical(one.reach(one.points + away), one.keep) for away in WRONG_PLACES]))
        if anywhere > 0.05:
            evidence.append(one)
            chance[id(one)] = anywhere
    hypotheses = ground.named()
    known = {how.name: how for how in hypotheses}
    now = {}
    for role in layers:
        section = getattr(settings, role)
        now[role] = known.get(offset_of(section.crs, section.offset)[1], hypotheses[0])
    return Tested(evidence, ground, hypotheses, now, chance)


def _findings(tested: Tested, layers: Iterable[str]) -> list[Finding]:
    """Find the groups that lie off, the surest first, each against those that are left."""
    groups = _groups(tested, list(layers))
    findings: list[Finding] = []
    while len(groups) > 1:
        found = [finding for group in groups for finding in _known_offsets(tested, group, groups)]
        if not found:
            found = [one for pair in combinations(groups, 2) for one in _other_shifts(tested, *pair)]
        best = max(found, key=lambda one: one.confidence, default=None)
        if best is None or best.confidence < TELL:
            break
        findings.append(best)
        groups.remove(best.group)
    return findings


def _groups(tested: Tested, layers: list[str]) -> list[frozenset[str]]:
    """Join layers that fit one another as they are, the closest first; two that are at odds stay apart.

    Offices fit a community that lies 100 m off as well as the true one, so that joining whoever fits somebody would
    put layers together that their own borders show to lie apart.
    """
    fit = {pair: _fit(tested, *pair) for pair in combinations(layers, 2)}
    odds = [frozenset(pair) for pair, value in fit.items() if value is not None and value >= AT_ODDS]
    close = sorted((value, pair) for pair, value in fit.items() if value is not None and value < AT_ODDS)
    groups = [frozenset([role]) for role in layers]
    for _, pair in close:
        first, second = (next(group for group in groups if role in group) for role in pair)
        if first != second and not any(pair <= first | second for pair in odds):
            groups = [group for group in groups if group not in (first, second)] + [first | second]
    return sorted(groups, key=lambda group: min(layers.index(role) for role in group))


def _fit(tested: Tested, one: str, other: str) -> float | None:
    """How well two layers fit as they are, as a share of what chance gives; AT_ODDS where another way fits better.

    None where nothing tells.
    """
    evidence = tested.between([one], [other])
    weights = _weights(evidence) if evidence else np.array([])
    as_now = float(weights @ tested.misfit(evidence, [one], tested.now[one])) if evidence else np.inf
    rivals = [
        float(weights @ tested.misfit(evidence, [role], how))
        for role in ((one, other) if evidence else ())
        for how in tested.hypotheses
        if how != tested.now[role]
    ]
    best = min([as_now, *rivals])
    if _shift(tested, {one}, {other}) is not None:
        return AT_ODDS
    if best >= FITS:
        return None
    return AT_ODDS if as_now > best else as_now


def _weights(evidence: list[Evidence]) -> Array:
    """Weigh kinds of evidence by their features; the weights sum to 1."""
    counts = np.array([one.count for one in evidence], dtype="float64")
    weights = counts / (counts + HALF_SURE)
    return weights / weights.sum()


def _known_offsets(tested: Tested, group: frozenset[str], groups: list[frozenset[str]]) -> list[Finding]:
    """Try the offsets of web maps on a group, against each of the others."""
    found = []
    for other in groups:
        evidence = tested.between(group, other) if other != group else []
        for how in tested.hypotheses if evidence else ():
            shifted = frozenset(role for role in group if how != tested.now[role])
            if shifted == group and (sure := _confidence(tested, evidence, group, how, BETTER)) > 0:
                found.append(Finding(group, group, other, how, sure))
    return found


def _confidence(
    tested: Tested, evidence: list[Evidence], group: frozenset[str], how: Hypothesis, better: float
) -> float:
    """How surely a hypothesis holds: how much better it fits than the next, by how many features and kinds; 0 to 1."""
    weights = _weights(evidence)
    under = tested.misfit(evidence, group, how)
    as_now = np.array([tested.distance(e, _mine(e, group), tested.now[_mine(e, group)]) for e in evidence])
    as_now /= [tested.chance[id(e)] for e in evidence]
    fit, fit_now = float(weights @ under), float(weights @ as_now)
    if fit >= FITS or fit >= better * fit_now:
        return 0.0
    others = [
        float(weights @ tested.misfit(evidence, group, other))
        for other in tested.hypotheses
        if other != how and not _alike(tested.ground, other, how)
    ]
    features = sum(min(one.count, 50) for one in evidence)
    differs = np.abs(under - as_now) > EXACT
    agree = float(weights @ (differs & (under < as_now)) / max(weights @ differs, EXACT))
    return _margin(fit, min([fit_now, *others])) * features / (features + HALF_SURE) * agree


def _margin(fit: float, following: float) -> float:
    """How much better the best fits than the next, 0 to 1; below EXACT both are as good as exact."""
    return max(0.0, 1 - (fit + EXACT) / (following + EXACT))


def _mine(one: Evidence, group: frozenset[str]) -> str:
    return one.a if one.a in group else one.b


def _alike(ground: Ground, one: Hypothesis, other: Hypothesis) -> bool:
    """Tell whether two hypotheses bring the middle of the area to about the same place."""
    apart = ground.shown(ground.middle, one) - ground.shown(ground.middle, other)
    return bool(np.hypot(*apart[0]) < LEAST_SHIFT_M)


def _other_shifts(tested: Tested, one: frozenset[str], other: frozenset[str]) -> list[Finding]:
    """Look for a constant shift between two groups, and if they show none as a whole, between two of their layers.

    The group of fewer layers with borders or lines is the suspect.
    """
    sizes = [len(group & {*AREAL, *LINEAR}) for group in (one, other)]
    suspect, trusted = (one, other) if sizes[0] <= sizes[1] else (other, one)
    found = [_shift(tested, suspect, trusted)]
    if found == [None]:
        found = [_shift(tested, {role}, {against}) for role, against in product(sorted(suspect), sorted(trusted))]
    return [replace(one, group=suspect, sided=sizes[0] != sizes[1]) for one in found if one is not None]


def _shift(tested: Tested, suspect: AbstractSet[str], trusted: AbstractSet[str]) -> Finding | None:
    """Look for a constant shift of some layers against others, by those that have borders or lines in common."""
    on_lines = [one for one in tested.between(suspect, trusted) if one.kind in ("borders", "lines")]
    if not on_lines or min(typical(one.reach(one.points), one.keep) for one in on_lines) < LEAST_SHIFT_M / 6:
        return None
    told = {role for one in on_lines for role in (one.a, one.b)}
    layers, evidence = frozenset(suspect & told), tested.between(suspect & told, trusted & told)
    how = estimated(evidence, layers)
    if how is None or np.hypot(*how.shift) < LEAST_SHIFT_M:
        return None
    relative = _relative(tested, how)
    sure = min(_confidence(relative, some, layers, how, MUCH_BETTER) for some in (evidence, on_lines))
    return Finding(layers, layers, frozenset(trusted & told), how, sure) if sure > 0 else None


def _relative(tested: Tested, how: Hypothesis) -> Tested:
    """A shift is measured from where the layers lie now, whatever was carried out before."""
    now = {role: Hypothesis(AS_GIVEN) for role in tested.now}
    return Tested(tested.evidence, tested.ground, [*tested.hypotheses, how], now, tested.chance)


def _offset(
    role: str, source: Source, layers: Mapping[str, gpd.GeoDataFrame], tested: Tested, findings: list[Finding]
) -> Offset | None:
    """Table and pictures of one layer: against those that it is believed by, or against all that are not off."""
    finding = next((found for found in findings if role in found.layers), None)
    off = {name for found in findings for name in found.layers}
    others = finding.trusted if finding is not None else frozenset(layers) - {role} - off
    evidence = tested.between([role], others)
    if not evidence:
        return None
    now = tested.now[role]
    best = finding.how if finding is not None else now
    table = _table(role, source, tested, evidence, best, finding)
    shapes = layers[role].geometry
    trusted = sorted({e.a if e.b == role else e.b for e in evidence}, key=TESTED.index)
    return Offset(
        layer=role,
        table=table,
        given=_moved(shapes, tested.ground, now, Hypothesis(AS_GIVEN)),
        moved=_moved(shapes, tested.ground, now, best),
        trusted=gpd.GeoSeries(pd.concat([layers[name].geometry for name in trusted], ignore_index=True)),
        converted=now.name != AS_GIVEN,
    )


def _moved(shapes: gpd.GeoSeries, ground: Ground, now: Hypothesis, how: Hypothesis) -> gpd.GeoSeries:
    """Shapes as they would be under a hypothesis; "as given" is where the file has them."""
    if how == now:
        return shapes
    if how.name == ANOTHER:  # measured from where the layer lies now
        now = Hypothesis(AS_GIVEN)

    def there(xy: Array) -> Array:
        return ground.true(ground.shown(xy, now), how)

    return gpd.GeoSeries(shapely.transform(shapes.array, there), index=shapes.index, crs=shapes.crs)


def _table(
    role: str, source: Source, tested: Tested, evidence: list[Evidence], best: Hypothesis, finding: Finding | None
) -> pd.DataFrame:
    """Make schema.OFFSETS_CSV of one layer, the best hypothesis first."""
    if best.name == ANOTHER:
        tested = _relative(tested, best)
    hypotheses = list(dict.fromkeys([*tested.hypotheses, best]))
    weights = _weights(evidence)
    misfit = {how: float(weights @ tested.misfit(evidence, [role], how)) for how in hypotheses}
    trusted = LIST_SEPARATOR.join(sorted({e.a if e.b == role else e.b for e in evidence}, key=TESTED.index))
    rest = sorted((how for how in hypotheses if how != best), key=lambda how: misfit[how])
    rows = []
    for how in [best, *rest]:
        length, azimuth = tested.ground.length_azimuth(how)
        fit = float(weights @ [tested.distance(e, role, how) for e in evidence])
        rows.append(
            {
                "layer": role,
                "source": source.label,
                "trusted": trusted,
                "hypothesis": how.name,
                "fit_m": round(fit, 1),
                "shift_m": round(length, 1),
                "azimuth_deg": round(azimuth, 1),
                "confidence": round(_sure(how, best, misfit, evidence, finding), 2),
                "verdict": "best" if how == best else "possible" if misfit[how] < misfit[best] / BETTER else "refuted",
            }
        )
    return pd.DataFrame(rows, columns=columns("offsets.csv"))


def _sure(
    how: Hypothesis,
    best: Hypothesis,
    misfit: Mapping[Hypothesis, float],
    evidence: list[Evidence],
    finding: Finding | None,
) -> float:
    """Confidence of a hypothesis: that of the finding for the best, 0 for the others."""
    if how != best:
        return 0.0
    if finding is not None:
        return finding.confidence
    features = sum(min(one.count, 50) for one in evidence)
    following = min((value for other, value in misfit.items() if other != best), default=1.0)
    return _margin(misfit[best], following) * features / (features + HALF_SURE)


def _row(role: str, source: Source, tested: Tested, finding: Finding) -> dict[str, str]:
    """Tell a suspected offset, and what to write if it is one."""
    how, evidence = finding.how, tested.between([role], finding.trusted)
    against = LIST_SEPARATOR.join(sorted(finding.trusted, key=TESTED.index))
    length, azimuth = tested.ground.length_azimuth(how)
    now = tested.now[role]
    fits = ""
    if evidence:
        weights = _weights(evidence)
        before, after = (float(weights @ [tested.distance(e, role, h) for e in evidence]) for h in (now, how))
        fits = f" (typical distance {before:.0f} m now, {after:.0f} m without it)" if how.name != ANOTHER else ""
    if how.name == AS_GIVEN:
        detail = f"area.toml says {now.name}, but it fits {against} better as the file has it{fits}"
        advice = f"Remove offset under [{role}] if the file is not traced on such a map."
    elif how.name == ANOTHER:
        detail = (
            f"It lies {length:.0f} m towards {azimuth:.0f}° from where {against} show the same places; no map offset "
        )
        detail += "explains that. An old datum (Xian 1980, Beijing 1954) would be of this size"
        detail += "" if finding.sided else f"; {against} may as well be the one that lies off"
        advice = f"Say its true system (crs) under [{role}], or give control_points or helmert; nothing was moved."
    else:
        detail = (
            f"It lies {length:.0f} m towards {azimuth:.0f}° from where {against} show the same places: the offset of "
        )
        detail += f"{how.name} maps{fits}"
        advice = f'If it was traced on such a map, write offset = "{how.name}" under [{role}]; nothing was moved.'
    return problem(
        "warning" if finding.confidence >= WARN else "note", role, "map offset",
        f"{detail}. Confidence {finding.confidence:.2f}.", advice, id=how.name, source=source.label,
    )  # fmt: skip
