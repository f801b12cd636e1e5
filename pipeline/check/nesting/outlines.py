"""Compares the polygon of each community with its units: an old outline, or units under the wrong community."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.check.nesting.ground import Ground
from pipeline.check.rows import Found, Rows, listing, one_by_one
from pipeline.errors import problem

ALIKE = 0.8
"""A polygon and the units of its community agree where their intersection is at least this share of their union."""

MOSTLY = 0.5
"""A unit of which less lies in the polygon of its community stands apart from it."""


def compared(ground: Ground) -> pd.DataFrame:
    """Compare areas, by community that has both units and a polygon, m²: units, shared, outside (units beyond the
    polygon), foreign (its polygon under units of others), empty (its polygon without units), and two shares: alike
    (shared / union) and alike_filled (the same without what is empty).

    What the units of communities without a polygon take of it is no fault: the polygon is older than they are. All
    is summed from the shares of the units, as if these did not overlap.
    """
    units, shares = ground.units, ground.in_communities
    of = units["community"].to_numpy()
    own = of[shares["shape"]]
    drawn = units["community"].isin(ground.communities.index).to_numpy()[shares["shape"]]
    inside, name = shares["area_m2"], shares["name"]
    table = pd.DataFrame({"units": units.area.groupby(of).sum()}).loc[
        lambda rows: rows.index.isin(ground.communities.index)
    ]

    def sums(which: np.ndarray) -> pd.Series:
        return inside[which].groupby(name[which]).sum().reindex(table.index, fill_value=0.0)

    table["shared"] = sums(own == name)
    table["outside"] = table["units"] - table["shared"]
    table["foreign"] = sums((own != name) & drawn)
    polygon = ground.communities.area.reindex(table.index) - sums(~drawn)
    table["empty"] = (polygon - table["shared"] - table["foreign"]).clip(lower=0.0)
    filled = table["units"] + table["foreign"]
    return table.assign(
        alike=table["shared"] / (filled + table["empty"]),
        alike_filled=table["shared"] / filled,
    )


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
    units, shares = ground.units, ground.in_communities
    own = shares["name"].to_numpy() == units["community"].to_numpy()[shares["shape"]]
    inside = shares.loc[own & (shares["share"] >= MOSTLY), "shape"]
    away = units["community"].isin(communities).to_numpy(copy=True)
    away[inside] = False
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
