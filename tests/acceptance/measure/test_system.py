"""What the system refuses in the middle: shares that go away, descriptors, processes, signals."""

from __future__ import annotations

import errno
import gzip
import json
import os
import signal
from pathlib import Path

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, skipped_reasons
from tests.acceptance.measure.processes import needs_proc, ran, start
from tests.acceptance.measure.samples import GOOD, put, save_good, save_records

# the third name of a listing is an error of the share
FAILING_SHARE = """
import os
real = os.scandir
class Listing:
    def __init__(self, path):
        self.entries, self.left = real(path), 2 if str(path).endswith("share") else 99
    def __enter__(self): return self
    def __exit__(self, *_): self.entries.close()
    def __iter__(self): return self
    def __next__(self):
        self.left -= 1
        if self.left < 0: raise OSError({number}, os.strerror({number}))
        return next(self.entries)
os.scandir = Listing
"""


def test_a_share_that_fails_while_it_is_listed(tmp_path: Path) -> None:
    """What was listed counts, the folder is named with its reason, other folders count."""
    save_good(tmp_path / "logs")
    for at in range(4):
        save_records(tmp_path / "logs" / "share", put(at), name=f"{at}.json.gz")
    code = FAILING_SHARE.format(number=errno.EIO)
    done = ran(tmp_path, "measure", "cloudtrail", "logs", "-f", "json", first=f"exec({code!r})")
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert answer["totals"]["requests"] == GOOD + 2
    assert [file["path"] for file in answer["skipped"]] == ["logs/share"]
    assert answer["skipped"][0]["reason"] == (
        f"folder that cannot be listed to its end ({os.strerror(errno.EIO)})"
    )


@needs_proc
def test_few_descriptors(tmp_path: Path) -> None:
    """Where no more processes can be had fewer have to do, or none: the counts are the same."""
    for at in range(600):
        save_records(tmp_path / "logs", put(at), name=f"{at}.json.gz")
    first = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))"
    args = ("measure", "cloudtrail", "logs", "-f", "json", "--jobs", "8")
    done = ran(tmp_path, *args, first=first)
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert answer["totals"]["requests"] == 600
    assert answer["skipped"] == []


@needs_proc
def test_no_descriptor_for_a_folder(tmp_path: Path) -> None:
    """A folder that cannot be opened for want of descriptors is named, not a traceback."""
    save_good(tmp_path / "logs")
    first = (
        "import os; real = os.scandir; os.scandir = lambda path: (_ for _ in ()).throw("
        f"OSError({errno.EMFILE}, os.strerror({errno.EMFILE}))) if str(path).endswith('deep') "
        "else real(path)"
    )
    (tmp_path / "logs" / "deep").mkdir()
    done = ran(tmp_path, "measure", "cloudtrail", "logs", "-f", "json", first=first)
    assert done.code == 0, done.text
    (skipped,) = json.loads(done.out)["skipped"]
    assert skipped["path"] == "logs/deep"
    assert os.strerror(errno.EMFILE) in skipped["reason"]


def test_an_error_of_the_system_is_not_stdouts(tmp_path: Path) -> None:
    """What fails elsewhere names what failed: stdout is blamed only for its own errors."""
    save_good(tmp_path / "logs")
    error = f"OSError({errno.EIO}, os.strerror({errno.EIO}), 'some/file')"
    first = (
        "import os, estimator.measurement.paths as paths; "
        f"paths.as_paths = lambda paths: (_ for _ in ()).throw({error})"
    )
    done = ran(tmp_path, "measure", "cloudtrail", "logs", first=first)
    assert (done.code, done.out) == (1, "")
    found = f"some/file: found an error ({os.strerror(errno.EIO)})"
    assert done.err == f"{found}; nothing is complete; run again\n"


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM], ids=lambda number: number.name)
def test_what_is_ignored_is_ignored_by_all(tmp_path: Path, number: signal.Signals) -> None:
    """Under nohup a terminal that is closed ends no counting process, and the counts are whole."""
    for at in range(600):
        save_records(tmp_path / "logs", put(at), name=f"{at:03}.json.gz")
    first = (
        f"import signal; signal.signal({int(number)}, signal.SIG_IGN); "
        # the first file of each process hangs until its signal has come, and a moment longer
        "import time, estimator.measurement.cloudtrail_logs.local as local; real = local._count; "
        "local._count = lambda batch, **asked: (time.sleep(0.3), real(batch, **asked))[1]"
    )
    args = ("measure", "cloudtrail", str(tmp_path / "logs"), "-f", "json", "--jobs", "2")
    folder = tmp_path / "work"
    folder.mkdir()
    with start(folder, *args, first=first) as run:
        children = run.wait_for_children(2)
        for child in children:
            os.kill(child, number)
        done = run.wait_for_end()
    assert done.code == 0, done.text
    assert json.loads(done.out)["totals"]["requests"] == 600


DIGITS = "9" * 5000


@pytest.mark.parametrize(
    "event",
    [
        put(1, additionalEventData={"bytes": 0}),
        put(1, eventID={"number": 0}),
        put(1, requestParameters={"keySpec": 0}),
        put(1, eventVersion=0),
    ],
    ids=["beside", "in the id", "in the parameters", "as the version"],
)
def test_numbers_of_thousands_of_digits(tmp_path: Path, event: dict[str, object]) -> None:
    """Past Python's 4,300 digits: counted where the field does not matter, else named."""
    raw = packing.log_file([event]).replace(b": 0}", b": " + DIGITS.encode() + b"}")
    raw = raw.replace(b'"eventVersion": 0', b'"eventVersion": ' + DIGITS.encode())
    raw = raw.replace(b'"eventVersion":0', b'"eventVersion":' + DIGITS.encode())
    raw = raw.replace(b":0}", b":" + DIGITS.encode() + b"}")
    assert DIGITS.encode() in raw
    save_good(tmp_path)
    (tmp_path / "big.json").write_bytes(raw)
    answer = measure(tmp_path)
    if answer["skipped"]:
        assert list(skipped_reasons(answer)) == ["big.json"]
        assert answer["totals"]["requests"] == GOOD
    else:
        assert answer["totals"]["requests"] == GOOD + 1


def test_half_characters(tmp_path: Path) -> None:
    """Half of a surrogate pair in names and values, and names that are no UTF-8: all count."""
    raw = packing.log_file([put(1, userAgent="AGENT"), put(2, eventID="EVENT")])
    raw = raw.replace(b"AGENT", rb"x\ud83d").replace(b"EVENT", rb"\udc00y")
    name = os.fsdecode(b"caf\xe9.json.gz")
    (tmp_path / name).write_bytes(gzip.compress(raw))
    (tmp_path / os.fsdecode(b"bad\xff.json")).write_bytes(b"{")
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 2
    assert list(skipped_reasons(answer)) == ["bad\ufffd.json"]
