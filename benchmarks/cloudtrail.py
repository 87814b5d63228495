"""Counting CloudTrail's log files as ratios in one run, each a whole process.

    pip install 'duckdb<2' trailscraper
    python benchmarks/cloudtrail.py

Against what one would otherwise write: a standard-library loop, pandas.json_normalize, DuckDB,
`trailscraper select`; and against only unpacking the files. Interleaved runs, medians.
"""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from logs import write_logs

RUNS = 3
FILES, EVENTS = 2_000, 200
FEW = 100  # files for what would take minutes

LOOP = """
import collections, glob, gzip, json, sys
counts, seen = collections.Counter(), set()
for path in glob.glob(sys.argv[1] + "/**/*.json.gz", recursive=True):
    with gzip.open(path) as stream:
        for record in json.load(stream)["Records"]:
            if record["eventSource"] == "kms.amazonaws.com" and record["eventID"] not in seen:
                seen.add(record["eventID"])
                context = (record["requestParameters"] or {}).get("encryptionContext") or {}
                trail = context.get("aws:cloudtrail:arn")
                counts[record["eventTime"][:10], record["eventName"], trail] += 1
print(sum(counts.values()))
"""

PANDAS = """
import glob, gzip, json, sys
import pandas as pd
parts = []
for path in glob.glob(sys.argv[1] + "/**/*.json.gz", recursive=True):
    with gzip.open(path) as stream:
        frame = pd.json_normalize(json.load(stream)["Records"])
    parts.append(frame[frame["eventSource"] == "kms.amazonaws.com"])
frame = pd.concat(parts).drop_duplicates("eventID")
frame["day"] = frame["eventTime"].str[:10]
trail = "requestParameters.encryptionContext.aws:cloudtrail:arn"
print(frame.groupby(["day", "eventName", trail], dropna=False).size().sum())
"""

DUCKDB = """
import sys
import duckdb
columns = "eventSource VARCHAR, eventTime VARCHAR, eventName VARCHAR, eventID VARCHAR"
columns += ", requestParameters JSON"
print(duckdb.sql(f'''
    with records as (
        select unnest(Records) as r from read_json(
            '{sys.argv[1]}/**/*.json.gz', maximum_object_size=500000000,
            columns={{Records: 'STRUCT({columns})[]'}})
    ), counts as (
        select r.eventTime[:10], r.eventName,
            r.requestParameters->'encryptionContext'->>'aws:cloudtrail:arn',
            count(distinct r.eventID) as requests
        from records where r.eventSource = 'kms.amazonaws.com' group by all
    ) select sum(requests) from counts''').fetchone()[0])
"""

# the same two without the start of Python and the loading of libraries
INSIDE = """
import sys, time
import numpy
from estimator import measure_cloudtrail
begin = time.perf_counter()
measure_cloudtrail(sys.argv[1]).to_dict()
print(time.perf_counter() - begin)
"""

DUCKDB_INSIDE = (
    DUCKDB.replace(
        "import duckdb", "import time\nimport duckdb\nbegin = time.perf_counter()"
    ).replace("print(duckdb", "(duckdb")
    + "print(time.perf_counter() - begin)"
)

LOOP_INSIDE = f"import time\nbegin = time.perf_counter()\n{LOOP}".replace(
    "print(sum(counts.values()))", "print(time.perf_counter() - begin)"
)

UNPACK = """
import glob, sys
from isal import isal_zlib
for path in glob.glob(sys.argv[1] + "/**/*.json.gz", recursive=True):
    with open(path, "rb") as stream:
        isal_zlib.decompress(stream.read(), 31)
"""


def seconds(*command: str) -> float:
    """One whole process, output thrown away. [s]"""
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def seconds_printed(code: str, folder: Path) -> float:
    """Return the seconds that a program prints. [s]"""
    command = (sys.executable, "-c", code, str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def peak(*command: str) -> float:
    """The largest memory of a process or of one of its own. [MB]"""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


def measure_command(folder: Path) -> tuple[str, ...]:
    """The command as a user types it."""
    return (sys.executable, "-m", "estimator", "measure", "cloudtrail", str(folder), "-f", "json")


def main() -> None:
    """Print every ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder, few = Path(name) / "all", Path(name) / "few"
        for kms in (0.3, 1.0):
            shutil.rmtree(folder, ignore_errors=True)
            print(f"{FILES * EVENTS:,} events, {FILES:,} files, half of them {kms:.0%} KMS")
            write_logs(folder, FILES, EVENTS, kms=kms)
            compare(folder)
        write_logs(few, FEW, EVENTS)
        trailscraper = Path(sys.executable).with_name("trailscraper")
        if trailscraper.exists():
            took = seconds(str(trailscraper), "select", "--log-dir", str(few))
            own = statistics.median(seconds(*measure_command(folder)) for _ in range(RUNS))
            ratio = took * FILES / FEW / own
            print(f"trailscraper select, {FEW} files {took:.2f} s, {ratio:.1f} a file of ours")
        shutil.rmtree(folder)
        for files in (FILES // 10, FILES, 10 * FILES):
            write_logs(folder, files, EVENTS // 4, days=1)
            print(f"peak memory of {files:,} files: {peak(*measure_command(folder)):.0f} MB")
            shutil.rmtree(folder)


def compare(folder: Path) -> None:
    """Each way in turn, so that a slow moment of the machine meets all of them."""
    ways = {
        "kmscost measure cloudtrail": measure_command(folder),
        "standard-library loop": (sys.executable, "-c", LOOP, str(folder)),
        "pandas.json_normalize": (sys.executable, "-c", PANDAS, str(folder)),
        "unpacking alone, one core": (sys.executable, "-c", UNPACK, str(folder)),
    }
    if importlib.util.find_spec("duckdb"):
        ways["DuckDB"] = (sys.executable, "-c", DUCKDB, str(folder))
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(RUNS):
        for way, command in ways.items():
            times[way].append(seconds(*command))
    inside = {"measure_cloudtrail": INSIDE, "standard-library loop": LOOP_INSIDE}
    if "DuckDB" in ways:
        inside["DuckDB"] = DUCKDB_INSIDE
    spent = {
        way: statistics.median(seconds_printed(code, folder) for _ in range(RUNS))
        for way, code in inside.items()
    }
    own = statistics.median(times["kmscost measure cloudtrail"])
    for way, taken in times.items():
        print(f"{way:32} {statistics.median(taken):7.2f} s  {statistics.median(taken) / own:6.2f}")
    print("without the start of Python and the loading of libraries:")
    for way, took in spent.items():
        print(f"{way:32} {took:7.2f} s  {took / spent['measure_cloudtrail']:6.2f}")


if __name__ == "__main__":
    main()
