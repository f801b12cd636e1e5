"""Puts layers to the test: how far what they show of each other is apart under each hypothesis of an offset."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from pyproj import CRS

from pipeline.read.coordinates.evidence import Array, Evidence, gathered, typical
from pipeline.read.coordinates.offsets import offset_of
from pipeline.read.coordinates.shifts import AS_GIVEN, Ground, Hypothesis
from pipeline.settings import Settings

FITS = 0.5
"""A hypothesis is believed where distances fall below this share of what any wrong place gives."""

BETTER = 0.6
"""... and below this share of what the layer has as it is."""

EXACT = 0.01
"""Share of what chance gives below which no difference is made."""

HALF_SURE = 5
"""Features that make a finding half as sure as endless ones."""

LEAST_SHIFT_M = 20.0
"""Shifts below this are within what digitising leaves."""

WRONG_PLACES = 800.0 * np.array([[np.sin(turn), np.cos(turn)] for turn in np.radians([20, 110, 200, 290])])
"""Shifts (m) that are surely wrong; distances after them are what chance gives."""


@dataclass(frozen=True)
class Trial:
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


def prepared(layers: Mapping[str, gpd.GeoDataFrame], settings: Settings) -> Trial:
    """Gather the evidence that tells places apart: pieces that fit as well anywhere are left out."""
    crs = CRS.from_user_input(next(iter(layers.values())).crs)
    box = np.median([table.total_bounds for table in layers.values()], axis=0)
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
    return Trial(evidence, ground, hypotheses, now, chance)


def weighed(evidence: list[Evidence]) -> Array:
    """Weigh kinds of evidence by their features; the weights sum to 1."""
    counts = np.array([one.count for one in evidence], dtype="float64")
    weights = counts / (counts + HALF_SURE)
    return weights / weights.sum()


def from_here(trial: Trial, how: Hypothesis) -> Trial:
    """A shift is measured from where the layers lie now, whatever was carried out before."""
    now = {role: Hypothesis(AS_GIVEN) for role in trial.now}
    return Trial(trial.evidence, trial.ground, [*trial.hypotheses, how], now, trial.chance)


def confidence(trial: Trial, evidence: list[Evidence], group: frozenset[str], how: Hypothesis, better: float) -> float:
    """How surely a hypothesis holds: how much better it fits than the next, by how many features and kinds; 0 to 1."""
    weights = weighed(evidence)
    under = trial.misfit(evidence, group, how)
    as_now = np.array([trial.distance(e, _mine(e, group), trial.now[_mine(e, group)]) for e in evidence])
    as_now /= [trial.chance[id(e)] for e in evidence]
    fit, fit_now = float(weights @ under), float(weights @ as_now)
    if fit >= FITS or fit >= better * fit_now:
        return 0.0
    others = [
        float(weights @ trial.misfit(evidence, group, other))
        for other in trial.hypotheses
        if other != how and not _alike(trial.ground, other, how)
    ]
    features = sum(min(one.count, 50) for one in evidence)
    differs = np.abs(under - as_now) > EXACT
    agree = float(weights @ (differs & (under < as_now)) / max(weights @ differs, EXACT))
    return margin(fit, min([fit_now, *others])) * features / (features + HALF_SURE) * agree


def margin(fit: float, following: float) -> float:
    """How much better the best fits than the next, 0 to 1; below EXACT both are as good as exact."""
    return max(0.0, 1 - (fit + EXACT) / (following + EXACT))


def _mine(one: Evidence, group: frozenset[str]) -> str:
    return one.a if one.a in group else one.b


def _alike(ground: Ground, one: Hypothesis, other: Hypothesis) -> bool:
    """Tell whether two hypotheses bring the middle of the area to about the same place."""
    apart = ground.shown(ground.middle, one) - ground.shown(ground.middle, other)
    return bool(np.hypot(*apart[0]) < LEAST_SHIFT_M)
