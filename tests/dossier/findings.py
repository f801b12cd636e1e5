"""What reading, repair and judging may find, put by hand into a finished run: two measures, repairs, an offset."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.results import Area, Checked, Offset, Result
from pipeline.rules import status_of
from pipeline.schema import columns

SHEET = "households.xlsx 社区基本情况表"


def with_findings(result: Result) -> Result:
    """Add everything that a messy area gives."""
    area = found_area(result.area)
    return replace(result, area=area, measures=two_measures(area), near=near_rows(area))


def found_check(result: Result) -> Checked:
    """Check the same area."""
    found = with_findings(result)
    return Checked(found.area, found.measures, found.near)


def found_area(area: Area) -> Area:
    """Add the logs of reading and repair, and one layer that was traced on a shifted base map."""
    return replace(area, columns=column_rows(), counts=count_rows(), repairs=repair_rows(area), offsets=(offset(area),))


def column_rows() -> pd.DataFrame:
    """Columns of two files: settled, recognised, not used, dropped."""
    rows = [
        ("units", "units.gpkg", "unit_id", "unit_id", "", "settled", "area.toml"),
        ("units", "units.gpkg", "households", "常住户", "", "measure", "常住户"),
        ("units", "units.gpkg", "", "备注", "", "unused", ""),
        ("households", SHEET, "community", "社区居", "B", "cut name", "社区居委会, 10 bytes"),
        ("households", SHEET, "households", "户数/常住", "D", "measure", "常住户; 2345, 1800, 960"),
        ("households", SHEET, "registered_households", "户数/户籍", "E", "name", "户籍户; 2100, 1750, 990"),
        ("households", SHEET, "", "身份证号", "G", "dropped", "18-digit numbers"),
    ]
    return pd.DataFrame(rows, columns=columns("columns.csv"))


def count_rows() -> pd.DataFrame:
    """Counts as written, read, and summed."""
    rows = [
        ("community", "东一", "households", 1600, "1600", f"{SHEET}!D4", ""),
        ("community", "东二", "households", 4400, "约4400户", f"{SHEET}!D5", "read “约4400户” as 4400"),
        ("community", "东三", "registered_households", 1200, "１，２００", f"{SHEET}!E6", "read “１，２００” as 1200"),
        ("unit", "u001", "households", 96, "95", "units.gpkg feature 2", "scaled from 95: its share of 1600 of 东一"),
    ]
    return pd.DataFrame(rows, columns=columns("counts.csv"))


def repair_rows(area: Area) -> gpd.GeoDataFrame:
    """Two gaps closed, a ring mended along a line, and an overlap that was left."""
    x, y = (float(value) for value in area.units.total_bounds[:2])
    pieces = [
        shapely.box(x + 150, y + 20, x + 152, y + 120),
        shapely.box(x + 300, y + 20, x + 301, y + 60),
        shapely.LineString([(x, y), (x + 30, y)]),
        shapely.box(x + 450, y, x + 480, y + 90),
    ]
    rows = [
        ("r1", "gap", True, "units", "u000、u001", 200.0, 2.0, "a gap", "given to u000", "longest shared border"),
        ("r2", "gap", True, "units", "u002、u003", 40.0, 1.0, "a gap", "given to u003", "longest shared border"),
        ("r3", "ring", True, "units", "u000", 0.0, 0.0, "a bow-tie", "two parts", "rings crossed"),
        ("r4", "overlap", False, "units", "u003、u004", 2700.0, 30.0, "claimed by both", "claimed by both",
         "wider than repair.overlap_m, 3 m"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns("repairs.csv")[:-2])
    points = [piece.centroid for piece in pieces]
    table = table.assign(x=[point.x for point in points], y=[point.y for point in points])
    return gpd.GeoDataFrame(table, geometry=pieces, crs=area.units.crs)


def offset(area: Area) -> Offset:
    """The community polygons fit the roads best when taken for GCJ-02."""
    rows = [
        ("communities", "communities.kml", "roads、premises", "GCJ-02", 8.2, 587.0, 76.0, 0.96, "best"),
        ("communities", "communities.kml", "roads、premises", "as given", 571.4, 0.0, 0.0, 0.03, "refuted"),
        ("communities", "communities.kml", "roads、premises", "BD-09", 803.9, 1368.0, 55.0, 0.01, "refuted"),
    ]
    shapes = area.units.geometry
    table = pd.DataFrame(rows, columns=columns("offsets.csv"))
    return Offset("communities", table, shapes.translate(570, 140), shapes, area.lines.geometry)


def two_measures(area: Area) -> pd.DataFrame:
    """Judge every community by residents and by the register, on which 东一 is small; 东三 has no count there."""
    residents = area.communities["households"]
    register = residents.drop("东三").mask(residents.index.drop("东三") == "东一", 940)
    tables = [_judged(area, residents, "常住户"), _judged(area, register, "户籍户")]
    table = pd.concat(tables, ignore_index=True)
    own = tables[0].set_index("community")["status"]
    table["differs"] = table["status"] != table["community"].map(own)
    place = area.communities.index.get_indexer(table["community"])
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)[columns("measures.csv")]


def _judged(area: Area, counts: pd.Series, measure: str) -> pd.DataFrame:
    status = status_of(counts, area.rules)
    return pd.DataFrame(
        {
            "community": counts.index,
            "subdistrict": area.communities.loc[counts.index, "subdistrict"].to_numpy(),
            "measure": measure,
            "used": measure == area.rules.measure,
            "households": counts.astype("int64").to_numpy(),
            "status": status.to_numpy(),
            "action": status.map({"under": "merge", "far_over": "split"}).fillna("none").to_numpy(),
        }
    )


def near_rows(area: Area) -> pd.DataFrame:
    """One community just under a limit, one just above another."""
    rows = [
        ("东六", "东街街道", 3010, "upper", 3000, 10, 10 / 3010, "over", "within"),
        ("西四", "西河街道", 960, "lower, merge_under", 1000, -40, -40 / 960, "under", "within"),
    ]
    return pd.DataFrame(rows, columns=columns("near-limits.csv"))
