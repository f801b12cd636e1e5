"""The maps: what is drawn, what is written on every sheet, and that no label touches another."""

import dataclasses
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text
from PIL import Image
from variants import sketched

from pipeline.dossier.maps import case_sheet, draw_maps, overview
from pipeline.dossier.maps.borders import TOLERANCE_M, borders_of, drawn_together, merged, outlines
from pipeline.dossier.maps.faces import small_faces, write_face
from pipeline.dossier.maps.fonts import MISSING, families, path_of, printable
from pipeline.dossier.maps.ground import ground_of
from pipeline.dossier.maps.imprint import DISCLAIMER, SKETCH_MARK
from pipeline.dossier.maps.labels import Setting, Wanted, place_labels
from pipeline.dossier.maps.overview_labels import label_overview
from pipeline.dossier.maps.paper import NEVER_FIRST, width_mm, wrapped
from pipeline.dossier.maps.prose import PROOF_SENTENCES, proof_sentence
from pipeline.dossier.maps.style import MOVED_HATCH, STATUS_FILL, STATUS_HATCH, STATUS_ORDER
from pipeline.dossier.maps.view import bar_lengths, fit
from pipeline.dossier.marks import OFFSET_MARK, SPREAD_MARK, SYNTHETIC_MARK
from pipeline.errors import problem, problems_table
from pipeline.results import Result
from pipeline.schema import OFFSET, PROOF_ORDER

SHEETS = ("before", "after", "原则-01", "原则-02")
MAP_LABELS = ("community label", "subdistrict label", "neighbour label", "line name", "unit label")


@pytest.fixture(scope="module")
def figures(result: Result) -> dict[str, Figure]:
    """Every sheet of the principle plan, drawn once."""
    return {name: sheet_of(result, name) for name in SHEETS}


def sheet_of(result: Result, name: str) -> Figure:
    return overview(result, name) if name in ("before", "after") else case_sheet(result, name)


def texts(figure: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_gid() == gid]


def maps_of(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_label() == "map"]


def drawn(axes: Axes, label: str) -> Collection | None:
    return next((artist for artist in axes.collections if artist.get_label() == label), None)


def outline_count(axes: Axes, label: str) -> int:
    artist = drawn(axes, label)
    return 0 if artist is None else len(artist.get_paths())


# --- what is drawn --------------------------------------------------------------------------------------------


def test_the_overview_fills_every_community_once_in_the_band_it_is_in(figures, result):
    (axes,) = maps_of(figures["before"])
    expected = {"under": 1, "within": 9, "over": 1, "far_over": 1}
    assert {status: outline_count(axes, f"status {status}") for status in STATUS_ORDER} == expected


def test_a_band_has_its_colour_and_its_hatch(figures):
    (axes,) = maps_of(figures["before"])
    artists = {status: drawn(axes, f"status {status}") for status in STATUS_ORDER}
    assert {status: to_hex(artist.get_facecolor()[0]) for status, artist in artists.items()} == STATUS_FILL
    assert {status: artist.get_hatch() or "" for status, artist in artists.items()} == STATUS_HATCH


def test_bands_differ_in_a_grey_print():
    grey = sorted(np.array([0.299, 0.587, 0.114]) @ np.array(rgb(colour)) for colour in STATUS_FILL.values())
    assert min(np.diff(grey)) > 0.08


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def test_the_overview_after_hatches_the_moved_units_and_outlines_the_new_community(figures, result):
    (axes,) = maps_of(figures["after"])
    moved = drawn(axes, "moved")
    assert moved.get_hatch() == MOVED_HATCH
    assert len(moved.get_paths()) == int((ground_of(result).moved.index).size)
    assert outline_count(axes, "新设社区") == 1
    assert outline_count(axes, "撤销界线") > 0


def test_the_overview_before_shows_nothing_of_the_plan(figures):
    (axes,) = maps_of(figures["before"])
    assert [drawn(axes, label) for label in ("moved", "新设社区", "拟调整界线", "撤销界线")] == [None] * 4


