"""Every notebook runs from a clean kernel, with its outputs committed."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.real_data import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_runs_from_a_clean_kernel(path):
    """All cells run, and print what they print in the repository."""
    kept = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(fresh, timeout=120, resources=resources).execute()
    for old, new in zip(kept.cells, fresh.cells, strict=True):
        assert printed(old) == printed(new)


def printed(cell):
    """What a cell prints; stderr is other libraries' talk, as of a font cache being built."""
    outputs = cell.get("outputs", [])
    return "".join(one["text"] for one in outputs if one.get("name") == "stdout")
