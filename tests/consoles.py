"""Console blocks of documents: their commands run, and print what is below them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import Run, kmscost
from tests.extras import skip_without_extra
from tests.real_data import ROOT


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for name, block in fenced if name == language]


def steps(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with the output below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run_block(block: str, folder: Path) -> None:
    """Run the commands of a block in a folder.

    Each prints what is below it on stdout, with `2>&1` on stderr too; `...` stands for lines left
    out. Each exits with 0, unless `echo $?` below it says otherwise.
    """
    commands = list(steps(block))
    last = 0
    for (command, expected), (following, _) in zip(
        commands, [*commands[1:], ("", "")], strict=True
    ):
        if command == "echo $?":
            assert expected == f"{last}\n", f"exit code {last}, not {expected}"
            continue
        program, *arguments = shlex.split(command)
        assert program == "kmscost", command
        both = arguments[-1:] == ["2>&1"]
        done = run(arguments[:-1] if both else arguments, folder, both=both)
        last = done.code
        skip_without_extra(done.text)
        assert last == 0 or following == "echo $?", f"{command}\n{done.text}"
        pattern = re.escape(expected).replace(re.escape("...") + "\\\n", "(?:.*\n)*?")
        assert re.fullmatch(pattern, done.out), f"{command}\n{done.text}"


def run(arguments: list[str], folder: Path, *, both: bool = False) -> Run:
    """Run a command of kmscost in a folder, as wide as documents are; `both` streams in one.

    In this process, which is ten times faster; two streams in one need a process of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        return kmscost(*arguments, cwd=folder) if not both else _in_one(arguments, folder)


def _in_one(arguments: list[str], folder: Path) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "estimator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return Run(done.returncode, done.stdout, "")
