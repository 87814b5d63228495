"""Run the command as a user would and read its numbers. Knows nothing of the tool's code.

The command runs in this process, which is fifty times faster than a process each. What a user can
observe stays the same: its exit code, stdout and stderr apart and in UTF-8, relative paths.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from estimator.cli import app

REPOSITORY = Path(__file__).parents[2]
NOVEMBER = ("--from", "2026-11", "--months", "1")


@dataclass(frozen=True)
class Run:
    """The end of a command: its code, its output, its seconds."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    def __post_init__(self) -> None:
        assert "Traceback" not in self.text, self.text  # a traceback is a bug, whatever the command

    @property
    def text(self) -> str:
        return f"{self.out}\n{self.err}"


def kmscost(*args: str, cwd: Path) -> Run:
    """Run `kmscost ARGS` in the folder `cwd`.

    Whatever leaves the command other than SystemExit is a bug of the tool and fails the test.
    """
    # strict and backslashreplace: as Python sets up the real stdout and stderr
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", newline="")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="")
    code: Any = None
    began = time.perf_counter()
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app(list(args), prog_name="kmscost")
        except SystemExit as end:
            code = end.code
    assert code is None or isinstance(code, int), f"exit with a text: {code}"
    return Run(code or 0, flush_text(out), flush_text(err), time.perf_counter() - began)


def kmscost_process(*args: str, cwd: Path, stdin: str | None = None) -> Run:
    """The same by `python -m estimator` in a process of its own, without a terminal."""
    paths = [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-m", "estimator", *args],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def flush_text(stream: io.TextIOWrapper) -> str:
    """All that was written to a stream of bytes."""
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()


def write(folder: Path, text: str, name: str = "inventory.yaml") -> Path:
    """Save a file of the user's."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run_forecast(folder: Path, start: str = "2026-11", months: int = 1, *options: str) -> Run:
    """`kmscost forecast inventory.yaml --from START --months N --format json OPTIONS`."""
    span = ("--from", start, "--months", str(months))
    return kmscost("forecast", "inventory.yaml", *span, "--format", "json", *options, cwd=folder)


def forecast(
    folder: Path, text: str, start: str = "2026-11", months: int = 1, *options: str
) -> dict[str, Any]:
    """The JSON that `kmscost forecast` answers about an inventory."""
    write(folder, text)
    run = run_forecast(folder, start, months, *options)
    assert run.code == 0, run.text
    answer: dict[str, Any] = json.loads(run.out)
    return answer


def close(got: float, want: Decimal | Fraction | int | str, what: str = "") -> None:
    """Equal to a relative 1e-9 (money is float64 inside) or an absolute 1e-9."""
    target = Fraction(want)
    slack = max(abs(target), Fraction(1)) * Fraction(1, 10**9)
    difference = abs(Fraction(got) - target)
    assert difference <= slack, f"{what}: got {got!r}, by hand {float(target)!r}"


def expect(answer: dict[str, Any], **wanted: Decimal | Fraction | int | str) -> None:
    """Each of these numbers of an answer is the one worked out by hand."""
    for name, value in wanted.items():
        close(answer[name], value, name)
