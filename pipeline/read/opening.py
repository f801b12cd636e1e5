"""Opens every file that area.toml names and gives it our column names and types; files are only ever read."""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.codes import one_length
from pipeline.read.cells.dates import check_dates
from pipeline.read.cells.private import without_private
from pipeline.read.cells.totals import check_totals
from pipeline.read.cells.values import as_text, typed
from pipeline.read.columns.evidence import columns_found
from pipeline.read.columns.measured import with_measure
from pipeline.read.columns.recognition import recognise, recognised
from pipeline.read.coordinates import place_layers, to_working, working_crs
from pipeline.read.crossings import read_points
from pipeline.read.layers import companions, label_files, read_layers
from pipeline.read.sheets import is_sheet, read_sheets
from pipeline.read.sources import TOTAL, Rows, Source, Unreadable, joined
from pipeline.rules import RuleSet
from pipeline.settings import EDIT_SECTIONS, TABLE_SECTIONS, LayerSection, Settings

NEEDS_FEATURES = ("units", "communities", "subdistricts")


@dataclass(frozen=True)
class Opened:
    """What could be opened: sources by section, in the working CRS (None where none could be chosen)."""

    sources: dict[str, Source]
    crs: object | None
    rows: Rows


def open_sources(settings: Settings, rules: RuleSet, report: Callable[[str], None]) -> Opened:
    """Open the file of every section; a section that cannot be used is left out and its faults are in `rows`."""
    parts: dict[str, list[Source]] = {}
    rows: Rows = []
    for role in [role for role in settings.given() if role not in EDIT_SECTIONS]:
        report(f"reading {', '.join(path.name for path in settings.paths(role))}")
        opened, found = open_parts(settings, role, rules.measure)
        rows += found
        if opened:
            parts[role] = opened
    placed, found = place_layers(parts, settings)
    rows += found
    sources = {role: joined(opened, _label(settings.paths(role))) for role, opened in placed.items()}
    leading = next((sources[role] for role in ("units", "communities") if role in sources), None)
    shapes = leading.table if leading is not None and isinstance(leading.table, gpd.GeoDataFrame) else None
    label = leading.label if leading is not None else ""
    crs, found = working_crs(settings.area.crs, shapes, leading.role if leading else "units", label)
    rows += found
    if crs is not None:
        sources, found = to_working(sources, crs)
        rows += found
    return Opened(sources, crs, rows)


def open_parts(settings: Settings, role: str, measure: str) -> tuple[list[Source], Rows]:
    """Open one section's files, the parts of one source; none where they cannot be used, with the reasons."""
    section: LayerSection = getattr(settings, role)
    parts: list[Source] = []
    rows: Rows = []
    lost = False
    for path in settings.paths(role):
        raws, found = _raw_parts(path, settings, role, measure)
        rows += found
        lost |= not raws and any(row["severity"] == "error" for row in found)
        for raw in raws:
            source, found = _ours(raw, section, measure)
            rows += found
            parts.append(source)
    if role != "forecast":  # its dates are of years to come
        rows += check_dates(parts, settings.area.date)
    return ([] if lost else parts), _said_once(rows)


def _said_once(rows: Rows) -> Rows:
    """Put what is said of several parts in the same words into one row that names them all."""
    said: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name != "source")
        if key in said:
            said[key] = row | {"source": f"{said[key]['source']}; {row['source']}"}
        else:
            said[key] = row
    return list(said.values())


def _label(paths: list[Path]) -> str:
    """Name a source of several parts: by its file, or by the number of files."""
    return paths[0].name if len(paths) == 1 else f"{len(paths)} files"


