"""Runs the stages: the only module that knows their order.

`check` reads and checks; `inspect` adds how sure the verdicts are and may write what it found; `examine` goes on to
the flags; `draft` goes on to the plans and writes nothing; `run` does all of it and writes the outputs.
"""

import logging
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path

import pandas as pd

from pipeline import __version__
from pipeline.check import check_area
from pipeline.decisions import with_declared
from pipeline.dossier import log_tables, write_check, write_dossier
from pipeline.ensemble import sample_plans
from pipeline.errors import InputError, UsageError, errors_of, problem, problems_table, raise_errors
from pipeline.evaluate import evaluate_plan
from pipeline.flag import (
    decided_candidates,
    decided_flags,
    flag_communities,
    merge_candidates,
    near_limits,
    verdicts_by_measure,
)
from pipeline.forecast import follow_units, forecast_plans
from pipeline.graph import community_borders, counted, drawn_adjacency
from pipeline.propose import conflicts, propose_compliance, propose_principle, renamed, with_survivors
from pipeline.read import read_area
from pipeline.repair import repair_area
from pipeline.results import Area, Checked, Ensemble, Proposal, Result
from pipeline.rules import load_rules
from pipeline.schema import STRATEGY_ZH
from pipeline.settings import Settings, load_settings
from pipeline.swap import CHECK_OUTPUTS, replaced, require_replaceable
from pipeline.synthetic import write_sample
from pipeline.tessellate import tessellate_area
from pipeline.verify import refuse, verify_decisions, verify_plan

Report = Callable[[str], None]
"""Told what is going on, a few words at a time."""

Stage = Callable[[str], AbstractContextManager[Report]]
"""Opens a stage by its name; gives the `Report` for what happens inside it."""

log = logging.getLogger("pipeline")
log.addHandler(logging.NullHandler())

LEAST_BORDER_M = 1.0
"""Common borders of a sound drawing up to this length are corners."""

PACKAGES = ("pandas", "geopandas", "shapely", "pyproj", "pyogrio", "numpy", "matplotlib", "highspy", "numba")
"""Packages whose versions are kept with every result."""


@dataclass(frozen=True)
class Examined:
    """An area that passed its checks, with its adjacency graph and its flags (see `results.Result`).

    `decisions`: schema.DECISIONS, those of the planner and the locks of protected areas.
    """

    area: Area
    edges: pd.DataFrame
    flags: pd.DataFrame
    neighbours: pd.DataFrame
    measures: pd.DataFrame
    near: pd.DataFrame
    decisions: pd.DataFrame


@dataclass(frozen=True)
class Finished:
    """A finished run: what it found, where it lies, and the seconds that each stage took."""

    result: Result
    folder: Path
    processed: Path
    seconds: Mapping[str, float]


def check(area: str | Path, *, report: Report | None = None) -> Area:
    """Read and check an area; its `problems` hold every fault found, its `reconciliation` what was joined to what.

    Nothing is written. Raises InputError only where the area.toml itself cannot be used.
    """
    return _check(load_settings(area), _timed({}, report))


def inspect(
    area: str | Path,
    *,
    out: str | Path | None = None,
    jobs: int = 0,
    maps: bool = True,
    report: Report | None = None,
) -> Checked:
    """Check an area and judge how sure its verdicts are, where no error stands in the way.

    With `out` the tables of the check are written there, and figures of repairs and offsets unless `maps` is False,
    replaced all together or not at all; else nothing is written. `jobs` 0 stands for all cores. Raises InputError as
    `check` does, and UsageError where `out` holds files that are not of an earlier check.
    """
    settings, stage = load_settings(area), _timed({}, report)
    if out is not None:
        require_replaceable(Path(out), _input_paths(settings), outputs=CHECK_OUTPUTS)
    checked = _inspect(settings, stage)
    if out is not None:
        with stage("write"), replaced(Path(out), outputs=CHECK_OUTPUTS) as fresh:
            write_check(checked, fresh, jobs=jobs or _cores(), maps=maps)
    return checked


def examine(area: str | Path, *, report: Report | None = None) -> Examined:
    """Read and check an area, then flag its communities. Nothing is written.

    Raises InputError with every problem that makes the input unusable.
    """
    return _examine(load_settings(area), _timed({}, report))


