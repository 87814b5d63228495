"""Forecast speed as ratios in one run: against a pandas row loop, `import pandas` and itself.

    python benchmarks/forecast.py

Every figure is the median of several runs. Nothing here is a test: machines differ, ratios less so.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from estimator import forecast, load_inventory
from estimator.inventory import Inventory
from pricing.regions import default_regions

RUNS = 5
MONTHS = 36

TRAILS = """\
keys:
  - {id: logs, region: us-east-1}
  - {id: dr, region: eu-west-1}
trails:
  - {name: org, key: logs, log_file_validation: true}
  - {name: second, key: dr, files_per_day: {us-east-1: 500, other: 100}}
readers:
  - {name: siem, kind: every-file}
  - {name: athena, kind: query, queries_per_month: 60, days_scanned: 7}
  - {name: audit, kind: fixed, gets_per_day: 500}
  - {name: integrity, kind: validate, runs_per_month: 1, days: 30}
  - {name: copy, kind: replication, trails: [org], destination_key: dr}
"""


def write_inventory(folder: Path, accounts: int, kind: str) -> Path:
    """An organization of 17 Regions, 2 trails and 5 readers; accounts in CSV or written out."""
    ids = [f"{100_000_000_000 + number}" for number in range(accounts)]
    head = f'version: 1\npayer: "{ids[0]}"\nregions: default\naccounts:\n'
    if kind == "csv":
        rows = "".join(f"{account},account {account}\n" for account in ids)
        (folder / "accounts.csv").write_text(f"id,name\n{rows}", encoding="utf-8")
        body = "  - {file: accounts.csv}\n"
    else:
        regions = ", ".join(default_regions())
        body = "".join(
            f'  - id: "{account}"\n    name: account {account}\n    regions: [{regions}]\n'
            for account in ids
        )
    path = folder / f"{kind}-{accounts}.yaml"
    path.write_text(head + body + TRAILS, encoding="utf-8")
    return path


def row_loop(inventory: Inventory, months: int) -> float:
    """Price a DataFrame of streams and months row by row, as one would by hand."""
    rows = [
        (trail.name, account.id, region, month)
        for trail in inventory.trails
        for account in inventory.accounts
        for region in account.regions
        for month in pd.period_range("2026-11", periods=months, freq="M")
    ]
    frame = pd.DataFrame(rows, columns=["trail", "account", "region", "month"])
    requests = []
    for _, row in frame.iterrows():
        files = 288.0
        if row["trail"] == "second":
            files = 500.0 if row["region"] == "us-east-1" else 100.0
        requests.append(files * row["month"].days_in_month)
    frame["requests"] = requests
    monthly = frame.groupby("month")["requests"].sum()
    return float(((monthly - 20_000).clip(lower=0) * 0.000003).sum())


def seconds(run: Callable[[], object], runs: int = RUNS) -> float:
    """The median time of some runs. [s]"""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def process(*arguments: str) -> Callable[[], object]:
    """A whole process, output thrown away."""
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )


def main() -> None:
    """Print every ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        imports = seconds(process("-c", "import pandas"))
        print(f"import pandas                          {imports:8.2f} s")
        for kind in ("csv", "yaml"):
            path = write_inventory(folder, 10_000, kind)
            output = str(folder / "forecast.json")
            options = ("--months", str(MONTHS), "--format", "json", "--output", output)
            took = seconds(process("-m", "estimator", "forecast", str(path), *options))
            print(
                f"10,000 accounts x 17 Regions, {kind:4}     {took:8.2f} s   "
                f"{took / imports:6.1f} x import pandas"
            )

        small = load_inventory(write_inventory(folder, 200, "csv"))
        loop = seconds(lambda: row_loop(small, 12), runs=3)
        own = seconds(lambda: forecast(small, "2026-11", 12))
        print(
            f"200 accounts, 12 months: row loop {loop:.2f} s (puts only); all causes, 5 readers: "
            f"forecast {own:.3f} s, {loop / own:.0f} times faster"
        )

        print("streams      6 months   per stream      (every column told apart: --by all)")
        for accounts in (250, 500, 1_000):
            inventory = load_inventory(write_inventory(folder, accounts, "csv"))
            streams = sum(inventory.streams().values())
            took = seconds(lambda form=inventory: forecast(form, "2026-11", 6, by="all"), runs=3)
            print(f"{streams:8,}   {took:8.2f} s   {took / streams * 1e6:8.2f} us")
        print("months      1,000 accounts   per month")
        inventory = load_inventory(write_inventory(folder, 1_000, "csv"))
        for months in (3, 6, 12):
            took = seconds(
                lambda form=months: forecast(inventory, "2026-11", form, by="all"), runs=3
            )
            print(f"{months:6}   {took:12.2f} s   {took / months:8.3f} s")


if __name__ == "__main__":
    main()
