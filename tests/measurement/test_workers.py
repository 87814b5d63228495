"""Results of other threads and processes: a signal in any step of a wait makes nobody else wait."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from estimator.measurement.workers import Pending, ReadingThreads, Workers
from tests.real_data import ROOT

_PATIENCE = 60.0  # a machine may be busy [s]


class InterruptedStepError(KeyboardInterrupt):
    """What a signal raises."""


def interrupt(wait: Callable[[], Any], step: int) -> bool:
    """Call `wait`, and raise in its step of that number; True where it came to it."""
    steps = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps += 1
            if steps == step:
                raise InterruptedStepError
        return trace

    before = sys.gettrace()
    try:
        sys.settrace(trace)
        try:
            wait()
        finally:
            sys.settrace(before)
    except InterruptedStepError:
        return True
    return False


def test_a_result_can_be_brought_whenever_its_wait_was_interrupted() -> None:
    """Who brings it is never left waiting: with a lock of Python's own this hangs."""
    pendings: list[Pending[int]] = []

    def wait() -> int:
        pendings.append(Pending())
        pendings[-1].put(True, 5)
        return pendings[-1].result()

    def check() -> None:
        if pendings:
            thread = threading.Thread(target=pendings[-1].put, args=(True, 5), daemon=True)
            thread.start()
            thread.join(_PATIENCE)
            assert not thread.is_alive()

    step = 1
    while interrupt(wait, step):
        check()
        step += 1
    assert step > 10


def test_an_exception_comes_in_the_place_of_a_result() -> None:
    """It is raised to who asks."""
    pending: Pending[int] = Pending()
    pending.put(False, ValueError("why"))
    with pytest.raises(ValueError, match="why"):
        pending.result()


def test_reading_threads_bring_what_they_are_asked_for() -> None:
    """Results in any order of asking, exceptions too; closing leaves undone what none has begun."""
    threads = ReadingThreads(2)
    sums = [threads.submit(lambda a, b: a + b, number, 1) for number in range(20)]
    broken = threads.submit(int, "x")
    assert [pending.result() for pending in reversed(sums)] == list(range(20, 0, -1))
    with pytest.raises(ValueError, match="x"):
        broken.result()
    threads.close()
    assert not any(thread.is_alive() for thread in threads._threads)


def double(number: int) -> int:
    """What the processes do here."""
    return 2 * number


_KILLED = """
import sys
sys.path.insert(0, {root!r})
from tests.measurement.test_workers import double, interrupt
from estimator.measurement.workers import Workers
for step in range(1, 60):
    workers = Workers(2, double)
    pendings = [workers.submit(number) for number in range(4)]
    interrupt(lambda: [pending.result() for pending in pendings], step)
    workers.kill()
print("ended")
"""


def test_processes_are_killed_whenever_a_wait_was_interrupted() -> None:
    """Counting that is interrupted in any step ends: it hung once in many runs."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED.format(root=str(ROOT))],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    assert (done.stdout, done.returncode) == ("ended\n", 0), done.stderr


def test_processes_that_were_interrupted_while_they_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None is left when the threads that serve them cannot be started."""
    begun: list[Any] = []

    def fail(workers: Workers[int, int]) -> None:
        begun.extend(workers._processes)
        raise InterruptedStepError

    monkeypatch.setattr(Workers, "_start_threads", fail)
    with pytest.raises(InterruptedStepError):
        Workers(2, double)
    assert len(begun) == 2
    assert not any(process.is_alive() for process in begun)
