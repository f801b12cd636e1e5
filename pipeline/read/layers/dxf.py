"""Reads DXF through GDAL: lines, hatches and texts with their CAD layer, texts in the encoding that fits."""

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.errors import problem
from pipeline.read.cells.values import as_text
from pipeline.read.layers.encodings import GB, of_document, said_by_name
from pipeline.read.layers.ogr import read_ogr
from pipeline.read.sources import Rows, Unreadable

_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
_HEADER = re.compile(rb"\bSECTION\s+2\s+HEADER\b")
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")


def read_dxf(path: Path, role: str, label: str) -> tuple[gpd.GeoDataFrame, Rows]:
    """Read all entities of the model, numbered from 1 in the index: `layer`, `text` ("" for shapes), geometry.

    `crs` is None: a DXF does not say it. Raises Unreadable.
    """
    content = path.read_bytes()
    if content.startswith(b"AutoCAD Binary DXF"):
        raise Unreadable("It is a binary DXF; save it as ASCII DXF")
    page = _CODE_PAGE.search(content[:20_000])
    said = said_by_name(page[1].decode("ascii", "replace")) if page else ""
    encoding = of_document(content, said)
    entities, rows = read_ogr(path, "entities", role, label, **({"ENCODING": encoding} if encoding else {}))
    if not content.isascii() and encoding != said:
        shown = f"says {said.upper()}, but its texts are" if said else "does not say the encoding of its texts;"
        detail = f"The file {shown} {encoding.upper() or GB.upper()}."
        rows.append(problem("note", role, "encoding chosen", detail, "Check the names.", source=label))
    if not _HEADER.search(content[:20_000]):  # without it GDAL takes all texts for Latin-1, whatever it is told
        entities = entities.assign(**{name: _decoded(entities[name], encoding or GB) for name in ("Layer", "Text")})
    model = entities[as_text(entities["PaperSpace"]) != "True"]
    texts = as_text(model["Text"]).map(_plain).where(model.geom_type == "Point", "")
    table = {"layer": as_text(model["Layer"]), "text": texts}
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=model.geometry, crs=None), rows


def _decoded(texts: pd.Series, encoding: str) -> pd.Series:
    """Decode texts whose bytes were taken for Latin-1."""
    read = texts.fillna("").astype("str")
    return read.map(lambda text: text.encode("latin-1", "replace").decode(encoding, "replace")).astype("str")


def _plain(text: str) -> str:
    r"""Write a text of CAD on one line; \U+5927 stands for a character."""
    return " ".join(_UNICODE.sub(lambda match: chr(int(match[1], 16)), text).split())
