"""Reads one layer of any format that GDAL knows, with what GDAL says of it, and texts in the encoding that fits."""

import os
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from pipeline.errors import problem
from pipeline.read.layers.bytewise import BYTES, BYTEWISE, as_text
from pipeline.read.sources import Rows, Source, Unreadable, place

_FAULTS = (RuntimeError, ValueError, shapely.errors.GEOSException)
"""What pyogrio, pyarrow and shapely raise for files that they cannot read."""


_REMARK_ADVICE = "Nothing to do where the shapes and names are right."


def list_layers(path: Path) -> list[tuple[str, str]]:
    """Names and geometry types ("" where it has none) of the layers of a file. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they come again when the layer is read
            return [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(path)]
    except _FAULTS as error:
        raise Unreadable(f"It is not a layer file that can be read: {plainly(error, path)}") from error


def plainly(said: object, path: Path) -> str:
    """Write what GDAL says of a file without its folder, which may be a temporary one, and without hints for code."""
    return str(said).split("; It might help")[0].replace(f"{path.parent}{os.sep}", "").rstrip(".")


def read_ogr(path: Path, layer: str, role: str, label: str, **options: Any) -> tuple[gpd.GeoDataFrame, Rows]:
    """Read one layer, features numbered from 1 in the index; attributes keep their names. Raises Unreadable.

    Rings that are not closed are closed and curves become lines, both told. `crs` is the file's, None without one.
    """
    if path.suffix.lower() in BYTEWISE:
        options = {"encoding": BYTES, **options}
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            table, curved = _read(path, layer, options)
            said = list(dict.fromkeys(plainly(remark.message, path) for remark in remarks))
            unclosed = _unclosed(path, layer, options) if any("on closed ring" in text for text in said) else []
        except _FAULTS as error:
            raise Unreadable(f"Layer {layer} cannot be read: {plainly(error, path)}") from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise Unreadable("It has no shapes, only a table")
    table.index = pd.RangeIndex(1, len(table) + 1)
    table = table.rename_geometry("geometry") if table.geometry.name != "geometry" else table
    rows = _remarks([text for text in said if "on closed ring" not in text], role, label)
    if curved:
        detail = "The layer has curves; they were drawn as short lines."
        rows.append(problem("note", role, "curves drawn as lines", detail, "Nothing to do.", source=label))
    rows += rings_closed(Source(role, label, table), unclosed)
    if path.suffix.lower() in BYTEWISE:
        table, found = as_text(table, path, role, label)
        rows += found
    return table, rows


def _read(path: Path, layer: str, options: dict[str, Any]) -> tuple[Any, bool]:
    """Read a layer through Arrow, which is quick; curves only come the slow way. Say whether there were any."""
    if path.suffix.lower() not in (".tab", ".mif"):  # of them Arrow takes only texts in UTF-8
        try:
            return pyogrio.read_dataframe(path, layer=layer, on_invalid="fix", use_arrow=True, **options), False
        except NotImplementedError:
            pass
    table = pyogrio.read_dataframe(path, layer=layer, on_invalid="fix", use_arrow=False, **options)
    return table, path.suffix.lower() not in (".tab", ".mif")


def _unclosed(path: Path, layer: str, options: dict[str, Any]) -> list[int]:
    """Number the features whose rings are not closed."""
    kept, whole = (
        pyogrio.read_dataframe(path, layer=layer, on_invalid=how, columns=[], use_arrow=False, **options)
        for how in ("ignore", "fix")
    )
    lost = shapely.is_missing(kept.geometry.array) & ~shapely.is_missing(whole.geometry.array)
    return [int(position) + 1 for position in np.flatnonzero(lost)]


def rings_closed(source: Source, features: list[int]) -> Rows:
    """Say whose rings were not closed in the file."""
    if not features:
        return []
    detail = f"The rings of {len(features)} features were not closed; first and last corner were joined."
    where = place(source, features)
    return [problem("warning", source.role, "outlines closed", detail, "Check their outlines.", source=where)]


def _remarks(said: list[str], role: str, label: str) -> Rows:
    """Pass on what GDAL remarks."""
    return [problem("note", role, "remark of the reader", f"{text}.", _REMARK_ADVICE, source=label) for text in said]
