"""Speed of S3 Inventory: against reading the names alone, and against pandas' str.extract.

    python benchmarks/s3_inventory.py [MILLIONS]

Writes one inventory of an organization as Parquet, ORC and CSV.gz, then measures all of it in the
same run. Nothing here is a test: machines differ, ratios less so.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from pyarrow import orc, parquet

from estimator.measurement.s3_inventory import measure_s3_inventory

RUNS = 5
FILES = 4
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2", "eu-central-1")
COLUMNS = {
    "Bucket": "bucket",
    "Key": "key",
    "VersionId": "version_id",
    "IsLatest": "is_latest",
    "IsDeleteMarker": "is_delete_marker",
    "Size": "size",
    "LastModifiedDate": "last_modified_date",
    "ETag": "e_tag",
    "StorageClass": "storage_class",
    "ReplicationStatus": "replication_status",
    "EncryptionStatus": "encryption_status",
    "BucketKeyStatus": "bucket_key_status",
}
STATUSES = ["is_delete_marker", "encryption_status", "bucket_key_status", "replication_status"]
PATTERN = (
    r"AWSLogs/(?:o-[a-z0-9]+/)?(?P<account>\d{12})/(?P<folder>CloudTrail(?:-[A-Za-z]+)?)/"
    r"(?P<region>[a-z0-9-]+)/(?P<day>\d{4}/\d{2}/\d{2})/\d{12}_CloudTrail"
)


def names(number: int, count: int) -> list[str]:
    """Log files every five minutes and digests every hour, as a bucket's listing orders them."""
    letters = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz012345", "u1")
    ends = letters[np.random.default_rng(number).integers(0, 58, (count, 16))].tobytes().decode()
    found: list[str] = []
    account = 100_000_000_000 + number * 1_000
    while len(found) < count:
        account += 1
        for folder, each, tail in (
            ("CloudTrail", 5, ""),
            ("CloudTrail-Digest", 60, "org_us-east-1_"),
        ):
            for region in REGIONS:
                for day in range(1, 31):
                    path = f"AWSLogs/o-a1b2c3d4e5/{account}/{folder}/{region}/2026/09/{day:02d}/"
                    for minute in range(0, 1440, each):
                        at = f"202609{day:02d}T{minute // 60:02d}{minute % 60:02d}"
                        begin = len(found) % count * 16
                        end = f"{at}00Z" if tail else f"{at}Z_{ends[begin : begin + 16]}"
                        found.append(f"{path}{account}_{folder}_{region}_{tail}{end}.json.gz")
    return found[:count]


def table(number: int, count: int) -> pa.Table:
    """A data file's rows."""
    columns = {
        "bucket": ["example-logs"] * count,
        "key": names(number, count),
        "version_id": [f"{number:032x}" for number in range(count)],
        "is_latest": [True] * count,
        "is_delete_marker": [False] * count,
        "size": np.arange(count) % 50_000,
        "last_modified_date": pd.date_range("2026-09-01", periods=count, freq="s"),
        "e_tag": [f"{number * 7919:032x}" for number in range(count)],
        "storage_class": ["STANDARD"] * count,
        "replication_status": [""] * count,
        "encryption_status": np.where(np.arange(count) % 10, "SSE-KMS", "SSE-S3"),
        "bucket_key_status": ["DISABLED"] * count,
    }
    return pa.table(columns)


def write(folder: Path, millions: float) -> dict[str, Path]:
    """The same inventory in each format, with its manifest."""
    data: dict[str, list[Path]] = {"Parquet": [], "ORC": [], "CSV": []}
    for number in range(FILES):
        rows = table(number, round(millions * 1e6 / FILES))
        data["Parquet"].append(folder / f"{number}.parquet")
        parquet.write_table(rows, data["Parquet"][-1])
        data["ORC"].append(folder / f"{number}.orc")
        orc.write_table(rows, data["ORC"][-1], compression="zlib")
        data["CSV"].append(folder / f"{number}.csv.gz")
        with gzip.open(data["CSV"][-1], "wb", compresslevel=6) as stream:
            options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
            pa_csv.write_csv(rows, stream, options)
    manifests = {}
    for form, paths in data.items():
        files = [
            {
                "key": f"example/{path.name}",
                "size": path.stat().st_size,
                "MD5checksum": hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest(),
            }
            for path in paths
        ]
        created = str(int(pd.Timestamp("2026-10-01").timestamp() * 1000))
        manifest = {
            "sourceBucket": "example-logs",
            "fileFormat": form,
            "fileSchema": ", ".join(COLUMNS),
            "creationTimestamp": created,
            "files": files,
        }
        manifests[form] = folder / f"{form}-manifest.json"
        manifests[form].write_text(json.dumps(manifest), encoding="utf-8")
    return manifests


def read_names(path: Path) -> None:
    """The names of a data file and nothing else, with the fastest reader there is."""
    if path.suffix == ".parquet":
        for _ in parquet.ParquetFile(path).iter_batches(columns=["key"], use_threads=False):
            pass
    elif path.suffix == ".orc":
        file = orc.ORCFile(path)
        for stripe in range(file.nstripes):
            file.read_stripe(stripe, columns=["key"])
    else:
        stream = pa.CompressedInputStream(pa.OSFile(str(path)), "gzip")
        options = pa_csv.ReadOptions(column_names=list(COLUMNS.values()), block_size=1 << 24)
        convert = pa_csv.ConvertOptions(include_columns=["key"])
        for _ in pa_csv.open_csv(stream, options, convert_options=convert):
            pass


def names_alone(folder: Path, suffix: str) -> None:
    """The names of every data file, on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(read_names, sorted(folder.glob(f"*{suffix}"))))


def by_pandas(folder: Path, suffix: str) -> int:
    """Count as one would by hand: read the columns, extract with a pattern, group."""
    columns = ["key", *STATUSES]
    parts = []
    for path in sorted(folder.glob(f"*{suffix}")):
        if suffix == ".parquet":
            rows = pd.read_parquet(path, columns=columns)
        elif suffix == ".orc":
            rows = pd.read_orc(path, columns=columns)
        else:
            rows = pd.read_csv(path, header=None, names=list(COLUMNS.values()), usecols=columns)
        fields = rows["key"].str.extract(PATTERN)
        fields["encryption"] = rows["encryption_status"]
        parts.append(fields.groupby(list(fields.columns)).size())
    return int(pd.concat(parts).sum())


def seconds(run: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of some runs. [s]"""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> None:
    """Print every ratio."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifests = write(folder, millions)
        count = round(millions * 1e6 / FILES) * FILES
        print(
            f"{count:,} names in {FILES} files, {os.cpu_count()} cores, load {os.getloadavg()[0]}"
        )
        print(
            "            MB    names alone   measured   names/s     x names alone   pandas/measured"
        )
        for form, suffix in (("Parquet", ".parquet"), ("ORC", ".orc"), ("CSV", ".csv.gz")):
            size = sum(path.stat().st_size for path in folder.glob(f"*{suffix}")) / 1e6
            measured = measure_s3_inventory(manifests[form])
            assert measured.details["objects"]["cloudtrail"] == count
            alone = seconds(lambda form=suffix: names_alone(folder, form))
            own = seconds(lambda form=form: measure_s3_inventory(manifests[form]))
            pandas = seconds(lambda form=suffix: by_pandas(folder, form), runs=1)
            print(
                f"{form:8}{size:6.0f} {alone:11.2f} s {own:9.2f} s {count / own:11,.0f} "
                f"{own / alone:15.2f} {pandas / own:15.1f}"
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory of this process, all that was written included: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
