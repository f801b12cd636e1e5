"""The documents say what the code does."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline import __version__
from pipeline.cli import app
from pipeline.rules import load_rules, preset_names
from pipeline.schema import PROBLEM_ZH, PROOF_ZH
from pipeline.settings import Settings
from pipeline.swap import OUTPUTS

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def blocks(path: Path, language: str) -> list[str]:
    """Give the fenced blocks of a language, without their indent."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", path.read_text("utf-8"), re.M | re.S)
    return ["\n".join(line.removeprefix(indent) for line in block.splitlines()) for indent, block in found]


def test_the_reference_is_what_the_code_generates():
    spec = importlib.util.spec_from_file_location("generate_reference", ROOT / "docs" / "generate_reference.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    # The remedy is `make reference`.
    assert generator.reference() == (ROOT / "docs" / "reference.md").read_text("utf-8")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_two_commands_of_a_readme_are_those_that_ci_runs(readme):
    commands = blocks(readme, "sh")[0].splitlines()
    steps = re.findall(r"^step (.*)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.M)
    assert ["make demo", "make test"] == commands
    assert set(commands) <= set(steps)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_area_toml_of_a_readme_is_valid(readme):
    content = tomllib.loads(blocks(readme, "toml")[0])
    settings = Settings(**content)
    assert ["units", "roads", "households"] == settings.given()
    assert load_rules(settings.rules).upper == content["rules"]["upper"]


@pytest.mark.parametrize("page", [*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_links_and_pictures_of_a_page_exist(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [] == [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", [*READMES, ROOT / "docs" / "outputs.md"], ids=lambda path: path.name)
def test_every_output_a_page_names_is_one_that_a_run_may_write(page):
    rows = [line.split("|")[1] for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {re.split(r"[/.]", name)[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}
    known = {name.split(".")[0] for name in OUTPUTS}
    assert set() == {name for name in named - known - set(PROOF_ZH) if name}


def test_every_messy_case_has_a_row_and_a_test_of_its_number():
    table = (ROOT / "docs" / "messy-data.md").read_text("utf-8")
    tests = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests" / "cases").glob("test_*.py")))
    cases = set(range(1, 36))
    assert cases == {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.M)}
    assert cases == {int(number) for number in re.findall(r"^def test_case_(\d\d)_", tests, re.M)}


def test_every_problem_that_the_page_of_messy_data_names_exists():
    table = (ROOT / "docs" / "messy-data.md").read_text("utf-8")
    named = {name for row in re.findall(r"^\| \d+ \|.*", table, re.M) for name in re.findall(r"\*([a-zA-Z ]+)\*", row)}
    assert named
    assert set() == named - set(PROBLEM_ZH)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_preset_is_named_in_a_readme(readme):
    text = readme.read_text("utf-8")
    assert [] == [name for name in preset_names() if name not in text]


def test_every_command_is_in_the_changelog():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert [] == [name for name in get_command(app).commands if f"`huajie {name}" not in text]


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert __version__ == project["version"]
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_contributing_shows_the_floors_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    shown = re.search(r"```\n(cli\n.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.S)[1]
    assert contracts[0]["layers"] == [re.split(r" {2,}", line)[0] for line in shown.splitlines()]


def test_every_make_command_that_is_documented_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    pages = [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "reference.md"]
    named = {name for page in pages for name in re.findall(r"`make ([a-z]+)`", page.read_text("utf-8"))}
    assert set() == named - targets