def test_a_case_has_its_communities_before_and_after(figures):
    before, after = maps_of(figures["原则-01"])
    assert (outline_count(before, "part 东二"), outline_count(before, "part 东街街道新设1")) == (1, 0)
    assert (outline_count(after, "part 东二"), outline_count(after, "part 东街街道新设1")) == (1, 1)


def test_a_community_keeps_its_colour_from_before_to_after(figures):
    colours = {to_hex(drawn(axes, "part 东二").get_facecolor()[0]) for axes in maps_of(figures["原则-01"])}
    assert len(colours) == 1


def test_before_and_after_of_a_case_show_the_same_ground(figures):
    before, after = maps_of(figures["原则-01"])
    assert (before.get_xlim(), before.get_ylim()) == (after.get_xlim(), after.get_ylim())


def test_a_case_draws_only_its_own_changes_as_changes(compliance_result):
    _, after = maps_of(case_sheet(compliance_result, "达标-03"))
    assert outline_count(after, "新设社区") == 0
    assert outline_count(after, "拟调整界线") > 0
    case = ground_of(compliance_result).after.geometry[["东五", "东六"]]
    place = shapely.buffer(shapely.union_all(case.to_numpy()), 2 * TOLERANCE_M)
    lines = shapely.multilinestrings([shapely.linestrings(p.vertices) for p in drawn(after, "拟调整界线").get_paths()])
    assert shapely.covers(shapely.buffer(place, 1e-6), lines)


def test_given_axes_get_the_map_without_the_sheet(result):
    figure = Figure()
    axes = figure.add_subplot()
    assert overview(result, "before", ax=axes) is figure
    assert outline_count(axes, "status within") == 9
    assert texts(figure, "title") == []


def test_an_unknown_case_is_an_error(result):
    with pytest.raises(KeyError):
        case_sheet(result, "原则-99")


# --- what is written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_says_what_it_is(figures, name):
    figure = figures[name]
    for gid in ("title", "scale", "north", "数据来源", "数据期次与口径", "规则", "坐标系", "制图单位", "制图日期"):
        assert len(texts(figure, gid)) == 1, gid
    assert texts(figure, "disclaimer") == [DISCLAIMER]
    assert texts(figure, "sketch mark") == [SKETCH_MARK]
    assert "EPSG:4525" in texts(figure, "坐标系")[0]
    assert len(texts(figure, "scale number")) >= 3
    assert len(texts(figure, "legend entry")) >= 6


@pytest.mark.parametrize("name", SHEETS)
def test_a_made_up_area_says_so_on_every_sheet(figures, name):
    assert texts(figures[name], "mark") == [SYNTHETIC_MARK]


@pytest.mark.parametrize("name", ["before", "达标-01"])
def test_a_real_area_has_no_synthetic_mark(compliance_result, name):
    assert texts(sheet_of(compliance_result, name), "mark") == []


@pytest.mark.parametrize("name", ["before", "after", "达标-01"])
def test_a_sketch_says_so_on_every_sheet(compliance_result, name):
    assert texts(sheet_of(sketched(compliance_result), name), "mark") == [SPREAD_MARK]


@pytest.mark.parametrize(("severity", "said"), [("warning", [OFFSET_MARK]), ("note", [])])
def test_a_plan_on_a_layer_that_seems_off_says_so_on_its_sheets(compliance_result, severity, said):
    row = problem(severity, "units", OFFSET, "It lies 583 m off.", "Write offset.", id="GCJ-02")
    area = replace(compliance_result.area, problems=problems_table([row]))
    assert said == texts(sheet_of(replace(compliance_result, area=area), "before"), "mark")


def test_titles_say_which_map_it_is(figures):
    assert [texts(figure, "title")[0] for figure in figures.values()] == [
        "示例区社区规模现状图（调整前）",
        "示例区社区规模调整示意图（调整后，原则方案）",
        "东二社区拆分示意图",
        "西四、西五社区合并示意图",
    ]


