"""Repeats the flagging under every measure of households that was given, as if the rules counted that one."""

import pandas as pd

from pipeline.flag.asked import flag_communities
from pipeline.flag.mergeable import merge_candidates
from pipeline.rules import RuleSet, status_of
from pipeline.schema import MEASURE_COLUMNS, columns


def verdicts_by_measure(communities: pd.DataFrame, borders: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Judge every community under every measure that has counts, limits and conditions unchanged.

    `communities` and `borders` are those of `merge_candidates`; the counts of the rule set's own measure are
    `households`, whatever the measure's own column says. A community without a count under a measure is left out there,
    as a neighbour too. Returns schema.MEASURES_CSV, the measures of a community one below the other, in the order of
    `communities`.
    """
    verdicts = [
        _judged(communities, counts, borders, rules).assign(measure=measure, used=measure == rules.measure)
        for measure, counts in _counts(communities, rules).items()
    ]
    table = pd.concat(verdicts).rename_axis("community").reset_index()
    own = table[table["used"]].set_index("community")
    table["differs"] = (table["status"] != table["community"].map(own["status"])) | (
        table["action"] != table["community"].map(own["action"])
    )
    place = communities.index.get_indexer(table["community"])
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)[columns("measures.csv")]


def _counts(communities: pd.DataFrame, rules: RuleSet) -> dict[str, pd.Series]:
    """Counts of every measure that has any, by measure, communities without one left out."""
    given = {
        measure: communities["households"] if measure == rules.measure else communities[column].dropna()
        for measure, column in MEASURE_COLUMNS.items()
        if measure == rules.measure or column in communities
    }
    return {measure: counts for measure, counts in given.items() if measure == rules.measure or len(counts)}


def _judged(communities: pd.DataFrame, counts: pd.Series, borders: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Give subdistrict, households, status and action of the communities that have a count, indexed by them."""
    counted = communities.loc[counts.index].assign(households=counts.astype("int64"))
    between = borders[borders["a"].isin(counted.index) & borders["b"].isin(counted.index)]
    flags = flag_communities(counted, merge_candidates(counted, between, rules), rules).set_index("community")
    status, action = status_of(counted["households"], rules), flags["action"].reindex(counted.index, fill_value="none")
    return counted[["subdistrict", "households"]].assign(status=status.astype("str"), action=action.astype("str"))
