"""Reads layers of shapes, whatever the file: Shapefile, GeoPackage, GeoJSON, KML, DXF, geodatabase, also zipped.

The rooms: found (which layers of a file), archives and companions (where they can be read), ogr with bytewise and
encodings, kml, dxf with drawings, outlines (lines to areas), labels (texts on the map). Raw files are only ever read.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.read.layers.archives import ARCHIVES, unpack
from pipeline.read.layers.companions import companions, readable
from pipeline.read.layers.drawings import best_texts, in_drawing, with_parents
from pipeline.read.layers.dxf import read_dxf
from pipeline.read.layers.found import AREAL, Found, Refused, choose
from pipeline.read.layers.kml import read_kml
from pipeline.read.layers.labels import Labels, in_crs_of, labels_of, named
from pipeline.read.layers.ogr import list_layers, read_ogr
from pipeline.read.layers.outlines import closed, faces, is_area, is_line, is_point
from pipeline.read.layers.strays import without_strays
from pipeline.read.sources import Rows, Source
from pipeline.read.tables import Unreadable
from pipeline.settings import LayerSection, Settings

__all__ = ["Refused", "companions", "label_files", "read_layers"]

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
_DRAWINGS = {".kml": "folder", ".ovkml": "folder", ".dxf": "layer"}


def read_layers(path: Path, settings: Settings, role: str) -> tuple[list[Source], Rows]:
    """Read the layers of a file that are a section: sources under the file's own column names, flat (no Z).

    Features bear the numbers that they have in the file, counted from 1. `crs` is the file's, None where it says none.
    Several sources where the section lies in several layers. Raises Unreadable.
    """
    if advice := _NOT_READ.get(path.suffix.lower()):
        raise Refused(f"Files of the kind {path.suffix.lower()} cannot be read", advice)
    section: LayerSection = getattr(settings, role)
    with TemporaryDirectory(prefix="huajie-", ignore_cleanup_errors=True) as folder:
        found, rows = _found(path, Path(folder), role)
        chosen, told = choose(found, section.layer, role, path.name)
        rows += told
        sources = []
        for one in chosen:
            source, told = _source(path, one, found, settings, role)
            if len(chosen) > 1:
                table = with_parents(source.table, [one.name] * len(source.table), role)
                source = replace(source, table=table)
            sources.append(_flat(source))
            rows += told
    return sources, rows


def _found(path: Path, folder: Path, role: str) -> tuple[list[Found], Rows]:
    """List the layers of a file or archive, and where they can be read."""
    if path.suffix.lower() not in ARCHIVES:
        return _in_file(path, folder, role, path.name)
    files = unpack(path, folder / "unpacked")
    found: list[Found] = []
    rows: Rows = []
    for number, file in enumerate(files):
        shown = "" if len(files) == 1 and path.name.startswith(file.name) else file.name
        shown = "" if path.suffix.lower() == ".kmz" else shown
        held, told = _in_file(file, folder / str(number), role, f"{path.name} {shown}".strip())
        found += [
            replace(
                one, name=file.stem if len(held) == 1 < len(files) else one.name, shown=f"{shown} {one.shown}".strip()
            )
            for one in held
        ]
        rows += told
    return found, rows


def _in_file(path: Path, folder: Path, role: str, label: str) -> tuple[list[Found], Rows]:
    ending = path.suffix.lower()
    if ending in _DRAWINGS:
        return [Found(path.stem, "Drawing", path)], []
    if ending in (".parquet", ".geoparquet"):
        return [Found(path.stem, "Unknown", path)], []
    folder.mkdir(exist_ok=True)
    path, rows = readable(path, folder, role, label)
    layers = list_layers(path)
    own = path.name.split(".")[0]
    return [Found(name, kind, path, name, "" if name == own else name) for name, kind in layers], rows


def _source(path: Path, one: Found, found: list[Found], settings: Settings, role: str) -> tuple[Source, Rows]:
    """Read one layer; of areas, close their outlines and join their labels."""
    section: LayerSection = getattr(settings, role)
    source, rows = _read(path, one, role)
    texts: dict[str, Labels] = {}
    if one.kind == "Drawing":
        drawn = in_drawing(source, _DRAWINGS[one.path.suffix.lower()], section.layer)
        source, texts, rows = drawn.shapes, drawn.texts, [*rows, *drawn.rows]
    if role not in AREAL:
        return _with_seen(source), rows
    source, told = closed(source)
    rows += told
    labels, told = _labels(path, source, texts, found, settings)
    rows += told
    if labels is not None and not labels.points.empty:
        labels = in_crs_of(labels, source.table)
        if is_line(source.table).any() and not is_area(source.table).any():
            source, told = faces(source, labels.points, labels.source.label)
            rows += told
        alone = bool(section.labels) and len(settings.paths(role)) == 1
        source, told = named(_with_seen(source), labels, section.mapped, all_here=alone)
        rows += told
    source, told = without_strays(source, has_units=settings.units is not None)
    return _with_seen(source), [*rows, *told]


def _labels(
    path: Path, source: Source, texts: dict[str, Labels], found: list[Found], settings: Settings
) -> tuple[Labels | None, Rows]:
    """Read the labels that the section names: a file, else a layer of the same file; in a drawing its own texts."""
    section: LayerSection = getattr(settings, source.role)
    if not section.labels:
        return best_texts(texts, source), []
    file = settings.folder / section.labels
    if file.is_file() or file.is_dir():
        with TemporaryDirectory(prefix="huajie-", ignore_cleanup_errors=True) as folder:
            held, rows = _found(file, Path(folder), source.role)
            return _labels_in(file, held, source.role, rows)
    if section.labels in texts:
        return texts[section.labels], []
    same = [one for one in found if one.name == section.labels]
    if not same:
        names = ", ".join([*texts, *(one.name for one in found)])
        detail = f"labels = {section.labels!r} is neither a file nor a layer of {path.name}; layers: {names}"
        raise Refused(detail, f"Mend labels under [{source.role}] in area.toml.")
    return _labels_in(path, same, source.role, [])


def _labels_in(path: Path, held: list[Found], role: str, rows: Rows) -> tuple[Labels, Rows]:
    """Take the labels of a file: its only layer, its only layer of points, or the points of a drawing."""
    pointed = [one for one in held if "Point" in one.kind] or held
    if len(pointed) != 1:
        names = ", ".join(one.name for one in held)
        raise Refused(f"The file of labels {path.name} has several layers: {names}", "Name a file with one.")
    source, told = _read(path, pointed[0], role)
    if pointed[0].kind == "Drawing":
        source = replace(source, table=source.table[is_point(source.table)])
    return labels_of(source), [*rows, *told]


def _read(path: Path, one: Found, role: str) -> tuple[Source, Rows]:
    """Read a layer as it is, features numbered from 1."""
    label = f"{path.name} {one.shown}".strip()
    ending = one.path.suffix.lower()
    if ending in (".kml", ".ovkml"):
        table, rows = read_kml(one.path, role, label)
    elif ending == ".dxf":
        table, rows = read_dxf(one.path, role, label)
    elif ending in (".parquet", ".geoparquet"):
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


def _flat(source: Source) -> Source:
    """Leave out heights and measures (Z, M)."""
    table = source.table
    return replace(source, table=table.set_geometry(shapely.force_2d(table.geometry.array), crs=table.crs))


def _with_seen(source: Source) -> Source:
    return replace(source, seen=tuple(str(name) for name in source.table.columns if name != "geometry"))


def label_files(settings: Settings, role: str) -> list[Path]:
    """The file of labels that a section names, if it names one."""
    section: LayerSection = getattr(settings, role)
    file = settings.folder / section.labels
    return [file] if section.labels and file.exists() else []
