"""Whatever a log has suffered, it has its counts or is left out by name; nothing beside it is lost.

The checksums of gzip, zip, bzip2 and xz find each flipped bit (CRC-32, CRC-64), so a packed log
that is read at all is whole. Plain JSON has none: there only what no JSON parser takes is damage.
"""

import bz2
import gzip
import json
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.packings import NAME, noise, tarred, zipped, zstd
from tests.sampling import seeds

LOG = known_log.document()
OTHER = known_log.document("b")
LINES = "\n".join(known_log.texts()).encode()

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zip": lambda content: zipped({NAME: content}),
    "stored.zip": lambda content: zipped({NAME: content}, zipfile.ZIP_STORED),
    "bzip2.zip": lambda content: zipped({NAME: content}, zipfile.ZIP_BZIP2),
    "lzma.zip": lambda content: zipped({NAME: content}, zipfile.ZIP_LZMA),
    "tar.gz": lambda content: tarred({NAME: content}),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
SINGLE = {ending: pack(OTHER) for ending, pack in PACKED.items()}


def _beside(tmp_path: Path, damaged: Path) -> None:
    """Hold the damaged file, alone and beside a good one, to the law."""
    alone = law.log(damaged)
    if alone.code:
        law.assert_refused(alone, damaged)
    else:  # a whole member of an archive counts, beside an entry that names what was left out
        law.assert_counts(alone)
        assert all(damaged.name in entry["path"] for entry in alone.skipped)
    (tmp_path / "good.json").write_bytes(LOG)
    both = law.log(tmp_path)
    if alone.code:
        law.assert_rest(both, damaged)
    else:
        law.assert_counts(both, times=2)
        assert len(both.skipped) == len(alone.skipped)
    strict = law.measured("cloudtrail", tmp_path, strict=True)
    assert strict.code == (1 if both.skipped else 0)


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("seed", seeds(4))
def test_flipped_bits(ending: str, seed: int, tmp_path: Path) -> None:
    """A flipped bit anywhere in a packed log: whole, or left out by name."""
    rng = random.Random(f"{ending} {seed}")  # noqa: S311 (not for secrets)
    content = bytearray(SINGLE[ending])
    for _ in range(rng.choice([1, 1, 2, 8])):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(content)
    _beside(tmp_path, path)


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("share", [0.5, 0.999])
def test_cut_off(ending: str, share: float, tmp_path: Path) -> None:
    """A packed log that breaks off is left out by name."""
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(SINGLE[ending][: int(len(SINGLE[ending]) * share)])
    _beside(tmp_path, path)