def test_every_community_is_named_with_its_households(figures, result):
    labels = texts(figures["before"], "community label")
    households = result.area.communities["households"]
    names = {label.split("\n")[0] for label in labels}
    assert names == set(households.index)
    assert f"东一\n{households['东一']:,}户".replace(",", " ") in labels


def test_communities_that_the_rules_ask_about_carry_their_sign(figures):
    labels = texts(figures["before"], "community label")
    assert sorted(label.split("\n")[0] for label in labels if label.endswith("▲")) == ["东二"]
    assert sorted(label.split("\n")[0] for label in labels if label.endswith("◆")) == ["西四"]


def test_the_case_table_shows_each_community_before_and_after(figures, result):
    ground = ground_of(result)
    cells = texts(figures["原则-01"], "number")
    after = ground.after["households"]
    for count in (ground.before.loc["东二", "households"], after["东二"], after["东街街道新设1"]):
        assert f"{count:,}".replace(",", " ") in cells
    assert "新设" in cells
    assert "撤销" in texts(figures["原则-02"], "number")


def test_the_case_sheet_gives_the_reason_whole(figures, result):
    reason = result.proposals["principle"].cases.set_index("case_id").loc["原则-01", "reason"]
    assert texts(figures["原则-01"], "理由")[0].replace("\n", "") == reason


@pytest.mark.parametrize("proof", PROOF_ORDER)
def test_every_proof_has_its_sentence(proof):
    expected = {**PROOF_SENTENCES, "gap": "未证明最优：与理论最好值的差距不超过3.0%。"}
    assert proof_sentence(proof, 0.03) == expected[proof]


def test_characters_that_no_font_has_become_a_mark():
    assert printable("怡景" + chr(0x2A6D6)) == "怡景" + MISSING


# --- labels keep apart ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_no_label_touches_another_or_leaves_its_map(figures, name):
    figure = figures[name]
    renderer = figure.canvas.get_renderer()
    for axes in maps_of(figure):
        written = [text for text in axes.texts if text.get_gid() in MAP_LABELS]
        boxes = [text.get_window_extent(renderer) for text in written]
        touching = [
            (one.get_text(), other.get_text())
            for (one, a), (other, b) in combinations(zip(written, boxes, strict=True), 2)
            if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
        ]
        assert touching == []
        frame = axes.get_window_extent(renderer)
        assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
        assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_beside_the_map_is_cut_off_by_the_paper(figures, name):
    figure = figures[name]
    renderer = figure.canvas.get_renderer()
    (page,) = (axes for axes in figure.axes if axes.get_label() == "page")
    boxes = {text.get_text(): text.get_window_extent(renderer) for text in page.texts if text.get_text()}
    width, height = figure.bbox.size
    assert [text for text, box in boxes.items() if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height] == []


@given(
    widths=st.lists(st.floats(20, 400), min_size=1, max_size=30),
    names=st.lists(st.text("社区怡景花园东西南北0123456789", min_size=1, max_size=8), min_size=30, max_size=30),
)
@settings(deadline=None, max_examples=40)
def test_placed_labels_never_overlap_whatever_the_shapes(widths, names):
    rights = np.cumsum(widths)
    shapes = shapely.box(rights - widths, 0, rights, 150)
    wanted = [
        Wanted(
            str(number),
            shape,
            [Setting(names[number], size) for size in (9.0, 6.0)]
            + [Setting(names[number], 6.0, inside=0.4), Setting(str(number), 6.0, leader=True)],
        )
        for number, shape in enumerate(shapes)
    ]
    frame = (0.0, -200.0, float(rights[-1]), 350.0)
    boxes = shapely.box(*np.array([label.box for label in place_labels(wanted, frame, 10_000)]).T.reshape(4, -1))
    assert shapely.STRtree(boxes).query(boxes, predicate="overlaps").size == 0
    assert shapely.covers(shapely.box(*frame), boxes).all()


