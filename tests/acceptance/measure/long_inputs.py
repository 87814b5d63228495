"""Inputs of each source that take long: one file, met under many names."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.measure import packing
from tests.acceptance.measure.samples import ABSENT, get, put
from tests.measurement.billing.bills import A_MONTH, as_csv, legacy
from tests.measurement.s3.objects import log_name

MANY = 400
DAY = "2023-10-17 04:55:01       1409"


def many_times(folder: Path, name: str, data: bytes, times: int = MANY) -> None:
    """A file under so many names, on disk once."""
    folder.mkdir(parents=True)
    first = folder / f"0{name}"
    first.write_bytes(data)
    for number in range(1, times):
        os.link(first, folder / f"{number}{name}")


def cloudtrail(folder: Path) -> Path:
    """Log files of 8,000 events each."""
    pair = [json.dumps(event) for event in (put(sharedEventID=ABSENT), get())]
    ids = [put()["eventID"], get()["eventID"]]
    events = (
        pair[at % 2].replace(ids[at % 2], f"{at:08x}{ids[at % 2][8:]}") for at in range(8_000)
    )
    data = packing.gz(('{"Records":[' + ",".join(events) + "]}").encode(), 1)
    many_times(folder, ".json.gz", data)
    return folder


def listing(folder: Path) -> Path:
    """Listings of 40,000 names each."""
    lines = "".join(f"{DAY} {log_name(number=at)}\n" for at in range(40_000))
    many_times(folder, ".txt", lines.encode())
    return folder


def access_logs(folder: Path) -> Path:
    """Access logs of 20,000 lines each."""
    line = (
        f"owner example-logs [18/Oct/2023:04:55:01 +0000] 192.0.2.3 - ID REST.GET.OBJECT "
        f'{log_name()} "GET / HTTP/1.1" 200 - 1409 1409 61 55 "-" "-" -\n'
    )
    many_times(folder, ".log", (line * 20_000).encode())
    return folder


def bills(folder: Path) -> Path:
    """Bills of 20,000 lines each."""
    header, *lines = as_csv(legacy(A_MONTH)).splitlines(keepends=True)
    many_times(folder, ".csv", header + b"".join(lines) * (20_000 // len(lines)))
    return folder


def inventory(folder: Path) -> Path:
    """An inventory that lists one data file of 100,000 names many times."""
    folder.mkdir(parents=True)
    rows = "".join(f'"example-logs","{log_name(number=at)}","SSE-KMS"\n' for at in range(100_000))
    data = gzip.compress(rows.encode(), 1)
    (folder / "data.csv.gz").write_bytes(data)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    file = {"key": "data.csv.gz", "size": len(data), "MD5checksum": md5}
    manifest = {
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, EncryptionStatus",
        "creationTimestamp": "1697587200000",
        "files": [file] * MANY,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


INPUTS: dict[str, Callable[[Path], Path]] = {
    "cloudtrail": cloudtrail,
    "s3-listing": listing,
    "access-logs": access_logs,
    "bill": bills,
    "s3-inventory": inventory,
}
