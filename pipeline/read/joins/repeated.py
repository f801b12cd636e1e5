"""Tells communities that stand on several records: parts whose counts are summed, or one count written twice."""

import pandas as pd

from pipeline.errors import problem
from pipeline.read.joins.books import listed
from pipeline.read.sources import Rows, Source, place


def several_rows(source: Source, community: pd.Series) -> Rows:
    """Find communities with several records in a source; their counts are summed.

    `community`: by row number, "" for rows that are left aside. The same count on all of them is an error, since it may
    be the count of the whole on each part; other counts are a warning with the cells. Of a table per compound, which is
    meant to have several rows, a note says that they were summed.
    """
    repeated = community[(community != "") & community.duplicated(keep=False)]
    if repeated.empty:
        return []
    counts = source.table.get("households")
    if "name" in source.table and source.role != "communities":
        return [
            _summed(source, repeated),
            *_compounds_twice(source, repeated, counts),
            *_compounds_again(source, repeated, counts),
        ]
    rows = []
    for name, places in repeated.groupby(repeated, sort=False):
        rows += _told(source, str(name), places.index, None if counts is None else counts[places.index])
    return rows


def _told(source: Source, name: str, numbers: pd.Index, counts: pd.Series | None) -> Rows:
    """Say how the records of one community were taken together; nothing where just one of them counts."""
    column = "community" if "community" in source.table else "code"
    where = place(source, numbers, column)
    if counts is None or counts.notna().sum() < 2:
        if source.role == "communities":
            return []
        detail = f"{name} has {len(numbers)} records; what they say was taken together."
        return [problem("warning", source.role, "several rows", detail, ADVICE, id=name, source=where)]
    said = ", ".join("blank" if pd.isna(count) else str(count) for count in counts)
    if counts.nunique() == 1 and counts.max() > 0:
        detail = f"{name} has {len(numbers)} records with the same households: {said}."
        advice = (
            "Remove the copies; or, where these are parts of it, write the whole count once and leave the others blank."
        )
        return [problem("error", source.role, "count repeated", detail, advice, id=name, source=where)]
    detail = f"{name} has {len(numbers)} records; their households were summed: {said}."
    return [problem("warning", source.role, "several rows", detail, ADVICE, id=name, source=where)]


ADVICE = "If one repeats the other, remove it."


def _summed(source: Source, repeated: pd.Series) -> dict[str, str]:
    detail = f"{len(repeated)} rows per compound were summed to {repeated.nunique()} communities."
    advice = "Give the layer of units the compounds' names (小区名称) to have each row joined to its own shape."
    return problem("note", source.role, "rows summed", detail, advice, source=source.label)


def _compounds_twice(source: Source, community: pd.Series, counts: pd.Series | None) -> Rows:
    """Find compounds that stand under two communities: an error where both rows give the same count."""
    names = source.table["name"]
    rows = []
    for name, own in community[names[community.index] != ""].groupby(names, sort=False):
        if own.nunique() < 2:
            continue
        where = place(source, own.index, "name")
        said = [] if counts is None else counts[own.index].dropna().tolist()
        same = len(said) == len(own) and len(set(said)) == 1 and said[0] > 0
        detail = f"Compound {name} stands under {own.nunique()} communities: {listed(own.unique())}"
        advice = "Write in each row the households that live in that community, or name one community for all of it."
        if same:
            detail += f" Each row has the same count, {said[0]}, which may be that of the whole compound."
        severity = "error" if same else "warning"
        rows.append(
            problem(severity, source.role, "compound in two communities", detail, advice, id=name, source=where)
        )
    return rows


def _compounds_again(source: Source, community: pd.Series, counts: pd.Series | None) -> Rows:
    """Warn of compounds that stand in one community several times with the same count: parts of it, or copies."""
    if counts is None:
        return []
    rows = pd.DataFrame({"community": community, "name": source.table["name"], "count": counts}).loc[community.index]
    again = rows[(rows["name"] != "") & (rows["count"] > 0).fillna(False) & rows.duplicated(keep=False)]
    if again.empty:
        return []
    names = listed(again["name"].unique())
    detail = f"{len(again)} rows have the same compound, community and count as another; they were summed: {names}"
    where = place(source, again.index, "name")
    return [problem("warning", source.role, "compound repeated", detail, ADVICE, source=where)]
