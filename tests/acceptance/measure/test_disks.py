"""Full disks and closed doors: a clear message, exit 1, and no half-written file."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import Run
from tests.acceptance.measure import packing
from tests.acceptance.measure.long_inputs import INPUTS
from tests.acceptance.measure.processes import (
    LITTLE_FILES,
    LITTLE_ROOM,
    as_nobody,
    ran,
    ran_as_nobody,
)
from tests.acceptance.measure.samples import GOOD, get, put, save_good, save_records
from tests.measurement.billing.bills import A_MONTH, as_parquet, legacy_parquet

FORMS = ("table", "csv", "json", "markdown")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A short input of each source."""
    folder = tmp_path_factory.mktemp("short")
    found = {source: make(folder / source) for source, make in INPUTS.items()}
    for source, path in found.items():
        if source == "s3-inventory":
            manifest = json.loads(path.read_text(encoding="utf-8"))
            manifest["files"] = manifest["files"][:1]
            path.write_text(json.dumps(manifest), encoding="utf-8")
        else:
            for file in sorted(path.iterdir())[1:]:
                file.unlink()
    return found


def assert_refused(done: Run, *words: str) -> None:
    """Exit 1, one line with these words, nothing on stdout."""
    assert (done.code, done.out) == (1, ""), done.text
    (line,) = done.err.splitlines()
    for word in words:
        assert word in line, line


@pytest.mark.parametrize(
    ("source", "form"), [*zip(INPUTS, (*FORMS, "json"), strict=True), ("cloudtrail", "json")]
)
def test_no_room_for_the_output(
    tmp_path: Path, inputs: dict[str, Path], source: str, form: str
) -> None:
    """A file may not grow past 100 bytes: yesterday's output stays whole, nothing new is there."""
    old = tmp_path / "out.txt"
    old.write_text("yesterday", encoding="utf-8")
    args = ("measure", source, str(inputs[source]), "-f", form, "-o", "out.txt")
    done = ran(tmp_path, *args, first=LITTLE_FILES)
    assert_refused(done, "out.txt: found a place that cannot be written", "--output")
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
    assert old.read_text(encoding="utf-8") == "yesterday"


def test_no_room_for_ids(tmp_path: Path, inputs: dict[str, Path]) -> None:
    """The temporary folder is full: the message names it and TMPDIR; there is no output."""
    args = ("measure", "cloudtrail", str(inputs["cloudtrail"]), "-f", "json", "-o", "out.json")
    full = tmp_path / "full"
    full.mkdir()
    done = ran(tmp_path, *args, first=f"{LITTLE_ROOM}; {LITTLE_FILES}", TMPDIR=str(full))
    assert_refused(done, f"{full}: found no room for the ids of events seen", "TMPDIR")
    assert list(full.iterdir()) == []
    assert not (tmp_path / "out.json").exists()


def test_no_room_to_unpack_a_bill(tmp_path: Path) -> None:
    """Parquet inside of zip is unpacked to a file first: where that has no room it is said."""
    data = as_parquet(legacy_parquet(A_MONTH))
    (tmp_path / "bill.zip").write_bytes(packing.as_zip({"bill.parquet": data}))
    assert ran(tmp_path, "measure", "bill", "bill.zip").code == 0
    done = ran(tmp_path, "measure", "bill", "bill.zip", first=LITTLE_FILES)
    assert_refused(done, "no room to unpack a file", "TMPDIR")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("no mount")
    words = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


