"""Finds, for each unit, the polygon of another layer that most of it lies in."""

import geopandas as gpd
import pandas as pd

from pipeline.shares import home_shares


def largest_share(
    shapes: gpd.GeoSeries, polygons: gpd.GeoDataFrame, column: str, buildings: gpd.GeoDataFrame | None = None
) -> tuple[pd.Series, pd.Series]:
    """Value of `column` of the polygons that hold most of each shape ("" where none does), and whether that was told
    by the floor area of `buildings` rather than by area.

    All in one CRS in metres. Gives str and bool on the index of `shapes`; of equal shares the first polygon's.
    """
    table = home_shares(shapes, polygons, column, buildings)
    best = table[table["share"] > 0].sort_values(["shape", "share"], ascending=[True, False], kind="stable")
    best = best.drop_duplicates("shape").set_index("shape").reindex(range(len(shapes)))
    found = pd.Series(best["name"].fillna("").to_numpy(), index=shapes.index, dtype="str")
    return found, pd.Series(best["by_floor"].eq(True).to_numpy(), index=shapes.index)
