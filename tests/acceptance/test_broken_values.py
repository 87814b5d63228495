from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.broken_inventory import (
    BASE,
    Case,
    assert_refused,
    case,
    expect_refusal,
    lines_named,
)
from tests.acceptance.commands import kmscost, run_forecast

CASES = [
    # unknown keys
    case("unknown top-level key", "growth:\n", "growht: #!\n", "growht", r"\bgrowth\b"),
    case("unknown account key", "    name: prod\n", "    nmae: prod #!\n", "nmae", r"\bname\b"),
    case(
        "unknown key key",
        "    spec: SYMMETRIC_DEFAULT",
        "    spce: SYMMETRIC_DEFAULT #!",
        "spce",
        r"\bspec\b",
    ),
    case(
        "unknown trail key",
        "    config_updates_per_month: 1",
        "    config_update_per_month: 1 #!",
        "config_updates_per_month",
    ),
    case(
        "unknown bucket key",
        "      retention_days: 365",
        "      retention_day: 365 #!",
        "retention_days",
    ),
    case(
        "unknown reader key",
        "    gets_per_day: 500",
        "    gets_per_days: 500 #!",
        r"gets_per_day\b",
    ),
    case(
        "reader key of another kind",
        "    gets_per_day: 500\n",
        "    gets_per_day: 500\n    destination_key: dr #!\n",
        "destination_key",
    ),
    case("unknown growth key", "  files_per_year: 5%", "  file_per_year: 5% #!", "files_per_year"),
    case("unknown range key", "{low: 150, high: 290}", "{low: 150, hihg: 290} #!", "hihg"),
    case(
        "unknown budget key",
        "    usd_per_month: 25.00",
        "    usd_per_moth: 25.00 #!",
        "usd_per_month",
    ),
    # dates
    case(
        "trail until before from",
        "    from: 2025-02-01\n",
        "    from: 2025-02-01 #!\n    until: 2025-01-31 #!\n",
    ),
    case(
        "account until before from",
        "    from: 2026-03-01\n",
        "    from: 2026-03-01 #!\n    until: 2026-02-01 #!\n",
    ),
    case(
        "reader until before from",
        "    gets_per_day: 500\n",
        "    gets_per_day: 500\n    from: 2027-01-01 #!\n    until: 2026-01-01 #!\n",
    ),
    case("no such day", "    from: 2025-02-01", "    from: 2025-02-30 #!"),
    case("no such month", "    from: 2025-02-01", "    from: 2025-13-01 #!"),
    case("a word for a date", "    from: 2025-02-01", "    from: yesterday #!", "yesterday"),
    case("a number for a date", "    created: 2025-01-15", "    created: 20250115 #!"),
    case("a year for a date in a list", "    rotations: [2026-01-15]", "    rotations: [2026] #!"),
    # numbers
    case("negative other requests", "month: 12_000", "month: -1 #!", "-1"),
    case("negative files_per_day", "files_per_day: 400", "files_per_day: -400 #!", "-400"),
    case("negative low", "{low: 150, high: 290}", "{low: -150, high: 290} #!", "-150"),
    case("negative gets_per_day", "gets_per_day: 500", "gets_per_day: -0.5 #!"),
    case("negative budget", "usd_per_month: 25.00", "usd_per_month: -25 #!"),
    case("nan", "files_per_day: 400", "files_per_day: .nan #!"),
    case("infinite", "gets_per_day: 500", "gets_per_day: .inf #!"),
    case("minus infinite", "gets_per_day: 500", "gets_per_day: -.inf #!"),
    case("number too large for a float", "gets_per_day: 500", "gets_per_day: 1.0e+999 #!"),
    case("integer too large for a float", "gets_per_day: 500", f"gets_per_day: 1{'0' * 400} #!"),
    case("integer of 10,000 digits", "gets_per_day: 500", f"gets_per_day: {'9' * 10_000} #!"),
    case("low above high", "{low: 150, high: 290}", "{low: 290, high: 150} #!"),
    case("range without high", "{low: 150, high: 290}", "{low: 150} #!", "high"),
    case("share above one", "share_of_files: 1", "share_of_files: 1.5 #!"),
    case("saving above one", "bucket_key_saving: 0.99", "bucket_key_saving: 99 #!"),
    case("growth in words", "accounts_per_year: 10%", "accounts_per_year: ten percent #!"),
    # types and
    case("version 2", "version: 1\n", "version: 2 #!\n", "version"),
    case("version in words", "version: 1\n", "version: one #!\n"),
    case("accounts a word", "accounts:\n", "accounts: many #!\nbudgetz:\n"),
    case("word for a number", "gets_per_day: 500", "gets_per_day: many #!", "many"),
    case("list for a number", "gets_per_day: 500", "gets_per_day: [500] #!"),
    case("mapping for a word", "    name: prod", "    name: {a: b} #!"),
    case("boolean for a number", "gets_per_day: 500", "gets_per_day: true #!"),
    case(
        "word for a boolean", "log_file_validation: true", "log_file_validation: maybe #!", "maybe"
    ),
    case("number for a boolean", "log_file_validation: true", "log_file_validation: 1 #!"),
    case("mapping key a list", "    regions: all", "    [regions, all]: 1 #!"),
    case("mapping key a number", "    regions: all", "    7: all #!"),
    case(
        "null trail list",
        "trails: [org]\n    gets_per_file",
        "trails: [null] #!\n    gets_per_file",
    ),
    case("unknown reader kind", "    kind: fixed", "    kind: fiksed #!", "fiksed", "fixed"),
    case(
        "unknown scope",
        "scope: organization",
        "scope: organisation #!",
        "organisation",
        "organization",
    ),
    case(
        "unknown digest_files", "digest_files: sse-kms", "digest_files: kms #!", "sse-kms", "sse-s3"
    ),
    case(
        "unknown reading",
        "cloudtrail_writes: charged",
        "cloudtrail_writes: maybe #!",
        "charged",
        "exempt",
    ),
    case(
        "accounts entry a word",
        '- id: "222222222222"\n    name: prod\n    regions: [us-east-1]\n'
        "    files_per_day: 400\n    from: 2026-03-01\n",
        "- prod #!\n  - x: 1\n",
    ),
    # missing
    case(
        "key of a trail missing",
        '  - name: org\n    account: "111122223333"\n    scope: organization\n    regions: all\n'
        "    key: logs\n",
        '  - name: org #!\n    account: "111122223333"\n    scope: organization\n'
        "    regions: all\n",
        r"\bkey\b",
    ),
    case(
        "kind of a reader missing",
        "  - name: audit\n    kind: fixed\n",
        "  - name: audit #!\n",
        "kind",
    ),
    case(
        "id of an account missing",
        '  - id: "222222222222"\n    name: prod\n',
        "  - name: prod #!\n",
        r"\bid\b",
    ),
    case(
        "destination of a replication missing", "    destination_key: dr\n", "", "destination_key"
    ),
    case("version missing", "version: 1\n", "", "version"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_mistake_of_values(tmp_path: Path, case: Case) -> None:
    """An unknown or missing key, a wrong value: told with its line and the words that help."""
    assert_refused(tmp_path, case)


@pytest.mark.parametrize("section", ["accounts", "keys", "trails"])
def test_needed_sections(tmp_path: Path, section: str) -> None:
    """version, accounts, keys, trails are needed: each is named when it is missing."""
    text = re.sub(rf"(?ms)^{section}:\n(?:  .*\n)+", "", BASE)
    assert f"\n{section}:" not in text
    (tmp_path / "inventory.yaml").write_text(text)
    run = run_forecast(tmp_path)
    expect_refusal(run)
    assert section in run.err
    assert lines_named(run), run.err


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Eight mistakes of different kinds in one file come out together, each with its line."""
    changes = [
        ("cloudtrail_writes: charged", "cloudtrail_writes: maybe #!"),
        ("regions: [us-east-1, eu-west-1]", "regions: [us-east-1, eu-wset-9] #!"),
        ('- id: "222222222222"', "- id: 222222222222 #!"),
        ("    spec: SYMMETRIC_DEFAULT", "    spec: HMAC_256 #!"),
        ("    scope: organization", "    scoop: organization #!"),
        ("      retention_days: 365", "      retention_days: -365 #!"),
        ("    gets_per_day: 500", "    gets_per_day: .nan #!"),
        ("    usd_per_month: 25.00", "    usd_per_month: lots #!"),
    ]
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    want = {n for n, line in enumerate(text.splitlines(), 1) if "#!" in line}
    (tmp_path / "inventory.yaml").write_text(text)
    for run in (run_forecast(tmp_path), kmscost("check", "inventory.yaml", cwd=tmp_path)):
        expect_refusal(run)
        named = lines_named(run)
        assert want <= named, f"missing lines {sorted(want - named)}\n{run.text}"
