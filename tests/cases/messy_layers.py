"""Writes the messy layers of cases 18, 22, 25, 26, 31 and 32, each as an area folder, from the small area."""

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from small_area import CRS, TOTALS, small_communities, small_table, small_units, write_layers, write_sheet, write_toml

Points = list[tuple[float, float]]


def case_18_lines(folder: Path) -> None:
    """Communities drawn as lines: two closed, one whose ends lie 0.5 m apart; a corner is written twice."""
    table = small_communities()
    corners = [list(shape.exterior.coords) for shape in table.geometry]
    corners[0].insert(1, corners[0][1])
    corners[1][-1] = (corners[1][-1][0] - 0.5, corners[1][-1][1])
    lines = table.set_geometry([shapely.LineString(points) for points in corners], crs=CRS)
    write_layers(folder, communities=lines, households=small_table())


def case_18_an_open_line(folder: Path) -> None:
    """Units, the third of which is a line that does not close."""
    units = small_units()
    units.loc[2, "geometry"] = shapely.LineString(list(units.geometry[2].exterior.coords)[:3])
    write_layers(folder, units=units)


def case_18_unclosed_rings(folder: Path) -> None:
    """Units in GeoJSON, the rings of two of which lack their last corner."""
    collection = json.loads(small_units().to_crs("EPSG:4326").to_json())
    for number in (1, 4):
        collection["features"][number]["geometry"]["coordinates"][0].pop()
    (folder / "units.geojson").write_text(json.dumps(collection, ensure_ascii=False), "utf-8")
    write_toml(folder, {"area": {"name": "小区", "crs": CRS}, "units": {"path": "units.geojson"}})


def case_18_a_network_of_borders(folder: Path) -> None:
    """Communities as border lines that meet, with a layer of labels; a spur bounds nothing."""
    borders = shapely.union_all(shapely.boundary(small_communities().geometry.array))
    spur = shapely.LineString([shapely.Point(554_100, 4_518_100), shapely.Point(554_130, 4_518_150)])
    lines = gpd.GeoDataFrame(geometry=[*shapely.get_parts(shapely.line_merge(borders)), spur], crs=CRS)
    write_layers(folder, communities=lines)
    labels(["甲社区", "乙社区", "丙社区"]).to_file(folder / "labels.gpkg")
    write_sheet(small_table(), folder / "counts.xlsx")
    sections = {"communities": {"path": "communities.gpkg", "labels": "labels.gpkg"}}
    write_toml(folder, {**sections, "households": {"path": "counts.xlsx"}})


def case_22_heights_and_measures(folder: Path) -> None:
    """Units with a height and a measure at every corner, and communities with a height."""
    units = small_units()
    raised = []
    for shape in units.geometry:
        corners = ", ".join(f"{x} {y} 1050 {number}" for number, (x, y) in enumerate(shape.exterior.coords))
        raised.append(shapely.from_wkt(f"POLYGON ZM (({corners}))"))
    units.set_geometry(raised, crs=CRS).to_parquet(folder / "units.parquet")
    communities = small_communities()
    communities.set_geometry(shapely.force_3d(communities.geometry, 1050.0)).to_file(folder / "communities.gpkg")
    write_toml(folder, {"units": {"path": "units.parquet"}, "communities": {"path": "communities.gpkg"}})


def case_25_no_shx(folder: Path) -> None:
    """A Shapefile of units without its .shx."""
    write_shapefile(small_units(), folder / "units.shp")
    (folder / "units.shx").unlink()
    write_toml(folder, {"units": {"path": "units.shp"}})


def case_26_zip_with_gbk_names(folder: Path) -> None:
    """A zip from Chinese Windows: folder and file names in GBK without the mark of UTF-8; two layers in it."""
    units = small_units()
    write_shapefile(units, folder / "单元.shp", encoding="gbk")
    write_shapefile(units.head(1), folder / "旧网格.shp", encoding="gbk")
    files = {f"玉泉区/{path.name}": path for path in sorted(folder.glob("*.*"))}
    write_gbk_zip(folder / "玉泉区.zip", {name: path.read_bytes() for name, path in files.items()})
    for path in files.values():
        path.unlink()
    write_toml(folder, {"units": {"path": "玉泉区.zip"}})


def case_31_points(folder: Path, *, units: bool) -> None:
    """Communities as points; with or without a layer of units that name their community."""
    points = small_communities()
    points["社区工作者"] = [5, 4, 3]
    points = points.set_geometry(points.centroid)
    layers: dict[str, Any] = {"units": small_units()} if units else {}
    write_layers(folder, **layers, communities=points, **({} if units else {"households": small_table()}))


def case_32_labels(folder: Path) -> None:
    """Communities without names, and a layer of texts beside them: two in one, one outside all."""
    write_layers(folder, communities=small_communities()[["geometry"]])
    texts = labels(["甲社区", "乙社区", "丙社区"])
    middle = texts.geometry[0]
    others = [shapely.Point(middle.x + 60, middle.y), shapely.Point(middle.x - 900, middle.y)]
    more = gpd.GeoDataFrame({"标注": ["大召寺", "区外社区"]}, geometry=others, crs=CRS)
    pd.concat([texts, more]).to_crs("EPSG:4490").to_file(folder / "labels.shp", encoding="utf-8")
    write_sheet(small_table(), folder / "counts.xlsx")
    sections = {"communities": {"path": "communities.gpkg", "labels": "labels.shp"}}
    write_toml(folder, {**sections, "households": {"path": "counts.xlsx"}})


