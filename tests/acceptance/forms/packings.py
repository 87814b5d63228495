"""How bytes are packed and written: compression, archives, text encodings, layouts of JSON."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

from tests.acceptance.forms import known_log
from tests.acceptance.forms.form import Form

NAME = "111122223333_CloudTrail_us-east-1_20261001T1005Z_ExampleName01234.json"


def noise(seed: int, count: int) -> bytes:
    """Return bytes that are no format's."""
    return random.Random(seed).randbytes(count)  # noqa: S311 (not for secrets)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    """Return a tar archive of these members."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def zstd(content: bytes) -> bytes:
    """Return a Zstandard frame of raw blocks, so that no library is needed to write it (RFC 8878).

    The magic number, a descriptor (one segment, four bytes of content size), and blocks of at most
    128 KB: three bytes of header (last, type 0, size), then the bytes as they are.
    """
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(content))
    step = 1 << 17
    for start in range(0, len(content), step):
        block = content[start : start + step]
        last = start + step >= len(content)
        frame += struct.pack("<I", last | len(block) << 3)[:3] + block
    return frame


def _halves() -> tuple[bytes, bytes]:
    events = known_log.events()
    return (
        json.dumps({"Records": events[:15]}).encode(),
        json.dumps({"Records": events[15:]}).encode(),
    )


def _lines(ending: str = "\n", last: str = "\n") -> bytes:
    return (ending.join(known_log.texts()) + last).encode()


def _pretty(indent: int | str = 2) -> str:
    return json.dumps({"Records": known_log.events()}, indent=indent)


def _two_members() -> bytes:
    first, second = _halves()
    return gzip.compress(first) + gzip.compress(second)


def _member_in_the_middle() -> bytes:
    whole = known_log.document()
    return gzip.compress(whole[:3000]) + gzip.compress(whole[3000:])


def _named_gzip() -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile("a log.json", "wb", fileobj=target, mtime=1) as packed:
        packed.write(known_log.document())
    return target.getvalue()


def _raw_zlib() -> bytes:
    return zlib.compress(known_log.document())


def _encrypted_zip() -> bytes:
    """Set the flag of encryption in both headers of a zip: Python cannot write a real one."""
    whole = bytearray(zipped({NAME: known_log.document()}))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def _unknown_method() -> bytes:
    """Name Deflate64 (method 9), which Windows writes for large files and Python cannot read."""
    whole = bytearray(zipped({NAME: known_log.document()}))
    whole[8] = 9
    whole[whole.index(b"PK\x01\x02") + 10] = 9
    return bytes(whole)


def _garbage_in_front() -> bytes:
    return b"MZ" + bytes(200) + zipped({NAME: known_log.document()})


def _utf16(codec: str, mark: bytes) -> bytes:
    return mark + known_log.document().decode().encode(codec)