def _raw_parts(path: Path, settings: Settings, role: str, measure: str) -> tuple[list[Source], Rows]:
    """Read one file under its own column names; no parts where it cannot be used, with the reasons."""
    if not path.exists():
        advice = f"Mend path under [{role}] in area.toml{_files_near(path)}"
        detail = f"There is no file {relative(path, settings.folder)}."
        return [], [problem("error", role, "missing file", detail, advice, source=str(path))]
    try:
        if path.is_file() and not path.stat().st_size:
            raise Unreadable("The file is empty")
        raws, rows = _read(path, settings, role, measure)
    except (Unreadable, OSError) as error:
        advice = getattr(error, "advice", "Open it in the program that made it and save it again.")
        return [], [problem("error", role, "unreadable file", f"{error}.", advice, source=path.name)]
    if not any(row["severity"] == "error" for row in rows) and all(raw.table.empty for raw in raws):
        severity = "error" if role in (*NEEDS_FEATURES, "households", "forecast") else "warning"
        detail = f"The {'table' if is_sheet(path) else 'layer'} is empty."
        advice = "Check that it is the right file and layer."
        return [], [*rows, problem(severity, role, "empty layer", detail, advice, source=raws[0].label)]
    public = [without_private(raw) for raw in raws]
    return [raw for raw, _ in public], [*rows, *(row for _, found in public for row in found)]


def _ours(raw: Source, section: LayerSection, measure: str) -> tuple[Source, Rows]:
    """Give a part our column names and our types; say which column was taken for what."""
    role, table = raw.role, raw.table

    def values(theirs: str) -> pd.Series:
        return as_text(table[theirs])

    short = not raw.letters  # whatever a layer's format is now, it may have been a Shapefile once
    found = recognise(role, raw.seen, section.mapped, measure, source=raw.label, short=short, values=values)
    ours = {theirs: column for column, theirs in found.chosen.items()}
    kept = table[[*ours, *(["geometry"] if isinstance(table, gpd.GeoDataFrame) else [])]].rename(columns=ours)
    totals = None if raw.totals is None else raw.totals.filter([*ours, TOTAL]).rename(columns=ours)
    letters = {column: raw.letters[theirs] for theirs, column in ours.items() if theirs in raw.letters}
    told = columns_found(raw, found, values)
    source, more = typed(replace(raw, table=kept, letters=letters, totals=totals, columns=told))
    source, coded = one_length(source)
    return with_measure(source, found.measure), [*found.rows, *more, *coded, *check_totals(source)]


def _read(path: Path, settings: Settings, role: str, measure: str) -> tuple[list[Source], Rows]:
    """Read the file as sheets or as layers, under its own column names."""
    section: LayerSection = getattr(settings, role)
    if role in TABLE_SECTIONS or (role == "premises" and is_sheet(path)):
        return read_sheets(path, section.layer, role, lambda names: recognised(role, names, section.mapped, measure))
    if role == "crossings" and is_sheet(path):
        return [read_points(path, section)], []
    if is_sheet(path):
        raise Unreadable(f"[{role}] needs a layer of shapes; a table of counts belongs under [households]")
    return read_layers(path, settings, role)


def _files_near(path: Path) -> str:
    """Name the files that lie where the missing one was looked for."""
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent.name}."
    near = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file() and entry.name != "area.toml")
    return f"; files there: {', '.join(near[:15])}." if near else "; the folder is empty."


def hashes(settings: Settings) -> dict[str, str]:
    """Hash (sha256) of every input file, by its path relative to the area folder."""
    paths = [settings.folder / "area.toml"]
    for role in settings.given():
        section = getattr(settings, role)
        files = (*settings.paths(role), *label_files(settings, role))
        paths += [near for path in files for near in companions(path)]
        paths += [settings.folder / section.control_points] if section.control_points else []
    return {relative(path, settings.folder): file_hash(path) for path in _existing(paths)}


def _existing(paths: Iterable[Path]) -> list[Path]:
    return [path for path in dict.fromkeys(paths) if path.is_file()]


def relative(path: Path, folder: Path) -> str:
    """Path relative to a folder, with forward slashes on every system; whole where it lies on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # Windows: no way from one drive to another
        return path.resolve().as_posix()


def file_hash(path: Path) -> str:
    """Hash (sha256, hexadecimal) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
