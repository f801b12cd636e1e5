"""Checks the parents: every unit has a community and a subdistrict, every community one subdistrict."""

import geopandas as gpd

from pipeline.check.rows import Rows, listing, unit_faults
from pipeline.errors import problem


def check_parents(units: gpd.GeoDataFrame, known: set[tuple[str, str]]) -> Rows:
    """Find units without community or subdistrict, unless a whole column is `known` to be missing."""
    rows = []
    for column, of in (("community", "its name"), ("subdistrict", "its subdistrict")):
        if ("missing column", column) not in known:
            blank = (units[column].isna() | (units[column] == "")).to_numpy()
            advice = f"Write {of} in the column {column}, or give a layer of polygons that covers the units."
            rows += unit_faults(units, blank, f"units without {column}", f"have no {column}", advice)
    return rows


def check_two_subdistricts(units: gpd.GeoDataFrame) -> Rows:
    """Find communities whose units lie in several subdistricts."""
    told = units[(units["community"] != "") & (units["subdistrict"] != "")]
    parents = told.groupby("community")["subdistrict"].unique()
    rows = []
    for community, found in parents[parents.map(len) > 1].items():
        own = told[told["community"] == community]
        parts = [f"{name} ({listing(own.index[own['subdistrict'] == name])})" for name in found]
        detail = f"Community {community} lies in {len(found)} subdistricts: {'; '.join(parts)}."
        advice = "Correct the subdistrict of these units, or give the two communities different names."
        rows.append(problem("error", "communities", "community in two subdistricts", detail, advice, id=community))
    return rows
