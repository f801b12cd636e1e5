"""The sheet of one case: before and after side by side, the numbers, and the sentence why."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.dossier.maps import legend, strokes, style
from pipeline.dossier.maps.borders import Borders
from pipeline.dossier.maps.figures import case_numbers, draw_numbers, height_mm
from pipeline.dossier.maps.ground import Ground, clipped
from pipeline.dossier.maps.imprint import Imprint, draw_imprint, imprint_of
from pipeline.dossier.maps.labels import Placed, Setting, Wanted, place_labels
from pipeline.dossier.maps.legend import Sign, Swatch
from pipeline.dossier.maps.lettering import letter
from pipeline.dossier.maps.paper import (
    LANDSCAPE,
    MARGIN_MM,
    MM_PER_POINT,
    Box,
    add_map,
    fitted,
    new_sheet,
    wrapped,
    write,
)
from pipeline.dossier.maps.prose import case_title, proof_sentence
from pipeline.dossier.maps.road_names import name_lines
from pipeline.dossier.maps.style import counted
from pipeline.dossier.maps.view import View, fit
from pipeline.results import Result
from pipeline.schema import LIST_SEPARATOR, STRATEGY_ZH

PANEL_ZH = {"before": "调整前", "after": "调整后"}
TOP_MM, BOTTOM_MM, LEGEND_MM = 19.5, 184.0, 15.0
NUMBERS_SHARE = 0.57
WORD_SIZES = (7.2, 6.8, 6.4, 6.0, 5.5, 5.0)
INDENT_MM = 19.0
AROUND_SIZES = ((7.0, 1.0), (6.0, 1.0), (5.5, 0.8))


@dataclass(frozen=True)
class Layout:
    """Where things stand on a case sheet; the maps take the room that table and sentences leave."""

    panels: dict[str, Box]
    legend: Box
    numbers: Box
    words: Box


@dataclass(frozen=True)
class Panel:
    """One of the two maps of a case: the communities of the case with their `fill`, those around them, borders."""

    communities: gpd.GeoDataFrame
    around: gpd.GeoDataFrame
    borders: Borders
    created: gpd.GeoSeries
    offices: gpd.GeoSeries


@dataclass(frozen=True)
class CaseSheet:
    """All that the sheet of one case draws. `units`: those of the case with households; `moved`: theirs that change."""

    case_id: str
    imprint: Imprint
    layout: Layout
    view: View
    panels: dict[str, Panel]
    units: gpd.GeoDataFrame
    moved: gpd.GeoSeries
    lines: gpd.GeoDataFrame
    numbers: pd.DataFrame
    words: tuple[tuple[str, str], ...]


def cut_case(result: Result, ground: Ground, case_id: str) -> CaseSheet:
    """Take from a run what the sheet of a case draws; raises KeyError for an unknown case."""
    cases = result.proposals[result.strategy].cases.set_index("case_id")
    case = cases.loc[case_id]
    names = list(
        dict.fromkeys(
            [*case["communities_after"].split(LIST_SEPARATOR), *case["communities_before"].split(LIST_SEPARATOR)]
        )
    )
    units = result.area.units
    inside = units["community"].isin(names) | ground.plan.isin(names)
    shapes = units.loc[inside, ["households", "geometry"]]
    numbers = case_numbers(result.area, ground, names)
    words = _words(result, ground, case_id, case, shapes.index)
    layout = _layout(numbers, words)
    box = layout.panels["before"]
    view = fit(tuple(shapes.total_bounds), box.width, box.height, margin=0.1)
    olds = case["communities_before"].split(LIST_SEPARATOR)
    title = case_title([numbers.loc[name, "社区"] for name in olds], case["kind"])
    number = f"附图{cases.index.get_loc(case_id) + 3}"
    return CaseSheet(
        case_id=case_id,
        imprint=imprint_of(result.area, result.edition, number, title, _subtitle(result, case_id, case)),
        layout=layout,
        view=view,
        panels={which: _cut_panel(ground, which, names, view) for which in layout.panels},
        units=shapes,
        moved=ground.moved[ground.moved.index.isin(shapes.index)],
        lines=clipped(result.area.lines, view),
        numbers=numbers,
        words=words,
    )


def _layout(numbers: pd.DataFrame, words: tuple[tuple[str, str], ...]) -> Layout:
    width = LANDSCAPE.width - 2 * MARGIN_MM
    half = (width - 4) / 2
    words_width = width * (1 - NUMBERS_SHARE) - 7
    lines = sum(len(wrapped(text, words_width - INDENT_MM, WORD_SIZES[0])) for _, text in words)
    wanted = max(height_mm(numbers), lines * WORD_SIZES[0] * MM_PER_POINT * 1.5 + 2.5 * len(words), 27.0)
    foot = min(wanted, 52.0)
    maps = BOTTOM_MM - TOP_MM - LEGEND_MM - foot - 4.5
    legend_top = TOP_MM + maps + 2
    foot_top = BOTTOM_MM - foot
    return Layout(
        panels={
            "before": Box(MARGIN_MM, TOP_MM, half, maps),
            "after": Box(MARGIN_MM + half + 4, TOP_MM, half, maps),
        },
        legend=Box(MARGIN_MM, legend_top, 228.0, LEGEND_MM),
        numbers=Box(MARGIN_MM, foot_top, width * NUMBERS_SHARE, foot),
        words=Box(MARGIN_MM + width * NUMBERS_SHARE + 7, foot_top, words_width, foot),
    )


def _subtitle(result: Result, case_id: str, case: pd.Series) -> str:
    place = f"{result.area.settings.area.name}{case['subdistrict']}"
    return " · ".join(part for part in (place, f"事项{case_id}", STRATEGY_ZH[result.strategy], result.edition) if part)


def _cut_panel(ground: Ground, which: str, names: list[str], view: View) -> Panel:
    communities = ground.before if which == "before" else ground.after
    borders = ground.borders_before if which == "before" else ground.borders_after
    here = communities.index.isin(names)
    fills = part_fills(names)
    case = communities[here]
    place = shapely.union_all(case.geometry.to_numpy())
    offices = ground.offices[ground.offices["community"].isin(communities.index[here])]
    return Panel(
        communities=case.assign(fill=case.index.map(fills)),
        around=clipped(communities[~here], view),
        borders=borders.clipped(*view.box).only_in(place),
        created=case.geometry[case.index.isin(ground.created)] if which == "after" else case.geometry.iloc[:0],
        offices=offices.geometry,
    )


def part_fills(names: list[str]) -> dict[str, str]:
    """Give each community of a case its colour, the same before and after."""
    return {name: style.PART_FILL[number % len(style.PART_FILL)] for number, name in enumerate(names)}


def _words(
    result: Result, ground: Ground, case_id: str, case: pd.Series, unit_ids: pd.Index
) -> tuple[tuple[str, str], ...]:
    """The sentences beside the table."""
    moved = int(ground.moved.index.isin(unit_ids).sum())
    alternatives = result.proposals[result.strategy].alternatives.get(case_id, [])
    words = [
        ("划转", f"{counted(case['moved_households'])}户，{moved}个基本单元"),
        ("理由", str(case["reason"])),
        ("最优性说明", proof_sentence(case["proof"], case["gap"])),
    ]
    if alternatives:
        words.append(
            ("备选", f"另有{len(alternatives)}个备选方案：" + "、".join(other.label for other in alternatives))
        )
    return tuple(words)


def draw_case(sheet: CaseSheet) -> Figure:
    """Draw the sheet of a case."""
    figure, page = new_sheet(LANDSCAPE)
    for which, box in sheet.layout.panels.items():
        axes = add_map(figure, box)
        _draw_panel(axes, sheet, sheet.panels[which], after=which == "after")
        axes.text(
            0.012, 0.98, PANEL_ZH[which], transform=axes.transAxes, fontsize=10, fontweight="bold", va="top", zorder=21,
            bbox={"facecolor": "white", "edgecolor": style.INK, "linewidth": 0.6, "boxstyle": "square,pad=0.3"},
        )  # fmt: skip
    draw_imprint(page, LANDSCAPE, sheet.imprint)
    place = sheet.layout.legend
    legend.draw_legend(page, _legend_entries(sheet), place, columns=5, title="")
    legend.draw_scale_bar(page, sheet.view, place.right + 6, place.top + 1.5, most_mm=34.0)
    legend.draw_north_arrow(page, sheet.layout.panels["after"].right - 5, place.top, height=12.0)
    draw_numbers(page, sheet.numbers, sheet.layout.numbers, part_fills(list(sheet.numbers.index)))
    _draw_words(page, sheet)
    return figure


def _draw_panel(axes: Axes, sheet: CaseSheet, panel: Panel, *, after: bool) -> None:
    strokes.set_view(axes, sheet.view)
    strokes.fill(axes, panel.around.geometry, style.GROUND, label="around")
    for name, shape, colour in zip(
        panel.communities.index, panel.communities.geometry, panel.communities["fill"], strict=True
    ):
        strokes.fill(axes, [shape], colour, label=f"part {name}")
    strokes.stroke(axes, sheet.units.boundary, style.UNIT)
    if after:
        strokes.hatch_moved(axes, sheet.moved)
    strokes.topography(axes, sheet.lines)
    strokes.draw_borders(axes, panel.borders, panel.created)
    strokes.offices(axes, panel.offices)
    _draw_labels(axes, sheet, panel, after=after)


def _draw_labels(axes: Axes, sheet: CaseSheet, panel: Panel, *, after: bool) -> None:
    """Names of the case's communities first, then those around, lines, and the households of units if there is room."""
    view = sheet.view
    marks = _office_marks(panel, view)
    own = place_labels(
        [
            Wanted(key, shape, _own_settings(label, households))
            for key, label, households, shape in zip(
                panel.communities.index, panel.communities["label"], panel.communities["households"],
                panel.communities.geometry, strict=True,
            )
        ], view.box, view.scale, taken=marks,
    )  # fmt: skip
    around = place_labels(
        [
            Wanted(key, shape, [Setting(label, size, True, inside) for size, inside in AROUND_SIZES])
            for key, label, shape in zip(panel.around.index, panel.around["label"], panel.around.geometry, strict=True)
        ], view.box, view.scale, taken=[*marks, *own],
    )  # fmt: skip
    taken = [*marks, *own, *around]
    names = name_lines(_named_lines(sheet, panel), view.box, view.scale, taken=taken)
    units = place_labels(
        [
            Wanted(key, shape, [Setting(counted(households), size) for size in (5.6, 5.0, 4.5)])
            for key, households, shape in zip(
                sheet.units.index, sheet.units["households"], sheet.units.geometry, strict=True
            )
        ], view.box, view.scale, taken=[*taken, *names],
    )  # fmt: skip
    letter(axes, own, view, gid="community label")
    letter(axes, around, view, gid="neighbour label", colour=style.QUIET)
    letter(axes, names, view, gid="line name", colour=style.LINE_INK, order=5.6)
    hatched = set(sheet.moved.index) if after else set()
    for haloed in (False, True):
        some = [label for label in units if (label.key in hatched) == haloed]
        letter(axes, some, view, gid="unit label", colour=style.UNIT_INK, order=5.5, haloed=haloed)


