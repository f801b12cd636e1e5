"""Reads layers of shapes: GeoPackage, GeoParquet, Shapefile, GeoJSON, KML, also zipped."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from pipeline.read.sources import Unreadable

LAYER_NAMES = {
    "units": ("units", "unit", "单元", "基本单元", "小区", "网格"),
    "communities": ("communities", "community", "社区"),
    "subdistricts": ("subdistricts", "subdistrict", "街道"),
    "roads": ("roads", "road", "道路", "ways"),
    "water": ("water", "水系", "河流", "ways"),
    "railways": ("railways", "railway", "铁路", "ways"),
    "premises": ("premises", "用房", "办公用房"),
    "buildings": ("buildings", "building", "建筑物", "建筑", "房屋", "楼栋"),
}
"""Names by which the layer of a section is recognised in a file with several."""


def read_layer(path: Path, layer: str | None, role: str) -> tuple[gpd.GeoDataFrame, str]:
    """Read one layer, flat (no Z), features numbered from 1 in the index; give it with the layer's name.

    Attributes keep their names. `crs` is the file's, None where it has none. Raises Unreadable.
    """
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        shapes, name = _read_parquet(path), ""
    else:
        name = _layer_name(path, layer, role)
        shapes = _read_ogr(path, name)
    if not isinstance(shapes, gpd.GeoDataFrame):
        raise Unreadable("It has no shapes, only a table")
    shapes = shapes.rename_geometry("geometry") if shapes.geometry.name != "geometry" else shapes
    shapes = shapes.set_geometry(shapely.force_2d(shapes.geometry.array), crs=shapes.crs)
    shapes.index = pd.RangeIndex(1, len(shapes) + 1)
    return shapes, name if name != path.name.split(".")[0] else ""


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except ValueError as error:  # also what pyarrow raises
        raise Unreadable(f"It is not a GeoParquet file: {error}") from error


def _layer_name(path: Path, layer: str | None, role: str) -> str:
    """Choose the layer: the one given, the only one, or the one named like the section."""
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise Unreadable(f"It is not a layer file that can be read: {error}") from error
    if layer is not None:
        if layer in names:
            return layer
        raise Unreadable(f"There is no layer {layer!r}; layers: {', '.join(names)}")
    if len(names) == 1:
        return names[0]
    for usual in LAYER_NAMES[role]:
        for name in names:
            if name.lower() == usual:
                return name
    raise Unreadable(f'It has several layers ({", ".join(names)}): say which, layer = "…"' if names else "It is empty")


def _read_ogr(path: Path, layer: str) -> gpd.GeoDataFrame:
    options = {"encoding": encoding} if (encoding := _dbf_encoding(path)) else {}
    try:
        return pyogrio.read_dataframe(path, layer=layer, use_arrow=True, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise Unreadable(f"Layer {layer} cannot be read: {error}") from error


def _dbf_encoding(path: Path) -> str:
    """Guess the encoding of a Shapefile that does not tell it: UTF-8 if every byte fits, else GB18030."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or not table.is_file() or path.with_suffix(".cpg").is_file():
        return ""
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def companions(path: Path) -> list[Path]:
    """List the files that are read when `path` is opened: of a Shapefile also its .dbf, .shx, .prj and .cpg."""
    if path.suffix.lower() != ".shp":
        return [path]
    wanted = {".shp", ".dbf", ".shx", ".prj", ".cpg"}
    return sorted(near for near in path.parent.glob(f"{path.stem}.*") if near.suffix.lower() in wanted)
