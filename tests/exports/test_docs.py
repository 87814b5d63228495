"""docs/exports.md says what the code does, and its commands run."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from estimator.report.exports.focus_columns import FOCUS, OWN
from tests.extras import skip_without_extra
from tests.real_data import ROOT

TEXT = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
CONSOLES = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line[2:] for block in CONSOLES for line in block.splitlines()]


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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs_and_writes_its_file(command, tmp_path):
    """In a copy of the examples: exit 0, nothing on stdout, a file that is not empty."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    program, *arguments = shlex.split(command)
    assert program == "kmscost"
    done = subprocess.run(
        [sys.executable, "-m", "estimator", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )
    skip_without_extra(done.stderr)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / arguments[-1]).stat().st_size > 500
