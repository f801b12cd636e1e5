"""The notebooks run as they are, on the sample area, and are committed clean."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

names = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_the_notebooks_are_numbered_in_reading_order():
    assert ["1", "2", "3", "4", "5"] == [path.name[0] for path in NOTEBOOKS]


@names
def test_a_notebook_is_committed_without_outputs(path):
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert [([], None)] * len(cells) == [(cell.outputs, cell.execution_count) for cell in cells]


@names
def test_a_notebook_asks_a_question_and_has_one_cell_to_edit(path):
    cells = nbformat.read(path, 4).cells
    assert "?" in cells[0].source.splitlines()[0]
    assert 1 == sum("parameters" in cell.metadata.get("tags", []) for cell in cells)


@names
def test_a_notebook_is_thin(path):
    source = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert [] == [text for text in source if "def " in text or len(text.splitlines()) > 8]


@names
def test_a_notebook_runs(path, tmp_path):
    """Run a copy beside a copy of the sample, so that nothing in the checkout is written."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "data" / "raw" / "sample", tmp_path / "data" / "raw" / "sample")
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path / "notebooks")}})
    client.execute()
    results = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert len(results) >= 3
