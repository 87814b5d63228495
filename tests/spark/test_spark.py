"""Counting on Apache Spark gives the very frame that one machine gives."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from estimator import KmscostError, measure_cloudtrail
from tests.acceptance.measure.logs import random_tree, save
from tests.real_data import DATA, needs_data

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed")
if shutil.which("java") is None:
    pytest.skip("no Java", allow_module_level=True)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trees with copies between accounts, twice over, and a few broken files."""
    folder = tmp_path_factory.mktemp("logs")
    tree = random_tree(0)
    tree.write(folder / "a")
    tree.write(folder / "b")
    save(folder / "empty.json.gz", b"")
    save(folder / "broken.json", b'{"Records": [')
    return folder


def same(logs: Path, master: str, path: Path | str = "") -> None:
    """All of an answer is equal, whichever engine counted, and by whichever path."""
    here = measure_cloudtrail(logs, bucket_keys=True)
    there = measure_cloudtrail(path or logs, engine="spark", master=master, bucket_keys=True)
    first, other = here.to_dict(), there.to_dict()
    # Spark does not name the empty files, and the notices name them
    for document in (first, other):
        document["skipped"] = sorted(entry["reason"] for entry in document["skipped"])
        document["notices"] = len(document["notices"])
    assert first == other
    assert first["bucket_key_replay"]["requesters"]
    assert here.duplicates > 0
    assert [why.partition(" (")[0] for why in first["skipped"]] == ["damaged JSON", "empty file"]


def test_local_mode(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--engine spark --master local[2]` counts what `--engine local` counts.

    Relative paths are of this folder, also when Spark's own process started in another one.
    """
    pyspark.sql.SparkSession.builder.master("local[2]").getOrCreate().stop()
    monkeypatch.chdir(logs.parent)
    same(logs, "local[2]", logs.name)


@needs_data
def test_real_logs() -> None:
    """6 GenerateDataKey and 7 Decrypt of CloudTrail's and 1,049 others, as on one machine."""
    actuals = measure_cloudtrail(DATA / "cloudtrail", engine="spark", master="local[2]")
    assert actuals.totals["by_cause"]["put"] == 6
    assert actuals.totals["by_cause"]["get"] == 7
    assert actuals.to_dict() == measure_cloudtrail(DATA / "cloudtrail").to_dict()


def test_a_path_that_spark_does_not_find(tmp_path: Path) -> None:
    """One line that names the path, no traceback of Java's."""
    with pytest.raises(KmscostError, match="an error of Spark"):
        measure_cloudtrail(tmp_path / "nowhere", engine="spark", master="local[1]")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A standalone master with two workers, all on loopback."""
    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(home),
        "SPARK_WORKER_DIR": str(tmp_path / "work"),
        "PYSPARK_PYTHON": sys.executable,
    }
    port = free_port()
    url = f"spark://127.0.0.1:{port}"
    spark_class = [str(home / "bin" / "spark-class")]
    package = "org.apache.spark.deploy"
    at = ["--host", "127.0.0.1", "--webui-port", "0"]
    commands = [
        [f"{package}.master.Master", *at, "--port", str(port)],
        *([f"{package}.worker.Worker", *at, "--cores", "1", "--memory", "1g", url],) * 2,
    ]
    processes = []
    try:
        for command in commands:
            with (tmp_path / f"{len(processes)}.txt").open("wb") as output:
                processes.append(
                    subprocess.Popen(
                        [*spark_class, *command], env=environment, stdout=output, stderr=output
                    )
                )
        until = time.monotonic() + 60
        log = ""
        while log.count("Registering worker") < 2:
            assert time.monotonic() < until, log
            time.sleep(0.2)
            log = (tmp_path / "0.txt").read_text()
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def test_a_master_with_two_workers(
    logs: Path, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a standalone master with two workers on loopback: the same frame."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    same(logs, cluster)
