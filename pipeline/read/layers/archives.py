"""Unpacks what a zip or kmz holds of layers into a temporary folder, with the names that its maker saw.

Zips made on Chinese Windows write names in GBK and do not say so; they are then read as the code page of old DOS.
"""

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from pipeline.read.layers.found import Refused
from pipeline.read.sources import Unreadable

ARCHIVES = (".zip", ".kmz")
LAYER_FILES = (
    *(".shp", ".gpkg", ".geojson", ".json", ".kml", ".parquet", ".geoparquet", ".gdb", ".dxf", ".tab", ".mif", ".fgb"),
)
_COMPANIONS = (".dbf", ".shx", ".prj", ".cpg", ".gpkg-wal", ".mid", ".dat", ".id", ".map", ".ind")


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack the layer files of an archive below `folder`; give them in order of their names. Raises Unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_inner_path(info): info for info in archive.infolist() if not info.is_dir()}
            for inner, info in members.items():
                if _is_wanted(inner):
                    _write(archive, info, folder / inner)
    except zipfile.BadZipFile as error:
        raise Unreadable(f"It is not a zip file that can be read: {error}") from error
    except (RuntimeError, NotImplementedError) as error:  # a password; a compression that is not known
        raise Refused(f"It cannot be unpacked: {error}", "Unpack it and name the files in it.") from error
    files = sorted(entry for entry in folder.rglob("*") if _is_layer_file(entry.relative_to(folder)))
    if not files:
        held = ", ".join(sorted(str(inner) for inner in members)[:15]) or "nothing"
        raise Refused(f"It holds no layer file; in it: {held}", "Unpack it and name the file that is meant.")
    return files


def _inner_path(info: zipfile.ZipInfo) -> PurePosixPath:
    """Path of a member as its maker saw it; steps that lead out of the archive are left out."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    # only now: the second byte of a GBK character may be a backslash
    parts = name.replace("\\", "/").split("/")
    return PurePosixPath(*(part.replace(":", "_") for part in parts if part not in ("", ".", "..")))


def _is_wanted(inner: PurePosixPath) -> bool:
    if inner.name.startswith("._") or "__MACOSX" in inner.parts:
        return False
    in_database = any(part.lower().endswith(".gdb") for part in inner.parts[:-1])
    return in_database or inner.suffix.lower() in LAYER_FILES + _COMPANIONS


def _is_layer_file(inner: Path) -> bool:
    if any(part.lower().endswith(".gdb") for part in inner.parts[:-1]):
        return False
    return inner.suffix.lower() in LAYER_FILES


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)
