"""Every notebook runs from a clean kernel, with its outputs committed."""

import re

import pytest

import estimator
from tests.extras import needed
from tests.real_data import ROOT

nbformat, nbclient = needed("nbformat"), needed("nbclient")
needed("ipykernel")
needed("anywidget")

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_runs_from_a_clean_kernel(path):
    """All cells run, and print what they print in the repository."""
    notebook = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(fresh, timeout=120, resources=resources).execute()
    for old, new in zip(notebook.cells, fresh.cells, strict=True):
        assert printed_text(old) == printed_text(new)
        assert kinds(old) == kinds(new)


def printed_text(cell):
    """Return what a cell prints; stderr is other libraries' talk, as of a font cache."""
    outputs = cell.get("outputs", [])
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")


def kinds(cell):
    """Return the kinds of results of a cell: tables and pictures are read on the web.

    A view of a widget is not: it belongs to a kernel that runs, and its table stands in its place.
    """
    data = [output["data"] for output in cell.get("outputs", []) if "data" in output]
    return [sorted(kind for kind in each if "widget-view" not in kind) for each in data]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_uses_public_functions_alone(path):
    """Of kmscost a notebook imports names that `estimator` has for everybody."""
    code = "\n".join(
        cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"
    )
    assert not re.findall(r"(?:from|import) (?:estimator\.|pricing|tests|benchmarks)", code)
    lines = re.findall(r"^from estimator import (.*)$", code, re.MULTILINE)
    assert lines
    assert {name.strip() for line in lines for name in line.split(",")} <= set(estimator.__all__)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_links_of_a_notebook_lead_somewhere(path):
    """Notebooks and pages that a notebook links to are there."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?://)([^)#\s]+)", cell.source):
                assert (path.parent / target).exists(), target
