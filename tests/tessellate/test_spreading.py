"""What a building counts for when the households of its community are spread."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from drawn_area import point, rectangle

from pipeline.tessellate.spreading import counted

NAN = np.nan
HOUSE, SHED = rectangle(0, 0, 40, 10), rectangle(50, 0, 60, 10)


def counts(*buildings, community: str = "甲社区") -> pd.DataFrame:
    shapes, floors, floor_m2 = zip(*buildings, strict=True)
    table = gpd.GeoDataFrame({"floors": floors, "floor_m2": floor_m2}, geometry=list(shapes), dtype="float64")
    return counted(table, pd.Series(community, index=table.index))


@pytest.mark.parametrize(
    ("buildings", "shares", "basis"),
    [
        ([(HOUSE, 6, 2000), (SHED, 1, NAN)], [2000, 100], "floor area"),
        ([(HOUSE, 6, NAN), (SHED, 1, NAN)], [2400, 100], "floor area"),
        ([(HOUSE, 6, NAN), (SHED, NAN, NAN)], [2400, 600], "floor area"),
        ([(HOUSE, NAN, NAN), (SHED, NAN, NAN)], [400, 100], "footprint"),
        ([(HOUSE, 6, NAN), (SHED, NAN, NAN), (SHED, NAN, NAN)], [400, 100, 100], "footprint"),
        ([(point(0, 0), NAN, 900), (point(9, 0), 6, 300)], [900, 300], "floor area"),
        ([(point(0, 0), 6, NAN), (point(9, 0), NAN, NAN)], [1, 1], "number of buildings"),
        ([(HOUSE, NAN, NAN), (point(9, 0), NAN, NAN)], [1, 1], "number of buildings"),
    ],
)
def test_floor_area_goes_before_footprint_before_number(buildings, shares, basis):
    found = counts(*buildings)
    assert shares == found["share"].round(6).tolist()
    assert {basis} == set(found["basis"])


def test_floors_taken_as_the_median_of_the_community_are_marked():
    found = counts((HOUSE, 6, NAN), (HOUSE, 8, NAN), (SHED, NAN, NAN))
    assert [2400, 3200, 700] == found["share"].round(6).tolist()
    assert [False, False, True] == found["filled"].tolist()


def test_each_community_has_its_own_basis():
    table = gpd.GeoDataFrame({"floors": [6.0, NAN], "floor_m2": [NAN, NAN]}, geometry=[HOUSE, SHED])
    assert ["floor area", "footprint"] == counted(table, pd.Series(["甲社区", "乙社区"]))["basis"].tolist()
