"""Files that are broken, odd or no logs: counted right, or skipped with a reason."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from pathlib import Path

import pytest

from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, run, skipped_reasons
from tests.acceptance.measure.logs import save
from tests.acceptance.measure.samples import GOOD, get, put, save_good, save_records

EVENTS = [put(1), get(1), put(2), get(2), put(3)]
LOG = packing.log_file(EVENTS)
QUIET = packing.log_file([put(1, eventSource="s3.amazonaws.com", requestParameters=None)])
ZIPPED = packing.gz(LOG)


def flip_byte(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]


def with_header(raw: bytes) -> bytes:
    """Gzip with the name of the file inside, as the gzip command writes it."""
    out = io.BytesIO()
    with gzip.GzipFile("a-name.json", "wb", fileobj=out) as stream:
        stream.write(raw)
    return out.getvalue()


def raw_deflate(raw: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(raw) + packer.flush()


BROKEN = {
    "empty.json.gz": b"",
    "empty.json": b"",
    "blank.json": b" \n\t\n",
    "gzip-of-nothing.json.gz": packing.gz(b""),
    "only-a-header.json.gz": ZIPPED[:10],
    "two-bytes.json.gz": ZIPPED[:2],
    "half.json.gz": ZIPPED[: len(ZIPPED) // 2],
    "one-byte-less.json.gz": ZIPPED[:-1],
    "no-trailer.json.gz": ZIPPED[:-8],
    "flipped.json.gz": flip_byte(ZIPPED, len(ZIPPED) // 2),
    "wrong-crc.json.gz": flip_byte(ZIPPED, len(ZIPPED) - 8),
    "wrong-length.json.gz": flip_byte(ZIPPED, len(ZIPPED) - 4),
    "second-member-half.json.gz": ZIPPED + ZIPPED[: len(ZIPPED) // 2],
    "half.json": LOG[: len(LOG) // 2],
    "half-without-kms.json": QUIET[: len(QUIET) // 2],
    "half-inside.json.gz": packing.gz(LOG[: len(LOG) // 2]),
    "last-brace-missing.json": LOG[:-1],
    "bracket-missing-without-kms.json": QUIET[:-2] + b"}",
    "trailing-text.json": LOG + b" and more",
    "comma.json": LOG[:-2] + b",]}",
    "single-quotes.json": LOG.replace(b'"', b"'"),
    "text.json": b"kms.amazonaws.com was here",
    "page.json": b"<html><body>403 kms.amazonaws.com</body></html>",
    "object.json": b"{}",
    "null.json": b"null",
    "number.json": b"5",
    "string.json": b'"kms.amazonaws.com"',
    "records-null.json": b'{"Records": null}',
    "records-object.json": b'{"Records": {}}',
    "records-text.json": b'{"Records": "kms.amazonaws.com"}',
    "policy.json": b'{"Version": "2012-10-17", "Statement": []}',
    "nul.json": LOG.replace(b'"Records"', b'"Rec\0ords"'),
    "all-nul.json": bytes(4096),
    "more-nul.json": bytes(200_000),
    "latin.json": LOG.replace(b"AES_256", b"AES_\xe9256"),
    "picture.json": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "parquet.json": b"PAR1" + bytes(range(256)) + b"PAR1",
    "broken-tail.ndjson": packing.ndjson(EVENTS)[:-40],
    "broken-line.ndjson": packing.ndjson(EVENTS[:2]) + b"{oops\n" + packing.ndjson(EVENTS[2:]),
    "half.zip": packing.as_zip({"a.json": LOG})[:-30],
    "brackets.json": b"[" * 200_000,
    "braces.json": b'{"a":' * 200_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_skipped_with_a_reason(tmp_path: Path, name: str) -> None:
    """It is named with a reason, nothing of it is counted, and the sound file beside it is."""
    save_good(tmp_path)
    save(tmp_path / name, BROKEN[name])
    answer = measure(tmp_path)
    assert list(skipped_reasons(answer)) == [name]
    assert (answer["totals"]["requests"], answer["files"]) == (GOOD, 1)
    assert answer["records"] == GOOD


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_alone_is_an_error(tmp_path: Path, name: str) -> None:
    """With nothing else to read the exit code is 1, the message names it, stdout stays empty."""
    save(tmp_path / name, BROKEN[name])
    done = run(tmp_path, ".", "--format", "json")
    assert (done.code, done.out) == (1, ""), done.text
    assert done.err.strip()


SOUND = {
    "plain.json": LOG,
    "plain-called.json.gz": LOG,
    "zipped-called.json": ZIPPED,
    "zipped-called.txt": ZIPPED,
    "no-extension": ZIPPED,
    "stored.json.gz": packing.gz(LOG, 0),
    "best.json.gz": packing.gz(LOG, 9),
    "with-header.json.gz": with_header(LOG),
    "members.json.gz": packing.in_members(LOG, 5),
    "byte-by-byte.json.gz": packing.in_members(LOG, len(LOG)),
    "empty-member-first.json.gz": packing.gz(b"") + ZIPPED + packing.gz(b""),
    "pretty.json": packing.pretty(EVENTS),
    "list.json": packing.top_list(EVENTS),
    "lines.json.gz": packing.gz(packing.ndjson(EVENTS)),
    "windows.ndjson": packing.ndjson(EVENTS).replace(b"\n", b"\r\n"),
    "blank-lines.ndjson": b"\n\n" + packing.ndjson(EVENTS).replace(b"\n", b"\n\n"),
    "no-last-newline.ndjson": packing.ndjson(EVENTS).rstrip(),
    "log-lines.json": packing.log_file(EVENTS[:2]) + b"\n" + packing.log_file(EVENTS[2:]) + b"\n",
    "concatenated.json.gz": packing.gz(packing.log_file(EVENTS[:2]))
    + packing.gz(packing.log_file(EVENTS[2:])),
    "slashes.json": LOG.replace(b"/", rb"\/"),
    "spaces.json": b"\n\n  " + LOG.replace(b'":', b'" : ') + b"\n\n",
    "more-keys.json": LOG[:-1] + b', "Other": [1, {"Records": []}]}',
    "keys-before.json": b'{"Header": {"Records": 5}, ' + LOG[1:],
    "logs.zip": packing.as_zip({"a/b.json": LOG}),
    "logs.tar": packing.as_tar({"a/b.json": LOG}),
    "logs.tgz": packing.as_tar({"a/b.json.gz": ZIPPED}, "w:gz"),
    "called.json.gz": packing.as_zip({"a": ZIPPED}),
}


@pytest.mark.parametrize("name", SOUND)
def test_an_unusual_file_counts_in_full(tmp_path: Path, name: str) -> None:
    """Three puts and two gets, whatever is around them."""
    save(tmp_path / name, SOUND[name])
    answer = measure(tmp_path)
    assert answer["skipped"] == []
    assert answer["totals"]["by_operation"] == {"GenerateDataKey": 3, "Decrypt": 2}
    assert (answer["files"], answer["records"], answer["duplicates"]) == (1, 5, 0)


EITHER = {
    "bom.json": b"\xef\xbb\xbf" + LOG,
    "bom.json.gz": packing.gz(b"\xef\xbb\xbf" + LOG),
    "utf-16.json": LOG.decode().encode("utf-16"),
    "zeros-after.json.gz": ZIPPED + bytes(512),
    "text-after.json.gz": ZIPPED + b"some text",
    "twice-zipped.json.gz": packing.gz(ZIPPED),
    "zlib.json": zlib.compress(LOG),
    "deflate.json": raw_deflate(LOG),
    "joined.json": packing.log_file(EVENTS[:2]) + packing.log_file(EVENTS[2:]),
    "joined-events.json": packing.ndjson(EVENTS).replace(b"\n", b""),
    "list-of-logs.json": b"["
    + packing.log_file(EVENTS[:2])
    + b","
    + packing.log_file(EVENTS[2:])
    + b"]",
    "zip-in-zip.zip": packing.as_zip({"inner.zip": packing.as_zip({"a.json": LOG})}),
    "escaped.json": LOG.replace(b"kms.amazonaws.com", rb"kms\u002eamazonaws\u002ecom"),
    "escaped-records.json": LOG.replace(b'"Records"', rb'"\u0052ecords"'),
    "lower-case.json": LOG.replace(b'"Records"', b'"records"'),
    "two-records-keys.json": b'{"Records": [], ' + LOG[1:],
    "double-comma.ndjson": packing.ndjson(EVENTS).replace(b"\n", b",\n"),
    "one-pretty-event.json": packing.json.dumps(EVENTS[0], indent=1).encode(),
    "lookup-events.json": packing.json.dumps(
        {"Events": [{"CloudTrailEvent": packing.json.dumps(event)} for event in EVENTS]}
    ).encode(),
    "infinite.json": LOG[:-1] + b', "n": [NaN, Infinity, 1e999, -0.0]}',
}


@pytest.mark.parametrize("name", EITHER)
def test_an_odd_file_is_never_a_silent_zero(tmp_path: Path, name: str) -> None:
    """Counted right or skipped with a reason, never read as if it held less than it does."""
    save_good(tmp_path)
    save(tmp_path / name, EITHER[name])
    answer = measure(tmp_path)
    want = 1 if name.startswith("one-") else len(EVENTS)
    reasons = {file["path"]: file["reason"] for file in answer["skipped"]}
    if reasons:
        assert all(name in path for path in reasons)
        assert answer["totals"]["requests"] == GOOD
    else:
        assert answer["totals"]["requests"] == GOOD + want


def test_empty_records_are_read(tmp_path: Path) -> None:
    """A log file of a quiet hour holds no events; it is read, and zero is the right answer."""
    save(tmp_path / "quiet.json.gz", packing.gz(b'{"Records":[]}'))
    save(tmp_path / "quiet.json", b'{\n  "Records": [\n  ]\n}\n')
    answer = measure(tmp_path)
    assert (answer["files"], answer["records"], answer["totals"]["requests"]) == (2, 0, 0)
    assert (answer["skipped"], answer["rows"]) == ([], [])


@pytest.mark.parametrize(("name", "pack"), [("x.zip", packing.as_zip), ("x.tar", packing.as_tar)])
def test_archives_account_for_each_member(tmp_path: Path, name: str, pack: object) -> None:
    """A broken member of an archive is skipped as archive!member, the others count."""
    assert callable(pack)
    inside = {"a/good.json": LOG, "bad.json": b"{", "empty.json.gz": b"", "b.json.gz": ZIPPED[:-9]}
    save(tmp_path / name, pack(inside))
    answer = measure(tmp_path)
    names = sorted(file["path"].rpartition("/")[2] for file in answer["skipped"])
    assert names == [f"{name}!b.json.gz", f"{name}!bad.json", f"{name}!empty.json.gz"]
    assert (answer["files"], answer["totals"]["requests"]) == (1, 5)


def test_many_files_each_accounted_for(tmp_path: Path) -> None:
    """Every file under the folder is read or skipped, each of them once."""
    files = {**BROKEN, **SOUND}
    del files["half.zip"]
    for at, (name, raw) in enumerate(files.items()):
        save(tmp_path / f"{at % 7}" / name, raw)
    answer = measure(tmp_path)
    assert answer["files"] + len(answer["skipped"]) == len(files)
    assert answer["totals"]["requests"] == 5, "all of them hold the same five events"
    assert set(skipped_reasons(answer)) == set(BROKEN) - {"half.zip"}


def test_a_thousand_empty_files(tmp_path: Path) -> None:
    """A thousand empty files are told in a few lines, not in a thousand."""
    for at in range(1000):
        (tmp_path / f"{at}.json.gz").touch()
    save_good(tmp_path)
    done = run(tmp_path, ".")
    assert done.code == 0, done.text
    assert len(done.text.splitlines()) < 100
    assert "1,000" in done.text or "1000" in done.text
    assert sum(measure(tmp_path)["skipped_by_reason"].values()) == 1000


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    """A file that may not be read is skipped with its reason, and so is a folder."""
    save_good(tmp_path)
    save_records(tmp_path / "closed", *EVENTS)
    save_records(tmp_path, *EVENTS, name="secret.json.gz")
    (tmp_path / "secret.json.gz").chmod(0)
    (tmp_path / "closed").chmod(0)
    try:
        answer = measure(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert set(skipped_reasons(answer)) == {"secret.json.gz", "closed"}
    assert answer["totals"]["requests"] == GOOD


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    """A dangling link is skipped with a reason."""
    save_good(tmp_path)
    (tmp_path / "gone.json.gz").symlink_to(tmp_path / "nowhere")
    answer = measure(tmp_path)
    assert list(skipped_reasons(answer)) == ["gone.json.gz"]
