from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.commands import NOVEMBER, expect, forecast, kmscost, write
from tests.acceptance.inventories import (
    A,
    B,
    C,
    account,
    inventory,
    trail,
)


def test_accounts_from_csv(tmp_path: Path) -> None:
    """Columns as the keys: id, name, files_per_day, from; an empty cell is the default."""
    # A 288 x 30 = 8,640; B 400 x 30 = 12,000; C 288 x 15 = 4,320; together 24,960
    write(
        tmp_path,
        f"id,name,files_per_day,from\n{B},prod,400,\n{C},late,,2026-11-16\n",
        "accounts.csv",
    )
    text = inventory(
        accounts=[account(A), {"file": "accounts.csv"}],
        trails=[trail(scope="organization")],
        payer=A,
    )
    expect(forecast(tmp_path, text, "2026-11")["totals"], requests=24_960)


def listed_account(number: str, status: str = "ACTIVE") -> dict[str, str]:
    """An account as `aws organizations list-accounts` shows it."""
    return {
        "Id": number,
        "Arn": f"arn:aws:organizations::{A}:account/o-abcdefghij/{number}",
        "Email": f"n{number}@example.com",
        "Name": f"name {number}",
        "Status": status,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": "2019-08-10T13:24:25.768000+00:00",
    }


def listed_inventory(folder: Path, *accounts: dict[str, str]) -> str:
    """An inventory whose accounts are all those of list-accounts."""
    write(folder, json.dumps({"Accounts": list(accounts)}, indent=4), "accounts.json")
    whole = trail(scope="organization")
    return inventory(accounts=[{"file": "accounts.json"}], trails=[whole], payer=A)


def test_accounts_from_list_accounts(tmp_path: Path) -> None:
    """The JSON of `aws organizations list-accounts`."""
    text = listed_inventory(tmp_path, *(listed_account(account) for account in (A, B, C)))
    expect(forecast(tmp_path, text)["totals"], requests=25_920)  # 3 x 8,640


@pytest.mark.parametrize("status", ["SUSPENDED", "PENDING_CLOSURE"])
def test_suspended_accounts_are_left_out(tmp_path: Path, status: str) -> None:
    """A SUSPENDED account of list-accounts writes nothing, and the user is told."""
    text = listed_inventory(
        tmp_path, listed_account(A), listed_account(B, status), listed_account(C)
    )
    answer = forecast(tmp_path, text)
    expect(answer["totals"], requests=17_280)  # 2 x 8,640
    assert answer["inventory"]["accounts"] == 2
    assert any("accounts.json" in notice for notice in answer["notices"])


def test_accounts_file_stands_beside_the_inventory(tmp_path: Path) -> None:
    """The file is looked for beside the inventory, not in the current folder."""
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", f"id,name\n{B},prod\n", "accounts.csv")
    write(
        tmp_path / "sub",
        inventory(
            accounts=[account(A), {"file": "accounts.csv"}], trails=[trail(scope="organization")]
        ),
    )
    run = kmscost(
        "forecast",
        "sub/inventory.yaml",
        *NOVEMBER,
        "--format",
        "json",
        cwd=tmp_path,
    )
    assert run.code == 0, run.text
    expect(json.loads(run.out)["totals"], requests=17_280)
