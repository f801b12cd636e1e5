"""Tells figures of communities that can hardly be right, or that ask for a look; none of them stops a run."""

from collections.abc import Mapping

import pandas as pd

from pipeline.errors import problem
from pipeline.read.names.spelling import PREPARING, name_key
from pipeline.read.sources import Rows

LEAST_PERSONS, MOST_PERSONS = 1.0, 6.0
"""Residents per household of a community that are believed, both included; the average of the 2020 census is 2.6."""

Remarked = Mapping[str, Mapping[str, str]]
"""What is remarked of the names of communities (`names.remarked`)."""


def implausible(communities: pd.DataFrame, counts: pd.DataFrame, remarks: Remarked) -> Rows:
    """Find implausible figures of schema.COMMUNITIES: one warning each, with the places where they stand.

    Fewer households than buildings; residents per household outside 1–6; communities in preparation (筹) that have no
    households yet. `counts`: schema.COUNTS_CSV.
    """
    places = counts[counts["level"] == "community"].set_index(["id", "column"])["source"]
    return [
        *_fewer_than_buildings(communities, places),
        *_persons_per_household(communities, places),
        *_in_preparation(communities, places, remarks),
    ]


def _fewer_than_buildings(communities: pd.DataFrame, places: pd.Series) -> Rows:
    if "buildings" not in communities:
        return []
    few = communities[(communities["households"] > 0) & (communities["households"] < communities["buildings"])]
    advice = "One of the two is wrong, or the columns are exchanged."
    return [
        _warning(row.Index, f"{row.households} households live in {row.buildings:.0f} buildings.", advice, places)
        for row in few.itertuples()
    ]


def _persons_per_household(communities: pd.DataFrame, places: pd.Series) -> Rows:
    known = communities[(communities["households"] > 0) & communities["population"].notna()]
    persons = known["population"].astype("float64") / known["households"]
    odd = known[(persons < LEAST_PERSONS) | (persons > MOST_PERSONS)]
    advice = "Check both figures: they may be of different measures or dates, or one has a digit too many."
    return [
        _warning(
            row.Index,
            f"{row.population} residents in {row.households} households are {row.population / row.households:.2f} "
            f"in each; {LEAST_PERSONS:g} to {MOST_PERSONS:g} are believed.",
            advice,
            places,
            ("households", "population"),
        )
        for row in odd.itertuples()
    ]


def _in_preparation(communities: pd.DataFrame, places: pd.Series, remarks: Remarked) -> Rows:
    preparing = {name_key(name): said[PREPARING] for name, said in remarks.items() if PREPARING in said}
    words = communities.index.to_series().map(lambda name: preparing.get(name_key(name.split("（")[0]), ""))
    empty = communities[(communities["households"] == 0) & (words != "")]
    advice = "It is taken as it is, with no household; give its counts once people have moved in."
    return [
        _warning(row.Index, f"It is in preparation ({words[row.Index]}) and has no households.", advice, places)
        for row in empty.itertuples()
    ]


def _warning(
    community: object, detail: str, advice: str, places: pd.Series, columns: tuple[str, ...] = ("households",)
) -> dict[str, str]:
    """Make one warning; the places are those of the counts concerned, where they stand in a file."""
    where = [places.get((community, column), "") for column in columns]
    source = "; ".join(dict.fromkeys(place for place in where if place))
    return problem("warning", "communities", "implausible count", detail, advice, id=community, source=source)
