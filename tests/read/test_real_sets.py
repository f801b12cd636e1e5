"""Real sets, used where they lie beside the checkout, read and pass the check."""

from pathlib import Path

import pytest
from small_area import all_problems, found, read

AREAS = Path(__file__).parent.parent / "areas"
DATA = AREAS.parent.parent.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real sets are not here: ../shared/data is absent beside the checkout"
)


@pytest.mark.parametrize(
    ("name", "units", "communities", "subdistricts", "households"),
    [("datong", 567, 25, 1, 51_719), ("camden", 749, 133, 28, 97_534), ("bristol", 514, 106, 5, 359_501)],
)
def test_a_real_set_is_read_whole_and_without_errors(
    name: str, units: int, communities: int, subdistricts: int, households: int
) -> None:
    area = read(AREAS / name)
    sizes = (len(area.units), len(area.communities), area.communities["subdistrict"].nunique())
    assert (units, communities, subdistricts) == sizes
    assert households == area.units["households"].sum() == area.communities["households"].sum()
    assert [] == found(all_problems(area))


def test_a_mixed_layer_gives_each_section_its_own_kind() -> None:
    lines = read(AREAS / "bristol").lines
    assert {("road", False): 3422 + 1721, ("railway", True): 1017} == lines.groupby(
        ["kind", "barrier"]
    ).size().to_dict()
