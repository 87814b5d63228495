"""Ctrl-C, a scheduler's kill and the kernel's: it ends at once, says so, and leaves nothing."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.measure.long_inputs import INPUTS, cloudtrail
from tests.acceptance.measure.processes import (
    LITTLE_ROOM,
    Started,
    alive,
    command,
    needs_proc,
    start,
    wait_until,
)

pytestmark = needs_proc

SAID = "Interrupted; nothing was written.\n"
OLD = "yesterday"
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three million events, half a minute's work."""
    return cloudtrail(tmp_path_factory.mktemp("long") / "logs")


def write_old(folder: Path) -> None:
    """Write what an earlier run has left."""
    (folder / "out.json").write_text(OLD, encoding="utf-8")


def assert_nothing_left(run: Started, folder: Path, readers: list[int]) -> None:
    """No process, no temporary file, and the old output as it was."""
    wait_until(lambda: not any(map(alive, readers)))
    assert list(run.temporary.iterdir()) == []
    assert sorted(path.name for path in folder.iterdir()) == ["out.json", "temporary"]
    assert (folder / "out.json").read_text(encoding="utf-8") == OLD


@pytest.mark.parametrize(
    ("jobs", "number"),
    [("1", signal.SIGINT), ("3", signal.SIGINT), ("1", signal.SIGTERM), ("3", signal.SIGHUP)],
    ids=["SIGINT", "SIGINT-3", "SIGTERM", "SIGHUP-3"],
)
def test_a_signal_ends_counting(tmp_path: Path, logs: Path, number: int, jobs: str) -> None:
    """The exit code is the signal's, one line says what happened, and nothing is left behind."""
    write_old(tmp_path)
    args = ("measure", "cloudtrail", str(logs), "-f", "json", "-o", "out.json", "--jobs", jobs)
    with start(tmp_path, *args, first=LITTLE_ROOM) as run:
        readers = run.wait_until_counting()
        assert len(readers) == (3 if jobs == "3" else 0)
        run.send(number, group=number == signal.SIGINT)
        done = run.wait_for_end()
        assert (done.code, done.out, done.err) == (CODES[signal.Signals(number)], "", SAID)
        assert_nothing_left(run, tmp_path, readers)


def test_an_impatient_user(tmp_path: Path, logs: Path) -> None:
    """Ctrl-C five times in a row ends it as one does: no traceback of Python's own ending."""
    write_old(tmp_path)
    with start(
        tmp_path, "measure", "cloudtrail", str(logs), "-o", "out.json", first=LITTLE_ROOM
    ) as run:
        readers = run.wait_until_counting()
        for _ in range(5):
            run.send(signal.SIGINT, group=True)
        done = run.wait_for_end()
        assert (done.code, done.out, done.err) == (130, "", SAID)
        assert_nothing_left(run, tmp_path, readers)


def test_all_processes_are_told_to_end(tmp_path: Path, logs: Path) -> None:
    """A service manager ends the whole group: a process that ends first makes nobody wait."""
    write_old(tmp_path)
    with start(
        tmp_path, "measure", "cloudtrail", str(logs), "-o", "out.json", first=LITTLE_ROOM
    ) as run:
        readers = run.wait_until_counting()
        run.send(signal.SIGTERM, group=True)
        done = run.wait_for_end()
        assert (done.code, done.out) == (143, "")
        assert_nothing_left(run, tmp_path, readers)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_process_that_is_killed(tmp_path: Path, logs: Path, number: int) -> None:
    """The kernel, short of memory, kills one: exit 1, which file it had, and what to do."""
    write_old(tmp_path)
    args = ("measure", "cloudtrail", str(logs), "-o", "out.json", "--jobs", "2")
    with start(tmp_path, *args, first=LITTLE_ROOM) as run:
        readers = run.wait_until_counting()
        os.kill(readers[0], number)
        done = run.wait_for_end()
        assert (done.code, done.out) == (1, "")
        (line,) = done.err.splitlines()
        assert line.startswith(f"{logs}/")
        assert "a process that was killed while it counted" in line
        assert "--jobs 1" in line
        assert_nothing_left(run, tmp_path, readers)


def test_when_the_command_itself_is_killed(tmp_path: Path, logs: Path) -> None:
    """Its processes end with it, and what lay in a temporary file is gone."""
    write_old(tmp_path)
    args = ("measure", "cloudtrail", str(logs), "-o", "out.json")
    with start(tmp_path, *args, first=LITTLE_ROOM) as run:
        readers = run.wait_until_counting()
        run.send(signal.SIGKILL, group=False)
        run.process.wait()
        assert_nothing_left(run, tmp_path, readers)


@pytest.mark.parametrize("source", [source for source in INPUTS if source != "cloudtrail"])
def test_every_source_can_be_interrupted(tmp_path: Path, source: str) -> None:
    """Listings, inventories, access logs and bills end on Ctrl-C in the same way."""
    folder = tmp_path / "work"
    folder.mkdir()
    write_old(folder)
    path = INPUTS[source](tmp_path / "long")
    with start(folder, "measure", source, str(path), "-o", "out.json") as run:
        run.wait_for(f"{tmp_path / 'long'}/")
        run.send(signal.SIGINT, group=True)
        done = run.wait_for_end()
        assert (done.code, done.out, done.err) == (130, "", SAID)
        assert_nothing_left(run, folder, [])


@pytest.mark.parametrize("form", ["csv", "table"])
def test_whoever_reads_may_stop(tmp_path: Path, form: str) -> None:
    """`| head` closes the pipe: no error, no message of Python's."""
    logs = cloudtrail(tmp_path / "logs")
    for path in sorted(logs.iterdir())[1:]:
        path.unlink()
    process = subprocess.Popen(
        command("measure", "cloudtrail", str(logs), "--format", form, "--by", "all"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0, err
    assert "Traceback" not in err
    assert "Broken" not in err


def test_a_closed_stdout(tmp_path: Path) -> None:
    """`>&-`: nobody wants the result; --output is written all the same, and whole."""
    logs = cloudtrail(tmp_path / "logs")
    for path in sorted(logs.iterdir())[1:]:
        path.unlink()
    words = shlex.join(command("measure", "cloudtrail", str(logs), "-f", "json"))
    plain = subprocess.run(["sh", "-c", f"{words} >&- 2>&- <&-"], check=False)
    assert plain.returncode == 0
    target = tmp_path / "out.json"
    filed = subprocess.run(["sh", "-c", f"{words} -o {target} >&- 2>&-"], check=False)
    assert filed.returncode == 0
    assert json.loads(target.read_text(encoding="utf-8"))["totals"]["requests"] == 8_000
