"""Writes the tables of a run and of a check: every CSV file and summary.json.

CSV is UTF-8 with BOM. A text cell that a spreadsheet would take for a formula gets an apostrophe in front; numbers
are never touched. Rows keep the order of the result, floats are rounded, so equal results give equal bytes.
"""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.dossier.found import best_offsets, check_tables, measure_figures, repair_figures
from pipeline.dossier.headline import Headline, band_counts, headline, households_now, households_then
from pipeline.dossier.marks import is_sketch
from pipeline.dossier.outlook import forecast_figures
from pipeline.graph import fingerprints
from pipeline.results import Checked, Result
from pipeline.schema import columns

DECIMALS = {
    **dict.fromkeys(("gap", "share_of_before", "share_of_after"), 6),
    **dict.fromkeys(("polsby_popper", "area_km2", "share"), 4),
    **dict.fromkeys(("plan", "low", "median", "high", "at_most", "at_least", "r_hat"), 4),
    **dict.fromkeys(("recombined", "split", "merged"), 4),
    "factor": 3,
}
FORMULA_START = r"^[=+\-@\t\r]"


def write_tables(result: Result, folder: Path) -> None:
    """Write every CSV file and summary.json of a result into `folder`."""
    (folder / "plans").mkdir()
    write_csv(plan_table(result, result.strategy), columns("plan.csv"), folder / "plan.csv")
    for strategy in result.proposals:
        write_csv(plan_table(result, strategy), columns("plan.csv"), folder / "plans" / f"{strategy}.csv")
    evaluation = result.evaluations[result.strategy]
    for name, table in {
        "flags.csv": result.flags,
        "cases.csv": cases_table(result),
        "communities.csv": evaluation.communities,
        "neighbours.csv": result.neighbours,
        "lookup.csv": lookup_table(result),
        "alternatives.csv": alternatives_table(result),
    }.items():
        write_csv(table, columns(name), folder / name)
    if result.ensemble is not None:
        write_csv(result.ensemble.standing, columns("ensemble.csv"), folder / "ensemble.csv")
        write_csv(result.ensemble.chains, columns("ensemble-chains.csv"), folder / "ensemble-chains.csv")
    write_csv(result.edges, columns("edges"), folder / "edges.csv")
    write_csv(adjacency_table(result), columns("adjacency.csv"), folder / "adjacency.csv")
    write_check_tables(result, folder)
    if result.forecast is not None:
        write_csv(result.forecast, list(result.forecast.columns), folder / "forecast.csv")
    text = json.dumps(summary(result), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "summary.json").write_bytes(f"{text}\n".encode())


def write_check_tables(found: Result | Checked, folder: Path) -> None:
    """Write what was read, mended and judged: the tables that a check and a run have in common."""
    for name, table in check_tables(found).items():
        write_csv(table, columns(name), folder / name)