def draft(
    area: str | Path,
    *,
    edition: str = "",
    strategy: str = "principle",
    jobs: int = 0,
    seconds: float | None = None,
    ensemble: int | None = None,
    report: Report | None = None,
) -> Result:
    """Find, verify and evaluate the plans of both strategies. Nothing is written.

    `jobs` 0 stands for all cores; `seconds` and `ensemble` go before those under [solve]. Raises InputError (see
    `examine`), UsageError for an unknown strategy and for bad numbers, and PlanRefused when a plan fails `verify`.
    """
    _require_usage(strategy, jobs, seconds, ensemble)
    settings = _solving(load_settings(area), seconds=seconds, ensemble=ensemble)
    return _draft(settings, edition, strategy, jobs or _cores(), _timed({}, report))


def run(
    area: str | Path,
    *,
    out: str | Path | None = None,
    processed: str | Path | None = None,
    edition: str = "",
    strategy: str = "principle",
    jobs: int = 0,
    seconds: float | None = None,
    ensemble: int | None = None,
    maps: bool = True,
    report: Report | None = None,
) -> Finished:
    """Do everything: read, check, flag, propose, verify, evaluate, and write the outputs.

    Outputs go to `out` (./outputs/<area>/ when None), replaced all together or not at all; cleaned layers and the
    log go to `processed` (./data/processed/<area>/). `maps` False leaves the figures out. The other options and what
    is raised are those of `draft`; UsageError too where `out` holds files that are not outputs.
    """
    _require_usage(strategy, jobs, seconds, ensemble)
    settings = _solving(load_settings(area), seconds=seconds, ensemble=ensemble)
    folder = Path(out) if out is not None else Path("outputs") / settings.key
    kept = Path(processed) if processed is not None else Path("data/processed") / settings.key
    require_replaceable(folder, _input_paths(settings))
    spent: dict[str, float] = {}
    stage = _timed(spent, report)
    with _logged(kept / "run.log"):
        log.info("huajie %s, area %s, strategy %s, edition %r", __version__, settings.key, strategy, edition)
        result = _draft(settings, edition, strategy, jobs or _cores(), stage)
        with stage("write") as tell, replaced(folder) as fresh:
            write_dossier(result, fresh, jobs=jobs or _cores(), maps=maps, report=tell)
            _keep(result, kept)
        log.info("outputs in %s", folder)
    return Finished(result, folder, kept, spent)


def sample_area(folder: str | Path = Path("data/raw/sample")) -> Path:
    """Write the sample area into `folder` unless it is there already; return the folder."""
    folder = Path(folder)
    if not (folder / "area.toml").is_file():
        with replaced(folder) as fresh:
            write_sample(fresh)
    return folder


# --- the stages, each on the tables of those before ------------------------------------------------------------


def _check(settings: Settings, stage: Stage) -> Area:
    faults = problems_table([])
    try:
        rules = load_rules(settings.rules)
    except InputError as error:
        # The files are read all the same, under the default rules, so that one message can list every fault.
        rules, faults = load_rules(), error.problems
    with stage("read") as tell:
        area = read_area(settings, rules, report=tell)
    with stage("repair"):
        area = repair_area(area)
    if settings.units is None:
        with stage("tessellate"):
            area = follow_units(tessellate_area(area), area)
    with stage("check"):
        found = pd.concat([faults, area.problems, check_area(area)]).drop_duplicates()
    return replace(area, problems=problems_table(found.to_dict("records")))


def _inspect(settings: Settings, stage: Stage) -> Checked:
    area = _check(settings, stage)
    if len(errors_of(area.problems)):
        return Checked(area)
    examined = _flag(area, stage)
    return Checked(examined.area, examined.measures, examined.near)


def _examine(settings: Settings, stage: Stage) -> Examined:
    area = _check(settings, stage)
    _log(area.problems)
    raise_errors(area.problems)
    examined = _flag(area, stage)
    raise_errors(examined.area.problems)
    return examined


