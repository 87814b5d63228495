"""Commands in processes of their own, which tests interrupt, kill and starve."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.commands import REPOSITORY, Run

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
_PATIENCE = 60.0  # a machine may be busy [s]

# what `python -m estimator` does, after a line of the test's own
_PROGRAM = "import sys; {}; from estimator.__main__ import main; sys.argv[0] = 'kmscost'; main()"
NOTHING_ELSE = "pass"
# ids are held in memory only so long: everything goes by the disk; and a first batch is soon done
LITTLE_ROOM = (
    "from estimator.measurement.cloudtrail_logs import copies, local; "
    "copies.ROOM, local._BATCH_BYTES = 10, 1 << 17"
)
LITTLE_FILES = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))"
)


@dataclass
class Started:
    """A command that runs, in a session of its own with a temporary folder of its own."""

    process: subprocess.Popen[str]
    temporary: Path

    def wait_for_end(self) -> Run:
        """Wait for its end, and return what it left behind; it must end by itself."""
        out, err = self.process.communicate(timeout=_PATIENCE)
        return Run(self.process.returncode, out, err)

    def wait_for(self, begin: str, end: str = "") -> list[int]:
        """Wait until it has a file open whose name begins and ends so; its own processes."""
        wait_until(
            lambda: any(
                name.startswith(begin) and name.endswith(end)
                for name in _open_files(self.process.pid)
            )
        )
        return _children(self.process.pid)

    def wait_until_counting(self) -> list[int]:
        """Wait until a first batch is taken in, and its ids are on disk; its own processes."""
        return self.wait_for(f"{self.temporary}/", "(deleted)")

    def wait_for_children(self, number: int) -> list[int]:
        """Wait until it has so many processes of its own."""
        wait_until(lambda: len(_children(self.process.pid)) >= number)
        return _children(self.process.pid)

    def send(self, number: int, group: bool) -> None:
        """A signal: to its whole group, as a terminal sends Ctrl-C, or to it alone."""
        send = os.killpg if group else os.kill
        with contextlib.suppress(ProcessLookupError):
            send(self.process.pid, number)


@contextlib.contextmanager
def start(
    folder: Path, *args: str, first: str = NOTHING_ELSE, **environment: str
) -> Iterator[Started]:
    """`kmscost ARGS` in this folder; whatever is left of it is killed at the end."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        command(*args, first=first),
        cwd=folder,
        env=_environment(TMPDIR=str(temporary), **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        yield Started(process, temporary)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ran(folder: Path, *args: str, first: str = NOTHING_ELSE, **environment: str) -> Run:
    """`kmscost ARGS` in this folder, to its end."""
    done = subprocess.run(
        command(*args, first=first),
        cwd=folder,
        env=_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def command(*args: str, first: str = NOTHING_ELSE) -> list[str]:
    """The words that run `kmscost ARGS`, after the statement `first`."""
    return [sys.executable, "-c", _PROGRAM.format(first), *args]


def as_nobody() -> list[str]:
    """Words before a command that take from root what other users do not have."""
    if os.geteuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may read everything, and there is no setpriv")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def ran_as_nobody(folder: Path, *args: str) -> Run:
    """`kmscost ARGS` by somebody whom permissions bind."""
    done = subprocess.run(
        [*as_nobody(), *command(*args)],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def wait_until(look: Callable[[], bool]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + _PATIENCE
    while not look():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


def alive(process: int) -> bool:
    """Tell whether a process still runs; one that only waits to be asked for its end does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] not in {"Z", "X"}


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{process}/task").iterdir()
        return [int(number) for task in tasks for number in (task / "children").read_text().split()]
    return []


def _open_files(process: int) -> list[str]:
    found = []
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(str(link.readlink()))
    return found


def _environment(**more: str) -> Mapping[str, str]:
    paths = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": paths, **more}
