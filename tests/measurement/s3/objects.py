"""Names of objects as CloudTrail writes them, and inventories of them in every format."""

from __future__ import annotations

import csv
import datetime
import gzip
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.extras import needed

ACCOUNT = "111122223333"
SCHEMA = (
    "Bucket",
    "Key",
    "VersionId",
    "IsLatest",
    "IsDeleteMarker",
    "Size",
    "LastModifiedDate",
    "ReplicationStatus",
    "EncryptionStatus",
    "BucketKeyStatus",
)
FORMATS = ("CSV", "ORC", "Parquet")
# 2023-10-19T12:00:00Z: 19,649 days and 12 hours after 1970 = (19,649 x 24 + 12) x 3,600,000 ms
NOON_OF_THE_19TH = (19_649 * 24 + 12) * 3_600_000


def log_name(
    day: str = "2023/10/17",
    number: int = 0,
    account: str = ACCOUNT,
    region: str = "eu-west-1",
    folder: str = "CloudTrail",
    prefix: str = "",
) -> str:
    """The name of a log file: F21."""
    time = f"{day.replace('/', '')}T{number // 12 % 24:02d}{number % 12 * 5:02d}Z"
    return (
        f"{prefix}AWSLogs/{account}/{folder}/{region}/{day}/"
        f"{account}_{folder}_{region}_{time}_{number:016d}.json.gz"
    )


def digest_name(
    day: str = "2023/10/17", hour: int = 0, trail: str = "org", region: str = "eu-west-1"
) -> str:
    """The name of a digest file of a trail whose home is us-east-1."""
    time = f"{day.replace('/', '')}T{hour:02d}4500Z"
    return (
        f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{region}/{day}/"
        f"{ACCOUNT}_CloudTrail-Digest_{region}_{trail}_us-east-1_{time}.json.gz"
    )


@dataclass(frozen=True)
class Item:
    """A line of an inventory."""

    key: str
    encryption: str = "SSE-KMS"
    bucket_key: str = "DISABLED"
    replication: str = ""
    deleted: bool = False


def write_inventory(
    folder: Path, items: list[Item], form: str, files: int = 1, without: tuple[str, ...] = ()
) -> Path:
    """An inventory of this format, its items dealt out to some data files."""
    columns = [name for name in SCHEMA if name not in without]
    listed = []
    for number in range(files):
        suffix = {"CSV": "csv.gz", "ORC": "orc", "Parquet": "parquet"}[form]
        key = f"reports/example-logs/all/data/part-{number}.{suffix}"
        data = _data(items[number::files], form, columns)
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        listed.append({"key": key, "size": len(data), "MD5checksum": md5})
    manifest = folder / "reports/example-logs/all/2023-10-19T12-00Z/manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "sourceBucket": "example-logs",
        "destinationBucket": "arn:aws:s3:::example-inventory",
        "version": "2016-11-30",
        "creationTimestamp": str(NOON_OF_THE_19TH),
        "fileFormat": form,
        "fileSchema": ", ".join(columns) if form == "CSV" else "struct<bucket:string,key:string>",
        "files": listed,
    }
    manifest.write_text(json.dumps(document), encoding="utf-8")
    return manifest


def change_manifest(path: Path, **changes: Any) -> None:
    """Write a manifest again with other values."""
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | changes), encoding="utf-8")


def _data(items: list[Item], form: str, columns: list[str]) -> bytes:
    values = {
        "Bucket": ["example-logs" for _ in items],
        "Key": [item.key for item in items],
        "VersionId": ["v1" for _ in items],
        "IsLatest": [not item.deleted for item in items],
        "IsDeleteMarker": [item.deleted for item in items],
        "Size": [None if item.deleted else 1234 for item in items],
        "LastModifiedDate": [datetime.datetime(2023, 10, 17, tzinfo=datetime.UTC) for _ in items],
        "ReplicationStatus": [item.replication for item in items],
        "EncryptionStatus": [item.encryption or None for item in items],
        "BucketKeyStatus": [item.bucket_key or None for item in items],
    }
    stream = io.BytesIO()
    if form == "CSV":
        text = io.StringIO()
        values["Key"] = [quote(item.key, safe="/*-._") for item in items]
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in zip(*(values[name] for name in columns), strict=True):
            writer.writerow(str(v).lower() if isinstance(v, bool) else v for v in row)
        return gzip.compress(text.getvalue().encode())
    table = needed("pyarrow").table({_snake(name): values[name] for name in columns})
    if form == "ORC":
        needed("pyarrow.orc").write_table(table, stream, stripe_size=1024)
    else:
        needed("pyarrow.parquet").write_table(table, stream, row_group_size=3)
    return stream.getvalue()


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip(
        "_"
    )
