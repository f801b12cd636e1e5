"""A folder of outputs is replaced all together or not at all."""

from pathlib import Path

import pytest

from pipeline.errors import HuajieError, UsageError
from pipeline.swap import CHECK_OUTPUTS, CHECK_TABLES, replaced, require_replaceable

OURS = '{"area": "小城", "manifest": {}}'


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Make the outputs of an earlier run."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    (folder / "summary.json").write_text(OURS, "utf-8")
    (folder / "plan.csv").write_text("old", "utf-8")
    return folder


def test_the_new_folder_takes_the_place_of_the_old_one(outputs):
    with replaced(outputs) as fresh:
        (fresh / "flags.csv").write_text("new", "utf-8")
    assert ["flags.csv"] == [path.name for path in outputs.iterdir()]
    assert ["outputs"] == [path.name for path in outputs.parent.iterdir()]


def test_an_absent_folder_is_made_with_its_parents(tmp_path):
    with replaced(tmp_path / "a" / "b") as fresh:
        (fresh / "plan.csv").write_text("new", "utf-8")
    assert "new" == (tmp_path / "a" / "b" / "plan.csv").read_text("utf-8")


def test_a_fault_while_writing_leaves_the_old_folder(outputs):
    with pytest.raises(ZeroDivisionError), replaced(outputs) as fresh:
        (fresh / "plan.csv").write_text(f"half{1 // 0}", "utf-8")
    assert "old" == (outputs / "plan.csv").read_text("utf-8")
    assert ["outputs"] == [path.name for path in outputs.parent.iterdir()]


def test_a_swap_that_fails_half_way_puts_the_old_folder_back(outputs, monkeypatch):
    rename = Path.rename

    def stuck(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(HuajieError, match=r"in use.*unchanged"), replaced(outputs) as fresh:
        (fresh / "plan.csv").write_text("new", "utf-8")
    assert "old" == (outputs / "plan.csv").read_text("utf-8")
    assert ["outputs"] == [path.name for path in outputs.parent.iterdir()]


def test_a_file_of_the_user_is_carried_over_and_a_stale_output_is_not(outputs):
    (outputs / "notes.txt").write_text("mine", "utf-8")
    with replaced(outputs) as fresh:
        (fresh / "flags.csv").write_text("new", "utf-8")
    assert ["flags.csv", "notes.txt"] == sorted(path.name for path in outputs.iterdir())


def test_outputs_of_an_earlier_run_and_empty_folders_are_replaceable(outputs, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (outputs, tmp_path / "empty", tmp_path / "absent"):
        require_replaceable(folder, [tmp_path / "data" / "units.gpkg"])


@pytest.mark.parametrize("summary", [None, "{}", "[1]", "not json"])
def test_a_folder_with_other_files_is_not_replaceable(tmp_path, summary):
    (tmp_path / "thesis.docx").write_bytes(b"")
    if summary is not None:
        (tmp_path / "summary.json").write_text(summary, "utf-8")
    with pytest.raises(UsageError, match="no outputs of huajie"):
        require_replaceable(tmp_path, [])


def test_a_folder_that_holds_an_input_is_not_replaceable(outputs):
    with pytest.raises(UsageError, match="input lies in"):
        require_replaceable(outputs, [outputs / "data" / "units.gpkg"])


def test_a_file_is_not_replaceable_as_a_folder(outputs):
    with pytest.raises(UsageError, match="is a file"):
        require_replaceable(outputs / "plan.csv", [])


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Make the folder of an earlier check."""
    folder = tmp_path / "tables"
    folder.mkdir()
    for name in CHECK_TABLES:
        (folder / name).write_text("old", "utf-8")
    return folder


def test_the_tables_of_an_earlier_check_are_replaceable_by_a_check_and_not_by_a_run(tables):
    require_replaceable(tables, [], outputs=CHECK_OUTPUTS)
    with pytest.raises(UsageError, match="no outputs of huajie"):
        require_replaceable(tables, [])


def test_the_outputs_of_a_run_are_not_replaceable_by_a_check(outputs):
    for name in CHECK_TABLES:
        (outputs / name).write_text("old", "utf-8")
    with pytest.raises(UsageError, match="no outputs of a check"):
        require_replaceable(outputs, [], outputs=CHECK_OUTPUTS)


def test_a_check_carries_over_everything_that_it_does_not_write(tables):
    (tables / "plan.csv").write_text("mine", "utf-8")
    with replaced(tables, outputs=CHECK_OUTPUTS) as fresh:
        (fresh / "problems.csv").write_text("new", "utf-8")
    assert {"problems.csv": "new", "plan.csv": "mine"} == {
        path.name: path.read_text("utf-8") for path in tables.iterdir()
    }
