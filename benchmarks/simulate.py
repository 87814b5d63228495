"""How sure against how much: `simulate` and the plain forecast of the same inventory, as ratios.

    python benchmarks/simulate.py

10,000 accounts x 17 Regions, 36 months, 10,000 draws. Every figure is the median of several runs,
one after the other in turn.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from estimator import forecast, load_inventory, simulate

RUNS = 7
ACCOUNTS, MONTHS, DRAWS = 10_000, 36, 10_000

DOUBTS = """\
other_kms_requests_per_month: {low: 5_000, high: 40_000}
growth: {accounts_per_year: {low: 2%, high: 20%}, files_per_year: {low: 1%, high: 15%}}
keys:
  - {id: logs, region: us-east-1}
  - {id: dr, region: eu-west-1}
trails:
  - name: org
    key: logs
    log_file_validation: true
    files_per_day: {low: 100, high: 300}
    bucket: {bucket_key: true, bucket_key_saving: {low: 0.9, high: 0.99}}
  - name: second
    key: dr
    files_per_day: {us-east-1: {low: 400, high: 600}, other: {low: 5, high: 200}}
    config_updates_per_month: {low: 1, high: 10}
readers:
  - {name: siem, kind: every-file, gets_per_file: {low: 1, high: 1.3}}
  - name: athena
    kind: query
    queries_per_month: {low: 20, high: 200}
    days_scanned: {low: 2, high: 30}
    share_of_files: {low: 0.1, high: 0.9}
    gets_per_file: {low: 1, high: 2}
  - {name: audit, kind: fixed, gets_per_day: {low: 100, high: 900}}
  - {name: integrity, kind: validate, runs_per_month: {low: 1, high: 4}, days: {low: 7, high: 30}}
  - {name: copy, kind: replication, trails: [org], destination_key: dr}
"""


def write_inventory(folder: Path, own_ranges: bool) -> Path:
    """Ranges on trails, readers, growth, saving and others; on request one for each account."""
    ids = [f"{100_000_000_000 + number}" for number in range(ACCOUNTS)]
    head = f'version: 1\npayer: "{ids[0]}"\nregions: default\naccounts:\n'
    if own_ranges:
        body = "".join(
            f'  - {{id: "{account}", '
            f"files_per_day: {{low: {20 + n % 300}, high: {400 + n % 500}}}}}\n"
            for n, account in enumerate(ids)
        )
    else:
        (folder / "accounts.csv").write_text("id\n" + "\n".join(ids) + "\n", encoding="utf-8")
        body = "  - {file: accounts.csv}\n"
    path = folder / f"{'own' if own_ranges else 'shared'}.yaml"
    path.write_text(head + body + DOUBTS, encoding="utf-8")
    return path


def in_turn(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median time of each, run in turn so that a busy machine slows all of them. [s]"""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(RUNS):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(each) for name, each in times.items()}


def process(command: str, path: Path, folder: Path, *options: str) -> Callable[[], object]:
    """A whole process that writes JSON."""
    output = str(folder / f"{command}.json")
    common = ("--from", "2026-11", "--months", str(MONTHS), "--format", "json", "--output", output)
    line = [sys.executable, "-m", "estimator", command, str(path), *common, *options]
    return lambda: subprocess.run(line, stderr=subprocess.DEVNULL, check=True)


def main() -> None:
    """Print every ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for own in (False, True):
            path = write_inventory(folder, own)
            inventory = load_inventory(path)
            took = in_turn(
                {
                    "forecast": lambda form=inventory: forecast(form, "2026-11", MONTHS),
                    "simulate": lambda form=inventory: simulate(form, "2026-11", MONTHS, DRAWS),
                    "processes: forecast": process("forecast", path, folder),
                    "simulate ": process("simulate", path, folder, "--simulations", str(DRAWS)),
                }
            )
            plain, drawn, whole_plain, whole_drawn = took.values()
            kind = "a range for each account" if own else "ranges shared by the accounts"
            print(f"{ACCOUNTS:,} accounts x 17 Regions, {MONTHS} months, {DRAWS:,} draws, {kind}")
            print(
                f"  function  {plain:6.3f} s forecast, {drawn:6.3f} s simulate: "
                f"{drawn / plain:.2f} x"
            )
            print(
                f"  process   {whole_plain:6.3f} s forecast, {whole_drawn:6.3f} s simulate: "
                f"{whole_drawn / whole_plain:.2f} x"
            )
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"most memory of a process {most:,.0f} MB")


if __name__ == "__main__":
    main()