def _named_lines(sheet: CaseSheet, panel: Panel) -> gpd.GeoDataFrame:
    """Lines whose names matter: all in or along the case, elsewhere the greater ones."""
    lines = sheet.lines
    reach = sheet.view.scale / 1000
    place = shapely.buffer(shapely.union_all(panel.communities.geometry.to_numpy()), reach)
    return lines[lines.intersects(place) | ~lines["road_class"].isin(("tertiary", "residential", "path"))]


def _own_settings(label: str, households: int) -> list[Setting]:
    full = f"{label}\n{counted(households)}户"
    return [
        *(Setting(full, size, bold=True) for size in (10.0, 9.0, 8.0, 7.0)),
        *(Setting(full, size, bold=True, inside=0.75) for size in (7.0, 6.2)),
        Setting(full, 6.2, bold=True, inside=0.0),
        Setting(full, 6.2, bold=True, leader=True),
    ]


def _office_marks(panel: Panel, view: View) -> list[Placed]:
    """Boxes of the office stars, so that no label covers them."""
    reach = 1.3 * view.scale / 1000
    setting = Setting("*", 7.0)
    return [
        Placed(
            "office", setting, point.x, point.y, (point.x - reach, point.y - reach, point.x + reach, point.y + reach)
        )
        for point in panel.offices
    ]