def test_a_full_disk(tmp_path: Path, small_disk: Path, inputs: dict[str, Path]) -> None:
    """A disk that is really full, of the output and of TMPDIR: as with a limit."""
    (small_disk / "out.json").write_text("yesterday", encoding="utf-8")
    args = ("measure", "cloudtrail", str(inputs["cloudtrail"]), "-f", "json")
    done = ran(tmp_path, *args, first=LITTLE_ROOM, TMPDIR=str(small_disk))
    assert_refused(done, f"{small_disk}: found no room", os.strerror(errno.ENOSPC))
    left = 65_536
    with (small_disk / "filler").open("wb", buffering=0) as stream:
        while left:
            try:
                stream.write(bytes(left))
            except OSError:
                left //= 2
    done = ran(tmp_path, *args, "-o", str(small_disk / "out.json"))
    assert_refused(
        done, f"out.json: found a place that cannot be written ({os.strerror(errno.ENOSPC)}"
    )
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "out.json"]
    assert (small_disk / "out.json").read_text(encoding="utf-8") == "yesterday"


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_stdout(tmp_path: Path, inputs: dict[str, Path], form: str) -> None:
    """Stdout goes to a file on a full disk: exit 1, and it is said that nothing is complete."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    script = (
        "import os, sys; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); "
        "sys.stdout = open(1, 'w', encoding='utf-8', closefd=False)"
    )
    args = ("measure", "cloudtrail", str(inputs["cloudtrail"]), "-f", form)
    done = ran(tmp_path, *args, first=script)
    assert done.code == 1
    assert "stdout: found no room to write" in done.err


def test_files_and_folders_without_permission(tmp_path: Path) -> None:
    """A closed file and a closed folder are skipped with their reason; the others count."""
    save_good(tmp_path / "logs")
    save_records(tmp_path / "logs", put(1), get(1), name="secret.json.gz")
    save_records(tmp_path / "logs" / "closed", put(2))
    (tmp_path / "logs" / "secret.json.gz").chmod(0)
    (tmp_path / "logs" / "closed").chmod(0)
    done = ran_as_nobody(tmp_path, "measure", "cloudtrail", "logs", "-f", "json")
    (tmp_path / "logs" / "closed").chmod(0o755)
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert answer["totals"]["requests"] == GOOD
    assert {file["path"]: file["reason"] for file in answer["skipped"]} == {
        "logs/secret.json.gz": f"cannot be read ({os.strerror(errno.EACCES)})",
        "logs/closed": f"folder that cannot be listed ({os.strerror(errno.EACCES)})",
    }


@pytest.mark.parametrize("source", INPUTS)
def test_an_input_without_permission(tmp_path: Path, source: str) -> None:
    """Nothing that may be read: exit 1, and the message names the file and says why."""
    as_nobody()  # skips where nobody can be had
    path = INPUTS[source](tmp_path / "long")
    for file in (tmp_path / "long").iterdir():
        file.chmod(0)
    done = ran_as_nobody(tmp_path, "measure", source, str(path))
    assert (done.code, done.out) == (1, "")
    assert os.strerror(errno.EACCES).lower() in done.err.lower()
    assert len(done.err.splitlines()) < 25
    assert str(tmp_path / "long") in done.err


def test_an_output_folder_without_permission(tmp_path: Path) -> None:
    """It is said before anything is read, not after an hour's work."""
    (tmp_path / "closed").mkdir(mode=0o555)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "bad.json").write_text("{", encoding="utf-8")
    done = ran_as_nobody(tmp_path, "measure", "cloudtrail", "logs", "-o", "closed/out.txt")
    assert_refused(done, "closed/out.txt: found a place that cannot be written")
    for target in ("closed", "no/such/folder/out.txt"):
        done = ran(tmp_path, "measure", "cloudtrail", "logs", "-o", target)
        assert_refused(done, f"{target}: found a place that cannot be written")


def test_large_archives_are_read_by_members(tmp_path: Path) -> None:
    """A zip past 64 MB is never in memory whole: 80 MB of stored padding, and three puts."""
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.json", packing.log_file([put(1), put(2)]))
        archive.writestr("padding.bin", bytes(80 << 20))
        archive.writestr("b.json.gz", packing.gz(packing.log_file([put(3)])))
    done = ran(tmp_path, "measure", "cloudtrail", str(path), "-f", "json")
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert answer["totals"]["requests"] == 3
    assert [file["path"] for file in answer["skipped"]] == [f"{path}!padding.bin"]
