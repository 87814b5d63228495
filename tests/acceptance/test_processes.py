"""Real processes, as a user starts them; all other tests run the command in this process."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.commands import NOVEMBER, expect, kmscost_process, write
from tests.acceptance.inventories import THREE_ACCOUNTS, inventory


def test_forecast_answers_json_on_stdout(tmp_path: Path) -> None:
    """`python -m estimator forecast` exits 0 with nothing but JSON on stdout."""
    # 6 x 288 x 30 = 51,840; - 20,000 = 31,840; x 0.000003 + 1.00
    write(tmp_path, inventory(**THREE_ACCOUNTS))
    span = (*NOVEMBER, "--format", "json")
    run = kmscost_process("forecast", "inventory.yaml", *span, cwd=tmp_path)
    assert run.code == 0, run.text
    expect(json.loads(run.out)["totals"], requests=51_840, cost_usd="1.09552")


def test_a_broken_inventory_exits_1_with_its_line_on_stderr(tmp_path: Path) -> None:
    """Mistakes in the user's data go to stderr, with exit 1 and no traceback."""
    write(tmp_path, inventory() + "colour: red\n")
    run = kmscost_process("check", "inventory.yaml", cwd=tmp_path)
    assert run.code == 1, run.text
    line = len(inventory().splitlines()) + 1
    assert f"inventory.yaml:{line}: " in run.err
    assert not run.out


def test_a_wrong_option_exits_2(tmp_path: Path) -> None:
    """A wrong option is a usage error: exit 2, nothing on stdout."""
    write(tmp_path, inventory())
    run = kmscost_process("forecast", "inventory.yaml", "--format", "xml", cwd=tmp_path)
    assert run.code == 2, run.text
    assert "xml" in run.err
    assert not run.out


def test_init_then_check(tmp_path: Path) -> None:
    """A new user's first two commands work in an empty folder."""
    started = kmscost_process("init", cwd=tmp_path)
    assert started.code == 0, started.text
    checked = kmscost_process("check", "inventory.yaml", cwd=tmp_path)
    assert checked.code == 0, checked.text
    assert checked.out.startswith("inventory.yaml: ")