def _legend_entries(sheet: CaseSheet) -> list[legend.Entry]:
    after = sheet.panels["after"]
    entries: list[legend.Entry] = [
        Swatch("本事项社区（颜色见表）", style.PART_FILL[0]),
        Swatch("周边社区", style.GROUND),
    ]
    if len(sheet.moved):
        entries.append(Swatch("划转的基本单元", style.PAPER, style.MOVED_HATCH, style.MOVED_HATCH_COLOUR))
    if any(len(panel.offices) for panel in sheet.panels.values()):
        entries.append(Sign("居委会驻地", "*", "#c00000"))
    if len(after.created):
        entries.append(style.NEW_COMMUNITY)
    entries += [*legend.border_entries(after.borders), style.UNIT]
    return [*entries, *legend.topography_entries(sheet.lines)]


def _draw_words(page: Axes, sheet: CaseSheet) -> None:
    """Write the sentences beside the table; the reason takes the room that the others leave."""
    box = sheet.layout.words
    top, room = box.top, box.height
    lines = {name: len(wrapped(text, box.width - INDENT_MM, WORD_SIZES[0])) for name, text in sheet.words}
    for name, text in sheet.words:
        others = sum(count for other, count in lines.items() if other != name)
        height = room - (others * WORD_SIZES[0] * MM_PER_POINT * 1.45 + 2.3 * (len(lines) - 1))
        body, size = fitted(text, box.width - INDENT_MM, max(height, 4.0), WORD_SIZES)
        write(page, box.left, top, name, WORD_SIZES[0], fontweight="bold")
        write(page, box.left + INDENT_MM, top, body, size, linespacing=1.4, gid=name)
        used = (body.count("\n") + 1) * size * MM_PER_POINT * 1.4 + 2.3
        top, room = top + used, room - used
        del lines[name]
