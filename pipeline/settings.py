"""Reads `area.toml`: what an area is called, where its files lie, which rules it follows.

Every fault of the file is found and reported together (InputError). Paths are relative to the file.
"""

import datetime
import difflib
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import problem, problems_table, raise_errors

LAYER_SECTIONS = (
    *("units", "communities", "subdistricts", "roads", "water", "railways", "premises", "buildings"),
    "crossings",
)
TABLE_SECTIONS = ("households", "decisions", "forecast")
EDIT_SECTIONS = ("adjacency",)
"""Sections whose file is an output that was edited by hand."""
SECTIONS = (
    *("area", "rules", "solve", "repair", "tessellate", "barriers"),
    *(*LAYER_SECTIONS, *TABLE_SECTIONS, *EDIT_SECTIONS),
)

READABLE = (
    *(".gpkg", ".shp", ".geojson", ".json", ".kml", ".kmz", ".parquet", ".geoparquet", ".gdb", ".dxf", ".zip", ".tab"),
    *(".ovkml", ".mif", ".fgb", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt"),
)
"""Endings of the files that are taken where a section names a folder."""


class AreaSection(BaseModel):
    """`[area]`: the place and what its maps and tables say of themselves."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    name: str = Field(description="name of the area, printed on every map and table")
    code: str = Field("", pattern=r"^(\d{6})?$", description="6-digit division code")
    crs: str = Field("", description="working CRS in metres, such as EPSG:4525; taken from the units when absent")
    synthetic: bool = Field(False, description="made-up place: every map and table says so")
    drafted_by: str = Field("", description="drafting unit (制图/编制单位)")
    date: str = Field("", description="date of the counts, printed as given")
    source: str = Field("", description="where the counts and shapes come from, printed as given")

    @field_validator("code", "date", mode="before")
    @classmethod
    def _without_quotes(cls, value: object) -> object:
        """Take a code or a date that was written without quotes, as TOML allows, for its text."""
        plain = isinstance(value, int | float | datetime.date) and not isinstance(value, bool)
        return str(value) if plain else value


class SolveSection(BaseModel):
    """`[solve]`: how long to search."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    seconds: float = Field(60.0, gt=0, description="limit for one subdistrict or one split")
    seed: int = Field(0, ge=0, description="seed of everything random")
    alternatives: int = Field(
        2, ge=0, description="further alternatives for each split; a compliance case has one more"
    )
    ensemble: int = Field(
        0,
        ge=0,
        description="steps of the chains of random plans in each subdistrict that the plan is set among, at least "
        "1000; 0: none",
    )
    front: bool | None = Field(
        None,
        description="true: trace what each subdistrict of the compliance plan could trade for what, in up to `seconds` "
        "more; false: never; absent: where its plan was proved quickly, in half of that",
    )


class RepairSection(BaseModel):
    """`[repair]`: which faults of drawing are mended; what is wider or larger stays and is listed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    enabled: bool = Field(True, description="false: nothing is mended, everything is listed")
    snap_m: float = Field(0.5, ge=0, description="corners and lines nearer than this are one, m")
    gap_m: float = Field(3.0, ge=0, description="gaps between units up to this width are closed, m")
    overlap_m: float = Field(3.0, ge=0, description="overlaps of units up to this width are given to one of them, m")
    fragment_m2: float = Field(
        100.0, ge=0, description="fragments of a unit up to this area, cut off from it, join a neighbour, m²"
    )
    strips_m: float = Field(
        0.0,
        ge=0,
        description="strips along roads that belong to no unit are divided down their middle up to this width, m; "
        "0: they stay",
    )


class TessellateSection(BaseModel):
    """`[tessellate]`: how units are made from community polygons where no layer of units is given."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    most_households: int = Field(300, gt=0, description="blocks above it are divided between their buildings")
    least_m2: float = Field(1000.0, ge=0, description="blocks below it join a neighbour, m²")


Barring = Literal["", "ignore", "priced", "forbidden"]


class BarriersSection(BaseModel):
    """`[barriers]`: what each class of lines is to a community; a class that is not named is as the rule set says."""

    model_config = ConfigDict(extra="forbid")
    water: Barring = Field("", description="waters")
    railway: Barring = Field("", description="railways")
    expressway: Barring = Field("", description="expressways (快速路/高速)")
    trunk: Barring = Field("", description="trunk roads (干线)")
    primary: Barring = Field("", description="primary roads (主干路)")
    secondary: Barring = Field("", description="secondary roads (次干路)")
    tertiary: Barring = Field("", description="tertiary roads (支路)")
    residential: Barring = Field("", description="lanes (街巷)")
    path: Barring = Field("", description="paths (小路)")


class LayerSection(BaseModel):
    """A layer or a table; every key that is not listed maps a column of ours to one of theirs."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)
    path: str | list[str] = Field(
        description="file, relative to area.toml; a list, a pattern (街道/*.shp) or a folder stands for several"
    )
    layer: str | None = Field(
        None,
        description="layer, sheet, folder of a KML or CAD layer; a pattern (*街道) takes several; the only one, or all "
        "that are recognised (sheets), when absent",
    )
    labels: str = Field(
        "",
        description="file of points, or layer of the same file, whose texts name the areas in which they stand, where "
        "these have no name",
    )
    crs: str = Field(
        "",
        description="CRS of the file, where the file does not say it or says it wrongly; GCJ-02 or BD-09: degrees of "
        "a map with that offset",
    )
    offset: Literal["", "GCJ-02", "BD-09"] = Field(
        "", description="the shapes were traced on a base map with this offset; they are brought back"
    )
    helmert: list[float] = Field(
        default_factory=list,
        description="4 parameters (dx east m, dy north m, rotation counter-clockwise in seconds, scale ppm) from the "
        "file's plane to that of the working CRS, or 7 (dx, dy, dz m, rx, ry, rz seconds, scale ppm; position vector) "
        "from its datum to that of the working CRS",
    )
    control_points: str = Field(
        "", description="table of points known in both systems: x, y in the file's, to_x, to_y in the working CRS"
    )

    @property
    def mapped(self) -> dict[str, str]:
        """Columns settled by hand: our name -> their name."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class CrossingsSection(LayerSection):
    """`[crossings]`: bridges and underpasses; a layer, or a table with x and y or 经度 and 纬度."""

    within_m: float = Field(50.0, gt=0, description="a crossing serves the barrier borders up to so far from it, m")


class ForecastSection(LayerSection):
    """`[forecast]`: households of later years, told unit by unit or by projects; every key that is not listed maps a
    column."""

    path: str | list[str] = Field(
        "",
        description="table with a column for each year, with rows of unit, year and households, or of projects; "
        "absent: only the communities' waiting households are known",
    )
    base: int | None = Field(
        None, ge=2000, le=2099, description="year of the counts of today; that of `date` under [area] when absent"
    )
    horizon: int | None = Field(
        None, ge=2000, le=2099, description="last year that is looked at; the last one that is told when absent"
    )
    hold: bool = Field(False, description="true: the compliance plan must keep within the limits in `years`, too")
    years: list[int] = Field(
        default_factory=list, description="years in which a plan must hold beside today; the horizon when empty"
    )
    occupancy: list[float] = Field(
        [0.3, 0.6, 0.8],
        min_length=1,
        description="share of the dwellings of a project that is lived in: in the year of delivery, in the next, …; "
        "the last share stays. The default is an assumption and no rule",
    )
    waiting: bool = Field(
        True,
        description="waiting households of a community of which no row speaks are spread over its units; they move in "
        "by `occupancy` from the year after the base year",
    )

    @field_validator("occupancy")
    @classmethod
    def _shares(cls, value: list[float]) -> list[float]:
        if not all(0 <= share <= 1 for share in value):
            raise ValueError("every share must be from 0 to 1")
        return value


class Settings(BaseModel):
    """A whole area.toml; `folder` is where it lies and `key` names the outputs."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    area: AreaSection
    rules: dict[str, Any] = Field(default_factory=dict)
    solve: SolveSection = Field(default_factory=SolveSection)
    units: LayerSection | None = None
    communities: LayerSection | None = None
    households: LayerSection | None = None
    subdistricts: LayerSection | None = None
    roads: LayerSection | None = None
    water: LayerSection | None = None
    railways: LayerSection | None = None
    premises: LayerSection | None = None
    buildings: LayerSection | None = None
    crossings: CrossingsSection | None = None
    adjacency: LayerSection | None = None
    barriers: BarriersSection = Field(default_factory=BarriersSection)
    decisions: LayerSection | None = None
    repair: RepairSection = Field(default_factory=RepairSection)
    tessellate: TessellateSection = Field(default_factory=TessellateSection)
    forecast: ForecastSection | None = None
    folder: Path = Path()
    key: str = ""

    @model_validator(mode="after")
    def _barriers_over_rules(self) -> "Settings":
        """Lay `[barriers]` over the table of that name in `[rules]`, where it takes effect."""
        below = self.rules.get("barriers", {})
        said = {name: value for name, value in self.barriers.model_dump().items() if value}
        if said and isinstance(below, dict):  # what is no table is for the rules to tell
            self.rules = {**self.rules, "barriers": {**below, **said}}
        return self

    def paths(self, section: str) -> list[Path]:
        """Where the files of a section lie, in order; a pattern or folder that finds nothing stands for itself."""
        named = getattr(self, section).path
        found = [path for name in ([named] if isinstance(named, str) else named) for path in self._found(name)]
        return list(dict.fromkeys(found))

    def _found(self, name: str) -> list[Path]:
        path = self.folder / name
        if path.is_dir() and path.suffix.lower() != ".gdb":
            return sorted(entry for entry in path.iterdir() if entry.suffix.lower() in READABLE) or [path]
        if path.exists() or not set(name) & set("*?["):
            return [path]
        return sorted(self.folder.glob(name)) or [path]

    def given(self) -> list[str]:
        """Sections that name files, as far as the file has them, with a path."""
        sections = {name: getattr(self, name) for name in (*LAYER_SECTIONS, *TABLE_SECTIONS, *EDIT_SECTIONS)}
        return [name for name, section in sections.items() if section is not None and section.path]


def find_area(area: str | Path) -> Path:
    """Find the area.toml meant by a folder, a file, or the name of a folder in ./data/raw/."""
    given = Path(area)
    for candidate in (given, given / "area.toml", Path("data/raw") / given / "area.toml"):
        if candidate.is_file():
            return candidate
    known = sorted(path.parent.name for path in Path("data/raw").glob("*/area.toml"))
    advice = f"Known areas in ./data/raw/: {', '.join(known)}." if known else "`huajie demo` writes a sample area."
    detail = f"There is no area.toml in {given} or {Path('data/raw') / given}."
    raise_errors(problems_table([problem("error", "area", "missing file", detail, advice, source=str(area))]))
    raise AssertionError("unreachable")


def load_settings(area: str | Path) -> Settings:
    """Read the area.toml of an area; raises InputError with every fault of the file."""
    path = find_area(area)
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        detail, advice = "The file is not UTF-8.", "Save it as UTF-8 (记事本:另存为,编码选 UTF-8)."
        raise_errors(problems_table([problem("error", "area", "unreadable file", detail, advice, source=str(path))]))
    except tomllib.TOMLDecodeError as error:
        detail, advice = f"This is not valid TOML: {error}.", "Mend the line named."
        raise_errors(problems_table([problem("error", "area", "unreadable file", detail, advice, source=str(path))]))
    rows = []
    for name in [name for name in content if name not in SECTIONS]:
        near = difflib.get_close_matches(name, SECTIONS, 1)
        advice = f"Did you mean [{near[0]}]?" if near else f"Known sections: {', '.join(SECTIONS)}."
        rows.append(problem("error", name, "unknown section", f"[{name}] is not known.", advice, source=str(path)))
    if "units" not in content and "communities" not in content:
        detail, advice = "Neither [units] nor [communities] is given.", "Name at least one of them with its path."
        rows.append(problem("error", "area", "missing section", detail, advice, source=str(path)))
    known = {name: value for name, value in content.items() if name in SECTIONS}
    settings = None
    try:
        settings = Settings(**known, folder=path.parent, key=path.resolve().parent.name)
    except ValidationError as error:
        for fault in error.errors():
            section, *rest = [str(part) for part in fault["loc"]]
            key = ".".join(rest)
            detail, advice = _told(section, key, fault["type"], fault["msg"], fault["input"])
            rows.append(problem("error", section, "bad value", detail, advice, id=key, source=str(path)))
    raise_errors(problems_table(rows))
    assert settings is not None
    return settings


def _told(section: str, key: str, kind: str, message: str, given: object) -> tuple[str, str]:
    """Say what is wrong with one key and what to do; a key that is not known is answered with the nearest one."""
    model = Settings.model_fields[section].annotation
    if kind == "extra_forbidden" and isinstance(model, type) and issubclass(model, BaseModel):
        known = list(model.model_fields)
        near = difflib.get_close_matches(key, known, 1)
        return (
            f"[{section}] has no key {key}.",
            f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(known)}.",
        )
    return f"{key or section}: {message} (given: {given!r}).", "See docs/reference.md."
