"""Settles which coordinate system each layer has: what is said, what its numbers tell, what the other layers confirm.

A statement that the numbers bear out is followed. Nothing said: degrees inside China and zone numbers are taken, with
a warning; metres without zone number are taken where exactly one system brings them to where the other layers lie. A
statement that the numbers or the other layers refute is mended on the same condition. All else is refused with the
candidates, best first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from pipeline.errors import problem
from pipeline.read.coordinates import wording
from pipeline.read.coordinates.claims import Claim, candidates, claim, told_by
from pipeline.read.coordinates.guess import Guess, by_province
from pipeline.read.coordinates.landing import Footing, clusters, distance_km, footing, landings
from pipeline.read.coordinates.systems import full_name
from pipeline.read.sources import Rows, Source

Parts = dict[str, list[Source]]


@dataclass(frozen=True)
class Hints:
    """What area.toml says besides: systems named for sections (by role), the working CRS, the division code."""

    named: Mapping[str, CRS]
    working: CRS | None
    code: str


@dataclass(frozen=True)
class Settled:
    """The system a layer is taken in (None: refused) and why: `how` ends a sentence. `rows`: what was found."""

    claim: Claim
    crs: CRS | None
    swapped: bool
    how: str
    rows: Rows


def settle(parts: Mapping[str, list[Source]], hints: Hints) -> tuple[Parts, Rows]:
    """Give every layer among the parts of each section its system; axes that were swapped are put right.

    Refused layers keep their coordinates and have no system. One note says which system each layer has.
    """
    layers = [
        (role, number)
        for role, sources in parts.items()
        for number, source in enumerate(sources)
        if isinstance(source.table, gpd.GeoDataFrame)
    ]
    claims = [claim(parts[role][number], hints.named.get(role)) for role, number in layers]
    done = decided(claims, hints)
    mended = {role: list(sources) for role, sources in parts.items()}
    for (role, number), one in zip(layers, done, strict=True):
        mended[role][number] = _with(mended[role][number], one)
    return mended, [*(row for one in done for row in one.rows), *_notes(done)]


def decided(claims: list[Claim], hints: Hints) -> list[Settled]:
    """Decide on every layer; those that lie together by themselves confirm or refute the others."""
    footings = {key: found for key, one in enumerate(claims) if (found := footing(one)) is not None}
    groups = clusters(footings)
    main = _main(groups, claims)
    ground = [claims[key] for key in main]
    apart = {key for group in groups if group != main for key in group}
    settled = []
    for key, one in enumerate(claims):
        if (one.crs is not None and key not in apart) or not len(one.xy):
            settled.append(_as_believed(one))
        elif main:
            settled.append(_by_the_others(one, ground, _joint(footings, main), footings.get(key), hints))
        else:
            group = next((group for group in groups if key in group), [])
            elsewhere = {other: footings[other] for other in footings if other not in group}
            settled.append(_undecided(one, footings.get(key), claims, elsewhere, hints))
    return settled


def _main(groups: list[list[int]], claims: list[Claim]) -> list[int]:
    """The group whose layers are believed: of most sections, those settled by hand or by their numbers count twice.

    Empty where two groups are as strong.
    """

    def votes(group: list[int]) -> int:
        each: dict[str, int] = {}
        for key in group:
            one = claims[key]
            each[one.role] = max(each.get(one.role, 0), 1 + (one.named is not None) + one.certain)
        return sum(each.values())

    ranked = sorted(groups, key=votes, reverse=True)
    if not ranked or (len(ranked) > 1 and votes(ranked[0]) == votes(ranked[1])):
        return []
    return ranked[0]


def _joint(footings: Mapping[int, Footing], keys: list[int]) -> Footing:
    return Footing(np.vstack([footings[key].places for key in keys]))


def _as_believed(one: Claim) -> Settled:
    """Follow what is stated, or what the numbers tell for certain."""
    crs = one.crs if one.crs is not None else one.stated
    if crs is None:
        return Settled(one, None, False, "", [wording.no_crs(one, [], "")])
    rows = [wording.overridden(one)] if wording.is_overridden(one) else []
    rows += [wording.inferred(one, crs, one.why, "")] if one.stated is None else []
    rows += [wording.swapped(one, crs)] if one.swapped else []
    return Settled(one, crs, one.swapped, told_by(one), rows)


def _by_the_others(one: Claim, ground: list[Claim], there: Footing, own: Footing | None, hints: Hints) -> Settled:
    """Take the one candidate that brings a doubtful layer to where the others lie, else refuse."""
    found = candidates(one, ground, hints.working)
    landed = landings(one, found, there)
    if len(landed) == 1 and one.named is None:
        guess, share = landed[0]
        others = wording.listed(other.label for other in ground)
        confirmed = f"{share:.0%} of it lies where {others} lie"
        if one.stated is None:
            rows = [wording.inferred(one, guess.crs, guess.why, confirmed)]
        else:
            away = distance_km(own, there) if own is not None else None
            rows = [] if guess.crs == one.said else [wording.corrected(one, guess, confirmed, away)]
        rows += [wording.swapped(one, guess.crs)] if guess.swapped else []
        return Settled(one, guess.crs, guess.swapped, f"inferred and confirmed by {others}", rows)
    ranked = [guess for guess, _ in landed] or by_province(found, hints.code)
    if own is not None and not landed:
        return _apart(one, distance_km(own, there), ground)
    return _refused(one, ranked, hints, distance_km(own, there) if own is not None else None)


def _undecided(
    one: Claim, own: Footing | None, claims: list[Claim], elsewhere: Mapping[int, Footing], hints: Hints
) -> Settled:
    """Refuse a layer where nothing tells which of several places is right; layers far apart for good are only told.

    `own`: where it lies by what is believed; `elsewhere`: the layers that do not lie together with it.
    """
    if own is None:
        return _refused(one, by_province(candidates(one, [], hints.working), hints.code), hints, None)
    landed = [
        guess
        for key, there in elsewhere.items()
        for guess, _ in landings(one, candidates(one, [claims[key]], None), there)
    ]
    far = max(distance_km(there, own) for there in elsewhere.values())
    return _refused(one, landed, hints, far) if landed else _apart(one, far, [claims[key] for key in elsewhere])


def _apart(one: Claim, far_km: float, others: list[Claim]) -> Settled:
    """Follow what is believed of a layer, and tell that it lies elsewhere than the others."""
    believed = _as_believed(one)
    return replace(believed, rows=[*believed.rows, wording.apart(one, far_km, [other.label for other in others])])


def _refused(one: Claim, found: list[Guess], hints: Hints, away: float | None) -> Settled:
    row = wording.no_crs(one, found, hints.code) if one.stated is None else wording.misfit(one, found, hints.code, away)
    return Settled(one, None, False, "", [row])


def _with(source: Source, one: Settled) -> Source:
    """Give a layer its system, its axes in order; a refused one loses the system that it cannot be in."""
    shapes = source.table
    if one.crs is None:
        return replace(source, table=shapes.set_crs(None, allow_override=True))
    if one.swapped:
        flipped = shapely.transform(shapes.geometry.array, lambda xy: xy[:, ::-1])
        shapes = shapes.set_geometry(gpd.GeoSeries(flipped, index=shapes.index, crs=shapes.crs))
    return replace(source, table=shapes.set_crs(one.crs, allow_override=True))


def _notes(done: list[Settled]) -> Rows:
    """Say which system each layer has and how that is known; parts of a section that share it share a row."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in done:
        if one.crs is not None:
            alike.setdefault((one.claim.role, full_name(one.crs), one.how), []).append(one.claim.label)
    return [
        problem(
            "note", role, "coordinate system", f"{wording.listed(labels)}: {name}, {how}.", "Nothing to do.",
            id=name.split()[0], source=labels[0] if len(labels) == 1 else f"{len(labels)} files",
        )
        for (role, name, how), labels in alike.items()
    ]  # fmt: skip
