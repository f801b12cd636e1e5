"""Writes plan.gpkg: units, communities before and after, changes, cases, repairs, each with a QGIS style in the file.

Equal results give equal bytes: every date that GDAL or SQLite would stamp is set to a fixed one.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from pipeline.dossier.headline import band_label, community_totals, headline, moved_units
from pipeline.dossier.maps.style import ADJUSTED, COMMUNITY, INK, NEW_COMMUNITY, STATUS_FILL, UNIT
from pipeline.dossier.marks import marks
from pipeline.dossier.qml import Labels, Look, qml
from pipeline.measures import dissolved
from pipeline.results import Result
from pipeline.rules import RuleSet, status_of
from pipeline.schema import CHANGE_ZH, KIND_ZH, LIST_SEPARATOR, STRATEGY_ZH, columns, labels

FIXED_DATE = "1970-01-01T00:00:00.000Z"
KIND_FILL = {"split": "#c8694a", "merge": "#74aed4", "transfer": "#d9b44a", "regroup": "#8f7fb5"}
CHANGE_FILL = {"S": "#c8694a", "M": "#74aed4", "X": "#8f7fb5"}

NAMES_ZH = {
    **labels("units"),
    **labels("communities"),
    **labels("flags.csv"),
    **labels("communities.csv"),
    **labels("cases.csv"),
    **labels("plan.csv"),
    **labels("repairs.csv"),
    "moved": "是否划转",
    "units": "单元数",
    "created": "新设",
}
"""Chinese names of every field, shown in QGIS in place of the English ones."""

ALERT = "#7a1712"
COMMUNITY_LABEL = Labels("concat(\"community\", '\\n', format_number(\"households\", 0), '户')")
UNIT_LABEL = Labels("concat(\"name\", '\\n', \"households\", '户')", 6.5, least_scale=12_000)
CASE_LABEL = Labels("concat(\"case_id\", '\\n', format_number(\"moved_households\", 0), '户')", 9.0, ALERT, bold=True)
CHANGE_LABEL = Labels(
    "concat(\"community_before\", '→', \"community_after\", '\\n', format_number(\"households\", 0), '户')", 7.0, ALERT
)
REPAIR_LABEL = Labels('concat("repair_id", \' \', "kind")', 7.0, ALERT, least_scale=5_000)

MARK_M = 0.5
"""A repair whose piece is a line or a point is drawn this wide to each side, since a layer has one kind of geometry."""


@dataclass(frozen=True)
class Layer:
    """One layer of the file: its table, its title, its style."""

    table: gpd.GeoDataFrame
    title: str
    style: str


def write_layers(result: Result, folder: Path) -> None:
    """Write plan.gpkg of the chosen strategy into `folder`."""
    path = folder / "plan.gpkg"
    layers = plan_layers(result)
    for name, layer in layers.items():
        pyogrio.write_dataframe(
            layer.table,
            path,
            layer=name,
            driver="GPKG",
            promote_to_multi=True,
            dataset_options={"VERSION": "1.2"},
            layer_options={"DESCRIPTION": layer.title},
        )
    with closing(sqlite3.connect(path)) as connection:
        _insert_styles(connection, layers)
        _fix_dates(connection)


def plan_layers(result: Result) -> dict[str, Layer]:
    """Make the layers, drawn from the last to the first."""
    rules, strategy = result.area.rules, STRATEGY_ZH[result.strategy]
    bands = _band_looks(rules)
    before = before_layer(result)
    tables = {
        "units": unit_layer(result),
        "communities_before": before,
        "communities_after": after_layer(result),
        "changes": change_layer(result),
        "cases": case_layer(result, before.set_index("community").geometry),
    }
    if result.area.repairs is not None and len(result.area.repairs):
        tables["repairs"] = repair_layer(result.area.repairs)
    looks = {
        "units": ("基本单元", "moved", _unit_looks(), UNIT_LABEL),
        "communities_before": ("社区（调整前）", "status", bands, COMMUNITY_LABEL),
        "communities_after": (f"社区（{strategy}调整后）", "status", bands, COMMUNITY_LABEL),
        "changes": (f"划转范围（{strategy}）", "change", _change_looks(), CHANGE_LABEL),
        "cases": (f"调整事项（{strategy}）", "kind", _case_looks(), CASE_LABEL),
        "repairs": ("图形修复", "done", _repair_looks(), REPAIR_LABEL),
    }
    mark = "".join(f"（{mark}）" for mark in marks(result))
    names = NAMES_ZH | {"households": rules.measure}
    layers = {}
    for name, table in tables.items():
        title, column, categories, text = looks[name]
        aliases = {field: names[field] for field in table.columns.drop("geometry")}
        layers[name] = Layer(table, title + mark, qml(column, categories, text, aliases))
    return layers


def unit_layer(result: Result) -> gpd.GeoDataFrame:
    """Every unit with its community before and after, and whether that changes (`moved`: yes, no)."""
    units = result.area.units
    after = result.proposals[result.strategy].plan.reindex(units.index)
    table = units.assign(community_before=units["community"], community_after=after)
    table = table.assign(moved=(after != units["community"]).map({True: "yes", False: "no"}))
    names = [*columns("plan.csv"), "name", "population", "anchor", "moved"]
    return table.rename_axis("unit_id").reset_index()[[*names, "geometry"]]


def before_layer(result: Result) -> gpd.GeoDataFrame:
    """Communities of today with status and what the rules ask for."""
    table = community_totals(result, None)
    table = table.assign(status=status_of(table["households"], result.area.rules))
    flags = result.flags.set_index("community")
    for name in ("action", "clause", "reason"):
        table[name] = flags[name].reindex(table.index).fillna("")
    units = result.area.units
    return _with_shapes(table, dissolved(units.geometry, units["community"])).reset_index()


def after_layer(result: Result) -> gpd.GeoDataFrame:
    """Communities after the plan (schema.COMMUNITIES_CSV), and whether they are new (`created`: yes, no)."""
    units = result.area.units
    table = result.evaluations[result.strategy].communities
    created = headline(result, result.strategy).created
    table = table.assign(created=["yes" if name in created else "no" for name in table.index])
    shapes = dissolved(units.geometry, result.proposals[result.strategy].plan.reindex(units.index))
    return _with_shapes(table, shapes).reset_index()[[*columns("communities.csv"), "created", "geometry"]]


def change_layer(result: Result) -> gpd.GeoDataFrame:
    """What moves: one feature per pair of communities before and after that differ, with units, households, change."""
    moved = moved_units(result, result.strategy)
    pair = ["community_before", "community_after"]
    changes = result.evaluations[result.strategy].changes.rename(
        columns={"before": "community_before", "after": "community_after"}
    )
    changes = changes[changes["community_before"] != changes["community_after"]].sort_values(pair)
    joined = moved["community_before"] + LIST_SEPARATOR + moved["community_after"]
    merged = dissolved(result.area.units.geometry.loc[moved.index], joined)
    geometry = merged.reindex(changes["community_before"] + LIST_SEPARATOR + changes["community_after"]).to_numpy()
    names = ["subdistrict", *pair, "units", "households", "change"]
    return gpd.GeoDataFrame(changes[names].reset_index(drop=True), geometry=geometry, crs=result.area.units.crs)


def case_layer(result: Result, shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """The cases of the plan, each over the ground of the communities it starts from (`shapes`, by name)."""
    cases = result.proposals[result.strategy].cases.drop(columns=["objective", "bound", "seconds"])
    names = cases["communities_before"].str.split(LIST_SEPARATOR)
    geometry = [shapes.reindex(communities).union_all() for communities in names]
    return gpd.GeoDataFrame(cases, geometry=geometry, crs=result.area.units.crs)


def repair_layer(repairs: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """What was mended and what was left (`done`: yes, no), each on its piece (schema.REPAIRS_CSV)."""
    table = pd.DataFrame(repairs)[columns("repairs.csv")]
    table = table.assign(done=table["done"].astype(bool).map({True: "yes", False: "no"}))
    pieces = repairs.geometry
    drawn = pieces.where(pieces.geom_type.isin(["Polygon", "MultiPolygon"]), pieces.buffer(MARK_M))
    return gpd.GeoDataFrame(table, geometry=drawn, crs=repairs.crs)


def _with_shapes(table: pd.DataFrame, shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index), crs=shapes.crs)


# --- styles -----------------------------------------------------------------------------------------------------


def _band_looks(rules: RuleSet) -> list[Look]:
    return [
        Look(status, band_label(status, rules), fill, COMMUNITY.colour, 0.3) for status, fill in STATUS_FILL.items()
    ]


def _unit_looks() -> list[Look]:
    return [
        Look("no", "不变", "#fbfaf6", UNIT.colour, 0.1),
        Look("yes", "划转", "#e8b4a0", UNIT.colour, 0.1),
    ]


def _change_looks() -> list[Look]:
    return [
        Look(code, CHANGE_ZH[code], fill, NEW_COMMUNITY.colour, 0.5, pattern="b_diagonal")
        for code, fill in CHANGE_FILL.items()
    ]


def _case_looks() -> list[Look]:
    return [
        Look(kind, KIND_ZH[kind], fill, ADJUSTED.colour if kind == "split" else INK, 0.6, "dash", alpha=70)
        for kind, fill in KIND_FILL.items()
    ]


def _repair_looks() -> list[Look]:
    return [
        Look("yes", "已修复", "#7fb39a", "#2f6b4f", 0.3, alpha=140),
        Look("no", "未修复", "#e0654a", ALERT, 0.5, alpha=140),
    ]


# --- the file ---------------------------------------------------------------------------------------------------


def _insert_styles(connection: sqlite3.Connection, layers: Mapping[str, Layer]) -> None:
    """Store the styles where QGIS looks for them: table layer_styles, listed among the contents as attributes."""
    connection.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),"
        " f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30),"
        " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),"
        " update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
    )
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
        " VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
        [(name, name, layer.style, layer.title, FIXED_DATE) for name, layer in layers.items()],
    )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
        [FIXED_DATE],
    )
    connection.commit()


def _fix_dates(connection: sqlite3.Connection) -> None:
    """Set every date to a fixed one and rewrite the file, so that no trace of the old ones stays in free pages."""
    connection.execute("UPDATE gpkg_contents SET last_change = ?", [FIXED_DATE])
    connection.commit()
    connection.execute("VACUUM")
