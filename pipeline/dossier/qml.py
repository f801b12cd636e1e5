"""Makes QGIS layer styles (QML): symbols by category, labels with a halo, Chinese names of the fields.

The form is the one that QGIS 3.22 and later write themselves; fonts and widths are in points and millimetres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
LABEL_FONT = "Noto Sans CJK SC"


@dataclass(frozen=True)
class Look:
    """How one category is drawn. `pattern`: a Qt brush (solid, no, f_diagonal, b_diagonal, cross, dense6)."""

    value: str
    label: str
    fill: str
    outline: str
    outline_mm: float = 0.3
    dash: str = "solid"
    pattern: str = "solid"
    alpha: int = 255


@dataclass(frozen=True)
class Labels:
    """What is written on a feature: a QGIS expression; `least_scale` is the smallest scale (1:n) that shows it."""

    expression: str
    size_pt: float = 8.0
    colour: str = "#222222"
    bold: bool = False
    least_scale: int = 0


def qml(column: str, looks: Sequence[Look], labels: Labels, aliases: Mapping[str, str]) -> str:
    """Write the style of a polygon layer that is coloured by the values of one column.

    The first field of the layer is taken to be `fid`; `aliases` are Chinese labels of the others, in their order.
    """
    root = Element(
        "qgis",
        version="3.22.0-Białowieża",
        styleCategories="LayerConfiguration|Symbology|Labeling|Fields",
        labelsEnabled="1",
        hasScaleBasedVisibilityFlag="0",
        simplifyDrawingHints="1",
        simplifyDrawingTol="1",
        simplifyMaxScale="1",
    )
    _renderer(root, column, looks)
    _labeling(root, labels)
    _fields(root, aliases)
    SubElement(root, "layerGeometryType").text = "2"
    return DOCTYPE + tostring(root, encoding="unicode")


def _renderer(root: Element, column: str, looks: Sequence[Look]) -> None:
    renderer = SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr=column,
        enableorderby="0",
        forceraster="0",
        symbollevels="0",
    )
    categories = SubElement(renderer, "categories")
    symbols = SubElement(renderer, "symbols")
    for number, look in enumerate(looks):
        SubElement(
            categories, "category", render="true", symbol=str(number), value=look.value, label=look.label, type="string"
        )
        _symbol(symbols, str(number), look)


def _symbol(parent: Element, name: str, look: Look) -> None:
    symbol = SubElement(parent, "symbol", type="fill", name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    _options(
        layer,
        {
            "border_width_map_unit_scale": "3x:0,0,0,0,0,0",
            "color": _rgba(look.fill, look.alpha),
            "joinstyle": "bevel",
            "offset": "0,0",
            "offset_map_unit_scale": "3x:0,0,0,0,0,0",
            "offset_unit": "MM",
            "outline_color": _rgba(look.outline),
            "outline_style": look.dash,
            "outline_width": str(look.outline_mm),
            "outline_width_unit": "MM",
            "style": look.pattern,
        },
    )


def _options(layer: Element, values: Mapping[str, str]) -> None:
    """Write symbol settings in both forms: `Option` for QGIS 3.20 and later, `prop` for those before."""
    options = SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", type="QString", name=name, value=value)
    for name, value in values.items():
        SubElement(layer, "prop", k=name, v=value)


def _labeling(root: Element, labels: Labels) -> None:
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    text = SubElement(
        settings,
        "text-style",
        fieldName=labels.expression,
        isExpression="1",
        fontFamily=LABEL_FONT,
        fontSize=str(labels.size_pt),
        fontSizeUnit="Point",
        fontWeight="75" if labels.bold else "50",
        namedStyle="Bold" if labels.bold else "Regular",
        textColor=_rgba(labels.colour),
        textOpacity="1",
        multilineHeight="1",
        previewBkgrdColor="255,255,255,255",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="0.85",
        bufferNoFill="1",
        bufferJoinStyle="128",
    )
    SubElement(settings, "text-format", multilineAlign="1", wrapChar="", autoWrapLength="0")
    SubElement(
        settings, "placement", placement="1", quadOffset="4", offsetType="0", polygonPlacementFlags="2", priority="5",
        centroidWhole="1", centroidInside="1", geometryGenerator="point_on_surface($geometry)",
        geometryGeneratorEnabled="0", geometryGeneratorType="PolygonGeometry",
    )  # fmt: skip
    SubElement(
        settings,
        "rendering",
        drawLabels="1",
        displayAll="0",
        obstacle="1",
        fontMinPixelSize="3",
        fontMaxPixelSize="10000",
        scaleVisibility="1" if labels.least_scale else "0",
        scaleMin="1",
        scaleMax=str(labels.least_scale or 100_000_000),
    )


def _fields(root: Element, aliases: Mapping[str, str]) -> None:
    named = SubElement(root, "aliases")
    for index, (field, label) in enumerate(aliases.items(), start=1):
        SubElement(named, "alias", index=str(index), field=field, name=label)


def _rgba(colour: str, alpha: int = 255) -> str:
    """Write a colour as QGIS does.

    >>> _rgba("#74aed4")
    '116,174,212,255'
    """
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
