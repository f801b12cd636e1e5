"""Reads `area.toml`: what an area is called, where its files lie, which rules it follows.

Every fault of the file is found and reported together (InputError). Paths are relative to the file.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import problem, problems_table, raise_errors

LAYER_SECTIONS = ("units", "communities", "subdistricts", "roads", "water", "railways", "premises")
TABLE_SECTIONS = ("households",)
SECTIONS = ("area", "rules", "solve", *LAYER_SECTIONS, *TABLE_SECTIONS)


class AreaSection(BaseModel):
    """`[area]`: the place and what its maps and tables say of themselves."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(description="name of the area, printed on every map and table")
    code: str = Field("", pattern=r"^(\d{6})?$", description="6-digit division code")
    crs: str = Field("", description="working CRS in metres, such as EPSG:4525; taken from the units when absent")
    synthetic: bool = Field(False, description="made-up place: every map and table says so")
    drafted_by: str = Field("", description="drafting unit (制图/编制单位)")
    date: str = Field("", description="date of the counts, printed as given")
    source: str = Field("", description="where the counts and shapes come from, printed as given")


class SolveSection(BaseModel):
    """`[solve]`: how long to search."""

    model_config = ConfigDict(extra="forbid")
    seconds: float = Field(60.0, gt=0, description="limit for one subdistrict or one split")
    seed: int = Field(0, ge=0, description="seed of everything random")
    alternatives: int = Field(2, ge=0, description="further alternatives for each split")


class LayerSection(BaseModel):
    """A layer or a table; every key that is not listed maps a column of ours to one of theirs."""

    model_config = ConfigDict(extra="allow")
    path: str = Field(description="file, relative to area.toml")
    layer: str | None = Field(None, description="layer or sheet; the only one, or the recognised one, when absent")
    crs: str = Field("", description="CRS of the file, where the file does not say it or says it wrongly")

    @property
    def mapped(self) -> dict[str, str]:
        """Columns settled by hand: our name -> their name."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class Settings(BaseModel):
    """A whole area.toml; `folder` is where it lies and `key` names the outputs."""

    model_config = ConfigDict(extra="forbid")
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
    folder: Path = Path()
    key: str = ""

    def path(self, section: str) -> Path:
        """Where the file of a section lies."""
        return self.folder / getattr(self, section).path

    def given(self) -> list[str]:
        """Layer and table sections that the file has."""
        return [name for name in (*LAYER_SECTIONS, *TABLE_SECTIONS) if getattr(self, name) is not None]


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
            detail = f"{key or section}: {fault['msg']} (given: {fault['input']!r})."
            rows.append(
                problem("error", section, "bad value", detail, "See docs/reference.md.", id=key, source=str(path))
            )
    raise_errors(problems_table(rows))
    assert settings is not None
    return settings
