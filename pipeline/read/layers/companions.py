"""Knows which files belong to a layer's file, and copies those that reading would change or cannot read as they are.

Raw files are never written. A GeoPackage that QGIS left open would be, and a Shapefile without .shx cannot be read
without writing one beside it: both are read from a copy in a temporary folder.
"""

import shutil
from pathlib import Path

import pyogrio

from pipeline.errors import problem
from pipeline.read.layers.encodings import UTF, of_document
from pipeline.read.layers.ogr import plainly
from pipeline.read.sources import Rows, Unreadable

_OF = {
    ".shp": (".shp", ".dbf", ".shx", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".id", ".map", ".ind"),
    ".mif": (".mif", ".mid"),
    ".gpkg": (".gpkg", ".gpkg-wal"),
}


def companions(path: Path) -> list[Path]:
    """List the files that are read when `path` is opened: of a Shapefile also its .dbf, .shx, .prj and .cpg, of a
    geodatabase (a folder) all that is in it."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".lock")
    endings = _OF.get(path.suffix.lower(), ())
    if not endings or not path.parent.is_dir():
        return [path]
    names = {f"{path.stem}{ending}".lower() for ending in endings}
    return sorted(near for near in path.parent.iterdir() if near.name.lower() in names)


def readable(path: Path, folder: Path, role: str, label: str) -> tuple[Path, Rows]:
    """Give the path itself, or that of a copy in `folder` that can be read without changing the original."""
    ending = path.suffix.lower()
    if ending == ".shp":
        return _shapefile(path, folder, role, label)
    if ending in (".geojson", ".json"):
        return _in_utf8(path, folder, role, label)
    near = companions(path)
    if ending == ".gpkg" and len(near) > 1:
        return _copied(path, near, folder), []
    return path, []


def _shapefile(path: Path, folder: Path, role: str, label: str) -> tuple[Path, Rows]:
    parts = {near.suffix.lower(): near for near in companions(path)}
    rows: Rows = []
    if ".dbf" not in parts:
        detail = "The .dbf file is missing: the shapes have no attributes."
        advice = "Copy all files of the Shapefile (.shp, .shx, .dbf, .prj, .cpg)."
        rows.append(problem("warning", role, "missing companion", detail, advice, source=label))
    if ".shx" not in parts:
        detail = "The .shx file is missing; it was made anew in a temporary folder from the .shp."
        rows.append(problem("note", role, "missing companion", detail, "Nothing to do.", source=label))
    odd = any(near.name not in (path.stem + end, path.stem + end.upper()) for end, near in parts.items())
    named_in_chinese = ".prj" in parts and not parts[".prj"].read_bytes().isascii()
    if ".shx" in parts and not odd and not named_in_chinese:
        return path, rows
    copy = _copied(path, list(parts.values()), folder)
    if named_in_chinese:  # the reader takes only UTF-8
        _as_utf8(copy.with_suffix(".prj"))
    if ".shx" not in parts:
        _make_index(copy)
    return copy, rows


def _make_index(copy: Path) -> None:
    """Let GDAL make the .shx of a copied Shapefile."""
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        pyogrio.read_info(copy, encoding="ISO-8859-1")
    except (RuntimeError, ValueError) as error:
        raise Unreadable(f"Its .shx is missing and cannot be made from the .shp: {plainly(error, copy)}") from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _copied(path: Path, files: list[Path], folder: Path) -> Path:
    """Copy the files of a layer under the stem of `path`, endings in small letters."""
    target = folder / "copy"
    target.mkdir(exist_ok=True)
    for file in files:
        shutil.copyfile(file, target / f"{path.stem}{file.suffix.lower()}")
    return target / f"{path.stem}{path.suffix.lower()}"


def _in_utf8(path: Path, folder: Path, role: str, label: str) -> tuple[Path, Rows]:
    """GeoJSON is always UTF-8; what is not is read from a copy that is."""
    content = path.read_bytes()
    encoding = of_document(content)
    if encoding in ("", UTF):
        return path, []
    copy = folder / path.name
    copy.write_bytes(content.decode(encoding).encode())
    detail = f"The texts are {encoding.upper()}, not UTF-8, and were read so."
    return copy, [problem("warning", role, "encoding chosen", detail, "Check the names.", source=label)]


def _as_utf8(file: Path) -> None:
    content = file.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        file.write_bytes(content.decode("gb18030", "replace").encode())
