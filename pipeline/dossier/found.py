"""Gathers what reading, repair and judging found: the tables that a check and a run write alike, and their figures."""

import pandas as pd

from pipeline.results import Area, Checked, Result
from pipeline.schema import WITHIN, columns


def check_tables(found: Result | Checked) -> dict[str, pd.DataFrame]:
    """Give every table of a check by its file name, with the columns of the schema; empty where nothing was found."""
    judged = {"measures.csv": found.measures, "near-limits.csv": found.near}
    return log_tables(found.area) | {name: _or_empty(table, name) for name, table in judged.items()}


def log_tables(area: Area) -> dict[str, pd.DataFrame]:
    """Give the logs of reading and repair by file name; empty where nothing was logged."""
    offsets = [offset.table for offset in area.offsets]
    logs = {
        "problems.csv": area.problems,
        "reconciliation.csv": area.reconciliation,
        "columns.csv": area.columns,
        "counts.csv": area.counts,
        "repairs.csv": area.repairs,
        "offsets.csv": pd.concat(offsets, ignore_index=True) if offsets else None,
    }
    return {name: _or_empty(table, name) for name, table in logs.items()}


def _or_empty(table: pd.DataFrame | None, name: str) -> pd.DataFrame:
    names = columns(name)
    return pd.DataFrame(columns=names) if table is None else pd.DataFrame(table)[names]


def reading_kinds(counts: pd.DataFrame) -> pd.Series:
    """Kind of what was done to each count of counts.csv, the first word of `reading`: read, scaled, spread, summed.

    >>> reading_kinds(pd.DataFrame({"reading": ["", "read “1.2万” as 12000", "summed: 3 + 4"]})).tolist()
    ['as written', 'read', 'summed']
    """
    words = counts["reading"].fillna("").astype("str").str.extract(r"^(\w*)", expand=False)
    return words.replace("", "as written")


def measure_figures(found: Result | Checked) -> pd.DataFrame:
    """Sum the verdicts up by measure (the index), the one in use first.

    Columns: used, communities (that have a count), households, outside (the limits), differs (from the verdict in use).
    """
    verdicts = check_tables(found)["measures.csv"]
    outside = verdicts.assign(outside=verdicts["status"] != WITHIN)
    figures = outside.groupby("measure", sort=False).agg(
        used=("used", "any"),
        communities=("community", "size"),
        households=("households", "sum"),
        outside=("outside", "sum"),
        differs=("differs", "sum"),
    )
    return figures.sort_values("used", ascending=False, kind="stable")


def measures_compared(found: Result | Checked) -> bool:
    """Tell whether counts of more than one measure were given, so that verdicts may differ."""
    return found.measures is not None and found.measures["measure"].nunique() > 1


def repair_figures(area: Area) -> dict[str, float]:
    """Count the repairs that were made and the faults that were left, and sum the area that changed hands."""
    repairs = log_tables(area)["repairs.csv"]
    done = repairs["done"].astype(bool)
    return {
        "mended": int(done.sum()),
        "left": int((~done).sum()),
        "area_m2": round(float(repairs.loc[done, "area_m2"].sum()), 1),
    }


def best_offsets(area: Area) -> pd.DataFrame:
    """Give the best hypothesis of every layer that was tested for an offset (schema.OFFSETS_CSV), and `converted`."""
    best = [offset.table.head(1).assign(converted=offset.converted) for offset in area.offsets]
    return pd.concat(best, ignore_index=True) if best else pd.DataFrame(columns=[*columns("offsets.csv"), "converted"])
