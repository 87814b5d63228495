"""At size, with known truth: however the work is cut, held and repeated, nothing changes."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import apart_from_checks, by, counts, measure, rows_of
from tests.acceptance.measure.events import Row
from tests.acceptance.measure.logs import random_tree
from tests.acceptance.measure.processes import command, needs_proc, ran
from tests.acceptance.measure.samples import ABSENT, get, put

TREES = 60


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Counter[Row], int]:
    """Sixty organizations, their requests as noted while they were made, and how many copies.

    Prefixes, Bucket Keys, several trails, calls between accounts, digests and insights.
    """
    folder = tmp_path_factory.mktemp("organization")
    truth: Counter[Row] = Counter()
    copies = 0
    for seed in range(1_000, 1_000 + TREES):
        tree = random_tree(seed)
        tree.write(folder / f"{seed}")
        truth += tree.requests
        copies += tree.duplicates
    return folder, truth, copies


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of seven files, so that processes have hundreds of them to share."""
    monkeypatch.setattr("estimator.measurement.cloudtrail_logs.local._BATCH_FILES", 7)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("jobs", "room"), [("1", 100), ("2", 1 << 19), ("3", 1)])
def test_processes_and_room_change_nothing(
    organization: tuple[Path, Counter[Row], int],
    monkeypatch: pytest.MonkeyPatch,
    jobs: str,
    room: int,
) -> None:
    """One, two or three processes, ids in memory or on disk: every row is the truth."""
    folder, truth, copies = organization
    monkeypatch.setattr("estimator.measurement.cloudtrail_logs.copies.ROOM", room)
    answer = measure(folder, "--jobs", jobs)
    assert apart_from_checks(rows_of(answer)) == apart_from_checks(truth)
    assert answer["duplicates"] == copies
    causes = {"put", "get", "digest", "check", "replication", "other"}
    assert set(by(answer, "cause")) == causes, "all of it is there"
    assert by(answer, "bucket_key")[True] > 100
    assert len(by(answer, "trail")) == 4


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("room", [1 << 19, 50])
def test_reading_all_of_it_twice(
    organization: tuple[Path, Counter[Row], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    room: int,
) -> None:
    """A backup beside the originals, packed otherwise, adds copies and no request."""
    folder, truth, _ = organization
    monkeypatch.setattr("estimator.measurement.cloudtrail_logs.copies.ROOM", room)
    once = measure(folder)
    shutil.make_archive(str(tmp_path / "backup"), "zip", folder)
    twice = measure(tmp_path, paths=(str(tmp_path), str(folder)))
    assert counts(twice) == counts(once)
    assert twice["records"] == 2 * once["records"]
    assert twice["files"] == 2 * once["files"]
    assert twice["totals"]["requests"] == truth.total()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, int]:
    """A log file of 100 MB unpacked, its size and its events: two of three are a put and a get."""
    path = tmp_path_factory.mktemp("large") / "large.json.gz"
    plain = put(3, eventSource="ec2.amazonaws.com", eventName="DescribeInstances")
    events = [put(1, sharedEventID=ABSENT), get(2), plain]
    texts = [(json.dumps(event), event["eventID"][:8]) for event in events]
    size = number = 0
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(b'{"Records":[')
        while size < 100_000_000:
            part = ",".join(
                text.replace(old, f"{number + at // 3:08x}")
                for at in range(3_000)
                for text, old in [texts[at % 3]]
            )
            size += stream.write((("," if number else "") + part).encode())
            number += 1_000
        stream.write(b"]}")
    return path, size, number


def test_a_large_file_is_in_memory_once(large: tuple[Path, int, int]) -> None:
    """CloudTrail's largest files unpack to about 1 GB: that, and not twice that, is needed."""
    path, size, number = large
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )

    def run(log: Path) -> tuple[int, str]:
        words = command("measure", "cloudtrail", str(log), "-f", "json")
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
        )
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024), done.stderr

    small = path.with_name("small.json")
    small.write_bytes(packing.log_file([put(1)]))
    little, _ = run(small)
    peak, output = run(path)
    assert peak - little < 1.6 * size
    answer = json.loads(output[: output.rindex("}") + 1])
    assert answer["totals"]["by_operation"] == {"Decrypt": number, "GenerateDataKey": number}
    assert answer["records"] == 3 * number
    assert answer["duplicates"] == 0


@needs_proc
@pytest.mark.parametrize(
    ("jobs", "message"), [("1", "found no more of it"), ("2", "most likely for want of memory")]
)
def test_too_little_memory_is_said(
    large: tuple[Path, int, int], tmp_path: Path, jobs: str, message: str
) -> None:
    """A file that does not fit: exit 1 and what to do, in one process and in two."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.json.gz").symlink_to(large[0])
    # 50 MB more than the program itself has, once all of it is loaded
    first = (
        "import re, resource, estimator.report.formats.terminal; "
        "import estimator.measurement.cloudtrail_logs.gathering; "
        "status = open('/proc/self/status').read(); "
        "used = int(re.search(r'VmData:\\s+(\\d+)', status)[1]) << 10; "
        "resource.setrlimit(resource.RLIMIT_DATA, (used + (50 << 20),) * 2)"
    )
    done = ran(tmp_path, "measure", "cloudtrail", ".", "--jobs", jobs, first=first)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert message in line
