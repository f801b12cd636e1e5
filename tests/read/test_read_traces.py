"""Every count is traced to its cell or feature, with the text there and what was done to it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small_area import TOTALS, read_layers, small_communities, small_table, small_units, unit_table

from pipeline.read.joins.traces import _cells, _joined, _read_as
from pipeline.read.sources import Part, Source, place, places
from pipeline.results import Area
from pipeline.schema import columns


def trace(area: Area, level: str, of: str, column: str = "households") -> tuple[int, str, str, str]:
    rows = area.counts[(area.counts["level"] == level) & (area.counts["id"] == of) & (area.counts["column"] == column)]
    (row,) = rows[["value", "written", "source", "reading"]].itertuples(index=False, name=None)
    return row


def test_counts_of_a_layer_are_traced_to_their_feature(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units())
    assert columns("counts.csv") == list(area.counts.columns)
    assert (300, "300", "units.gpkg feature 3", "") == trace(area, "unit", "u3")
    assert (600, "600", "units.gpkg feature 3", "") == trace(area, "unit", "u3", "population")
    assert (1000, "", "", "summed from its 2 units") == trace(area, "community", "乙社区")


def test_counts_of_a_table_per_unit_are_traced_to_their_cell(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=unit_table().head(7))
    assert (310, "310", "households.xlsx Sheet1!B4", "") == trace(area, "unit", "u3")
    assert (800, "800", "units.gpkg feature 8", "") == trace(area, "unit", "u8")
    assert (310, "310", "households.xlsx Sheet1!B4", "") == trace(area, "unit", "u3", "resident_households")


def test_counts_that_a_table_confirms_stay_those_of_the_layer(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=small_table())
    assert (300, "300", "units.gpkg feature 3", "") == trace(area, "unit", "u3")
    assert (1000, "1000", "households.xlsx Sheet1!C3", "") == trace(area, "community", "乙社区")


def test_scaled_counts_name_the_layers_count_and_the_total(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=small_table().assign(常住户数=[1401, 1000, 1200]))
    reading = "scaled from 600: its share of 1401 of 甲社区 (households.xlsx Sheet1!C2), by largest remainder"
    assert (601, "600", "units.gpkg feature 6", reading) == trace(area, "unit", "u6")


def test_spread_counts_are_traced_to_the_total(tmp_path: Path) -> None:
    units = small_units().drop(columns=["households", "population"])
    area = read_layers(tmp_path, units=units, households=small_table().assign(常住人口=[2800, 2000, 2400]))
    reading = "spread by area: its share of 1000 of 乙社区, by largest remainder"
    assert (500, "1000", "households.xlsx Sheet1!C3", reading) == trace(area, "unit", "u3")
    reading = "spread by households: its share of 2000 of 乙社区, by largest remainder"
    assert (1000, "2000", "households.xlsx Sheet1!E3", reading) == trace(area, "unit", "u3", "population")


def test_communities_as_units_have_the_cell_of_their_total(tmp_path: Path) -> None:
    area = read_layers(tmp_path, communities=small_communities(), households=small_table())
    for level in ("unit", "community"):
        assert (1000, "1000", "households.xlsx Sheet1!C3", "") == trace(area, level, "乙社区")


def test_several_rows_of_a_community_are_all_named(tmp_path: Path) -> None:
    table = pd.concat([small_table(), small_table().head(1).assign(常住户数=100)])
    area = read_layers(tmp_path, units=small_units(), households=table)
    cells = "households.xlsx Sheet1!C2; households.xlsx Sheet1!C5"
    assert (1500, "1400 + 100", cells, "summed: 1400 + 100") == trace(area, "community", "甲社区")


def test_several_polygons_of_a_community_are_all_named(tmp_path: Path) -> None:
    layer = pd.concat([small_communities().assign(households=[1400, 1000, 500]), small_communities().tail(1)])
    layer["households"] = layer["households"].fillna(700)
    area = read_layers(tmp_path, communities=layer.reset_index(drop=True))
    features = "communities.gpkg feature 3; communities.gpkg feature 4"
    for level in ("unit", "community"):
        assert (1200, "500 + 700", features, "summed: 500 + 700") == trace(area, level, "丙社区")


def test_measures_of_communities_are_traced_to_their_cell(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=small_table().assign(户籍户数=[7, None, 9]))
    assert (7, "7", "households.xlsx Sheet1!E2", "") == trace(area, "community", "甲社区", "registered_households")
    with pytest.raises(ValueError, match="not enough values"):
        trace(area, "community", "乙社区", "registered_households")


def test_every_count_in_use_has_one_row(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units(), households=small_table())
    counts = area.counts
    assert not counts.duplicated(["level", "id", "column"]).any()
    for column in ("households", "population"):
        rows = counts[(counts["level"] == "unit") & (counts["column"] == column)].set_index("id")["value"]
        assert rows.to_dict() == area.units[column].to_dict()
    rows = counts[(counts["level"] == "community") & (counts["column"] == "households")].set_index("id")["value"]
    assert TOTALS == rows.to_dict()


def test_a_text_that_was_read_as_a_number_is_told() -> None:
    table = pd.DataFrame({"households": pd.Series([12000, 300], index=[2, 3], dtype="Int64")})
    source = Source("households", "t.xlsx S!", table, letters={"households": "B"})
    source = replace(source, label="t.xlsx S", written=pd.DataFrame({"households": ["1.2万", "300"]}, index=[2, 3]))
    cells = _cells(source, "households", pd.Series([2, 3], index=["a", "b"]))
    assert ["read “1.2万” as 12000", ""] == _read_as(cells.value, cells.written).tolist()
    together = _joined(source, "households", pd.Series(["甲", "甲"], index=[2, 3]))
    assert ([12300], ["1.2万 + 300"]) == (together.value.tolist(), together.written.tolist())


def test_places_of_many_rows_are_those_of_each() -> None:
    parts = (Part("a.xlsx S1", {"households": "C"}), Part("b.xlsx S2", {"community": "A"}, start=10))
    source = Source("households", "2 sheets", pd.DataFrame(), parts=parts)
    numbers = [2, 10, 11, 25]
    for column in ("households", "community", ""):
        assert [place(source, [number], column) for number in numbers] == places(source, numbers, column)


def test_a_table_none_of_whose_communities_has_units_is_told_and_traced(tmp_path: Path) -> None:
    area = read_layers(tmp_path, units=small_units().assign(community=""), households=small_table())
    assert "counts without shape" in area.problems["problem"].tolist()
    assert [] == area.counts.loc[area.counts["level"] == "community", "id"].tolist()
