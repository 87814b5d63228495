"""Threads and processes that work side by side, in a program that a signal may interrupt.

Not concurrent.futures: its results have a lock of Python's own, which a signal may leave locked. An
exception that is raised between the lock's acquisition and the body of its `with` releases nothing
(bpo-29988). The thread that brings the result then waits for ever, and so does who waits for that
thread. A queue of `_queue` is one step to Python, with the lock inside of it.

Its processes share one pipe, too, and one that is killed while it writes into it leaves all others,
and the parent, waiting for ever: here each is at the end of a pipe of its own.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# signals that end a program: none may reach a process that has only half begun
_ENDING_SIGNALS = tuple(
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
        with _signals_wait():
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


class WorkerDiedError(Exception):
    """The process that had an item ended before it had a result."""


class Workers(Generic[Item, Result]):
    """So many processes, each of which works on one item at a time.

    Parameters
    ----------
    jobs : int
        How many.
    work : callable
        An item to its result; both travel between processes.
    """

    def __init__(self, jobs: int, work: Callable[[Item], Result]) -> None:
        context = _context()
        self._asked: SimpleQueue[tuple[Item, Pending[Result]] | None] = SimpleQueue()
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        self._threads: list[threading.Thread] = []
        try:
            with _signals_wait() as waiting:
                self._start_processes(context, jobs, work, waiting)
                # only now: a process is forked from a program of one thread. And within: a signal
                # between two steps of starting a thread leaves it waiting for ever
                self._start_threads()
        except BaseException:
            self.kill()
            raise

    def _start_processes(
        self, context: Any, jobs: int, work: Callable[[Item], Result], waiting: Iterable[int]
    ) -> None:
        for _ in range(jobs):
            try:
                self._start(context, work, waiting)
            except OSError:  # no more processes, or no more open files: fewer have to do
                if not self._processes:
                    raise
                break

    def _start_threads(self) -> None:
        for pipe in self._pipes:
            thread = threading.Thread(target=self._pass_on, args=(pipe,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _start(self, context: Any, work: Callable[[Item], Result], waiting: Iterable[int]) -> None:
        """Start one more process."""
        parent_end, child_end = context.Pipe()
        try:
            pipes = (*self._pipes, parent_end)
            # a forked process must not hold the ends of the others open
            ends = pipes if context.get_start_method() == "fork" else ()
            arguments = (work, child_end, ends, os.getpid(), waiting)
            process = context.Process(target=_serve, args=arguments, daemon=True)
            process.start()
        except BaseException:
            parent_end.close()
            raise
        finally:
            child_end.close()
        self._pipes.append(parent_end)
        self._processes.append(process)

    def submit(self, item: Item) -> Pending[Result]:
        """The result to be: it raises `WorkerDiedError` where the process ends before it."""
        pending: Pending[Result] = Pending()
        self._asked.put((item, pending))
        return pending

    def close(self) -> None:
        """Wait until all is done, and let the processes end."""
        for _ in self._threads:
            self._asked.put(None)
        self._join()

    def kill(self) -> None:
        """End all processes now, whatever they are at."""
        for process in self._processes:
            process.kill()
        self.close()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def _pass_on(self, pipe: Connection) -> None:
        """Give one process its items; after its end the others have theirs."""
        while (asked := self._asked.get()) is not None:
            item, pending = asked
            try:
                pipe.send(item)
                done, result = pipe.recv()
            except (OSError, EOFError):
                done, result = False, WorkerDiedError()
            pending.put(done, result)


def _serve(
    work: Callable[[Any], Any],
    pipe: Connection,
    ends: tuple[Connection, ...],
    parent: int,
    waiting: Iterable[int],
) -> None:
    """Work on what comes through the pipe, until it is closed.

    Signals that the parent was started without, as nohup starts it, are ignored here too, and those
    that wait (`waiting`) wait.
    """
    for end in ends:
        end.close()
    gc.disable()  # records make no circles: looking for them takes a tenth of the time
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # a forked process has the parent's handler
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    with contextlib.suppress(OSError, EOFError):  # the parent is gone, or wants no more
        while True:
            item = pipe.recv()
            try:
                answer = True, work(item)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the parent's
                answer = False, error
            pipe.send(answer)


def _watch(parent: int) -> None:
    """A counting process does not outlive its parent, however long a file takes it."""
    wait = threading.Event()
    while os.getppid() == parent:
        wait.wait(1.0)
    os._exit(1)


def _context() -> Any:
    """Fork where that is safe: it is quickest, and a script needs no main guard."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


@contextlib.contextmanager
def _signals_wait() -> Iterator[tuple[int, ...]]:
    """A process or thread is started whole or not at all, and ready before a signal reaches it.

    Yields those that waited before.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield ()
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING_SIGNALS)
    try:
        yield tuple(map(int, before))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
