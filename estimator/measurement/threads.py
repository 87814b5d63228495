"""Results that other threads bring, to be waited for by a program that a signal may interrupt.

Not concurrent.futures: its results have a lock of Python's own, which a signal may leave locked. An
exception that is raised between the lock's acquisition and the body of its `with` releases nothing
(bpo-29988). The thread that brings the result then waits for ever, and so does who waits for that
thread. A queue of `_queue` is one step to Python, with the lock inside of it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

# signals that end a program: none may reach a process that has only half begun
ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Pending(Generic[Result]):
    """A result to be; asked for once."""

    def __init__(self) -> None:
        self._mailbox: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def put(self, done: bool, result: Any) -> None:
        """Bring the result, or the exception in its place."""
        self._mailbox.put((done, result))

    def result(self) -> Result:
        """Wait for the result; raises the exception that came in its place."""
        done, result = self._mailbox.get()
        try:
            if not done:
                raise result
            return result  # type: ignore[no-any-return]  # what was put
        finally:
            del result  # its traceback has this frame in it: a circle


class ReadingThreads:
    """Threads that work side by side."""

    def __init__(self, count: int) -> None:
        self._asked: SimpleQueue[tuple[Callable[[], Any], Pending[Any]] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        with signals_wait():
            for thread in self._threads:
                thread.start()

    def submit(self, work: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Ask for `work(*arguments)`."""
        pending: Pending[Result] = Pending()
        self._asked.put((lambda: work(*arguments), pending))
        return pending

    def close(self) -> None:
        """Let the threads end what they are at; what none has begun is left undone."""
        try:
            while True:
                self._asked.get_nowait()
        except Empty:
            pass
        for _ in self._threads:
            self._asked.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            work, pending = asked
            try:
                pending.put(True, work())
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is the asker's
                pending.put(False, error)


@contextlib.contextmanager
def signals_wait() -> Iterator[tuple[int, ...]]:
    """A process or thread is started whole or not at all, and ready before a signal reaches it.

    Yields those that waited before.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield ()
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield tuple(map(int, before))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
