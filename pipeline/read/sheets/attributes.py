"""Reads the attribute table of a layer where it serves as a table of counts."""

from pathlib import Path

import pandas as pd
import pyogrio

from pipeline.read.sources import Source, Unreadable


def read_attributes(path: Path, layer: str | None, role: str) -> Source:
    """Read the attributes of a layer without its shapes; features are numbered from 1. Raises Unreadable."""
    try:
        table = pyogrio.read_dataframe(path, layer=layer, read_geometry=False, use_arrow=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise Unreadable(f"It is neither a workbook, a csv nor a layer: {error}") from error
    table.index = pd.RangeIndex(1, len(table) + 1)
    return Source(role, f"{path.name} {layer or ''}".strip(), table, tuple(map(str, table.columns)))
