"""Lists the layers that a file, an archive or a drawing holds, and reads one of them as it is."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.read.layers.archives import ARCHIVES, unpack
from pipeline.read.layers.companions import readable
from pipeline.read.layers.dxf import read_dxf
from pipeline.read.layers.found import Found, Refused
from pipeline.read.layers.kml import read_kml
from pipeline.read.layers.ogr import list_layers, read_ogr
from pipeline.read.sources import Rows, Source, Unreadable

GROUP_COLUMN = {".kml": "folder", ".ovkml": "folder", ".dxf": "layer"}
"""Endings of drawings, and the column that tells the folder or CAD layer of a feature."""

_PARQUET = (".parquet", ".geoparquet")
_NOT_READ = {
    ".dwg": "In CAD save it as DXF (AutoCAD 2000 or later, ASCII).",
    ".ovobj": "In 奥维 export it as KML (.kml or .ovkml).",
    ".rar": "Unpack it, or pack it as .zip.",
    ".7z": "Unpack it, or pack it as .zip.",
    ".mdb": "Export its layers to a .gpkg or .gdb.",
    ".mpk": "Unpack it and name the data in it.",
    **dict.fromkeys((".mxd", ".aprx", ".qgz", ".qgs", ".lyr", ".lyrx"), "It is a map; name the data that it shows."),
    **dict.fromkeys(
        (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".doc", ".docx", ".ppt", ".pptx"),
        "It is a picture or a text: draw its areas in QGIS or CAD and save them as a layer.",
    ),
}


def layers_in(path: Path, folder: Path, role: str) -> tuple[list[Found], Rows]:
    """List the layers of a file or archive; copies and unpacked files lie in `folder`. Raises Unreadable."""
    if advice := _NOT_READ.get(path.suffix.lower()):
        raise Refused(f"Files of the kind {path.suffix.lower()} cannot be read", advice)
    if path.suffix.lower() not in ARCHIVES:
        return _in_file(path, folder / "0", role, path.name)
    files = unpack(path, folder / "unpacked")
    found: list[Found] = []
    rows: Rows = []
    for number, file in enumerate(files):
        alone = len(files) == 1 and (path.suffix.lower() == ".kmz" or path.name.startswith(file.name))
        shown = "" if alone else file.name
        held, told = _in_file(file, folder / str(number), role, f"{path.name} {shown}".strip())
        rows += told
        for one in held:
            name = file.stem if len(held) == 1 and len(files) > 1 else one.name
            found.append(replace(one, name=name, shown=f"{shown} {one.shown}".strip()))
    return found, rows


def _in_file(path: Path, folder: Path, role: str, label: str) -> tuple[list[Found], Rows]:
    ending = path.suffix.lower()
    if ending in GROUP_COLUMN:
        return [Found(path.stem, "Drawing", path)], []
    if ending in _PARQUET:
        return [Found(path.stem, "Unknown", path)], []
    folder.mkdir(exist_ok=True)
    path, rows = readable(path, folder, role, label)
    own = path.name.split(".")[0]
    return [Found(name, kind, path, name, "" if name == own else name) for name, kind in list_layers(path)], rows


def read_found(file: Path, one: Found, role: str) -> tuple[Source, Rows]:
    """Read a layer as it is, features numbered from 1; `file` is the file that area.toml names. Raises Unreadable."""
    label = f"{file.name} {one.shown}".strip()
    ending = one.path.suffix.lower()
    if ending in (".kml", ".ovkml"):
        table, rows = read_kml(one.path, role, label)
    elif ending == ".dxf":
        table, rows = read_dxf(one.path, role, label)
    elif ending in _PARQUET:
        table, rows = _read_parquet(one.path), []
    else:
        table, rows = read_ogr(one.path, one.layer, role, label)
    return Source(role, label, table), rows


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        table = gpd.read_parquet(path)
    except ValueError as error:  # also what pyarrow raises
        raise Unreadable(f"It is not a GeoParquet file: {error}") from error
    table = table.rename_geometry("geometry") if table.geometry.name != "geometry" else table
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table
