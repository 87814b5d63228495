"""Ctrl-C and its like end a command at once: no traceback, no process and no file left behind."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from typing import Any

# what ends a program: by Ctrl-C, by kill or a scheduler, by a terminal that is closed
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_IMPATIENT = 2.0  # a second one while the first is obeyed changes nothing [s]


class Interrupted(KeyboardInterrupt):
    """A signal came; `code` is the exit code that shells know it by."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@contextlib.contextmanager
def ends_cleanly() -> Iterator[list[int]]:
    """Raise `Interrupted` for each of the signals, and yield a list that takes its exit code.

    What is ignored already, as under nohup, stays so.
    """
    codes: list[int] = []
    last = -_IMPATIENT

    def stop(number: int, *_: Any) -> None:
        nonlocal last
        codes.append(128 + number)
        before, last = last, time.monotonic()
        if last - before >= _IMPATIENT:
            raise Interrupted(number)

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
