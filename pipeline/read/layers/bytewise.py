"""Decodes the names and texts of tables that were read as bytes: Shapefiles and MapInfo, which tell their encoding
badly or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import problem
from pipeline.read.layers.encodings import Raw, Text, decoded, encoding_of, said_by_byte, said_by_name
from pipeline.read.sources import Rows, Source, place

BYTES = "ISO-8859-1"
"""An encoding that takes every byte for a letter: texts keep their bytes until their encoding is known."""

BYTEWISE = (".shp", ".tab", ".mif")
"""Endings of the formats that are read so."""

_NAME_WIDTH = 10
"""Bytes of a column's name in a .dbf: five Chinese characters in GBK, three in UTF-8."""


@dataclass(frozen=True)
class _Column:
    """A column of texts: where it stands in the table, which rows have a value, the values as bytes."""

    position: int
    rows: np.ndarray
    raw: Raw


def as_text(table: gpd.GeoDataFrame, path: Path, role: str, label: str) -> tuple[gpd.GeoDataFrame, Rows]:
    """Decode a table read as bytes; say what encoding was chosen, and which values were cut or broken."""
    said, widths = _said(path)
    attributes = table.drop(columns="geometry")
    names = Raw(list(attributes.columns), _NAME_WIDTH if path.suffix.lower() == ".shp" else 0)
    columns = _text_columns(attributes, widths if len(widths) == attributes.shape[1] else [0] * attributes.shape[1])
    texts = [names, *(column.raw for column in columns)]
    encoding = encoding_of(texts, said)
    data = [attributes.iloc[:, position] for position in range(attributes.shape[1])]
    read = [decoded(column.raw, encoding) for column in columns]
    for column, text in zip(columns, read, strict=True):
        data[column.position] = _series(column, text, table.index)
    ours = _unique(decoded(names, encoding).values)
    renamed = gpd.GeoDataFrame(dict(zip(ours, data, strict=True)), geometry=table.geometry, index=table.index)
    rows: Rows = []
    if not all(value.isascii() for raw in texts for value in raw.values):
        rows += _chosen(encoding, said, role, label)
    for column, text in zip(columns, read, strict=True):
        rows += _lost(Source(role, label, renamed), ours[column.position], column, text, encoding)
    return renamed, rows


def _said(path: Path) -> tuple[str, list[int]]:
    """Encoding that a Shapefile says and the width of each column of its .dbf; nothing for other formats."""
    parts = {near.suffix.lower(): near for near in path.parent.iterdir() if near.stem == path.stem}
    if path.suffix.lower() != ".shp" or ".dbf" not in parts:
        return "", []
    with parts[".dbf"].open("rb") as file:
        head = file.read(32)
        fields = file.read(max(int.from_bytes(head[8:10], "little") - 32, 0))
    records = [fields[start : start + 32] for start in range(0, len(fields) - 31, 32)]
    # a text keeps the upper byte of its width where a number keeps its decimals
    widths = [record[16] + (256 * record[17] if record[11:12] == b"C" else 0) for record in records]
    by_name = parts[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in parts else ""
    return said_by_name(by_name) or (said_by_byte(head[29]) if len(head) == 32 else ""), widths


def _text_columns(attributes: pd.DataFrame, widths: Sequence[int]) -> list[_Column]:
    columns = []
    for position, width in enumerate(widths):
        column = attributes.iloc[:, position]
        if isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
            rows = np.flatnonzero(column.notna().to_numpy())
            values = column.to_numpy(dtype="object")[rows].tolist()
            columns.append(_Column(position, rows, Raw(values, width)))
    return columns


def _series(column: _Column, text: Text, index: pd.Index) -> pd.Series:
    values = np.full(len(index), None, dtype="object")
    values[column.rows] = text.values
    return pd.Series(values, index=index, dtype="str")


def _unique(names: Sequence[str]) -> list[str]:
    """Tell columns of one name apart; names cut at 10 bytes are often the same."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}({seen[name]})")
    return unique


def _chosen(encoding: str, said: str, role: str, label: str) -> Rows:
    shown = encoding.upper()
    if not said:
        detail, severity = f"The file does not say how its texts are encoded; they were read as {shown}.", "note"
    elif said != encoding:
        detail, severity = f"The file says {said.upper()}, but its texts are {shown} and were read so.", "warning"
    else:
        return []
    return [problem(severity, role, "encoding chosen", detail, "Check that names are readable.", source=label)]


def _lost(source: Source, name: str, column: _Column, text: Text, encoding: str) -> Rows:
    """Say which values end within a character, and which do not fit the encoding."""
    rows = []
    numbers = source.table.index[column.rows]
    if text.cut:
        detail = f"{len(text.cut)} texts of {name} fill the column and end within a character, which was left out."
        advice = "Correct those that matter."
        where = place(source, numbers[text.cut])
        rows.append(problem("warning", source.role, "text cut", detail, advice, source=where))
    if text.broken:
        detail = f"{len(text.broken)} texts of {name} are not {encoding.upper()}; they hold � instead."
        where = place(source, numbers[text.broken])
        rows.append(problem("warning", source.role, "text broken", detail, "Save it anew in UTF-8.", source=where))
    return rows
