"""The command line: parses, calls `workflow`, and prints where things went."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import __version__

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.workflow import Finished

# Everything heavy is imported inside the commands: `huajie --help` answers at once.

app = typer.Typer(
    name="huajie",
    help="huajie 划界: find the communities that no longer fit the size rules and draft the adjustment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WIDEST = 120
"""Columns of a table that is printed to a wide terminal or to a file."""


class Strategy(StrEnum):
    """Which plan is written as *the* plan; both are computed and compared."""

    principle = "principle"
    compliance = "compliance"


class Objective(StrEnum):
    """What is to be least in `huajie solve`."""

    cut_edges = "cut-edges"
    inertia = "inertia"


AreaArgument = Annotated[
    str, typer.Argument(metavar="AREA", help="a folder with an area.toml, the file, or a name in ./data/raw/")
]
Out = Annotated[Path | None, typer.Option("--out", help="folder of the outputs [./outputs/<area>/]")]
Edition = Annotated[str, typer.Option("--edition", help="name of this set of counts [the date in area.toml]")]
Plan = Annotated[Strategy, typer.Option("--strategy", help="which plan is written as the plan")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="processes to use, 0 for all cores")]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0.1, help="limit for each subdistrict or split, in place of [solve]")
]
Ensemble = Annotated[
    int | None,
    typer.Option("--ensemble", min=0, help="steps of random plans that the plan is set among, in place of [solve]"),
]
NoMaps = Annotated[bool, typer.Option("--no-maps", help="leave the figures out")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="print nothing but the result")]
Debug = Annotated[bool, typer.Option("--debug", help="show the traceback of an unexpected fault")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"huajie {__version__}")
        raise typer.Exit


@app.callback()
def _huajie(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="show it")] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Windows console that knows no Chinese shows ? rather than failing.
            stream.reconfigure(errors="replace")


@app.command()
def demo(
    out: Out = None,
    strategy: Plan = Strategy.principle,
    jobs: Jobs = 0,
    seconds: Seconds = None,
    no_maps: NoMaps = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the sample area to ./data/raw/sample if it is not there, then run it."""
    with _faults_told(debug), _progress(quiet) as report:
        from pipeline.workflow import run, sample_area

        finished = run(
            sample_area(), out=out, strategy=strategy, jobs=jobs, seconds=seconds, maps=not no_maps, report=report
        )
    _print_finished(finished)


@app.command()
def run(
    area: AreaArgument,
    out: Out = None,
    edition: Edition = "",
    strategy: Plan = Strategy.principle,
    jobs: Jobs = 0,
    seconds: Seconds = None,
    ensemble: Ensemble = None,
    no_maps: NoMaps = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read an area, propose the adjustment, and write plans, tables and maps."""
    with _faults_told(debug), _progress(quiet) as report:
        from pipeline import workflow

        finished = workflow.run(
            area,
            out=out,
            edition=edition,
            strategy=strategy,
            jobs=jobs,
            seconds=seconds,
            ensemble=ensemble,
            maps=not no_maps,
            report=report,
        )
    _print_finished(finished)


@app.command()
def check(
    area: AreaArgument,
    out: Annotated[Path | None, typer.Option("--out", help="folder for tables and maps of the check [none]")] = None,
    no_maps: NoMaps = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read and check an area only: print what was recognised, joined and mended, and every problem."""
    with _faults_told(debug):
        with _progress(quiet) as report:
            from pipeline import workflow

            checked = workflow.inspect(area, out=out, maps=not no_maps, report=report)
        from pipeline.dossier.terminal import print_check
        from pipeline.errors import errors_of, listed

        print_check(checked, _console())
        if out is not None:
            typer.echo(f"\ntables and maps of the check in {out}")
        errors = errors_of(checked.area.problems)
        if len(errors):
            _complain(f"{_problems_counted(len(errors))} to mend before a run.\n{listed(errors)}")
            raise typer.Exit(1)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a new or empty folder")], debug: Debug = False
) -> None:
    """Make a new area folder: a commented area.toml and Excel templates for counts and decisions."""
    with _faults_told(debug):
        from pipeline.template import write_area

        for path in write_area(folder):
            typer.echo(f"wrote {path}")
    typer.echo(f"Put the layers beside them, then: huajie check {folder}")


@app.command()
def solve(
    instance: Annotated[Path, typer.Argument(metavar="INSTANCE", help="a graph as JSON, see docs/solve.md")],
    objective: Annotated[Objective, typer.Option("--objective", help="what is to be least")] = Objective.cut_edges,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="limit of the search")] = 60.0,
    out: Annotated[Path | None, typer.Option("--out", metavar="PLAN", help="write node id and part as CSV")] = None,
    debug: Debug = False,
) -> None:
    """Divide a graph into k connected parts within limits, at least cut edges or moment of inertia, with proof."""
    with _faults_told(debug):
        from pipeline.partition.instance import read_instance, write_plan
        from pipeline.partition.solve import solve as solved

        given = read_instance(instance)
        answer = solved(given, objective=objective.value, seconds=seconds)
        if out is not None and answer.labels is not None:
            write_plan(out, given, answer.labels)
            typer.echo(f"plan         {out}")
        if answer.reason:
            typer.echo(f"reason       {answer.reason}")
        said = {name: getattr(answer, name) for name in ("found", "bound", "proof", "seconds", "parts")}
        typer.echo(json.dumps(said | ({"reason": answer.reason} if answer.reason else {})))


