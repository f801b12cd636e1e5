"""Write docs/reference.md from the code: commands, area.toml, rule sets, tables and values.

Run it after a change (`make reference`); tests/test_docs.py fails while the file says anything else.
"""

import inspect
from collections.abc import Iterable
from pathlib import Path
from types import GenericAlias
from typing import Any, Literal, get_args, get_origin

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline import schema
from pipeline.cli import app
from pipeline.rules import DEFAULT_PRESET, RuleSet, load_rules, preset_names
from pipeline.settings import (
    EDIT_SECTIONS,
    LAYER_SECTIONS,
    TABLE_SECTIONS,
    AreaSection,
    BarriersSection,
    CrossingsSection,
    ForecastSection,
    LayerSection,
    RepairSection,
    SolveSection,
    TessellateSection,
)

PATH = Path(__file__).with_name("reference.md")

VALUES = {
    "status": schema.STATUS_ZH,
    "action": schema.ACTION_ZH,
    "kind": schema.KIND_ZH,
    "proof": schema.PROOF_ZH,
    "change": schema.CHANGE_ZH,
    "strategy": schema.STRATEGY_ZH,
    "road_class": schema.ROAD_CLASS_ZH,
    "barriers": schema.BARRING_ZH,
    "premises_state": schema.PREMISES_ZH,
    "problem": schema.PROBLEM_ZH,
}


def reference() -> str:
    """Make the text of docs/reference.md."""
    parts = [
        "# Reference",
        "Generated from the code by `make reference`; do not edit it by hand.",
        "## Commands",
        *_commands(),
        "## area.toml",
        "Paths are relative to the file. Every section but `[area]` may be left out, as long as one of `[units]` and "
        "`[communities]` is there.",
        *_settings(),
        "## Rule sets",
        f"A file in `pipeline/presets/`, named by `preset` in `[rules]` (`{DEFAULT_PRESET}` when nothing is named). "
        "Every key below may be overridden in `[rules]`.",
        *_rules(),
        "## Tables",
        "CSV files are UTF-8 with a byte order mark. The label is the heading in Chinese documents.",
        *_tables(),
        "## Values",
        *_values(),
    ]
    return "\n\n".join(parts) + "\n"


def _commands() -> Iterable[str]:
    for name, command in sorted(typer.main.get_command(app).commands.items()):  # type: ignore[attr-defined]
        arguments = " ".join(param.metavar for param in command.params if not param.opts[0].startswith("-"))
        yield f"### huajie {name} {arguments}".rstrip()
        yield str(command.help)
        rows = [
            ("`" + ", ".join(param.opts) + "`" if param.opts[0].startswith("-") else param.metavar, param.help)
            for param in command.params
        ]
        yield _table(("option", "meaning"), rows)
    yield "Exit codes: 0 done; 1 the input cannot be used, or the run failed, with every problem listed; 2 wrong usage."


def _settings() -> Iterable[str]:
    yield from ("### [area]", _fields(AreaSection), "### [rules]", "`preset` and any key of a rule set, see below.")
    yield from ("### [solve]", _fields(SolveSection))
    yield from ("### [repair]", _fields(RepairSection))
    yield from ("### [tessellate]", _fields(TessellateSection))
    yield from ("### [barriers]", inspect.cleandoc(BarriersSection.__doc__ or ""), _fields(BarriersSection))
    yield f"### {', '.join(f'[{name}]' for name in (*LAYER_SECTIONS, *TABLE_SECTIONS, *EDIT_SECTIONS))}"
    yield _fields(LayerSection)
    yield (
        "Any further key settles a column by hand: our name on the left, the name in the file on the right, as in "
        '`households = "常住户数"`. Columns that are not named are recognised by their usual Chinese and English names.'
    )
    yield ("### [crossings], beside these")
    yield inspect.cleandoc(CrossingsSection.__doc__ or "")
    yield _fields(CrossingsSection, besides=LayerSection)
    yield from ("### [forecast]", "The keys of a table, and these. See [forecast.md](forecast.md).")
    yield _fields(ForecastSection, besides=LayerSection)


def _rules() -> Iterable[str]:
    yield from ("### Keys", _fields(RuleSet))
    for name, field in RuleSet.model_fields.items():
        named = isinstance(field.annotation, GenericAlias)
        model = get_args(field.annotation)[-1] if named else field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield f"### [rules.{name}{'.NAME' if named else ''}]"
            yield from (inspect.cleandoc(model.__doc__ or ""), _fields(model))
    yield "### Shipped"
    keys = ("measure", "lower", "upper", "split_over", "merge_under", "split_needs_overload", "basis", "effective")
    presets = [load_rules({"preset": name}) for name in preset_names()]
    yield _table(
        ("key", *(f"`{rules.name}`" for rules in presets)),
        [(f"`{key}`", *(getattr(rules, key) for rules in presets)) for key in keys],
    )


def _tables() -> Iterable[str]:
    for name, columns in schema.TABLES.items():
        yield f"### {name}"
        rows = [(f"`{column.name}`", column.zh, column.unit, column.meaning) for column in columns]
        yield _table(("column", "label", "unit", "meaning"), rows)


def _values() -> Iterable[str]:
    for name, labels in VALUES.items():
        yield f"### {name}"
        yield _table(("value", "label"), [(f"`{value}`", label) for value, label in labels.items()])


def _fields(model: type[BaseModel], besides: type[BaseModel] | None = None) -> str:
    """Make the table of a section's keys, without those that it shares with another one."""
    shared = {} if besides is None else besides.model_fields
    rows = [
        (f"`{name}`", _type_name(field), _default(field), field.description or "")
        for name, field in model.model_fields.items()
        if name not in shared or field.description != shared[name].description
    ]
    return _table(("key", "type", "default", "meaning"), rows)


def _type_name(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(filter(None, get_args(field.annotation)))
    name = field.annotation.__name__ if isinstance(field.annotation, type) else str(field.annotation)
    return name.replace("pipeline.rules.", "").replace("typing.", "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    return "" if default in ("", None, {}) or isinstance(default, BaseModel) else f"`{default}`"


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [list(head), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    PATH.write_text(reference(), "utf-8")
    print(f"wrote {PATH}")
