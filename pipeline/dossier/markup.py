"""Builds HTML as a tree, so that no name can ever be taken for markup: texts are escaped when the tree is written."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

Child = Element | str | None


def tag(name: str, *children: Child | Iterable[Child], **attributes: object) -> Element:
    """Make an element; texts and elements follow each other as given, None is left out.

    A trailing underscore of an attribute is dropped (`class_`), other underscores become hyphens.

    >>> tostring(tag("p", "a < b", class_="note"), encoding="unicode")
    '<p class="note">a &lt; b</p>'
    """
    named = {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items() if value is not None}
    element = Element(name, named)
    for child in _flat(children):
        _append(element, child)
    return element


def _flat(children: Iterable[Child | Iterable[Child]]) -> Iterable[Child]:
    for child in children:
        if child is None or isinstance(child, str | Element):
            yield child
        else:
            yield from child


def _append(element: Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        element.append(child)
    elif len(element):
        element[-1].tail = (element[-1].tail or "") + child
    else:
        element.text = (element.text or "") + child


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Child]],
    *,
    numbers: Iterable[int] = (),
    unbroken: Iterable[int] = (),
    foot: Sequence[Child] = (),
) -> Element:
    """Make a table; `numbers` are the places of right-aligned columns, `unbroken` of those kept on one line."""
    classes = dict.fromkeys(unbroken, "k") | dict.fromkeys(numbers, "n")

    def line(cells: Sequence[Child], name: str) -> Element:
        return tag("tr", *(tag(name, cell, class_=classes.get(place)) for place, cell in enumerate(cells)))

    return tag(
        "table",
        tag("thead", line(heads, "th")),
        tag("tbody", *(line(row, "td") for row in rows)),
        tag("tfoot", line(foot, "td")) if foot else None,
    )


def document(title: str, style: str, *body: Element) -> str:
    """Write a whole page with its style sheet inside."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", style),
    )
    root = tag("html", head, tag("body", tag("main", *body)), lang="zh-CN")
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"
