"""Says which marks every document of a run must bear: made up, a sketch, or of a layer that seems to lie off."""

from pipeline.results import Area, Result
from pipeline.schema import OFFSET, SKETCH

SYNTHETIC_MARK = "合成数据 · 非真实区域"
SPREAD_MARK = "示意方案 · 部分户数为分摊数"
MADE_MARK = "示意方案 · 单元与户数均为推算"
OFFSET_MARK = "坐标存疑 · 图层疑似偏移"


def is_sketch(result: Result) -> bool:
    """Tell whether counts were spread over units, so that whatever is proposed there is a sketch."""
    return _is_spread(result.area)


def marks(result: Result) -> list[str]:
    """List the marks, none for a plan on real counts of units."""
    return area_marks(result.area)


def area_marks(area: Area) -> list[str]:
    """List the marks of what is shown of an area before there is a plan."""
    every = {
        SYNTHETIC_MARK: area.settings.area.synthetic,
        SPREAD_MARK: _is_spread(area) and not _is_made(area),
        MADE_MARK: _is_made(area),
        OFFSET_MARK: is_off(area),
    }
    return [mark for mark, holds in every.items() if holds]


def is_off(area: Area) -> bool:
    """Tell whether a layer seems, beyond reasonable doubt, to lie off the others, and was left there."""
    problems = area.problems
    return bool(((problems["problem"] == OFFSET) & (problems["severity"] == "warning")).any())


def _is_made(area: Area) -> bool:
    """Tell whether the units themselves were made, by the section under which that was told."""
    problems = area.problems
    return bool(((problems["problem"] == SKETCH) & (problems["layer"] == "units")).any())


def _is_spread(area: Area) -> bool:
    return bool((area.problems["problem"] == SKETCH).any())
