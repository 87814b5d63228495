"""An inventory that is right, and the cases that break it: one mistake each.

A case says what to replace by what. The line expected in the message is the one with the mark `#!`,
or those of several marks where a reader may fairly expect any of them; without a mark any line
number will do. The mark is a YAML comment and stays in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.commands import Run, kmscost, run_forecast, write

BASE = """\
version: 1
payer: "111122223333"
other_kms_requests_per_month: 12_000
cloudtrail_writes: charged
regions: [us-east-1, eu-west-1]
accounts:
  - id: "111122223333"
    name: management
  - id: "222222222222"
    name: prod
    regions: [us-east-1]
    files_per_day: 400
    from: 2026-03-01
keys:
  - id: logs
    account: "111122223333"
    region: us-east-1
    spec: SYMMETRIC_DEFAULT
    created: 2025-01-15
    rotations: [2026-01-15]
  - id: dr
    account: "111122223333"
    region: eu-west-1
trails:
  - name: org
    account: "111122223333"
    scope: organization
    regions: all
    key: logs
    bucket:
      name: example-logs
      region: us-east-1
      bucket_key: false
      bucket_key_saving: 0.99
      retention_days: 365
    files_per_day: {low: 150, high: 290}
    config_updates_per_month: 1
    log_file_validation: true
    digest_files: sse-kms
    exclude_kms_events: false
    from: 2025-02-01
readers:
  - name: siem
    kind: every-file
    account: "222222222222"
    trails: [org]
    gets_per_file: 1
  - name: athena
    kind: query
    account: "111122223333"
    queries_per_month: 60
    days_scanned: 7
    share_of_files: 1
    gets_per_file: 1
  - name: audit
    kind: fixed
    account: "111122223333"
    trails: [org]
    gets_per_day: 500
  - name: integrity
    kind: validate
    account: "111122223333"
    trails: [org]
    runs_per_month: 1
    days: 30
  - name: copy
    kind: replication
    account: "111122223333"
    trails: [org]
    destination_key: dr
growth:
  accounts_per_year: 10%
  files_per_year: 5%
  as_of: 2026-11-01
budgets:
  - name: kms
    usd_per_month: 25.00
"""

# accounts kept in a file of their own, FILE
WITH_FILE = """\
version: 1
payer: "111122223333"
regions: [us-east-1]
accounts:
  - id: "111122223333"
  - file: FILE
keys:
  - {id: logs, account: "111122223333", region: us-east-1}
trails:
  - name: org
    account: "111122223333"
    scope: organization
    regions: all
    key: logs
    bucket: {name: b, region: us-east-1}
"""


@dataclass(frozen=True)
class Case:
    """One mistake."""

    name: str
    old: str
    new: str
    says: tuple[str, ...]  # each is a regular expression that the message must contain
    near: int  # a parser may point this many lines further on


def case(name: str, old: str, new: str, *says: str, near: int = 0) -> Case:
    return Case(name, old, new, says, near)


def find_marked_lines(text: str) -> set[int]:
    """The lines with a mark."""
    return {number for number, line in enumerate(text.splitlines(), 1) if "#!" in line}


def lines_named(run: Run, name: str = "inventory.yaml") -> set[int]:
    """The lines of a file that stderr names."""
    return {int(number) for number in re.findall(re.escape(name) + r":(\d+)(?::|\b)", run.err)}


def expect_refusal(run: Run) -> None:
    """The user's data is wrong: exit 1, no data, no traceback."""
    assert run.code == 1, f"exit {run.code}\n{run.text}"
    assert not run.out, "data on stdout although the inventory is broken"


def assert_refused(folder: Path, case: Case) -> None:
    """`forecast` and `check` both name the line and say the words that help."""
    assert case.old in BASE, f"{case.name}: nothing to replace"
    text = BASE.replace(case.old, case.new, 1)
    wanted = {line + more for line in find_marked_lines(text) for more in range(case.near + 1)}
    write(folder, text)
    run = run_forecast(folder)
    expect_refusal(run)
    named = lines_named(run)
    assert named, f"no FILE:LINE: on stderr\n{run.err}"
    if wanted:
        assert named & wanted, f"expected {sorted(wanted)}, got {sorted(named)}\n{run.err}"
    for words in case.says:
        assert re.search(words, run.err), f"{words!r} is not in:\n{run.err}"
    checked = kmscost("check", "inventory.yaml", cwd=folder)
    expect_refusal(checked)
    assert lines_named(checked) == named, checked.err