def _flag(area: Area, stage: Stage) -> Examined:
    with stage("graph"):
        area, edges = _graph(area)
        decisions = with_survivors(with_declared(area.decisions, area.communities), area.units)
        area = _with_problems(area, conflicts(area.units, counted(edges), decisions, area.rules))
    with stage("flag"):
        borders = community_borders(edges, area.units["community"])
        neighbours = decided_candidates(merge_candidates(area.communities, borders, area.rules), decisions)
        flags = flag_communities(area.communities, neighbours, area.rules)
        flags = decided_flags(flags, area.communities, decisions, area.rules)
        measures = verdicts_by_measure(area.communities, borders, area.rules)
        near = near_limits(area.communities, area.rules)
    return Examined(area, edges, flags, neighbours, measures, near, decisions)


def _with_problems(area: Area, found: pd.DataFrame) -> Area:
    """Add problems to those of an area."""
    if found.empty:
        return area
    rows = [*area.problems.to_dict("records"), *found.to_dict("records")]
    return replace(area, problems=problems_table(rows))


def _graph(area: Area) -> tuple[Area, pd.DataFrame]:
    """Make the adjacency table; what is found on the way joins the problems of the area."""
    section = area.settings.crossings
    edges, rows = drawn_adjacency(
        area.units,
        area.lines,
        area.rules,
        crossings=area.crossings,
        edits=area.edits,
        least_m=_least_border_m(area),
        **({} if section is None else {"within_m": section.within_m}),
    )
    _log(problems_table(rows))
    return replace(area, problems=problems_table([*area.problems.to_dict("records"), *rows])), edges


def _log(problems: pd.DataFrame) -> None:
    for row in problems.itertuples():
        log.warning("%s [%s] %s %s: %s", row.severity, row.layer, row.source, row.id, row.detail)


def _least_border_m(area: Area) -> float:
    """Give the length up to which a common border is no more than a corner, in metres.

    Where outlines were mended, corners are as uncertain as the gaps that were closed: a shorter contact between two
    units that were drawn apart makes no neighbours of them.
    """
    mended = area.repairs is not None and bool(area.repairs["done"].any())
    return max(LEAST_BORDER_M, area.settings.repair.gap_m) if mended else LEAST_BORDER_M


def _draft(settings: Settings, edition: str, strategy: str, jobs: int, stage: Stage) -> Result:
    examined = _examine(settings, stage)
    area, edges = examined.area, examined.edges
    proposals = _propose(examined, jobs, stage)
    with stage("verify"):
        for proposal in proposals.values():
            declared = area.communities.get("expected_parts")
            left = proposal.left
            refuse(verify_plan(area.units, edges, proposal.plan, area.rules, left=left, expected_parts=declared))
            refuse(verify_decisions(area.units, proposal.plan, examined.decisions))
        area = _with_problems(area, _names_unused(examined.decisions, proposals))
    with stage("evaluate"):
        evaluations = {
            name: evaluate_plan(area.units, edges, proposal.plan, area.rules) for name, proposal in proposals.items()
        }
    return Result(
        ensemble=_ensemble(examined, proposals[strategy].plan, jobs, stage),
        area=area,
        edition=edition or settings.area.date,
        strategy=strategy,
        edges=edges,
        flags=examined.flags,
        neighbours=examined.neighbours,
        proposals=proposals,
        evaluations=evaluations,
        manifest=_manifest(area),
        measures=examined.measures,
        near=examined.near,
        forecast=forecast_plans(area, {name: proposal.plan for name, proposal in proposals.items()}),
    )


def _propose(examined: Examined, jobs: int, stage: Stage) -> dict[str, Proposal]:
    """Make the proposal of each strategy, keyed by its name."""
    area, edges, decisions = examined.area, counted(examined.edges), examined.decisions
    solve = area.settings.solve
    with stage("propose principle") as tell:
        principle = propose_principle(
            *(area.units, edges, examined.flags, examined.neighbours, area.rules, solve),
            decisions=decisions,
            jobs=jobs,
            report=tell,
        )
    with stage("propose compliance") as tell:
        compliance = propose_compliance(
            area.units, edges, area.rules, solve, decisions=decisions, jobs=jobs, report=tell
        )
    today = area.units["community"]
    return {proposal.strategy: renamed(proposal, decisions, today) for proposal in (principle, compliance)}


