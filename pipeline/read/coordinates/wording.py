"""The sentences that say how the coordinate system of a layer was settled, or why it was refused."""

from collections.abc import Iterable

import numpy as np
from pyproj import CRS

from pipeline.errors import problem
from pipeline.read.coordinates.claims import Claim
from pipeline.read.coordinates.guess import Guess, family_of, in_province
from pipeline.read.coordinates.systems import central_meridian, crs_name, full_name, same_crs

LISTED = 6

UNTOLD = "EPSG:…"
"""What stands for the code where nothing says which."""

DATUMS_ALIKE = "The numbers cannot tell CGCS2000 from Xian 1980 or Beijing 1954, which lie tens of metres apart"


def listed(labels: Iterable[str], most: int = LISTED) -> str:
    """Write labels one after the other, at most so many of them."""
    names = list(dict.fromkeys(labels))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def is_overridden(one: Claim) -> bool:
    """Tell whether area.toml names another system than the file."""
    return one.named is not None and one.said is not None and not same_crs(one.said, one.named)


def overridden(one: Claim) -> dict[str, str]:
    """Note that area.toml is followed."""
    assert one.said is not None
    assert one.named is not None
    detail = f"The file says {crs_name(one.said)}, area.toml says {crs_name(one.named)}; area.toml is followed."
    advice = "Remove crs if the file is right."
    return problem("note", one.role, "CRS overridden", detail, advice, source=one.label)


def inferred(one: Claim, crs: CRS, why: str, confirmed: str) -> dict[str, str]:
    """Warn that a system was inferred from the numbers, and by what it is confirmed."""
    name = crs_name(crs)
    detail = f"The file does not say its coordinate system. {full_name(crs)} is used: {why}"
    detail += f", and {confirmed}." if confirmed else "."
    if (family := family_of(crs)) is not None:
        detail += f" {DATUMS_ALIKE}; {family.name} is assumed."
    advice = f'Write crs = "{name}" under [{one.role}] if that is right, or the system you know it to be in.'
    return problem("warning", one.role, "CRS inferred", detail, advice, id=name, source=one.label)


def corrected(one: Claim, guess: Guess, confirmed: str, away_km: float | None) -> dict[str, str]:
    """Warn that the file's own statement is not followed, and why."""
    assert one.said is not None
    refuted = "its coordinates cannot be in it" if away_km is None else f"then it would lie {away_km:.0f} km away"
    detail = (
        f"The file says {full_name(one.said)}, but {refuted}. {full_name(guess.crs)} is used instead ({guess.why}): "
        f"{confirmed}."
    )
    advice = f'Write crs = "{crs_name(guess.crs)}" under [{one.role}] if that is right, and mend the file.'
    return problem("warning", one.role, "CRS corrected", detail, advice, id=crs_name(guess.crs), source=one.label)


def swapped(one: Claim, crs: CRS) -> dict[str, str]:
    """Warn that north stood before east."""
    x, y = np.median(one.xy, axis=0)
    detail = f"North stands before east in the file (x about {x:.7g}, y about {y:.7g}); the axes were swapped."
    advice = "Swap them in the file, if others are to use it."
    return problem("warning", one.role, "axes swapped", detail, advice, id=crs_name(crs), source=one.label)


def apart(one: Claim, km: float, others: list[str]) -> dict[str, str]:
    """Warn that a layer lies elsewhere than the others, and no other system brings it there."""
    name = full_name(one.crs) if one.crs is not None else "its system"
    detail = f"It lies {km:.0f} km from {listed(others)} ({name}), and no other system brings it there."
    advice = "Check that it is the right file, and the coordinate system of each layer."
    return problem("warning", one.role, "layers apart", detail, advice, source=one.label)


def no_crs(one: Claim, found: list[Guess], code: str) -> dict[str, str]:
    """Refuse a layer whose system is not told and cannot be inferred."""
    detail = "The file does not say its coordinate system"
    detail += f", and nothing confirms one for its coordinates ({span(one)}).{offered(found, code)}" if found else "."
    choice = _choice(found, code)
    advice = f'Add crs = "{choice}" under [{one.role}] '
    advice += "if that is right, else " if choice != UNTOLD else ""
    advice += "with the system it was made in (a .prj file may be missing)."
    return problem("error", one.role, "no CRS", detail, advice, source=one.label)


def misfit(one: Claim, found: list[Guess], code: str, away_km: float | None) -> dict[str, str]:
    """Refuse a layer whose numbers, or whose place, do not fit what is said of it."""
    assert one.stated is not None
    who = "area.toml" if one.named is not None else "The file"
    refuted = f"its coordinates ({span(one)}) cannot be in it"
    if away_km is not None:
        refuted = f"then it lies {away_km:.0f} km from other layers, and it cannot be told which of them is wrong"
    detail = f"{who} says {full_name(one.stated)}, but {refuted}.{offered(found, code)}"
    advice = f'The file is probably in another system: write crs = "{_choice(found, code)}" under [{one.role}]'
    advice += " if that is right, or say the right one for the other layer." if away_km is not None else "."
    if one.named is not None and found and found[0].crs == one.said:
        advice = f"Remove crs under [{one.role}]: the file says {crs_name(found[0].crs)}, and that fits."
    return problem("error", one.role, "CRS does not fit", detail, advice, source=one.label)


def offered(found: list[Guess], code: str) -> str:
    """List candidates, best first."""
    if not found:
        return " No usual system fits."
    if len(found) > LISTED and not code:
        ends = [f"{crs_name(guess.crs)}{_meridian(guess)}" for guess in (found[0], found[-1])]
        return f" Candidates: {ends[0]} to {ends[1]} ({found[0].why})."
    likely = [guess for guess in found if in_province(guess, code)] or found
    names = [crs_name(guess.crs) + _meridian(guess) + (", axes swapped" if guess.swapped else "") for guess in likely]
    return f" Candidates, best first: {listed(names)} ({likely[0].why})."


def span(one: Claim) -> str:
    """Write the range of coordinates."""
    (west, south), (east, north) = one.xy.min(axis=0), one.xy.max(axis=0)
    return f"x {west:.10g} to {east:.10g}, y {south:.10g} to {north:.10g}"


def _choice(found: list[Guess], code: str) -> str:
    return crs_name(found[0].crs) if found and (code or len(found) <= LISTED) else UNTOLD


def _meridian(guess: Guess) -> str:
    meridian = central_meridian(guess.crs)
    return f" (central meridian {meridian:g}°)" if meridian is not None else ""