def test_a_label_that_fits_stands_in_its_shape():
    (placed,) = place_labels(
        [Wanted("a", shapely.box(0, 0, 1000, 1000), [Setting("怡景", 8.0)])], (0, 0, 1000, 1000), 1e4
    )
    assert (placed.x, placed.y) == pytest.approx((500, 500), abs=20)


def test_a_shape_too_small_gets_its_number_beside_it():
    settings_ = [Setting("怡景花园", 8.0), Setting("7", 6.0, leader=True)]
    (placed,) = place_labels([Wanted("a", shapely.box(490, 490, 510, 510), settings_)], (0, 0, 1000, 1000), 1e4)
    assert placed.setting.text == "7"
    assert placed.foot == pytest.approx((500, 500), abs=2)


def test_communities_without_room_are_numbered_those_outside_the_limits_first():
    x, y = (axis.ravel() * 10.0 for axis in np.meshgrid(np.arange(10), np.arange(10)))
    communities = gpd.GeoDataFrame(
        {
            "label": [f"第{number}社" for number in range(100)],
            "households": 2000,
            "status": np.where(np.arange(100) % 25 == 0, "over", "within"),
            "sign": "",
            "changed": False,
        },
        geometry=shapely.box(x, y, x + 10, y + 10),
        index=[f"c{number}" for number in range(100)],
    )
    parents = gpd.GeoSeries([shapely.box(0, 0, 100, 100)], index=["东街街道"])
    labels = label_overview(communities, parents, fit((0, 0, 100, 100), 20.0, 20.0, margin=0.5), key_room=6)
    assert {"c0", "c25", "c50", "c75"} <= {key for _, key in labels.key}
    assert len(labels.key) == 6
    assert labels.unnamed == 94


# --- lines, text, view ----------------------------------------------------------------------------------------


def test_every_border_is_drawn_once(result):
    ground = ground_of(result)
    borders = ground.borders_before
    drawn_m = sum(line.length for line in (borders.area, borders.subdistricts, borders.kept))
    assert drawn_m == pytest.approx(outlines(ground.before.geometry).length, abs=40 * TOLERANCE_M)


def test_a_plan_that_changes_nothing_adjusts_no_border(result):
    units = result.area.units
    shapes, parents = merged(units, units["community"]), merged(units, units["subdistrict"])
    borders = borders_of(shapes, parents, beside=shapes)
    assert (borders.adjusted.is_empty, borders.given_up.is_empty) == (True, True)


def test_shapes_that_fit_only_roughly_still_give_one_line():
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100.2, 0, 200, 100)
    units = gpd.GeoSeries([left, right], index=["a", "b"])
    parent = gpd.GeoSeries([shapely.union(left, right)], index=["s"])
    assert borders_of(units, parent, beside=units).adjusted.is_empty


@given(text=st.text("社区拆分，。（户）、；”", max_size=60), width=st.floats(10, 60))
@settings(deadline=None)
def test_wrapped_text_keeps_every_sign_and_the_width(text, width):
    lines = wrapped(text, width, 7.0)
    assert "".join(lines) == text
    for line in lines:
        assert width_mm(line.rstrip("".join(NEVER_FIRST)), 7.0) <= width
    assert [line for line in lines[1:] if line[0] in NEVER_FIRST] == []


def test_wrapping_leaves_numbers_whole():
    assert wrapped("超过4000户", 7.0, 7.0) == ["超过", "4000", "户"]


@given(
    left=st.floats(-1e6, 1e6),
    bottom=st.floats(-1e6, 1e6),
    width=st.floats(50, 1e5),
    height=st.floats(50, 1e5),
)
def test_a_view_holds_what_it_should_show(left, bottom, width, height):
    view = fit((left, bottom, left + width, bottom + height), 200.0, 150.0)
    assert view.left <= left
    assert view.bottom <= bottom
    assert view.right >= left + width
    assert view.top >= bottom + height
    assert view.right - view.left == pytest.approx(200.0 * view.scale / 1000)


@given(scale=st.floats(500, 1e6))
def test_the_scale_bar_is_round_and_fits(scale):
    step, count = bar_lengths(scale, 46.0)
    assert step * count * 1000 / scale <= 46.0
    assert step * count * 1000 / scale > 15.0


