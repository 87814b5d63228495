"""Run `kmscost simulate` and read its answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.acceptance.commands import Run, kmscost, write

Answer = dict[str, Any]
PRICE = 0.03 / 10_000  # USD per request (F14)
USED_UP: Answer = {"other_kms_requests_per_month": 20_000}  # others use the whole free tier
FILES = {"low": 150, "high": 290}
TOLERANCE = 0.01  # of a quantile of 10,000 draws: their grid, and the noise of counts


def run_simulate(folder: Path, *options: str, start: str = "2026-11", months: int = 1) -> Run:
    span = ("--from", start, "--months", str(months))
    return kmscost("simulate", "inventory.yaml", *span, "--format", "json", *options, cwd=folder)


def simulate(
    folder: Path, text: str, *options: str, start: str = "2026-11", months: int = 1
) -> Answer:
    """The JSON that `kmscost simulate` answers about an inventory."""
    write(folder, text)
    run = run_simulate(folder, *options, start=start, months=months)
    assert run.code == 0, run.text
    answer: Answer = json.loads(run.out)
    return answer


def quantiles(answer: Answer, measure: str = "requests", month: str | None = None) -> list[float]:
    """Values in the order of their quantiles; of the whole span by default."""
    rows = [
        row for row in answer["quantiles"] if (row["month"], row["measure"]) == (month, measure)
    ]
    assert [row["quantile"] for row in rows] == sorted(row["quantile"] for row in rows)
    return [row["value"] for row in rows]


def shares(answer: Answer, of: str = "share_requests") -> dict[str, float]:
    return {row["assumption"]: row[of] for row in answer["drivers"]}
