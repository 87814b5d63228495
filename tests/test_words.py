"""Names say what a thing is: words of speech, which fit everything, name nothing."""

import ast

import pytest

from tests.real_data import ROOT

NOTHING = {"told", "said", "one", "mine", "kept", "held"}


def given_names(tree):
    """Every name that a module gives: of functions, classes, parameters, fields and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


@pytest.mark.parametrize("room", ["estimator", "pricing", "tests", "benchmarks"])
def test_names_are_the_nouns_of_their_objects(room):
    """Nothing is called told, said, one, mine, kept or held."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, name in given_names(ast.parse(path.read_text(encoding="utf-8")))
        if name.strip("_") in NOTHING
    ]
    assert found == []