@pytest.mark.parametrize("ending", PACKED)
def test_bytes_behind(ending: str, tmp_path: Path) -> None:
    """Bytes behind a packed log are no part of it: whole, or left out by name."""
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(SINGLE[ending] + b"\nsome text that a proxy added\n")
    _beside(tmp_path, path)


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_bytes_behind_are_no_member(ending: str, tmp_path: Path) -> None:
    """What follows a member and is neither a member nor zeros is refused: nothing goes unsaid."""
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(SINGLE[ending] + b"\nsome text that a proxy added\n")
    law.assert_refused(law.log(path), path)


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_second_member_damaged(ending: str, tmp_path: Path) -> None:
    """Of two members the second is damaged: the first alone is never the answer."""
    whole = bytearray(PACKED[ending](LOG) + SINGLE[ending])
    whole[len(whole) - len(SINGLE[ending]) // 2] ^= 0x10
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(whole)
    law.assert_refused(law.log(path), path)


def test_zip_with_one_damaged_member(tmp_path: Path) -> None:
    """Of two members one is damaged: the other counts, and the damaged one is named."""
    content = bytearray(zipped({"good.json": LOG, "bad.json": OTHER}))
    content[content.index(b"bad.json") + 200] ^= 0xFF
    path = tmp_path / "two.zip"
    path.write_bytes(content)
    outcome = law.log(path)
    law.assert_counts(outcome)
    assert len(outcome.skipped) == 1
    assert "bad.json" in outcome.skipped[0]["path"]


def test_tar_with_one_file_of_garbage(tmp_path: Path) -> None:
    """Of two files in a tar one is garbage: the other counts, and the garbage is named."""
    path = tmp_path / "two.tar.gz"
    path.write_bytes(tarred({"good.json": LOG, "bad.json": b"\x00\x01 garbage"}))
    outcome = law.log(path)
    law.assert_counts(outcome)
    assert [("bad.json" in entry["path"]) for entry in outcome.skipped] == [True]


BROKEN = {
    "cut in an event": OTHER[: len(OTHER) // 2],
    "without its last bracket": OTHER[:-1],
    "cut after an event": OTHER[: OTHER.rindex(b'},{"eventVersion"') + 1],
    "one bracket too many": OTHER + b"}",
    "half a document behind": OTHER + OTHER[:500],
    "text behind": OTHER + b"\nDone.\n",
    "a quote missing": OTHER.replace(b'"eventName"', b'"eventName', 1),
    "a byte that is no UTF-8": OTHER.replace(b"GenerateDataKey", b"Generate\xffataKey", 1),
    "a raw control character": OTHER.replace(b"GenerateDataKey", b"Generate\x00ataKey", 1),
    "NaN": OTHER.replace(b'"responseElements":null', b'"responseElements":NaN', 1),
    "half a surrogate pair": OTHER.replace(b"aws-cli/2.31.0", b"aws-cli \\ud83d", 1),
    "a number of 5,000 digits": OTHER.replace(
        b'"responseElements":null', b'"responseElements":' + b"9" * 5000, 1
    ),
    "lists in lists, 100,000 deep": b"[" * 100_000,
    "empty": b"",
    "one newline": b"\n",
    "null": b"null",
    "a number": b"42",
    "a text": b'"hello"',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "Records that is null": b'{"Records": null}',
    "Records that is text": b'{"Records": "x"}',
    "Records of numbers": b'{"Records": [1, 2, 3]}',
    "zeros": bytes(4096),
    "an error page": b"<!DOCTYPE html><html><body>403 Forbidden</body></html>",
    "an answer of S3": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    "zstd that breaks off": zstd(OTHER)[:900],
    "a name of 7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "LZ4": b"\x04\x22\x4d\x18" + bytes(100),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "an SQLite file": b"SQLite format 3\x00" + bytes(100),
    "a number as eventName": OTHER.replace(b'"eventName":"DescribeKey"', b'"eventName":7', 1),
    "null as eventName": OTHER.replace(b'"eventName":"DescribeKey"', b'"eventName":null', 1),
    "an empty list as the ARN": OTHER.replace(b'"aws:s3:arn":"', b'"aws:s3:arn":[],"x":"', 1),
    "a mapping as errorCode": OTHER.replace(b'"errorCode":"AccessDenied"', b'"errorCode":{}', 1),
    "a number as eventType": OTHER.replace(b'"eventType":"AwsServiceEvent"', b'"eventType":7', 1),
    "a list as eventSource": OTHER.replace(
        b'"eventSource":"kms.amazonaws.com"', b'"eventSource":["kms.amazonaws.com"]', 1
    ),
    "a list as the context": OTHER.replace(
        b'"encryptionContext":{', b'"encryptionContext":[1],"context":{', 1
    ),
    "a mapping as the ARN": OTHER.replace(b'"aws:s3:arn":"', b'"aws:s3:arn":{"a":1},"x":"', 1),
    "text as the identity": OTHER.replace(b'"userIdentity":{', b'"userIdentity":"x","y":{', 1),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text(name: str, tmp_path: Path) -> None:
    """Text that is no whole log is left out by name, or read whole where it can be."""
    path = tmp_path / "damaged.json"
    path.write_bytes(BROKEN[name])
    alone = law.log(path)
    if name == "an empty list" and not alone.code:  # a list of no events is a log of none
        assert alone.answer["totals"]["requests"] == 0
        assert law.hours(alone) == []
        return
    _beside(tmp_path, path)


ODD = {
    "an object without events": b'{"hello": "world"}',
    "null": b"null",
    "a number": b"7",
    "half a line": LINES.splitlines()[3][:150],
    "words": b"-- end of page 1 --",
    "an empty object": b"{}",
}


@pytest.mark.parametrize("where", [0, 12, 30])
@pytest.mark.parametrize("name", ODD)
def test_one_odd_line(name: str, where: int, tmp_path: Path) -> None:
    """One odd line among JSON lines: the events count and the line is named, or all is refused."""
    rows = LINES.splitlines()
    rows.insert(where, ODD[name])
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(rows))
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        law.assert_counts(outcome)
        sentences = [
            *(e["path"] + e["reason"] for e in outcome.skipped),
            *outcome.answer["notices"],
        ]
        assert any("events.jsonl" in text or "line" in text for text in sentences), (
            "the line is unsaid"
        )


@pytest.mark.parametrize("name", ["an object without events", "null", "a number"])
def test_lines_are_refused_no_sooner_than_a_list(name: str, tmp_path: Path) -> None:
    """The same odd value stands in a list and in lines: both are read, or both are refused."""
    odd = json.loads(ODD[name])
    rows = [*known_log.events(), odd]
    (tmp_path / "list.json").write_text(json.dumps(rows))
    (tmp_path / "lines.json").write_text("\n".join(map(json.dumps, rows)))
    codes = {law.log(tmp_path / file).code for file in ("list.json", "lines.json")}
    assert len(codes) == 1


def test_cut_lines(tmp_path: Path) -> None:
    """Lines that break off within the last one: refused, or 29 events and the loss is named."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINES[:-100])
    outcome = law.log(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert outcome.answer["records"] == 29
        assert any("events.jsonl" in entry["path"] for entry in outcome.skipped)


def test_half_of_the_files_garbage(tmp_path: Path) -> None:
    """Of twenty files ten are garbage: the ten logs count, and ten entries name the others."""
    for number in range(10):
        (tmp_path / f"log{number}.json.gz").write_bytes(
            gzip.compress(known_log.document(f"s{number}"))
        )
        (tmp_path / f"bad{number}.json.gz").write_bytes(noise(number, 700))
    outcome = law.log(tmp_path)
    law.assert_counts(outcome, times=10)
    assert sorted(Path(entry["path"]).name for entry in outcome.skipped) == [
        f"bad{number}.json.gz" for number in range(10)
    ]
    assert law.measured("cloudtrail", tmp_path, strict=True).code == 1


def test_nothing_but_garbage(tmp_path: Path) -> None:
    """Where nothing could be read the command fails: no count is no zero."""
    for number in range(5):
        (tmp_path / f"bad{number}.json").write_bytes(noise(number, 300))
    outcome = law.log(tmp_path)
    assert outcome.code == 1
    assert "bad0.json" in outcome.message


def test_delivered_twice(tmp_path: Path) -> None:
    """The same log under three names, packed otherwise each time, counts once."""
    (tmp_path / "a.json").write_bytes(LOG)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(LOG))
    (tmp_path / "c.zip").write_bytes(zipped({NAME: LOG}))
    law.assert_exact(law.log(tmp_path))


def test_two_logs(tmp_path: Path) -> None:
    """Two logs of other events count twice: the law of the others rests on it."""
    (tmp_path / "a.json").write_bytes(LOG)
    (tmp_path / "b.json").write_bytes(OTHER)
    law.assert_exact(law.log(tmp_path), times=2)
