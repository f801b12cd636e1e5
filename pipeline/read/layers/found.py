"""Chooses among the layers of a file: the one that the section names, the one named like it, or one per subdistrict."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.errors import problem
from pipeline.read.sources import Rows, Unreadable

LAYER_NAMES = {
    "units": ("units", "unit", "单元", "基本单元", "小区", "网格"),
    "communities": ("communities", "community", "社区"),
    "subdistricts": ("subdistricts", "subdistrict", "街道"),
    "roads": ("roads", "road", "道路", "ways"),
    "water": ("water", "水系", "河流", "ways"),
    "railways": ("railways", "railway", "铁路", "ways"),
    "premises": ("premises", "用房", "办公用房"),
    "buildings": ("buildings", "building", "建筑物", "建筑", "房屋", "楼栋"),
    "crossings": ("crossings", "crossing", "通道", "桥梁", "桥", "bridges"),
}
"""Names by which the layer of a section is recognised in a file with several."""

AREAL = ("units", "communities", "subdistricts", "buildings")
"""Sections whose features are areas."""

_LINEAR = ("roads", "water", "railways")
_SUBDISTRICT = re.compile(r"(街道|街道办|街道办事处|镇|乡|苏木|服务中心)$")
_COMMUNITY = re.compile(r"(社区|居委会|居民委员会|村委会|村民委员会|嘎查)$")


class Refused(Unreadable):
    """A file that cannot be used as it is; `advice` says what to do."""

    def __init__(self, detail: str, advice: str):
        self.advice = advice
        super().__init__(detail)


@dataclass(frozen=True)
class Found:
    """A layer that was found and not yet read.

    `name`: what a section may call it; `kind`: its OGR geometry type, "Drawing" for KML and DXF, "" where it has no
    shapes; `path`: where it can be read now; `layer`: its name in that file; `shown`: as printed after the file.
    """

    name: str
    kind: str
    path: Path
    layer: str = ""
    shown: str = ""


def choose(found: Sequence[Found], wanted: str | None, role: str, file: str) -> tuple[list[Found], Rows]:
    """Choose the layers of a section; several where they are one section in parts. Raises Refused.

    `wanted`: name or pattern that the section gives. Without it: the only layer, the one named like the section, the
    only one with the right shapes, or all of them where each bears the name of a subdistrict.
    """
    if wanted is not None and not (len(found) == 1 and found[0].kind == "Drawing"):
        return _wanted(found, wanted), []
    shapes = [one for one in found if one.kind] or list(found)
    if len(shapes) == 1:
        return shapes, []
    for usual in LAYER_NAMES[role]:
        for one in shapes:
            if one.name.lower() == usual:
                return [one], []
    return _by_shapes(shapes, role, file)


def _by_shapes(shapes: Sequence[Found], role: str, file: str) -> tuple[list[Found], Rows]:
    """Choose the only layer with the right shapes, or all of them where each bears the name of a subdistrict."""
    fitting = [one for one in shapes if _fits(one.kind, role)]
    names = ", ".join(one.name for one in fitting)
    if len(fitting) == 1:
        detail, advice = f"Layer {names} is the only one with the right shapes.", "Say which under layer if not."
        return fitting, [problem("note", role, "layer chosen", detail, advice, source=file)]
    if fitting and all(_SUBDISTRICT.search(one.name) for one in fitting):
        detail = f"{len(fitting)} layers, one for each subdistrict, are read together: {names}."
        return fitting, [problem("note", role, "layers joined", detail, "Say which under layer if not.", source=file)]
    if not shapes:
        raise Unreadable("It is empty")
    advice = f'Say which under [{role}], layer = "…"; a pattern such as "*街道" takes several.'
    raise Refused(f"It has several layers ({', '.join(one.name for one in shapes)})", advice)


def _wanted(found: Sequence[Found], wanted: str) -> list[Found]:
    chosen = [one for one in found if one.name == wanted] or [one for one in found if fnmatchcase(one.name, wanted)]
    if not chosen:
        names = ", ".join(one.name for one in found)
        raise Refused(f"There is no layer {wanted!r}; layers: {names}", "Mend layer in area.toml.")
    return chosen


def _fits(kind: str, role: str) -> bool:
    """Tell whether the geometry type of a layer is what a section wants; lines may still close to areas."""
    if kind in ("Unknown", "Drawing", "GeometryCollection"):
        return True
    areal = any(word in kind for word in ("Polygon", "Surface"))
    linear = any(word in kind for word in ("Line", "Curve")) and not areal
    return areal if role in AREAL else (areal or linear) if role in _LINEAR else True


def parents_in(path: str, role: str) -> dict[str, str]:
    """Subdistrict and community that the names of folders tell of what lies in them, innermost first.

    >>> parents_in("玉泉区/昭君路街道/大召社区", "units")
    {'街道': '昭君路街道', '社区': '大召社区'}
    """
    wanted = {"街道": _SUBDISTRICT} if role in ("units", "communities") else {}
    wanted |= {"社区": _COMMUNITY} if role == "units" else {}
    names = [name.strip() for name in reversed(path.split("/"))]
    told = {column: next(filter(pattern.search, names), "") for column, pattern in wanted.items()}
    return {column: name for column, name in told.items() if name}