# --- files ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(result: Result, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every file of the principle plan, written by one process."""
    return draw_maps(result, tmp_path_factory.mktemp("maps"))


def test_every_map_is_written_as_png_and_pdf(written):
    stems = ("overview-before", "overview-after", "case-p01", "case-p02")
    assert [path.name for path in written] == [f"{stem}.{ending}" for stem in stems for ending in ("png", "pdf")]
    assert sorted(written[0].parent.iterdir()) == sorted(written)


def test_png_is_a4_at_200_dpi(written):
    with Image.open(written[0]) as image:
        assert image.size == (2338, 1653)


def test_two_processes_write_the_same_bytes_as_one(result, written, tmp_path):
    first = dataclasses.replace(result.proposals["principle"], cases=result.proposals["principle"].cases.iloc[:1])
    again = draw_maps(dataclasses.replace(result, proposals={"principle": first}), tmp_path, jobs=2)
    alone = {path.name: path.read_bytes() for path in written}
    assert {path.name: path.read_bytes() == alone[path.name] for path in again} == {path.name: True for path in again}


def test_a_pdf_embeds_its_font_and_no_date(written):
    content = next(path for path in written if path.suffix == ".pdf").read_bytes()
    assert b"NotoSansCJKsc" in content
    assert b"CreationDate" not in content


# --- the font -------------------------------------------------------------------------------------------------


def file_of(text: Text) -> str:
    return findfont(text.get_fontproperties())


def test_the_shipped_font_is_drawn_with_whatever_the_machine_has():
    files = [findfont(FontProperties(family=families(), weight=weight)) for weight in ("normal", "bold")]
    assert files == [str(path_of(bold)) for bold in (False, True)]


@given(letters=st.text("社区拆分明德街道一1234567890 —㎡▲", min_size=1), bold=st.booleans())
@settings(deadline=None, max_examples=15)
def test_a_small_face_has_its_letters_as_wide_as_the_shipped_font(tmp_path_factory, letters, bold):
    small = FT2Font(str(write_face(letters, bold, tmp_path_factory.mktemp("face"))))
    whole = FT2Font(str(path_of(bold)))
    assert {ord(letter) for letter in letters} <= set(small.get_charmap())
    assert [advance(whole, letter) for letter in letters] == [advance(small, letter) for letter in letters]


def advance(face: FT2Font, letter: str) -> int:
    return face.load_char(ord(letter), flags=LoadFlags.NO_SCALE).horiAdvance


def test_a_small_face_is_the_same_file_for_the_same_letters(tmp_path):
    first = write_face("明德街道", False, tmp_path).read_bytes()
    assert write_face("道街德明明", False, tmp_path).read_bytes() == first


def test_small_faces_serve_only_while_they_are_asked_for():
    figure = Figure()
    texts = [figure.text(0, 0, words, family=families(), weight="bold") for words in ("社区", "社区" + chr(0x2A6D6))]
    before = [file_of(text) for text in texts]
    with small_faces(figure):
        changed = [file_of(text) != old for text, old in zip(texts, before, strict=True)]
    assert changed == [True, False]
    assert [file_of(text) for text in texts] == before


def test_units_drawn_to_the_edges_of_roads_have_no_border_of_the_area_around_each(result):
    units = result.area.units
    apart = units.set_geometry(units.buffer(-8, join_style="mitre"))
    communities, subdistricts = (drawn_together(merged(apart, apart[name])) for name in ("community", "subdistrict"))
    area = borders_of(communities, subdistricts).area
    hull = shapely.union_all(units.geometry.to_numpy())
    assert area.length == pytest.approx(hull.length, rel=0.05)
    assert communities.count_coordinates().sum() < apart.geometry.count_coordinates().sum()


def test_units_that_touch_are_drawn_as_they_are(result):
    units = result.area.units
    shapes = merged(units, units["community"])
    assert drawn_together(shapes) is shapes
