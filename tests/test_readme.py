"""Every command of the README runs and prints what the README says."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.real_data import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLES = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def steps(block):
    """The commands of a console block, each with the output below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.mark.parametrize("block", CONSOLES, ids=lambda block: block.splitlines()[0][2:50])
def test_console_blocks_print_what_they_say(block, tmp_path):
    """Commands run in order in a copy of the examples; `...` stands for lines left out."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for command, expected in steps(block):
        program, *arguments = shlex.split(command)
        assert program == "kmscost"
        done = subprocess.run(
            [sys.executable, "-m", "estimator", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        )
        assert done.returncode == 0, done.stderr
        pattern = re.escape(expected).replace(re.escape("...") + "\\\n", "(?:.*\n)*?")
        assert re.fullmatch(pattern, done.stdout), f"{command}\n{done.stdout}"


@pytest.mark.parametrize("code", PYTHON)
def test_python_blocks_run(code, monkeypatch):
    """The code of the README runs as it stands."""
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 (our own README)


def test_the_first_screen_has_the_two_commands():
    """One line installs and forecasts, one line installs and tests."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert "kmscost forecast examples/organization.yaml" in blocks[0]
    assert "pytest" in blocks[1]
    assert all(len(block.splitlines()) == 1 for block in blocks[:2])
