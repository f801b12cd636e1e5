import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio
import pytest
from findings import with_findings
from variants import renamed, unchanged

from pipeline.dossier.layers import FIXED_DATE, write_layers
from pipeline.results import Result

LAYERS = ["units", "communities_before", "communities_after", "changes", "cases"]


@pytest.fixture(scope="module")
def path(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("layers")
    write_layers(result, folder)
    return folder / "plan.gpkg"


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def style(path: Path, layer: str) -> ElementTree.Element:
    ((text,),) = asked(path, f"SELECT styleQML FROM layer_styles WHERE f_table_name = '{layer}'")
    return ElementTree.fromstring(str(text))


def total(result: Result) -> int:
    return int(result.area.units["households"].sum())


def test_the_file_has_the_layers_of_the_contract_and_their_styles(path: Path) -> None:
    assert [*LAYERS, "layer_styles"] == [str(name) for name in pyogrio.list_layers(path)[:, 0]]


@pytest.mark.parametrize("layer", ["units", "communities_before", "communities_after"])
def test_households_of_a_layer_add_up_to_the_total_of_the_units(path: Path, result: Result, layer: str) -> None:
    assert total(result) == gpd.read_file(path, layer=layer)["households"].sum()


def test_households_of_the_changes_are_those_that_move(path: Path, result: Result) -> None:
    units, plan = result.area.units, result.proposals["principle"].plan
    moved = units.loc[plan != units["community"], "households"].sum()
    assert moved == gpd.read_file(path, layer="changes")["households"].sum()


@pytest.mark.parametrize("layer", ["communities_before", "communities_after"])
def test_the_communities_cover_the_ground_of_the_units(path: Path, result: Result, layer: str) -> None:
    assert result.area.units.area.sum() == pytest.approx(gpd.read_file(path, layer=layer).area.sum())


def test_the_changes_cover_the_ground_of_the_units_that_move(path: Path, result: Result) -> None:
    units, plan = result.area.units, result.proposals["principle"].plan
    moved = units[plan != units["community"]].area.sum()
    assert moved == pytest.approx(gpd.read_file(path, layer="changes").area.sum())


def test_the_working_crs_is_kept(path: Path, result: Result) -> None:
    assert [result.area.units.crs] * len(LAYERS) == [gpd.read_file(path, layer=layer).crs for layer in LAYERS]


def test_a_case_stands_on_the_ground_of_the_communities_it_starts_from(path: Path, result: Result) -> None:
    cases = gpd.read_file(path, layer="cases").set_index("case_id")
    ground = result.area.units[result.area.units["community"] == "东二"].area.sum()
    assert ground == pytest.approx(cases.geometry["原则-01"].area)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_opens_with_a_style_of_its_own(path: Path, layer: str) -> None:
    found = asked(path, f"SELECT useAsDefault, f_geometry_column FROM layer_styles WHERE f_table_name = '{layer}'")
    assert [(1, "geom")] == found


@pytest.mark.parametrize("layer", LAYERS)
def test_every_value_of_the_styled_column_has_a_category_with_a_symbol(path: Path, layer: str) -> None:
    renderer = style(path, layer).find("renderer-v2")
    assert renderer is not None
    symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
    drawn = {one.get("value") for one in renderer.iter("category") if one.get("symbol") in symbols}
    assert set() == set(gpd.read_file(path, layer=layer)[renderer.get("attr")]) - drawn


@pytest.mark.parametrize("layer", LAYERS)
def test_every_field_has_a_chinese_name(path: Path, layer: str) -> None:
    fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
    aliases = {one.get("field"): one.get("name", "") for one in style(path, layer).iter("alias")}
    assert [] == [field for field in fields if aliases.get(field, field).isascii()]


@pytest.mark.parametrize("layer", LAYERS)
def test_labels_have_a_halo(path: Path, layer: str) -> None:
    buffers = [one.get("bufferDraw") for one in style(path, layer).iter("text-buffer")]
    assert ["1"] == buffers


def test_labels_name_the_community_and_its_households(path: Path) -> None:
    (text,) = style(path, "communities_after").iter("text-style")
    assert ['"community"', '"households"'] == [
        name for name in ('"community"', '"households"') if name in text.get("fieldName", "")
    ]


def test_the_styles_are_listed_among_the_contents(path: Path) -> None:
    query = "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
    assert [("attributes",)] == asked(path, query)


def test_no_date_of_the_day_stays_in_the_file(path: Path) -> None:
    dates = asked(path, "SELECT last_change FROM gpkg_contents UNION SELECT update_time FROM layer_styles")
    assert [(FIXED_DATE,)] == dates


def test_a_name_with_quotes_and_markup_is_kept(result: Result, tmp_path: Path) -> None:
    name = """'"<b>&东二"""
    write_layers(renamed(result, "东二", name), tmp_path)
    assert name in gpd.read_file(tmp_path / "plan.gpkg", layer="communities_after")["community"].tolist()


def test_a_plan_that_changes_nothing_has_empty_layers_of_changes_and_cases(result: Result, tmp_path: Path) -> None:
    write_layers(unchanged(result), tmp_path)
    assert [0, 0] == [len(gpd.read_file(tmp_path / "plan.gpkg", layer=name)) for name in ("changes", "cases")]


def test_written_twice_the_file_is_the_same(path: Path, result: Result, tmp_path: Path) -> None:
    write_layers(result, tmp_path)
    assert path.read_bytes() == (tmp_path / "plan.gpkg").read_bytes()


def test_a_made_up_area_is_marked_in_the_description_of_every_layer(path: Path) -> None:
    texts = asked(path, "SELECT description FROM gpkg_contents WHERE data_type = 'features'")
    assert [True] * len(LAYERS) == ["合成数据" in str(text) for (text,) in texts]


@pytest.fixture(scope="module")
def mended(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("mended")
    write_layers(with_findings(result), folder)
    return folder / "plan.gpkg"


def test_repairs_are_a_layer_of_their_own_when_there_are_any(mended: Path) -> None:
    assert [*LAYERS, "repairs", "layer_styles"] == [str(name) for name in pyogrio.list_layers(mended)[:, 0]]


def test_every_repair_is_drawn_as_a_polygon_even_where_its_piece_is_a_line(mended: Path) -> None:
    table = gpd.read_file(mended, layer="repairs")
    assert ["yes", "yes", "yes", "no"] == table["done"].tolist()
    assert {"MultiPolygon"} == set(table.geom_type)
    assert (table.area > 0).all()


def test_the_layer_of_repairs_opens_with_a_style_and_chinese_names(mended: Path) -> None:
    drawn = {one.get("value") for one in style(mended, "repairs").iter("category")}
    aliases = [one.get("name", "") for one in style(mended, "repairs").iter("alias")]
    assert ({"yes", "no"}, []) == (drawn, [name for name in aliases if name.isascii()])
