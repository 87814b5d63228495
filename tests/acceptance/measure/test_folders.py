"""What lies in folders beside files, and names that somebody else chose."""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import tarfile
from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost
from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, run, skipped_reasons
from tests.acceptance.measure.logs import save
from tests.acceptance.measure.processes import ran
from tests.acceptance.measure.samples import GOOD, context, get, put, save_good, save_records

SOURCES = ("cloudtrail", "s3-listing", "access-logs", "bill")
HOSTILE = "a\x1b[2J\x1b]0;owned\x07\r\n\u202eb"  # clears the screen, names the window, turns text


def save_odd(folder: Path) -> None:
    """A pipe that nobody writes to, a socket, devices without end, links in circles."""
    os.mkfifo(folder / "pipe.json.gz")
    with socket.socket(socket.AF_UNIX) as endpoint:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket must be short
        endpoint.bind("socket")
        os.chdir(here)
    (folder / "zero.json").symlink_to("/dev/zero")
    (folder / "null.json").symlink_to("/dev/null")
    (folder / "itself").symlink_to("itself")
    (folder / "above").symlink_to("..")


@pytest.mark.parametrize("source", SOURCES)
def test_pipes_and_devices_hang_nobody(tmp_path: Path, source: str) -> None:
    """Each is skipped with its reason, or refused where it is all there is: in seconds."""
    folder = tmp_path / "logs"
    folder.mkdir()
    save_odd(folder)
    done = ran(tmp_path, "measure", source, "logs")
    assert (done.code, done.out) == (1, "")
    for reason in ("a pipe, not a file", "a socket", "a device", "a link to a folder"):
        assert reason in done.err
    for name in ("pipe.json.gz", "socket", "zero.json", "null.json", "itself", "above"):
        assert f"logs/{name}: found" in done.err


def test_a_pipe_by_its_name(tmp_path: Path) -> None:
    """`measure s3-listing logs/*` names it: it is refused, not waited for."""
    os.mkfifo(tmp_path / "pipe")
    done = ran(tmp_path, "measure", "s3-listing", "pipe")
    assert (done.code, done.out) == (1, "")
    assert "pipe: found a pipe, not a file" in done.err


