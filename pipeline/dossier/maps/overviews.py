"""Takes from a run what the overview of the area, before or after, draws."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from pipeline.dossier.maps.borders import Borders
from pipeline.dossier.maps.ground import Ground, clipped
from pipeline.dossier.maps.imprint import Imprint, imprint_of
from pipeline.dossier.maps.paper import LANDSCAPE, PORTRAIT, Box, Paper
from pipeline.dossier.maps.style import counted
from pipeline.dossier.maps.view import View, fit
from pipeline.results import Result
from pipeline.rules import RuleSet
from pipeline.schema import STRATEGY_ZH, WITHIN

LARGEST_SCALE = {"path": 30_000, "residential": 30_000, "tertiary": 120_000}
"""Scale denominators beyond which an overview leaves a class of road out."""

ACTION_SIGN = {"split": "▲", "merge": "◆"}
MAP_BOX = {LANDSCAPE: Box(8.0, 19.5, 222.0, 164.0), PORTRAIT: Box(8.0, 19.5, 194.0, 190.0)}
PANEL_BOX = {LANDSCAPE: Box(234.0, 19.5, 55.0, 164.0), PORTRAIT: Box(8.0, 212.0, 194.0, 58.0)}


@dataclass(frozen=True)
class OverviewSheet:
    """All that one overview draws. `communities`: as in `Ground`, with `sign` (▲ split, ◆ merge asked for)
    and `changed` (by the plan)."""

    imprint: Imprint
    paper: Paper
    view: View
    communities: gpd.GeoDataFrame
    subdistricts: gpd.GeoSeries
    borders: Borders
    moved: gpd.GeoSeries
    created: gpd.GeoSeries
    lines: gpd.GeoDataFrame
    rules: RuleSet
    figures: tuple[tuple[str, str], ...]


def cut_overview(result: Result, ground: Ground, which: str) -> OverviewSheet:
    """Take from a run what the overview `before` or `after` draws."""
    after = which == "after"
    name, strategy = result.area.settings.area.name, STRATEGY_ZH[result.strategy]
    title = f"{name}社区规模调整示意图（调整后，{strategy}）" if after else f"{name}社区规模现状图（调整前）"
    communities = ground.after if after else ground.before
    paper, view = _best_paper(tuple(communities.total_bounds))
    action = result.flags.set_index("community")["action"]
    signs = pd.Series("", index=communities.index) if after else action.map(ACTION_SIGN).reindex(communities.index)
    return OverviewSheet(
        imprint=imprint_of(result.area, result.edition, "附图2" if after else "附图1", title, _subtitle(result)),
        paper=paper,
        view=view,
        communities=communities.assign(sign=signs.fillna(""), changed=communities.index.isin(_changed(ground))),
        subdistricts=ground.subdistricts,
        borders=ground.borders_after if after else ground.borders_before,
        moved=ground.moved if after else ground.moved.iloc[:0],
        created=ground.after.geometry[ground.created] if after else ground.after.geometry.iloc[:0],
        lines=_shown_lines(clipped(result.area.lines, view), view),
        rules=result.area.rules,
        figures=_figures(result, ground, after),
    )


def _changed(ground: Ground) -> pd.Index:
    """Communities that gain units by the plan, or are made by it."""
    return pd.Index(ground.plan[ground.moved.index].unique())


def _best_paper(bounds: tuple[float, float, float, float]) -> tuple[Paper, View]:
    """Hold the sheet upright only for an area that this shows clearly larger."""
    views = {paper: fit(bounds, box.width, box.height, margin=0.02) for paper, box in MAP_BOX.items()}
    paper = PORTRAIT if views[PORTRAIT].scale < 0.9 * views[LANDSCAPE].scale else LANDSCAPE
    return paper, views[paper]


def _shown_lines(lines: gpd.GeoDataFrame, view: View) -> gpd.GeoDataFrame:
    """Leave out the lanes at scales at which they would only be noise."""
    lesser = [road_class for road_class, largest in LARGEST_SCALE.items() if view.scale > largest]
    return lines[~((lines["kind"] == "road") & lines["road_class"].isin(lesser))]


def _subtitle(result: Result) -> str:
    code = result.area.settings.area.code
    return " · ".join(
        part for part in (result.edition, f"区划代码{code}" if code else "", result.area.rules.title) if part
    )


def _figures(result: Result, ground: Ground, after: bool) -> tuple[tuple[str, str], ...]:
    """The few numbers that stand beside the map."""
    households = f"{counted(ground.before['households'].sum())}户"
    outside = [int((table["status"] != WITHIN).sum()) for table in (ground.before, ground.after)]
    if not after:
        return (
            ("社区", f"{len(ground.before)}个"),
            (result.area.rules.measure, households),
            ("设置标准之外", f"{outside[0]}个"),
        )
    units = result.area.units
    return (
        ("社区", f"{len(ground.before)}个→{len(ground.after)}个"),
        ("新设/撤销", f"{len(ground.created)}个/{len(ground.abolished)}个"),
        ("划转", f"{counted(units.loc[ground.moved.index, 'households'].sum())}户"),
        ("设置标准之外", f"{outside[0]}个→{outside[1]}个"),
        (result.area.rules.measure, households),
    )
