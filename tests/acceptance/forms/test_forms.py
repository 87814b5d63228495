"""In every form the known log has its counts, or is refused by the name of the form."""

from pathlib import Path

import pytest

from tests.acceptance.forms import (
    answers,
    carriers,
    cloudwatch,
    columns,
    lakes,
    law,
    packings,
    searches,
)

MODULES = (packings, cloudwatch, carriers, answers, lakes, searches, columns)
FORMS = {
    f"{module.__name__.rpartition('.')[2]}: {name}": build
    for module in MODULES
    for name, build in module.FORMS.items()
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str, tmp_path: Path) -> None:
    """Each gives the known counts; one that has left the parameters behind is refused."""
    law.assert_form(FORMS[name](), tmp_path)


def test_all_forms_at_once(tmp_path: Path) -> None:
    """Forms of the same events in one folder are copies: the counts of one log."""
    for number, (name, build) in enumerate(FORMS.items()):
        if not name.startswith("columns"):
            form = build()
            if form.exact and not form.lost and not form.words:
                (tmp_path / f"{number}-{form.file}").write_bytes(form.content)
    law.assert_exact(law.log(tmp_path))
