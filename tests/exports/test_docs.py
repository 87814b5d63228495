"""docs/exports.md says what the code does."""

import re

from estimator.report.exports.focus_columns import FOCUS, OWN
from tests.real_data import ROOT

TEXT = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")


def columns_in_words():
    """The columns of `export focus` as Markdown."""
    rows = [
        f"| {column.name} | {column.dtype} | {column.unit} | {column.meaning} |"
        for column in (*FOCUS, *OWN)
    ]
    return "\n".join(["| column | dtype | unit | what is in it |", "|---|---|---|---|", *rows])


def test_every_column_of_focus_is_documented():
    """The table is what estimator/report/exports/focus_columns.py declares."""
    documented = re.search(
        r"<!-- columns of FOCUS:.*?-->\n(.*)<!-- end of columns -->", TEXT, re.DOTALL
    )
    assert documented is not None
    assert documented[1].strip() == columns_in_words()
