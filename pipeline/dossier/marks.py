"""Says which marks every document of a run must bear: made up, or a sketch."""

from pipeline.results import Area, Result
from pipeline.schema import SKETCH

SYNTHETIC_MARK = "合成数据 · 非真实区域"
SPREAD_MARK = "示意方案 · 部分户数为分摊数"


def is_sketch(result: Result) -> bool:
    """Tell whether counts were spread over units, so that whatever is proposed there is a sketch."""
    return _is_spread(result.area)


def marks(result: Result) -> list[str]:
    """List the marks, none for a plan on real counts of units."""
    return area_marks(result.area)


def area_marks(area: Area) -> list[str]:
    """List the marks of what is shown of an area before there is a plan."""
    synthetic = area.settings.area.synthetic
    return [mark for mark, holds in ((SYNTHETIC_MARK, synthetic), (SPREAD_MARK, _is_spread(area))) if holds]


def _is_spread(area: Area) -> bool:
    return bool((area.problems["problem"] == SKETCH).any())
