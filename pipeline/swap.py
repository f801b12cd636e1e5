"""Replaces a folder of outputs all together or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import HuajieError, UsageError

CHECK_TABLES = (
    "problems.csv",
    "reconciliation.csv",
    "columns.csv",
    "counts.csv",
    "repairs.csv",
    "offsets.csv",
    "measures.csv",
    "near-limits.csv",
)
CHECK_OUTPUTS = (*CHECK_TABLES, "maps")
"""What a check writes into its folder. A run writes the same names, so neither may take the folder of the other."""

OUTPUTS = (
    *CHECK_TABLES,
    "plan.csv",
    "plans",
    "flags.csv",
    "cases.csv",
    "communities.csv",
    "edges.csv",
    "adjacency.csv",
    "neighbours.csv",
    "lookup.csv",
    "alternatives.csv",
    "forecast.csv",
    "ensemble.csv",
    "ensemble-chains.csv",
    "summary.json",
    "plan.gpkg",
    "maps",
    "dossier",
    "review.html",
)
"""What a run writes into its folder. A name that is not here belongs to the user and is carried over."""


def require_replaceable(folder: Path, inputs: list[Path], *, outputs: tuple[str, ...] = OUTPUTS) -> None:
    """Raise UsageError unless `folder` is absent, empty, or holds earlier `outputs` of the same kind, and no input."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder for the outputs.")
    if any(path.resolve().is_relative_to(folder.resolve()) for path in inputs):
        raise UsageError(
            f"The input lies in {folder}. Name another folder for the outputs: they replace what is there."
        )
    ours = _is_check if outputs is CHECK_OUTPUTS else _is_run
    if folder.exists() and any(folder.iterdir()) and not ours(folder):
        kind = "a check" if outputs is CHECK_OUTPUTS else "huajie"
        raise UsageError(
            f"{folder} holds files that are no outputs of {kind}, and outputs replace what is there. "
            "Name an empty or a new folder."
        )


def _is_check(folder: Path) -> bool:
    return {*CHECK_TABLES} <= {entry.name for entry in folder.iterdir()} and not _is_run(folder)


def _is_run(folder: Path) -> bool:
    try:
        summary = json.loads((folder / "summary.json").read_text("utf-8-sig"))
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and {"area", "manifest"} <= summary.keys()


@contextmanager
def replaced(folder: Path, *, outputs: tuple[str, ...] = OUTPUTS) -> Iterator[Path]:
    """Give an empty folder to write into; at the end put it in the place of `folder`.

    What lies in `folder` under a name that is not of `outputs` is carried over. When the writing or the swap fails,
    `folder` is as it was. Raises HuajieError where the swap is not possible (on Windows: a file of it is open in
    another program).
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh, old = beside / "new", beside / "old"
    try:
        fresh.mkdir()
        yield fresh
        _carry_over(folder, fresh, outputs)
        _swap(folder, fresh, old)
    finally:
        if folder.exists() or not old.exists():
            shutil.rmtree(beside, ignore_errors=True)


def _carry_over(folder: Path, fresh: Path, outputs: tuple[str, ...]) -> None:
    """Copy what a user put into the folder (a QGIS project, notes) to the new one."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name in outputs or (fresh / entry.name).exists():
            continue
        if entry.is_dir():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _swap(folder: Path, fresh: Path, old: Path) -> None:
    try:
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError as error:
        if old.exists():
            old.rename(folder)
        raise HuajieError(
            f"{folder} could not be replaced ({error.strerror}); what was there is unchanged. "
            "Close its files in other programs and run again."
        ) from error
