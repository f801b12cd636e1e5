"""Finds the cells of an xlsx workbook whose value a reader of values does not see: errors, formulas never calculated.

A program that is not a spreadsheet (an export, a script) writes formulas without their results. Such a cell reads as
blank, which would make an unknown of a count that stands in the file; so its formula is shown instead of a value.
"""

import posixpath
import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

from pipeline.read.sheets.grid import column_position

Cell = tuple[int, int]
"""Row number from 1 and position of the column from 0."""

_NS = rb"(?:[A-Za-z]\w*:)?"
_FORMULA_END = rb"(?:</" + _NS + rb"f>|<" + _NS + rb"f\b[^>]*/>)"
_NO_VALUE = rb"(?:<" + _NS + rb"v>\s*<|<" + _NS + rb"v\s*/>|</" + _NS + rb"c>)"
_LOST = re.compile(rb'\bt="e"|' + _FORMULA_END + rb"\s*" + _NO_VALUE)
"""What a sheet with such a cell must hold; a sheet without it need not be parsed."""

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


def unseen(content: bytes, sheet: str) -> dict[Cell, str]:
    """Find the cells of a sheet that hold an error (#REF!) or a formula without a result (=SUM(C2:C9)), as text.

    `content`: the workbook's bytes. Empty for formats other than xlsx, where such a cell stays a blank.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            part = archive.read(_part(archive, sheet))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return {}
    # Three searches for plain bytes are done before one by pattern: most sheets have no formula at all.
    suspicious = any(mark in part for mark in (b't="e"', b"<f", b":f"))
    return _cells(part) if suspicious and _LOST.search(part) else {}


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Find the file inside the archive that holds a sheet; KeyError where it is not an xlsx with that sheet."""
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")
    links = {element.get("name"): _relation(element) for element in sheets}
    for element in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        if element.get("Id") == links[sheet]:
            return posixpath.normpath(posixpath.join("/xl", element.get("Target", ""))).lstrip("/")
    raise KeyError(sheet)


def _relation(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.items() if key.endswith("}id")), "")


def _cells(part: bytes) -> dict[Cell, str]:
    found = {}
    for _, element in ElementTree.iterparse(BytesIO(part)):
        if element.tag.rpartition("}")[2] != "c":
            continue
        value = element.findtext("{*}v", "").strip()
        formula = element.find("{*}f")
        at = _ADDRESS.fullmatch(element.get("r", ""))
        # A formula that says "" has the type of text: that blank is its result.
        uncalculated = formula is not None and not value and element.get("t") != "str"
        if at is not None and (uncalculated or element.get("t") == "e"):
            text = value if formula is None or value else f"={formula.text or '…'}"
            found[int(at[2]), column_position(at[1])] = text
        element.clear()
    return found
