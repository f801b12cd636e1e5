"""Draws the maps of a run: an overview before, one after, a sheet for every case of the chosen strategy, and the one
that sets the plan among random ones where they were drawn.

What reading has to show (where shapes were mended or left, which layers seem to be off) has sheets of its own, which
can be drawn of an area that was only read and checked.
"""

import os
from collections.abc import Callable
from pathlib import Path

from joblib import Parallel, delayed
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import fonts
from pipeline.dossier.maps.cases import CaseSheet, cut_case, draw_case
from pipeline.dossier.maps.ensemble_sheet import EnsembleSheet, cut_ensemble, draw_ensemble
from pipeline.dossier.maps.forecast_sheet import ForecastSheet, cut_forecast, draw_forecast
from pipeline.dossier.maps.ground import ground_of
from pipeline.dossier.maps.offset_sheets import OffsetSheet, cut_offset, doubtful, draw_offset
from pipeline.dossier.maps.overview_drawing import draw_overview
from pipeline.dossier.maps.overviews import OverviewSheet, cut_overview
from pipeline.dossier.maps.paper import save
from pipeline.dossier.maps.repair_drawing import draw_repair_map, draw_repair_tiles
from pipeline.dossier.maps.repair_sheets import RepairMap, RepairTiles, cut_repair_map, cut_repair_tiles
from pipeline.results import Area, Result

Sheet = OverviewSheet | CaseSheet | RepairMap | RepairTiles | OffsetSheet | ForecastSheet | EnsembleSheet
DRAWN_BY: dict[type, Callable[..., Figure]] = {
    OverviewSheet: draw_overview,
    CaseSheet: draw_case,
    RepairMap: draw_repair_map,
    RepairTiles: draw_repair_tiles,
    OffsetSheet: draw_offset,
    ForecastSheet: draw_forecast,
    EnsembleSheet: draw_ensemble,
}
CASE_LETTER = {"principle": "p", "compliance": "c"}

__all__ = ["case_sheet", "draw_maps", "draw_reading", "overview"]


def draw_maps(
    result: Result, folder: Path, *, jobs: int = 1, report: Callable[[str], None] | None = None
) -> list[Path]:
    """Write every map of a run into a folder, each as PNG (200 dpi) and PDF; returns the paths.

    `jobs` figures are drawn at a time, each in a process of its own from the little that it shows.
    """
    ground = ground_of(result)
    sheets: dict[str, Sheet] = {
        f"overview-{which}": cut_overview(result, ground, which) for which in ("before", "after")
    }
    cases = result.proposals[result.strategy].cases["case_id"]
    sheets |= {file_stem(case_id, result.strategy): cut_case(result, ground, case_id) for case_id in cases}
    if result.ensemble is not None:
        sheets["ensemble"] = cut_ensemble(result, result.ensemble)
    sheets |= _reading_sheets(result.area, result.edition)
    if (ahead := cut_forecast(result)) is not None:
        sheets["forecast"] = ahead
    return _draw_all(sheets, folder, jobs, report)


def draw_reading(
    area: Area, folder: Path, *, edition: str = "", jobs: int = 1, report: Callable[[str], None] | None = None
) -> list[Path]:
    """Write the sheets of repairs and of doubtful coordinates of an area into a folder, if there are any.

    `repairs`: the map of all pieces; `repairs-1`, …: close-ups; `offset-…`: one for each layer that seems to be off.
    """
    return _draw_all(_reading_sheets(area, edition), folder, jobs, report)


def _reading_sheets(area: Area, edition: str) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    if area.repairs is not None and len(area.repairs):
        sheets["repairs"] = cut_repair_map(area, edition)
        sheets |= {f"repairs-{number}": sheet for number, sheet in enumerate(cut_repair_tiles(area, edition), start=1)}
    return sheets | {f"offset-{offset.layer}": cut_offset(area, edition, offset) for offset in doubtful(area)}


def _draw_all(sheets: dict[str, Sheet], folder: Path, jobs: int, report: Callable[[str], None] | None) -> list[Path]:
    if not sheets:
        return []
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


def _draw_and_save(sheet: Sheet, stem: Path) -> list[Path]:
    with fonts.typeset():
        figure = DRAWN_BY[type(sheet)](sheet)
    return save(figure, stem)
