"""The command line: load, call one public function, render.

Only this package prints, exits or reads the environment. pandas and rich are imported inside the
commands, so that help and version come at once. Ctrl-C and its like end a command at once: no
traceback, no process and no file left behind.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from estimator.cli.application import Application, show_version
from pricing.reading.problems import printable

# what ends a program: by Ctrl-C, by kill or a scheduler, by a terminal that is closed
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_IMPATIENT = 2.0  # a second one while the first is obeyed changes nothing [s]

app = typer.Typer(
    name="kmscost",
    cls=Application,
    help="What will AWS KMS cost because of CloudTrail, who pays, and was the forecast right?",
    epilog="Example: kmscost init && kmscost forecast inventory.yaml",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _kmscost(
    version: bool = typer.Option(
        False, "--version", help="Show the version and exit.", callback=show_version, is_eager=True
    ),
) -> None:
    pass


def main() -> None:
    """Run `kmscost`."""
    # nothing here multiplies matrices: the threads that numpy would start only spin
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code: object = 0
    _open_streams()
    with _end_cleanly() as interrupted:
        try:
            app()
        except SystemExit as end:
            code = end.code
        except OSError as error:
            code = _report_failure(error)
        try:
            sys.stdout.flush()
        except OSError as error:
            code = _unwritable(error)
    # typer has a code of its own for what interrupts it between two commands
    sys.exit(interrupted[0] if interrupted and code else code)  # type: ignore[arg-type]  # typer's


class _Interrupted(KeyboardInterrupt):
    """A signal came; `code` is the exit code that shells know it by."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@contextlib.contextmanager
def _end_cleanly() -> Iterator[list[int]]:
    """Raise `_Interrupted` for each of the signals, and yield a list that takes its exit code.

    What is ignored already, as under nohup, stays so.
    """
    codes: list[int] = []
    last = -_IMPATIENT

    def stop(number: int, *_: Any) -> None:
        nonlocal last
        codes.append(128 + number)
        before, last = last, time.monotonic()
        if last - before >= _IMPATIENT:
            raise _Interrupted(number)

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    obeyed = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    for number in obeyed:
        signal.signal(number, stop)
    try:
        yield codes
    finally:
        # the program is about to end: only Python's own tidying up is left
        for number in obeyed:
            signal.signal(number, signal.SIG_IGN if codes else signal.SIG_DFL)


def _open_streams() -> None:
    """Open stdout and stderr where the shell closed them (``>&-``), to go nowhere.

    Else the next file that is opened would take their place, and get what is not for it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _report_failure(error: OSError) -> int:
    """Return the code of an error of the system, which is stdout's only where that takes no more.

    What could not be written is still held back: it fails again where it is stdout that fails.
    """
    try:
        sys.stdout.flush()
    except OSError as unwritten:
        return _unwritable(unwritten)
    if isinstance(error, BrokenPipeError):
        return 0
    place = "the system" if error.filename is None else printable(os.fsdecode(error.filename))
    found = error.strerror or str(error)
    with contextlib.suppress(OSError):  # a stderr that is closed
        sys.stderr.write(f"{place}: found an error ({found}); nothing is complete; run again\n")
    return 1


def _unwritable(error: OSError) -> int:
    """Return the message when stdout takes no more; a pipe that somebody closed is no mistake."""
    # whatever Python still holds back at its end must not fail a second time
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    sys.stderr.write(f"stdout: found no room to write ({error.strerror}); nothing is complete\n")
    return 1
