"""Offsets of web maps and other shifts are suspected where the layers show them, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely import box

from pipeline.read.coordinates import find_offsets
from pipeline.read.coordinates.shifts import ANOTHER, AS_GIVEN, Ground, Hypothesis
from pipeline.read.sources import Source
from pipeline.results import Offset
from pipeline.settings import LayerSection, Settings, load_settings

HOHHOT = (555_690.0, 4_519_680.0)
ROLES = ("units", "communities", "subdistricts", "roads", "premises", "buildings")
Change = Callable[[np.ndarray], np.ndarray]


def grid(cells: int, middle: tuple[float, float]) -> np.ndarray:
    """Draw rectangles of uneven width, `cells` by `cells`, as an array."""
    widths = np.resize([120.0, 90, 210, 150, 240, 100, 170, 130, 220, 110, 190, 95], cells)
    x = middle[0] - widths.sum() / 2 + np.concatenate([[0], np.cumsum(widths)])
    y = middle[1] - widths.sum() / 2 + np.concatenate([[0], np.cumsum(np.roll(widths, 5))])
    return np.array([[box(x[c], y[r], x[c + 1], y[r + 1]) for c in range(cells)] for r in range(cells)])


def town(cells: int = 12, crs: str = "EPSG:4546", middle: tuple[float, float] = HOHHOT) -> dict[str, gpd.GeoDataFrame]:
    """Make units, communities of four units, roads around the communities, and four buildings in each unit."""
    shapes = grid(cells, middle)
    names = [f"社区{r // 2}-{c // 2}" for r in range(cells) for c in range(cells)]
    units = gpd.GeoDataFrame({"community": names}, geometry=shapes.ravel(), crs=crs)
    communities = units.dissolve("community", as_index=False)
    roads = gpd.GeoDataFrame({"name": communities["community"]}, geometry=communities.boundary, crs=crs)
    middles = shapely.get_coordinates(shapely.centroid(shapes.ravel()))
    around = [middles + step for step in ([-22, -21], [22, -21], [-22, 21], [22, 21])]
    houses = shapely.buffer(shapely.points(np.vstack(around)), 14, quad_segs=2)
    buildings = gpd.GeoDataFrame(geometry=houses, crs=crs)
    return {"units": units, "communities": communities, "roads": roads, "buildings": buildings}


def moved(shapes: gpd.GeoDataFrame, change: Change) -> gpd.GeoDataFrame:
    """Change every coordinate."""
    geometry = gpd.GeoSeries(shapely.transform(shapes.geometry.array, change), index=shapes.index, crs=shapes.crs)
    return shapes.set_geometry(geometry)


def shown(kind: str, middle: tuple[float, float] = HOHHOT) -> Change:
    """Show true points as a map with an offset does."""
    ground = Ground(CRS.from_epsg(4546), middle)
    return lambda xy: ground.shown(xy, Hypothesis(kind))


def find_in(layers: dict[str, gpd.GeoDataFrame]) -> tuple[dict[str, Offset], list[dict[str, str]]]:
    """Test layers against one another."""
    settings = Settings(area={"name": "城"}, **{role: LayerSection(path="") for role in ROLES})
    offsets, rows = find_offsets({role: Source(role, role, table) for role, table in layers.items()}, settings)
    return {offset.layer: offset for offset in offsets}, rows


def only(layers: dict[str, gpd.GeoDataFrame], *roles: str) -> dict[str, gpd.GeoDataFrame]:
    """Keep some layers."""
    return {role: layers[role] for role in roles}


def test_layers_that_agree_are_not_suspected() -> None:
    offsets, rows = find_in(town())
    assert [] == rows
    assert {"units", "communities", "roads", "buildings"} == set(offsets)
    assert all(offset.table["hypothesis"].iloc[0] == AS_GIVEN for offset in offsets.values())
    assert offsets["units"].table["confidence"].iloc[0] > 0.9


def test_one_layer_alone_says_nothing() -> None:
    assert ({}, []) == find_in(only(town(), "units"))


@pytest.mark.parametrize("kind", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("against", ["communities", "roads", "buildings"])
def test_one_trusted_layer_is_enough(kind: str, against: str) -> None:
    layers = only(town(), "units", against)
    layers["units"] = moved(layers["units"], shown(kind))
    _, rows = find_in(layers)
    assert [("units", kind)] == [(row["layer"], row["id"]) for row in rows]


def test_layers_traced_together_are_suspected_together() -> None:
    layers = town()
    for role in ("units", "communities"):
        layers[role] = moved(layers[role], shown("GCJ-02"))
    offsets, rows = find_in(layers)
    assert [("units", "GCJ-02"), ("communities", "GCJ-02")] == [(row["layer"], row["id"]) for row in rows]
    assert offsets["units"].moved.hausdorff_distance(town()["units"].geometry).max() < 0.01


def test_digitising_errors_neither_raise_nor_hide_a_suspicion() -> None:
    def shaky(xy: np.ndarray) -> np.ndarray:
        return xy + 8 * np.column_stack([np.sin(xy @ [12.9, 78.2]), np.cos(xy @ [45.1, -31.7])])

    layers = town()
    layers["units"] = moved(layers["units"], shaky)
    assert [] == find_in(layers)[1]
    layers["units"] = moved(layers["units"], shown("GCJ-02"))
    assert ["GCJ-02"] == [row["id"] for row in find_in(layers)[1]]


def test_a_shift_of_an_old_datum_is_told_as_unexplained() -> None:
    layers = town()
    layers["communities"] = moved(layers["communities"], lambda xy: xy + np.array([60, -80]))
    offsets, rows = find_in(layers)
    assert [("communities", "warning", ANOTHER)] == [(row["layer"], row["severity"], row["id"]) for row in rows]
    assert "It lies 100 m towards 144° from where units、roads show the same places" in rows[0]["detail"]
    assert "no map offset explains that, an old datum (Xian 1980, Beijing 1954) would" in rows[0]["detail"]
    best = offsets["communities"].table.iloc[0]
    assert (ANOTHER, "best", 100.0) == (best["hypothesis"], best["verdict"], round(best["shift_m"]))


def test_between_two_layers_it_is_not_said_which_one_lies_off() -> None:
    layers = only(town(), "units", "communities")
    layers["communities"] = moved(layers["communities"], lambda xy: xy + np.array([60, -80]))
    assert "communities may as well be the one that lies off" in find_in(layers)[1][0]["detail"]


def test_few_features_make_a_note_at_most() -> None:
    layers = only(town(4), "units", "communities")
    layers["units"] = moved(layers["units"], shown("GCJ-02"))
    for row in find_in(layers)[1]:
        assert "note" == row["severity"] or float(row["detail"].split()[-1].rstrip(".")) >= 0.5
    layers = only(town(2), "units", "communities")
    layers["units"] = moved(layers["units"], shown("GCJ-02"))
    assert ({}, []) == find_in(layers)


def test_outside_china_no_map_offset_is_thought_of() -> None:
    offsets, rows = find_in(town(crs="EPSG:27700", middle=(360_000.0, 172_000.0)))
    assert [] == rows
    assert {AS_GIVEN} == {how for offset in offsets.values() for how in offset.table["hypothesis"]}


def test_features_without_shape_do_no_harm() -> None:
    layers = town()
    layers["units"] = layers["units"].copy()
    layers["units"].loc[3, "geometry"] = None
    assert [] == find_in(layers)[1]


@pytest.mark.parametrize("name", ["camden_oa11", "tw_datong"])
def test_real_units_and_coarser_communities_are_not_suspected(shared: Path, name: str) -> None:
    units = gpd.read_file(shared / "data" / f"{name}.gpkg.zip", layer="units")
    communities = units.dissolve("community", as_index=False)[["community", "geometry"]]
    coarse = communities.set_geometry(communities.geometry.simplify(20))
    assert [] == find_in({"units": units, "communities": coarse})[1]


def test_the_sample_area_is_not_suspected() -> None:
    folder = Path(__file__).parents[2] / "data" / "raw" / "sample"
    settings = load_settings(folder)
    layers = {role: gpd.read_file(folder / f"{role}.gpkg") for role in ("units", "communities", "roads")}
    layers["communities"] = layers["communities"].rename(columns={"社区": "community"})
    sources = {role: Source(role, role, table) for role, table in layers.items()}
    assert [] == find_offsets(sources, settings)[1]
