"""Compares the polygon of each community with its units: an old outline, or units under the wrong community."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.check.nesting.ground import MOSTLY, Ground
from pipeline.check.rows import Found, Rows, listing, one_by_one
from pipeline.errors import problem

ALIKE = 0.8
"""A polygon and the units of its community agree where their intersection is at least this share of their union."""


def compared(ground: Ground) -> pd.DataFrame:
    """Compare areas, by community that has both units and a polygon, m²: shared (its units that lie in the polygon),
    outside (its units that do not), foreign (units of others that lie in it), empty (its polygon without units), and
    two shares: alike (shared of all four) and alike_filled (the same without what is empty).

    A unit counts wholly to the polygon that holds MOSTLY of it: one that straddles is told of by itself, and drawing
    noise is none. What the units of communities without a polygon take of it is no fault: the polygon is older than
    they are.
    """
    units, shares = ground.units, ground.in_communities
    of, area = units["community"].to_numpy(), units.area.to_numpy()
    drawn = units["community"].isin(ground.communities.index).to_numpy()
    home = np.full(len(units), "", dtype="object")
    most = shares[shares["share"] >= MOSTLY]
    home[most["shape"]] = most["name"]
    at_home = own_home(units, shares)
    home[at_home] = of[at_home]
    names = [name for name in ground.communities.index if name in set(of)]

    def sums(values: np.ndarray, by: np.ndarray) -> pd.Series:
        return pd.Series(values).groupby(by).sum().reindex(names, fill_value=0.0)

    own = home == of
    table = pd.DataFrame({"shared": sums(area[own], of[own]), "outside": sums(area[~own], of[~own])})
    table["foreign"] = sums(area[~own & drawn], home[~own & drawn])
    inside = sums(shares["area_m2"].to_numpy(), shares["name"].to_numpy())
    table["empty"] = (ground.communities.area.reindex(names) - inside).clip(lower=0.0)
    filled = table["shared"] + table["outside"] + table["foreign"]
    return table.assign(alike=table["shared"] / (filled + table["empty"]), alike_filled=table["shared"] / filled)


def own_home(units: pd.DataFrame, shares: pd.DataFrame) -> np.ndarray:
    """Positions of the units that lie at least with MOSTLY in the polygon of their own community."""
    own = shares["name"].to_numpy() == units["community"].to_numpy()[shares["shape"]]
    return shares.loc[own & (shares["share"] >= MOSTLY), "shape"].to_numpy()


def check_outlines_of_communities(ground: Ground) -> tuple[Rows, frozenset[str]]:
    """Warn of polygons that differ from the units of their community by more than ALIKE allows, and note those that
    their units do not fill; gives the units named in a warning too.
    """
    if ground.communities.empty:
        return [], frozenset()
    table = compared(ground)
    differing = table[table["alike_filled"] < ALIKE]
    apart = _apart(ground, differing.index)
    rows = one_by_one(
        *("warning", "communities", "community outline differs", list(differing.itertuples())),
        lambda row: _found(row, apart[apart["community"] == row.Index]),
        "polygons differ from the units of their community",
        "Correct the polygon if it is the older of the two, else the community of these units.",
        source=ground.files["communities"],
    )
    bare = table[(table["alike"] < ALIKE) & (table["alike_filled"] >= ALIKE)]
    return rows + _not_filled(bare, ground.files["communities"]), frozenset(apart.index.astype("str"))


def _apart(ground: Ground, communities: pd.Index) -> pd.DataFrame:
    """Units of these communities that lie mostly outside of their polygons."""
    units = ground.units
    away = units["community"].isin(communities).to_numpy(copy=True)
    away[own_home(units, ground.in_communities)] = False
    return units[away]


def _found(row: Any, apart: pd.DataFrame) -> Found:
    detail = (
        f"The polygon of {row.Index} and its units agree by {row.alike:.0%}: {row.outside:.0f} m² of its units lie "
        f"outside of it, and units of other communities take {row.foreign:.0f} m² of it."
    )
    if len(apart):
        detail += f" Mostly outside: {listing(apart.index)} ({apart['households'].sum()} households)."
    return Found(row.Index, detail, f"{row.Index} ({row.alike:.0%})")


def _not_filled(bare: pd.DataFrame, source: str) -> Rows:
    if bare.empty:
        return []
    shown = listing(f"{community} ({share:.0%})" for community, share in bare["alike"].items())
    detail = (
        f"The units of {len(bare)} communities fill less than {ALIKE:.0%} of their polygons, which leaves "
        f"{bare['empty'].sum():.0f} m² of land without units: {shown}."
    )
    advice = "Nothing to do where nobody lives there; else draw the units that lack."
    return [problem("note", "communities", "community outline differs", detail, advice, source=source)]