def write_csv(table: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    """Write the named columns of a table, in their order; an index that bears one of the names counts as a column."""
    if table.index.name in names and table.index.name not in table.columns:
        table = table.reset_index()
    chosen = pd.DataFrame(table)[list(names)].rename(columns=str)
    chosen.assign(**{name: _cells(chosen[name]) for name in chosen}).to_csv(
        path, index=False, encoding="utf-8-sig", lineterminator="\n"
    )


def _cells(values: pd.Series) -> pd.Series:
    """Make one column fit for a file: floats rounded, text that looks like a formula marked as text."""
    if pd.api.types.is_float_dtype(values.dtype):
        return values.round(DECIMALS.get(str(values.name), 2))
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        return values
    if not isinstance(values.dtype, pd.StringDtype):
        text = values.map(lambda cell: isinstance(cell, str)).astype(bool)
        return values.astype(object).mask(text, _cells(values.where(text, "").astype("str")))
    formula = values.str.contains(FORMULA_START, regex=True, na=False)
    return values.mask(formula, "'" + values) if formula.any() else values


def plan_table(result: Result, strategy: str) -> pd.DataFrame:
    """Make plan.csv of one strategy: every unit with its community before and after."""
    units = result.area.units
    table = pd.DataFrame(units[["subdistrict", "households"]]).assign(
        community_before=units["community"], community_after=result.proposals[strategy].plan.reindex(units.index)
    )
    return table.rename_axis("unit_id").reset_index()


def adjacency_table(result: Result) -> pd.DataFrame:
    """Make adjacency.csv: the edges with what a planner knows the units by, to be edited and replayed."""
    units, edges = result.area.units, result.edges
    named = {
        f"{label}_{end}": edges[end].map(units[column]).fillna("").astype("str")
        for end in ("a", "b")
        for label, column in (("name", "name"), ("community", "community"))
        if column in units
    }
    return edges.assign(**dict.fromkeys(("name_a", "name_b"), "") | named, computed=fingerprints(edges))


def cases_table(result: Result) -> pd.DataFrame:
    """Put the cases of all strategies into one table (schema.CASES_CSV), objective and bound as JSON lists."""
    table = pd.concat([proposal.cases for proposal in result.proposals.values()], ignore_index=True)
    return table.assign(objective=table["objective"].map(_as_json), bound=table["bound"].map(_as_json))


def lookup_table(result: Result) -> pd.DataFrame:
    """Relate communities before and after by the households they share, for every strategy (schema.LOOKUP_CSV)."""
    tables = [evaluation.changes.assign(strategy=strategy) for strategy, evaluation in result.evaluations.items()]
    table = pd.concat(tables, ignore_index=True)
    shares = {
        f"share_of_{side}": _share(
            table["households"], table.groupby(["strategy", side])["households"].transform("sum")
        )
        for side in ("before", "after")
    }
    return table.assign(**shares).rename(columns={"before": "community_before", "after": "community_after"})


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Divide, with 0 where there is nothing to divide (communities without households)."""
    return (part / whole.where(whole > 0, 1)).astype("float64")


def alternatives_table(result: Result) -> pd.DataFrame:
    """List the alternative plans, one row per case, alternative and unit (schema.ALTERNATIVES_CSV)."""
    households = result.area.units["households"]
    parts = []
    for proposal in result.proposals.values():
        for case_id, alternatives in proposal.alternatives.items():
            for alternative in alternatives:
                solution = alternative.solution
                if solution.plan is None:
                    continue
                rows = solution.plan.rename("community").rename_axis("unit_id").to_frame()
                rows = rows.assign(households=households.reindex(rows.index)).reset_index()
                objective, bound = _as_json(solution.objective), _as_json(solution.bound)
                parts.append(
                    rows.assign(
                        case_id=case_id,
                        label=alternative.label,
                        proof=solution.proof,
                        objective=objective,
                        bound=bound,
                        gap=float(solution.gap),
                    )
                )
    names = columns("alternatives.csv")
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def summary(result: Result) -> dict[str, Any]:
    """Make summary.json: the headline of the plan, of every strategy, the proofs and the manifest."""
    place = result.area.settings.area.model_dump()
    chosen = headline(result, result.strategy)
    subdistricts = [row for proposal in result.proposals.values() for row in _subdistrict_rows(proposal.subdistricts)]
    return {
        "area": place.pop("name"),
        "edition": result.edition,
        "rules": result.area.rules.model_dump(mode="json"),
        "strategy": result.strategy,
        "sketch": is_sketch(result),
        "households": {
            "in": int(result.area.units["households"].sum()),
            "out": int(result.evaluations[result.strategy].communities["households"].sum()),
        },
        **_figures(result, chosen),
        "subdistricts": subdistricts,
        "strategies": {name: _figures(result, headline(result, name)) for name in result.proposals},
        "measures": _plain(measure_figures(result).to_dict("index")),
        "near_limits": 0 if result.near is None else len(result.near),
        "repairs": _plain(repair_figures(result.area)),
        "offsets": _plain(best_offsets(result.area).to_dict("records")),
        **forecast_figures(result),
        "place": place,
        "manifest": _plain(dict(result.manifest)),
    }


def _figures(result: Result, figures: Headline) -> dict[str, Any]:
    now, then = households_now(result), households_then(result, figures.strategy)
    rules = result.area.rules
    return {
        "communities": {
            "before": figures.before,
            "created": len(figures.created),
            "abolished": len(figures.abolished),
            "after": figures.after,
        },
        "outside": {"before": figures.outside_before, "after": figures.outside_after},
        "bands": {
            "before": {name: int(count) for name, count in band_counts(now, rules).items()},
            "after": {name: int(count) for name, count in band_counts(then, rules).items()},
        },
        "moved_households": figures.moved_households,
        "moved_units": figures.moved_units,
        "cases": figures.cases,
        "proof": figures.proof,
    }


def _subdistrict_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "strategy": row.strategy,
            "proof": row.proof,
            "objective": _numbers(row.objective),
            "bound": _numbers(row.bound),
            "gap": _plain(row.gap),
            "seconds": _plain(row.seconds),
        }
        for row in table[["name", "strategy", "proof", "objective", "bound", "gap", "seconds"]].itertuples(index=False)
    ]


def _numbers(values: str | Iterable[float]) -> list[Any]:
    """Read the numbers of an objective, given as a JSON list or as a sequence."""
    return [_plain(value) for value in (json.loads(values) if isinstance(values, str) else values)]


def _as_json(values: str | Iterable[float]) -> str:
    return json.dumps(_numbers(values))


def _plain(value: Any) -> Any:
    """Turn a value into what JSON knows: numpy numbers to Python's, whole floats to int, not-a-number to None."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str | bool | np.bool_) or value is None:
        return bool(value) if isinstance(value, np.bool_) else value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else round(number, 6)
