"""Runs a tool in a process of its own, under a limit of CPU seconds, and measures what the planning alone took.

Processes of their own keep solvers apart that must not meet in one, and let a tool that takes too long be stopped.
"""

import importlib
import json
import resource
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]

IDLE = 20
"""A process is stopped too when this many times its CPU limit went by on the clock."""


@dataclass(frozen=True)
class Ran:
    """What became of a tool: its plan and CPU seconds, or, without a plan, the reason."""

    plan: pd.Series | None
    seconds: float
    reason: str = ""


def ran(number: int, needs: str, folder: Path, seconds: float) -> Ran:
    """Run the tool with this number in TOOLS on the task in `folder`, for at most so many CPU seconds."""
    if find_spec(needs.split(".")[0]) is None:
        return Ran(None, 0.0, "not installed")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 6))

    command = [sys.executable, "-m", "benchmarks.peers.running", str(number), str(folder)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, preexec_fn=limited, timeout=IDLE * seconds
        )
    except subprocess.TimeoutExpired:
        return Ran(None, seconds, f"over {IDLE * seconds:.0f} s on the clock")
    if done.returncode == -signal.SIGXCPU:
        return Ran(None, seconds, f"over {seconds:.0f} s")
    if done.returncode < 0:
        return Ran(None, 0.0, f"ended by {signal.Signals(-done.returncode).name}")
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return Ran(None, 0.0, f"failed: {last[0][:120]}")
    spent = json.loads((folder / f"{number}.json").read_text("utf-8"))["seconds"]
    return Ran(pd.read_parquet(folder / f"{number}.parquet")["community"], spent)


def cpu_seconds() -> float:
    """Sum the CPU seconds of this process, with all threads, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _timed(plan: Callable[[], pd.Series]) -> tuple[pd.Series, float]:
    start = cpu_seconds()
    return plan(), cpu_seconds() - start


def main() -> None:
    """Draw the plan and write it beside the task."""
    from benchmarks.peers.task import Task
    from benchmarks.peers.tools import TOOLS

    number, folder = int(sys.argv[1]), Path(sys.argv[2])
    warnings.simplefilter("ignore")
    tool, task = TOOLS[number], Task.read(folder)
    importlib.import_module(tool.needs)
    plan, seconds = _timed(lambda: tool.plan(task))
    plan.astype("str").rename("community").to_frame().to_parquet(folder / f"{number}.parquet")
    (folder / f"{number}.json").write_text(json.dumps({"seconds": seconds}), "utf-8")


if __name__ == "__main__":
    main()
