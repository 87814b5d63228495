from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.broken_inventory import (
    WITH_FILE,
    expect_refusal,
    lines_named,
)
from tests.acceptance.commands import run_forecast

CSV_FILES: dict[str, tuple[bytes, set[int]]] = {
    # name: content, lines that may be named in accounts.csv (none: the file alone)
    "no id column": (b"account,name\n222222222222,prod\n", {1}),
    "unknown column": (b"id,name,colour\n222222222222,prod,red\n", {1}),
    "duplicate column": (b"id,name,name\n222222222222,prod,red\n", {1}),
    "id of 11 digits": (b"id,name\n222222222222,prod\n33333333333,short\n", {3}),
    "id in scientific notation": (b"id,name\n222222222222,prod\n4.44444E+11,excel\n", {3}),
    "id lost its zero": (b"id,name\n222222222222,prod\n12345678901,excel\n", {3}),
    "id empty": (b"id,name\n222222222222,prod\n,nobody\n", {3}),
    "duplicate id": (b"id,name\n222222222222,prod\n333333333333,b\n222222222222,again\n", {4}),
    "duplicate of the inventory": (b"id,name\n111122223333,again\n", {2}),
    "negative number": (b"id,name,files_per_day\n222222222222,prod,5\n333333333333,b,-5\n", {3}),
    "word for a number": (b"id,name,files_per_day\n222222222222,prod,many\n", {2}),
    "not a number": (b"id,name,files_per_day\n222222222222,prod,nan\n", {2}),
    "infinite": (b"id,name,files_per_day\n222222222222,prod,inf\n", {2}),
    "no such day": (b"id,name,from\n222222222222,prod,2026-02-30\n", {2}),
    "until before from": (b"id,name,from,until\n222222222222,prod,2026-02-10,2026-02-01\n", {2}),
    "unknown Region": (b"id,name,regions\n222222222222,prod,eu-wset-9\n", {2}),
    "more cells than columns": (b"id,name\n222222222222,prod,extra\n", {2}),
    "empty file": (b"", set()),
    "latin-1": ("id,name\n222222222222,Geschäft\n".encode("latin-1"), set()),
    "nul byte": (b"id,name\n222222222222,pr\0od\n", set()),
    "binary": (bytes(range(256)) * 4, set()),
    "after a quoted newline": (b'id,name\n222222222222,"two\nlines"\n3333,short\n', {4}),
}


@pytest.mark.parametrize("name", CSV_FILES)
def test_broken_csv(tmp_path: Path, name: str) -> None:
    """A mistake in accounts.csv is told with the line in accounts.csv."""
    content, lines = CSV_FILES[name]
    (tmp_path / "accounts.csv").write_bytes(content)
    (tmp_path / "inventory.yaml").write_text(WITH_FILE.replace("FILE", "accounts.csv"))
    run = run_forecast(tmp_path)
    expect_refusal(run)
    assert "accounts.csv" in run.err, run.err
    if lines:
        named = lines_named(run, "accounts.csv")
        assert named & lines, (
            f"expected accounts.csv:{sorted(lines)}, got {sorted(named)}\n{run.err}"
        )


ACCOUNT = {
    "Id": "222222222222",
    "Arn": "arn:aws:organizations::111122223333:account/o-a/222222222222",
    "Name": "prod",
    "Status": "ACTIVE",
}


JSON_FILES: dict[str, bytes] = {
    "empty": b"",
    "truncated": json.dumps({"Accounts": [ACCOUNT]}, indent=1).encode()[:-20],
    "no Accounts": b'{"Account": []}',
    "a list of numbers": b"[1, 2]",
    "Accounts a word": b'{"Accounts": "all"}',
    "an account a number": b'{"Accounts": [222222222222]}',
    "Id missing": json.dumps(
        {"Accounts": [{k: v for k, v in ACCOUNT.items() if k != "Id"}]}
    ).encode(),
    "Id a number": json.dumps({"Accounts": [{**ACCOUNT, "Id": 222222222222}]}).encode(),
    "Id too short": json.dumps({"Accounts": [{**ACCOUNT, "Id": "2222"}]}).encode(),
    "Id null": json.dumps({"Accounts": [{**ACCOUNT, "Id": None}]}).encode(),
    "the same Id twice": json.dumps({"Accounts": [ACCOUNT, ACCOUNT]}).encode(),
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "latin-1": json.dumps({"Accounts": [{**ACCOUNT, "Name": "ä"}]}, ensure_ascii=False).encode(
        "latin-1"
    ),
    "binary": bytes(range(256)),
    "two objects": json.dumps({"Accounts": [ACCOUNT]}).encode() * 2,
    "null": b"null",
}


@pytest.mark.parametrize("name", JSON_FILES)
def test_broken_list_accounts(tmp_path: Path, name: str) -> None:
    """A damaged answer of list-accounts: exit 1, the file named, no traceback."""
    (tmp_path / "accounts.json").write_bytes(JSON_FILES[name])
    (tmp_path / "inventory.yaml").write_text(WITH_FILE.replace("FILE", "accounts.json"))
    run = run_forecast(tmp_path)
    expect_refusal(run)
    assert "accounts.json" in run.err, run.err


def test_csv_problems_come_out_together(tmp_path: Path) -> None:
    """Three bad rows of a CSV file, and one in the inventory: all four."""
    (tmp_path / "accounts.csv").write_text(
        "id,name,files_per_day\n2222,a,1\n333333333333,b,-1\n444444444444,c,x\n555555555555,d,1\n"
    )
    (tmp_path / "inventory.yaml").write_text(
        WITH_FILE.replace("FILE", "accounts.csv").replace(
            "regions: [us-east-1]", "regions: [eu-wset-9]"
        )
    )
    run = run_forecast(tmp_path)
    expect_refusal(run)
    assert {2, 3, 4} <= lines_named(run, "accounts.csv"), run.err
    assert 3 in lines_named(run), run.err
