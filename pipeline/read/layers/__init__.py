"""Reads layers of shapes, whatever the file: Shapefile, GeoPackage, GeoJSON, KML, DXF, geodatabase, also zipped.

The rooms: found (which layers of a file), contents with archives and companions (where they can be read), ogr with
bytewise and encodings, kml, dxf and drawings, then outlines (lines to areas), labels (texts on the map) and strays.
Raw files are only ever read.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import shapely

from pipeline.read.layers.companions import companions
from pipeline.read.layers.contents import GROUP_COLUMN, layers_in, read_found
from pipeline.read.layers.drawings import best_texts, in_drawing, with_parents
from pipeline.read.layers.found import AREAL, Found, Refused, choose
from pipeline.read.layers.labels import Labels, in_crs_of, labels_of, named
from pipeline.read.layers.outlines import closed, faces, is_area, is_line, is_point
from pipeline.read.layers.strays import without_strays
from pipeline.read.sources import Rows, Source
from pipeline.settings import LayerSection, Settings

__all__ = ["Refused", "companions", "label_files", "read_layers"]


def read_layers(path: Path, settings: Settings, role: str) -> tuple[list[Source], Rows]:
    """Read the layers of a file that are a section: sources under the file's own column names, flat (no Z).

    Features bear the numbers that they have in the file, counted from 1. `crs` is the file's, None where it says none.
    Several sources where the section lies in several layers. Raises Unreadable.
    """
    section: LayerSection = getattr(settings, role)
    with _temporary() as folder:
        found, rows = layers_in(path, Path(folder), role)
        chosen, told = choose(found, section.layer, role, path.name)
        rows += told
        sources = []
        for one in chosen:
            source, told = _source(path, one, found, settings, role)
            if len(chosen) > 1:
                source = replace(source, table=with_parents(source.table, [one.name] * len(source.table), role))
            sources.append(_finished(source))
            rows += told
    return sources, rows


def _temporary() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="huajie-", ignore_cleanup_errors=True)


def _source(path: Path, one: Found, found: list[Found], settings: Settings, role: str) -> tuple[Source, Rows]:
    """Read one layer; of areas, close their outlines and join their labels."""
    section: LayerSection = getattr(settings, role)
    source, rows = read_found(path, one, role)
    texts: dict[str, Labels] = {}
    if one.kind == "Drawing":
        # of several drawings, the key layer has chosen among them already
        wanted = section.layer if len(found) == 1 else None
        drawn = in_drawing(source, GROUP_COLUMN[one.path.suffix.lower()], wanted)
        source, texts, rows = drawn.shapes, drawn.texts, [*rows, *drawn.rows]
    if role not in AREAL:
        return source, rows
    source, told = closed(source)
    rows += told
    labels, told = _labels(path, source, texts, found, settings)
    rows += told
    if labels is not None and not labels.points.empty:
        labels = in_crs_of(labels, source.table, section.crs)
        if is_line(source.table).any() and not is_area(source.table).any():
            source, told = faces(source, labels.points, labels.source.label)
            rows += told
        alone = bool(section.labels) and len(settings.paths(role)) == 1
        source, told = named(source, labels, section.mapped, all_here=alone)
        rows += told
    source, told = without_strays(source, has_units=settings.units is not None)
    return source, [*rows, *told]


def _labels(
    path: Path, source: Source, texts: dict[str, Labels], found: list[Found], settings: Settings
) -> tuple[Labels | None, Rows]:
    """Read the labels that the section names: a file, else a layer of the same file; in a drawing its own texts."""
    wanted = getattr(settings, source.role).labels
    if not wanted:
        return best_texts(texts, source), []
    if wanted in texts:
        return texts[wanted], []
    for file in label_files(settings, source.role):
        with _temporary() as folder:
            held, rows = layers_in(file, Path(folder), source.role)
            labels, told = _labels_in(file, held, source.role)
            return labels, rows + told
    same = [one for one in found if one.name == wanted]
    if not same:
        names = ", ".join([*texts, *(one.name for one in found)])
        detail = f"labels = {wanted!r} is neither a file nor a layer of {path.name}; layers: {names}"
        raise Refused(detail, f"Mend labels under [{source.role}] in area.toml.")
    return _labels_in(path, same, source.role)


def _labels_in(path: Path, held: list[Found], role: str) -> tuple[Labels, Rows]:
    """Take the labels of a file: its only layer, its only layer of points, or the points of a drawing."""
    pointed = [one for one in held if "Point" in one.kind] or held
    if len(pointed) != 1:
        names = ", ".join(one.name for one in held)
        raise Refused(f"The file of labels {path.name} has several layers: {names}", "Name a file with one.")
    source, rows = read_found(path, pointed[0], role)
    if pointed[0].kind == "Drawing":
        source = replace(source, table=source.table[is_point(source.table)])
    return labels_of(source), rows


def _finished(source: Source) -> Source:
    """Leave out heights and measures (Z, M) and list the columns."""
    table = source.table.set_geometry(shapely.force_2d(source.table.geometry.array), crs=source.table.crs)
    return replace(source, table=table, seen=tuple(str(name) for name in table.columns if name != "geometry"))


def label_files(settings: Settings, role: str) -> list[Path]:
    """Give the file of labels that a section names, if it names one that is there."""
    labels = getattr(settings, role).labels
    return [settings.folder / labels] if labels and (settings.folder / labels).exists() else []
