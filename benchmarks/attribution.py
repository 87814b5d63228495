"""What attribution adds to counting, as a ratio in one run, and its memory at a million events.

    python benchmarks/attribution.py [REVISION]

The same files counted by this checkout and by a revision without attribution (default: the last
one), in turn, processor time without the start of Python. Then a million events with a resource
each, objects, parameters and contexts of random names: the peak memory of the whole command.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cloudtrail import measure_command, peak, seconds
from logs import KEY, START, role, shell, write_logs

ROOT = Path(__file__).resolve().parents[1]
BEFORE = "13de4d5"  # counting alone
RUNS = 7
FILES, EVENTS = 1_000, 200

INSIDE = """
import sys, time
import numpy
from estimator import measure_cloudtrail
begin = time.process_time()
measure_cloudtrail(sys.argv[1], jobs=1).to_dict()
print(time.process_time() - begin)
"""

ACCOUNT = "111122223333"
ARN = f"arn:aws:{{}}:eu-west-1:{ACCOUNT}:{{}}"


APPS, OF_EACH = 20, 10  # each application has its own secrets, parameters and tables


def contexts(rng: random.Random, wide: bool) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Services with what their requests name; `wide`: nearly each a thing of its own."""
    while True:
        number = rng.randrange(10**9 if wide else OF_EACH)
        app = f"app-{rng.randrange(APPS)}"
        thing = f"x{rng.getrandbits(64):016x}"
        bucket = f"arn:aws:s3:::bucket-{app}-{number % OF_EACH}"
        secret = ARN.format("secretsmanager", f"secret:{app}-{number}-AbCdEf")
        parameter = ARN.format("ssm", f"parameter/{app}/p-{number}")
        yield app, "AWS Internal", {"aws:s3:arn": f"{bucket}/data/{thing}"}
        yield (
            app,
            "secretsmanager.amazonaws.com",
            {"SecretARN": secret, "SecretVersionId": thing},
        )
        yield app, "ssm.amazonaws.com", {"PARAMETER_ARN": parameter}
        yield app, "dynamodb.amazonaws.com", {"aws:dynamodb:tableName": f"{app}-{number}"}
        yield app, "", {"purpose": thing, thing: "caller's own"}


def write_services(folder: Path, files: int, events: int, wide: bool) -> None:
    """Write log files of requests to KMS by several services and by callers themselves."""
    rng = random.Random(3)
    named = contexts(rng, wide)
    folder.mkdir(parents=True)
    for number in range(files):
        records = []
        for _ in range(events):
            app, between, context = next(named)
            event: dict[str, Any] = shell(rng, START, ACCOUNT)
            identity = role(rng, ACCOUNT, app)
            identity.pop("invokedBy")
            if between:
                identity["invokedBy"] = between
                event["sourceIPAddress"] = event["userAgent"] = between
            records.append(
                event
                | {
                    "userIdentity": identity,
                    "eventSource": "kms.amazonaws.com",
                    "eventName": "Decrypt",
                    "requestParameters": {
                        "encryptionContext": context,
                        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
                    },
                    "resources": [{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}],
                }
            )
        text = json.dumps({"Records": records}, separators=(",", ":"))
        (folder / f"{number:05}.json.gz").write_bytes(gzip.compress(text.encode(), 1, mtime=0))


def processor_seconds(checkout: Path, folder: Path) -> float:
    """Return the processor time of counting a folder with the code of a checkout. [s]"""
    done = subprocess.run(
        [sys.executable, "-c", INSIDE, str(folder)],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def check_out(revision: str, folder: Path) -> Path:
    """Write the files of a revision into a folder."""
    archive = folder / "before.tar"
    subprocess.run(["git", "archive", "-o", str(archive), revision], cwd=ROOT, check=True)
    target = folder / "before"
    target.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(target)], check=True)
    return target


def main() -> None:
    """Print the ratios and the peaks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = check_out(sys.argv[1] if len(sys.argv) > 1 else BEFORE, folder)
        write_logs(folder / "mixed", FILES, EVENTS, kms=0.3)
        write_logs(folder / "trail", FILES, EVENTS, kms=1.0)
        write_services(folder / "services", FILES // 2, EVENTS, wide=False)
        for kind in ("mixed", "trail", "services"):
            ratios = []
            for _ in range(RUNS):
                alone = processor_seconds(before, folder / kind)
                ratios.append(processor_seconds(ROOT, folder / kind) / alone)
            spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
            print(f"{kind}: {statistics.median(ratios):.2f} of counting alone ({spread})")
        for files in (500, 5_000):
            wide = folder / f"wide-{files}"
            write_services(wide, files, EVENTS, wide=True)
            command = measure_command(wide)
            took = seconds(*command)
            print(f"{files * EVENTS:,} events, nearly each of its own: {took:.1f} s, ", end="")
            print(f"{peak(*command):.0f} MB")


if __name__ == "__main__":
    main()
