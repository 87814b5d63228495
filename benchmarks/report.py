"""The monthly report against the two results that it needs at least: `simulate` and `forecast`.

    python benchmarks/report.py

10,000 accounts x 17 Regions, a month and 12 months ahead, as one HTML file. Every figure is the
median of several runs of the whole process, one after the other in turn.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.simulate import write_inventory

RUNS = 5
MONTH, MONTHS = "2026-10", "13"


def main() -> None:
    """Print the time of each command, and the report's as a ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_inventory(Path(folder), own_ranges=False)
        page = Path(folder) / "report.html"
        span = ("--from", MONTH, "--months", MONTHS, "--format", "json")
        commands = {
            "forecast": ("forecast", str(path), *span),
            "simulate": ("simulate", str(path), *span),
            "report": ("report", str(path), "--month", MONTH, "--output", str(page)),
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                begin = time.perf_counter()
                subprocess.run(
                    [sys.executable, "-m", "estimator", *command], check=True, capture_output=True
                )
                times[name].append(time.perf_counter() - begin)
        medians = {name: statistics.median(values) for name, values in times.items()}
        for name, seconds in medians.items():
            print(f"{name:10} {seconds:6.2f} s")
        both = medians["forecast"] + medians["simulate"]
        size = page.stat().st_size
        print(f"report / (forecast + simulate) {medians['report'] / both:.2f}; {size:,} bytes")


if __name__ == "__main__":
    main()