FORMS: dict[str, Callable[[], Form]] = {
    "plain": lambda: Form(NAME, known_log.document()),
    "gzip": lambda: Form(NAME + ".gz", gzip.compress(known_log.document())),
    "gzip with a name in its header": lambda: Form(NAME + ".gz", _named_gzip()),
    "gzip of two documents": lambda: Form(NAME + ".gz", _two_members()),
    "gzip of two members, cut in the middle of an event": lambda: Form(
        NAME + ".gz", _member_in_the_middle()
    ),
    "gzip with zero padding": lambda: Form(
        NAME + ".gz", gzip.compress(known_log.document()) + bytes(512)
    ),
    "gzip in gzip": lambda: Form(NAME + ".gz", gzip.compress(gzip.compress(known_log.document()))),
    "gzip named .json": lambda: Form(NAME, gzip.compress(known_log.document())),
    "plain named .gz": lambda: Form(NAME + ".gz", known_log.document()),
    "gzip named .txt": lambda: Form("download.txt", gzip.compress(known_log.document())),
    "zip": lambda: Form("logs.zip", zipped({NAME: known_log.document()})),
    "zip of gzip": lambda: Form("logs.zip", zipped({NAME + ".gz": _two_members()})),
    "zip, bzip2 inside": lambda: Form(
        "logs.zip", zipped({NAME: known_log.document()}, zipfile.ZIP_BZIP2)
    ),
    "zip, LZMA inside": lambda: Form(
        "logs.zip", zipped({NAME: known_log.document()}, zipfile.ZIP_LZMA)
    ),
    "zip, stored": lambda: Form(
        "logs.zip", zipped({NAME: known_log.document()}, zipfile.ZIP_STORED)
    ),
    "zip named .gz": lambda: Form("logs.json.gz", zipped({NAME: known_log.document()})),
    "zip in zip": lambda: Form(
        "logs.zip", zipped({"inner.zip": zipped({NAME: known_log.document()})})
    ),
    "zip of a Mac, with its own files": lambda: Form(
        "logs.zip",
        zipped({NAME: known_log.document(), f"__MACOSX/._{NAME}": b"\x00\x05\x16\x07" + bytes(60)}),
        exact=False,
    ),
    "zip with bytes in front": lambda: Form("logs.zip", _garbage_in_front(), exact=False),
    "zip that is encrypted": lambda: Form("logs.zip", _encrypted_zip(), exact=False, lost=True),
    "zip of an unknown method": lambda: Form("logs.zip", _unknown_method(), exact=False, lost=True),
    "tar": lambda: Form("logs.tar", tarred({NAME: known_log.document()}, "w")),
    "tar.gz": lambda: Form("logs.tar.gz", tarred({NAME + ".gz": _two_members()})),
    "tar.bz2": lambda: Form("logs.tar.bz2", tarred({NAME: known_log.document()}, "w:bz2")),
    "tar.xz": lambda: Form("logs.tar.xz", tarred({NAME: known_log.document()}, "w:xz")),
    "bz2": lambda: Form(NAME + ".bz2", bz2.compress(known_log.document())),
    "bz2 of two streams": lambda: Form(
        NAME + ".bz2", b"".join(bz2.compress(half) for half in _halves())
    ),
    "xz": lambda: Form(NAME + ".xz", lzma.compress(known_log.document())),
    "xz of two streams": lambda: Form(
        NAME + ".xz", b"".join(lzma.compress(half) for half in _halves())
    ),
    "lzma, the old format": lambda: Form(
        NAME + ".lzma", lzma.compress(known_log.document(), lzma.FORMAT_ALONE), exact=False
    ),
    "zstd": lambda: Form(
        NAME + ".zst", zstd(known_log.document()), exact=False, words=("zstd", "zstandard")
    ),
    "zlib without gzip": lambda: Form(NAME + ".zz", _raw_zlib(), exact=False),
    "UTF-8 with a mark": lambda: Form(NAME, b"\xef\xbb\xbf" + known_log.document()),
    "UTF-16 little endian": lambda: Form(NAME, _utf16("utf-16-le", b"\xff\xfe")),
    "UTF-16 big endian": lambda: Form(NAME, _utf16("utf-16-be", b"\xfe\xff")),
    "UTF-16 without a mark": lambda: Form(NAME, _utf16("utf-16-le", b"")),
    "UTF-16 in gzip": lambda: Form(NAME + ".gz", gzip.compress(_utf16("utf-16-le", b"\xff\xfe"))),
    "UTF-32": lambda: Form(NAME, known_log.document().decode().encode("utf-32"), exact=False),
    "CRLF": lambda: Form(NAME, _pretty().replace("\n", "\r\n").encode()),
    "indented": lambda: Form(NAME, _pretty().encode()),
    "indented by tabs": lambda: Form(NAME, _pretty("\t").encode()),
    "a list": lambda: Form(NAME, json.dumps(known_log.events()).encode()),
    "lines": lambda: Form("events.jsonl", _lines()),
    "lines without the last end": lambda: Form("events.jsonl", _lines(last="")),
    "lines with CRLF": lambda: Form("events.jsonl", _lines("\r\n", "\r\n")),
    "lines with empty lines between": lambda: Form("events.jsonl", _lines("\n\n", "\n\n\n")),
    "lines with a mark": lambda: Form("events.jsonl", b"\xef\xbb\xbf" + _lines()),
    "lines in UTF-16": lambda: Form("events.jsonl", _lines().decode().encode("utf-16")),
    "lines in gzip": lambda: Form("events.jsonl.gz", gzip.compress(_lines())),
    "lines, a document each": lambda: Form("cat.json", b"\n".join(_halves())),
    "documents without anything between": lambda: Form("cat.json", b"".join(_halves())),
    "indented events in a row": lambda: Form(
        "jq.json", "\n".join(json.dumps(e, indent=2) for e in known_log.events()).encode()
    ),
    "indented documents in a row": lambda: Form(
        "jq.json",
        b"\n".join(json.dumps(json.loads(half), indent=2).encode() for half in _halves()),
    ),
    "events in a row without anything between": lambda: Form(
        "joined.json", "".join(known_log.texts()).encode()
    ),
    "events with commas between": lambda: Form(
        "joined.json", ",\n".join(known_log.texts()).encode(), exact=False
    ),
    "a list of documents": lambda: Form("slurped.json", b"[" + b",".join(_halves()) + b"]"),
    "Records in small letters": lambda: Form(
        NAME, known_log.document().replace(b'"Records"', b'"records"')
    ),
    "events with every key in small letters": lambda: Form(
        "events.jsonl",
        "\n".join(
            json.dumps({key.lower(): value for key, value in event.items()})
            for event in known_log.events()
        ).encode(),
    ),
    "text before the JSON": lambda: Form(
        NAME, b"download: s3://example-org-logs to ./-\n" + known_log.document(), exact=False
    ),
}