def main() -> None:
    """Run the command line."""
    app()


# --- what the user sees -----------------------------------------------------------------------------------------


@contextmanager
def _faults_told(debug: bool) -> Iterator[None]:
    """Turn what goes wrong into a message and an exit code: 1 the input or the run, 2 wrong usage."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        from pipeline.errors import HuajieError, InputError, UsageError

        if debug:
            raise
        if isinstance(error, InputError):
            count = int((error.problems["severity"] == "error").sum())
            _complain(f"{_problems_counted(count)}; nothing was written.\n{error}")
        elif isinstance(error, (HuajieError, OSError)):
            _complain(str(error))
        else:
            _complain(
                f"unexpected {type(error).__name__}: {error}\n"
                "This is a fault of huajie: please report it. --debug shows where it is, "
                "and so does the log of the run, ./data/processed/<area>/run.log."
            )
        raise typer.Exit(2 if isinstance(error, UsageError) else 1) from None


def _problems_counted(count: int) -> str:
    return f"{count} {'problem' if count == 1 else 'problems'}"


def _complain(text: str) -> None:
    typer.echo(f"huajie: {text}", err=True)


def _console() -> "Console":
    """Make the console that tables are printed on, as wide as the terminal, but not wider than is good to read."""
    from rich.console import Console

    width = min(shutil.get_terminal_size().columns, WIDEST) if sys.stdout.isatty() else WIDEST
    return Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """Show on stderr what is going on: a moving line on a terminal, plain lines elsewhere, nothing when quiet."""
    if quiet:
        yield None
        return
    start = time.perf_counter()
    if not sys.stderr.isatty():
        yield _lines(start)
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("start", total=None)
        yield lambda text: bar.update(task, description=text)


def _lines(start: float) -> Callable[[str], None]:
    """Make a report that prints every stage, and of what happens inside one at most a line in five seconds."""
    last = start

    def report(text: str) -> None:
        nonlocal last
        now = time.perf_counter()
        inside = ": " in text
        if not inside or now - last > 5:
            typer.echo(f"{now - start:6.1f} s  {text}", err=True)
            last = now

    return report


def _print_finished(finished: "Finished") -> None:
    """Print the arithmetic, the proofs and where everything is."""
    from pipeline.schema import OFFSET

    folder = finished.folder
    summary = json.loads((folder / "summary.json").read_text("utf-8-sig"))
    rows = [
        ("area", f"{summary['area']}, rules {finished.result.area.rules.name}, {finished.result.strategy} plan"),
        ("communities", _arithmetic(summary["communities"])),
        ("outside", f"{summary['outside']['before']} before, {summary['outside']['after']} after"),
        ("moved", f"{summary['moved_households']:,} households"),
        ("proofs", _proofs(finished)),
        ("map", folder / "maps" / "overview-after.png"),
        ("random plans", folder / "maps" / "ensemble.png"),
        ("workbook", folder / "dossier" / "summary.xlsx"),
        ("page", folder / "dossier" / "summary.html"),
        ("plan", folder / "plan.csv"),
        ("log", finished.processed / "run.log"),
        ("time", f"{sum(finished.seconds.values()):.1f} s"),
    ]
    problems = finished.result.area.problems
    if len(problems):
        rows.insert(5, ("problems", f"{len(problems)} to read in {folder / 'problems.csv'}"))
    if "forecast" in summary:
        ahead = summary["forecast"]
        first = f", the first in {ahead['broken'][0]['year']}" if ahead["broken"] else ""
        rows.insert(4, ("forecast", f"{len(ahead['broken'])} communities pass a limit by {ahead['horizon']}{first}"))
    if summary["sketch"]:
        rows.insert(1, ("sketch", "示意: counts of some units were spread, see problems.csv"))
    off = problems[(problems["problem"] == OFFSET) & (problems["severity"] == "warning")]
    for row in off.itertuples(index=False):
        rows.insert(1, ("offset", f"[{row.layer}] {row.source}: {row.detail} {row.advice}"))
    for name, value in rows:
        if not isinstance(value, Path) or value.exists():
            typer.echo(f"{name:<12} {value}")


def _arithmetic(communities: dict[str, Any]) -> str:
    """Write how the number of communities comes about.

    >>> _arithmetic({"before": 75, "created": 9, "abolished": 1, "after": 83})
    '75 + 9 − 1 = 83'
    """
    return "{before} + {created} − {abolished} = {after}".format(**communities)


def _proofs(finished: "Finished") -> str:
    """Count the cases of each strategy by proof."""
    parts = []
    for strategy, proposal in finished.result.proposals.items():
        counts = proposal.cases["proof"].value_counts().sort_index()
        proofs = ", ".join(f"{number} {proof}" for proof, number in counts.items()) or "no cases"
        parts.append(f"{strategy}: {proofs}")
    return "; ".join(parts)