def test_logs_among_them_count(tmp_path: Path) -> None:
    """The sound log between pipes and devices is counted; each of them is told."""
    save_good(tmp_path)
    save_odd(tmp_path)
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == GOOD
    assert set(skipped_reasons(answer)) == {
        "pipe.json.gz", "socket", "zero.json", "null.json", "itself", "above",
    }  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_empty_files_by_the_thousand(tmp_path: Path, source: str) -> None:
    """They are counted, not named one by one: one line, exit 1."""
    for at in range(2_000):
        (tmp_path / f"{at}.json.gz").touch()
    done = kmscost("measure", source, ".", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert "2,000 files" in line
    assert "empty file" in line


def test_a_folder_deeper_than_a_path_may_be(tmp_path: Path) -> None:
    """Files below 4,096 bytes of folders cannot be reached: it is said, the rest counts."""
    save_good(tmp_path)
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(40):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        Path("deep.json").write_bytes(packing.log_file([put(1)]))
    finally:
        os.chdir(here)
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == GOOD
    (reason,) = skipped_reasons(answer).values()
    assert os.strerror(errno.ENAMETOOLONG) in reason


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_hostile_names_reach_no_terminal(tmp_path: Path, form: str) -> None:
    """Names of files, users, trails, operations and errors are shown, and nothing is obeyed."""
    name = HOSTILE.replace("/", "-")
    save(tmp_path / f"{name}.json", b"{")
    save(tmp_path / f"{name}.tar", packing.as_tar({name: b"{"}))
    arn = f"arn:aws:iam::111122223333:user/{HOSTILE}"
    trail = f"arn:aws:cloudtrail:eu-west-1:111122223333:trail/{HOSTILE}"
    save_records(
        tmp_path,
        get(1, userIdentity={"type": "IAMUser", "arn": arn, "accountId": HOSTILE}),
        put(2, eventName=f"Gen{HOSTILE}"),
        put(3, errorCode=f"Err{HOSTILE}"),
        put(4, requestParameters__encryptionContext=context("arn:aws:s3:::b/x", trail)),
        put(5, recipientAccountId=HOSTILE, awsRegion=HOSTILE),
    )
    for by in ((), ("--by", "account,region,reader,trail,operation,billed_account")):
        done = run(tmp_path, ".", "--format", form, *by)
        assert done.code == 0, done.text
        for text in (done.out, done.err):
            assert all(letter.isprintable() for letter in text.replace("\n", "")), repr(text)
        # a table shortens long names in the middle
        assert "owned" in done.out or form == "table"
        # Markdown holds its notices itself; a table has them beside it
        assert "owned" in (done.out if form in ("markdown", "html") else done.err)
    # on the way to another program they stay what they are
    answer = measure(tmp_path)
    assert any(HOSTILE in row["reader"] for row in answer["rows"])


def test_a_bad_path_is_shown_harmless(tmp_path: Path) -> None:
    """In the message about a path as well."""
    for source in SOURCES:
        done = kmscost("measure", source, f"no{HOSTILE}", cwd=tmp_path)
        assert done.code == 1
        assert all(letter.isprintable() for letter in done.err.replace("\n", ""))


def test_files_that_go_while_counting(tmp_path: Path) -> None:
    """A file that was there and is not any more is skipped with its reason."""
    save_good(tmp_path)
    for at in range(50):
        save_records(tmp_path, put(at), name=f"{at}.json.gz")
    first = (
        "import estimator.measurement.cloudtrail_logs.local as local, os; find = local.find_files; "
        "gone = lambda file: file.path.endswith('7.json.gz') and os.unlink(file.path); "
        "local.find_files = lambda *a: [gone(file) or file for file in find(*a)]"
    )
    done = ran(tmp_path, "measure", "cloudtrail", ".", "-f", "json", first=first)
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert answer["totals"]["requests"] == GOOD + 45
    assert answer["skipped_by_reason"] == {f"cannot be read ({os.strerror(errno.ENOENT)})": 5}


def archive_of(**more: object) -> bytes:
    """A tar archive with one log and one further member of this kind."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        raw = packing.log_file([put(1)])
        good = tarfile.TarInfo("../../etc/log.json")
        good.size = len(raw)
        archive.addfile(good, io.BytesIO(raw))
        odd = tarfile.TarInfo("/etc/odd")
        for name, value in more.items():
            setattr(odd, name, value)
        archive.addfile(odd)
    return out.getvalue()


@pytest.mark.parametrize(
    "more",
    [
        {"type": b"2", "linkname": "/etc/passwd"},
        {"type": b"1", "linkname": "../../etc/passwd"},
        {"type": b"3", "devmajor": 1, "devminor": 5},
        {"type": b"6"},
        {"type": b"5"},
    ],
    ids=["link", "hard link", "device", "pipe", "folder"],
)
def test_odd_members_of_archives(tmp_path: Path, more: dict[str, object]) -> None:
    """Nothing is written to disk, no link followed, no device opened; the log among them counts."""
    save(tmp_path / "logs" / "x.tar", archive_of(**more))
    answer = measure(tmp_path, paths=("logs",))
    assert (answer["totals"]["requests"], answer["skipped"]) == (1, [])
    assert [path.name for path in tmp_path.rglob("*")] == ["logs", "x.tar"]


def test_a_tar_archive_that_breaks_off(tmp_path: Path) -> None:
    """Cut off between two members, or with a second archive after it: never read as whole."""
    whole = packing.as_tar({f"{at}.json": packing.log_file([put(at)]) for at in range(4)})
    member = 512 + -(-len(packing.log_file([put(0)])) // 512) * 512
    save(tmp_path / "cut.tar", whole[: 2 * member])
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 2
    assert "breaks off" in skipped_reasons(answer)["cut.tar"]
    save(tmp_path / "cut.tar", whole + packing.as_tar({"more.json": packing.log_file([put(9)])}))
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 4
    assert "more after its end" in skipped_reasons(answer)["cut.tar"]
    save(tmp_path / "cut.tar", whole)
    assert measure(tmp_path)["skipped"] == []


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb that unpacks past the limit is skipped, alone, in members, in archives."""
    monkeypatch.setattr("estimator.measurement.compressed.MOST_PLAIN", 1 << 20)
    monkeypatch.setattr("estimator.measurement.compressed._PART", 1 << 16)
    bomb = packing.gz(b" " * (3 << 20))
    half = packing.gz(b" " * (600 << 10))
    save_good(tmp_path)
    save(tmp_path / "plain.json.gz", bomb)
    save(tmp_path / "liar.json.gz", bomb[:-4] + b"\x10\0\0\0")
    save(tmp_path / "halves.json.gz", half + half)
    save(tmp_path / "x.zip", packing.as_zip({"a.json.gz": bomb, "b.json": b" " * (3 << 20)}))
    save(tmp_path / "x.tar.gz", packing.gz(packing.as_tar({"a.json": b" " * (3 << 20)})))
    answer = measure(tmp_path, "--jobs", "1")
    assert answer["totals"]["requests"] == GOOD
    assert set(skipped_reasons(answer)) == {
        "plain.json.gz", "liar.json.gz", "halves.json.gz", "x.zip!a.json.gz", "x.zip!b.json",
        "x.tar.gz",
    }  # fmt: skip
    assert all("unpacks to more than" in reason for reason in skipped_reasons(answer).values())
