"""Writes everything that a run leaves behind: tables, layers, workbook, maps, summary page; and what a check found."""

from collections.abc import Callable
from pathlib import Path

from pipeline.dossier.found import log_tables
from pipeline.dossier.layers import write_layers
from pipeline.dossier.maps import draw_maps, draw_reading
from pipeline.dossier.page import write_page
from pipeline.dossier.tables import write_check_tables, write_tables
from pipeline.dossier.workbook import write_workbook
from pipeline.results import Checked, Result

__all__ = ["log_tables", "write_check", "write_dossier"]


def write_check(checked: Checked, folder: Path, *, jobs: int = 1, maps: bool = True) -> None:
    """Write what a check found into `folder`, which exists and is empty: its tables, and what reading has to show.

    `jobs` figures are drawn at a time; `maps` False leaves them out.
    """
    write_check_tables(checked, folder)
    if maps:
        draw_reading(checked.area, folder / "maps", edition=checked.area.settings.area.date, jobs=jobs)


def write_dossier(
    result: Result,
    folder: Path,
    *,
    jobs: int = 1,
    maps: bool = True,
    report: Callable[[str], None] | None = None,
) -> None:
    """Write every file of a run into `folder`, which exists and is empty.

    `jobs` figures are drawn at a time; `maps` False leaves the figures out. Whoever calls swaps the folder in when all
    of it is written, so that a reader never meets half of it.
    """
    tell = report or (lambda _: None)
    tell("表格")
    write_tables(result, folder)
    tell("图层")
    write_layers(result, folder)
    (folder / "dossier").mkdir()
    tell("工作簿")
    write_workbook(result, folder / "dossier")
    if maps:
        draw_maps(result, folder / "maps", jobs=jobs, report=report)
    tell("概要页")
    write_page(result, folder / "dossier", maps=maps)
