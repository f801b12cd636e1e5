"""Draws the maps of a run: an overview before, one after, and a sheet for every case of the chosen strategy."""

import os
from collections.abc import Callable
from pathlib import Path

from joblib import Parallel, delayed
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.cases import CaseSheet, cut_case, draw_case
from pipeline.dossier.maps.ground import ground_of
from pipeline.dossier.maps.overview_drawing import draw_overview
from pipeline.dossier.maps.overviews import OverviewSheet, cut_overview
from pipeline.dossier.maps.paper import save
from pipeline.results import Result

CASE_LETTER = {"principle": "p", "compliance": "c"}

__all__ = ["case_sheet", "draw_maps", "overview"]


def draw_maps(
    result: Result, folder: Path, *, jobs: int = 1, report: Callable[[str], None] | None = None
) -> list[Path]:
    """Write every map of a run into a folder, each as PNG (200 dpi) and PDF; returns the paths.

    `jobs` figures are drawn at a time, each in a process of its own from the little that it shows.
    """
    ground = ground_of(result)
    sheets: dict[str, OverviewSheet | CaseSheet] = {
        f"overview-{which}": cut_overview(result, ground, which) for which in ("before", "after")
    }
    cases = result.proposals[result.strategy].cases["case_id"]
    sheets |= {file_stem(case_id, result.strategy): cut_case(result, ground, case_id) for case_id in cases}
    if report:
        report(f"绘制{len(sheets)}幅图")
    folder.mkdir(parents=True, exist_ok=True)
    tasks = (delayed(_draw_and_save)(sheet, folder / stem) for stem, sheet in sheets.items())
    paths = Parallel(n_jobs=min(jobs, len(sheets), os.cpu_count() or 1))(tasks)
    return [path for pair in paths for path in pair]


def file_stem(case_id: str, strategy: str) -> str:
    """Name of a case's figure without ending.

    >>> file_stem("原则-01", "principle")
    'case-p01'
    """
    return f"case-{CASE_LETTER[strategy]}{case_id.rsplit('-', 1)[-1]}"


def overview(result: Result, which: str = "before", *, ax: Axes | None = None) -> Figure:
    """Draw the overview `before` or `after`; on given axes only the map itself."""
    with fonts.typeset():
        return draw_overview(cut_overview(result, ground_of(result), which), ax=ax)


def case_sheet(result: Result, case_id: str) -> Figure:
    """Draw the sheet of one case of the chosen strategy."""
    with fonts.typeset():
        return draw_case(cut_case(result, ground_of(result), case_id))


def _draw_and_save(sheet: OverviewSheet | CaseSheet, stem: Path) -> list[Path]:
    with fonts.typeset():
        figure = draw_overview(sheet) if isinstance(sheet, OverviewSheet) else draw_case(sheet)
    return save(figure, stem)
