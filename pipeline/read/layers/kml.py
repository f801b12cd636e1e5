"""Reads KML: every Placemark with its shapes, the folders it lies in, and what its data or description tell of it.

GDAL's reader is not used: it loses Chinese names of data and the folders above a folder.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.errors import problem
from pipeline.read.layers.encodings import UTF, of_document
from pipeline.read.layers.ogr import rings_closed
from pipeline.read.sources import Rows, Source, Unreadable

Element = ElementTree.Element


def read_kml(path: Path, role: str, label: str) -> tuple[gpd.GeoDataFrame, Rows]:
    """Read all Placemarks, numbered from 1 in the index: name, their data as texts, `folder` (outer/inner), geometry.

    `crs` is WGS 84, as KML always says. Rings that are not closed are closed and told. Raises Unreadable.
    """
    content = path.read_bytes()
    encoding = of_document(content)
    try:
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", content.decode(encoding or UTF).lstrip("\ufeff"))
        root = ElementTree.fromstring(text)
        for element in root.iter():  # every version of KML has a name space of its own
            element.tag = element.tag.rsplit("}", 1)[-1]
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        raise Unreadable(f"It is not a KML file: {error}") from error
    rows: Rows = []
    if encoding != UTF:
        detail = f"The texts are {encoding.upper()}, not UTF-8, and were read so."
        rows.append(problem("warning", role, "encoding chosen", detail, "Check the names.", source=label))
    features = [(folder, mark) for folder, mark in _placemarks(root, "")]
    shapes = [_shape(mark) for _, mark in features]
    index = pd.RangeIndex(1, len(features) + 1)
    told = [_told(mark) | ({"folder": folder} if folder else {}) for folder, mark in features]
    geometry = gpd.GeoSeries([shape for shape, _ in shapes], index=index, crs="EPSG:4326")
    table = gpd.GeoDataFrame(pd.DataFrame(told, index=index, dtype="object"), geometry=geometry)
    unclosed = [number for number, (_, is_open) in zip(index, shapes, strict=True) if is_open]
    return table, rows + rings_closed(Source(role, label, table), unclosed)


def _child_text(element: Element, tag: str) -> str:
    found = next((child for child in element if child.tag == tag), None)
    return "".join(found.itertext()).strip() if found is not None else ""


def _placemarks(element: Element, folder: str) -> Iterator[tuple[str, Element]]:
    """Give every Placemark below an element with the names of the folders that it lies in."""
    for child in element:
        if child.tag == "Placemark":
            yield folder, child
        elif child.tag == "Folder":
            name = _child_text(child, "name").replace("/", " ")
            yield from _placemarks(child, "/".join(part for part in (folder, name) if part))
        elif child.tag == "Document":
            yield from _placemarks(child, folder)


def _told(mark: Element) -> dict[str, str]:
    """Take the name of a Placemark, its data, and the pairs of a table in its description, else the description."""
    told = {"name": _child_text(mark, "name")}
    for element in mark.iter():
        if element.tag == "SimpleData":
            told[element.get("name", "")] = (element.text or "").strip()
        elif element.tag == "Data":
            told[element.get("name", "")] = _child_text(element, "value")
    description = _child_text(mark, "description")
    pairs = _pairs(description) if "<t" in description.lower() else {}
    told = pairs | told
    if description and not pairs:
        told.setdefault("description", description)
    return {key: value for key, value in told.items() if key and value}


class _Cells(HTMLParser):
    """Gathers the cells of the rows of a table; a row within a cell of a row stands for itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def _pairs(html: str) -> dict[str, str]:
    """Read a table of two columns, name and value."""
    cells = _Cells()
    cells.feed(html)
    return {row[0]: row[1] for row in cells.rows if len(row) == 2}


def _shape(mark: Element) -> tuple[Any, bool]:
    """Draw the shape of a Placemark (None where it has none); say whether a ring had to be closed."""
    shapes, is_open = [], False
    for element in _leaves(mark):
        if element.tag == "Polygon":
            shape, unclosed = _polygon(element)
            is_open |= unclosed
        else:
            shape = _line_or_point(element.tag, _coordinates(element))
        shapes += [shape] if shape is not None else []
    if len(shapes) <= 1:
        return (shapes[0] if shapes else None), is_open
    kinds = {shape.geom_type for shape in shapes}
    if len(kinds) > 1:
        return shapely.GeometryCollection(shapes), is_open
    multi = {"Polygon": shapely.MultiPolygon, "LineString": shapely.MultiLineString, "Point": shapely.MultiPoint}
    return multi[kinds.pop()](shapes), is_open


def _leaves(mark: Element) -> Iterator[Element]:
    """Give the simple geometries of a Placemark; those within a Polygon are its rings."""
    for child in mark:
        if child.tag in ("Polygon", "LineString", "LinearRing", "Point"):
            yield child
        elif child.tag == "MultiGeometry":
            yield from _leaves(child)


def _polygon(element: Element) -> tuple[Any, bool]:
    """Draw a Polygon with its holes; None where its outline has fewer than three corners."""
    rings: dict[str, list[np.ndarray]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for boundary in element:
        if boundary.tag in rings:
            rings[boundary.tag] += [_coordinates(ring) for ring in boundary if ring.tag == "LinearRing"]
    sound = {side: [ring for ring in several if len(ring) >= 3] for side, several in rings.items()}
    if not sound["outerBoundaryIs"]:
        return None, False
    outer, inner = sound["outerBoundaryIs"][0], sound["innerBoundaryIs"]
    is_open = any(not np.array_equal(ring[0], ring[-1]) for ring in (outer, *inner))
    return shapely.Polygon(outer, inner), is_open


def _line_or_point(tag: str, coordinates: np.ndarray) -> Any:
    if tag == "Point":
        return shapely.Point(coordinates[0]) if len(coordinates) else None
    return shapely.LineString(coordinates) if len(coordinates) >= 2 else None


def _coordinates(element: Element) -> np.ndarray:
    """Coordinates of a ring, line or point: lon, lat in degrees; heights are left out."""
    written = _child_text(element, "coordinates")
    try:
        points = [point.split(",", 2)[:2] for point in written.split()]
        return np.array(points, dtype="float64").reshape(-1, 2)
    except ValueError as error:
        raise Unreadable(f"These are no coordinates: {written[:60]!r}") from error
