"""The ways in which events reach a user's disk: each function gives the bytes of one file."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

Record = dict[str, Any]


def log_file(records: Iterable[Any]) -> bytes:
    """As CloudTrail writes it."""
    return json.dumps({"Records": list(records)}, separators=(",", ":")).encode()


def pretty(records: Iterable[Any]) -> bytes:
    """As an editor would save it."""
    return json.dumps({"Records": list(records)}, indent=2, sort_keys=True).encode()


def ndjson(records: Iterable[Any]) -> bytes:
    """One event on each line."""
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def top_list(records: Iterable[Any]) -> bytes:
    """A list without `Records` around it."""
    return json.dumps(list(records)).encode()


def gz(raw: bytes, level: int = 6) -> bytes:
    return gzip.compress(raw, level, mtime=0)


def in_members(raw: bytes, pieces: int = 3) -> bytes:
    """One document over several gzip members, as parallel compressors write it."""
    size = max(1, -(-len(raw) // pieces))
    return b"".join(gz(raw[at : at + size]) for at in range(0, len(raw), size))


def as_zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return out.getvalue()


def as_tar(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    """A tar archive; mode `w:gz` compresses it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))
    return out.getvalue()