def _names_unused(decisions: pd.DataFrame, proposals: Mapping[str, Proposal]) -> pd.DataFrame:
    """Find names that were decided for communities which no plan creates."""
    used = {str(name) for proposal in proposals.values() for name in proposal.plan.unique()}
    rows = decisions[(decisions["decision"] == "rename") & ~decisions["new_name"].isin(used)]
    advice = "See plans/ for the names of this run, and correct the decision."
    return problems_table(
        problem(
            *("warning", "decisions", "decision without effect"),
            f"No plan creates {row.communities}, which is to be called {row.new_name}.",
            advice,
            id=row.communities,
            source=str(row.source),
        )
        for row in rows.itertuples(index=False)
    )


def _ensemble(examined: Examined, plan: pd.Series, jobs: int, stage: Stage) -> Ensemble | None:
    """Set the chosen plan among random ones, where that is asked for."""
    area, solve = examined.area, examined.area.settings.solve
    if not solve.ensemble:
        return None
    with stage("ensemble") as tell:
        return sample_plans(
            area.units, examined.edges, plan, area.rules, steps=solve.ensemble, seed=solve.seed, jobs=jobs, report=tell
        )


def _manifest(area: Area) -> dict[str, object]:
    """Say what the result was made from and with."""
    return {
        "inputs": dict(area.inputs),
        "packages": {"huajie": __version__, "python": platform.python_version()}
        | {name: metadata.version(name) for name in PACKAGES},
        "seed": area.settings.solve.seed,
        "solve_seconds": area.settings.solve.seconds,
        "ensemble_steps": area.settings.solve.ensemble,
    }


def _keep(result: Result, folder: Path) -> None:
    """Write the cleaned layers and the logs of reading and repair; a reader never meets half a file."""
    area = result.area
    layers = {"units": area.units, "lines": area.lines, "edges": result.edges, "communities": area.communities}
    for name, table in layers.items():
        _renamed_in(folder / f"{name}.parquet", partial(table.to_parquet, compression="zstd"))
    for name, table in log_tables(area).items():
        _renamed_in(folder / name, partial(table.to_csv, index=False, encoding="utf-8-sig"))


def _renamed_in(path: Path, write: Callable[[Path], object]) -> None:
    half = path.with_name(f".{path.name}")
    write(half)
    os.replace(half, path)


# --- around the stages ------------------------------------------------------------------------------------------


def _require_usage(strategy: str, jobs: int, seconds: float | None, ensemble: int | None) -> None:
    if strategy not in STRATEGY_ZH:
        raise UsageError(f"There is no strategy {strategy!r}. Known: {', '.join(STRATEGY_ZH)}.")
    if jobs < 0:
        raise UsageError(f"jobs must be 0 (all cores) or more, got {jobs}.")
    if seconds is not None and seconds <= 0:
        raise UsageError(f"seconds must be more than 0, got {seconds}.")
    if ensemble is not None and ensemble < 0:
        raise UsageError(f"ensemble must be 0 (none) or more, got {ensemble}.")


def _solving(settings: Settings, **given: float | None) -> Settings:
    """Put values in the place of those under [solve], where they are given."""
    update = {name: value for name, value in given.items() if value is not None}
    return settings.model_copy(update={"solve": settings.solve.model_copy(update=update)})


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _input_paths(settings: Settings) -> list[Path]:
    return [settings.folder / "area.toml", *(path for section in settings.given() for path in settings.paths(section))]


def _timed(seconds: dict[str, float], report: Report | None) -> Stage:
    """Make the opener of stages; `seconds` gathers what each took."""

    @contextmanager
    def stage(name: str) -> Iterator[Report]:
        def tell(text: str) -> None:
            log.info("%s: %s", name, text)
            if report is not None:
                report(f"{name}: {text}")

        log.info("%s", name)
        if report is not None:
            report(name)
        start = time.perf_counter()
        yield tell
        seconds[name] = time.perf_counter() - start
        log.info("%s took %.1f s", name, seconds[name])

    return stage


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Write what the package logs, and warnings, to a file; a fault is logged with its traceback."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level = log.level
    loggers = (log, logging.getLogger("py.warnings"))
    for logger in loggers:
        logger.addHandler(handler)
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    except InputError as error:
        log.error("%s", error)
        raise
    except BaseException:
        log.exception("the run stopped")
        raise
    finally:
        logging.captureWarnings(False)
        log.setLevel(level)
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
