"""What reading has to show is drawn: where shapes were mended or left, and a layer that seems to be off."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure

from pipeline.dossier.maps import draw_reading, fonts
from pipeline.dossier.maps.offset_sheets import cut_offset, doubtful, draw_offset
from pipeline.dossier.maps.repair_drawing import draw_repair_map, draw_repair_tiles
from pipeline.dossier.maps.repair_sheets import cut_repair_map, cut_repair_tiles
from pipeline.errors import problem, problems_table
from pipeline.results import Area, Offset, Result

KINDS = [("gap", True), ("overlap", True), ("overlap", False), ("ring", True), ("fragment", True), ("snap", True)]


def mended_area(area: Area, pieces: int = 6) -> Area:
    """Give the toy city repairs of every kind, the second overlap left as it is."""
    units = area.units
    rows, shapes = [], []
    for number in range(pieces):
        kind, done = KINDS[number % len(KINDS)]
        middle = units.geometry.iloc[number % len(units)].centroid
        piece = middle.buffer(2.0 + number)
        row = {"repair_id": f"R{number + 1:03d}", "kind": kind, "done": done, "ids": units.index[number % 4]}
        row |= {"layer": "units", "area_m2": piece.area, "width_m": 4.0, "x": middle.x, "y": middle.y}
        rows.append(row | {"before": "", "after": "", "why": ""})
        shapes.append(piece)
    repairs = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=units.crs)
    return replace(area, repairs=repairs)


def offset_of(area: Area, hypothesis: str = "GCJ-02", *, converted: bool = False) -> Offset:
    """Make the test of the units, 300 m to the east of where they belong."""
    outlines = area.units.boundary
    row = {"layer": "units", "source": "units.shp", "trusted": "roads", "hypothesis": hypothesis, "fit_m": 2.0}
    row |= {"shift_m": 300.0, "azimuth_deg": 90.0, "confidence": 0.9, "verdict": "best"}
    return Offset("units", pd.DataFrame([row]), outlines.translate(300), outlines, area.lines.geometry, converted)


def texts(figure: Figure, gid: str) -> list[str]:
    """All texts of one kind on a sheet."""
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_gid() == gid]


def test_the_map_of_repairs_marks_every_piece_by_kind_and_by_what_became_of_it(result: Result) -> None:
    with fonts.typeset():
        figure = draw_repair_map(cut_repair_map(mended_area(result.area, 12), ""))
    marks = {line.get_label(): len(line.get_xdata()) for line in figure.axes[1].lines if " " in str(line.get_label())}
    done = {f"{kind} mended": 2 for kind, mended in KINDS if mended}
    assert done | {"overlap left": 2} == marks
    overlaps = [text for text in texts(figure, "legend entry") if "重叠" in text]
    assert ["重叠，已修复 2处", "重叠，未修复 2处"] == overlaps
    assert 2 == len(texts(figure, "left piece"))


def test_every_piece_has_a_close_up_what_was_left_first_and_mere_snapping_last(result: Result) -> None:
    sheets = cut_repair_tiles(mended_area(result.area, 14), "")
    assert [12, 2] == [len(sheet.tiles) for sheet in sheets]
    tiles = [tile for sheet in sheets for tile in sheet.tiles]
    areas = [tile.piece.area.iloc[0] for tile in tiles]
    assert [False, False] == [tile.done for tile in tiles[:2]]
    assert ["界线吻合"] * 2 == [tile.caption[0].split()[1] for tile in tiles[-2:]]
    assert sorted(areas[2:-2], reverse=True) == areas[2:-2]
    with fonts.typeset():
        assert 12 == sum("修复）" in text for text in texts(draw_repair_tiles(sheets[0]), "caption"))


def test_a_piece_without_a_width_is_captioned_without_one(result: Result) -> None:
    area = mended_area(result.area)
    assert area.repairs is not None
    plain = replace(area, repairs=area.repairs.assign(width_m=float("nan")))
    captions = [tile.caption[0] for tile in cut_repair_tiles(plain, "")[0].tiles]
    assert captions
    assert not any("nan" in caption or "宽" in caption for caption in captions)


def test_a_close_up_shows_the_whole_piece(result: Result) -> None:
    for tile in cut_repair_tiles(mended_area(result.area), "")[0].tiles:
        assert shapely.box(*tile.view.box).contains(tile.piece.iloc[0])


@pytest.mark.parametrize(
    ("hypothesis", "converted", "drawn"), [("GCJ-02", False, 1), ("as given", False, 0), ("BD-09", True, 1)]
)
def test_only_layers_that_seem_off_or_were_brought_back_have_a_sheet(
    result: Result, hypothesis: str, converted: bool, drawn: int
) -> None:
    area = result.area
    assert drawn == len(doubtful(replace(area, offsets=(offset_of(area, hypothesis, converted=converted),))))


def test_the_sheet_of_an_offset_says_shift_azimuth_and_confidence_and_its_arrow_points_home(result: Result) -> None:
    area = result.area
    sheet = cut_offset(area, "", offset_of(area))
    tail, head = np.array(sheet.arrow)
    assert np.allclose([300.0, 0.0], tail - head)
    with fonts.typeset():
        figure = draw_offset(sheet)
    sentence = "".join(texts(figure, "sentence")[0].split("\n"))
    assert "像是GCJ-02偏移：整体偏移约300米，方位角90°，可信度90%" in sentence
    assert "尚未改正" in sentence
    assert {"原坐标", "改正后", "参照图层"} <= {artist.get_label() for artist in figure.axes[1].collections}


def test_the_sheet_of_an_offset_of_several_files_counts_them_in_chinese(result: Result) -> None:
    offset = offset_of(result.area)
    several = replace(offset, table=offset.table.assign(source="3 files"))
    assert cut_offset(result.area, "", several).imprint.subtitle.startswith("3个文件，参照：")


def test_an_area_without_repairs_and_offsets_has_no_sheets_of_reading(tmp_path: Path, result: Result) -> None:
    assert [] == draw_reading(result.area, tmp_path / "maps")
    assert not (tmp_path / "maps").exists()


def test_the_sheets_of_reading_are_written_as_pictures_and_pages(tmp_path: Path, result: Result) -> None:
    area = mended_area(result.area)
    paths = draw_reading(replace(area, offsets=(offset_of(area),)), tmp_path)
    stems = ["repairs", "repairs-1", "offset-units"]
    assert [f"{stem}.{ending}" for stem in stems for ending in ("png", "pdf")] == [path.name for path in paths]
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_three_marks_leave_the_subtitle_free(result: Result) -> None:
    told = [problem("warning", "units", name, "", "") for name in ("sketch", "map offset")]
    area = replace(mended_area(result.area), problems=problems_table(told))
    with fonts.typeset():
        figure = draw_repair_map(cut_repair_map(area, ""))
        page = figure.axes[0]
        spans = [
            (text.get_window_extent().x0, text.get_window_extent().x1)
            for text in page.texts
            if text.get_gid() in ("mark", "subtitle")
        ]
    assert 4 == len(spans)
    apart = sorted(spans)
    assert all(right < left for (_, right), (left, _) in pairwise(apart))
