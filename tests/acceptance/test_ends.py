"""What ends, what is weighed by its days, and what must not be counted."""

import json

import pytest

from tests.acceptance.commands import close, forecast, kmscost
from tests.acceptance.inventories import A, B, account, inventory, key, trail


def test_copies_count_the_days_that_have_requests(tmp_path):
    """A key and a second copy from the 16th: each event of that half has one paid copy."""
    # 100,000 files x 15 days = 1,500,000 events, one paid copy each: x 0.00002 = 30.00
    text = inventory(
        keys=[key(created="~2026-11-16")],
        trails=[
            trail(files_per_day=100_000),
            {"name": "copy", "account": A, "scope": "account", "key": None, "from": "~2026-11-16"},
        ],
    )
    totals = forecast(tmp_path, text, "2026-11")["totals"]
    close(totals["cost_usd_cloudtrail_events"], "30")


@pytest.mark.parametrize(
    "reader",
    [
        {"kind": "query", "queries_per_month": 60, "days_scanned": 7},
        {"kind": "fixed", "gets_per_day": 500},
        {"kind": "validate", "runs_per_month": 1, "days": 30},
    ],
    ids=lambda reader: reader["kind"],
)
def test_nothing_is_read_under_a_key_that_is_gone(tmp_path, reader):
    """From the day a key is pending deletion its files cannot be decrypted: no requests at all."""
    text = inventory(
        keys=[key(until="~2026-11-01")],
        trails=[trail(log_file_validation=True)],
        readers=[{"name": "r", "account": A, **reader}],
    )
    answer = forecast(tmp_path, text, "2026-11", 2)
    close(answer["totals"]["requests"], 0)


def test_replication_ends_with_the_destination_key(tmp_path):
    """Nothing can be copied under a key that is gone, so nothing is read for it either."""
    text = inventory(
        keys=[key(), key("dr", until="~2026-11-01")],
        readers=[{"name": "r", "kind": "replication", "account": A, "destination_key": "dr"}],
    )
    answer = forecast(tmp_path, text, "2026-11", 1, "--by", "operation")
    found = {row["operation"]: row["quantity"] for row in answer["rows"]}
    assert not {"Encrypt", "Decrypt"} & set(found)


def test_a_destination_key_of_half_a_month_is_explained(tmp_path):
    """From the 16th on 15 x 288 = 4,320 files are read and copied, in forecast and explain."""
    text = inventory(
        keys=[key(), key("dr", created="~2026-11-16")],
        readers=[{"name": "r", "kind": "replication", "account": A, "destination_key": "dr"}],
    )
    answer = forecast(tmp_path, text, "2026-11", 1, "--by", "operation")
    found = {row["operation"]: row["quantity"] for row in answer["rows"]}
    close(found["Encrypt"], 4320)
    close(found["Decrypt"], 4320)
    options = ("explain", "inventory.yaml", "--month", "2026-11", "--format", "json")
    walk = json.loads(kmscost(*options, cwd=tmp_path).out)
    (step,) = [each for each in walk["steps"] if each["what"].startswith("Encrypt")]
    close(step["result"], 4320)


def test_a_trail_named_twice_is_read_once(tmp_path):
    """`trails: [t, t]` reads the files of t once, and those of no other trail."""
    text = inventory(
        trails=[trail(), trail("u")],
        readers=[{"name": "r", "kind": "every-file", "account": A, "trails": ["t", "t"]}],
    )
    answer = forecast(tmp_path, text, "2026-11", 1, "--by", "operation")
    found = {row["operation"]: row["quantity"] for row in answer["rows"]}
    close(found["Decrypt"], 8640)


def test_validation_needs_digests(tmp_path):
    """validate-logs walks from digest to digest: a trail without them is not read."""
    readers = [
        {"name": "v", "kind": "validate", "account": A, "runs_per_month": 1, "days": 30},
    ]
    answer = forecast(tmp_path, inventory(readers=readers), "2026-11")
    close(answer["totals"]["requests"], 8640)  # the puts alone
    assert any("no digests to validate" in notice for notice in answer["notices"])


def test_a_reader_without_trails_reads_its_own_partition(tmp_path):
    """A commercial SIEM reads no GovCloud bucket: 8,640 gets, not 17,280."""
    text = inventory(
        accounts=[account(A), account(B, regions=["us-gov-west-1"])],
        keys=[key(), key("g", account=B, region="us-gov-west-1")],
        trails=[trail(), trail("gov", account=B, key="g", region="us-gov-west-1")],
        readers=[{"name": "siem", "kind": "every-file", "account": A}],
    )
    answer = forecast(tmp_path, text, "2026-11", 1, "--by", "operation")
    found = {row["operation"]: row["quantity"] for row in answer["rows"]}
    close(found["Decrypt"], 8640)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"rotations": ["~2026-01-15", "~2026-01-15"]}, "each rotation once"),
        ({"rotations": ["~2026-05-15"], "until": "~2026-01-01"}, "a day before until"),
    ],
)
def test_impossible_rotations_are_refused(tmp_path, extra, words):
    """A rotation counts once, and only while the key is active."""
    (tmp_path / "inventory.yaml").write_text(inventory(keys=[key(**extra)]), encoding="utf-8")
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    assert run.code == 1
    assert words in run.err


@pytest.mark.parametrize("state", ["State", "Status"])
def test_closed_accounts_are_left_out_whatever_the_key_is_called(tmp_path, state):
    """AWS renamed Status to State: an account that is not ACTIVE counts under neither name."""
    listed = [
        {"Id": A, state: "ACTIVE"},
        {"Id": B, state: "CLOSED"},
        {"Id": "333333333333", state: "SUSPENDED"},
    ]
    (tmp_path / "accounts.json").write_text(json.dumps({"Accounts": listed}), encoding="utf-8")
    text = inventory(accounts=[{"file": "accounts.json"}])
    (tmp_path / "inventory.yaml").write_text(text, encoding="utf-8")
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    assert run.code == 0, run.err
    assert "1 account," in run.out
    assert "2 accounts that are not ACTIVE" in run.err


def test_one_page_of_a_list_is_refused(tmp_path):
    """A NextToken says that accounts are missing: no forecast on half an organization."""
    page = {"Accounts": [{"Id": A, "Status": "ACTIVE"}], "NextToken": "more"}
    (tmp_path / "accounts.json").write_text(json.dumps(page), encoding="utf-8")
    text = inventory(accounts=[{"file": "accounts.json"}])
    (tmp_path / "inventory.yaml").write_text(text, encoding="utf-8")
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    assert run.code == 1
    assert "NextToken" in run.err
