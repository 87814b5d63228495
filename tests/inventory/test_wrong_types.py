"""A value of another type anywhere in an inventory: refused with its line, never a traceback."""

import copy

import pytest

from tests.acceptance.broken_inventory import BASE
from tests.inventory.editor import read_in_editor
from tests.inventory.files import refusals
from tests.inventory.mutations import Plain, at_place, dump, locations
from tests.sampling import cases

WRONG = {
    "list": ["x"],
    "list of a list": [["x"]],
    "mapping": {"x": "y"},
    "template": Plain("{{ x }}"),
    "null": None,
    "number": -7.5,
    "a number without end": 10**400,
    "flag": True,
    "empty": "",
    "control character": "a\x1b[2J",
}
DOCUMENT = read_in_editor(BASE)
PLACES = locations(DOCUMENT)
EVERY = 3


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_refused_with_its_line(tmp_path, wrong):
    """In each place of an inventory with every section, which gets every third of the values."""
    first = list(WRONG).index(wrong) % EVERY
    for place in PLACES[first :: EVERY * max(1, len(PLACES) // cases(len(PLACES)))]:
        document = copy.deepcopy(DOCUMENT)
        at_place(document, place[:-1])[place[-1]] = WRONG[wrong]
        problems = refusals(tmp_path, dump(document))
        # null is SSE-S3 or a default, and true a flag
        assert problems or wrong in ("null", "flag"), place
        assert all(problem.line for problem in problems), (place, problems)
