"""Says which marks every document of a run must bear: made up, or a sketch."""

from pipeline.results import Result
from pipeline.schema import SKETCH

SYNTHETIC_MARK = "合成数据 · 非真实区域"
SPREAD_MARK = "示意方案 · 部分户数按面积分摊"


def is_sketch(result: Result) -> bool:
    """Tell whether counts were spread over units by area, so that whatever is proposed there is a sketch."""
    return bool((result.area.problems["problem"] == SKETCH).any())


def marks(result: Result) -> list[str]:
    """List the marks, none for a plan on real counts of units."""
    synthetic = result.area.settings.area.synthetic
    return [mark for mark, holds in ((SYNTHETIC_MARK, synthetic), (SPREAD_MARK, is_sketch(result))) if holds]