def case_32_labels_in_cad(folder: Path) -> None:
    """Communities as closed polylines of a DXF, with texts on a CAD layer of their own; no CRS, GB 18030."""
    squares = [list(shape.exterior.coords)[:-1] for shape in small_communities().geometry]
    entities = [
        polyline(squares[0], "社区界", closed=True),
        polyline([*squares[1], squares[1][0]], "社区界", closed=False),
        lwpolyline(squares[2], "社区界", closed=True),
        lwpolyline([(553_000.0, 4_518_000.0), (555_000.0, 4_518_050.0)], "道路", closed=False),
        *(text(point, name, "注记") for point, name in zip(_middles(), ["甲社区", "乙社区", "丙社区"], strict=True)),
        text((554_010.0, 4_518_010.0), "石东路", "道路"),
    ]
    (folder / "communities.dxf").write_bytes(dxf(entities))
    write_sheet(small_table(), folder / "counts.xlsx")
    sections = {"communities": {"path": "communities.dxf", "crs": CRS}}
    write_toml(folder, {**sections, "households": {"path": "counts.xlsx"}})


def labels(names: list[str]) -> gpd.GeoDataFrame:
    """Make points with the name of their community, left of its middle."""
    points = [shapely.Point(_middles()[list(TOTALS).index(name)]) for name in names]
    return gpd.GeoDataFrame({"标注": names}, geometry=points, crs=CRS)


def _middles() -> Points:
    return [(float(shape.centroid.x) - 5, float(shape.centroid.y)) for shape in small_communities().geometry]


def write_shapefile(table: gpd.GeoDataFrame, path: Path, encoding: str = "utf-8", cpg: str | None = None) -> None:
    """Write a Shapefile in an encoding; `cpg` is what its .cpg says, "" for none."""
    renamed = table.rename(columns={"subdistrict": "subdistric", "population": "pop", "households": "hh"})
    renamed.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    head = bytearray(path.with_suffix(".dbf").read_bytes())
    head[29] = 0
    path.with_suffix(".dbf").write_bytes(head)
    if cpg == "":
        path.with_suffix(".cpg").unlink()
    elif cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")


def write_dbf(path: Path, fields: list[tuple[bytes, str, int]], rows: list[list[bytes]], mark: int = 0) -> None:
    """Write a .dbf byte by byte. `fields`: name, type and width; `mark`: the byte of the language."""
    widths = [width for _, _, width in fields]
    head = bytearray(32)
    head[:4] = bytes([3, 126, 1, 1])
    head[4:8] = len(rows).to_bytes(4, "little")
    head[8:10] = (32 * len(fields) + 33).to_bytes(2, "little")
    head[10:12] = (1 + sum(widths)).to_bytes(2, "little")
    head[29] = mark
    described = b"".join(
        name[:10].ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width]) + bytes(15)
        for name, kind, width in fields
    )
    body = b"".join(b" " + b"".join(v[:w].ljust(w) for v, w in zip(row, widths, strict=True)) for row in rows)
    path.write_bytes(bytes(head) + described + b"\r" + body + b"\x1a")


def write_gbk_zip(path: Path, files: dict[str, bytes]) -> None:
    """Write a zip whose names are GBK, unmarked, as Chinese Windows does.

    The zip is made with names of as many ASCII letters, which are then exchanged for the bytes of the real ones.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, content) in enumerate(files.items()):
            archive.writestr(_stand_in(number, name), content)
    packed = path.read_bytes()
    for number, name in enumerate(files):
        packed = packed.replace(_stand_in(number, name).encode(), name.encode("gbk"))
    path.write_bytes(packed)


def _stand_in(number: int, name: str) -> str:
    return f"{number:02}".ljust(len(name.encode("gbk")), "~")


def dxf(entities: list[str], code_page: str = "ANSI_936", encoding: str = "gb18030") -> bytes:
    """Write a DXF of AutoCAD R12 as text."""
    head = _codes((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1009"))
    head += _codes((9, "$DWGCODEPAGE"), (3, code_page)) if code_page else ""
    start = _codes((0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"))
    return (head + start + "".join(entities) + _codes((0, "ENDSEC"), (0, "EOF"))).encode(encoding)


def polyline(points: Points, layer: str, *, closed: bool) -> str:
    """Write a POLYLINE with its VERTEX entities."""
    vertices = [_codes((0, "VERTEX"), (8, layer), (10, x), (20, y), (30, 0)) for x, y in points]
    return _codes((0, "POLYLINE"), (8, layer), (66, 1), (70, int(closed))) + "".join(vertices) + _codes((0, "SEQEND"))


def lwpolyline(points: Points, layer: str, *, closed: bool) -> str:
    """Write an LWPOLYLINE."""
    head = _codes((0, "LWPOLYLINE"), (8, layer), (90, len(points)), (70, int(closed)))
    return head + "".join(_codes((10, x), (20, y)) for x, y in points)


def hatch(points: Points, layer: str) -> str:
    """Write a HATCH with one outline of straight lines."""
    head = _codes((0, "HATCH"), (8, layer), (10, 0), (20, 0), (30, 0), (2, "SOLID"), (70, 1), (71, 0), (91, 1))
    outline = _codes((92, 2), (72, 0), (73, 1), (93, len(points))) + "".join(
        _codes((10, x), (20, y)) for x, y in points
    )
    return head + outline + _codes((97, 0), (75, 0), (76, 1), (98, 0))


def text(point: tuple[float, float], content: str, layer: str, kind: str = "TEXT") -> str:
    """Write a TEXT or MTEXT."""
    return _codes((0, kind), (8, layer), (10, point[0]), (20, point[1]), (30, 0), (40, 2.5), (1, content))


def _codes(*pairs: tuple[int, object]) -> str:
    return "".join(f"{code}\n{value}\n" for code, value in pairs)


def halves() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the units of the two subdistricts apart."""
    units = small_units()
    eastern = units["subdistrict"] == "东街道"
    return units[eastern], units[~eastern]
