"""Tells what the tests of layers found: the table of hypotheses of each, its shapes for a picture, the sentences."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.coordinates.evidence import TESTED, Array, Evidence
from pipeline.read.coordinates.shifts import ANOTHER, AS_GIVEN, Ground, Hypothesis
from pipeline.read.coordinates.trial import BETTER, EXACT, HALF_SURE, Finding, Trial, from_here, margin, weighed
from pipeline.read.sources import Source
from pipeline.results import Offset
from pipeline.schema import LIST_SEPARATOR, columns

OLD_DATUM_M = 250.0
"""Old datums lie no further off than this."""

WARN, TELL = 0.5, 0.25
"""Confidence from which a suspected offset is a warning, and from which it is a note."""


def outcome(
    role: str, source: Source, layers: Mapping[str, gpd.GeoDataFrame], trial: Trial, findings: list[Finding]
) -> Offset | None:
    """Table and pictures of one layer: against those that it is believed by, or against all that are not off."""
    finding = next((found for found in findings if role in found.layers), None)
    off = {name for found in findings for name in found.layers}
    others = finding.trusted if finding is not None else frozenset(layers) - {role} - off
    evidence = trial.between([role], others)
    if not evidence:
        return None
    now = trial.now[role]
    best = finding.how if finding is not None else now
    table = _table(role, source, trial, evidence, best, finding)
    shapes = layers[role].geometry
    trusted = sorted({e.a if e.b == role else e.b for e in evidence}, key=TESTED.index)
    return Offset(
        layer=role,
        table=table,
        given=_moved(shapes, trial.ground, now, Hypothesis(AS_GIVEN)),
        moved=_moved(shapes, trial.ground, now, best),
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
    role: str, source: Source, trial: Trial, evidence: list[Evidence], best: Hypothesis, finding: Finding | None
) -> pd.DataFrame:
    """Make schema.OFFSETS_CSV of one layer, the best hypothesis first."""
    if best.name == ANOTHER:
        trial = from_here(trial, best)
    hypotheses = list(dict.fromkeys([*trial.hypotheses, best]))
    weights = weighed(evidence)
    misfit = {how: float(weights @ trial.misfit(evidence, [role], how)) for how in hypotheses}
    trusted = LIST_SEPARATOR.join(sorted({e.a if e.b == role else e.b for e in evidence}, key=TESTED.index))
    rest = sorted((how for how in hypotheses if how != best), key=lambda how: misfit[how])
    limit = (misfit[best] + EXACT) / BETTER
    rows = []
    for how in [best, *rest]:
        length, azimuth = trial.ground.length_azimuth(how)
        fit = float(weights @ [trial.distance(e, role, how) for e in evidence])
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
                "verdict": "best" if how == best else "possible" if misfit[how] < limit else "refuted",
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
    return margin(misfit[best], following) * features / (features + HALF_SURE)


def sentence(role: str, source: Source, trial: Trial, finding: Finding) -> dict[str, str]:
    """Tell a suspected offset, and what to write if it is one."""
    how, now = finding.how, trial.now[role]
    against = LIST_SEPARATOR.join(sorted(finding.trusted, key=TESTED.index))
    length, azimuth = trial.ground.length_azimuth(how)
    lies = f"It lies {length:.0f} m towards {azimuth:.0f}° from where {against} show the same places"
    if how.name == AS_GIVEN:
        detail = f"area.toml says {now.name}, but it fits {against} better as the file has it"
        detail += _distances(role, trial, finding)
        advice = f"Remove offset under [{role}] if the file is not traced on such a map."
    elif how.name == ANOTHER:
        detail = f"{lies}; no map offset explains that"
        detail += ", an old datum (Xian 1980, Beijing 1954) would" if length <= OLD_DATUM_M else ""
        detail += "" if finding.sided else f"; {against} may as well be the one that lies off"
        advice = f"Say its true system (crs) under [{role}], or give control_points or helmert; nothing was moved."
    else:
        detail = f"{lies}: the offset of {how.name} maps{_distances(role, trial, finding)}"
        advice = f'If it was traced on such a map, write offset = "{how.name}" under [{role}]; nothing was moved.'
    return problem(
        "warning" if finding.confidence >= WARN else "note", role, "map offset",
        f"{detail}. Confidence {finding.confidence:.2f}.", advice, id=how.name, source=source.label,
    )  # fmt: skip


def _distances(role: str, trial: Trial, finding: Finding) -> str:
    """Typical distance to the trusted layers as the layer lies now and under the hypothesis; "" without evidence."""
    evidence = trial.between([role], finding.trusted)
    if not evidence:
        return ""
    weights = weighed(evidence)
    now, then = (
        float(weights @ [trial.distance(one, role, how) for one in evidence]) for how in (trial.now[role], finding.how)
    )
    return f" (typical distance {now:.0f} m now, {then:.0f} m then)"
