"""How long AWS is waited for, and for how many calls at once.

Threads end with the program, so that Ctrl-C ends at once.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORKERS = 8


@dataclass(frozen=True)
class Patience:
    """Times in seconds, and attempts with the first among them.

    Parameters
    ----------
    login
        Until somebody is let in or hears why not: within 15 seconds, with the program's start [s].
    attempts, login_attempts
        Of a call that is throttled or meets an error of AWS's own; a host that does not answer is
        given up sooner.
    connect, read
        For a connection, and for each part of an answer [s].
    answer
        For a whole answer, with the pause before the next attempt: botocore's are up to 20 s [s].
    rest
        A host that did not answer is left alone for so long [s].
    """

    login: float = 12.0
    login_attempts: int = 4
    attempts: int = 10
    connect: float = 5.0
    read: float = 5.0
    answer: float = 30.0
    rest: float = 30.0


def within(
    seconds: float, work: Callable[[], Result], begun: Callable[[], float] | None = None
) -> Result:
    """The result of `work`, or a `TimeoutError` after so many seconds.

    Timeouts of connections do not hold for names that are looked up, for a host of many addresses,
    or for an answer that comes byte by byte. `begun` says when the last attempt began, by
    `time.monotonic`; default: now.
    """
    start = time.monotonic()
    ready: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            ready.put((work(), None))
        except BaseException as error:  # noqa: BLE001 (the main thread raises it)
            ready.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    while True:
        end = max(start, begun() if begun is not None else start) + seconds
        try:
            result, error = ready.get(timeout=max(0.0, end - time.monotonic()))
            break
        except queue.Empty:
            if begun is None or max(start, begun()) + seconds <= time.monotonic():
                raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # no error: it has a result


def map_in_threads(
    work: Callable[[Item], Result], items: Sequence[Item], done: Callable[[], None]
) -> list[Result]:
    """Apply `work` to each item; the results in the order of the items.

    An exception of one of them is raised here.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    ready: queue.SimpleQueue[tuple[int, Result | None, BaseException | None]] = queue.SimpleQueue()
    for number in range(len(items)):
        waiting.put(number)

    def run() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                ready.put((number, work(items[number]), None))
            except BaseException as error:  # noqa: BLE001 (the main thread raises it)
                ready.put((number, None, error))

    for _ in range(min(_WORKERS, len(items))):
        # a pool of futures would wait at the end for calls that hang
        threading.Thread(target=run, daemon=True).start()
    results: dict[int, Result] = {}
    for _ in items:
        number, result, error = ready.get()
        if error is not None:
            raise error
        results[number] = result  # type: ignore[assignment]  # no error: it has a result
        done()
    return [results[number] for number in range(len(items))]
