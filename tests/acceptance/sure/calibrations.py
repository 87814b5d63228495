"""Run `kmscost calibrate` on a history and read what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.acceptance.commands import Run, kmscost, write
from tests.acceptance.sure.history import (
    HOME,
    OWNER,
    PROD,
    QUIET,
    History,
    inventory,
    steady,
)

Answer = dict[str, Any]
BUSY = {(OWNER, HOME): steady(12, "a"), (PROD, HOME): steady(40, "b")}
SIEM_STANZA = (
    f'readers:\n  - {{name: siem, kind: every-file, account: "{OWNER}", gets_per_file: 1}}'
)
ONE = (
    inventory()
    .replace(f'  - id: "{PROD}"\n    name: prod      # busy\n', "")
    .replace(f"  - {{id:   '{QUIET}', name: quiet}}\n", "")
)  # the management account alone


def run(
    folder: Path, *options: str, form: str = "json", actuals: tuple[str, ...] = ("logs",)
) -> Run:
    return kmscost(
        "calibrate", "inventory.yaml", *actuals, "--format", form, *options, cwd=folder
    )  # fmt: skip


def calibrate(folder: Path, text: str, history: History, *options: str) -> Answer:
    """Write the logs and the inventory, calibrate; the JSON, after checks that always hold."""
    history.write(folder / "logs")
    write(folder, text)
    done = run(folder, *options)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    write(folder, answer["text"], "calibrated.yaml")
    checked = kmscost("check", "calibrated.yaml", cwd=folder)
    assert checked.code == 0, checked.text
    return answer


def change(answer: Answer, assumption: str, of: str = "", place: str = "") -> Answer:
    """The one change of an assumption of something."""
    (row,) = [
        row
        for row in answer["changes"]
        if row["assumption"] == assumption and of in row["of"] and place in row["place"]
    ]
    assert row["low"] <= row["mid"] <= row["high"]
    assert isinstance(row, dict)
    return row


def forecast(folder: Path, start: str = "2026-11", *options: str) -> Answer:
    done = kmscost(
        "forecast", "calibrated.yaml", "--from", start, "--months", "1", "--format", "json",
        *options, cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    return answer


def by_cause(answer: Answer) -> dict[str, float]:
    out: dict[str, float] = {}
    for row in answer["rows"]:
        out[row["cause"]] = out.get(row["cause"], 0) + row["quantity"]
    return out
