"""Says what each building counts for when a community's households are spread: floor area, footprint, or one each."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

FLOOR_AREA, FOOTPRINT, NUMBER, AREA = "floor area", "footprint", "number of buildings", "area"
BASES = (FLOOR_AREA, FOOTPRINT, NUMBER, AREA)
"""What households may be spread by, the surest first; `area` where a community has no buildings."""

KNOWN_ENOUGH = 0.5
"""Part of a community's buildings whose floor area must be known for it to be the basis; the floors of the others are
taken as the median of these."""


def counted(buildings: gpd.GeoDataFrame, community: pd.Series) -> pd.DataFrame:
    """Say what each building counts for in its community: `share` (>= 0), `basis`, and whether it was `filled`.

    `buildings`: floors, floor_m2 (NaN where unknown), polygons or points; `community` on the same index. Floor area is
    `floor_m2`, else footprint x floors. All buildings of a community have one basis; `filled` marks floors that were
    taken as the median.
    """
    footprint = pd.Series(shapely.area(buildings.geometry.array), index=buildings.index)
    known = buildings["floor_m2"].fillna((footprint * buildings["floors"]).where(footprint > 0))
    median = (known / footprint.where(footprint > 0)).groupby(community).transform("median")
    floor_area = known.fillna((footprint * median).where(footprint > 0))
    enough = known.notna().groupby(community).transform("mean") >= KNOWN_ENOUGH
    by_floor_area = enough & floor_area.notna().groupby(community).transform("all")
    by_footprint = ~by_floor_area & (footprint > 0).groupby(community).transform("all")
    share = floor_area.where(by_floor_area, footprint.where(by_footprint, 1.0))
    basis = np.select([by_floor_area, by_footprint], [FLOOR_AREA, FOOTPRINT], NUMBER)
    return pd.DataFrame({"share": share, "basis": basis, "filled": by_floor_area & known.isna()})
